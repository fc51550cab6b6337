"""Extracts the constraints that a question sets on publication days and outlets.

    "before June", "according to UPI"  -> Filters: exact
    "last week", "in May"              -> Period: reports of those days are preferred

A period that reaches up to the day of asking ("this week") is what the date prior assumes anyway,
and is left out of the constraints, though not of ``named_periods``. Pure functions; temporal
expressions are resolved by ``ingest.dates.time_expressions``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ingest.dates.time_expressions import TimeExpression, find_time_expressions
from ingest.records import format_day, format_days
from ingest.storage.catalogue.filters import Filters

MAX_PERIOD_DAYS = 400
"""A wider period ("in the 1990s") says nothing about the day of a report."""

_UPPER_BOUND = re.compile(
    r"\b(before|prior to|until|till|up to|by)(?: the)?(?: end of)?\s*$", re.IGNORECASE
)
_LOWER_BOUND = re.compile(
    r"\b(since|after|following|as of|starting|from)(?: the)?\s*$", re.IGNORECASE
)
_OPENING_BOUND = re.compile(r"^(before|until|till|by|since|after|from)\b", re.IGNORECASE)
_RANGE_OPENING = re.compile(r"\b(?:between|from)(?: the)?\s*$", re.IGNORECASE)
_RANGE_JOINT = re.compile(r"\s*(?:and|to|through|until|-|–)(?: the)?\s*", re.IGNORECASE)
_ONE_DAY = timedelta(days=1)

_RECENTLY = re.compile(r"\b(?:recently|newly|latest|currently|right now|so far)\b", re.IGNORECASE)
_RECENT_DAYS = timedelta(days=7)
"""The days up to the asking that "recently" means in a question about the news."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days that a question asks about, both inclusive; None is open."""

    first: date | None
    last: date | None

    @property
    def words(self) -> str:
        """The days as readers write them: 2 June 2025, June 2025, 9 – 15 June 2025."""
        if self.first and self.last:
            return format_days(self.first, self.last)
        day = self.first or self.last
        return f"{'since' if self.first else 'until'} {format_day(day)}" if day else ""


def time_constraints(text: str, asked_at: date) -> tuple[Period | None, Filters]:
    """The period that a question asks about, and the publication days it requires.

    "Before" and "since" are requirements when they lie in the past: a report from before June
    cannot tell of July. A bound in the future ("by 2030") is about the event, and requires nothing.
    """
    first = last = period = None
    for found in _with_ranges(text, find_time_expressions(text, asked_at)):
        if found.first is None or found.last is None:
            continue
        bound = _bound(text, found)
        if bound in ("before", "prior to"):
            last = _earlier(found.first - _ONE_DAY, last, asked_at)
        elif bound in ("until", "till", "up to", "by"):
            last = _earlier(found.last, last, asked_at)
        elif bound in ("after", "following"):
            first = _later(found.last + _ONE_DAY, first, asked_at)
        elif bound:
            first = _later(found.first, first, asked_at)
        elif found.last < asked_at and (found.last - found.first).days <= MAX_PERIOD_DAYS:
            period = Period(found.first, found.last)
    if first and last and first > last:
        return period, Filters()
    return period, Filters(first=first, last=last)


def named_periods(text: str, asked_at: date, *, recently: bool = True) -> tuple[Period, ...]:
    """The days that a question is about and that have begun when it is asked: "in 2012", "on
    Tuesday", "this week"; without any, the last days for "recently", unless ``recently`` is False.
    The end of a period ("before June") is none of them: it is a filter."""
    found = tuple(
        Period(one.first, one.last)
        for one in _with_ranges(text, find_time_expressions(text, asked_at))
        if one.first and one.last and one.first <= asked_at and not _bound(text, one)
        and (one.last - one.first).days <= MAX_PERIOD_DAYS
    )  # fmt: skip
    if not found and recently and _RECENTLY.search(text):
        return (Period(asked_at - _RECENT_DAYS, asked_at),)
    return found


def _with_ranges(text: str, found: Sequence[TimeExpression]) -> list[TimeExpression]:
    """The expressions, "between A and B" and "from A to B" as one."""
    joined: list[TimeExpression] = []
    for one in found:
        before = joined[-1] if joined else None
        if (
            before
            and before.first
            and one.last
            and _RANGE_JOINT.fullmatch(text[before.end : one.start])
            and _RANGE_OPENING.search(text[: before.start])
        ):
            phrase = text[before.start : one.end]
            joined[-1] = TimeExpression(
                before.start, one.end, phrase, before.first, one.last, "range"
            )
        else:
            joined.append(one)
    return joined


def _bound(text: str, found: TimeExpression) -> str:
    """The word before a phrase, or at its beginning, that makes it one end of a period."""
    if found.rule == "range":
        return ""
    lead = _OPENING_BOUND.search(found.phrase)
    match = (
        _UPPER_BOUND.search(text[: found.start]) or _LOWER_BOUND.search(text[: found.start]) or lead
    )
    return match.group(1).lower() if match else ""


def _earlier(day: date, known: date | None, asked_at: date) -> date | None:
    return known if day >= asked_at else min(day, known or day)


def _later(day: date, known: date | None, asked_at: date) -> date | None:
    return known if day > asked_at else max(day, known or day)


_REPORTING_VERB = (
    r"(?:report|say|write|publish|claim|tell|reports|says|reported|said|wrote|published)"
)


def required_outlets(text: str, outlets: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """The outlets whose reports a question requires, and the question without that phrase.

    "According to UPI", "UPI reported", "in the Post's story" require; a bare name does not.
    """
    found = []
    for outlet in sorted(outlets, key=len, reverse=True):
        bare = re.sub(r"^The\s+", "", outlet)
        if bare not in text:
            continue  # the patterns are made per outlet: most questions name none
        name = rf"(?:[Tt]he )?{re.escape(bare)}"
        pattern = re.compile(
            rf",?\s*\b(?:[Aa]ccording to|[Rr]eported by|[Aa]s reported by|[Bb]ased on) {name}"
            rf"(?:[’']s? (?:report(?:ing|s)?|coverage|stor(?:y|ies)|articles?))?(?!\w),?"
            rf"|\b[Ii]n {name}(?:[’']s)? (?:report(?:ing|s)?|coverage|stor(?:y|ies)|articles?)\b,?"
        )
        if (stripped := pattern.sub("", text)) != text:
            found.append(outlet)
            text = stripped
        elif re.search(
            rf"\b(?:[Dd]id|[Dd]oes) {name} {_REPORTING_VERB}\b|^{name} (?:report|said|wr)", text
        ):
            found.append(outlet)
    return tuple(found), " ".join(text.split()).strip(" ,")
