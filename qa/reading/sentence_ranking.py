"""Ranks the sentences of the retrieved passages by how directly they answer the question.

    passages -> sentences -> lexical features -> the best of them read (reader) -> weighted sum

For the few sentences at the top also the features from which ``answerability`` estimates whether
they answer at all. Knows nothing about thresholds, language models or quotes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol

from ingest.records import Article, day_of
from ingest.segmentation import sentence_spans
from qa.language.words import content_stems
from qa.questions.interpretation import Question
from qa.reading.answer_span import answer_type_match
from qa.reading.answerability import Mentions, mentions_of, mismatch_features
from qa.reading.evidence import Evidence, candidate_sentences
from qa.reading.reader import shared_reader
from qa.reading.reader_input import CONTEXT_CHARACTERS, Candidate
from qa.retrieval.ranking import Hit, stems_of, weighted_coverage


class Frequencies(Protocol):
    """What ranking needs of a library: inverse document frequencies."""

    def idf(self, stems: Sequence[str]) -> dict[str, float]: ...


class Reader(Protocol):
    """Says how surely sentences answer a question: see ``reader.SentenceReader``."""

    def read(
        self, question: str, candidates: Sequence[Candidate], asked_at: date | None
    ) -> list[float]: ...


SENTENCES_READ_FIRST = 4
MAX_SENTENCES_READ = 6
"""Sentences that the reader reads, the best by features that cost nothing; the last ones only when
it holds none of the first for an answer. In a trial with seven features for this choice, on the 409
RealTime QA development questions, 4 and 6 put the answer first in .711, always 6 in .716, always 4
in .704, 2 and 6 in .675, each with weights of its own (out-of-fold, 2026-11-28)."""

SURE_FROM = 0.0
"""Log-odds of a sentence from which on the reader looks no further: even odds."""

MAX_EVIDENCE_SENTENCES = 40
"""Sentences that go on: quoting shows three, a model reads ten, comparing figures takes all."""

READING_WEIGHTS: Mapping[str, float] = {"covered": 4.5, "passage": 5.4, "fits": 1.3}
"""Weights of the features by which the sentences to read are chosen: conditional logit over the
sentences of each of the 409 RealTime QA development questions. Out-of-fold one of the first four
holds the answer for .851, one of six for .888; with four more features .844 and .890 (2026-11-28).
"""

RELEVANCE_WEIGHTS: Mapping[str, float] = {"reader": 0.47, "covered": 2.15, "passage": 3.73}
"""Weights of the features by which the sentences are ranked: conditional logit over the sentences
of each of the 409 RealTime QA development questions (2026-11-29). Out-of-fold the answer stands in
the first sentence of .702 and in the first three of .839; by ``reader`` alone of .704 and .844, and
without ``covered`` of .719 and .848, but on our questions on the bundled samples, which were not
fitted on, .716 of 88 instead of .739 in the first quote."""


def rank_sentences(
    question: Question,
    hits: Sequence[Hit],
    library: Frequencies,
    *,
    reader: Reader | None = None,
) -> list[Evidence]:
    """The candidate sentences of the passages with features and scores, best first.

    The features: ``covered`` the share of the question's words, by inverse document frequency, in
    the sentence, ``fits`` whether it holds the type of answer asked for, ``passage`` the passage's
    score beside the best one's, each 0 to 1; ``reader`` the reader's log-odds that it answers,
    where a sentence that was not read counts like the least likely one that was, and ``best`` the
    highest of these. The first ``MAX_SENTENCES_READ`` also have ``context``, the share of the
    question's words in the passage with title and outlet, and those of
    ``answerability.mismatch_features``. ``reader`` None: the packaged one.
    """
    candidates = candidate_sentences(hits)
    if not candidates:
        return []
    weights = dict(library.idf(question.stems))
    if question.unresolved and question.has_pronoun:
        question, weights = _resolved_by_article(question, weights, hits[0].article, library)
    best = max(hit.score for hit in hits) or 1.0
    ranked = [
        replace(e, features=_lexical_features(e, question, weights, best)) for e in candidates
    ]
    ranked.sort(key=lambda e: -weighted_sum(READING_WEIGHTS, e.features))
    ranked = _read(question, ranked[:MAX_EVIDENCE_SENTENCES], reader or shared_reader())
    mentions = mentions_of(question, weights)
    return [
        replace(e, features={**e.features, **_answerability_features(e, weights, mentions)})
        if place < MAX_SENTENCES_READ
        else e
        for place, e in enumerate(ranked)
    ]


def _read(question: Question, ranked: Sequence[Evidence], reader: Reader) -> list[Evidence]:
    """The sentences with what the reader finds: those it read, best first, then the others."""
    found = _log_odds(question, ranked, reader)
    best, scores = max(found), found + [min(found)] * (len(ranked) - len(found))
    rated = [
        replace(e, features=features, score=weighted_sum(RELEVANCE_WEIGHTS, features))
        for e, score in zip(ranked, scores, strict=True)
        for features in [{**e.features, "reader": score, "best": best}]
    ]
    return [*sorted(rated[: len(found)], key=lambda e: -e.score), *rated[len(found) :]]


def _log_odds(question: Question, ranked: Sequence[Evidence], reader: Reader) -> list[float]:
    """The reader's log-odds for the first sentences, of so many as it takes."""
    asked_at = question.asked_at if question.asked_at_given else None
    found: list[float] = []
    for end in (SENTENCES_READ_FIRST, MAX_SENTENCES_READ):
        some = [_candidate(e) for e in ranked[len(found) : end]]
        if some and max(found, default=-math.inf) < SURE_FROM:
            found += reader.read(question.query, some, asked_at)
    return found


def _candidate(evidence: Evidence) -> Candidate:
    article = evidence.article
    return Candidate(
        evidence.text,
        article.text[max(0, evidence.start - CONTEXT_CHARACTERS) : evidence.start],
        article.title or "",
        day_of(article.published_at) if article.published_at else None,
    )


def weighted_sum(weights: Mapping[str, float], features: Mapping[str, float]) -> float:
    """The sum of the features, each times its weight."""
    return sum(weight * features[name] for name, weight in weights.items())


def _lexical_features(
    evidence: Evidence, question: Question, weights: Mapping[str, float], best: float
) -> dict[str, float]:
    """The features that cost nothing; ``best``: the highest passage score."""
    return {
        "covered": weighted_coverage(weights, stems_of(evidence.text)),
        "fits": answer_type_match(evidence.text, question),
        "passage": evidence.hit.score / best,
    }


def _answerability_features(
    evidence: Evidence, weights: Mapping[str, float], mentions: Mentions
) -> dict[str, float]:
    article, passage = evidence.article, evidence.hit.passage.text
    near = stems_of(passage) | stems_of(f"{article.title}. {article.publisher or ''}")
    return {
        "context": weighted_coverage(weights, near),
        **mismatch_features(mentions, evidence.hit, evidence.start, evidence.end),
    }


def _resolved_by_article(
    question: Question, weights: dict[str, float], article: Article, library: Frequencies
) -> tuple[Question, dict[str, float]]:
    """A question with an unresolved "they" is about the article found first: the words of its
    headline, or of its first sentence, count with half their weight."""
    first = sentence_spans(article.text)[0]
    lead = article.title or article.text[slice(*first)]
    added = library.idf([s for s in content_stems(lead) if s not in weights])
    halved = {stem: weight / 2 for stem, weight in added.items()}
    return replace(question, query=f"{question.text} ({lead})"), {**halved, **weights}
