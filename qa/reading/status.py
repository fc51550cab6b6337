"""Decides an answer's status from the evidence found for each part of the question.

    judge_part      best sentence -> confidence; contradicted by an article? answered?
    decide_outcome  all parts     -> answered | partial | not_found | false_premise,
                                     the evidence to answer from, and notices for the reader

A part is answered when nothing contradicts it and its confidence reaches ``answer_at``. Pure
functions; knows nothing about quoting or models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TypeVar

from qa.questions.interpretation import Question
from qa.reading.answerability import MIN_ANSWER_PROBABILITY, answer_probability
from qa.reading.evidence import Evidence
from qa.reading.false_premise import Contradiction, find_contradiction
from qa.records import Status
from qa.retrieval.ranking import Hit

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Part:
    """One of the things that are asked, with its passages and evidence, best first."""

    question: Question
    hits: Sequence[Hit]
    evidence: Sequence[Evidence]
    confidence: float
    """Probability, 0 to 1, that its best sentence answers it."""
    contradiction: Contradiction | None
    answer_at: float
    """Confidence from which on it is answered."""

    @property
    def answered(self) -> bool:
        return self.contradiction is None and self.confidence >= self.answer_at


def judge_part(
    question: Question,
    hits: Sequence[Hit],
    evidence: Sequence[Evidence],
    answer_at: float = MIN_ANSWER_PROBABILITY,
) -> Part:
    """A part with its confidence, and what in the articles contradicts it. ``evidence``: from
    ``rank_sentences``, best first; ``answer_at``: the confidence from which on it is answered."""
    confidence = answer_probability(evidence[0].features) if evidence else 0.0
    contradiction = find_contradiction(question, evidence)
    return Part(question, hits, evidence, confidence, contradiction, answer_at)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The status of an answer, and what it is made from."""

    status: Status
    parts: tuple[Part, ...]
    """The parts that are contradicted and those that are answered; empty for not_found."""
    notices: tuple[str, ...]
    hits: tuple[Hit, ...]
    evidence: tuple[Evidence, ...]
    confidence: float


def decide_outcome(whole: Part, parts: Sequence[Part] = ()) -> Outcome:
    """The outcome of a question. ``parts``: the things that it asks, when it asks several; the
    whole is answered first, since one passage often tells all, and then what it left open."""
    judged = [whole, *parts]
    answered = [part for part in judged if part.answered]
    contradicted = _once_per_notice([part for part in judged if part.contradiction])
    missing = [part for part in parts if not (part.answered or part.contradiction)]
    shown = [*map(_only_contradiction, contradicted), *answered]
    status: Status = "answered"
    if not shown:
        status = "not_found"
    elif contradicted:
        status = "false_premise"
    elif len(missing) not in (0, len(parts)):
        status = "partial"
    notices = [part.contradiction.notice for part in contradicted if part.contradiction]
    if status in ("partial", "false_premise"):
        notices += [
            f"The articles do not answer this part: {part.question.text}" for part in missing
        ]
    read = shown or judged
    return Outcome(
        status,
        tuple(shown),
        tuple(notices),
        tuple(_interleaved([part.hits for part in judged])),
        tuple(_each_place_once(_interleaved([part.evidence for part in read]))),
        (min if shown else max)(part.confidence for part in read),
    )


def _once_per_notice(contradicted: Sequence[Part]) -> list[Part]:
    """The first part with each notice."""
    first: dict[str, Part] = {}
    for part in contradicted:
        if part.contradiction:
            first.setdefault(part.contradiction.notice, part)
    return list(first.values())


def _only_contradiction(part: Part) -> Part:
    """The part with the contradicting sentence as its only evidence: nothing else is quoted."""
    return replace(part, evidence=[part.contradiction.evidence] if part.contradiction else [])


def _each_place_once(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The first of each sentence: two parts find it with features of their own."""
    first: dict[tuple[str, int, int], Evidence] = {}
    for item in evidence:
        first.setdefault(item.place, item)
    return list(first.values())


def _interleaved(rows: Sequence[Sequence[T]]) -> list[T]:
    """The first of each row, then the second of each, and so on; nothing twice."""
    if len(rows) == 1:
        return list(rows[0])
    found: list[T] = []
    for column in zip_longest(*rows):
        found += [item for item in column if item is not None and item not in found]
    return found
