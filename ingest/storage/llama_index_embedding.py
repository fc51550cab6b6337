"""The two ways between llama-index's embedders and a library's: theirs for ours, ours for theirs.

The only module of this package that imports llama-index; ``Library`` never does.
"""

from __future__ import annotations

import asyncio
from typing import Any

from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from ingest.storage.embedder import Embedder


class LlamaIndexEmbedding(BaseEmbedding):
    """An adapter around ``embedder``."""

    _embedder: Embedder = PrivateAttr()

    def __init__(self, embedder: Embedder, **fields: Any) -> None:
        super().__init__(model_name=embedder.model_name, **fields)
        self._embedder = embedder

    @classmethod
    def class_name(cls) -> str:
        return "LlamaIndexEmbedding"

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._embedder.get_query_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_query_embedding, query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._embedder.get_text_embedding_batch([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._embedder.get_text_embedding_batch(texts)


def openai_embedder(model: str, key: str, address: str | None) -> Embedder:
    """OpenAI's embeddings, or a compatible server's at ``address``, for a library."""
    from llama_index.embeddings.openai import OpenAIEmbedding

    embedder: Embedder = OpenAIEmbedding(
        model_name=model, api_key=key, api_base=address, max_retries=3
    )
    return embedder
