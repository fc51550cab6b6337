"""Normalizes temporal expressions that name single days: dates, weekdays, "today".

Each function takes a recognised expression and returns its first and last day. A weekday is
the last one on or before publication, or the next one where the verb is future; a day without a
year is the nearest one that the tense allows. Longer periods are ``period_normalization``'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from ingest.dates import intervals
from ingest.dates.intervals import Interval
from ingest.dates.recognition import MONTHS, WEEKDAYS, NotTemporal, TimexMatch, Unresolved
from ingest.dates.tense import Tense

_ONE_DAY = timedelta(days=1)


def iso_date(timex: TimexMatch) -> Interval:
    """2025-06-02."""
    day = date(*(int(timex.match[name]) for name in "ymd"))
    return day, day


_EVENT_YEARS = {(9, 11): 2001, (1, 6): 2021}
"""(month, day) of days that became names of events -> their year."""

_EVENT_NOUN = re.compile(
    r"(?:[’']s)?,? (?:attacks?|plan|trial|crowd|rally|violence|conspiracy|cases?"
    r"|committee|insurrection"
    r"|riots?|rioters?|Capitol|hearings?|panel"
    r"|investigation|defendants|select|House|terror\w*|siege|probe|commission)\b",
    re.IGNORECASE,
)
"""What follows such a day where it names the event: "the Jan. 6 committee" is not about last
January."""


def month_day(timex: TimexMatch) -> Interval:
    """May 16, 16 May 2021, May 16-18, Dec. 30 to Jan. 2."""
    month_1 = MONTHS[timex.group("m").rstrip(".")]
    month_2 = MONTHS[timex.group("m2").rstrip(".")] if timex.group("m2") else month_1
    day_2 = ordinal(timex.group("d2"))
    day_1 = ordinal(timex.group("d")) or day_2
    year = timex.number("y")
    if year is None:
        names_event = _EVENT_NOUN.match(timex.after)
        year = _EVENT_YEARS.get((month_1, day_1)) if names_event else None
        if year is None or year > timex.published.year:
            year = _year_of(timex, month_1, day_1)
    first = date(year, month_1, day_1)
    last = date(year, month_2, day_2 or day_1)
    return first, last if last >= first else last.replace(year=year + 1)


def ordinal(written: str) -> int:
    """The number in "16th"; 0 where there is none."""
    return int(re.sub(r"\D", "", written) or 0)


MAX_DAYS_AGAINST_TENSE = 21
"""A day that the tense puts almost a year away, but the calendar within so many days, is the near
one: "the deal ends Jan. 3, he said"."""

_DEADLINE = re.compile(r"\b(?:until|through|by|before|ending|ended|as of|to)(?: \w+day,?)? $")


def _year_of(timex: TimexMatch, month: int, day: int) -> int:
    """The year of a day without one: the tense decides, or else the nearest.

    After "until" or "by" the tense is that of the deed, not of the day, so the nearest counts too.
    """
    published = timex.published
    choices = [
        date(year, month, day)
        for year in (published.year - 1, published.year, published.year + 1)
        if day <= intervals.month(year, month)[1].day  # 29 February
    ]
    if not choices:
        raise Unresolved
    tense: Tense = timex.tense
    if deadline := _DEADLINE.search(timex.before):
        tense = "past" if deadline.group().startswith("as of") else "unknown"
    past = [choice for choice in choices if choice <= published]
    ahead = [choice for choice in choices if choice >= published]
    nearest = min(choices, key=lambda choice: abs(choice - published))
    if tense == "past" and past:
        soon = nearest > published and (nearest - published).days <= MAX_DAYS_AGAINST_TENSE
        return nearest.year if soon else past[-1].year
    if tense == "future" and ahead:
        just = nearest < published and (published - nearest).days <= MAX_DAYS_AGAINST_TENSE
        return nearest.year if just else ahead[0].year
    return nearest.year


_NOUN_AFTER = re.compile(
    r" (?!in\b|of\b|at\b|and\b|or\b|when\b|that\b|with\b|for\b|to\b|on\b|as\b|is\b|was\b)[a-z]{3}"
)
_NAME_BEFORE = re.compile(
    r"(?:\b(?:Black|Good|Super|Cyber|Ash|Palm|Easter|Bloody|Ruby|Freaky|Fat|Shrove|Giving|Casual|Taco"
    r"|Whit|Maundy|Joe|Bowl) |[‘“\"'])$"
)


def weekday(timex: TimexMatch) -> Interval:
    """Monday, last Friday, Thursday through Monday."""
    if (name := _NAME_BEFORE.search(timex.before)) and (
        name.group().endswith(" ") or timex.after.startswith(("’", "”", '"', "'"))
    ):
        raise NotTemporal  # Good Friday, “Thursday”
    lead = timex.group("lead")
    if timex.group("plural") or lead in ("every", "each", "per"):
        raise Unresolved
    if lead == "a" and not _NOUN_AFTER.match(timex.after):
        raise Unresolved  # "on a Tuesday", but "a Tuesday hearing" is the Tuesday at hand
    published, number = timex.published, WEEKDAYS[timex.group("name")]
    latest = published - timedelta(days=(published.weekday() - number) % 7)
    coming = published + timedelta(days=(number - published.weekday()) % 7)
    if lead in ("last", "this past"):
        day = latest - timedelta(weeks=latest == published)
    elif lead in ("next", "coming", "this coming"):
        day = coming + timedelta(weeks=coming == published)
    else:
        day = coming if timex.tense == "future" else latest
    until = timex.group("name2")
    return _run_of_days(timex, day, WEEKDAYS[until]) if until else (day, day)


def _run_of_days(timex: TimexMatch, first: date, until: int) -> Interval:
    """The days of "Thursday through Monday": all of them before publication, or all after it."""
    if first.weekday() == 0 and until >= 4:
        raise Unresolved  # "open Monday to Friday"
    length = (until - first.weekday()) % 7 * _ONE_DAY
    late = timex.tense != "future" and first + length > timex.published
    first -= timedelta(weeks=late)
    return first, first + length


def relative_day(timex: TimexMatch) -> Interval:
    """Yesterday, tonight, last night: the deictic words of a day."""
    word = timex.group("w", "w2", "w3")
    steps = {"yesterday": -1, "tomorrow": 1, "last night": -1, "the day before yesterday": -2,
             "the day after tomorrow": 2}  # fmt: skip
    if timex.match["w3"]:  # a capital in the middle of a sentence is a name: USA Today
        before = timex.before.strip("\"'“‘(—– ")
        if before and before[-1] not in ".!?:":
            raise NotTemporal
    day = timex.published + steps.get(word, 0) * _ONE_DAY
    return day, day


DAY_NORMALIZERS: dict[str, Callable[[TimexMatch], Interval]] = {
    "iso": iso_date,
    "month day": month_day,
    "day month": month_day,
    "day": relative_day,
    "weekday": weekday,
}
"""By kind of expression, as in ``recognition.PATTERNS``."""
