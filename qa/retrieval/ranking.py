"""Ranks candidate passages by a weighted sum of features, and drops copies of wire stories.

    dense + BM25 candidates -> features -> weighted sum
        -> the best candidates get one more feature, their best sentence's words -> ranked
        -> drop_wire_copies -> the first N

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
    """A retrieved passage with its article and its scores."""

    passage: Passage
    article: Article
    score: float
    """Weighted sum of the features; higher is better, comparable within one question only."""
    cosine: float = 0.0
    bm25: float = 0.0
    happened: bool = False
    """Whether the passage dates something inside a period that the question names."""
    features: Mapping[str, float] = field(default_factory=dict)


RANKING_WEIGHTS: Mapping[str, float] = {
    "cosine": 2.8, "closest": 2.0, "bm25": 2.3, "lead": 1.7, "sentence": 1.6, "recent": 2.9,
}  # fmt: skip
"""Weights of a passage's features (``rank``): conditional logit over the candidates of each of the
209 RealTime QA development questions with an editor-linked article, asked on their day (`python -m
tests.benchmarks.retrieval DATA --fit`, 2026-11-23). Out-of-fold figures and what each feature is
worth: docs/retrieval.md."""

MAX_PASSAGES_COMPARED = 40
"""Candidates whose words are compared with the question's, chosen by the other features."""

ARCHIVE_AFTER_DAYS = 45
"""A library whose newest article is older than this is an archive: its age says nothing."""

ARCHIVE_PRIOR = 0.5
FRESH_DAYS = 7
"""Age up to which a report has the full prior; afterwards it decays exponentially."""

DECAY_DAYS = 3.0
MIN_PRIOR = 0.1
UNKNOWN_DAY_FACTOR = 0.15
"""Factor of the prior when the day of asking was not given: readers of an archive also ask about
what is long past."""

REPORTING_DELAY_DAYS = 3
"""Days after a period in which its events are still reported."""


def date_prior(published: date | None, asked_at: date, newest: date | None) -> float:
    """How likely a report of one day answers a question asked on another, 0 to 1.

    News questions are mostly about the last week before they are asked. When ``newest``, the
    library's newest publication day, lies long before the question, nothing in it is "the last
    week" and the prior is flat.
    """
    if newest is None or (asked_at - newest).days > ARCHIVE_AFTER_DAYS:
        return ARCHIVE_PRIOR
    if published is None:
        return MIN_PRIOR
    age = (asked_at - published).days
    if age < -1:
        return 0.0
    return max(MIN_PRIOR, math.exp(-max(0, age - FRESH_DAYS) / DECAY_DAYS))


def period_prior(published: date | None, period: Period, happened: bool) -> float:
    """The same for a question about a period: 1 for reports of those days and the few after, and
    for passages that date something inside it (``happened``)."""
    if happened:
        return 1.0
    if published is None:
        return MIN_PRIOR
    if period.first and published < period.first:
        early = (period.first - published).days
        return max(MIN_PRIOR, math.exp(-early / DECAY_DAYS))
    if period.last and published > period.last:
        late = (published - period.last).days
        return max(MIN_PRIOR, math.exp(-max(0, late - REPORTING_DELAY_DAYS) / DECAY_DAYS))
    return 1.0


def rank(
    hits: Sequence[Hit],
    question: Question,
    newest: date | None,
    idf: Idf,
    *,
    max_compared: int = MAX_PASSAGES_COMPARED,
) -> list[Hit]:
    """Hits with features and scores, best first. ``newest``: the newest publication day of the
    library.

    Features, each 0 to 1: ``cosine``; ``closest``, the highest cosine in the same article; ``bm25``
    beside the highest; ``lead``, how early the passage stands; ``recent``, the date prior;
    ``sentence``, the share of the question's words in the passage's best sentence.
    """
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
            "recent": _prior(hit, question, newest),
        }
        scored.append(_scored(hit, features))
    scored.sort(key=lambda hit: -hit.score)
    stems = dict(idf(question.stems))
    first = [
        _scored(hit, {**hit.features, "sentence": _best_sentence(hit, stems)})
        for hit in scored[:max_compared]
    ]
    return sorted(first, key=lambda hit: -hit.score) + scored[max_compared:]


def _scored(hit: Hit, features: Mapping[str, float]) -> Hit:
    score = sum(RANKING_WEIGHTS.get(name, 0.0) * value for name, value in features.items())
    return replace(hit, features=features, score=score)


def _prior(hit: Hit, question: Question, newest: date | None) -> float:
    published = day_of(hit.article.published_at) if hit.article.published_at else None
    if question.period:
        return period_prior(published, question.period, hit.happened)
    prior = date_prior(published, question.asked_at, newest)
    return prior if question.asked_at_given else UNKNOWN_DAY_FACTOR * prior


def _best_sentence(hit: Hit, weights: Mapping[str, float]) -> float:
    """The highest share of the question's words, by weight, in one sentence of the passage."""
    text = hit.article.text
    spans = sentence_spans(text, hit.passage.start, hit.passage.end)
    return max((weighted_coverage(weights, stems_of(text[a:b])) for a, b in spans), default=0.0)


@lru_cache(maxsize=10_000)
def stems_of(text: str) -> frozenset[str]:
    """Stems of the content words of a sentence, passage or article; cached, since questions about
    the same news read the same texts."""
    return frozenset(content_stems(text))


def weighted_coverage(weights: Mapping[str, float], found: AbstractSet[str]) -> float:
    """Share, 0 to 1, of the weights that belong to found stems."""
    total = sum(weights.values())
    return sum(w for stem, w in weights.items() if stem in found) / total if total else 0.0


def drop_wire_copies(ranked: Sequence[Hit], limit: int) -> list[Hit]:
    """The first ``limit`` hits without near-duplicates of a passage that an earlier article of the
    same wire-copy cluster gave; what a copy adds of its own stays."""
    kept: list[Hit] = []
    shown: dict[str, list[tuple[str, set[bytes]]]] = {}
    for hit in ranked:
        if len(kept) == limit:
            break
        mine = shingles(hit.passage.text)
        others = shown.setdefault(hit.article.cluster_id, [])
        if any(
            a != hit.article.id and containment(mine, s) >= MIN_CONTAINMENT_WHOLE_TEXT
            for a, s in others
        ):
            continue
        others.append((hit.article.id, mine))
        kept.append(hit)
    return kept
