"""Extracts from a sentence the quantities that count what a question asks for.

    sentence -> clauses -> numbers that count the target, with their hedges as intervals

"Nine people were missing and three were dead" holds nine for the missing and three for the dead.
Parts ("including two children"), former values ("up from 9"), ages, years, ordinals and rates are
left out: precision goes before recall here. Pure functions of text; knows nothing about articles,
outlets or time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from qa.language.numbers import Number, find_numbers
from qa.language.time_spans import time_expression_spans
from qa.language.words import STOP_WORDS, content_stems, stem
from qa.quantities.intervals import HEDGE_BEFORE_NUMBER, Quantity, hedged_interval, rounding_error
from qa.quantities.question_targets import (
    DURATION_UNITS,
    MONEY_PATTERN,
    PERSON_NOUNS,
    PREDICATES,
    SUBGROUP_NOUNS,
    QuantityTarget,
)

# -- patterns around a number ---------------------------------------------------------------

_CLAUSE_BREAK = re.compile(
    r"[;:()—–]|,(?!\d)|\s-\s|\b(?:and|but|while|whereas|although|though|with)\b", re.IGNORECASE
)
_BETWEEN = re.compile(r"\bbetween\s+[\w.,]+\s+and\s", re.IGNORECASE)
_PART_BEFORE = re.compile(
    r"\b(?:including|among (?:them|those|the dead)|of (?:them|whom|those|these|the (?:dead|victims|"
    r"injured|missing))|mostly|another|additional|further|other|only|extra"
    r"|(?:workforce|staff|population|membership) of"
    r"|of (?:the|its|their|his|her|all|some|about)"
    r"|(?:young|old|early|late|far|high|low) as)\s*$",
    re.IGNORECASE,
)
_PART_BEHIND = re.compile(
    r"^\s*(?:more\b(?!\sthan)|other\b|who\b|additional|further|"
    r"of (?:them|whom|those|these|the\b|his|her|"
    r"its|their)|(?:per|a|an|each|every)\b\s*(?:\w+\s+)?(?:day|hour|minute|week|month|year|person)|"
    r"[\s-]?(?:year|month|week|day)s?[\s-]old|times (?:more|as|higher)|(?:times|fold)\b(?!\s*\w))",
    re.IGNORECASE,
)
_NAME_BEFORE = re.compile(r"(?<=[\w,;]\s)[A-Z][a-z]+$|^(?:Flight|Route|Ward|Room)$|\bNo\.$|#$")
"""A number behind a capitalised word is part of a name: Ward 209, Flight 370."""
_VAGUE_BEFORE = re.compile(r"\b(?:several|few|many|couple of|couple|some of)$", re.IGNORECASE)
_LINK = re.compile(r"[A-Za-z]:[A-Za-z]")
"""A link to another story, printed without a space behind its label."""
_TOTAL_OF = re.compile(r"\b(?:number|total|amount) of (?:[\w-]+ ){0,2}?([\w-]+)", re.IGNORECASE)
_AGE_BEFORE = re.compile(r"(?:[A-Z][\w’'.-]+|\baged?),?$")
_AGE_BEHIND = re.compile(r"^\s*(?:[,;.)]|$)")
_FORMER_BEFORE = re.compile(
    r"\b(?:(?:up|down|rose|fell|increase\w*|raised|revised|rising|compared with)\s+(?:sharply\s+)?"
    r"from|from|compared (?:with|to)|earlier|initially|previously|originally|at first|instead of|"
    r"rather than|had been|not)\s+(?:(?:about|at least|the|an?|its)\s+)*$",
    re.IGNORECASE,
)
_NOT_ACTUAL = re.compile(
    r"\b(?:could|might|may|would|if|a year (?:ago|earlier)|last year|fear\w*|capacity|every|each|"
    r"average|usually|typically|record|projected|sought|demand(?:s|ed|ing)|goal|target\w*|return\w*|"
    r"suspected|quarantin\w*|releas\w*|freed|reunit\w*|restored|resum\w*)\b",
    re.IGNORECASE,
)
NOT_ACTUAL_WINDOW_CHARS = 40
"""Characters around a number in which "could", "each" or "have returned" rules it out."""
_ASIDE = re.compile(r"^\W*(?:including|among (?:them|those)|mostly|most of them)\b", re.IGNORECASE)
_NOT_COUNTED = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday across within away far shortly amid "
    "near nationwide worldwide known via per back alive".split()
)
"""Words that may follow the nouns that are counted, and are none of them."""
_VERB = re.compile(
    r"(?!confirmed|suspected|reported)\w+(?:ed|ing)$|took|taken|died|fled|won|lost|said|saw|made|left|went|came|got"
)
_STATES = frozenset(
    stem(word)
    for word in "confirmed known dead missing injured wounded worldwide nationwide statewide others"
    .split()
)  # fmt: skip
"""Words behind a number that say how people are rather than what is counted."""


# -- extraction -------------------------------------------------------------------------------


def extract_quantities(sentence: str, target: QuantityTarget) -> list[Quantity]:
    """Return the numbers of one sentence that count the target, in reading order."""
    clauses = _clauses(sentence)
    found: list[Quantity] = []
    for number in _undated_numbers(sentence):
        if found and number.start < found[-1].end:
            continue  # the end of a range
        if quantity := _quantity(sentence, number, clauses, target):
            found.append(quantity)
    return found


def clause_around(sentence: str, quantity: Quantity) -> str:
    """Return the part of a sentence between commas and conjunctions that holds a quantity."""
    return next(sentence[a:b] for a, b in _clauses(sentence) if a <= quantity.start < b)


def _undated_numbers(text: str) -> Iterator[Number]:
    """Yield the numbers that belong to no date and are no year."""
    dated = time_expression_spans(text)
    for number in find_numbers(text):
        written = text[number.start : number.end]
        is_year = written.isdigit() and 1900 <= number.value <= 2100
        if not is_year and not any(a <= number.start < b for a, b in dated):
            yield number


def _quantity(
    text: str, number: Number, clauses: list[tuple[int, int]], target: QuantityTarget
) -> Quantity | None:
    """Return a number as a quantity, or None when it does not count the target."""
    written = text[number.start : number.end]
    hedge = HEDGE_BEFORE_NUMBER.search(text, max(0, number.start - 40), number.start)
    before = text[: hedge.start() if hedge else number.start].rstrip()
    if _is_ruled_out(text, number, before):
        return None
    upper = _range_end(text, number, before)
    unit_end, unit = _unit(text, upper or number)
    at = next(i for i, (a, b) in enumerate(clauses) if a <= number.start < b)
    if not _counts(text, number, unit, clauses, at, target):
        return None
    window = (max(clauses[at][0], number.start - NOT_ACTUAL_WINDOW_CHARS),
              min(clauses[at][1], unit_end + NOT_ACTUAL_WINDOW_CHARS))  # fmt: skip
    if _NOT_ACTUAL.search(text, *window) or (target.predicate and hedge and hedge["most"]):
        return None
    rounding = rounding_error(written, number.value)
    low, high = hedged_interval(number.value, rounding, hedge)
    if upper:
        high, rounding = upper.value, (upper.value - low) / 2
    start = hedge.start() if hedge else number.start
    start += len(text[start:]) - len(text[start:].lstrip())
    is_former = bool(_FORMER_BEFORE.search(before + " "))
    duration = _duration_unit(unit) if target.dimension == "time" else ""
    if duration and (word := re.match(r"[\s-]*[^\W\d]+", text[number.end :])):
        unit_end = number.end + word.end()
    return Quantity(number.value, low, high, start, unit_end, rounding, is_former, duration)


def _is_ruled_out(text: str, number: Number, before: str) -> bool:
    """Whether a number is a part, a rate, an ordinal, an age, vague, or part of a name or link."""
    written, behind = text[number.start : number.end], text[number.end :]
    return bool(
        _PART_BEFORE.search(before)
        or _PART_BEHIND.match(behind)
        or re.search(r"\d(?:st|nd|rd|th)\b", written)
        or written.lower() in ("dozen", "hundred")
        or _NAME_BEFORE.search(before)
        or _VAGUE_BEFORE.search(before)
        or _LINK.search(text)
        or (_AGE_BEFORE.search(before) and _AGE_BEHIND.match(behind))
    )


def _range_end(text: str, number: Number, before: str) -> Number | None:
    """Return the end of a range that begins with a number: between 10 and 12, 10 to 12."""
    link = re.match(r"\s*(to|and|-|–)\s*", text[number.end :])
    if not link or before.endswith(("from", "From")):
        return None
    if (link.group(1) == "and") != before.lower().endswith("between"):
        return None
    at = number.end + link.end()
    upper = next((n for n in find_numbers(text[: at + 20]) if n.start == at), None)
    return upper if upper and upper.value > number.value else None


def _clauses(text: str) -> list[tuple[int, int]]:
    """Return spans between commas, dashes and conjunctions; together they are the whole text."""
    whole = [m.span() for m in _BETWEEN.finditer(text)]
    breaks = [m.start() for m in _CLAUSE_BREAK.finditer(text) if m.start()]
    kept = [cut for cut in breaks if not any(a < cut < b for a, b in whole)]
    cuts = [0, *kept, len(text) + 1]
    return [(a, b) for a, b in pairwise(cuts) if b > a]


def _unit(text: str, number: Number) -> tuple[int, tuple[str, ...]]:
    """Return where the nouns right behind a number end, and those nouns (up to three)."""
    if number.percent:
        return number.end, ("%",)
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
            or (word in STOP_WORDS and match.group() != "US")
            or word in _NOT_COUNTED
            or (found and _VERB.match(word))
        ):
            break
        found.append(word)
        end = number.end + match.end()
        if len(found) == 3:
            break
    return end, tuple(found)


def _duration_unit(unit: tuple[str, ...]) -> str:
    return next((stem(word) for word in unit if stem(word) in DURATION_UNITS), "")


# -- what a number counts -----------------------------------------------------------------------


def _counts(
    text: str, number: Number, unit: tuple[str, ...], clauses: list[tuple[int, int]], at: int,
    target: QuantityTarget,
) -> bool:  # fmt: skip
    """Whether a number in clause ``at`` with the nouns ``unit`` behind it counts the target."""
    if target.dimension == "%":
        return number.percent
    if target.dimension == "money":
        behind = " ".join(text[number.end :].split()[:2])
        return bool(MONEY_PATTERN.search(text[number.start : number.end] + " " + behind))
    if target.dimension == "time":
        return bool(_duration_unit(unit))
    if number.percent or text[number.start] in "$£€¥":
        return False
    stems = frozenset(map(stem, unit))
    if not target.predicate:
        return bool(stems & target.nouns)
    total = _TOTAL_OF.search(text, *clauses[at])
    if total and not _is_about(total.group(), target):
        return False
    if _nearest_predicate(text, clauses, at, number) != target.predicate:
        return False
    if target.nouns & SUBGROUP_NOUNS:
        return bool(stems & target.nouns)
    pattern = PREDICATES[target.predicate]
    fits = stems & (PERSON_NOUNS | target.nouns) or any(map(pattern.fullmatch, unit))
    return not unit or (bool(fits or not stems - _STATES) and not stems & SUBGROUP_NOUNS)


def _is_about(phrase: str, target: QuantityTarget) -> bool:
    stems = set(content_stems(phrase))
    return bool(
        stems & (PERSON_NOUNS | target.nouns) or PREDICATES[target.predicate].search(phrase)
    )


def is_predicate_stem(stemmed: str, predicate: str) -> bool:
    """Whether a stem is one of a predicate's words: "violat" of "violated"."""
    return any(
        PREDICATES[predicate].fullmatch(stemmed + end) for end in ("", "e", "ed", "s", "ing")
    )


def _nearest_predicate(text: str, clauses: list[tuple[int, int]], at: int, number: Number) -> str:
    """Return the predicate named nearest to a number in its clause; failing that, in the clauses
    beside it that hold no number of their own."""
    for low, high in _clauses_in_reach(text, clauses, at):
        places = [
            (abs(m.start() - number.start), name)
            for name, pattern in PREDICATES.items()
            for m in pattern.finditer(text, low, high)
        ]
        if places:
            return min(places)[1]
    return ""


def _clauses_in_reach(
    text: str, clauses: list[tuple[int, int]], at: int
) -> Iterator[tuple[int, int]]:
    yield clauses[at]
    for step in (1, -1):
        index = at + step
        while 0 <= index < len(clauses) and abs(index - at) <= 2:
            low, high = clauses[index]
            if not find_numbers(text[low:high]):
                yield low, high
            elif not _ASIDE.match(text[low:high]):
                break
            index += step


# -- corrections --------------------------------------------------------------------------------


def retracted_quantity(notice: str, latest: Quantity, target: QuantityTarget) -> Quantity | None:
    """Return the quantity that a correction calls wrong, when the other one it gives is the latest:
    60 in "An earlier version said 60 days; it is 90 days". None when that is not plain."""
    found = []
    for number in _undated_numbers(notice):
        end, unit = _unit(notice, number)
        duration = _duration_unit(unit) if target.dimension == "time" else latest.unit
        value, rounding = (
            number.value,
            rounding_error(notice[number.start : number.end], number.value),
        )
        found.append(Quantity(value, value, value, number.start, end, rounding, unit=duration))
    wrong = [q for q in found if q.differs_from(latest)]
    right = [q for q in found if q.unit == latest.unit and not q.differs_from(latest)]
    return wrong[0] if len(wrong) == 1 and right else None
