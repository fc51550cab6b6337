"""Time expressions in news text, resolved against the day of publication.

    text -> sentences with a time word -> expressions by kind -> what the day of publication and the
    tense around make of each -> (first day, last day), or unresolved

A weekday in the past tense is the last one on or before publication, after "will" the next one.
Relative expressions inside direct quotations resolve against the publication too, though they were
spoken earlier. What names no days ("in recent years", "the day before") stays unresolved, and so
does everything relative in an undated article. The rules are ours: see docs/time-and-speakers.md
for their accuracy. Knows nothing about where the text comes from.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from ingest.dates.intervals import Interval
from ingest.dates.period_normalization import RULES
from ingest.dates.recognition import (
    HINTS,
    PATTERNS,
    TRIGGER,
    Found,
    NoExpression,
    Unresolved,
    kinds_of,
)
from ingest.records import When, day_of
from ingest.segmentation import sentence_spans


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """A phrase of a text that means days: ``text[start:end] == phrase``.

    ``first`` and ``last`` are both inclusive, or both None when it stays unresolved; ``rule`` names
    the kind of expression.
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
    """The time expressions of a text in order, without overlap.

    ``spans``: its sentences, when they are known already.
    """
    day = day_of(published) if published else None
    found = [
        expression
        for low, high, kinds in _worth_reading(text, spans)
        for expression in _in_sentence(text, low, high, kinds, day)
    ]
    return tuple(sorted(found, key=lambda e: e.start))


def _worth_reading(
    text: str, spans: Sequence[tuple[int, int]] | None
) -> Iterator[tuple[int, int, set[str]]]:
    """The sentences with a time word, and the kinds of expression to look for in each."""
    triggers = [(m.start(), m.group()) for m in TRIGGER.finditer(text)]
    if not triggers:
        return
    sentences = spans if spans is not None else sentence_spans(text)
    starts = [start for start, _ in sentences]
    wanted: dict[int, set[str]] = {}
    for position, group in triggers:
        wanted.setdefault(bisect_right(starts, position) - 1, set()).update(kinds_of(group))
    for index, kinds in wanted.items():
        if index >= 0:
            yield (*sentences[index], kinds)


def _in_sentence(
    text: str, low: int, high: int, kinds: set[str], day: date | None
) -> Iterator[TimeExpression]:
    taken: list[tuple[int, int]] = []
    sentence = text[low:high]
    for rule, pattern in PATTERNS.items():
        if rule not in kinds or not any(hint in sentence for hint in HINTS.get(rule, ("",))):
            continue
        for match in pattern.finditer(text, low, high):
            start, end = match.span()
            if any(start < b and a < end for a, b in taken):
                continue
            try:
                expression = _resolved(Found(match, rule, text, low, high, day))
            except NoExpression:
                continue
            taken.append((start, end))
            yield expression


def _resolved(found: Found) -> TimeExpression:
    start, end = _phrase(found)
    try:
        first, last = _since(found, RULES[found.rule](found))
        if first > last:
            raise Unresolved
    except (Unresolved, ValueError, OverflowError, KeyError):  # days that no calendar has
        return TimeExpression(start, end, found.text[start:end], None, None, found.rule)
    return TimeExpression(start, end, found.text[start:end], first, last, found.rule)


_LEAD = re.compile(
    r"(?i:by|from|of|to|and|until|through|throughout|during|before|after|an?|the|his|her|its|their"
    r"|was|as of|back to|late as|year|in|on|since)(?: the)? (?=[A-Z\d])|\((?=\d)"
    r"|(?i:in|during|by|until|over) (?=the )"
)
_TAIL = re.compile(r"(?:['’]s|\)|\s)+$")


def _phrase(found: Found) -> tuple[int, int]:
    """The span without the preposition that led to it."""
    start, end = found.match.span()
    lead = _LEAD.match(found.text, start, end)
    start = lead.end() if lead and lead.end() < end else start
    tail = _TAIL.search(found.text, start, end)
    return start, tail.start() if tail and tail.start() > start else end


_SINCE = re.compile(
    r"\bsince (?:at least |about |around |last |early |mid-?|late )?$", re.IGNORECASE
)


def _since(found: Found, interval: Interval) -> Interval:
    """What "since" makes of an interval: it runs to the day of publication."""
    start = found.match.start()
    inside = found.part("lead").startswith("since")
    if not inside and not _SINCE.search(found.text, max(found.low, start - 24), start):
        return interval
    if found.day is None or interval[0] > found.day:
        return interval
    return interval[0], found.day
