"""Ranks the sentences of the retrieved passages by how directly they answer the question.

    passages -> sentences -> lexical features -> the best of them embedded -> weighted sum -> ranked

For the few sentences at the top also the features from which ``answerability`` estimates whether
they answer at all. Knows nothing about thresholds, language models or quotes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ingest.records import Article
from ingest.segmentation import sentence_spans
from qa.language.words import content_stems
from qa.questions.interpretation import Question
from qa.reading.answer_span import answer_type_match
from qa.reading.answerability import UNSEEN_STEM, Mentions, mentions_of, mismatch_features
from qa.reading.evidence import Evidence, candidate_sentences
from qa.retrieval.ranking import Hit, stems_of, weighted_coverage


class SentenceEncoder(Protocol):
    """What ranking needs of a library: sentence vectors and inverse document frequencies."""

    def encode(self, texts: list[str]) -> NDArray[np.float32]: ...

    def encode_question(self, question: str) -> NDArray[np.float32]: ...

    def idf(self, stems: Sequence[str]) -> dict[str, float]: ...


MAX_SENTENCES_EMBEDDED = 4
"""Sentences whose own vectors are compared with the question's; the rest take their passage's.
The answer stands in the first sentence of .602 and in the first three of .817 of the RealTime QA
development questions, with 16 sentences of .613 and .815 (out-of-fold,
tests/benchmarks/sentence_ranking.py, 2026-11-23), which takes twice as long."""

MAX_EVIDENCE_SENTENCES = 40
"""Sentences that go on: quoting shows three, a model reads ten, comparing figures takes all."""

RELEVANCE_WEIGHTS: Mapping[str, float] = {
    "cosine": 4.1, "covered": 4.6, "context": 3.0, "fits": 2.7, "passage": 4.6, "lead": 1.0,
    "question": -2.2,
}  # fmt: skip
"""Weights of a sentence's features: conditional logit over the sentences of each question, fitted
on the 409 RealTime QA development questions and the bundled sample questions (2026-11-22).
Five-fold: the answer stands in the first sentence of .60 and in the first three of .82. Two more
features, the share of the question's words in the whole article and the verb of a "who", were worth
nothing (2026-11-24) and left; "context" took over the first one's weight."""


def rank_sentences(
    question: Question,
    hits: Sequence[Hit],
    library: SentenceEncoder,
    *,
    max_embedded: int = MAX_SENTENCES_EMBEDDED,
) -> list[Evidence]:
    """The candidate sentences of the passages with features and scores, best first.

    The features ``RELEVANCE_WEIGHTS`` names, each 0 to 1: ``cosine`` of question and sentence,
    ``covered`` and ``context`` the share of the question's words, by inverse document frequency, in
    the sentence and in its passage with title and outlet, ``fits`` whether it holds the type of
    answer asked for, ``passage`` the passage's score beside the best one's, ``lead`` how early the
    passage stands, ``question`` whether the sentence is itself a question. The first
    ``max_embedded`` also have those of ``answerability.mismatch_features``.
    """
    candidates = candidate_sentences(hits)
    if not candidates:
        return []
    weights = dict(library.idf(question.stems))
    if question.unresolved and question.has_pronoun:
        question, weights = _resolved_by_article(question, weights, hits[0].article, library)
    best = max(hit.score for hit in hits) or 1.0
    ranked = [_scored(e, _lexical_features(e, question, weights, best)) for e in candidates]
    ranked.sort(key=lambda e: -e.score)
    first = ranked[:max_embedded]
    target = library.encode_question(question.query)
    cosines = [float(v @ target) for v in library.encode([_with_title(e) for e in first])]
    mentions = mentions_of(question, weights, library.idf([UNSEEN_STEM])[UNSEEN_STEM])
    final = [
        _scored(e, {**e.features, **_answerability_features(e, weights, mentions), "cosine": c})
        for e, c in zip(first, cosines, strict=True)
    ]
    return sorted(
        [*final, *ranked[max_embedded:MAX_EVIDENCE_SENTENCES]], key=lambda e: -e.score
    )  # fmt: skip


def relevance(features: Mapping[str, float]) -> float:
    """The weighted sum of a sentence's features."""
    return sum(RELEVANCE_WEIGHTS.get(name, 0.0) * value for name, value in features.items())


def _scored(evidence: Evidence, features: Mapping[str, float]) -> Evidence:
    return replace(evidence, features=features, score=relevance(features))


def _lexical_features(
    evidence: Evidence, question: Question, weights: Mapping[str, float], best: float
) -> dict[str, float]:
    """The features that need no vector of the sentence; ``best``: the highest passage score."""
    article, passage, text = evidence.article, evidence.hit.passage, evidence.text
    own = stems_of(text)
    near = own | stems_of(passage.text) | stems_of(f"{article.title}. {article.publisher or ''}")
    return {
        "covered": weighted_coverage(weights, own),
        "context": weighted_coverage(weights, near),
        "fits": answer_type_match(text, question),
        "cosine": evidence.hit.cosine,
        "passage": evidence.hit.score / best,
        "retrieved": evidence.hit.cosine,
        "lead": 1.0 / (1.0 + passage.ordinal),
        "question": float(text.rstrip('”"’ ').endswith("?")),
    }


def _answerability_features(
    evidence: Evidence, weights: Mapping[str, float], mentions: Mentions
) -> dict[str, float]:
    article, passage = evidence.article, evidence.hit.passage.text
    whole = stems_of(article.text) | stems_of(f"{article.title}. {article.publisher or ''}")
    return {
        "article": weighted_coverage(weights, whole),
        **mismatch_features(mentions, article, passage, evidence.start, evidence.end),
    }


def _resolved_by_article(
    question: Question, weights: dict[str, float], article: Article, library: SentenceEncoder
) -> tuple[Question, dict[str, float]]:
    """A question with an unresolved "they" is about the article found first: the words of its
    headline, or of its first sentence, count with half their weight."""
    first = sentence_spans(article.text)[0]
    lead = article.title or article.text[slice(*first)]
    added = library.idf([s for s in content_stems(lead) if s not in weights])
    halved = {stem: weight / 2 for stem, weight in added.items()}
    return replace(question, query=f"{question.text} ({lead})"), {**halved, **weights}


def _with_title(evidence: Evidence) -> str:
    title = evidence.article.title
    return f"{title}\n{evidence.text}" if title else evidence.text
