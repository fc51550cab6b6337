"""What each kind of time expression means: a match and the day of publication make an interval.

One function a kind, collected in ``RULES``; single days are in ``timex_days``. Knows nothing about
which texts are read or where the expressions go.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from ingest.dates import intervals as periods
from ingest.dates.day_normalization import day_word, holiday, iso, month_day, ordinal, weekday
from ingest.dates.intervals import Interval
from ingest.dates.recognition import MONTHS, ORDINALS, Found, NoExpression, Unresolved

# -- months, quarters, seasons --------------------------------------------------------------


_PART_OF = {"early": "early", "mid": "mid", "late": "late", "end": "late", "close": "late",
            "start": "early", "beginning": "early", "middle": "mid"}  # fmt: skip


def _part_name(found: Found) -> str:
    written = found.part("part").removeprefix("the ").removeprefix("very ").split(" ")[0]
    return _PART_OF[written.strip()]


def _part_of_month(found: Found) -> Interval:
    return periods.part(_month(found), _part_name(found))


def _month(found: Found) -> Interval:
    number = MONTHS[found.part("m", "m2", "m3").rstrip(".")]
    year = found.number("y")
    return periods.month(year, number) if year else _month_near(found, number)


def _month_near(found: Found, number: int) -> Interval:
    """The month without a year: the last one that had begun, or the next if still to come."""
    published, lead = found.published, found.part("lead", "lead2")
    this = (published.year, published.month)
    past = published.year if number <= published.month else published.year - 1
    ahead = published.year if number >= published.month else published.year + 1
    if lead == "last":
        return periods.month(past - ((past, number) == this), number)
    if lead == "next":
        return periods.month(ahead + ((ahead, number) == this), number)
    if lead == "until":
        return periods.month(ahead, number)
    if lead != "since" and (lead in ("by", "through") or found.tense == "future"):
        return periods.month(ahead, number)
    return periods.month(past, number)


def _month_range(found: Found) -> Interval:
    one, two = MONTHS[found.part("m").rstrip(".")], MONTHS[found.part("m2").rstrip(".")]
    year = found.number("y")
    last = periods.month(year, two)[1] if year else _month_near(found, two)[1]
    begins = found.number("y1") or (last.year if one <= two else last.year - 1)
    return periods.month(begins, one)[0], last


_MONEY = re.compile(
    r"sales|revenue|profit|earning|GDP|gross domestic|econom|growth|billion|trillion|inflation|debt"
    r"|\bshares?\b|forecast|analyst|loss(?:es)? of|deliver|report(?:ed|s) |report\b|subscribers",
    re.IGNORECASE,
)


def _quarter(found: Found) -> Interval:
    """Quarters of a year; those of a match are told by what else the sentence is about."""
    year, relative = found.number("y"), found.part("rel")
    money = _MONEY.search(found.text, found.low, found.high)
    if not (year or relative or found.part("q") or money):
        raise NoExpression
    if found.part("fiscal"):
        raise Unresolved
    which = int(found.part("q") or ORDINALS[found.part("nth")])
    if year or relative:
        return periods.quarter(year or _relative_year(found, relative), which)
    now = (found.published.month + 2) // 3
    if found.tense == "future":
        return periods.quarter(found.published.year + (which < now), which)
    return periods.quarter(found.published.year - (which > now), which)


def _half(found: Found) -> Interval:
    relative = found.part("rel") or ("this" if found.part("the") else "")
    year = found.number("y") or _relative_year(found, relative)
    first, second = periods.quarter(year, 1), periods.quarter(year, 4)
    early = found.part("nth") == "first"
    return (first[0], date(year, 6, 30)) if early else (date(year, 7, 1), second[1])


def _relative_year(found: Found, relative: str) -> int:
    return found.published.year + {"this": 0, "last": -1, "next": 1}[relative]


def _season(found: Found) -> Interval:
    name, year = found.part("name", "name2"), found.number("y")
    if year:
        return periods.season(year, name)
    lead, published = found.part("lead"), found.published
    choices = [periods.season(published.year + step, name) for step in (-2, -1, 0, 1)]
    begun = [choice for choice in choices if choice[0] <= published]
    coming = [choice for choice in choices if choice[1] >= published]
    if lead in ("last", "this past"):
        chosen = [choice for choice in choices if choice[1] < published][-1]
    elif lead == "next":
        chosen = next(choice for choice in choices if choice[0] > published)
    elif found.tense == "future" or lead in ("this coming", "by the", "until the"):
        chosen = coming[0]
    elif lead == "this" and begun[-1][0].year != published.year:
        near = (coming[0][0] - published).days <= 60 or found.tense == "unknown"
        chosen = coming[0] if near else begun[-1]
    else:
        chosen = begun[-1]
    return periods.part(chosen, found.part("part").strip()) if found.part("part") else chosen


# -- years and more -------------------------------------------------------------------------


def _year(found: Found) -> Interval:
    year = found.number("y", "y3", "y4", "y5", "y6")
    assert year is not None
    if found.day and not found.day.year - 550 < year <= found.day.year + 80:
        raise NoExpression
    return periods.year(year)


def _year_range(found: Found) -> Interval:
    first, written = int(found.part("y", "y5")), found.match["y2"]
    last = int(written) if len(written) == 4 else first // 100 * 100 + int(written)
    if last < first:
        raise NoExpression
    return periods.years(first, last)


def _part_of_year(found: Found) -> Interval:
    year, written = int(found.match["y"]), found.part("part")
    if written.endswith(" of"):
        which = _part_name(found)
        return {
            "early": periods.quarter(year, 1),
            "mid": periods.years(year, year),
            "late": periods.quarter(year, 4),
        }[which]
    return periods.part(periods.year(year), written)


_THIRDS = {"early": (0, 3), "mid": (4, 6), "late": (7, 9), "": (0, 9)}


def _decade(found: Found) -> Interval:
    short = found.part("s")
    before = found.text[max(found.low, found.match.start() - 8) : found.match.start()]
    if short and not re.match(r"(?:[Tt]he |['’‘])", found.match.group()):
        raise NoExpression  # people in their 60s, temperatures in the 80s
    if short and re.search(
        r"(?:degrees|mph|percent|temperature|highs?|lows?)\b", found.text[found.low : found.high]
    ):
        raise NoExpression
    if short and re.search(r"\b(?:his|her|their) $", before):
        raise NoExpression
    begins = int(found.part("y") or 0) or 1900 + int(short)
    low, high = _THIRDS[found.part("part")] if begins % 100 or not short else (0, 99)
    return periods.years(begins + low, begins + high)


def _century(found: Found) -> Interval:
    begins = (ordinal(found.part("n")) - 1) * 100 + 1
    return (
        periods.part(periods.years(begins, begins + 99), found.part("part"))
        if found.part("part")
        else periods.years(begins, begins + 99)
    )


# -- counted from publication ---------------------------------------------------------------

_LONG_AGO = {"day": 60, "week": 30, "month": 30, "quarter": 8, "year": 150, "decade": 1}
"""Beyond so many units, "ago" no longer counts days: "two decades ago" is an impression."""


def _ago(found: Found) -> Interval:
    count, unit, hedge = found.number("n"), found.part("u"), found.part("hedge")
    published = found.published
    if unit in ("hour", "minute"):
        return published, published
    if count is None or count > _LONG_AGO.get(unit, 0):
        raise Unresolved
    sign = -1 if found.part("dir") == "from now" else 1
    if hedge.endswith(("more than", "over")):
        if count > 4 or unit == "decade":
            raise Unresolved
        return _ordered(
            periods.back(published, sign * (count + 1), unit),
            periods.back(published, sign * count, unit),
        )
    if hedge.endswith(("less than", "fewer than", "under")):
        return _ordered(periods.back(published, sign * count, unit), published)
    return periods.around(periods.back(published, sign * count, unit), unit)


def _ordered(one: date, two: date) -> Interval:
    return (one, two) if one <= two else (two, one)


def _in_a_unit(found: Found) -> Interval:
    count, unit = found.number("n") or 1, found.part("u", "u2")
    if not found.part("u2") and found.tense != "future":
        raise Unresolved
    return periods.around(periods.back(found.published, -count, unit), unit)


_LASTS = re.compile(r"\b(?:to|will|would|could|can|may|might|should|must|not|did|does)\s$", re.I)
"""In front of it, "last 60 days" is a verb: the truce would last 60 days."""


def _rolling(found: Found) -> Interval:
    """The past year, the next two weeks: counted from publication, not by the calendar."""
    counted = found.part("n")
    direction = found.part("dir")
    the = found.match.group().lower().startswith(("the ", "these "))
    if not counted and (found.part("s") or not (the or direction in ("past", "coming"))):
        raise NoExpression
    before = found.text[max(found.low, found.match.start() - 12) : found.match.start()]
    if direction == "last" and not the and _LASTS.search(before):
        raise NoExpression
    count, unit = found.number("n") if counted else 1, found.part("u")
    if count is None or unit == "hour":
        raise Unresolved if unit != "hour" else NoExpression
    if direction == "previous" or (
        direction == "next"
        and not counted
        and not _RUNS.search(
            found.text, max(found.low, found.match.start() - 12), found.match.start()
        )
    ):
        raise Unresolved
    ahead = direction in ("next", "coming")
    other = periods.back(found.published, -count if ahead else count, unit)
    return _ordered(found.published, other)


_RUNS = re.compile(r"\b(?:in|over|for|within|during|throughout) $", re.IGNORECASE)


def _this_unit(found: Found) -> Interval:
    unit, direction, piece = found.part("u"), found.part("dir"), found.part("part")
    if direction == "the":
        if not piece.startswith("the ") and unit != "weekend":
            raise NoExpression
        if unit not in ("week", "weekend", "month", "year"):
            raise Unresolved
    if unit == "century" or (direction == "later" and unit):
        raise NoExpression
    published = found.published
    if unit == "weekend":
        return _weekend(found, direction)
    step = {"last": -1, "this past": -1, "next": 1, "this coming": 1}.get(direction, 0)
    interval = _unit(published, unit, step)
    if piece == "earlier" or direction.startswith("earlier"):
        return interval[0], max(interval[0], min(published, interval[1]))
    if piece == "later" or direction.startswith("later"):
        return min(max(interval[0], published), interval[1]), interval[1]
    if not piece:
        return interval
    which = _part_name(found)
    if unit == "year" and piece.startswith("the "):
        return periods.quarter(interval[0].year, 4 if which == "late" else 1)
    return periods.part(interval, which)


def _unit(day: date, unit: str, step: int) -> Interval:
    """The calendar unit that holds a day, or the ``step``-th after it."""
    if unit == "week":
        return periods.week(day, step)
    if unit == "month":
        return periods.month(day.year, day.month + step)
    if unit == "quarter":
        return periods.quarter(day.year, (day.month + 2) // 3 + step)
    if unit == "decade":
        begins = day.year // 10 * 10 + 10 * step
        return periods.years(begins, begins + 9)
    return periods.year(day.year + step)


def _weekend(found: Found, direction: str) -> Interval:
    published = found.published
    if direction in ("last", "this past"):
        return periods.weekend(published, -1)
    if direction == "next":
        return periods.weekend(published, 1)
    early = published.weekday() < 3 and direction in ("the", "this")
    if early and found.tense != "future":
        return periods.weekend(published, -1)
    return periods.weekend(published)


def _vague(found: Found) -> Interval:
    raise Unresolved


RULES: dict[str, Callable[[Found], Interval]] = {
    "iso": iso,
    "month day": month_day,
    "day month": month_day,
    "part of month": _part_of_month,
    "month range": _month_range,
    "month year": _month,
    "month": _month,
    "quarter": _quarter,
    "half": _half,
    "season": _season,
    "year range": _year_range,
    "decade": _decade,
    "century": _century,
    "part of year": _part_of_year,
    "year": _year,
    "ago": _ago,
    "in a unit": _in_a_unit,
    "rolling": _rolling,
    "this unit": _this_unit,
    "day": day_word,
    "weekday": weekday,
    "holiday": holiday,
    "vague": _vague,
}
