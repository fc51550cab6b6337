"""Wraps llama-index's own query engines as systems under test, over the library's passages.

    passages + vectors -> VectorStoreIndex over Chroma -> retriever -> query engine -> Reply

Their defaults are kept. Without a model their answer is what they would show as sources.
Knows nothing about measures.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from threading import local
from typing import TYPE_CHECKING, Any

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.constants import DEFAULT_SIMILARITY_TOP_K
from llama_index.core.schema import NodeWithScore, QueryBundle

from ingest.segmentation import sentence_spans
from qa.answers.citations import source_line
from qa.evaluate.extras import require_extra
from qa.evaluate.records import Case, CitedQuote, Reply
from qa.evaluate.systems.article_keys import key_of
from qa.evaluate.systems.citewire import MAX_PASSAGES_RANKED
from qa.query_engine import passage_node
from qa.records import Sentence
from qa.retrieval.ranking import Hit
from qa.writing.claim_check import is_refusal

if TYPE_CHECKING:
    from llama_index.core import VectorStoreIndex
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.base.response.schema import Response
    from llama_index.core.llms import LLM

    from ingest.storage.library import Library

RetrieverFactory = Callable[[int], BaseRetriever]
"""Makes a retriever of so many passages."""

INDEX_BATCH_SIZE = 1_000
"""Passages whose vectors are copied into the starter's index at once."""


class LlamaIndexPeer:
    """A llama-index query engine with its defaults, over the library's passages."""

    def __init__(
        self, name: str, library: Library, llm: LLM | None, retrievers: RetrieverFactory
    ) -> None:
        self.name = name
        self.library = library
        self._llm = llm
        self._retriever = retrievers(DEFAULT_SIMILARITY_TOP_K)
        self._ranking_retriever = retrievers(MAX_PASSAGES_RANKED)

    @cached_property
    def _engine(self) -> BaseQueryEngine:
        from llama_index.core.llms import MockLLM
        from llama_index.core.node_parser import SentenceSplitter
        from llama_index.core.query_engine import CitationQueryEngine, RetrieverQueryEngine

        llm = self._llm or MockLLM(max_tokens=1)
        if self.name == "llama-index-citation":
            # Its own splitter, with our sentences in place of nltk's data, which a hard-linked
            # installation refuses to read; passages are shorter than its chunks, so none is split.
            splitter = SentenceSplitter(
                chunk_size=512, chunk_overlap=20, chunking_tokenizer_fn=_sentences_with_space
            )
            return CitationQueryEngine(self._retriever, llm=llm, text_splitter=splitter)
        return RetrieverQueryEngine.from_args(self._retriever, llm=llm)

    def retrieve(self, case: Case) -> tuple[str, ...]:
        nodes = self._ranking_retriever.retrieve(case.question)
        return tuple(dict.fromkeys(str(n.metadata["key"]) for n in nodes))

    def answer(self, case: Case) -> Reply:
        started = time.perf_counter()
        with _token_usage() as usage:
            response: Any = self._engine.query(QueryBundle(case.question))
        total = round(time.perf_counter() - started, 4)
        nodes = response.source_nodes
        reply = Reply(
            citations=tuple(_cited_quote(i, node, self.library) for i, node in enumerate(nodes, 1)),
            confidence=max((node.score or 0.0 for node in nodes), default=0.0),
            timings={"total": total},
            usage=usage,
        )
        return self._with_written_sentences(reply, response) if self._llm else _with_quotes(reply)

    def _with_written_sentences(self, reply: Reply, response: Response) -> Reply:
        """Its sentences: with the numbers it wrote, or, where it writes none, with all sources."""
        writes_marks = self.name == "llama-index-citation"
        all_numbers = tuple(c.number for c in reply.citations)
        sentences = tuple(
            Sentence(text, numbers if writes_marks else all_numbers)
            for text, numbers in marked_sentences(str(response.response or ""))
        )
        refused = all(is_refusal(s.text) for s in sentences) or str(response) == "Empty Response"
        return replace(reply, sentences=sentences, status="not_found" if refused else "answered")


def _with_quotes(reply: Reply) -> Reply:
    """Without a model, each source is a sentence of the reply and cites itself."""
    quotes = tuple(Sentence(c.quote, (c.number,)) for c in reply.citations)
    return replace(reply, sentences=quotes, status="answered" if quotes else "not_found")


_MARKS = re.compile(r"\s*\[(\d+(?:\s*,\s*\d+)*)\]")


def marked_sentences(text: str) -> list[tuple[str, tuple[int, ...]]]:
    """Sentences of a model's answer without its marks, and the numbers of the marks.

    Marks behind the full stop belong to the sentence they follow.
    """
    joined = re.sub(r"([.!?])((?:\s*\[\d+(?:\s*,\s*\d+)*\])+)", r"\2\1", text)
    found = []
    for start, end in sentence_spans(joined):
        sentence = joined[start:end]
        numbers = [int(n) for m in _MARKS.findall(sentence) for n in m.split(",")]
        plain = " ".join(_MARKS.sub("", sentence).split())
        if re.search(r"\w", plain):
            found.append((plain, tuple(dict.fromkeys(numbers))))
    return found


def _sentences_with_space(text: str) -> list[str]:
    """Sentences with the space behind each, as llama-index's splitters want them."""
    starts = [start for start, _ in sentence_spans(text)]
    return [text[a:b] for a, b in zip([0, *starts[1:]], [*starts[1:], len(text)], strict=True)]


def _cited_quote(number: int, node: NodeWithScore, library: Library) -> CitedQuote:
    text = re.sub(r"\ASource \d+:\s*", "", node.node.get_content()).strip()
    metadata = node.metadata
    stored = library.catalogue.article(str(metadata["article_id"]), int(metadata["version"]))
    published = str(metadata.get("published_at") or "")[:10]
    return CitedQuote(
        number=number,
        quote=text,
        article=str(metadata["key"]),
        title=str(metadata.get("title") or ""),
        context=source_line(stored) if stored else "",
        exact=stored is not None and text in stored.text,
        days=(published,) if published else (),
    )


class LexicalRetriever(BaseRetriever):
    """BM25 over the library's lexical index, nothing else."""

    def __init__(self, library: Library, limit: int) -> None:
        super().__init__()
        self._library = library
        self._limit = limit

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        scores = dict(self._library.lexical_search(query_bundle.query_str, self._limit))
        rows = self._library.catalogue.retrievable(list(scores))
        hits = [Hit(passage, article, scores[passage.id]) for passage, article in rows]
        return [_node(hit) for hit in sorted(hits, key=lambda hit: -hit.score)]


def bm25_retrievers(library: Library) -> RetrieverFactory:
    """Retrievers by BM25 alone."""
    return lambda limit: LexicalRetriever(library, limit)


def dense_retrievers(library: Library) -> RetrieverFactory:
    """The retrievers of llama-index's starter. Takes a while: the index is filled first.

    Raises EvaluationError without the extra ``eval``.
    """
    index = _starter_index(library)
    return lambda limit: index.as_retriever(similarity_top_k=limit)


def _starter_index(library: Library) -> VectorStoreIndex:
    """The starter's index, filled with the library's passages and vectors, in memory."""
    require_extra("llama_index.vector_stores.chroma", "The llama-index systems")
    from llama_index.core import StorageContext, VectorStoreIndex
    from llama_index.vector_stores.chroma import ChromaVectorStore

    from ingest.storage.llama_index_embedding import LlamaIndexEmbedding
    from ingest.storage.vector_index import scratch_collection

    store = ChromaVectorStore(chroma_collection=scratch_collection())
    index = VectorStoreIndex(
        nodes=[], storage_context=StorageContext.from_defaults(vector_store=store),
        embed_model=LlamaIndexEmbedding(library.embedder),
    )  # fmt: skip
    ids = library.catalogue.passage_ids("ready")
    for first in range(0, len(ids), INDEX_BATCH_SIZE):
        rows = library.catalogue.retrievable(ids[first : first + INDEX_BATCH_SIZE])
        vectors = library.vectors.get([passage.id for passage, _ in rows])
        nodes: list[Any] = []
        for (passage, article), vector in zip(rows, vectors, strict=True):
            node = _node(Hit(passage, article, 0.0)).node
            node.embedding = vector.tolist()
            nodes.append(node)
        index.insert_nodes(nodes)
    return index


def _node(hit: Hit) -> NodeWithScore:
    node = passage_node(hit)
    node.node.metadata["key"] = key_of(hit.article)
    node.node.excluded_llm_metadata_keys.append("key")
    return node


# -- tokens ----------------------------------------------------------------------------------

_COUNTER_NAME = "CitewireTokenCounter"
_END_EVENTS = ("LLMChatEndEvent", "LLMCompletionEndEvent")
_THREAD = local()
"""``tokens``: the counts that the running answer of this thread adds up."""


@contextmanager
def _token_usage() -> Iterator[dict[str, int]]:
    """The tokens that this thread's model calls report, added up while the context is open.

    llama-index's own TokenCountingHandler estimates them with a tokenizer instead.
    """
    from llama_index.core.instrumentation import get_dispatcher  # type: ignore[attr-defined]
    from llama_index.core.instrumentation.event_handlers import BaseEventHandler

    class TokenCounter(BaseEventHandler):
        @classmethod
        def class_name(cls) -> str:
            return _COUNTER_NAME

        def handle(self, event: Any, **_: Any) -> None:
            tokens = getattr(_THREAD, "tokens", None)
            raw = getattr(getattr(event, "response", None), "raw", None)
            usage = getattr(raw, "usage", None)
            if tokens is not None and usage is not None and event.class_name() in _END_EVENTS:
                for name in ("prompt_tokens", "completion_tokens"):
                    tokens[name] = tokens.get(name, 0) + int(getattr(usage, name, 0) or 0)

    dispatcher = get_dispatcher()
    if not any(handler.class_name() == _COUNTER_NAME for handler in dispatcher.event_handlers):
        dispatcher.add_event_handler(TokenCounter())
    _THREAD.tokens = {}
    try:
        yield _THREAD.tokens
    finally:
        _THREAD.tokens = None
