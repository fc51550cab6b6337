"""Citewire as a llama-index query engine and retriever, for agents, tools and evaluators.

    QueryBundle or NewsQuery -> Query -> AnswerEngine -> Answer -> Response with source nodes
    QueryBundle or NewsQuery -> Query -> HybridRetriever -> ranked passages as nodes

Only translates between llama-index's values and ours; decides nothing. The only module of the
answering path that imports llama-index at its top: a quoted answer from the command line does
without it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import Response
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from ingest.records import Article, When
from ingest.storage.catalogue.filters import Filters
from ingest.storage.library import Library
from qa.engine import AnswerEngine
from qa.questions.interpretation import Query
from qa.records import Answer, Citation, Turn
from qa.retrieval.ranking import Hit
from qa.retrieval.retriever import HybridRetriever

if TYPE_CHECKING:
    from qa.writing.models import LLM


@dataclass
class NewsQuery(QueryBundle):
    """llama-index's query with what news needs: the day of asking, the earlier exchanges, and which
    articles may answer."""

    asked_at: When | None = None
    history: tuple[Turn, ...] = field(default_factory=tuple)
    filters: Filters = field(default_factory=Filters)


class PassageRetriever(BaseRetriever):
    """Hybrid retrieval over a library, as a llama-index retriever."""

    def __init__(self, retriever: HybridRetriever) -> None:
        super().__init__()
        self._retriever = retriever

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        question = self._retriever.interpret(query_of(query_bundle))
        return [passage_node(hit) for hit in self._retriever.search(question)]


class CitationEngine(BaseQueryEngine):
    """Answers from a library with an exact quote behind every sentence, as a llama-index engine.

    ``Response.source_nodes`` are the cited quotes, and ``Response.metadata["answer"]`` is the whole
    ``Answer``. ``llm`` is any llama-index model; without one answers are quotations.
    """

    def __init__(
        self, library: Library, *, llm: LLM | None = None, answering: AnswerEngine | None = None
    ) -> None:
        """``answering`` takes the place of an engine made from the library and the model."""
        super().__init__(callback_manager=None)
        self._answering = answering or AnswerEngine(library, llm=llm)
        self.retriever = PassageRetriever(self._answering.retriever)

    def _query(self, query_bundle: QueryBundle) -> Response:
        return response_of(self._answering.answer(query_of(query_bundle)))

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return await asyncio.to_thread(self._query, query_bundle)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}

    def retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """The passages found for a query, best first: what may be cited, not what is."""
        return self.retriever.retrieve(query_bundle)


def query_of(bundle: QueryBundle) -> Query:
    """Any llama-index query as ours."""
    if isinstance(bundle, NewsQuery):
        return Query(bundle.query_str, bundle.asked_at, bundle.history, bundle.filters)
    return Query(bundle.query_str)


def response_of(answer: Answer) -> Response:
    """An answer as llama-index sees it; ``source_nodes`` are what is cited, not what was found."""
    nodes = [_quote_node(citation) for citation in answer.citations]
    return Response(response=answer.text, source_nodes=nodes, metadata={"answer": answer})


def passage_node(hit: Hit) -> NodeWithScore:
    """A passage with its offsets, and the facts of its article as metadata."""
    node = TextNode(
        id_=hit.passage.id,
        text=hit.passage.text,
        metadata=_article_facts(hit.article, hit.article.id),
        start_char_idx=hit.passage.start,
        end_char_idx=hit.passage.end,
        excluded_embed_metadata_keys=["article_id", "version", "url"],
        excluded_llm_metadata_keys=["article_id", "version"],
    )
    return NodeWithScore(node=node, score=hit.score)


def _quote_node(citation: Citation) -> NodeWithScore:
    node = TextNode(
        id_=f"{citation.passage_id}:{citation.start}-{citation.end}",
        text=citation.quote,
        metadata={"number": citation.number} | _article_facts(citation, citation.article_id),
        start_char_idx=citation.start,
        end_char_idx=citation.end,
    )
    return NodeWithScore(node=node, score=citation.support)


def _article_facts(source: Article | Citation, article_id: str) -> dict[str, str | int | None]:
    return {
        "article_id": article_id,
        "version": source.version,
        "title": source.title,
        "publisher": source.publisher,
        "published_at": source.published_at.isoformat() if source.published_at else None,
        "url": source.url,
    }
