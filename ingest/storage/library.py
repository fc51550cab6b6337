"""The library: catalogue, vector index and lexical index kept consistent as one store.

    publish: (staged as pending) -> vectors -> mark ready -> lexical index
             (``ingest.storage.batches`` does this for several batches at a time)
    remove:  mark dead -> drop vectors -> delete rows -> lexical index
    open:    the lexical index replays what it missed; a writer first finishes what was interrupted
    repair:  annotations and both indexes are made anew from the catalogue's texts

What is ready in the catalogue can be found, and nothing else can. One process writes at a time
(``ingest.storage.write_lock``); any number read. Of several machines that share a catalogue each
has indexes of its own, and brings them up to what the others wrote. Knows nothing about questions,
or about where articles come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from ingest.attribution.statements import Statement
from ingest.dates.time_expressions import TimeExpression
from ingest.errors import EmbedderChanged, LibraryBroken
from ingest.records import Article, Passage
from ingest.segmentation import split_into_passages
from ingest.storage.catalogue.archive import Version
from ingest.storage.catalogue.catalogue import Catalogue
from ingest.storage.home_vectors import embedded_text
from ingest.storage.search import (
    LOCK_TIMEOUT_SECONDS,
    MAX_CHANGES_PER_REPLAY,
    LibraryReader,
)
from ingest.storage.system.folders import discard_folder, folder_beside, replace_folder
from ingest.storage.system.memory import limit_arenas
from ingest.storage.write_lock import write_lock
from ingest.versions.originals import choose_original

if TYPE_CHECKING:
    from ingest.storage.embedder import Embedder
    from ingest.storage.minilm import Vectors

OnProgress = Callable[[int], None]
"""Is told how many more passages are done."""

PASSAGES_PER_BATCH = 256
"""Passages embedded and written together: enough to sort by length, 0.4 MB of vectors."""

_MAX_OFFSET = 2**31 - 1
"""Beyond the end of any text."""


def _ignore_progress(_: int) -> None:
    """No one is watching the progress."""


class Library(LibraryReader):
    """Articles that can be searched, in a folder ``home`` that is made if it does not exist.

    ``embedder`` None opens the library for looking and removing only. ``catalogue_url`` is an
    SQLAlchemy address and ``vectors_at`` a Chroma address; the default of both is a file or folder
    in ``home``. Raises EmbedderChanged when the library's vectors were made by another embedder,
    LibraryBroken when a store cannot be read.
    """

    def __init__(
        self,
        home: Path,
        *,
        embedder: Embedder | None = None,
        catalogue_url: str | None = None,
        vectors_at: str | None = None,
        read_only: bool = False,
    ) -> None:
        home = Path(home)
        home.mkdir(parents=True, exist_ok=True)
        catalogue = Catalogue(catalogue_url or home / "catalogue.sqlite")
        catalogue.read_only = read_only
        super().__init__(home, catalogue, vectors_at or str(home / "chroma"), embedder)
        self.batch_size = PASSAGES_PER_BATCH
        self.waits_for = ""  # who has the write lock that a writer of this process waits for
        limit_arenas()
        if embedder is not None:
            try:
                self._check_embedder()
            except EmbedderChanged:
                self.close()
                raise

    def close(self) -> None:
        """Close the stores; a process that opens the library again sees what is on disk."""
        self._close_vectors()
        self.__dict__.pop("lexical", None)
        self.catalogue.close()

    # -- looking up ----------------------------------------------------------------------

    def expressions(
        self, article_id: str, version: int, start: int = 0, end: int = _MAX_OFFSET
    ) -> list[TimeExpression]:
        """Time expressions that touch ``start:end`` of a version's text, with the days they mean.

        Empty for what an older citewire ingested, until ``repair`` or ``reindex``.
        """
        return self.catalogue.expressions(article_id, version, start, end)

    def statements(
        self, article_id: str, version: int, start: int = 0, end: int = _MAX_OFFSET
    ) -> list[Statement]:
        """Attributed sentences that touch ``start:end`` of a version's text, with their speakers.

        Empty for what an older citewire ingested, until ``repair`` or ``reindex``.
        """
        return self.catalogue.statements(article_id, version, start, end)

    def happened_between(
        self, first: date, last: date, passage_ids: Sequence[str] | None = None
    ) -> list[str]:
        """Ids of passages with a time expression inside the days (both inclusive), the most
        precise first, whenever they were published; only of ``passage_ids`` when given."""
        return self.catalogue.happened_between(first, last, passage_ids)

    def history(self, article_id: str) -> list[Version]:
        """Every version of an article with its notices, oldest first."""
        return self.catalogue.versions(article_id)

    def original(self, cluster_id: str) -> Article | None:
        """The one original among the copies of a wire story; None for no such cluster."""
        members = self.catalogue.cluster(cluster_id)
        return choose_original(members) if members else None

    def counts(self) -> dict[str, int]:
        """Rows of the catalogue, and entries of the two indexes."""
        with self._opening:
            return self.catalogue.counts() | {
                "vectors": self.vectors.count(),
                "lexical": self.lexical.count(),
            }

    # -- writing -------------------------------------------------------------------------

    @contextmanager
    def writing(
        self,
        on_progress: OnProgress = _ignore_progress,
        *,
        patience: float = LOCK_TIMEOUT_SECONDS,
    ) -> Iterator[None]:
        """Hold the write lock; what an interrupted writer left is finished first.

        Raises LibraryBusy when another process is still writing after ``patience`` seconds, and
        LibraryReadOnly where nothing may be written.
        """
        self.catalogue.refuse_if_read_only()
        if self._embedder is not None:
            self.follow(on_progress)  # before the lock of all machines, which is for writing alone
        with self._exclusive(patience):
            if self._embedder is not None:  # another process may have embedded all anew meanwhile
                self._check_embedder()
            self._recover(on_progress)
            yield
            self._record_position()

    @contextmanager
    def _exclusive(self, patience: float = LOCK_TIMEOUT_SECONDS) -> Iterator[None]:
        self.catalogue.refuse_if_read_only()
        with (
            write_lock(self.home, patience, self._tell_wait),
            self.catalogue.writer(patience, self._tell_wait),
            self._changing_vectors(),
        ):
            with self._opening:
                self._reopen_vectors_if_changed()  # another process may have written meanwhile
            self._writing_now = True
            try:
                yield
            finally:
                self._writing_now = False

    def _tell_wait(self, holder: str) -> None:
        self.waits_for = holder

    def embed(self, rows: Sequence[tuple[Passage, Article]]) -> Vectors:
        """Vectors of passages, shape (len(rows), dimension), computed in batches of equal size."""
        import numpy as np

        texts = [embedded_text(*row) for row in rows]
        batches = max(1, round(len(texts) / PASSAGES_PER_BATCH))
        size = -(-len(texts) // batches) or 1  # evenly, not 256 and 6
        parts = [self.encode(texts[i : i + size]) for i in range(0, len(texts), size)]
        return np.concatenate(parts) if parts else self.encode([])

    def publish(
        self, staged: Sequence[Article], rows: Sequence[tuple[Passage, Article]], vectors: Vectors
    ) -> None:
        """Store the vectors of staged articles and make them current. The lexical index follows
        in large steps, and at the latest when the next search or writer looks."""
        if rows:
            self.vectors.upsert(rows, vectors)
        self._mark_ready(staged)
        self._delete_dead()
        if self.catalogue.last_seq() - self.lexical.seen >= MAX_CHANGES_PER_REPLAY:
            self.update_lexical_index()
        self._vectors_state = self._state_of_vectors()

    def remove(self, article_ids: Iterable[str]) -> int:
        """Remove articles from all three stores. Call inside ``writing()``. Returns how many."""
        removed = self.catalogue.remove(article_ids)
        self._delete_dead()
        self.update_lexical_index()
        return removed

    def replace_embedder(self, embedder: Embedder) -> None:
        """Use an embedder without comparing it to the library's: only ``reindex`` or ``repair``
        may follow."""
        self._embedder = embedder
        self.__dict__.pop("_encode_query", None)

    def reindex(self, on_progress: OnProgress = _ignore_progress) -> int:
        """Split and embed everything anew with the present embedder. Returns passages made."""
        with self._exclusive():
            self.vectors.clear()
            staged = self.catalogue.restage(split_into_passages)
            self.catalogue.set_meta(self._fingerprint())
            self._recover(on_progress)
            self._record_position()
        return staged

    def repair(self, on_progress: OnProgress = _ignore_progress) -> dict[str, int]:
        """Make both indexes anew from the catalogue, with the annotations of its texts. The old
        ones are searched until the new ones are whole. Returns ``counts()``. Raises LibraryBroken
        when the catalogue itself is damaged."""
        _ = self.embedder
        with self._exclusive():
            self.catalogue.check()
            self.catalogue.reannotate(split_into_passages)
            self._rebuild_lexical()
            if "://" in self._vectors_at:
                self.vectors.clear()
            else:
                self._rebuild_vectors(Path(self._vectors_at), on_progress)
            self._recover(on_progress)
            self._record_position()
        return self.counts()

    def _rebuild_lexical(self) -> None:
        with FileLock(self.home / "lexical.lock"):
            try:
                index = self._open_lexical(self.home / "lexical")
            except LibraryBroken:
                discard_folder(self.home / "lexical")
                index = self._open_lexical(self.home / "lexical")
            index.rebuild(self.catalogue.last_seq(), self._ready_batches())
        self.__dict__.pop("lexical", None)

    def _rebuild_vectors(self, folder: Path, on_progress: OnProgress) -> None:
        index = self._open_vectors(str(folder_beside(folder)))
        try:
            index.set_made_by(self._made_by())
            for batch in self._ready_batches():
                index.upsert(batch, self.embed(batch))
                on_progress(len(batch))
        except BaseException:
            index.close()  # chromadb would give it again for the same path, its folder deleted
            folder_beside(folder)  # removes what was half made
            raise
        index.close()
        with self._opening:
            self._close_vectors()
            replace_folder(folder)
            self._vectors_state = self._state_of_vectors()

    def _ready_batches(self) -> Iterator[list[tuple[Passage, Article]]]:
        """All that can be found, by passage, some at a time."""
        ready = self.catalogue.passage_ids("ready")
        for first in range(0, len(ready), self.batch_size):
            yield self.catalogue.retrievable(ready[first : first + self.batch_size])

    # -- keeping the stores in step --------------------------------------------------------

    def _mark_ready(self, staged: Sequence[Article]) -> None:
        known, mine = self.catalogue.meta(), self._fingerprint()
        if any(known.get(key) != value for key, value in mine.items()):
            self.catalogue.set_meta(mine)
        self.catalogue.mark_ready([(article.id, article.version) for article in staged])

    def _delete_dead(self) -> None:
        """Drop the vectors of dead passages, then their rows."""
        if dead := self.catalogue.passage_ids("dead"):
            self.vectors.delete(dead)
            self.catalogue.delete_dead(dead)

    def _recover(self, on_progress: OnProgress) -> None:
        """Finish what an interrupted writer left, so that all three stores agree."""
        if self._embedder is not None:
            self._claim_vectors()
        if self._embedder is not None and (pending := self.catalogue.pending()):
            stored = self.vectors.ids()
            self._store_vectors(
                [(p, article) for article, spans in pending for p in spans if p.id not in stored],
                on_progress,
            )
            self._mark_ready([article for article, _ in pending])
        self._delete_dead()
        if self._embedder is not None and (
            self.vectors.position != self.catalogue.last_seq()
            or self.vectors.count() != self.catalogue.counts()["passages"]
        ):
            self._reconcile_vectors(set(self.catalogue.passage_ids("ready")), on_progress)
        self.update_lexical_index()

    def _record_position(self) -> None:
        """Call when the vectors hold what the catalogue does. A writer that could not embed knows
        only that when they did before."""
        if self._embedder is not None:
            self.vectors.set_position(self.catalogue.last_seq())

    def _reconcile_vectors(self, ready: AbstractSet[str], on_progress: OnProgress) -> None:
        """Make the vector index hold exactly the passages that are ready."""
        stored = self.vectors.ids()
        self.vectors.delete(sorted(stored - ready))
        missing = sorted(ready - stored)
        for first in range(0, len(missing), self.batch_size):
            batch = missing[first : first + self.batch_size]
            self._store_vectors(self.catalogue.retrievable(batch), on_progress)

    def _store_vectors(
        self, rows: Sequence[tuple[Passage, Article]], on_progress: OnProgress
    ) -> None:
        for first in range(0, len(rows), self.batch_size):
            batch = rows[first : first + self.batch_size]
            self.vectors.upsert(batch, self.embed(batch))
            on_progress(len(batch))
