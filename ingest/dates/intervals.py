"""Computes calendar intervals, such as weeks, quarters and seasons, as first and last day.

Both days are inclusive. Weeks run Monday to Sunday; seasons are those of the northern hemisphere in
whole months. Pure arithmetic; knows nothing about words, except the names of seasons.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import TypeAlias

Interval: TypeAlias = tuple[date, date]

SEASON_START_MONTHS = {"spring": 3, "summer": 6, "fall": 9, "autumn": 9, "winter": 12}
"""The month in which each season begins."""


def year(number: int) -> Interval:
    """1 January to 31 December."""
    return date(number, 1, 1), date(number, 12, 31)


def years(first: int, last: int) -> Interval:
    """From the first day of one year to the last of another."""
    return date(first, 1, 1), date(last, 12, 31)


def month(number: int, month_number: int) -> Interval:
    """A month of a year; month numbers beyond 1 to 12 run into the neighbouring years."""
    carry, index = divmod(month_number - 1, 12)
    number, index = number + carry, index + 1
    return date(number, index, 1), date(number, index, monthrange(number, index)[1])


def week(day: date, offset: int = 0) -> Interval:
    """The week of a day, or the ``offset``-th after it."""
    monday = day - timedelta(days=day.weekday()) + timedelta(weeks=offset)
    return monday, monday + timedelta(days=6)


def weekend(day: date, offset: int = 0) -> Interval:
    """Saturday and Sunday of the week of a day, or of the ``offset``-th week after it."""
    sunday = week(day, offset)[1]
    return sunday - timedelta(days=1), sunday


def quarter(number: int, which: int) -> Interval:
    """Quarter 1 to 4 of a year; other numbers run into the neighbouring years."""
    return month(number, 3 * which - 2)[0], month(number, 3 * which)[1]


def season(number: int, name: str) -> Interval:
    """The season that begins in a year: winter of 2021 ends in February 2022."""
    begins = SEASON_START_MONTHS[name]
    return month(number, begins)[0], month(number, begins + 2)[1]


def shift_back(day: date, count: int, unit: str) -> date:
    """The day ``count`` units (day, week, month, year, decade) earlier; later when negative.

    Raises ValueError or OverflowError beyond the calendar.
    """
    if unit in ("day", "week"):
        return day - timedelta(days=count * (7 if unit == "week" else 1))
    months = count * {"month": 1, "quarter": 3, "year": 12, "decade": 120}[unit]
    first, last = month(day.year, day.month - months)
    return first.replace(day=min(day.day, last.day))


def unit_around(day: date, unit: str) -> Interval:
    """The days that "a ``unit`` ago" may mean around ``day``: it is as precise as its unit."""
    if unit == "week":
        return day - timedelta(days=3), day + timedelta(days=3)
    if unit in ("month", "quarter"):
        return month(day.year, day.month)
    return year(day.year) if unit in ("year", "decade") else (day, day)


def part(interval: Interval, which: str) -> Interval:
    """The early, mid or late part: thirds, and for a month the days to 10, to 20 and after."""
    first, last = interval
    length = (last - first).days + 1
    if 28 <= length <= 31 and first.day == 1:
        cut_1, cut_2 = first + timedelta(days=9), first + timedelta(days=19)
    elif length in (365, 366) and first.day == first.month == 1:
        cut_1, cut_2 = date(first.year, 4, 30), date(first.year, 8, 31)
    else:
        cut_1 = first + timedelta(days=max(0, length // 3 - 1))
        cut_2 = first + timedelta(days=max(0, 2 * length // 3 - 1))
    day = timedelta(days=1)
    parts = {"early": (first, cut_1), "mid": (cut_1 + day, cut_2), "late": (cut_2 + day, last)}
    return parts[which]
