"""Normalizes temporal expressions that name periods: months, quarters, years, "two weeks ago".

One function for each kind of expression takes the recognised expression and returns its first and
last day. Single days are ``day_normalization``'s; which words are an expression at all is decided
in ``recognition``. The conventions are those of tests/labels/README.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from ingest.dates import intervals
from ingest.dates.intervals import Interval
from ingest.dates.recognition import MONTHS, ORDINALS, NotTemporal, TimexMatch, Unresolved

# -- months, quarters, seasons --------------------------------------------------------------


_PART_OF = {"early": "early", "mid": "mid", "late": "late", "end": "late", "close": "late",
            "start": "early", "beginning": "early", "middle": "mid"}  # fmt: skip


def _part_name(timex: TimexMatch) -> str:
    """Early, mid or late, of "the very end of" and the like."""
    written = timex.group("part").removeprefix("the ").removeprefix("very ").split(" ")[0]
    return _PART_OF[written.strip()]


def _part_of_month(timex: TimexMatch) -> Interval:
    return intervals.part(_month(timex), _part_name(timex))


def _month(timex: TimexMatch) -> Interval:
    number = MONTHS[timex.group("m", "m2", "m3").rstrip(".")]
    year = timex.number("y")
    return intervals.month(year, number) if year else _month_near(timex, number)


def _month_near(timex: TimexMatch, number: int) -> Interval:
    """The month without a year: the last one that had begun, or the next if still to come."""
    published, lead = timex.published, timex.group("lead", "lead2")
    this = (published.year, published.month)
    past = published.year if number <= published.month else published.year - 1
    ahead = published.year if number >= published.month else published.year + 1
    if lead == "last":
        return intervals.month(past - ((past, number) == this), number)
    if lead == "next":
        return intervals.month(ahead + ((ahead, number) == this), number)
    if lead == "until":
        return intervals.month(ahead, number)
    if lead != "since" and (lead in ("by", "through") or timex.tense == "future"):
        return intervals.month(ahead, number)
    return intervals.month(past, number)


def _month_range(timex: TimexMatch) -> Interval:
    one, two = MONTHS[timex.group("m").rstrip(".")], MONTHS[timex.group("m2").rstrip(".")]
    year = timex.number("y")
    last = intervals.month(year, two)[1] if year else _month_near(timex, two)[1]
    begins = timex.number("y1") or (last.year if one <= two else last.year - 1)
    return intervals.month(begins, one)[0], last


_FINANCIAL = re.compile(
    r"sales|revenue|profit|earning|GDP|gross domestic|econom|growth|billion|trillion|inflation|debt"
    r"|\bshares?\b|forecast|analyst|loss(?:es)? of|deliver|report(?:ed|s) |report\b|subscribers",
    re.IGNORECASE,
)


def _quarter(timex: TimexMatch) -> Interval:
    """A quarter of a year, and not of a match: only beside a year or financial words."""
    year, relative = timex.number("y"), timex.group("rel")
    financial = _FINANCIAL.search(timex.sentence)
    if not (year or relative or timex.group("q") or financial):
        raise NotTemporal
    if timex.group("fiscal"):
        raise Unresolved
    which = int(timex.group("q") or ORDINALS[timex.group("nth")])
    if year or relative:
        return intervals.quarter(year or _relative_year(timex, relative), which)
    now = (timex.published.month + 2) // 3
    if timex.tense == "future":
        return intervals.quarter(timex.published.year + (which < now), which)
    return intervals.quarter(timex.published.year - (which > now), which)


def _relative_year(timex: TimexMatch, relative: str) -> int:
    return timex.published.year + {"this": 0, "last": -1, "next": 1}[relative]


def _season(timex: TimexMatch) -> Interval:
    name, year = timex.group("name", "name2"), timex.number("y")
    if year:
        return intervals.season(year, name)
    lead, published = timex.group("lead"), timex.published
    choices = [intervals.season(published.year + step, name) for step in (-2, -1, 0, 1)]
    begun = [choice for choice in choices if choice[0] <= published]
    coming = [choice for choice in choices if choice[1] >= published]
    if lead in ("last", "this past"):
        chosen = [choice for choice in choices if choice[1] < published][-1]
    elif lead == "next":
        chosen = next(choice for choice in choices if choice[0] > published)
    elif timex.tense == "future" or lead in ("this coming", "by the", "until the"):
        chosen = coming[0]
    elif lead == "this" and begun[-1][0].year != published.year:
        near = (coming[0][0] - published).days <= 60 or timex.tense == "unknown"
        chosen = coming[0] if near else begun[-1]
    else:
        chosen = begun[-1]
    return intervals.part(chosen, timex.group("part").strip()) if timex.group("part") else chosen


# -- years and more -------------------------------------------------------------------------


def _year(timex: TimexMatch) -> Interval:
    year = timex.number("y", "y3", "y4", "y5", "y6")
    assert year is not None
    if (day := timex.publication_day) and not day.year - 550 < year <= day.year + 80:
        raise NotTemporal
    return intervals.year(year)


def _year_range(timex: TimexMatch) -> Interval:
    first, written = int(timex.group("y", "y5")), timex.match["y2"]
    last = int(written) if len(written) == 4 else first // 100 * 100 + int(written)
    if last < first:
        raise NotTemporal
    return intervals.years(first, last)


def _part_of_year(timex: TimexMatch) -> Interval:
    year, written = int(timex.match["y"]), timex.group("part")
    if written.endswith(" of"):
        which = _part_name(timex)
        return {
            "early": intervals.quarter(year, 1),
            "mid": intervals.years(year, year),
            "late": intervals.quarter(year, 4),
        }[which]
    return intervals.part(intervals.year(year), written)


_THIRDS = {"early": (0, 3), "mid": (4, 6), "late": (7, 9), "": (0, 9)}


_MEASURED = re.compile(r"(?:degrees|mph|percent|temperature|highs?|lows?)\b")


def _decade(timex: TimexMatch) -> Interval:
    short = timex.group("s")
    if short and (
        not re.match(r"(?:[Tt]he |['’‘])", timex.match.group())
        or _MEASURED.search(timex.sentence)
        or re.search(r"\b(?:his|her|their) $", timex.before)
    ):
        raise NotTemporal  # people in their 60s, temperatures in the 80s
    begins = int(timex.group("y") or 0) or 1900 + int(short)
    low, high = _THIRDS[timex.group("part")] if begins % 100 or not short else (0, 99)
    return intervals.years(begins + low, begins + high)


# -- counted from publication ---------------------------------------------------------------

_MAX_COUNT_AGO = {"day": 60, "week": 30, "month": 30, "quarter": 8, "year": 150, "decade": 1}
"""Beyond so many units, "ago" no longer counts days: "two decades ago" is an impression."""


def _ago(timex: TimexMatch) -> Interval:
    count, unit, hedge = timex.number("n"), timex.group("u"), timex.group("hedge")
    published = timex.published
    if unit in ("hour", "minute"):
        return published, published
    if count is None or count > _MAX_COUNT_AGO.get(unit, 0):
        raise Unresolved
    sign = -1 if timex.group("dir") == "from now" else 1
    if hedge.endswith(("more than", "over")):
        if count > 4 or unit == "decade":
            raise Unresolved
        return _interval(
            intervals.shift_back(published, sign * (count + 1), unit),
            intervals.shift_back(published, sign * count, unit),
        )
    if hedge.endswith(("less than", "fewer than", "under")):
        return _interval(intervals.shift_back(published, sign * count, unit), published)
    return intervals.unit_around(intervals.shift_back(published, sign * count, unit), unit)


def _interval(one: date, two: date) -> Interval:
    return (one, two) if one <= two else (two, one)


_MODAL_BEFORE = re.compile(
    r"\b(?:to|will|would|could|can|may|might|should|must|not|did|does)\s$", re.I
)
"""Makes "last" a verb: the truce would last 60 days."""


def _rolling(timex: TimexMatch) -> Interval:
    """The past year, the next two weeks: counted from publication, not by the calendar."""
    counted = timex.group("n")
    direction = timex.group("dir")
    the = timex.match.group().lower().startswith(("the ", "these "))
    if not counted and (timex.group("s") or not (the or direction in ("past", "coming"))):
        raise NotTemporal
    if direction == "last" and not the and _MODAL_BEFORE.search(timex.before):
        raise NotTemporal
    count, unit = timex.number("n") if counted else 1, timex.group("u")
    if unit == "hour":
        raise NotTemporal
    if count is None:
        raise Unresolved
    if direction == "previous" or (
        direction == "next" and not counted and not _DURATION_BEFORE.search(timex.before)
    ):
        raise Unresolved
    ahead = direction in ("next", "coming")
    other = intervals.shift_back(timex.published, -count if ahead else count, unit)
    return _interval(timex.published, other)


_DURATION_BEFORE = re.compile(r"\b(?:in|over|for|within|during|throughout) $", re.IGNORECASE)


def _this_unit(timex: TimexMatch) -> Interval:
    unit, direction, piece = timex.group("u"), timex.group("dir"), timex.group("part")
    if direction == "the":
        if not piece.startswith("the ") and unit != "weekend":
            raise NotTemporal
        if unit not in ("week", "weekend", "month", "year"):
            raise Unresolved
    if unit == "century" or (direction == "later" and unit):
        raise NotTemporal
    published = timex.published
    if unit == "weekend":
        return _weekend(timex, direction)
    step = {"last": -1, "this past": -1, "next": 1, "this coming": 1}.get(direction, 0)
    interval = _unit(published, unit, step)
    if piece == "earlier" or direction.startswith("earlier"):
        return interval[0], max(interval[0], min(published, interval[1]))
    if piece == "later" or direction.startswith("later"):
        return min(max(interval[0], published), interval[1]), interval[1]
    if not piece:
        return interval
    which = _part_name(timex)
    if unit == "year" and piece.startswith("the "):
        return intervals.quarter(interval[0].year, 4 if which == "late" else 1)
    return intervals.part(interval, which)


def _unit(day: date, unit: str, step: int) -> Interval:
    """The calendar unit that holds a day, or the ``step``-th after it."""
    if unit == "week":
        return intervals.week(day, step)
    if unit == "month":
        return intervals.month(day.year, day.month + step)
    if unit == "quarter":
        return intervals.quarter(day.year, (day.month + 2) // 3 + step)
    if unit == "decade":
        begins = day.year // 10 * 10 + 10 * step
        return intervals.years(begins, begins + 9)
    return intervals.year(day.year + step)


def _weekend(timex: TimexMatch, direction: str) -> Interval:
    published = timex.published
    if direction in ("last", "this past"):
        return intervals.weekend(published, -1)
    if direction == "next":
        return intervals.weekend(published, 1)
    early = published.weekday() < 3 and direction in ("the", "this")
    if early and timex.tense != "future":
        return intervals.weekend(published, -1)
    return intervals.weekend(published)


PERIOD_NORMALIZERS: dict[str, Callable[[TimexMatch], Interval]] = {
    "part of month": _part_of_month,
    "month range": _month_range,
    "month year": _month,
    "month": _month,
    "quarter": _quarter,
    "season": _season,
    "year range": _year_range,
    "decade": _decade,
    "part of year": _part_of_year,
    "year": _year,
    "ago": _ago,
    "rolling": _rolling,
    "this unit": _this_unit,
}
"""By kind of expression, as in ``recognition.PATTERNS``."""
