"""The sources panel as HTML: for each number a card with the quote inside its passage.

Knows nothing about gradio, sessions or how answers come about.
"""

from __future__ import annotations

import re
from datetime import datetime

from ingest.records import format_day
from qa.interfaces.page.conversation import Exchange
from qa.interfaces.page.markup import escaped, linked, published, web_address, when_mark
from qa.records import Citation

CONTEXT = 160
"""Characters shown at first on each side of a quote; the rest of the passage is one click away."""

STUB = 50
"""A paragraph of which fewer characters would be left is not begun."""

_PROVENANCE = {
    "front matter": "given in the file's header",
    "given": "given with the article",
    "json-ld": "stated in the page's structured data",
    "meta": "stated in the page's metadata",
    "url": "read from the article's address",
    "feed": "stated by the feed",
    "dateline": "read from the article's dateline",
}


def no_sources() -> str:
    """The panel before anything was asked."""
    return _panel(
        None, "",
        '<p class="cw-none">The articles behind an answer appear here, each with the exact words '
        "that were used.</p>",
    )  # fmt: skip


def sources(one: Exchange) -> str:
    """The cards of one answer."""
    if one.citations:
        cards = "".join(_card(citation, one.number) for citation in one.citations)
    elif one.progress == "working":
        cards = '<p class="cw-none">Reading…</p>'
    else:
        cards = '<p class="cw-none">No article is cited for this question.</p>'
    return _panel(one.number, one.question, cards)


def _panel(turn: int | None, question: str, cards: str) -> str:
    about = f'<p class="cw-about" dir="auto">{escaped(question)}</p>' if question else ""
    return (
        f'<section class="cw-sources" data-turn="{turn or ""}" aria-label="Sources">'
        f'<div class="cw-sources-head"><h2>Sources</h2>'
        '<button type="button" class="cw-latest">Show the latest</button>'
        f"{about}</div>{cards}</section>"
    )


def _card(citation: Citation, turn: int) -> str:
    number, outlet = citation.number, citation.publisher or "Unknown outlet"
    revised = f"<span>revised, version {citation.version}</span>" if citation.version > 1 else ""
    return (
        f'<article class="cw-card" id="cw-card-{turn}-{number}" data-turn="{turn}" '
        f'data-n="{number}" tabindex="-1" aria-label="Source {number}">'
        f'<p class="cw-card-head"><span class="cw-number">{number}</span>'
        f'<span class="cw-outlet" dir="auto">{escaped(outlet)}</span>'
        f"{_dated(citation)}{revised}</p>"
        f'<h3 class="cw-title" dir="auto">{linked(citation.title or "Untitled", citation.url)}</h3>'
        f"{_said(citation)}{_passage(citation)}"
        f'<p class="cw-card-foot"><button type="button" class="cw-copy" '
        f'data-copy="{escaped(quote_to_copy(citation))}">Copy quote</button>'
        f"{_EXPANDER if _shortened(citation) else ''}"
        f'<button type="button" class="cw-back" data-turn="{turn}" data-n="{number}" '
        'aria-label="Back to the answer">Back</button></p></article>'
    )


_EXPANDER = '<button type="button" class="cw-expand" aria-expanded="false">Whole passage</button>'


def _passage(citation: Citation) -> str:
    quote = f"<mark>{_quote(citation)}</mark>"
    words = f"{_before(citation.before)}{quote}{_after(citation.after)}"
    return f'<blockquote class="cw-passage" dir="auto">{words}</blockquote>'


def _quote(citation: Citation) -> str:
    """The exact words, with the days we take them to mean behind each time expression."""
    parts, done = [], 0
    for when in citation.dates:
        if when.start >= done:
            parts += [_lines(citation.quote[done : when.end]), when_mark(when)]
            done = when.end
    return "".join([*parts, _lines(citation.quote[done:])])


def _before(text: str) -> str:
    """What stands in front of the quote: only its end at first, when it is long."""
    cut = text.find(" ", len(text) - CONTEXT) + 1 if _long(text) else 0
    more = f'<span class="cw-more">{_lines(text[:cut])}</span>' if cut else ""
    return f'<span class="cw-before">{more}{_lines(text[cut:])}</span>'


def _after(text: str) -> str:
    """What stands behind the quote: only its beginning at first, when it is long."""
    cut = text.rfind(" ", 0, CONTEXT) if _long(text) else len(text)
    if cut < len(text):
        paragraph = text.rfind("\n", CONTEXT // 2, cut)
        cut = paragraph if 0 <= cut - paragraph < STUB else max(cut, 0)
        cut = len(text[:cut].rstrip())
    more = f'<span class="cw-more">{_lines(text[cut:])}</span>' if text[cut:] else ""
    return f'<span class="cw-after">{_lines(text[:cut])}{more}</span>'


def _long(text: str) -> bool:
    return len(text) > 1.5 * CONTEXT


def _shortened(citation: Citation) -> bool:
    return _long(citation.before) or _long(citation.after)


def _lines(text: str) -> str:
    """Escaped text in which an empty line takes less room than a line."""
    return re.sub(r"\s*\n\s*", r'<span class="cw-gap">\g<0></span>', escaped(text))


def quote_to_copy(citation: Citation) -> str:
    """“quote” - outlet, date, address."""
    parts = (citation.publisher, published(citation.published_at), web_address(citation.url))
    return f"“{citation.quote}” - {', '.join(part for part in parts if part)}"


def _dated(citation: Citation) -> str:
    if citation.published_at is None:
        return '<span class="cw-date cw-undated">no publication date</span>'
    when = citation.published_at
    known = _PROVENANCE.get(citation.published_from, f"known from: {citation.published_from}")
    moment = f"{format_day(when)}, {when:%H:%M %Z}".strip() if isinstance(when, datetime) else ""
    tip = escaped(f"{moment or format_day(when)}; {known}")
    return (
        f'<time class="cw-date" datetime="{when.isoformat()}" title="{tip}">{format_day(when)}'
        f'<span class="cw-hidden"> ({escaped(known)})</span></time>'
    )


def _said(citation: Citation) -> str:
    if not citation.speaker:
        return ""
    on = f", {format_day(citation.said_on)}" if citation.said_on else ""
    return f'<p class="cw-said" dir="auto">Said by {escaped(citation.said_by)}{on}</p>'
