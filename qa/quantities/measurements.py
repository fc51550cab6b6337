"""Finds numbers with their units in a text and tells which of a claim's the evidence lacks.

    text -> dates left out -> fractions, ordinals, words, numbers -> unit, value in its base unit

Values are compared, not spellings: "$300 billion" is "300bn dollars", "a dozen" is 12, "two-thirds"
is about 67 %, 14 days are two weeks. Knows nothing about what a sentence says of a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from qa.language.numbers import CARDINALS, ORDINALS, TENS, find_numbers
from qa.quantities.calendar_dates import find_calendar_dates

_UNIT_SIZES: Mapping[str, Mapping[str, float]] = {
    "time": {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800,
             "fortnight": 1_209_600},
    "month": {"month": 1, "year": 12, "decade": 120, "century": 1_200, "centurie": 1_200},
    "length": {"metre": 1, "meter": 1, "kilometer": 1_000, "kilometre": 1_000, "km": 1_000,
               "centimeter": 0.01, "centimetre": 0.01, "cm": 0.01},
    "foot": {"inch": 1, "inche": 1, "foot": 12, "feet": 12, "yard": 36}, "mile": {"mile": 1},
    "mass": {"gram": 1, "kilogram": 1_000, "kilo": 1_000, "kg": 1_000, "tonne": 1_000_000},
    "ton": {"ton": 1}, "ounce": {"ounce": 1}, "area": {"acre": 1, "hectare": 2.471},
    "volume": {"liter": 1, "litre": 1}, "gallon": {"gallon": 1}, "barrel": {"barrel": 1},
    "power": {"megawatt": 1, "gigawatt": 1_000}, "watt": {"watt": 1}, "degree": {"degree": 1},
    "points": {"point": 1}, "mph": {"mph": 1}, "kph": {"kph": 1},
    "$": {"dollar": 1, "cent": 0.01}, "€": {"euro": 1}, "¥": {"yen": 1}, "yuan": {"yuan": 1},
    "rouble": {"ruble": 1, "rouble": 1}, "rupee": {"rupee": 1},
    "%": {"percent": 1, "per cent": 1, "pct": 1},
}  # fmt: skip
"""Unit that values are compared in -> the words for it and its multiples, without a plural s."""
_UNIT_OF_WORD = {
    word: (unit, size) for unit, sizes in _UNIT_SIZES.items() for word, size in sizes.items()
}
_UNIT = re.compile(
    rf"[\s-]?(?:%|(?P<points>percentage points?\b)"
    rf"|(?P<word>{'|'.join(sorted(_UNIT_OF_WORD, key=len, reverse=True))})s?\b)",
    re.IGNORECASE,
)
_POUNDS = re.compile(r"[\s-]?pounds?\b", re.IGNORECASE)

_COUNTS = {"a": 1, "an": 1, **{word: n for word, n in CARDINALS.items() if 1 <= n <= 9}}
_PARTS = {"half": 2, "halves": 2, "quarter": 4} | {
    w: n for w, n in ORDINALS.items() if 3 <= n <= 10
}
_FRACTION = re.compile(
    rf"\b(?:(?P<count>{'|'.join(_COUNTS)})[\s-](?P<part>{'|'.join(_PARTS)})s?\b(?=-|\s(?:of|the)\b)"
    rf"|(?P<many>{'|'.join([*_COUNTS][3:])})[\s-](?P<parts>{'|'.join([*_PARTS][2:])})s\b"
    r"|(?P<half>half)\s(?:of|the|its|their|a|all)\b)",
    re.IGNORECASE,
)
_ORDINAL = re.compile(
    rf"\b(?:(?P<tens>{'|'.join(TENS)})-)?(?P<rank>{'|'.join(ORDINALS)})\b(?! of July\b)",
    re.IGNORECASE,
)
_ONE_AS_PRONOUN = re.compile(
    r"one(?:\s+(?:of|for|from|that|which|who|another|side|day|thing|who's|has|is|was)\b|[.,;]|$)",
    re.IGNORECASE,
)
MAX_FRACTION_ERROR = 0.7
"""Percentage points by which a fraction may miss a percentage: two-thirds are 67 %."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """A number with its unit, as written in ``text`` at the offsets ``start`` and ``end``."""

    value: float
    """In ``unit``: 14 days are 1,209,600 of "time"."""
    unit: str
    """A key of the table of units, a currency sign, or empty for counts."""
    text: str
    start: int
    end: int
    is_exact: bool = True
    """False for fractions, which others round to percentages."""


@lru_cache(maxsize=4_000)
def find_measurements(text: str) -> tuple[Measurement, ...]:
    """Return the measurements of a text in reading order, without the numbers of its dates."""
    taken = [(d.start, d.end) for d in find_calendar_dates(text)]
    found = [*_fractions(text)]
    taken += [(m.start, m.end) for m in found]
    found += [m for m in _ordinals(text) if not _is_inside(m.start, taken)]
    found += [m for m in _numbers(text) if not _is_inside(m.start, taken)]
    return tuple(sorted(found, key=lambda m: m.start))


def _is_inside(place: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)


def _numbers(text: str) -> Iterator[Measurement]:
    for number in find_numbers(text):
        start, end = number.start, number.end
        if _ONE_AS_PRONOUN.match(text, start):
            continue
        unit, size = ("%", 1.0) if number.percent else _unit(text, start, end)
        sign = -1 if re.search(r"(?:^|\s)[-−–]$|\bminus\s$", text[:start]) else 1
        yield Measurement(number.value * size * sign, unit, text[start:end], start, end)


def _unit(text: str, start: int, end: int) -> tuple[str, float]:
    """Return the unit of the number at ``text[start:end]`` and the size of its multiple."""
    if text[start] in "$£€¥":
        return text[start], 1.0
    after = text[end : end + 24]
    if match := _UNIT.match(after):
        if match["points"]:
            return "points", 1.0
        return _UNIT_OF_WORD[match["word"].lower()] if match["word"] else ("%", 1.0)
    return ("£", 1.0) if _POUNDS.match(after) else ("", 1.0)


def _fractions(text: str) -> Iterator[Measurement]:
    for match in _FRACTION.finditer(text):
        count = (match["count"] or match["many"] or "one").lower()
        part = (match["part"] or match["parts"] or "half").lower()
        percentage = 100 * _COUNTS[count] / _PARTS[part]
        yield Measurement(percentage, "%", match.group(), *match.span(), is_exact=False)


def _ordinals(text: str) -> Iterator[Measurement]:
    for match in _ORDINAL.finditer(text):
        rank = ORDINALS[match["rank"].lower()] + TENS.get((match["tens"] or "").lower(), 0)
        yield Measurement(float(rank), "", match.group(), *match.span())


def states_measurement(text: str, claimed: Measurement) -> bool:
    """Whether a text gives a measurement, in whatever words."""
    return any(measurements_match(claimed, other) for other in find_measurements(text))


def missing_measurements(sentence: str, evidence: str) -> list[str]:
    """Return a reason for every measurement of the sentence that the evidence does not give."""
    known = find_measurements(evidence)
    years = {float(d.year) for d in find_calendar_dates(evidence) if d.year}
    reasons = []
    for claimed in find_measurements(sentence):
        if any(measurements_match(claimed, other) for other in known):
            continue
        if claimed.value in years or claimed.text.lower() == "first":
            continue
        elsewhere = any(
            o.value == claimed.value or _bare_values(o) & _bare_values(claimed) for o in known
        )
        reasons.append(
            f"{claimed.text} has another unit in the quotes" if elsewhere
            else f"the number {claimed.text} is not in the quotes"
        )  # fmt: skip
    return reasons


def _bare_values(measurement: Measurement) -> set[float]:
    return {number.value for number in find_numbers(measurement.text)}


def measurements_match(claimed: Measurement, other: Measurement) -> bool:
    """Whether a claimed measurement is the other one: of one unit and equal; a fraction may miss a
    percentage by ``MAX_FRACTION_ERROR``."""
    if claimed.unit != other.unit and claimed.unit and other.unit:
        return False
    if claimed.unit and not other.unit and claimed.unit in "%$£€¥":
        return False
    if claimed.is_exact and other.is_exact:
        return claimed.value == other.value
    return abs(claimed.value - other.value) <= MAX_FRACTION_ERROR
