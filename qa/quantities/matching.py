"""Amounts and dates compared by what they mean: "$300 billion" is "300bn dollars", "a dozen" is 12,
"two-thirds" is about 67 %, "2 June 2025" is "June 2, 2025" and a Monday, 14 days are two weeks.

Knows nothing about names or about what a sentence says of an amount.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from qa.language.words import numbers

# -- amounts ------------------------------------------------------------------------------

_SIZES = (
    ("time", "second", 1), ("time", "minute", 60), ("time", "hour", 3_600), ("time", "day", 86_400),
    ("time", "week", 604_800), ("time", "fortnight", 1_209_600), ("month", "month", 1),
    ("month", "year", 12), ("month", "decade", 120), ("month", "century", 1_200),
    ("month", "centurie", 1_200), ("length", "metre", 1), ("length", "meter", 1),
    ("length", "kilometer", 1_000), ("length", "kilometre", 1_000), ("length", "km", 1_000),
    ("length", "centimeter", 0.01), ("length", "centimetre", 0.01), ("length", "cm", 0.01),
    ("foot", "inch", 1), ("foot", "inche", 1), ("foot", "foot", 12), ("foot", "feet", 12),
    ("foot", "yard", 36), ("mile", "mile", 1), ("mass", "gram", 1), ("mass", "kilogram", 1_000),
    ("mass", "kilo", 1_000), ("mass", "kg", 1_000), ("mass", "tonne", 1_000_000), ("ton", "ton", 1),
    ("ounce", "ounce", 1), ("area", "acre", 1), ("area", "hectare", 2.471), ("volume", "liter", 1),
    ("volume", "litre", 1), ("gallon", "gallon", 1), ("barrel", "barrel", 1),
    ("power", "megawatt", 1), ("power", "gigawatt", 1_000), ("watt", "watt", 1),
    ("degree", "degree", 1), ("points", "point", 1), ("mph", "mph", 1), ("kph", "kph", 1),
    ("$", "dollar", 1), ("$", "cent", 0.01), ("€", "euro", 1), ("¥", "yen", 1),
    ("yuan", "yuan", 1), ("rouble", "ruble", 1), ("rouble", "rouble", 1), ("rupee", "rupee", 1),
    ("%", "percent", 1), ("%", "per cent", 1), ("%", "pct", 1),
)  # fmt: skip
_UNIT_OF: Mapping[str, tuple[str, float]] = {word: (kind, size) for kind, word, size in _SIZES}
_UNITS = "|".join(sorted(_UNIT_OF, key=len, reverse=True))
_UNIT = re.compile(
    rf"[\s-]?(?:%|(?P<points>percentage points?\b)|(?P<unit>{_UNITS})s?\b)",
    re.IGNORECASE,
)
_POUNDS = re.compile(r"[\s-]?pounds?\b", re.IGNORECASE)

_PARTS = {"half": 2, "halves": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6,
          "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10}  # fmt: skip
_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
           "seven": 7, "eight": 8, "nine": 9}  # fmt: skip
_FRACTION = re.compile(
    rf"\b(?:(?P<count>{'|'.join(_COUNTS)})[\s-](?P<part>{'|'.join(_PARTS)})s?\b(?=-|\s(?:of|the)\b)"
    rf"|(?P<many>{'|'.join([*_COUNTS][3:])})[\s-](?P<parts>{'|'.join([*_PARTS][2:])})s\b"
    r"|(?P<half>half)\s(?:of|the|its|their|a|all)\b)",
    re.IGNORECASE,
)
_ORDINALS = {
    word: rank for rank, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
        "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
        .split(), 1)
}  # fmt: skip
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
         "eighty": 80, "ninety": 90}  # fmt: skip
_ORDINAL = re.compile(
    rf"\b(?:(?P<tens>{'|'.join(_TENS)})-)?(?P<rank>{'|'.join(_ORDINALS)})\b"
    r"(?! of July\b)"
    r"|\b(?P<round>thirti|forti|fifti|sixti|seventi|eighti|nineti)eth\b|\b(?P<hundred>hundredth)\b",
    re.IGNORECASE,
)
_WORDS = ((re.compile(r"\b(?:a )?(?:couple of|pair of)\b", re.IGNORECASE), 2.0),
          (re.compile(r"\b(?:twice|double[ds]?)\b", re.IGNORECASE), 2.0),
          (re.compile(r"\b(?:triple[ds]?|thrice)\b", re.IGNORECASE), 3.0))  # fmt: skip
_FUZZY = re.compile(
    r"\b(?:about|around|roughly|approximately|some|nearly|almost|close to)\s*$", re.I
)
_ABOVE = re.compile(r"\b(?:more than|over|at least|upwards of|exceeding|above|least)\s*$", re.I)
_BELOW = re.compile(r"\b(?:less than|fewer than|under|at most|up to|below|nearly|almost)\s*$", re.I)
_PRONOUN = re.compile(
    r"\s+(?:of|for|from|that|which|who|another|side|day|thing|who's|has|is|was)\b|[.,;]|$"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity: its value in the base of its unit, the unit's kind ("" when it has none that is
    measured), how it was written and where."""

    value: float
    kind: str
    written: str
    start: int
    end: int
    exact: bool = True
    """False for fractions, which others round to percents."""


@lru_cache(maxsize=4_000)
def amounts(text: str) -> tuple[Amount, ...]:
    """The amounts of a text in reading order, without what belongs to a calendar date."""
    taken = [(d.start, d.end) for d in calendar(text)]
    found = [*_fractions(text)]
    taken += [(a.start, a.end) for a in found]
    found += [a for a in _ordinals(text) if not _inside(a.start, taken)]
    found += _worded(text)
    found += [a for a in _numbers(text) if not _inside(a.start, taken)]
    return tuple(sorted(found, key=lambda a: a.start))


def _inside(place: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)


def _numbers(text: str) -> Iterator[Amount]:
    for number in numbers(text):
        written = text[number.start : number.end]
        if written.lower() == "one" and _PRONOUN.match(text[number.end :]):
            continue
        kind, size = _kind(text, number.start, number.end, percent=number.percent)
        minus = re.search(r"(?:^|\s)[-−–]$|\bminus\s$", text[: number.start])
        yield Amount(
            number.value * size * (-1 if minus else 1), kind, written, number.start, number.end
        )


def _kind(text: str, start: int, end: int, *, percent: bool) -> tuple[str, float]:
    if percent:
        return "%", 1.0
    mark = text[start]
    if mark in "$£€¥":
        return mark, 1.0
    after = text[end : end + 24]
    if match := _UNIT.match(after):
        if match["points"]:
            return "points", 1.0
        return _UNIT_OF[match["unit"].lower()] if match["unit"] else ("%", 1.0)
    return ("£", 1.0) if _POUNDS.match(after) else ("", 1.0)


def _worded(text: str) -> Iterator[Amount]:
    for pattern, value in _WORDS:
        for match in pattern.finditer(text):
            kind, size = _kind(text, *match.span(), percent=False)
            yield Amount(value * size, kind, match.group(), *match.span())


def _fractions(text: str) -> Iterator[Amount]:
    for match in _FRACTION.finditer(text):
        count = (match["count"] or match["many"] or "one").lower()
        part = (match["part"] or match["parts"] or "half").lower()
        share = 100 * _COUNTS[count] / _PARTS[part]
        yield Amount(share, "%", match.group(), *match.span(), exact=False)


def _ordinals(text: str) -> Iterator[Amount]:
    for match in _ORDINAL.finditer(text):
        rank = float(_ORDINALS.get((match["rank"] or "").lower(), 0))
        rank += _TENS.get((match["tens"] or "").lower(), 0)
        if match["round"]:
            rank = float(_TENS[match["round"].lower()[:-1] + "y"])
        yield Amount(rank or 100.0, "", match.group(), *match.span())


def missing_amounts(sentence: str, evidence: str) -> list[str]:
    """Reasons: the amounts of a sentence that the evidence does not give, in a reader's words."""
    known, years = amounts(evidence), {float(d.year) for d in calendar(evidence) if d.year}
    reasons = []
    for amount in amounts(sentence):
        if any(same_amount(amount, other, sentence) for other in known):
            continue
        if amount.value in years or _rhetorical(amount):
            continue
        elsewhere = any(o.value == amount.value or _figure(o) & _figure(amount) for o in known)
        reasons.append(
            f"{amount.written} has another unit in the quotes" if elsewhere
            else f"the number {amount.written} is not in the quotes"
        )  # fmt: skip
    return reasons


def _figure(amount: Amount) -> set[float]:
    return {number.value for number in numbers(amount.written)}


def _rhetorical(amount: Amount) -> bool:
    """ "First" and "second" order a telling as often as they count."""
    return amount.written.lower() in {"first", "double", "twice", "doubled"}


def same_amount(claimed: Amount, other: Amount, sentence: str) -> bool:
    """Whether an amount of a sentence is the other: of one unit and equal, or near enough for its
    "about", "more than" or "nearly"."""
    if claimed.kind != other.kind and claimed.kind and other.kind:
        return False
    if claimed.kind and not other.kind and claimed.kind in "%$£€¥":
        return False
    if claimed.value == other.value:
        return True
    if not (claimed.exact and other.exact):
        return abs(claimed.value - other.value) <= 0.7
    before = sentence[max(0, claimed.start - 20) : claimed.start]
    ratio = claimed.value / other.value if other.value else 0.0
    return bool(
        (_FUZZY.search(before) and 0.96 <= ratio <= 1.04)
        or (_ABOVE.search(before) and 0.9 <= ratio <= 1.0)
        or (_BELOW.search(before) and 1.0 <= ratio <= 1.1)
    )


# -- dates --------------------------------------------------------------------------------

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_WORD = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_YEAR = r"(?:1[5-9]|20)\d\d"
_DATE = re.compile(
    rf"(?P<month>{_MONTH_WORD})\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:.,]\d)(?:,?\s(?P<year>{_YEAR})\b)?"
    rf"|\b(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?(?P<month2>{_MONTH_WORD})(?:,?\s(?P<year2>{_YEAR})\b)?"
    rf"|\b(?P<year3>{_YEAR})-(?P<month3>\d\d)-(?P<day3>\d\d)\b"
    rf"|(?P<month4>{_MONTH_WORD}),?\s(?:of\s)?(?P<year4>{_YEAR})\b"
    r"|\b(?P<month5>January|February|April|June|July|August|September|October|November|December)\b"
    r"|\b(?:in|of|since|until|by|last|next|early|late|mid)[\s-](?P<month6>May|March)\b"
    r"|\b(?P<weekday>(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)s?\b"
    rf"|(?<![\d.,$£€])\b(?P<year7>{_YEAR})\b(?![.,]?\d|\s?%|\s(?:people|dollars))"
)


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar date, as much of it as is written; 0 where it is not."""

    year: int
    month: int
    day: int
    weekday: int
    written: str
    start: int
    end: int


@lru_cache(maxsize=4_000)
def calendar(text: str) -> tuple[Day, ...]:
    """Dates, months, years and weekdays (1 Monday to 7 Sunday) named in a text."""
    found = []
    for match in _DATE.finditer(text):
        part = {k.rstrip("234567"): v for k, v in match.groupdict().items() if v}
        written = part.get("month", "").lower()
        month = int(written) if written.isdigit() else 0
        if written and not month:
            month = _MONTHS.index(written[:3]) + 1
        year, day = int(part.get("year", 0)), int(part.get("day", 0))
        weekday = part.get("weekday", "").lower()[:3]
        of_week = _DAYS.index(weekday) + 1 if weekday else _weekday(year, month, day)
        found.append(Day(year, month, day, of_week, match.group(), *match.span()))
    return tuple(found)


def _weekday(year: int, month: int, day: int) -> int:
    try:
        return date(year, month, day).isoweekday()
    except ValueError:  # not a whole date
        return 0


def missing_dates(sentence: str, evidence: str) -> list[str]:
    """Reasons: the dates of a sentence that the evidence does not give."""
    known = calendar(evidence)
    return [
        f"{day.written.strip()} is not in the quotes"
        for day in calendar(sentence)
        if not _given(day, known)
    ]


def _given(claimed: Day, known: tuple[Day, ...]) -> bool:
    """A whole date must be one date of the evidence; a year may stand apart from its day."""
    if claimed.year and claimed.year not in {d.year for d in known}:
        return False
    if claimed.month or claimed.day:
        return any(
            d.month == claimed.month and (not claimed.day or d.day == claimed.day)
            and (not claimed.year or not d.year or d.year == claimed.year)
            for d in known
        )  # fmt: skip
    return not claimed.weekday or claimed.weekday in {d.weekday for d in known}
