"""How likely each passage answers a question: features, one weighted sum, one hit a wire copy.

    dense + BM25 candidates -> cheap features -> the best of them read for words -> score

Pure functions. Knows nothing about where passages come from.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache

from ingest.records import Article, Passage, day_of
from ingest.segmentation import sentence_spans
from ingest.versions.near_duplicates import MIN_CONTAINMENT_WHOLE_TEXT, containment, shingles
from qa.language.words import content_stems
from qa.questions.interpretation import Question
from qa.questions.time_constraints import Period

Idf = Callable[[Sequence[str]], Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found, with its article and how it scored."""

    passage: Passage
    article: Article
    score: float
    cosine: float = 0.0
    bm25: float = 0.0
    features: Mapping[str, float] = field(default_factory=dict)


WEIGHTS: Mapping[str, float] = {
    "cosine": 2.8, "closest": 2.0, "bm25": 2.3, "lead": 1.7, "sentence": 1.6, "recent": 2.9,
}  # fmt: skip
"""Weights of a passage's features: conditional logit over the candidates of each of the 209
RealTime QA development questions with an editor-linked article, asked on their day (`python -m
tests.benchmarks.retrieval DATA --fit`, 2026-11-23). Out-of-fold figures and what each feature is
worth: docs/retrieval.md."""

READ = 40
"""Candidates whose words are compared with the question's, chosen by the other features."""

FLAT_AFTER_DAYS = 45
"""A library whose newest article is older than this is an archive: its age says nothing."""

FRESH_DAYS = 7
DECAY_DAYS = 3.0
FLOOR = 0.1
FLAT = 0.5
UNASKED = 0.15
"""The prior's share when nobody said when the question is asked: readers of an archive also ask
about what is long past."""

REPORTED_WITHIN = 3
"""Days after a period in which its events are still reported."""


def date_prior(published: date | None, asked_at: date, newest: date | None) -> float:
    """How likely a report of that day answers a question of this day, 0 to 1.

    News questions are mostly about the last week before they are asked. When the library ends
    long before the question, nothing in it is "the last week" and the prior is flat.
    """
    if newest is None or (asked_at - newest).days > FLAT_AFTER_DAYS:
        return FLAT
    if published is None:
        return FLOOR
    age = (asked_at - published).days
    if age < -1:
        return 0.0
    return max(FLOOR, math.exp(-max(0, age - FRESH_DAYS) / DECAY_DAYS))


def period_prior(published: date | None, period: Period, happened: bool) -> float:
    """The same for a question that names days: 1 for reports of those days and the few after, and
    for passages that date something inside them."""
    if happened:
        return 1.0
    if published is None:
        return FLOOR
    if period.first and published < period.first:
        early = (period.first - published).days
        return max(FLOOR, math.exp(-early / DECAY_DAYS))
    if period.last and published > period.last:
        late = (published - period.last).days
        return max(FLOOR, math.exp(-max(0, late - REPORTED_WITHIN) / DECAY_DAYS))
    return 1.0


def rank(
    hits: Sequence[Hit],
    question: Question,
    newest: date | None,
    idf: Idf,
    *,
    happened: AbstractSet[str] = frozenset(),
    weights: Mapping[str, float] = WEIGHTS,
    read: int = READ,
) -> list[Hit]:
    """Hits with features and final scores, best first. ``happened``: ids of passages that date
    something inside the question's period."""
    if not hits:
        return []
    best = max(hit.bm25 for hit in hits) or 1.0
    least = min((hit.bm25 for hit in hits if hit.bm25), default=0.0)
    closest: dict[str, float] = {}
    for hit in hits:
        closest[hit.article.id] = max(hit.cosine, closest.get(hit.article.id, 0.0))
    scored = []
    for hit in hits:
        features = {
            "cosine": max(0.0, hit.cosine),
            "closest": max(0.0, closest[hit.article.id]),
            "bm25": (hit.bm25 or least) / best,
            "lead": 1.0 / (1 + hit.passage.ordinal),
            "recent": _prior(hit, question, newest, hit.passage.id in happened),
        }
        scored.append(_scored(hit, features, weights))
    scored.sort(key=lambda hit: -hit.score)
    stems = dict(idf(question.stems))
    known = [_scored(hit, {**hit.features, **_read(hit, stems)}, weights) for hit in scored[:read]]
    return sorted(known, key=lambda hit: -hit.score) + scored[read:]


def _scored(hit: Hit, features: Mapping[str, float], weights: Mapping[str, float]) -> Hit:
    score = sum(weights.get(name, 0.0) * value for name, value in features.items())
    return replace(hit, features=features, score=score)


def _prior(hit: Hit, question: Question, newest: date | None, happened: bool) -> float:
    published = day_of(hit.article.published_at) if hit.article.published_at else None
    if question.period:
        return period_prior(published, question.period, happened)
    prior = date_prior(published, question.asked_at, newest)
    return prior if question.asked_at_given else UNASKED * prior


def _read(hit: Hit, stems: Mapping[str, float]) -> dict[str, float]:
    """Share of the question's telling words in the passage's best sentence."""
    article, passage = hit.article, hit.passage
    spans = sentence_spans(article.text, passage.start, passage.end)
    inside = max((share(stems, stems_of(article.text[a:b])) for a, b in spans), default=0.0)
    return {"sentence": inside}


@lru_cache(maxsize=10_000)
def stems_of(text: str) -> frozenset[str]:
    """Stems of a sentence, passage or article; questions about the same news ask for the same."""
    return frozenset(content_stems(text))


def share(weights: Mapping[str, float], found: AbstractSet[str]) -> float:
    """Share of the weights that belong to what was found, 0 to 1."""
    total = sum(weights.values())
    return sum(w for stem, w in weights.items() if stem in found) / total if total else 0.0


def once_per_copy(ranked: Sequence[Hit], limit: int) -> list[Hit]:
    """The first ``limit`` hits, without passages that an earlier article of the same wire-copy
    cluster already gave: only what a copy adds of its own counts."""
    kept: list[Hit] = []
    told: dict[str, list[tuple[str, set[bytes]]]] = {}
    for hit in ranked:
        if len(kept) == limit:
            break
        mine = shingles(hit.passage.text)
        others = told.setdefault(hit.article.cluster_id, [])
        if any(
            a != hit.article.id and containment(mine, s) >= MIN_CONTAINMENT_WHOLE_TEXT
            for a, s in others
        ):
            continue
        others.append((hit.article.id, mine))
        kept.append(hit)
    return kept
