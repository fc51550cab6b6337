"""Finds temporal expressions in news text and resolves them to days (TIMEX3 of TimeML).

    text -> sentences with a trigger word -> recognition by kind
         -> normalization against the day of publication and the tense
         -> (first day, last day), or unresolved

Relative expressions inside direct quotations resolve against the publication too, though they were
spoken earlier. What names no days ("in recent years", "the day before") is left out, and everything
relative in an undated article stays unresolved. Recognition and normalization are the two steps of
HeidelTime (Strötgen and Gertz 2010); the rules are our own, and docs/time-and-speakers.md has their
accuracy. Knows nothing about where the text comes from.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from ingest.dates.day_normalization import DAY_NORMALIZERS
from ingest.dates.intervals import Interval
from ingest.dates.period_normalization import PERIOD_NORMALIZERS
from ingest.dates.recognition import (
    PATTERNS,
    TRIGGER_WORD,
    NotTemporal,
    TimexMatch,
    Unresolved,
    kinds_of,
)
from ingest.records import When, day_of
from ingest.segmentation import sentence_spans

NORMALIZERS = DAY_NORMALIZERS | PERIOD_NORMALIZERS


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """A phrase of a text that means days: ``text[start:end] == phrase``.

    ``first`` and ``last`` are both inclusive, or both None when the phrase stays unresolved.
    ``rule`` is the kind of expression, as in ``recognition.PATTERNS``.
    """

    start: int
    end: int
    phrase: str
    first: date | None
    last: date | None
    rule: str


def find_time_expressions(
    text: str, published: When | None, spans: Sequence[tuple[int, int]] | None = None
) -> tuple[TimeExpression, ...]:
    """The temporal expressions of a text in order, without overlap.

    ``published`` is the day that relative expressions count from; ``spans`` are the sentences of
    the text, when they are known already.
    """
    day = day_of(published) if published else None
    found = [
        expression
        for start, end, kinds in _candidate_sentences(text, spans)
        for expression in _expressions_in_sentence(text, start, end, kinds, day)
    ]
    return tuple(sorted(found, key=lambda e: e.start))


def _candidate_sentences(
    text: str, spans: Sequence[tuple[int, int]] | None
) -> Iterator[tuple[int, int, set[str]]]:
    """The sentences with a trigger word, and the kinds of expression to look for in each."""
    triggers = [(m.start(), m.group()) for m in TRIGGER_WORD.finditer(text)]
    if not triggers:
        return
    sentences = spans if spans is not None else sentence_spans(text)
    starts = [start for start, _ in sentences]
    kinds_by_sentence: dict[int, set[str]] = {}
    for position, word in triggers:
        index = bisect_right(starts, position) - 1
        kinds_by_sentence.setdefault(index, set()).update(kinds_of(word))
    for index, kinds in kinds_by_sentence.items():
        if index >= 0:
            yield (*sentences[index], kinds)


def _expressions_in_sentence(
    text: str, start: int, end: int, kinds: set[str], published: date | None
) -> Iterator[TimeExpression]:
    """The expressions of a sentence; a kind that comes first in ``PATTERNS`` claims its span."""
    claimed: list[tuple[int, int]] = []
    for kind, pattern in PATTERNS.items():
        if kind not in kinds:
            continue
        for match in pattern.finditer(text, start, end):
            if any(match.start() < b and a < match.end() for a, b in claimed):
                continue
            try:
                yield _normalized(TimexMatch(match, kind, text, start, end, published))
            except NotTemporal:
                continue
            claimed.append(match.span())


def _normalized(timex: TimexMatch) -> TimeExpression:
    """The expression with its days. Raises NotTemporal when it is none in this context."""
    start, end = _phrase_span(timex)
    phrase = timex.text[start:end]
    try:
        first, last = _extended_since(timex, NORMALIZERS[timex.kind](timex))
        if first > last:
            raise Unresolved
    except (Unresolved, ValueError, OverflowError, KeyError):  # days that no calendar has
        return TimeExpression(start, end, phrase, None, None, timex.kind)
    return TimeExpression(start, end, phrase, first, last, timex.kind)


_LEADING_WORDS = re.compile(
    r"(?i:by|from|of|to|and|until|through|throughout|during|before|after|an?|the|his|her|its|their"
    r"|was|as of|back to|late as|year|in|on|since)(?: the)? (?=[A-Z\d])|\((?=\d)"
    r"|(?i:in|during|by|until|over) (?=the )"
)
_TRAILING_MARKS = re.compile(r"(?:['’]s|\)|\s)+$")


def _phrase_span(timex: TimexMatch) -> tuple[int, int]:
    """The span of the expression without its preposition and trailing marks."""
    start, end = timex.match.span()
    lead = _LEADING_WORDS.match(timex.text, start, end)
    start = lead.end() if lead and lead.end() < end else start
    tail = _TRAILING_MARKS.search(timex.text, start, end)
    return start, tail.start() if tail and tail.start() > start else end


_SINCE_BEFORE = re.compile(
    r"\bsince (?:at least |about |around |last |early |mid-?|late )?$", re.IGNORECASE
)


def _extended_since(timex: TimexMatch, interval: Interval) -> Interval:
    """The interval, or after "since" the time from its first day to the day of publication."""
    since = timex.group("lead").startswith("since") or _SINCE_BEFORE.search(timex.before)
    published = timex.publication_day
    if not since or published is None or interval[0] > published:
        return interval
    return interval[0], published
