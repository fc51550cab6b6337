"""Quoting mode: the sentences of the articles that answer a question, and how sure that is.

    passages -> sentences -> features -> score -> at most three quotes, most direct first

Also decides, for both modes, whether the articles answer at all. Knows nothing about models.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ingest.records import Article
from ingest.split import sentence_spans
from qa.interpret import Question
from qa.retrieve import Hit
from qa.short import fits
from qa.words import content_stems, name_keys, values

Encode = Callable[[list[str]], NDArray[np.float32]]
Idf = Callable[[Sequence[str]], Mapping[str, float]]

PASSAGES = 10
EMBEDDED = 16
"""Sentences whose vectors are compared with the question's: the rest are ranked by words alone."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a retrieved passage, and what speaks for it."""

    hit: Hit
    start: int
    end: int
    text: str
    features: Mapping[str, float] = field(default_factory=dict)
    score: float = 0.0

    @property
    def article(self) -> Article:
        return self.hit.article

    def holds(self, other: Evidence) -> bool:
        """Whether the other's words are part of these."""
        return (
            self.article.id == other.article.id
            and self.start <= other.start
            and other.end <= self.end
        )

    @property
    def place(self) -> tuple[str, int, int]:
        return self.article.id, self.start, self.end


RELEVANCE: Mapping[str, float] = {
    "cosine": 4.1, "covered": 4.6, "context": 2.0, "article": 1.4, "fits": 2.7, "passage": 4.6,
    "lead": 1.0, "question": -2.2, "verb": 1.0,
}  # fmt: skip
"""Weights of a sentence's features: conditional logit over the sentences of each question, fitted
on the 409 RealTime QA development questions and the bundled sample questions (2026-11-22).
Five-fold: the answer stands in the first sentence of .60 and in the first three of .82."""


def sentences_of(hits: Sequence[Hit]) -> list[Evidence]:
    """The sentences of the best passages, each once (a copy of a wire story repeats them)."""
    seen: set[str] = set()
    found = []
    for hit in hits[:PASSAGES]:
        text = hit.article.text
        for start, end in sentence_spans(text, hit.passage.start, hit.passage.end):
            key = " ".join(re.findall(r"\w+", text[start:end].casefold()))
            if key not in seen:
                seen.add(key)
                found.append(Evidence(hit, start, end, text[start:end]))
    return found


def rate(question: Question, hits: Sequence[Hit], encode: Encode, idf: Idf) -> list[Evidence]:
    """All candidate sentences with features and scores, best first."""
    found = sentences_of(hits)
    if not found:
        return []
    weights = dict(idf(question.stems))
    if question.depends and question.points:
        question, weights = _about(question, weights, hits[0].article, idf)
    top = max(hit.score for hit in hits) or 1.0
    rated = [_with_features(e, question, weights, top) for e in found]
    rated.sort(key=lambda e: -score(e.features))
    embedded = rated[:EMBEDDED]
    vectors = encode([question.search, *(_in_context(e) for e in embedded)])
    cosines = vectors[1:] @ vectors[0]
    final = [
        _scored(e, dict(e.features) | {"cosine": float(c)})
        for e, c in zip(embedded, cosines, strict=True)
    ]
    return sorted(final, key=lambda e: -e.score)


def _about(
    question: Question, weights: dict[str, float], article: Article, idf: Idf
) -> tuple[Question, dict[str, float]]:
    """A question that says "they" without saying who is about the article found first: its
    headline, or its first sentence, counts as half asked."""
    first = sentence_spans(article.text)[0]
    lead = article.title or article.text[slice(*first)]
    extra = idf([s for s in content_stems(lead) if s not in weights])
    return replace(question, search=f"{question.text} ({lead})"), {
        **{stem: weight / 2 for stem, weight in extra.items()}, **weights
    }  # fmt: skip


def _in_context(evidence: Evidence) -> str:
    title = evidence.article.title
    return f"{title}\n{evidence.text}" if title else evidence.text


def score(features: Mapping[str, float]) -> float:
    """The weighted sum of a sentence's features."""
    return sum(RELEVANCE.get(name, 0.0) * value for name, value in features.items())


def _scored(evidence: Evidence, features: Mapping[str, float]) -> Evidence:
    return Evidence(
        evidence.hit, evidence.start, evidence.end, evidence.text, features, score(features)
    )


def _with_features(
    evidence: Evidence, question: Question, weights: Mapping[str, float], top: float
) -> Evidence:
    article, text = evidence.article, evidence.text
    passage = evidence.hit.passage
    beside = f"{article.title}. {article.publisher or ''}"
    own = set(content_stems(text))
    near = own | _stems(passage.text) | _stems(beside)
    whole = _stems(article.text) | near
    named = _names(article.text) | _names(beside)
    features = {
        "covered": _share(weights, own),
        "context": _share(weights, near),
        "article": _share(weights, whole),
        "names": len(question.names & named) / len(question.names) if question.names else 1.0,
        "names_near": _names_near(question, near, named),
        "numbers": float(question.values <= values(f"{passage.text} {article.title}")),
        "fits": fits(text, question),
        "verb": float(question.verb in own),
        "passage": evidence.hit.score / top,
        "retrieved": evidence.hit.cosine,
        "lead": 1.0 / (1.0 + passage.ordinal),
        "question": float(text.rstrip('”"’ ').endswith("?")),
    }
    return _scored(evidence, features)


@lru_cache(maxsize=1_000)
def _stems(text: str) -> frozenset[str]:
    """Stems of a passage or article; asked again for each of its sentences."""
    return frozenset(content_stems(text))


@lru_cache(maxsize=1_000)
def _names(text: str) -> frozenset[str]:
    return frozenset(name_keys(text))


def _names_near(question: Question, near: AbstractSet[str], named: AbstractSet[str]) -> float:
    """Share of the question's names in the article that also stand in the passage or title."""
    wanted = question.names & named
    if not question.names:
        return 1.0
    prefix = {stem[:4] for stem in near}
    return sum(key[:4] in prefix for key in wanted) / len(question.names)


def _share(weights: Mapping[str, float], found: AbstractSet[str]) -> float:
    total = sum(weights.values())
    if not total:
        return 0.0
    return sum(weight for stem, weight in weights.items() if stem in found) / total


# -- is it an answer? -------------------------------------------------------------------------

GATE: Mapping[str, float] = {
    "bias": -6.8, "cosine": 2.6, "covered": 0.3, "context": 2.0, "article": 1.35, "names": 1.0,
    "names_near": 1.0, "numbers": 1.4, "retrieved": 2.95,
}  # fmt: skip
"""Logistic regression on the best sentence's features, fitted on the RealTime QA development set
(409 answerable, 200 not) and the bundled sample questions (2026-11-22); five-fold AUROC .96 on
the former, .69 on the latter, where most unanswerable questions are on topic: an unsolved case."""

ANSWER_AT = 0.45
"""Refuses .70 of the 200 unanswerable and .015 of the 409 answerable development questions
(five-fold), .50 and .15 of the bundled sample questions. The whole path, as it stands, refuses .61
and .00 of every third development question (tests/benchmarks/answers.py, 2026-11-22)."""


def confidence(rated: Sequence[Evidence]) -> float:
    """Estimated probability that the articles answer the question, from the best sentence."""
    if not rated:
        return 0.0
    best = rated[0].features
    logit = GATE["bias"] + sum(w * best.get(k, 0.0) for k, w in GATE.items() if k != "bias")
    return 1.0 / (1.0 + math.exp(-logit))
