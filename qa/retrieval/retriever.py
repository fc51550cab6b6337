"""Retrieves passages for a question from a dense and a lexical index, ranked.

    question -> dense top N + BM25 top N, within its filters -> rank -> drop_wire_copies

Knows nothing about how passages are read, about answers, or about llama-index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ingest.storage.library import Library
from qa.questions.interpretation import Query, Question, interpret
from qa.retrieval.ranking import Hit, drop_wire_copies, rank

CANDIDATES_PER_INDEX = 50
"""Passages asked of each index. 40, 60, 100 and 150 rank within .005 of each other in MRR (RealTime
QA development questions, five-fold, 2026-11-23)."""


class HybridRetriever:
    """Dense and lexical retrieval over a library. Safe to share between threads."""

    def __init__(self, library: Library, *, limit: int = 10) -> None:
        self._library = library
        self._limit = limit

    def interpret(self, query: Query) -> Question:
        """The question as this library understands it: of its outlets a question may require
        reports, and its filters also hold those of the query. Raises BadQuestion, BadFilter.
        """
        outlets = self._library.facts().outlets
        question = interpret(query.text, query.history, query.asked_at, outlets)
        return replace(question, filters=query.filters.intersect(question.filters))

    def search(self, question: Question, limit: int | None = None) -> list[Hit]:
        """Up to ``limit`` passages, best first; copies of one wire story count once.

        Raises BadFilter when the question asks for an outlet that is not in the library.
        """
        library, found = self._library, self.candidates(question)
        happened = self._happened(found, question)
        found = [replace(hit, happened=hit.passage.id in happened) for hit in found]
        ranked = rank(found, question, library.facts().newest, library.idf)
        return drop_wire_copies(ranked, limit or self._limit)

    def _happened(self, found: Sequence[Hit], question: Question) -> set[str]:
        """Ids of the passages that date something inside a period of the question."""
        ids = [hit.passage.id for hit in found]
        periods = {*question.named_periods, *([question.period] if question.period else ())}
        return {
            one
            for period in periods
            if period.first and period.last
            for one in self._library.happened_between(period.first, period.last, ids)
        }

    def candidates(self, question: Question) -> list[Hit]:
        """The passages that either index finds, with cosine and BM25, not yet ranked."""
        library, filters = self._library, question.filters
        dense = dict(library.dense_search(question.query, CANDIDATES_PER_INDEX, filters))
        lexical = dict(library.lexical_search(question.query, CANDIDATES_PER_INDEX, filters))
        others = [key for key in lexical if key not in dense]
        cosines = dense | library.similarities(question.query, others)
        return [
            Hit(passage, article, 0.0, cosines.get(passage.id, 0.0), lexical.get(passage.id, 0.0))
            for passage, article in library.catalogue.retrievable([*{**dense, **lexical}])
        ]
