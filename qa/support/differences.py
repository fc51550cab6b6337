"""Finds in what a sentence of an article differs from a claim of which it says the rest.

    claim, sentence -> figures, days, names | a word denied, its opposite, roles -> Difference

A fact differs when the sentence gives another of the same kind in its place: another number of what
is counted, another day beside the same words, another name. What the sentence lacks and does not
replace is no difference. Knows nothing about where sentences come from or which claim is true.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from qa.language.entity_names import conflicting_first_names, missing_names, name_spans
from qa.language.lexicon import SYNONYM_STEMS
from qa.language.sentence_tokens import Sentence, Token, parse_sentence
from qa.language.words import STOP_WORDS
from qa.quantities.calendar_dates import CalendarDate, find_calendar_dates
from qa.quantities.measurements import (
    Measurement,
    find_measurements,
    measurements_match,
    states_measurement,
)
from qa.support.contradictions import (
    antonym_conflicts,
    negation_conflicts,
    role_conflicts,
    speaker_conflicts,
)

SAME_FIGURE_WITHIN = 0.1
"""Figures closer than this share of the larger may be the same, rounded or of another day."""

WORDS_BESIDE = 2
"""Content words on each side of a day or a name, one of which both sentences must have there."""

Kind = Literal["figure", "day", "name", "word"]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a claim says and what a sentence says in its place; ``given`` is empty where a word, not
    a fact, differs, and ``claimed`` tells how."""

    kind: Kind
    claimed: str
    given: str = ""

    def __str__(self) -> str:
        if not self.given:
            return self.claimed
        return f"“{self.claimed}” is “{self.given}” there"


def find_differences(claim: Sentence, sentence: Sentence, context: str = "") -> list[Difference]:
    """Every difference, facts first. ``context`` is what is known beside the sentence: a name that
    stands there is not replaced by another one."""
    pairs = [
        (ours, theirs)
        for ours, theirs in different_figures(claim, sentence)
        if not states_measurement(sentence.text, ours)
        and not states_measurement(claim.text, theirs)
    ]
    figures = [
        Difference("figure", with_noun(ours, claim.text), with_noun(theirs, sentence.text))
        for ours, theirs in (*pairs, *exchanged_figures(claim, sentence))
    ]
    days = [
        Difference("day", a.text.strip(" .,"), b.text.strip(" .,"))
        for a, b in _days(claim, sentence)
    ]
    names = [Difference("name", *pair) for pair in _names(claim, sentence, context)]
    words = [Difference("word", reason) for reason in _words(claim, sentence)]
    return list(dict.fromkeys([*figures, *days, *names, *words]))


def words_but(claim: Sentence, disputed: str) -> list[Token]:
    """The content words of a claim that are not among the disputed ones."""
    apart = {t.stem for t in parse_sentence(disputed).tokens}
    return [t for t in claim.content_tokens if t.stem not in apart]


def is_among(token: Token, stems: frozenset[str]) -> bool:
    """Whether a word or a near-synonym of it is among the stems."""
    return token.stem in stems or bool(SYNONYM_STEMS.get(token.stem, frozenset()) & stems)


# -- figures --------------------------------------------------------------------------------------


def different_figures(
    claim: Sentence, sentence: Sentence
) -> Iterator[tuple[Measurement, Measurement]]:
    """Amounts of the claim and what the sentence counts of the same thing instead."""
    theirs = find_measurements(sentence.text)
    for ours in find_measurements(claim.text):
        rivals = [a for a in theirs if _is_of_same_thing(ours, claim, a, sentence)]
        if is_count(ours) and len(rivals) == 1 and not _may_be_same(ours, rivals[0]):
            yield ours, rivals[0]


def exchanged_figures(
    claim: Sentence, sentence: Sentence
) -> Iterator[tuple[Measurement, Measurement]]:
    """Amounts of the claim that the sentence gives for something else, and what it gives for what
    is claimed: "nine were missing and three died" told as "nine died"."""
    amounts = [a for a in find_measurements(sentence.text) if a.is_exact]
    for ours in find_measurements(claim.text):
        same = [a for a in amounts if measurements_match(ours, a)]
        rivals = [a for a in amounts if a.unit == ours.unit and not measurements_match(ours, a)]
        if len(same) != 1 or not is_count(ours):
            continue
        wanted = [t for t in claim.content_tokens if t.clause == _clause(ours, claim)]
        own = _clause_stems(same[0], sentence)
        for rival in rivals:
            other = _clause_stems(rival, sentence)
            told = {t.stem for t in wanted if is_among(t, other) and not is_among(t, own)}
            kept = {t.stem for t in wanted if is_among(t, own) and not is_among(t, other)}
            if len(told) > len(kept) and own - claim.stems and told & _close(ours, claim):
                yield ours, rival


def _close(amount: Measurement, sentence: Sentence) -> frozenset[str]:
    """Stems of the words beside an amount, which say what happened to what is counted."""
    return _stems_near(amount.start, amount.end, sentence, 1, 2)


def _clause(amount: Measurement, sentence: Sentence) -> int:
    """The number of the clause that an amount stands in."""
    return max((t.clause for t in sentence.tokens if t.start <= amount.start), default=0)


def _clause_stems(amount: Measurement, sentence: Sentence) -> frozenset[str]:
    clause = _clause(amount, sentence)
    return frozenset(t.stem for t in sentence.content_tokens if t.clause == clause)


def is_count(amount: Measurement) -> bool:
    """A number, not an ordinal or a fraction."""
    ordinal = re.search(r"(?:st|nd|rd|th)$|^(?:first|second|third)$", amount.text, re.I)
    return amount.is_exact and amount.value > 1 and not ordinal


def _is_of_same_thing(
    ours: Measurement, claim: Sentence, theirs: Measurement, sentence: Sentence
) -> bool:
    """With a unit: the same unit, and one of three words on either side is the same. Without: one
    of the two words behind, which say what is counted, is the same."""
    if ours.unit != theirs.unit or not is_count(theirs):
        return False
    if re.match(r"\s+(?:other|more|another)\b", sentence.text[theirs.end :]):
        return False
    before, after = (3, 3) if ours.unit else (0, 2)
    near = _stems_near(ours.start, ours.end, claim, before, after)
    return bool(near & _stems_near(theirs.start, theirs.end, sentence, before, after))


def _stems_near(
    start: int, end: int, sentence: Sentence, before: int, after: int
) -> frozenset[str]:
    """Stems of so many content words before a span and behind it."""
    left = [t.stem for t in sentence.content_tokens if t.start < start]
    right = [t.stem for t in sentence.content_tokens if t.start >= end]
    return frozenset([*left[len(left) - min(before, len(left)) :], *right[:after]])


def with_noun(amount: Measurement, text: str) -> str:
    """The amount with the word behind it: 500 grams, 90-day."""
    after = re.match(r"[\s-]?([^\W\d_]+)", text[amount.end :])
    noun = after and after.group(1).lower() not in STOP_WORDS
    return text[amount.start : amount.end + (after.end() if after and noun else 0)]


def _may_be_same(ours: Measurement, theirs: Measurement) -> bool:
    larger = max(abs(ours.value), abs(theirs.value)) or 1.0
    return (
        measurements_match(ours, theirs)
        or abs(ours.value - theirs.value) <= SAME_FIGURE_WITHIN * larger
    )


# -- days and names -------------------------------------------------------------------------------


def _days(claim: Sentence, sentence: Sentence) -> Iterator[tuple[CalendarDate, CalendarDate]]:
    """Dates of the claim and the one of the same precision that stands at their place instead."""
    ours, theirs = find_calendar_dates(claim.text), find_calendar_dates(sentence.text)
    for day in ours:
        if any(_parts(day) == _parts(other) for other in theirs):
            continue
        rivals = [
            other
            for other in theirs
            if _precision(other) == _precision(day)
            and not any(_parts(other) == _parts(own) for own in ours)
            and _stand_alike((day.start, day.end), claim, (other.start, other.end), sentence)
        ]
        if len(rivals) == 1:
            yield day, rivals[0]


def _parts(day: CalendarDate) -> tuple[int, int, int, int]:
    return day.year, day.month, day.day, day.weekday


def _precision(day: CalendarDate) -> tuple[bool, bool, bool]:
    """Which parts a date gives; a weekday only where it is given alone."""
    return bool(day.month), bool(day.day), bool(day.year) and not day.month


def _names(claim: Sentence, sentence: Sentence, context: str) -> Iterator[tuple[str, str]]:
    """Names of the claim and the one that stands at their place instead."""
    known = f"{sentence.text} . {context}"
    for reason in conflicting_first_names(claim.text, sentence.text):
        claimed, _, given = reason.removesuffix(" in the quotes").partition(" is ")
        yield claimed, given
    if not missing_names(claim.text, known):
        return
    ours, theirs = name_spans(claim.text), name_spans(sentence.text)
    for start, end in ours:
        name = claim.text[start:end]
        if not missing_names(f"It was {name}.", known):
            continue
        rivals = [
            sentence.text[a:b]
            for a, b in theirs
            if missing_names(f"It was {sentence.text[a:b]}.", claim.text)
            and _stand_alike((start, end), claim, (a, b), sentence)
        ]
        if len(rivals) == 1:
            yield name, rivals[0]


def _stand_alike(
    ours: tuple[int, int], claim: Sentence, theirs: tuple[int, int], sentence: Sentence
) -> bool:
    """Whether the words on one side of two spans are the same ones."""
    return any(
        _stems_near(*ours, claim, before, after) & _stems_near(*theirs, sentence, before, after)
        for before, after in ((WORDS_BESIDE, 0), (0, WORDS_BESIDE))
    )


# -- words ----------------------------------------------------------------------------------------


def _words(claim: Sentence, sentence: Sentence) -> Iterator[str]:
    """Reasons found at words that both share: a negation, an opposite, roles, speakers."""
    for check in (negation_conflicts, antonym_conflicts, role_conflicts, speaker_conflicts):
        yield from check(claim, [sentence])


def gives(sentences: Sequence[Sentence], difference: Difference) -> bool:
    """Whether one of some sentences gives the fact as it is claimed."""
    fact = f"It was {difference.claimed}."
    return any(_gives(s.text, fact, difference.kind) for s in sentences)


def _gives(text: str, fact: str, kind: Kind) -> bool:
    if kind == "figure":
        return all(
            any(measurements_match(a, b) for b in find_measurements(text))
            for a in find_measurements(fact)
        )
    if kind == "day":
        given = {_parts(d) for d in find_calendar_dates(text)}
        return all(_parts(d) in given for d in find_calendar_dates(fact))
    return kind == "name" and not missing_names(fact, text)
