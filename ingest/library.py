"""The three stores as one: what is in the catalogue can be found, and nothing else can.

    add:     stage (pending) -> embed -> vectors -> mark ready -> lexical index
    remove:  mark dead -> drop vectors -> forget -> lexical index
    open:    the lexical index replays what it missed; a writer first finishes what was interrupted

One process writes at a time (a lock file); any number read. Knows nothing about questions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from ingest.catalogue import Catalogue
from ingest.errors import EmbedderChanged, LibraryBusy, LibraryError
from ingest.records import Article, Passage
from ingest.split import PASSAGE_CHARS, passages_of

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

    from ingest.embed import Vectors
    from ingest.lexical import LexicalIndex
    from ingest.vectors import VectorIndex

Staged = tuple[Article, list[Passage], Sequence[int]]
Tick = Callable[[int], None]

GROUP = 256
"""Passages embedded and written together: enough to sort by length, 0.4 MB of vectors."""

_REPLAY = 2_000
_LOCK_SECONDS = 0.5


def _quiet(_: int) -> None:
    """No one is watching the progress."""


class Library:
    """Articles that can be searched. ``home`` is a folder; it is made if it does not exist.

    ``embedder`` None opens the library for looking and removing only. Raises EmbedderChanged when
    the library's vectors were made by another one, LibraryBroken when a store cannot be read.
    """

    def __init__(
        self,
        home: Path,
        *,
        embedder: BaseEmbedding | None = None,
        catalogue_url: str | None = None,
        vectors_at: str | None = None,
    ) -> None:
        self.home = Path(home)
        self.home.mkdir(parents=True, exist_ok=True)
        self._embedder = embedder
        self._vectors_at = vectors_at or str(self.home / "chroma")
        self.catalogue = Catalogue(catalogue_url or self.home / "catalogue.sqlite")
        self._opening = RLock()
        self._seen_seq = self.catalogue.last_seq()
        self._lock = FileLock(self.home / "write.lock", timeout=_LOCK_SECONDS)
        if embedder is not None:
            try:
                self._check_embedder()
            except EmbedderChanged:
                self.close()
                raise

    @cached_property
    def vectors(self) -> VectorIndex:
        from ingest.vectors import VectorIndex

        return VectorIndex(self._vectors_at)

    @cached_property
    def lexical(self) -> LexicalIndex:
        from ingest.lexical import LexicalIndex

        return LexicalIndex(self.home / "lexical")

    def close(self) -> None:
        """Let go of the stores; a process that opens the library again sees what is on disk."""
        if "vectors" in self.__dict__:
            self.__dict__.pop("vectors").close()
        self.__dict__.pop("lexical", None)
        self.catalogue.close()

    # -- searching -----------------------------------------------------------------------

    def dense(self, question: str, limit: int) -> list[tuple[str, float]]:
        """Passage ids by cosine similarity to the question."""
        from ingest.embed import encode_query

        vector = encode_query(self.embedder, question)
        with self._opening:
            self._reopen_if_changed()
            return self.vectors.search(vector, limit)

    def lexical_search(self, question: str, limit: int) -> list[tuple[str, float]]:
        """Passage ids by BM25."""
        self._catch_up()
        return self.lexical.search(question, limit)

    def idf(self, stems: Sequence[str]) -> dict[str, float]:
        """How telling each word is: log(1 + (N + 10) / (df + 1)) over passages."""
        return self.lexical.idf(stems)

    def encode(self, texts: list[str]) -> Vectors:
        """Unit vectors of any texts, by the library's own embedder."""
        from ingest.embed import encode_texts

        return encode_texts(self.embedder, texts)

    def use(self, embedder: BaseEmbedding) -> None:
        """Take an embedder without comparing it to the library's: only ``reindex`` may follow."""
        self._embedder = embedder

    @property
    def embedder(self) -> BaseEmbedding:
        if self._embedder is None:
            raise LibraryError("This library was opened without an embedder; pass one to search.")
        return self._embedder

    def counts(self) -> dict[str, int]:
        """Rows of the catalogue, and entries of the two indexes."""
        return self.catalogue.counts() | {
            "vectors": self.vectors.count(),
            "lexical": self.lexical.count(),
        }

    def _reopen_if_changed(self) -> None:
        """Chroma's index in memory does not learn of what another process writes: open it anew
        when the catalogue has moved on since it was opened."""
        now = self.catalogue.last_seq()
        if now != self._seen_seq:
            self._seen_seq = now
            if not self._lock.is_locked and (old := self.__dict__.pop("vectors", None)):
                old.close()

    # -- writing -------------------------------------------------------------------------

    @contextmanager
    def writing(self, tick: Tick = _quiet) -> Iterator[None]:
        """Hold the write lock; whatever an interrupted writer left is finished first.

        Raises LibraryBusy within a second when another process is writing.
        """
        try:
            self._lock.acquire()
        except Timeout as error:
            raise LibraryBusy(
                f"Another process is writing to {self.home}. Wait for it to finish, then try again."
            ) from error
        try:
            self._recover(tick)
            yield
        finally:
            self._lock.release()

    def add(self, staged: Sequence[Staged], tick: Tick = _quiet) -> None:
        """Store article versions and make them searchable. Call inside ``writing()``."""
        _ = self.embedder  # without one, nothing staged could ever become ready
        self.catalogue.stage(staged)
        self._finish([(article, spans) for article, spans, _ in staged], tick)
        self._sweep()
        self._catch_up()
        self._seen_seq = self.catalogue.last_seq()

    def remove(self, article_ids: Iterable[str]) -> int:
        """Remove articles from all three stores. Call inside ``writing()``. Returns how many."""
        removed = self.catalogue.remove(article_ids)
        self._sweep()
        self._catch_up()
        return removed

    def reindex(self, tick: Tick = _quiet) -> int:
        """Split and embed everything anew with the present embedder. Returns passages made."""
        try:
            self._lock.acquire()
        except Timeout as error:
            raise LibraryBusy(f"Another process is writing to {self.home}.") from error
        try:
            self.vectors.clear()
            staged = self.catalogue.restage(passages_of)
            self.catalogue.set_meta(self._fingerprint())
            self._recover(tick)
        finally:
            self._lock.release()
        return staged

    # -- keeping the stores in step --------------------------------------------------------

    def _fingerprint(self) -> dict[str, str]:
        from ingest.embed import fingerprint

        return fingerprint(self.embedder, PASSAGE_CHARS)

    def _check_embedder(self) -> None:
        known = self.catalogue.meta()
        mine = self._fingerprint()
        different = [key for key, value in mine.items() if known.get(key, value) != value]
        if different:
            was = ", ".join(f"{key} {known[key] or 'none'}" for key in different)
            now = ", ".join(f"{key} {mine[key] or 'none'}" for key in different)
            raise EmbedderChanged(
                f"The library {self.home} was embedded with {was}, but the settings say {now}. "
                "Set CITEWIRE_EMBEDDER back, or run `citewire reindex` to embed every article anew."
            )

    def _finish(
        self,
        staged: Sequence[tuple[Article, list[Passage]]],
        tick: Tick,
        stored: AbstractSet[str] = frozenset(),
    ) -> None:
        """Embed and publish staged versions, except the vectors that are ``stored`` already."""
        rows = [(p, article) for article, spans in staged for p in spans if p.id not in stored]
        for first in range(0, len(rows), GROUP):
            group = rows[first : first + GROUP]
            vectors = self.encode([embedded_text(*row) for row in group])
            self.vectors.upsert(group, vectors)
            tick(len(group))
        self.catalogue.set_meta(self._fingerprint())
        self.catalogue.mark_ready([(article.id, article.version) for article, _ in staged])

    def _sweep(self) -> None:
        if dead := self.catalogue.passage_ids("dead"):
            self.vectors.delete(dead)
            self.catalogue.forget(dead)

    def _recover(self, tick: Tick) -> None:
        if self._embedder is not None and (left := self.catalogue.pending()):
            self._finish(left, tick, self.vectors.ids())
        self._sweep()
        if self._embedder is not None and self.vectors.count() != len(
            ready := self.catalogue.passage_ids("ready")
        ):
            self._reconcile(set(ready), tick)
        self._catch_up()

    def _reconcile(self, ready: set[str], tick: Tick) -> None:
        """Chroma lost or kept what it should not have: make it hold exactly what is ready."""
        stored = self.vectors.ids()
        self.vectors.delete(sorted(stored - ready))
        missing = sorted(ready - stored)
        for first in range(0, len(missing), GROUP):
            rows: list[Any] = self.catalogue.retrievable(missing[first : first + GROUP])
            self.vectors.upsert(rows, self.encode([embedded_text(*row) for row in rows]))
            tick(len(rows))

    def _catch_up(self) -> None:
        """Replay into the lexical index what happened since it last looked."""
        behind = self.catalogue.last_seq() - self.lexical.seen
        if not behind:
            return
        try:
            with FileLock(self.home / "lexical.lock", timeout=_LOCK_SECONDS):
                if behind < 0 or (self.lexical.seen and not self.lexical.count()):
                    self.lexical.forget_position()
                while changes := self.catalogue.changes_after(self.lexical.seen, _REPLAY):
                    self.lexical.replay(changes, self.catalogue.retrievable)
        except Timeout:
            return  # another process is replaying the same changes


def embedded_text(passage: Passage, article: Article) -> str:
    """What is embedded for a passage: the title in front, for passages that name nobody."""
    return f"{article.title}\n{passage.text}" if article.title else passage.text
