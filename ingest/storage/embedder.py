"""Embeds passages and questions with the packaged model or any llama-index embedding model.

    passages -> encode_texts -> one float32 array of unit vectors
    question -> encode_query -> one unit vector

Anything with the three members of ``Embedder`` fits, every llama-index ``BaseEmbedding`` included;
llama-index itself is not imported, because that alone takes 1.6 s.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from ingest.storage.minilm import WEIGHTS, Vectors, shared_minilm, unit_length


class Embedder(Protocol):
    """The part of llama-index's ``BaseEmbedding`` that a library uses."""

    @property
    def model_name(self) -> str: ...

    def get_query_embedding(self, query: str) -> list[float]: ...

    def get_text_embedding_batch(self, texts: list[str]) -> list[list[float]]: ...


class PackagedEmbedding:
    """The packaged all-MiniLM-L6-v2, loaded at its first use and shared within the process.

    ``runtime``: auto, openvino or onnxruntime. The class name is part of every library's
    fingerprint.
    """

    model_name = "all-MiniLM-L6-v2"

    def __init__(self, runtime: str = "auto") -> None:
        self._runtime = runtime

    def encode(self, texts: list[str]) -> Vectors:
        """Unit vectors of shape (len(texts), 384)."""
        return shared_minilm(self._runtime).encode(texts)

    def get_query_embedding(self, query: str) -> list[float]:
        return list(map(float, self.encode([query])[0]))

    def get_text_embedding_batch(self, texts: list[str]) -> list[list[float]]:
        return [list(map(float, vector)) for vector in self.encode(texts)]


def encode_texts(embedder: Embedder, texts: list[str]) -> Vectors:
    """Unit vectors of passages, shape (len(texts), dimension)."""
    if not texts:
        return np.empty((0, 0), np.float32)
    if isinstance(embedder, PackagedEmbedding):
        return embedder.encode(texts)
    return unit_length(np.asarray(embedder.get_text_embedding_batch(texts), np.float32))


def encode_query(embedder: Embedder, text: str) -> Vectors:
    """The unit vector of a question, shape (dimension,)."""
    vector: Vectors = unit_length(np.asarray([embedder.get_query_embedding(text)], np.float32))[0]
    return vector


def fingerprint(embedder: Embedder, passage_chars: int) -> dict[str, str]:
    """What must not change while a library lives: embedder, model, weights and passage length."""
    packaged = isinstance(embedder, PackagedEmbedding)
    return {
        "embedder": f"{type(embedder).__name__}:{embedder.model_name}",
        "weights": WEIGHTS[2] if packaged else "",
        "passage_chars": str(passage_chars),
    }
