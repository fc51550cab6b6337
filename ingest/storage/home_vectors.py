"""Opens a home's vector index, and brings it up to what other machines wrote to a shared catalogue.

    follow: while it is behind: the next changes -> embed what is new, delete what is gone

Knows nothing about searching, nor about the lexical index.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from threading import RLock
from time import sleep
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from ingest.errors import EmbedderChanged, LibraryBusy, LibraryError
from ingest.records import Article, Passage, digest
from ingest.segmentation import PASSAGE_CHARS
from ingest.storage.catalogue.catalogue import Catalogue

if TYPE_CHECKING:
    from ingest.storage.embedder import Embedder
    from ingest.storage.minilm import Vectors
    from ingest.storage.vector_index import VectorIndex

MAX_FOLLOWED_PER_STEP = 64
"""Changes of other machines that a search embeds before it looks: about a second's work."""

_SECONDS_BETWEEN_STEPS = 0.05
"""Pause in which a writer of this home takes the lock of its vectors; it tries five times in it."""

_VECTORS_LOCK_SECONDS = 60.0
"""Longest that a writer waits for one step, which takes about a second where embedding is local."""


class HomeVectors:
    """The vector index at ``vectors_at``, a Chroma address or a folder, and what embeds for it."""

    def __init__(
        self, home: Path, catalogue: Catalogue, vectors_at: str, embedder: Embedder | None
    ) -> None:
        self.home = home
        self.catalogue = catalogue
        self._vectors_at = vectors_at
        self._embedder = embedder
        self._opening = RLock()
        self._writing_now = False
        self._vectors_state = self._state_of_vectors()

    @property
    def embedder(self) -> Embedder:
        """Raises LibraryError when the library was opened without one."""
        if self._embedder is None:
            raise LibraryError("This library was opened without an embedder; pass one to search.")
        return self._embedder

    def encode(self, texts: list[str]) -> Vectors:
        """Unit vectors of any texts, shape (len(texts), dimension)."""
        from ingest.storage.embedder import encode_texts

        return encode_texts(self.embedder, texts)

    @cached_property
    def vectors(self) -> VectorIndex:
        """The vector index, opened at its first use: importing chromadb alone takes 0.8 s."""
        return self._open_vectors(self._vectors_at)

    def _open_vectors(self, where: str) -> VectorIndex:
        from ingest.storage.vector_index import VectorIndex

        return VectorIndex(where)

    def _fingerprint(self) -> dict[str, str]:
        from ingest.storage.embedder import fingerprint

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

    def _claim_vectors(self) -> None:
        """Make the index one of the present embedder: what another one made is emptied, since ids
        of passages do not tell. Call with the lock, before what is missing is embedded."""
        if self._is_of_another_embedder():
            self.vectors.clear()
        self.vectors.set_made_by(self._made_by())

    def _is_of_another_embedder(self) -> bool:
        """Whether another embedder made the index; of a new one, or one of an older citewire, none
        is known."""
        return self.vectors.made_by not in ("", self._made_by())

    def _made_by(self) -> str:
        """The fingerprint of the embedder as one word."""
        return digest(*(part for pair in sorted(self._fingerprint().items()) for part in pair))

    @property
    def _follows(self) -> bool:
        """Whether these vectors are this home's own of a catalogue that others write to, too. What
        is on a Chroma server the writer itself stores there."""
        return self.catalogue.shared and "://" not in self._vectors_at

    def follow(self, on_progress: Callable[[int], None] = lambda _: None) -> None:
        """Bring this home's own vectors up to the catalogue, which another machine wrote to.

        Takes as long as embedding what is new does; searches go on meanwhile, and whoever writes in
        this home gets its turn between two steps. Raises EmbedderChanged when the other machine
        embedded everything anew with another embedder.
        """
        while self._follow_step():
            on_progress(MAX_FOLLOWED_PER_STEP)
            sleep(_SECONDS_BETWEEN_STEPS)

    def unfollowed(self) -> int:
        """How many passages other machines added or removed that this home's vectors do not have
        yet. Raises EmbedderChanged as ``follow`` does."""
        if not self._follows or self._embedder is None or self._writing_now:
            return 0
        self._check_embedder()
        with self._opening:
            self._reopen_vectors_if_changed()
            if self._is_of_another_embedder():
                return self.catalogue.counts()["passages"]
            return self.catalogue.count_changes_after(self.vectors.position)

    def _follow_step(self) -> bool:
        """Bring the vectors some changes closer to the catalogue. False when nothing is left to
        do, or another thread or process of this home does it or writes.

        Embeds with the lock of the vectors alone: a search that opens them need not wait.
        """
        if not self._follows or self._is_up_to_date():
            return False
        self._check_embedder()
        lock = self._vectors_lock()
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return False
        try:
            with self._opening:
                self._vectors_state = self._state_of_vectors()
                self._close_vectors()  # another process may have done it
                self._claim_vectors()
                self._forget_a_later_catalogue()
                changes = self.catalogue.changes_after(self.vectors.position, MAX_FOLLOWED_PER_STEP)
                if not changes:
                    return False
                ids = list(dict.fromkeys(key for _, key, _ in changes))
                rows = self.catalogue.retrievable(ids)
                known = self.vectors.find([passage.id for passage, _ in rows])
            new = [row for row in rows if row[0].id not in known]
            vectors = self.encode([embedded_text(*row) for row in new]) if new else None
            with self._opening:
                if vectors is not None:
                    self.vectors.upsert(new, vectors)
                alive = {passage.id for passage, _ in rows}
                self.vectors.delete([key for key in ids if key not in alive])
                self.vectors.set_position(changes[-1][0])
            return True
        finally:
            lock.release()

    def _is_up_to_date(self) -> bool:
        with self._opening:
            return self.vectors.position == self.catalogue.last_seq()

    def _forget_a_later_catalogue(self) -> None:
        """A catalogue that was restored to an earlier state has fewer changes than the index holds:
        drop what is not in it, and begin with its first change."""
        if self.vectors.position > self.catalogue.last_seq():
            ready = set(self.catalogue.passage_ids("ready"))
            self.vectors.delete(sorted(self.vectors.ids() - ready))
            self.vectors.set_position(0)

    def _vectors_lock(self) -> FileLock:
        """The lock of those who change this home's vectors, writer or not. The write lock would
        make a writer fail because of a search, and stop the searches while a writer only waits."""
        return FileLock(self.home / "vectors.lock", poll_interval=_SECONDS_BETWEEN_STEPS / 5)

    @contextmanager
    def _changing_vectors(self) -> Iterator[None]:
        """Hold the lock of the vectors as the writer. Raises LibraryBusy."""
        if not self._follows:
            yield
            return
        lock = self._vectors_lock()
        try:
            lock.acquire(timeout=_VECTORS_LOCK_SECONDS)
        except Timeout as error:
            raise LibraryBusy(
                f"Another process has been embedding for {self.home} for "
                f"{_VECTORS_LOCK_SECONDS:.0f} seconds. Try again later."
            ) from error
        try:
            yield
        finally:
            lock.release()

    def _state_of_vectors(self) -> tuple[int, int]:
        """Changes when another process has written: the last change, and the folder's number."""
        folder = Path(self._vectors_at)
        return self.catalogue.last_seq(), folder.stat().st_ino if folder.exists() else 0

    def _reopen_vectors_if_changed(self) -> None:
        """Chroma's index in memory does not learn of what another process writes: open it anew
        when the catalogue has moved on since it was opened, or its folder was replaced."""
        now = self._state_of_vectors()
        if now != self._vectors_state:
            self._vectors_state = now
            if not self._writing_now:
                self._close_vectors()

    def _close_vectors(self) -> None:
        if (opened := self.__dict__.pop("vectors", None)) is not None:
            opened.close()


def embedded_text(passage: Passage, article: Article) -> str:
    """What is embedded for a passage: the title in front, for passages that name nobody."""
    return f"{article.title}\n{passage.text}" if article.title else passage.text
