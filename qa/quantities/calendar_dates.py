"""Finds calendar dates in a text and tells which dates of a claim the evidence lacks.

"2 June 2025" is "June 2, 2025" and a Monday; a date may lack its year or its day. Relative
expressions ("last month") are not resolved here. Knows nothing about what happened on a date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from qa.language.time_spans import MONTH_PATTERN, MONTHS, WEEKDAYS

_MONTH_NUMBERS = {month[:3]: number for number, month in enumerate(MONTHS, 1)}
_YEAR = r"(?:1[5-9]|20)\d\d"
_DATE = re.compile(
    rf"(?P<month>{MONTH_PATTERN})\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:.,]\d)(?:,?\s(?P<year>{_YEAR})\b)?"
    rf"|\b(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?(?P<month2>{MONTH_PATTERN})(?:,?\s(?P<year2>{_YEAR})\b)?"
    rf"|\b(?P<year3>{_YEAR})-(?P<month3>\d\d)-(?P<day3>\d\d)\b"
    rf"|(?P<month4>{MONTH_PATTERN}),?\s(?:of\s)?(?P<year4>{_YEAR})\b"
    r"|\b(?P<month5>January|February|April|June|July|August|September|October|November|December)\b"
    r"|\b(?:in|of|since|until|by|last|next|early|late|mid)[\s-](?P<month6>May|March)\b"
    r"|\b(?P<weekday>(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)s?\b"
    rf"|(?<![\d.,$£€])\b(?P<year7>{_YEAR})\b(?![.,]?\d|\s?%|\s(?:people|dollars))"
)


@dataclass(frozen=True, slots=True)
class CalendarDate:
    """The parts of a date that ``text`` gives; 0 for those that it does not."""

    year: int
    month: int
    day: int
    weekday: int
    """1 for Monday to 7 for Sunday; computed where the whole date is given."""
    text: str
    start: int
    end: int


@lru_cache(maxsize=4_000)
def find_calendar_dates(text: str) -> tuple[CalendarDate, ...]:
    """Return the dates, months, years and weekdays that a text names, in reading order."""
    found = []
    for match in _DATE.finditer(text):
        part = {name.rstrip("234567"): v for name, v in match.groupdict().items() if v}
        month_text = part.get("month", "").lower()
        month = int(month_text) if month_text.isdigit() else _MONTH_NUMBERS.get(month_text[:3], 0)
        year, day = int(part.get("year", 0)), int(part.get("day", 0))
        named = part.get("weekday", "").lower()
        weekday = WEEKDAYS.index(named) + 1 if named else _weekday(year, month, day)
        found.append(CalendarDate(year, month, day, weekday, match.group(), *match.span()))
    return tuple(found)


def _weekday(year: int, month: int, day: int) -> int:
    try:
        return date(year, month, day).isoweekday()
    except ValueError:  # not a whole date
        return 0


def missing_dates(sentence: str, evidence: str) -> list[str]:
    """Return a reason for every date of the sentence that the evidence does not give."""
    known = find_calendar_dates(evidence)
    return [
        f"{claimed.text.strip()} is not in the quotes"
        for claimed in find_calendar_dates(sentence)
        if not _is_given(claimed, known)
    ]


def _is_given(claimed: CalendarDate, known: tuple[CalendarDate, ...]) -> bool:
    """Whether one date of the evidence is the claimed one; a year may stand apart from its day."""
    if claimed.year and claimed.year not in {d.year for d in known}:
        return False
    if claimed.month or claimed.day:
        return any(
            d.month == claimed.month and (not claimed.day or d.day == claimed.day)
            and (not claimed.year or not d.year or d.year == claimed.year)
            for d in known
        )  # fmt: skip
    return not claimed.weekday or claimed.weekday in {d.weekday for d in known}
