"""Renders the sources panel: for each citation a card with its quote inside the passage, and apart
from them what was found and is not cited.

Knows nothing about gradio, sessions or how answers are made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape

from ingest.records import format_day
from qa.interfaces.links import reading_address, web_address
from qa.interfaces.page.conversation import Exchange
from qa.interfaces.page.markup import (
    article_link,
    date_note,
    date_provenance,
    outlet_name,
    publication_day,
    quote_address,
    read_link,
)
from qa.records import Citation, FoundArticle

CONTEXT_CHARACTERS = 160
"""Characters shown at first on each side of a quote; the rest of the passage is one click away."""

MIN_PARAGRAPH_CHARACTERS = 50
"""A paragraph of which fewer characters would be shown is left out."""


def render_empty_panel() -> str:
    """The panel before anything was asked."""
    return _panel(
        None, "",
        '<p class="cw-none">The articles behind an answer appear here, each with the exact words '
        "that were used.</p>",
    )  # fmt: skip


def render_sources(exchange: Exchange) -> str:
    """The panel with the cards of one answer."""
    if exchange.citations:
        cards = "".join(_render_card(one, exchange) for one in exchange.citations)
        cards += _also_found(exchange.answer.also_found if exchange.answer else ())
    elif exchange.progress == "working":
        cards = '<p class="cw-none">Reading…</p>'
    else:
        cards = '<p class="cw-none">No article is cited for this question.</p>'
    cited = dict.fromkeys(one.article_id for one in exchange.citations)
    only = _only_these(cited, "Ask only these") if exchange.answer and len(cited) > 1 else ""
    return _panel(exchange.number, exchange.question, cards, only)


def _only_these(article_ids: Iterable[str], words: str) -> str:
    """A button that makes these articles the only ones that are asked."""
    return (
        '<button type="button" class="cw-only-these" '
        f'data-articles="{escape(",".join(article_ids))}">{words}</button>'
    )


def _panel(turn: int | None, question: str, cards: str, only: str = "") -> str:
    about = f'<p class="cw-about" dir="auto">{escape(question)}</p>' if question else ""
    return (
        f'<section class="cw-sources" data-turn="{turn or ""}" aria-label="Sources">'
        f'<div class="cw-sources-head"><h2>Sources</h2>'
        '<button type="button" class="cw-latest">Show the latest</button>'
        f"{about}{only}</div>{cards}</section>"
    )


def _render_card(citation: Citation, exchange: Exchange) -> str:
    turn, number = exchange.number, citation.number
    outlet = citation.publisher or "Unknown outlet"
    address = quote_address(citation, exchange.citations)
    revised = f"<span>revised, version {citation.version}</span>" if citation.version > 1 else ""
    return (
        f'<article class="cw-card" id="cw-card-{turn}-{number}" data-turn="{turn}" '
        f'data-n="{number}" tabindex="-1" aria-label="Source {number}">'
        f'<p class="cw-card-head"><span class="cw-number">{number}</span>'
        f'<span class="cw-outlet" dir="auto">{escape(outlet)}</span>'
        f"{_publication_date(citation)}{revised}</p>{_provenance(citation)}"
        '<h3 class="cw-title" dir="auto">'
        f"{article_link(citation.title or 'Untitled', citation.url)}</h3>"
        f"{_speaker(citation)}{_passage(citation)}"
        f'<p class="cw-card-foot">{read_link(address)}<button type="button" class="cw-copy" '
        f'data-copy="{escape(quote_to_copy(citation))}">Copy quote</button>'
        f"{_EXPAND_BUTTON if _is_shortened(citation) else ''}"
        f"{_only_these([citation.article_id], 'Ask only this article')}"
        f'<button type="button" class="cw-copy cw-thumb" data-verdict="wrong_citation" '
        f'data-n="{number}" aria-pressed="false">This citation is wrong</button>'
        f'<button type="button" class="cw-back" data-turn="{turn}" data-n="{number}" '
        'aria-label="Back to the answer">Back</button></p></article>'
    )


_EXPAND_BUTTON = (
    '<button type="button" class="cw-expand" aria-expanded="false">Whole passage</button>'
)


def _passage(citation: Citation) -> str:
    quote = f"<mark>{_quote(citation)}</mark>"
    words = f"{_text_before(citation.before)}{quote}{_text_after(citation.after)}"
    return f'<blockquote class="cw-passage" dir="auto">{words}</blockquote>'


def _quote(citation: Citation) -> str:
    """The exact words, with the resolved days behind each time expression."""
    parts, done = [], 0
    for dated in citation.dates:
        if dated.start >= done:
            parts += [_with_gaps(citation.quote[done : dated.end]), date_note(dated)]
            done = dated.end
    return "".join([*parts, _with_gaps(citation.quote[done:])])


def _text_before(text: str) -> str:
    """The passage before the quote; of a long one only the end is shown at first."""
    cut = text.find(" ", len(text) - CONTEXT_CHARACTERS) + 1 if _is_long(text) else 0
    more = f'<span class="cw-more">{_with_gaps(text[:cut])}</span>' if cut else ""
    return f'<span class="cw-before">{more}{_with_gaps(text[cut:])}</span>'


def _text_after(text: str) -> str:
    """The passage after the quote; of a long one only the beginning is shown at first."""
    cut = text.rfind(" ", 0, CONTEXT_CHARACTERS) if _is_long(text) else len(text)
    if cut < len(text):
        paragraph = text.rfind("\n", CONTEXT_CHARACTERS // 2, cut)
        cut = paragraph if 0 <= cut - paragraph < MIN_PARAGRAPH_CHARACTERS else max(cut, 0)
        cut = len(text[:cut].rstrip())
    more = f'<span class="cw-more">{_with_gaps(text[cut:])}</span>' if text[cut:] else ""
    return f'<span class="cw-after">{_with_gaps(text[:cut])}{more}</span>'


def _is_long(text: str) -> bool:
    return len(text) > 1.5 * CONTEXT_CHARACTERS


def _is_shortened(citation: Citation) -> bool:
    return _is_long(citation.before) or _is_long(citation.after)


def _with_gaps(text: str) -> str:
    """Escaped text whose line breaks are marked, so that CSS can narrow the empty lines."""
    return re.sub(r"\s*\n\s*", r'<span class="cw-gap">\g<0></span>', escape(text))


def quote_to_copy(citation: Citation) -> str:
    """What the copy button copies: “quote” - outlet, date, address."""
    parts = (citation.publisher, publication_day(citation.published_at), web_address(citation.url))
    return f"“{citation.quote}” - {', '.join(part for part in parts if part)}"


def _publication_date(citation: Citation) -> str:
    if citation.published_at is None:
        return '<span class="cw-date cw-undated">no publication date</span>'
    when = citation.published_at
    moment = f"{format_day(when)}, {when:%H:%M %Z}".strip() if isinstance(when, datetime) else ""
    tip = f' title="{escape(moment)}"' if moment else ""
    return f'<time class="cw-date" datetime="{when.isoformat()}"{tip}>{format_day(when)}</time>'


def _provenance(citation: Citation) -> str:
    """How the date is known, and that the library has copies of the story."""
    parts = []
    if citation.published_at:
        parts.append(f"Date {escape(date_provenance(citation.published_from))}")
    if citation.copies > 1:
        address = f"{reading_address(citation.article_id, citation.version)}#copies"
        about = " of this story"
        parts.append(read_link(address, f"1 of {citation.copies} copies", about))
    return f'<p class="cw-known">{" · ".join(parts)}</p>' if parts else ""


def _also_found(articles: Sequence[FoundArticle]) -> str:
    """Articles that the search found and the answer does not rest on, apart from the cards."""
    items = "".join(
        f"<li>{read_link(reading_address(one.article_id, one.version), one.title or 'Untitled')}"
        f"<span>{outlet_name(one.publisher)} · {publication_day(one.published_at)}</span></li>"
        for one in articles
    )
    return (
        '<section class="cw-found"><h3>Also found, not cited</h3>'
        f"<p>Close to the question; no sentence of the answer rests on them.</p><ul>{items}</ul>"
        "</section>"
        if items
        else ""
    )


def _speaker(citation: Citation) -> str:
    if not citation.speaker:
        return ""
    on = f", {format_day(citation.said_on)}" if citation.said_on else ""
    return f'<p class="cw-said" dir="auto">Said by {escape(citation.said_by)}{on}</p>'
