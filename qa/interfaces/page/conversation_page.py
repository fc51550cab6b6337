"""The conversation as HTML, built from records and nothing else.

Knows nothing about gradio, sessions or how answers come about. The sources are in ``source_cards``;
looks and behaviour are in ``assets/citewire.css`` and ``assets/citewire.js``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from qa.interfaces.page import comparison_panel as beside
from qa.interfaces.page.conversation import Exchange
from qa.interfaces.page.markup import (
    chip,
    count,
    escaped,
    linked,
    origin,
    own,
    published,
    span,
    when_mark,
)
from qa.records import Answer, Citation, NearArticle, Sentence, capitalized

LOGO = (
    '<svg class="cw-logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">'
    '<rect width="32" height="32" rx="8"/>'
    '<path d="M12.5 8H8.5v16h4M19.5 8h4v16h-4"/><circle cx="16" cy="16" r="2.6"/></svg>'
)

_PULSE = '<span class="cw-pulse"></span>'

LONGEST_TAIL = 24
"""Longer last words may be broken, or they would not fit a narrow screen."""


# -- the page around the conversation -------------------------------------------------------


def header(status: Mapping[str, Any]) -> str:
    """Name, promise and what the library holds. ``status`` is ``Assistant.status()``."""
    return (
        f'<header class="cw-header">{LOGO}<div class="cw-name"><h1>Citewire</h1>'
        "<p>Answers from news articles, each sentence with the words behind it.</p></div>"
        f'<p class="cw-facts"><span>{escaped(facts(status))}</span> '
        f"<span>{escaped(how(status))}</span></p></header>"
    )


def facts(status: Mapping[str, Any]) -> str:
    """For example: 22 articles from 6 outlets, 21 Aug - 22 Oct 2026."""
    if not status.get("articles"):
        return "The library is empty"
    parts = [count(status["articles"], "article")]
    if status.get("outlets"):
        parts[0] += f" from {count(status['outlets'], 'outlet')}"
    if status.get("oldest") and status.get("newest"):
        parts.append(span(*(date.fromisoformat(status[end]) for end in ("oldest", "newest"))))
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
        f'<li><button type="button" class="cw-example" data-question="{escaped(e)}" dir="auto">'
        f"{escaped(e)}</button></li>"
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
        f"{escaped(one.question)}</p></div>"
        f'<div class="cw-answer">{_answer(one)}</div></article>'
    )


def _answer(one: Exchange) -> str:
    lead = _note(one.answer.lead) if one.answer and one.answer.lead else ""
    parts = [lead, _standing_of(one), _sentences(one)]
    if one.progress == "working":
        parts.append(f'<p class="cw-status">{_PULSE}{escaped(one.message)}…</p>')
    elif one.progress == "stopped":
        parts.append('<p class="cw-note">Stopped before the answer was complete.</p>')
    elif one.progress == "failed":
        parts.append(f'<p class="cw-note cw-failed">{escaped(one.message)}</p>')
    if one.answer is not None:
        parts.append(_ending(one.answer))
    return "".join(parts)


def _standing_of(one: Exchange) -> str:
    """What sums the quotes up: the newest figure, figures that differ, or a timeline."""
    if one.answer is None:
        return ""
    cited = {citation.number: citation for citation in one.citations}
    parts = (beside.superseded, beside.disagreements, beside.timeline)
    return "".join(part(one.answer, cited, one.number) for part in parts)


_OURS = (
    "Framed dates are what Citewire takes the words to mean; the articles do not spell them out."
)


def _ending(answer: Answer) -> str:
    """What stands below the sentences of a finished answer."""
    parts = [_not_found(answer.nearest)] if answer.status == "not_found" else []
    if answer.understood_as:
        parts.append(f'<p class="cw-ours" dir="auto">{escaped(answer.understood_as)}.</p>')
    if answer.status == "not_found" and answer.freshness:
        parts.append(f'<p class="cw-ours">{escaped(answer.freshness)}</p>')
    parts += [_note(notice) for notice in answer.notices if notice != answer.lead]
    if answer.sentences:
        if any(when.adds_information for citation in answer.citations for when in citation.dates):
            parts.append(f'<p class="cw-ours">{_OURS}</p>')
        parts.append(
            f'<footer class="cw-foot"><span>{escaped(_standing(answer))}</span>'
            f'<button type="button" class="cw-copy" data-copy="{escaped(str(answer))}">Copy answer'
            "</button></footer>"
        )
    return "".join(parts)


def _note(text: str) -> str:
    return f'<p class="cw-note" dir="auto">{escaped(text)}</p>'


def _standing(answer: Answer) -> str:
    """For example: As of 4 September 2026 · newest article in the library 22 October 2026 ·
    2 independent sources."""
    parts = ["Partly answered"] if answer.status == "partial" else []
    if not answer.as_of:
        parts.append("No publication date is known")
    if answer.freshness:
        parts.append(answer.freshness)
    if answer.independent_sources:
        parts.append(count(answer.independent_sources, "independent source"))
    return " · ".join(parts)


def _sentences(one: Exchange) -> str:
    """Quotes one by one with their outlet; written sentences together as paragraphs. A timeline
    has shown them already."""
    if one.answer is not None and one.answer.timeline:
        return ""
    cited = {citation.number: citation for citation in one.citations}
    blocks: list[str] = []
    written: list[str] = []
    for sentence in one.sentences:
        if _verbatim(sentence, cited):
            blocks += [_paragraph(written), _quotation(sentence, cited, one.number)]
            written = []
        else:
            voice = f"according to {escaped(sentence.said_by)}" if sentence.said_by else ""
            mark = f' <span class="cw-voice-mark">{voice}</span>' if voice else ""
            written.append(_sentence(sentence, ("", ""), cited, one.number) + mark)
    return "".join([*blocks, _paragraph(written)])


def _verbatim(sentence: Sentence, cited: Mapping[int, Citation]) -> bool:
    """Whether a sentence is a quotation. Decided by its words, not by the mode of the answer."""
    quotes = (cited[n].quote for n in sentence.citations if n in cited)
    return any(quote.split() == sentence.text.split() for quote in quotes)


def _paragraph(written: Sequence[str]) -> str:
    return f'<p class="cw-written" dir="auto">{" ".join(written)}</p>' if written else ""


def _quotation(sentence: Sentence, cited: Mapping[int, Citation], turn: int) -> str:
    first = next(cited[n] for n in sentence.citations if n in cited)
    words = _sentence(sentence, _marks(sentence.text), cited, turn, _whens(first))
    voice = (
        f'<p class="cw-voice" dir="auto">{escaped(capitalized(sentence.said_by))} said:</p>'
        if sentence.said_by
        else ""
    )
    return (
        f'<figure class="cw-quotation">{voice}<blockquote dir="auto">{words}</blockquote>'
        f"<figcaption>{origin(first, speaker=not voice)}</figcaption></figure>"
    )


def _marks(text: str) -> tuple[str, str]:
    """Quotation marks that can be told from those inside the text, which stays as it is."""
    double = any(mark in text for mark in '“”"')
    return ("‘\u200a", "\u200a’") if double else ("“", "”")


def _whens(citation: Citation) -> Sequence[tuple[int, str]]:
    """Where in the quote, its white space made single, a resolved date is shown, and how."""
    return [
        (len(" ".join(citation.quote[: when.end].split())), mark)
        for when in citation.dates
        if (mark := when_mark(when))
    ]


def _sentence(
    sentence: Sentence,
    marks: tuple[str, str],
    cited: Mapping[int, Citation],
    turn: int,
    whens: Sequence[tuple[int, str]] = (),
) -> str:
    """A sentence between marks, its short answer in bold, and its numbers.

    The last word and the first number stay on one line.
    """
    text = sentence.text
    cut = text.rfind(" ") + 1
    if len(text) - cut > LONGEST_TAIL:
        cut = len(text)
    chips = [chip(cited[n], turn) for n in sentence.citations if n in cited]
    tail = f"{own(_emphasised(sentence, cut, len(text), whens))}{marks[1]}{''.join(chips[:1])}"
    return (
        f'{marks[0]}{own(_emphasised(sentence, 0, cut, whens))}<span class="cw-tail">{tail}</span>'
        f"{''.join(chips[1:])}"
    )


def _emphasised(sentence: Sentence, start: int, end: int, whens: Sequence[tuple[int, str]]) -> str:
    """A part of a sentence, with what belongs to its short answer in bold and resolved dates."""
    first, last = sentence.short or (end, end)
    first, last = min(max(first, start), end), min(max(last, start), end)
    before, short, after = (
        _with_days(sentence.text, i, j, whens)
        for i, j in ((start, first), (first, last), (last, end))
    )
    return f"{before}<strong>{short}</strong>{after}" if short else before + after


def _with_days(text: str, start: int, end: int, whens: Sequence[tuple[int, str]]) -> str:
    parts, done = [], start
    for place, mark in whens:
        if start < place <= end:
            parts += [escaped(text[done:place]), mark]
            done = place
    return "".join([*parts, escaped(text[done:end])])


def _not_found(nearest: Sequence[NearArticle]) -> str:
    items = "".join(
        f'<li><span class="cw-near-title" dir="auto">{linked(n.title or "Untitled", n.url)}</span>'
        f'<span class="cw-near-where">{own(escaped(n.publisher or "Unknown outlet"))} · '
        f"{published(n.published_at)}</span>"
        f'<span class="cw-near-text" dir="auto">{escaped(n.excerpt)}</span></li>'
        for n in nearest
    )
    offer = f"<ul>{items}</ul>" if items else ""
    return (
        '<section class="cw-notfound"><h3>Not in these articles</h3><p>Nothing in the library '
        f"answers this, so nothing is claimed.{' The nearest articles:' if items else ''}</p>"
        f"{offer}</section>"
    )
