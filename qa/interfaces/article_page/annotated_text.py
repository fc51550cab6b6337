"""Renders an article's text in paragraphs: quotes marked, speakers and days in the margin.

    text + spans -> paragraphs, each with its notes -> HTML

Spans may overlap and cross paragraphs; they are cut so that elements nest. All text is escaped.
Knows nothing about versions, or about where spans come from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from itertools import groupby

from ingest.attribution.statements import Statement
from ingest.dates.time_expressions import TimeExpression
from ingest.records import format_days
from qa.interfaces.article_page.article_request import Span

MAX_OPENING_WORDS = 5
"""Words of a sentence that tell which one a note is about."""

QUOTE_ID = "quote"
"""The id of the first quote, for ``/article/ID?quote=120-240#quote``."""


@dataclass(frozen=True, slots=True)
class Marking:
    """A span of the text and the element around it; ``opening`` is told whether it begins there."""

    start: int
    end: int
    opening: Callable[[bool], str]
    closing: str


def placed(text: str, span: Span) -> Span | None:
    """A span without the white space at its ends; None when it is not inside the text."""
    start, end = span
    if end > len(text):
        return None
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    end -= len(words) - len(words.rstrip())
    return (start, end) if start < end else None


def render_text(
    text: str,
    quotes: Sequence[Span],
    statements: Sequence[Statement],
    expressions: Sequence[TimeExpression],
) -> str:
    """The text as paragraphs, each with its notes beside it. ``quotes`` are ``placed``; the first
    has the id ``quote``."""
    layers = (
        [_quote(span, first=True) for span in quotes[:1]],
        [_quote(span, first=False) for span in sorted(quotes[1:])],
        [_statement(one) for one in statements],
        [_expression(one) for one in expressions if adds_information(one)],
    )
    rows = []
    for found in re.finditer(r"[^\n]*\S[^\n]*", text):
        start, end = found.span()
        words = _nested(text, start, end, layers)
        notes = [*_speaker_notes(text, start, end, statements),
                 *_day_notes(start, end, expressions)]  # fmt: skip
        items = "".join(f"<li>{note}</li>" for note in notes)
        margin = f'<ul class="notes" aria-label="Notes">{items}</ul>' if items else ""
        rows.append(f'<div class="row"><p>{words}</p>{margin}</div>')
    return "".join(rows)


def _nested(text: str, start: int, end: int, layers: Sequence[Sequence[Marking]]) -> str:
    """``text[start:end]`` with the elements of each layer around those of the next."""
    if not layers:
        return escape(text[start:end])
    parts, done = [], start
    for one in layers[0]:
        low, high = max(one.start, done), min(one.end, end)
        if low < high:
            parts.append(_nested(text, done, low, layers[1:]))
            inside = _nested(text, low, high, layers[1:])
            parts.append(one.opening(low == one.start) + inside + one.closing)
            done = high
    parts.append(_nested(text, done, end, layers[1:]))
    return "".join(parts)


def _quote(span: Span, *, first: bool) -> Marking:
    mark = f'<mark id="{QUOTE_ID}" tabindex="-1">' if first else "<mark>"
    again = '<mark class="first">' if first else "<mark>"
    return Marking(*span, lambda begins: mark if begins else again, "</mark>")


def _statement(one: Statement) -> Marking:
    opening = f'<span class="said" title="{escape(f"Said by {who(one)}")}">'
    return Marking(one.start, one.end, lambda _: opening, "</span>")


def _expression(one: TimeExpression) -> Marking:
    opening = f'<abbr title="{escape(days_of(one))}">'
    return Marking(one.start, one.end, lambda _: opening, "</abbr>")


# -- notes ----------------------------------------------------------------------------------


def who(statement: Statement) -> str:
    """The speaker of a statement with their role."""
    return ", ".join(part for part in (statement.speaker, statement.role) if part)


def days_of(expression: TimeExpression) -> str:
    """The days that an expression means: 17 November 2026."""
    assert expression.first is not None
    assert expression.last is not None
    return format_days(expression.first, expression.last)


def adds_information(expression: TimeExpression) -> bool:
    """Whether the days say more than the words: not when these name the year."""
    known = expression.first is not None and expression.last is not None
    return known and not re.search(r"\d{4}", expression.phrase)


def _speaker_notes(text: str, start: int, end: int, statements: Sequence[Statement]) -> list[str]:
    """Who says what stands in a paragraph, a surname alone joined to the name before or behind it;
    with the first words, when several people speak."""
    inside = [one for one in statements if one.start < end and one.end > start]
    runs = [list(run) for _, run in groupby(inside, lambda one: one.speaker.split()[-1])]
    names = [escape(max(map(who, run), key=len)) for run in runs]
    if len(runs) == 1:
        return [f"Said by {names[0]}"]
    return [
        f"“{escape(_opening(text, run[0]))}” said by {name}"
        for run, name in zip(runs, names, strict=True)
    ]


def _opening(text: str, one: Statement) -> str:
    words = text[one.start : one.end].strip("“”\"'‘’ ").split()
    return " ".join(words[:MAX_OPENING_WORDS]) + ("…" if len(words) > MAX_OPENING_WORDS else "")


def _day_notes(start: int, end: int, expressions: Sequence[TimeExpression]) -> list[str]:
    notes = {
        f"“{escape(one.phrase)}”: {_time(one.first, days_of(one))}": None
        for one in expressions
        if start <= one.start < end and adds_information(one)
    }
    return list(notes)


def _time(first: date | None, days: str) -> str:
    return f'<time datetime="{first.isoformat() if first else ""}">{escape(days)}</time>'
