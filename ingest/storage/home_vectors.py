"""Opens a home's vector index, and brings it up to what other machines wrote to a shared catalogue.

    follow: while it is behind: the next changes -> embed what is new, delete what is gone

Knows nothing about searching, nor about the lexical index.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from ingest.errors import EmbedderChanged, LibraryBusy, LibraryError
from ingest.records import Article, Passage, digest
from ingest.segmentation import PASSAGE_CHARS
from ingest.storage.catalogue.catalogue import Catalogue
from ingest.storage.write_lock import write_lock

if TYPE_CHECKING:
    from ingest.storage.embedder import Embedder
    from ingest.storage.minilm import Vectors
    from ingest.storage.vector_index import VectorIndex

MAX_FOLLOWED_PER_SEARCH = 64
"""Changes of other machines that a search embeds before it looks: about a second's work."""


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
        mine = self._made_by()
        if self.vectors.made_by not in (
            "",
            mine,
        ):  # "": an index of an older citewire, or a new one
            self.vectors.clear()
        self.vectors.set_made_by(mine)

    def _made_by(self) -> str:
        """The fingerprint of the embedder as one word."""
        return digest(*(part for pair in sorted(self._fingerprint().items()) for part in pair))

    def follow(self, on_progress: Callable[[int], None] = lambda _: None) -> None:
        """Bring this home's own vectors up to the catalogue, which another machine wrote to.
        Takes as long as embedding what is new does. Raises EmbedderChanged when the other machine
        embedded everything anew with another embedder."""
        with self._opening:
            self._reopen_vectors_if_changed()
            while self.catalogue.shared and self._follow(MAX_FOLLOWED_PER_SEARCH):
                on_progress(MAX_FOLLOWED_PER_SEARCH)

    def _follow(self, limit: int) -> bool:
        """Bring the vectors ``limit`` changes closer to the catalogue. False when nothing is left
        to do, or another process of this home writes, which does it; nor on a Chroma server, whose
        vectors the writer itself stores."""
        if "://" in self._vectors_at or self.vectors.position >= self.catalogue.last_seq():
            return False
        self._check_embedder()
        try:
            with write_lock(self.home):
                self._close_vectors()  # another process may have done it
                self._claim_vectors()
                changes = self.catalogue.changes_after(self.vectors.position, limit)
                if not changes:
                    return False
                ids = list(dict.fromkeys(key for _, key, _ in changes))
                rows = self.catalogue.retrievable(ids)
                stored = self.vectors.find([passage.id for passage, _ in rows])
                new = [row for row in rows if row[0].id not in stored]
                if new:
                    texts = [embedded_text(*row) for row in new]
                    self.vectors.upsert(new, self.encode(texts))
                alive = {passage.id for passage, _ in rows}
                self.vectors.delete([key for key in ids if key not in alive])
                self.vectors.set_position(changes[-1][0])
                return True
        except LibraryBusy:
            return False

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
