"""Passages for a question: dense and lexical search within its filters, ranked.

    question -> dense top N + BM25 top N -> catalogue -> rank -> one per wire copy

A llama-index retriever. Knows nothing about answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from ingest.records import Article, When
from ingest.storage.catalogue.filters import Filters
from ingest.storage.library import Library
from qa.questions.interpretation import Question, interpret
from qa.records import Citation, Turn
from qa.retrieval.ranking import WEIGHTS, Hit, once_per_copy, rank

CANDIDATES = 50
"""Passages asked of each index. 40, 60, 100 and 150 rank within .005 of each other in MRR (RealTime
QA development questions, five-fold, 2026-11-23)."""


@dataclass
class NewsQuery(QueryBundle):
    """llama-index's query with what news needs: the day of asking, what was said before, and which
    articles may answer."""

    asked_at: When | None = None
    history: tuple[Turn, ...] = field(default_factory=tuple)
    filters: Filters = field(default_factory=Filters)


class HybridRetriever(BaseRetriever):
    """Dense and lexical retrieval over a library, as a llama-index retriever."""

    def __init__(
        self, library: Library, *, limit: int = 10, weights: Mapping[str, float] = WEIGHTS
    ) -> None:
        super().__init__()
        self._library = library
        self._limit = limit
        self._weights = weights

    def interpret(self, bundle: QueryBundle) -> Question:
        """The question of any llama-index query, as this library understands it.

        Raises BadQuestion, BadFilter.
        """
        outlets = self._library.facts().outlets
        if not isinstance(bundle, NewsQuery):
            return interpret(bundle.query_str, outlets=outlets)
        question = interpret(bundle.query_str, bundle.history, bundle.asked_at, outlets)
        return replace(question, filters=bundle.filters.and_also(question.filters))

    def search(self, question: Question, limit: int | None = None) -> list[Hit]:
        """Up to ``limit`` passages, best first; copies of one wire story count once.

        Raises BadFilter when the question asks for an outlet that the library has not.
        """
        library, found = self._library, self.candidates(question)
        happened: list[str] = []
        if (period := question.period) and period.first and period.last:
            ids = [hit.passage.id for hit in found]
            happened = library.happened_between(period.first, period.last, ids)
        newest = library.facts().newest
        ranked = rank(
            found, question, newest, library.idf, happened=set(happened), weights=self._weights
        )
        return once_per_copy(ranked, limit or self._limit)

    def candidates(self, question: Question) -> list[Hit]:
        """What the two indexes find, with cosine and BM25, not yet ranked."""
        library, filters = self._library, question.filters
        dense = dict(library.dense(question.query, CANDIDATES, filters))
        lexical = dict(library.lexical_search(question.query, CANDIDATES, filters))
        others = [key for key in lexical if key not in dense]
        cosines = dense | library.similarities(question.query, others)
        return [
            Hit(passage, article, 0.0, cosines.get(passage.id, 0.0), lexical.get(passage.id, 0.0))
            for passage, article in library.catalogue.retrievable([*{**dense, **lexical}])
        ]

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [node_of(hit) for hit in self.search(self.interpret(query_bundle))]


def facts_of(source: Article | Citation, article_id: str) -> dict[str, str | int | None]:
    """What a llama-index node tells about its article, as plain values."""
    return {
        "article_id": article_id,
        "version": source.version,
        "title": source.title,
        "publisher": source.publisher,
        "published_at": source.published_at.isoformat() if source.published_at else None,
        "url": source.url,
    }


def node_of(hit: Hit) -> NodeWithScore:
    """A passage as llama-index sees it: text, offsets, and the article's facts as metadata."""
    facts = facts_of(hit.article, hit.article.id)
    node = TextNode(
        id_=hit.passage.id,
        text=hit.passage.text,
        metadata=facts,
        start_char_idx=hit.passage.start,
        end_char_idx=hit.passage.end,
        excluded_embed_metadata_keys=["article_id", "version", "url"],
        excluded_llm_metadata_keys=["article_id", "version"],
    )
    return NodeWithScore(node=node, score=hit.score)
