"""Refuses by a similarity cut-off, as llama-index's retrievers offer it, to be compared with ours.

    question -> passages of a retriever, without those of articles that were taken away
        -> the first one's score, and whether it holds the answer

What such a retriever shows is its passage, so "holds the answer" is kinder to it than to a quoted
sentence. Knows nothing about thresholds: the caller chooses one on the same data for every system.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from llama_index.core.base.base_retriever import BaseRetriever

from ingest.storage.library import Library
from qa.evaluate.metrics.answer_metrics import contains_any
from qa.evaluate.systems.llama_index_peers import bm25_retrievers, dense_retrievers

PASSAGES_LOOKED_AT = 60
"""So many that some are left when an answer's articles are taken away."""


@dataclass(frozen=True, slots=True)
class First:
    """The first passage's score, 0 when there is none, and whether it holds the answer."""

    score: float
    holds_answer: bool


class CutOff:
    """A retriever whose first score decides whether a question is answered."""

    def __init__(self, library: Library, retriever: BaseRetriever) -> None:
        self._library, self._retriever = library, retriever

    def first(self, question: str, answers: Sequence[str], without: Sequence[str]) -> First:
        """What it finds first, when articles with one of the words ``without`` are taken away."""
        for found in self._retriever.retrieve(question):
            metadata = found.node.metadata
            article = self._library.catalogue.article(
                str(metadata["article_id"]), int(metadata["version"])
            )
            whole = f"{article.title or ''} . {article.text}" if article else ""
            if not (without and contains_any(whole, without)):
                holds = bool(answers) and contains_any(found.node.get_content(), answers)
                return First(float(found.score or 0.0), holds)
        return First(0.0, False)


def cut_offs(library: Library) -> dict[str, CutOff]:
    """llama-index's vector retriever over our passages and vectors, and BM25 over our index."""
    return {
        "llama-index, similarity cut-off": CutOff(
            library, dense_retrievers(library)(PASSAGES_LOOKED_AT)
        ),
        "BM25 cut-off": CutOff(library, bm25_retrievers(library)(PASSAGES_LOOKED_AT)),
    }
