"""Single days: dates, weekdays, "today" and the like, holidays.

A weekday in the past tense is the last one on or before publication, after "will" the next one; a
day without a year is the near one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from ingest.dates import intervals as periods
from ingest.dates.intervals import Interval
from ingest.dates.recognition import MONTHS, WEEKDAYS, Found, NoExpression, Unresolved

DAY = timedelta(days=1)


def iso(found: Found) -> Interval:
    day = date(*(int(found.match[name]) for name in "ymd"))
    return day, day


_NAMED_DAYS = {(9, 11): 2001, (1, 6): 2021}
_EVENT = re.compile(
    r"(?:[’']s)?,? (?:attacks?|plan|trial|crowd|rally|violence|conspiracy|cases?"
    r"|committee|insurrection"
    r"|riots?|rioters?|Capitol|hearings?|panel"
    r"|investigation|defendants|select|House|terror\w*|siege|probe|commission)\b",
    re.IGNORECASE,
)
"""Days that became the names of events: "the Jan. 6 committee" is not about last January."""


def month_day(found: Found) -> Interval:
    month_1 = MONTHS[found.part("m").rstrip(".")]
    month_2 = MONTHS[found.part("m2").rstrip(".")] if found.part("m2") else month_1
    day_2 = ordinal(found.part("d2"))
    day_1 = ordinal(found.part("d")) or day_2
    year = found.number("y")
    if year is None:
        event = _EVENT.match(found.text, found.match.end(), found.high)
        year = _NAMED_DAYS.get((month_1, day_1)) if event else None
        if year is None or year > found.published.year:
            year = _year_of(found, month_1, day_1)
    first = date(year, month_1, day_1)
    last = date(year, month_2, day_2 or day_1)
    return first, last if last >= first else last.replace(year=year + 1)


def ordinal(written: str) -> int:
    return int(re.sub(r"\D", "", written) or 0)


_DEADLINE = re.compile(r"\b(?:until|through|by|before|ending|ended|as of|to)(?: \w+day,?)? $")


def _year_of(found: Found, month: int, day: int) -> int:
    """The year of a day without one: the tense decides, or else the nearest.

    After "until" or "by" the tense is that of the deed, not of the day, so the nearest counts too.
    """
    published = found.published
    choices = [
        date(year, month, day)
        for year in (published.year - 1, published.year, published.year + 1)
        if day <= periods.month(year, month)[1].day  # 29 February
    ]
    if not choices:
        raise Unresolved
    start = found.match.start()
    deadline = _DEADLINE.search(found.text, max(found.low, start - 24), start)
    as_of = bool(deadline) and deadline is not None and deadline.group().startswith("as of")
    tense = "past" if as_of else "unknown" if deadline else found.tense
    past = [choice for choice in choices if choice <= published]
    ahead = [choice for choice in choices if choice >= published]
    nearest = min(choices, key=lambda choice: abs(choice - published))
    if tense == "past" and past:
        soon = nearest > published and (nearest - published).days <= SOON
        return nearest.year if soon else past[-1].year
    if tense == "future" and ahead:
        just = nearest < published and (published - nearest).days <= SOON
        return nearest.year if just else ahead[0].year
    return nearest.year


SOON = 21
"""A day that tense puts almost a year away but the calendar within so many days is the near one:
"the deal ends Jan. 3, he said"."""


_THING_AFTER = re.compile(
    r" (?!in\b|of\b|at\b|and\b|or\b|when\b|that\b|with\b|for\b|to\b|on\b|as\b|is\b|was\b)[a-z]{3}"
)
_NAMES_BEFORE = re.compile(
    r"(?:\b(?:Black|Good|Super|Cyber|Ash|Palm|Easter|Bloody|Ruby|Freaky|Fat|Shrove|Giving|Casual|Taco"
    r"|Whit|Maundy|Joe|Bowl) |[‘“\"'])$"
)


def weekday(found: Found) -> Interval:
    start, end = found.match.span()
    if _NAMES_BEFORE.search(found.text, max(found.low, start - 10), start) and (
        found.text[start - 1] == " " or found.text[end : end + 1] in "’”\"'"
    ):
        raise NoExpression
    lead = found.part("lead")
    if found.part("plural") or lead in ("every", "each", "per"):
        raise Unresolved
    if lead == "a" and not _THING_AFTER.match(found.text, end, found.high):
        raise Unresolved  # "on a Tuesday", but "a Tuesday hearing" is the Tuesday at hand
    published, number = found.published, WEEKDAYS[found.part("name")]
    latest = published - timedelta(days=(published.weekday() - number) % 7)
    coming = published + timedelta(days=(number - published.weekday()) % 7)
    if lead in ("last", "this past"):
        day = latest - timedelta(weeks=latest == published)
    elif lead in ("next", "coming", "this coming"):
        day = coming + timedelta(weeks=coming == published)
    else:
        day = coming if found.tense == "future" else latest
    until = found.part("name2")
    return _run_of_days(found, day, WEEKDAYS[until]) if until else (day, day)


def _run_of_days(found: Found, first: date, until: int) -> Interval:
    """Thursday through Monday: all of it before publication, or all of it from then on."""
    if first.weekday() == 0 and until >= 4:
        raise Unresolved  # "open Monday to Friday"
    length = (until - first.weekday()) % 7 * DAY
    late = found.tense != "future" and first + length > found.published
    first -= timedelta(weeks=late)
    return first, first + length


def day_word(found: Found) -> Interval:
    word = found.part("w", "w2", "w3")
    steps = {"yesterday": -1, "tomorrow": 1, "last night": -1, "the day before yesterday": -2,
             "the day after tomorrow": 2}  # fmt: skip
    if found.match["w3"]:  # a capital in the middle of a sentence is a name: USA Today
        before = found.text[found.low : found.match.start()].strip("\"'“‘(—– ")
        if before and before[-1] not in ".!?:":
            raise NoExpression
    day = found.published + steps.get(word, 0) * DAY
    return day, day


_HOLIDAYS: dict[str, Callable[[int], date]] = {
    "christmas": lambda year: date(year, 12, 25),
    "christmas day": lambda year: date(year, 12, 25),
    "christmas eve": lambda year: date(year, 12, 24),
    "boxing day": lambda year: date(year, 12, 26),
    "new year's eve": lambda year: date(year, 12, 31),
    "new year's day": lambda year: date(year, 1, 1),
    "valentine's day": lambda year: date(year, 2, 14),
    "halloween": lambda year: date(year, 10, 31),
    "independence day": lambda year: date(year, 7, 4),
    "july fourth": lambda year: date(year, 7, 4),
    "fourth of july": lambda year: date(year, 7, 4),
    "veterans day": lambda year: date(year, 11, 11),
    "juneteenth": lambda year: date(year, 6, 19),
    "labor day": lambda year: periods.nth_weekday(year, 9, 0, 1),
    "memorial day": lambda year: periods.nth_weekday(year, 5, 0, -1),
    "thanksgiving": lambda year: periods.nth_weekday(year, 11, 3, 4),
    "thanksgiving day": lambda year: periods.nth_weekday(year, 11, 3, 4),
    "martin luther king jr. day": lambda year: periods.nth_weekday(year, 1, 0, 3),
    "presidents day": lambda year: periods.nth_weekday(year, 2, 0, 3),
}
"""As the United States keep them; elsewhere Labor Day and Independence Day are other days."""


def holiday(found: Found) -> Interval:
    name = found.part("name").replace("’", "'")
    calendar = _HOLIDAYS[name if name in _HOLIDAYS else name.replace("'", "")]
    day = _nearest(found, [calendar(found.published.year + step) for step in (-1, 0, 1)])
    return day, day


def _nearest(found: Found, days: list[date]) -> date:
    lead, published = found.part("lead"), found.published
    if lead in ("last", "since"):
        return [day for day in days if day <= published][-1]
    if lead in ("next", "until", "by") or found.tense == "future":
        return next(day for day in days if day >= published)
    return [day for day in days if day <= published][-1]
