"""The figures of a sentence that answer a "how many": each with what it counts.

    sentence -> clauses -> numbers that count what is wanted, with their hedges as an interval

"Nine people were missing and three were dead" holds nine for the missing and three for the dead.
Parts ("including two children"), former values ("up from 9"), ages, years, ordinals and rates are
left out: a figure that is not plainly about what was asked is no figure. Pure functions of text;
knows nothing about articles, outlets or time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from qa.language.words import STOP, Number, content_stems, dates, numbers, stem
from qa.quantities.intervals import HEDGE, Amount, interval_of, rounding_of
from qa.quantities.question_targets import GROUPS, MEASURED, MONEY, PERSONS, SPANS, Asked

_BREAK = re.compile(
    r"[;:()—–]|,(?!\d)|\s-\s|\b(?:and|but|while|whereas|although|though|with)\b", re.IGNORECASE
)
_PART = re.compile(
    r"\b(?:including|among (?:them|those|the dead)|of (?:them|whom|those|these|the (?:dead|victims|"
    r"injured|missing))|mostly|another|additional|further|other|only|extra"
    r"|(?:workforce|staff|population|membership) of"
    r"|of (?:the|its|their|his|her|all|some|about)"
    r"|(?:young|old|early|late|far|high|low) as)\s*$",
    re.IGNORECASE,
)
_PART_AFTER = re.compile(
    r"^\s*(?:more\b(?!\sthan)|other\b|who\b|additional|further|"
    r"of (?:them|whom|those|these|the\b|his|her|"
    r"its|their)|(?:per|a|an|each|every)\b\s*(?:\w+\s+)?(?:day|hour|minute|week|month|year|person)|"
    r"[\s-]?(?:year|month|week|day)s?[\s-]old|times (?:more|as|higher)|(?:times|fold)\b(?!\s*\w))",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(?<=[\w,;]\s)[A-Z][a-z]+$|^(?:Flight|Route|Ward|Room)$|\bNo\.$|#$")
"""A number behind a capitalised word is part of a name: Ward 209, Flight 370."""

_FEW = re.compile(r"\b(?:several|few|many|couple of|couple|some of)$", re.IGNORECASE)
_LINK = re.compile(r"[A-Za-z]:[A-Za-z]")
"""A link to another story, printed without a space behind its label."""

_OTHER_TOTAL = re.compile(r"\b(?:number|total|amount) of (?:[\w-]+ ){0,2}?([\w-]+)", re.IGNORECASE)
_AGE = re.compile(r"(?:[A-Z][\w’'.-]+|\baged?),?$")
_AGE_AFTER = re.compile(r"^\s*(?:[,;.)]|$)")
_FORMER = re.compile(
    r"\b(?:(?:up|down|rose|fell|increase\w*|raised|revised|rising|compared with)\s+(?:sharply\s+)?"
    r"from|from|compared (?:with|to)|earlier|initially|previously|originally|at first|instead of|"
    r"rather than|had been|not)\s+(?:(?:about|at least|the|an?|its)\s+)*$",
    re.IGNORECASE,
)
_MODAL = re.compile(
    r"\b(?:could|might|may|would|if|a year (?:ago|earlier)|last year|fear\w*|capacity|every|each|"
    r"average|usually|typically|record|projected|sought|demand(?:s|ed|ing)|goal|target\w*|return\w*|"
    r"suspected|quarantin\w*|releas\w*|freed|reunit\w*|restored|resum\w*)\b",
    re.IGNORECASE,
)
MODAL_NEAR = 40
"""Characters around a figure in which "could", "each" or "have returned" makes it none."""


def amounts(text: str, wanted: Asked) -> list[Amount]:
    """The figures of one sentence that count what is wanted, in order."""
    clauses = _clauses(text)
    dated = dates(text)
    found: list[Amount] = []
    for number in numbers(text):
        if found and number.start < found[-1].end:
            continue  # the end of a range
        if any(a <= number.start < b for a, b in dated) or _is_year(text, number):
            continue
        if (amount := _amount(text, number, clauses, wanted)) is not None:
            found.append(amount)
    return found


def clause_of(text: str, amount: Amount) -> str:
    """The part of a sentence between commas and conjunctions that holds a figure."""
    return next(text[a:b] for a, b in _clauses(text) if a <= amount.start < b)


def _amount(
    text: str, number: Number, clauses: list[tuple[int, int]], wanted: Asked
) -> Amount | None:
    hedge = HEDGE.search(text, max(0, number.start - 40), number.start)
    before = text[: hedge.start() if hedge else number.start].rstrip()
    after = text[number.end :]
    if _PART.search(before) or _PART_AFTER.match(after) or _ordinal(text, number):
        return None
    if text[number.start : number.end].lower() in ("dozen", "hundred"):
        return None
    if _NAMED.search(before) or _FEW.search(before) or _LINK.search(text):
        return None
    if _AGE.search(before) and _AGE_AFTER.match(after):
        return None
    upper = _upper(text, number, before)
    unit_end, unit = _unit(text, upper or number)
    at = next(i for i, (a, b) in enumerate(clauses) if a <= number.start < b)
    if not _counts(text, number, unit, clauses, at, wanted):
        return None
    first, last = clauses[at]
    near = max(first, number.start - MODAL_NEAR), min(last, unit_end + MODAL_NEAR)
    if _MODAL.search(text, *near) or (wanted.measure and hedge and hedge["most"]):
        return None
    rounding = rounding_of(text[number.start : number.end], number.value)
    low, high = interval_of(number.value, rounding, hedge)
    if upper:
        high, rounding = upper.value, (upper.value - low) / 2
    start = hedge.start() if hedge else number.start
    start += len(text[start:]) - len(text[start:].lstrip())
    former = bool(_FORMER.search(before + " "))
    span = next(iter(_stems(unit) & SPANS), "") if wanted.dimension == "time" else ""
    if span and (word := re.match(r"[\s-]*[^\W\d]+", after)):
        unit_end = number.end + word.end()
    return Amount(number.value, low, high, start, unit_end, rounding, former, span)


def _upper(text: str, number: Number, before: str) -> Number | None:
    """The end of a range that begins with a number: between 10 and 12, 10 to 12."""
    behind = re.match(r"\s*(to|and|-|–)\s*", text[number.end :])
    if not behind or before.endswith(("from", "From")):
        return None
    if (behind.group(1) == "and") != before.lower().endswith("between"):
        return None
    at = number.end + behind.end()
    upper = next((n for n in numbers(text[: at + 20]) if n.start == at), None)
    return upper if upper and upper.value > number.value else None


_BETWEEN = re.compile(r"\bbetween\s+[\w.,]+\s+and\s", re.IGNORECASE)


def _clauses(text: str) -> list[tuple[int, int]]:
    """Spans between commas, dashes and conjunctions; together the whole text."""
    whole = [m.span() for m in _BETWEEN.finditer(text)]
    breaks = [m.start() for m in _BREAK.finditer(text) if m.start()]
    kept = [cut for cut in breaks if not any(a < cut < b for a, b in whole)]
    cuts = [0, *kept, len(text) + 1]
    return [(a, b) for a, b in pairwise(cuts) if b > a]


def _unit(text: str, number: Number) -> tuple[int, frozenset[str]]:
    """The nouns right behind a number and where they end."""
    if number.percent:
        return number.end, frozenset({"%"})
    end = number.end
    found: list[str] = []
    for match in re.finditer(r"[^\W\d]+(?:[-’'.][^\W\d]+)*", text[number.end : number.end + 60]):
        gap = text[end : number.end + match.start()]
        word = match.group().lower()
        if word == "or" and not gap.strip():
            end = number.end + match.end()
            continue
        if (
            gap.strip(" -\xa0")
            or (word in STOP and match.group() != "US")
            or word in _NOT_THINGS
            or (found and _VERB.match(word))
        ):
            break
        found.append(word)
        end = number.end + match.end()
        if len(found) == 3:
            break
    return end, frozenset(found)


_NOT_THINGS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday across within away far shortly amid "
    "near nationwide worldwide known via per back alive".split()
)
"""What may follow the things that are counted, and is none of them."""

_VERB = re.compile(
    r"(?!confirmed|suspected|reported)\w+(?:ed|ing)$|took|taken|died|fled|won|lost|said|saw|made|left|went|came|got"
)


def _counts(
    text: str, number: Number, unit: frozenset[str], clauses: list[tuple[int, int]], at: int,
    wanted: Asked,
) -> bool:  # fmt: skip
    """Whether a number counts what is wanted."""
    if wanted.dimension == "%":
        return number.percent
    if wanted.dimension == "money":
        near = text[number.start : number.end] + " " + " ".join(text[number.end :].split()[:2])
        return bool(MONEY.search(near))
    if wanted.dimension == "time":
        return bool(_stems(unit) & SPANS)
    if number.percent or text[number.start] in "$£€¥":
        return False
    total = _OTHER_TOTAL.search(text, *clauses[at])
    if wanted.measure and total and not _of_measure(total.group(), wanted):
        return False
    if wanted.measure:
        if _measure_of(text, clauses, at, number) != wanted.measure:
            return False
        stems = _stems(unit)
        if wanted.nouns & GROUPS:
            return bool(stems & wanted.nouns)
        fits = bool(stems & (PERSONS | wanted.nouns)) or _is_measure(unit, wanted.measure)
        return not unit or (fits and not stems & GROUPS)
    return bool(_stems(unit) & wanted.nouns)


def _of_measure(phrase: str, wanted: Asked) -> bool:
    stems = set(content_stems(phrase))
    return bool(stems & (PERSONS | wanted.nouns) or MEASURED[wanted.measure].search(phrase))


def of_measure(stemmed: str, measure: str) -> bool:
    """Whether a stem is one of a measure's words: violat of "violated"."""
    return any(MEASURED[measure].fullmatch(stemmed + end) for end in ("", "e", "ed", "s", "ing"))


def _is_measure(unit: frozenset[str], measure: str) -> bool:
    return any(MEASURED[measure].fullmatch(word) for word in unit) or not _stems(unit) - _PLAIN


def _stems(found: frozenset[str]) -> frozenset[str]:
    return frozenset(stem(word) for word in found)


_PLAIN = frozenset(
    stem(word)
    for word in (
        "confirmed known dead missing injured wounded worldwide nationwide statewide others"
    ).split()
)


def _measure_of(text: str, clauses: list[tuple[int, int]], at: int, number: Number) -> str:
    """The measure named nearest to the number in its clause; failing that in the clauses beside it
    that hold no number of their own."""
    for low, high in _reach(text, clauses, at):
        places = [
            (abs(m.start() - number.start), name)
            for name, pattern in MEASURED.items()
            for m in pattern.finditer(text, low, high)
        ]
        if places:
            return min(places)[1]
    return ""


_ASIDE = re.compile(r"^\W*(?:including|among (?:them|those)|mostly|most of them)\b", re.IGNORECASE)


def _reach(text: str, clauses: list[tuple[int, int]], at: int) -> Iterator[tuple[int, int]]:
    yield clauses[at]
    for step in (1, -1):
        index = at + step
        while 0 <= index < len(clauses) and abs(index - at) <= 2:
            low, high = clauses[index]
            if numbers(text[low:high]):
                if not _ASIDE.match(text[low:high]):
                    break
            else:
                yield low, high
            index += step


def _ordinal(text: str, number: Number) -> bool:
    return bool(re.search(r"\d(?:st|nd|rd|th)\b", text[number.start : number.end]))


def _is_year(text: str, number: Number) -> bool:
    written = text[number.start : number.end]
    return written.isdigit() and 1900 <= number.value <= 2100


# -- what a correction takes back -----------------------------------------------------------


def corrected(notice: str, latest: Amount, wanted: Asked) -> Amount | None:
    """The figure that a correction calls wrong, when the other one that it gives is the latest:
    60 in "An earlier version said 60 days; it is 90 days". None when that is not plain."""
    dated = dates(notice)
    found = []
    for number in numbers(notice):
        if any(a <= number.start < b for a, b in dated) or _is_year(notice, number):
            continue
        end, unit = _unit(notice, number)
        span = next(iter(_stems(unit) & SPANS), "") if wanted.dimension == "time" else latest.unit
        rounding = rounding_of(notice[number.start : number.end], number.value)
        found.append(
            Amount(number.value, number.value, number.value, number.start, end, rounding, unit=span)
        )
    wrong = [amount for amount in found if amount.moved(latest)]
    right = [amount for amount in found if amount.unit == latest.unit and not amount.moved(latest)]
    return wrong[0] if len(wrong) == 1 and right else None
