"""Renders what stands under a question that was asked: its filters, ways to ask it anew, and, below
its answer, what to ask next.

Buttons carry what the script of the page is to ask; only those of the last question are shown.
Knows nothing about answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ingest.storage.catalogue.filters import Filters


def render_asked(question: str, filters: Filters, *, complete: bool, working: bool) -> str:
    """Which articles were asked, and buttons to edit the question and, when its answer is not
    ``complete``, to ask it again."""
    only = f'<span dir="auto">Only articles {escape(str(filters))}</span>' if filters else ""
    asked = f'data-question="{escape(question)}"'
    retry = f'<button type="button" class="cw-retry" {asked}>Ask again</button>'
    edit = (
        f'<button type="button" class="cw-edit" {asked}>Edit'
        '<span class="cw-hidden"> the question and ask it again</span></button>'
    )
    anew = "" if working else f"{'' if complete else retry}{edit}"
    return f'<p class="cw-asked">{only}{anew}</p>' if only or anew else ""


def render_suggestions(questions: Sequence[str]) -> str:
    """Questions to ask next, each a button; nothing when there are none."""
    chips = "".join(
        '<li><button type="button" class="cw-example cw-suggested" dir="auto" '
        f'data-question="{escape(one)}">{escape(one)}</button></li>'
        for one in questions
    )
    return (
        '<section class="cw-suggestions" aria-label="What to ask next"><h3>These articles also '
        f'answer</h3><ul role="list">{chips}</ul></section>'
        if chips
        else ""
    )


def offer_unfiltered(question: str, filters: Filters) -> str:
    """A button that asks the same of all articles; nothing when all of them were asked."""
    if not filters:
        return ""
    return (
        '<p class="cw-unfiltered"><button type="button" class="cw-example cw-all" '
        f'data-question="{escape(question)}">Ask all articles instead</button></p>'
    )
