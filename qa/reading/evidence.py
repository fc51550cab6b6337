"""Quoting mode: the sentences of the articles that answer a question, and how sure that is.

    passages -> sentences -> features -> score -> at most three quotes, most direct first

Also decides, for both modes, whether the articles answer at all. Knows nothing about models.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ingest.records import Article
from ingest.segmentation import sentence_spans
from qa.language.words import content_stems
from qa.questions.interpretation import Question
from qa.reading.answer_span import fits
from qa.reading.answerability import UNSEEN, Asked, asked, probability, signals
from qa.retrieval.ranking import Hit, share, stems_of


class Encoder(Protocol):
    """What a library tells of words and meanings."""

    def encode(self, texts: list[str]) -> NDArray[np.float32]: ...

    def encode_question(self, question: str) -> NDArray[np.float32]: ...

    def idf(self, stems: Sequence[str]) -> dict[str, float]: ...


Idf = Callable[[Sequence[str]], Mapping[str, float]]

PASSAGES = 10
EMBEDDED = 4
"""Sentences whose own vectors are compared with the question's; the rest take their passage's.
The answer stands in the first sentence of .602 and in the first three of .817 of the RealTime QA
development questions, with 16 sentences of .613 and .815 (out-of-fold,
tests/benchmarks/sentence_ranking.py, 2026-11-23), which takes twice as long."""

KEPT = 40
"""Sentences that go on: for quoting three, for a model a page, for comparing figures all."""


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
    "cosine": 4.1, "covered": 4.6, "context": 3.0, "fits": 2.7, "passage": 4.6, "lead": 1.0,
    "question": -2.2,
}  # fmt: skip
"""Weights of a sentence's features: conditional logit over the sentences of each question, fitted
on the 409 RealTime QA development questions and the bundled sample questions (2026-11-22).
Five-fold: the answer stands in the first sentence of .60 and in the first three of .82. Two more
features, the share of the question's words in the whole article and the verb of a "who", were worth
nothing (2026-11-24) and left; "context" took over the first one's weight."""


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


def rate(question: Question, hits: Sequence[Hit], library: Encoder) -> list[Evidence]:
    """All candidate sentences with features and scores, best first."""
    found = sentences_of(hits)
    if not found:
        return []
    weights = dict(library.idf(question.stems))
    if question.unresolved and question.has_pronoun:
        question, weights = _about(question, weights, hits[0].article, library.idf)
    top = max(hit.score for hit in hits) or 1.0
    rated = [_with_features(e, question, weights, top) for e in found]
    rated.sort(key=lambda e: -e.score)
    embedded = rated[:EMBEDDED]
    target = library.encode_question(question.query)
    cosines = [float(v @ target) for v in library.encode([_in_context(e) for e in embedded])]
    wanted = asked(question, weights, library.idf([UNSEEN])[UNSEEN])
    final = [
        _scored(e, {**e.features, **_against(e, weights, wanted), "cosine": c})
        for e, c in zip(embedded, cosines, strict=True)
    ]
    return sorted([*final, *rated[EMBEDDED:KEPT]], key=lambda e: -e.score)


def _against(evidence: Evidence, weights: Mapping[str, float], wanted: Asked) -> dict[str, float]:
    """What the gate looks at besides, for the sentences that may be the best one."""
    article, passage = evidence.article, evidence.hit.passage.text
    whole = stems_of(article.text) | stems_of(f"{article.title}. {article.publisher or ''}")
    return {
        "article": share(weights, whole),
        **signals(wanted, article, passage, evidence.start, evidence.end),
    }


def _about(
    question: Question, weights: dict[str, float], article: Article, idf: Idf
) -> tuple[Question, dict[str, float]]:
    """A question that says "they" without saying who is about the article found first: its
    headline, or its first sentence, counts as half asked."""
    first = sentence_spans(article.text)[0]
    lead = article.title or article.text[slice(*first)]
    extra = idf([s for s in content_stems(lead) if s not in weights])
    return replace(question, query=f"{question.text} ({lead})"), {
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
    own = stems_of(text)
    near = own | stems_of(passage.text) | stems_of(beside)
    features = {
        "covered": share(weights, own),
        "context": share(weights, near),
        "fits": fits(text, question),
        "cosine": evidence.hit.cosine,
        "passage": evidence.hit.score / top,
        "retrieved": evidence.hit.cosine,
        "lead": 1.0 / (1.0 + passage.ordinal),
        "question": float(text.rstrip('”"’ ').endswith("?")),
    }
    return _scored(evidence, features)


# -- is it an answer? -------------------------------------------------------------------------

ANSWER_AT = 0.55
"""Five-fold it refuses .885 of the 200 unanswerable development questions and .051 of the 195 whose
gold article was retrieved (2026-11-23); the whole curve is in docs/refusing.md."""


def confidence(rated: Sequence[Evidence]) -> float:
    """Estimated probability that the articles answer the question, from the best sentence."""
    return probability(rated[0].features) if rated else 0.0
