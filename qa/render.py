"""Answers as HTML: what the chat shows, built from records and nothing else.

Every text from an article, a model or a reader passes ``_text``; an address becomes a link only
when it is http or https. Knows nothing about gradio, sessions or how answers come about. Looks and
behaviour are in ``assets/citewire.css`` and ``assets/citewire.js``.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from ingest.records import When, day_of
from qa.records import Answer, Citation, NearArticle, Reported, Sentence

Progress = Literal["working", "done", "stopped", "failed"]

LOGO = (
    '<svg class="cw-logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">'
    '<rect width="32" height="32" rx="8"/>'
    '<path d="M12.5 8H8.5v16h4M19.5 8h4v16h-4"/><circle cx="16" cy="16" r="2.6"/></svg>'
)

LONGEST_TAIL = 24
"""Longer last words may be broken, or they would not fit a narrow screen."""

CONTEXT = 160
"""Characters shown at first on each side of a quote; the rest of the passage is one click away."""

_PROVENANCE = {
    "front matter": "given in the file's header",
    "field": "given in the record",
    "given": "given when the article was added",
    "json-ld": "stated in the page's structured data",
    "meta": "stated in the page's metadata",
    "url": "read from the article's address",
    "feed": "stated by the feed",
}


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question of a conversation and as much of its answer as there is."""

    number: int
    question: str
    progress: Progress = "working"
    message: str = "Searching"
    """What is going on, or what went wrong."""
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    answer: Answer | None = None


# -- the page around the conversation -------------------------------------------------------


def header(status: Mapping[str, Any]) -> str:
    """Name, promise and what the library holds. ``status`` is ``Assistant.status()``."""
    return (
        f'<header class="cw-header">{LOGO}<div class="cw-name"><h1>Citewire</h1>'
        "<p>Answers from news articles, each sentence with the words behind it.</p></div>"
        f'<p class="cw-facts"><span>{_text(facts(status))}</span> <span>{_text(how(status))}</span>'
        "</p></header>"
    )


def facts(status: Mapping[str, Any]) -> str:
    """For example: 22 articles from 6 outlets, 21 Aug - 22 Oct 2026."""
    if not status.get("articles"):
        return "The library is empty"
    parts = [count(status["articles"], "article")]
    if status.get("outlets"):
        parts[0] += f" from {count(status['outlets'], 'outlet')}"
    if status.get("oldest") and status.get("newest"):
        parts.append(_span(*(date.fromisoformat(status[end]) for end in ("oldest", "newest"))))
    return ", ".join(parts)


def how(status: Mapping[str, Any]) -> str:
    """How answers come about: by quoting, or written by which model."""
    if status.get("mode") == "written":
        return f"Answers written by {status.get('model') or 'a model'}"
    return "Quoting mode, no model configured"


def welcome(status: Mapping[str, Any], examples: Sequence[str]) -> str:
    """What stands where the conversation will be."""
    if not status.get("articles"):
        return (
            '<section class="cw-welcome"><h2>There are no articles yet</h2><p>Add some with '
            "<code>citewire ingest PATH</code>, where PATH is a folder, a file, a feed or an "
            "address, or the samples with <code>citewire ingest --samples</code>. Then ask.</p>"
            "</section>"
        )
    chips = "".join(
        f'<li><button type="button" class="cw-example" data-question="{_text(e)}" dir="auto">'
        f"{_text(e)}</button></li>"
        for e in examples
    )
    tries = f'<h3>For example</h3><ul class="cw-examples">{chips}</ul>' if chips else ""
    return (
        '<section class="cw-welcome"><h2>What do you want to know?</h2>'
        "<p>Ask about what the articles report. Every sentence of the answer carries a number; "
        "the number opens the article at the exact words. What the articles do not say, "
        f"Citewire does not say either.</p>{tries}</section>"
    )


# -- one question and its answer ------------------------------------------------------------


def exchange(one: Exchange) -> str:
    """A question with its answer, or with what there is of it so far."""
    return (
        f'<article class="cw-exchange" data-turn="{one.number}" data-progress="{one.progress}">'
        '<div class="cw-question"><p dir="auto"><span class="cw-hidden">You asked: </span>'
        f"{_text(one.question)}</p></div>"
        f'<div class="cw-answer">{_answer(one)}</div></article>'
    )


def _answer(one: Exchange) -> str:
    parts = [_sentences(one)]
    if one.progress == "working":
        parts.append(f'<p class="cw-status"><span class="cw-pulse"></span>{_text(one.message)}…</p>')
    elif one.progress == "stopped":
        parts.append('<p class="cw-note">Stopped before the answer was complete.</p>')
    elif one.progress == "failed":
        parts.append(f'<p class="cw-note cw-failed">{_text(one.message)}</p>')
    if one.answer is not None:
        parts.append(_ending(one.answer, one.number))
    return "".join(parts)


def _ending(answer: Answer, turn: int) -> str:
    """What stands below the sentences of a finished answer."""
    parts = [_not_found(answer.nearest)] if answer.status == "not_found" else []
    parts.append(_disagreements(answer, turn))
    parts += [f'<p class="cw-note" dir="auto">{_text(n)}</p>' for n in answer.notices]
    if answer.sentences:
        parts.append(
            f'<footer class="cw-foot"><span>{_text(_standing(answer))}</span>'
            f'<button type="button" class="cw-copy" data-copy="{_text(str(answer))}">Copy answer'
            "</button></footer>"
        )
    return "".join(parts)


def _standing(answer: Answer) -> str:
    """For example: As of 4 September 2026 · 2 independent sources."""
    parts = ["Partly answered"] if answer.status == "partial" else []
    if answer.as_of:
        parts.append(f"As of {_day(answer.as_of)}")
    if answer.independent_sources:
        parts.append(count(answer.independent_sources, "independent source"))
    return " · ".join(parts)


def _sentences(one: Exchange) -> str:
    """Quotes one by one with their outlet; written sentences together as paragraphs."""
    cited = {citation.number: citation for citation in one.citations}
    blocks: list[str] = []
    written: list[str] = []
    for sentence in one.sentences:
        if _verbatim(sentence, cited):
            blocks += [_paragraph(written), _quotation(sentence, cited, one.number)]
            written = []
        else:
            written.append(_sentence(sentence, ("", ""), cited, one.number))
    return "".join([*blocks, _paragraph(written)])


def _verbatim(sentence: Sentence, cited: Mapping[int, Citation]) -> bool:
    """Whether a sentence is a quotation. Decided by its words, not by the mode of the answer."""
    quotes = (cited[n].quote for n in sentence.citations if n in cited)
    return any(quote.split() == sentence.text.split() for quote in quotes)


def _paragraph(written: Sequence[str]) -> str:
    return f'<p class="cw-written" dir="auto">{" ".join(written)}</p>' if written else ""


def _quotation(sentence: Sentence, cited: Mapping[int, Citation], turn: int) -> str:
    first = next(cited[n] for n in sentence.citations if n in cited)
    words = _sentence(sentence, _marks(sentence.text), cited, turn)
    return (
        f'<figure class="cw-quotation"><blockquote dir="auto">{words}</blockquote>'
        f"<figcaption>{_origin(first)}</figcaption></figure>"
    )


def _marks(text: str) -> tuple[str, str]:
    """Quotation marks that can be told from those inside the text, which stays as it is."""
    double = any(mark in text for mark in '“”"')
    return ("‘\u200a", "\u200a’") if double else ("“", "”")


def _sentence(
    sentence: Sentence, marks: tuple[str, str], cited: Mapping[int, Citation], turn: int
) -> str:
    """A sentence between marks, its short answer in bold, and its numbers.

    The last word and the first number stay on one line.
    """
    text = sentence.text
    cut = text.rfind(" ") + 1
    if len(text) - cut > LONGEST_TAIL:
        cut = len(text)
    chips = [_chip(cited[n], turn) for n in sentence.citations if n in cited]
    tail = f"{_own(_emphasised(sentence, cut, len(text)))}{marks[1]}{''.join(chips[:1])}"
    return (
        f'{marks[0]}{_own(_emphasised(sentence, 0, cut))}<span class="cw-tail">{tail}</span>'
        f"{''.join(chips[1:])}"
    )


def _emphasised(sentence: Sentence, start: int, end: int) -> str:
    """A part of a sentence, with what belongs to its short answer in bold."""
    first, last = sentence.short or (end, end)
    first, last = min(max(first, start), end), min(max(last, start), end)
    before, short, after = (
        _text(sentence.text[i:j]) for i, j in ((start, first), (first, last), (last, end))
    )
    return f"{before}<strong>{short}</strong>{after}" if short else before + after


def _chip(citation: Citation, turn: int) -> str:
    where = _text(f"{citation.publisher or 'unknown outlet'}, {_published(citation.published_at)}")
    return (
        f'<button type="button" class="cw-cite" data-turn="{turn}" data-n="{citation.number}" '
        f'aria-label="Source {citation.number}: {where}" title="{where}">'
        f"{citation.number}</button>"
    )


def _disagreements(answer: Answer, turn: int) -> str:
    """What different sources gave for the same fact, side by side."""
    if not answer.disagreements:
        return ""
    cited = {citation.number: citation for citation in answer.citations}
    cells = "".join(_reported(one, cited, turn) for one in answer.disagreements)
    return (
        '<section class="cw-differ" aria-label="The sources differ"><h3>The sources differ</h3>'
        f"<dl>{cells}</dl></section>"
    )


def _reported(one: Reported, cited: Mapping[int, Citation], turn: int) -> str:
    origins = "".join(
        f"<dd>{_origin(cited[n])}{_chip(cited[n], turn)}</dd>"
        for n in one.citations
        if n in cited
    )
    return f'<div><dt dir="auto">{_text(one.value)}</dt>{origins}</div>'


def _not_found(nearest: Sequence[NearArticle]) -> str:
    items = "".join(
        f'<li><span class="cw-near-title" dir="auto">{_linked(n.title or "Untitled", n.url)}</span>'
        f'<span class="cw-near-where">{_own(_text(n.publisher or "Unknown outlet"))} · '
        f'{_published(n.published_at)}</span>'
        f'<span class="cw-near-text" dir="auto">{_text(n.excerpt)}</span></li>'
        for n in nearest
    )
    offer = f"<ul>{items}</ul>" if items else ""
    return (
        '<section class="cw-notfound"><h3>Not in these articles</h3><p>Nothing in the library '
        f'answers this, so nothing is claimed.{" The nearest articles:" if items else ""}</p>'
        f"{offer}</section>"
    )


# -- the sources panel ----------------------------------------------------------------------


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
    about = f'<p class="cw-about" dir="auto">{_text(question)}</p>' if question else ""
    return (
        f'<section class="cw-sources" data-turn="{turn or ""}" aria-label="Sources">'
        f'<div class="cw-sources-head"><h2>Sources</h2>'
        '<button type="button" class="cw-latest">Show the latest answer’s</button>'
        f"{about}</div>{cards}</section>"
    )


def _card(citation: Citation, turn: int) -> str:
    number = citation.number
    said = f'<p class="cw-said" dir="auto">{_text(_said(citation))}</p>' if citation.speaker else ""
    revised = f"<span>revised, version {citation.version}</span>" if citation.version > 1 else ""
    return (
        f'<article class="cw-card" id="cw-card-{turn}-{number}" data-turn="{turn}" '
        f'data-n="{number}" tabindex="-1" aria-label="Source {number}">'
        f'<p class="cw-card-head"><span class="cw-number">{number}</span>'
        f'<span class="cw-outlet" dir="auto">{_text(citation.publisher or "Unknown outlet")}</span>'
        f"{_dated(citation)}{revised}</p>"
        f'<h3 class="cw-title" dir="auto">{_linked(citation.title or "Untitled", citation.url)}</h3>'
        f'{said}<blockquote class="cw-passage" dir="auto">{_before(citation.before)}'
        f"<mark>{_lines(citation.quote)}</mark>{_after(citation.after)}</blockquote>"
        f'<p class="cw-card-foot"><button type="button" class="cw-copy" '
        f'data-copy="{_text(quote_to_copy(citation))}">Copy quote</button>'
        f'{_expander(citation)}<button type="button" class="cw-back" data-turn="{turn}" data-n="{number}">'
        "Back to the answer</button></p></article>"
    )


def _before(text: str) -> str:
    """What stands in front of the quote: only its end at first, when it is long."""
    cut = text.find(" ", len(text) - CONTEXT) + 1 if _long(text) else 0
    more = f'<span class="cw-more">{_lines(text[:cut])}</span>' if cut else ""
    return f'<span class="cw-before">{more}{_lines(text[cut:])}</span>'


def _after(text: str) -> str:
    cut = text.rfind(" ", 0, CONTEXT) if _long(text) else -1
    if cut < 0:
        return f'<span class="cw-after">{_lines(text)}</span>'
    more = f'<span class="cw-more">{_lines(text[cut:])}</span>'
    return f'<span class="cw-after">{_lines(text[:cut])}{more}</span>'


def _long(text: str) -> bool:
    return len(text) > 1.5 * CONTEXT


def _expander(citation: Citation) -> str:
    if not (_long(citation.before) or _long(citation.after)):
        return ""
    return '<button type="button" class="cw-expand" aria-expanded="false">Whole passage</button>'


def _lines(text: str) -> str:
    """Escaped text in which an empty line takes less room than a line."""
    return re.sub(r"\s*\n\s*", r'<span class="cw-gap">\g<0></span>', _text(text))


def quote_to_copy(citation: Citation) -> str:
    """“quote” - outlet, date, address."""
    parts = (citation.publisher, _published(citation.published_at), _web(citation.url))
    return f"“{citation.quote}” - {', '.join(part for part in parts if part)}"


def _dated(citation: Citation) -> str:
    if citation.published_at is None:
        return '<span class="cw-date cw-undated">no publication date</span>'
    when = citation.published_at
    known = _PROVENANCE.get(citation.published_from, f"known from: {citation.published_from}")
    moment = f"{_day(day_of(when))}, {when:%H:%M %Z}".strip() if isinstance(when, datetime) else ""
    tip = _text(f"{moment or _day(day_of(when))}; {known}")
    return (
        f'<time class="cw-date" datetime="{when.isoformat()}" title="{tip}">{_day(day_of(when))}'
        f'<span class="cw-hidden"> ({_text(known)})</span></time>'
    )


def _said(citation: Citation) -> str:
    on = f", {_day(citation.said_on)}" if citation.said_on else ""
    return f"Said by {citation.speaker}{on}"


# -- small parts ----------------------------------------------------------------------------


def _text(plain: str) -> str:
    """Plain text as HTML that shows it and does nothing else."""
    return html.escape(plain, quote=True)


def _linked(title: str, url: str | None) -> str:
    address = _web(url)
    if address is None:
        return _text(title)
    return (
        f'<a href="{_text(address)}" target="_blank" rel="noopener noreferrer">{_text(title)}'
        '<span class="cw-hidden"> (opens in a new tab)</span></a>'
    )


def _web(url: str | None) -> str | None:
    """The address if it is a plain http or https one, else None."""
    if not url or any(ch.isspace() or not ch.isprintable() for ch in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def _origin(citation: Citation) -> str:
    """Who said it if that is known, the outlet, and the day."""
    published = day_of(citation.published_at) if citation.published_at else None
    parts = [_own(_text(citation.publisher or "Unknown outlet"))]
    parts.append(_text(_published(citation.published_at)))
    if citation.speaker:
        on = citation.said_on if citation.said_on != published else None
        parts.insert(0, _own(_text(citation.speaker)) + (f", {_day(on)}" if on else ""))
    return " · ".join(parts)


def _own(markup: str) -> str:
    """Kept to itself: characters that turn the direction of writing do not reach what follows."""
    return f'<span class="cw-own">{markup}</span>' if markup else ""


def _published(when: When | None) -> str:
    return _day(day_of(when)) if when else "no publication date"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _span(first: date, last: date) -> str:
    if first == last:
        return f"{first.day} {first:%b %Y}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {first:%b}{year} – {last.day} {last:%b %Y}"


def count(number: int, noun: str) -> str:
    """For example: 1 article, 1,582 articles."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
