"""What becomes of a question, decided before anything is written.

    each part -> nothing answers it | it takes something false for granted | it is answered
    all parts -> not_found | false_premise | partial | answered, and what to tell the reader

Pure functions. Knows nothing about quoting or models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TypeVar

from qa.questions.interpretation import Question
from qa.reading.evidence import ANSWER_AT, Evidence, confidence
from qa.reading.false_premise import Clash, clash
from qa.records import Status
from qa.retrieval.ranking import Hit

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Part:
    """One of the things asked, and what was found for it."""

    question: Question
    hits: Sequence[Hit]
    rated: Sequence[Evidence]
    confidence: float
    clash: Clash | None

    @property
    def answered(self) -> bool:
        return self.clash is None and self.confidence >= ANSWER_AT


def part(question: Question, hits: Sequence[Hit], rated: Sequence[Evidence]) -> Part:
    """A part judged: how sure its answer is, and whether the articles contradict it."""
    return Part(question, hits, rated, confidence(rated), clash(question, rated))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the answer will be, and from what it is made."""

    status: Status
    parts: tuple[Part, ...]
    """The parts that are answered, or else those that are contradicted."""
    notices: tuple[str, ...]
    hits: tuple[Hit, ...]
    rated: tuple[Evidence, ...]
    confidence: float


def outcome(whole: Part, parts: Sequence[Part] = ()) -> Outcome:
    """What a question comes to. ``parts``: the things it asks, when it asks several; the whole is
    answered first, since one passage often tells all, and then what it left open."""
    every = [whole, *parts]
    answered = [one for one in every if one.answered]
    false = _different([one for one in every if one.clash])
    missing = [one for one in parts if not (one.answered or one.clash)]
    shown = [_contradicted(one) for one in false] + answered
    status: Status = "answered"
    if not shown:
        status = "not_found"
    elif false:
        status = "false_premise"
    elif len(missing) not in (0, len(parts)):
        status = "partial"
    told = shown or every
    named = missing if status in ("partial", "false_premise") else []
    return Outcome(
        status,
        tuple(shown),
        (*(one.clash.notice for one in false if one.clash), *map(_missing, named)),
        tuple(_in_turn([one.hits for one in every])),
        tuple(_in_turn([one.rated for one in told])),
        (min if shown else max)(one.confidence for one in told),
    )


def _missing(one: Part) -> str:
    return f"The articles do not answer this part: {one.question.text}"


def _different(false: Sequence[Part]) -> list[Part]:
    """Each contradiction once."""
    notices = {one.clash.notice: one for one in reversed(false) if one.clash}
    return [one for one in false if one.clash and notices[one.clash.notice] is one]


def _contradicted(one: Part) -> Part:
    """Only the contradiction is quoted."""
    kept = [one.clash.evidence] if one.clash else []
    return Part(one.question, one.hits, kept, one.confidence, one.clash)


def _in_turn(rows: Sequence[Sequence[T]]) -> list[T]:
    """The first of each, then the second of each, and so on; nothing twice."""
    if len(rows) == 1:
        return list(rows[0])
    found: list[T] = []
    for row in zip_longest(*rows):
        found += [item for item in row if item is not None and item not in found]
    return found
