"""Opens the systems that can be measured, by name, over one library and one language model.

    citewire               Assistant.ask
    llama-index            VectorStoreIndex over Chroma, as_query_engine() with its defaults
    llama-index-citation   CitationQueryEngine with its defaults over the same index
    bm25                   the lexical index alone, with llama-index's default answering

The peers get every passage with the vector that the library already holds, so they neither pay for
embedding nor lose by chunking. Without a model their answer is what they would show as sources.
Their defaults are kept: 2 chunks for the starter, and for the others too.
Knows nothing about measures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from qa.errors import EvaluationError
from qa.evaluate.records import Case, Reply
from qa.evaluate.systems.citewire import Citewire
from qa.evaluate.systems.llama_index_peers import (
    LlamaIndexPeer,
    RetrieverFactory,
    bm25_retrievers,
    dense_retrievers,
)

if TYPE_CHECKING:
    from ingest.storage.library import Library
    from qa.assistant import Assistant

SYSTEM_NAMES = ("citewire", "llama-index", "llama-index-citation", "bm25")


class System(Protocol):
    """Anything that answers cases. ``retrieve`` gives keys of articles, best first."""

    name: str
    library: Library

    def retrieve(self, case: Case) -> tuple[str, ...]: ...

    def answer(self, case: Case) -> Reply: ...


def check_system_names(names: Sequence[str]) -> tuple[str, ...]:
    """The names without repetition, ``all`` spelled out. Raises EvaluationError for any other."""
    wanted = [n for name in names for n in (SYSTEM_NAMES if name == "all" else (name,))]
    if unknown := [name for name in wanted if name not in SYSTEM_NAMES]:
        raise EvaluationError(
            f"--system is {unknown[0]!r}; expected {', '.join(SYSTEM_NAMES)} or all."
        )
    return tuple(dict.fromkeys(wanted))


def open_systems(names: Sequence[str], assistant: Assistant) -> Iterator[System]:
    """The systems of these names over the assistant's library and model, each opened when its turn
    comes; the llama-index ones share one index. Raises EvaluationError for an unknown name."""
    library, llm = assistant.library, assistant.llm
    dense: RetrieverFactory | None = None
    for name in check_system_names(names):
        if name == "citewire":
            yield Citewire(assistant)
        elif name == "bm25":
            yield LlamaIndexPeer(name, library, llm, bm25_retrievers(library))
        else:
            dense = dense or dense_retrievers(library)
            yield LlamaIndexPeer(name, library, llm, dense)
