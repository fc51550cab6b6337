"""Stores one vector per passage in Chroma, and searches them by cosine similarity.

A local folder, a ``chroma run`` server, or Chroma Cloud. The only module that knows chromadb. Ids
are passage ids. Knows nothing about texts or queries; it can be rebuilt from the catalogue.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import uuid4

import chromadb
import numpy as np
from chromadb.api import ClientAPI
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import Settings
from chromadb.errors import ChromaError, NotFoundError

from ingest.errors import REPAIR_ADVICE, DiskFull, LibraryBroken
from ingest.records import Article, Passage, epoch_seconds
from ingest.storage.minilm import Vectors

COLLECTION = "passages"

_IDS_PER_PAGE = 5_000

_POSITION = "seen"
"""Name in the collection's metadata of the last catalogue change that it holds."""

_MADE_BY = "made_by"
"""Name in the collection's metadata of what embedded its vectors."""

_COSINE: Any = {"hnsw": {"space": "cosine"}}

_OPENING_ERRORS = (ChromaError, ValueError, OSError, RuntimeError, AttributeError)
"""What chromadb raises for a folder it cannot read; AttributeError when tried a second time."""


def _open_client(where: str | Path) -> ClientAPI:
    """``where``: a folder, ``http(s)://host:port`` or ``cloud://tenant/database``."""
    settings = Settings(anonymized_telemetry=False)
    address = str(where)
    if address.startswith("cloud://"):
        tenant, _, database = address.removeprefix("cloud://").partition("/")
        key = os.environ.get("CHROMA_API_KEY")
        return chromadb.CloudClient(tenant=tenant or None, database=database or None, api_key=key)
    if address.startswith(("http://", "https://")):
        parts = urlsplit(address)
        secure = parts.scheme == "https"
        port = parts.port or (443 if secure else 8000)
        return chromadb.HttpClient(parts.hostname or "", port, ssl=secure, settings=settings)
    return chromadb.PersistentClient(address, settings=settings)


def _forget_failed_client(where: str | Path) -> None:
    """chromadb caches what it failed to open, and would never look at the repaired folder."""
    SharedSystemClient._identifier_to_system.pop(str(where), None)
    SharedSystemClient._identifier_to_refcount.pop(str(where), None)


def _batches(items: Iterable[str], size: int) -> Iterator[list[str]]:
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch


def scratch_collection() -> Any:
    """An empty Chroma collection in memory, by cosine, outside of every library."""
    client = chromadb.EphemeralClient(settings=Settings(anonymized_telemetry=False))
    return client.create_collection(
        f"scratch-{uuid4().hex}",
        embedding_function=None,
        configuration=_COSINE,
    )


class VectorIndex:
    """An open vector index; see ``_open_client`` for ``where``.

    Every method raises LibraryBroken when the store cannot be used, DiskFull when it cannot grow.
    """

    def __init__(self, where: str | Path) -> None:
        self._where = where
        try:
            self._client = _open_client(where)
            self._collection = self._open()
        except _OPENING_ERRORS as error:
            _forget_failed_client(where)
            raise LibraryBroken(
                f"The vector store {where} cannot be opened ({error}). {REPAIR_ADVICE}"
            ) from error
        self._max_batch = int(self._client.get_max_batch_size())

    def _open(self) -> Any:
        return self._client.get_or_create_collection(
            COLLECTION, embedding_function=None, configuration=_COSINE
        )

    @contextmanager
    def _readable_errors(self) -> Iterator[None]:
        try:
            yield
        except ChromaError as error:
            message = str(error)
            if full := DiskFull.from_message(message, self._where):
                raise full from error
            raise LibraryBroken(
                f"The vector store {self._where} cannot be used ({message}). {REPAIR_ADVICE}"
            ) from error

    def close(self) -> None:
        """Release the folder: the last of this process's clients on it stops chromadb's threads."""
        cast("Any", self._client).close()  # every client has it, only the interface does not

    @property
    def position(self) -> int:
        """The ``seq`` of the catalogue change up to which a writer last brought this index."""
        return int((self._collection.metadata or {}).get(_POSITION, 0))

    def set_position(self, seq: int) -> None:
        """Record that the index holds all that the catalogue held after change ``seq``."""
        if seq != self.position:
            self._set_metadata({_POSITION: seq})

    @property
    def made_by(self) -> str:
        """What embedded the vectors, as it was recorded; "" in a new index."""
        return str((self._collection.metadata or {}).get(_MADE_BY, ""))

    def set_made_by(self, embedder: str) -> None:
        """Record what embeds the vectors, before there are any: an index that a crash left half
        made is known as well."""
        if embedder != self.made_by:
            self._set_metadata({_MADE_BY: embedder})

    def _set_metadata(self, values: dict[str, str | int]) -> None:
        self.count()  # opens the collection that another process may have made anew
        with self._readable_errors():
            self._collection.modify(metadata={**(self._collection.metadata or {}), **values})

    def upsert(self, rows: Sequence[tuple[Passage, Article]], vectors: Vectors) -> None:
        """Store vectors of shape (len(rows), dimension); those of known ids are replaced."""
        for first in range(0, len(rows), self._max_batch):
            batch = rows[first : first + self._max_batch]
            with self._readable_errors():
                self._collection.upsert(
                    ids=[passage.id for passage, _ in batch],
                    embeddings=vectors[first : first + self._max_batch],
                    metadatas=[_metadata(article) for _, article in batch],
                )

    def search(self, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        """Up to ``limit`` pairs (passage id, cosine similarity), most similar first."""
        stored = self.count()
        if not stored:
            return []
        with self._readable_errors():
            found = self._collection.query(
                query_embeddings=vector[None, :].astype(np.float32),
                n_results=min(limit, stored),
                include=["distances"],
            )
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return [(key, 1.0 - float(distance)) for key, distance in pairs]

    def get(self, passage_ids: Sequence[str]) -> Vectors:
        """Stored vectors of shape (len(passage_ids), dimension), in that order. Raises KeyError."""
        found = self.find(passage_ids)
        return np.array([found[key] for key in passage_ids], dtype=np.float32)

    def find(self, passage_ids: Iterable[str]) -> dict[str, Vectors]:
        """The vectors, each of shape (dimension,), of those passages that have one."""
        found: dict[str, Vectors] = {}
        for batch in _batches(passage_ids, self._max_batch):
            with self._readable_errors():
                page = self._collection.get(ids=batch, include=["embeddings"])
            vectors = np.asarray(page["embeddings"], dtype=np.float32)
            found.update(zip(page["ids"], vectors, strict=True))
        return found

    def delete(self, passage_ids: Iterable[str]) -> None:
        """Delete the vectors of passages; unknown ids are ignored."""
        for batch in _batches(passage_ids, self._max_batch):
            with self._readable_errors():
                self._collection.delete(ids=batch)

    def count(self) -> int:
        """The number of stored vectors."""
        with self._readable_errors():
            try:
                return int(self._collection.count())
            except NotFoundError:  # another process made the collection anew: `citewire reindex`
                self._collection = self._open()
                return int(self._collection.count())

    def ids(self) -> set[str]:
        """Every stored id, read in pages."""
        found: set[str] = set()
        for offset in range(0, self.count(), _IDS_PER_PAGE):
            with self._readable_errors():
                page = self._collection.get(limit=_IDS_PER_PAGE, offset=offset, include=[])
            found.update(cast("list[str]", page["ids"]))
        return found

    def clear(self) -> None:
        """Delete every vector."""
        self._client.delete_collection(COLLECTION)
        self._collection = self._open()


def _metadata(article: Article) -> dict[str, str | int]:
    """The small metadata stored with a vector; dates as numbers, so they can be compared."""
    metadata: dict[str, str | int] = {"article": article.id, "version": article.version}
    if article.published_at:
        metadata["published"] = epoch_seconds(article.published_at)
    if article.publisher:
        metadata["publisher"] = article.publisher
    return metadata
