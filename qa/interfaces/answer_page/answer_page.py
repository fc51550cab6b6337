"""Renders the page of a saved answer: when it was given, whether it stands, its text, its quotes.

Every text passes ``html.escape``; addresses are relative, so that the page works behind any path
prefix. Knows nothing about requests or stores.
"""

from __future__ import annotations

from html import escape

from ingest.records import format_day
from qa.answers.recheck import Changed
from qa.interfaces.answer_page.answer_view import AnswerView
from qa.interfaces.export.document import Footnote, lay_out, quotation_marks
from qa.interfaces.export.html_page import render_blocks
from qa.interfaces.frame.page_frame import render_page
from qa.interfaces.links import reading_address
from qa.interfaces.page.markup import outlet_name, quote_address
from qa.records import Citation, counted

ROOT = "../"
"""The way from the page to the chat."""

_STATUS = {
    "answered": "Answered",
    "partial": "Partly answered",
    "not_found": "Not in these articles",
    "false_premise": "The articles contradict the question",
}

_CHANGES = {
    "removed": "The article is no longer in the library",
    "retracted": "The article was retracted",
    "corrected": "The article was corrected",
    "quote gone": "The article was revised",
}


def render_answer(view: AnswerView) -> str:
    """The page of a saved answer."""
    document = lay_out([view.answer])
    notes = "".join(map(_source, document.footnotes, view.answer.citations))
    sources = f'<h2>Sources</h2><ol class="sources">{notes}</ol>' if notes else ""
    return render_page(
        document.title,
        f'<article class="saved"><h1 dir="auto">{escape(document.title)}</h1>{_facts(view)}'
        f"{_state(view)}{render_blocks(document)}{sources}</article>"
        f'<p class="soft about">The answer as it was given; quotes are the exact words of the '
        f'articles. <a href="{ROOT}api/answers/{view.id}">As JSON</a></p>',
        "plain.css",
        root=ROOT,
    )


def render_not_found(message: str) -> str:
    """The page for an answer that is not there, and what can be done."""
    return render_page(
        "No such answer",
        f"<h1>No such answer</h1><p>{escape(message)}</p><p>The oldest saved answers are removed "
        "in time, one that was just given waits until the library can be written to, and an "
        "address that was not copied as a whole leads nowhere. "
        f'<a href="{ROOT}">Ask the question again</a>.</p>',
        "plain.css",
        root=ROOT,
    )


def _facts(view: AnswerView) -> str:
    answer = view.answer
    asked = answer.asked_at
    parts = [
        f'Given on <time datetime="{view.given.isoformat()}">{format_day(view.given)}</time>',
        f"asked as of {format_day(asked)}" if asked and asked != view.given.date() else "",
        _STATUS[answer.status].lower(),
        "written by a model" if answer.mode == "written" else "quoted",
    ]
    return f'<p class="soft">{" · ".join(part for part in parts if part)}</p>'


def _state(view: AnswerView) -> str:
    """Whether every quote still stands in its article, or what has happened to which."""
    if not view.answer.citations:
        return ""
    if not view.changed:
        return '<p class="stands">Checked now: every quote still stands in its article.</p>'
    items = "".join(map(_change, view.changed))
    articles = len({one.article_id for one in view.changed})
    have = "has" if articles == 1 else "have"
    return (
        f'<section class="problem" aria-labelledby="since"><h2 id="since">Changed since</h2><p>'
        f"{counted(articles, 'article')} behind this answer {have} changed since it was given.</p>"
        f"<ul>{items}</ul></section>"
    )


def _change(one: Changed) -> str:
    compare = (
        f' <a href="{ROOT}{escape(reading_address(one.article_id))}?compare='
        f'{one.cited_version}-{one.current_version}">See what changed</a>'
        if one.current_version not in (None, one.cited_version)
        else ""
    )
    return (
        f'<li dir="auto"><a href="#note-{one.number}">[{one.number}]</a> {_CHANGES[one.what]}: '
        f"{escape(one.title or 'Untitled')}, {outlet_name(one.publisher)}. "
        f'<span class="notice">{escape(one.detail)}</span>{compare}</li>'
    )


def _source(note: Footnote, citation: Citation) -> str:
    """A quote with its article; the title leads to the quote there."""
    remarks = "".join(f'<p class="soft" dir="auto">{escape(remark)}</p>' for remark in note.remarks)
    address = escape(f"{ROOT}{quote_address(citation, [citation])}")
    original = (
        f' · <a href="{escape(note.address)}" rel="noopener noreferrer">Original</a>'
        if note.address
        else ""
    )
    return (
        f'<li id="note-{note.number}"><figure><blockquote dir="auto">'
        f"{escape(note.quote).join(quotation_marks(note.quote))}</blockquote>"
        f'<figcaption dir="auto"><a href="{address}">{escape(note.title)}</a>, '
        f"{escape(note.source)}{original}</figcaption></figure>{remarks}</li>"
    )
