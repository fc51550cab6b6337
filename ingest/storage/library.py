"""The three stores as one: what is in the catalogue can be found, and nothing else can.

    add:     stage (pending) -> embed -> vectors -> mark ready -> lexical index
             (``ingest.storage.batches`` does the same for several groups at a time)
    remove:  mark dead -> drop vectors -> forget -> lexical index
    open:    the lexical index replays what it missed; a writer first finishes what was interrupted
    repair:  what the rules find, and both indexes, are made anew from the catalogue's texts

One process writes at a time (a lock file); any number read. Knows nothing about questions.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from ingest.attribution.statements import Statement
from ingest.dates.time_expressions import TimeExpression
from ingest.errors import EmbedderChanged, LibraryBusy
from ingest.records import Article, Passage
from ingest.segmentation import PASSAGE_CHARS, split_into_passages
from ingest.storage.batches import GROUP, Staged
from ingest.storage.catalogue.archive import Version
from ingest.storage.catalogue.catalogue import Catalogue
from ingest.storage.memory import few_arenas
from ingest.storage.search import LOCK_SECONDS, REPLAY, Searching
from ingest.versions.near_duplicates import choose_original

if TYPE_CHECKING:
    from ingest.storage.embedder import Embedder
    from ingest.storage.minilm import Vectors

Tick = Callable[[int], None]

END = 2**31 - 1
"""Beyond the end of any text."""


def _quiet(_: int) -> None:
    """No one is watching the progress."""


class Library(Searching):
    """Articles that can be searched. ``home`` is a folder; it is made if it does not exist.

    ``embedder`` None opens the library for looking and removing only. Raises EmbedderChanged when
    the library's vectors were made by another one, LibraryBroken when a store cannot be read.
    """

    def __init__(
        self,
        home: Path,
        *,
        embedder: Embedder | None = None,
        catalogue_url: str | None = None,
        vectors_at: str | None = None,
    ) -> None:
        home = Path(home)
        home.mkdir(parents=True, exist_ok=True)
        catalogue = Catalogue(catalogue_url or home / "catalogue.sqlite")
        super().__init__(home, catalogue, vectors_at or str(home / "chroma"), embedder)
        self.group = GROUP
        few_arenas()
        self._lock = FileLock(self.home / "write.lock", timeout=LOCK_SECONDS)
        if embedder is not None:
            try:
                self._check_embedder()
            except EmbedderChanged:
                self.close()
                raise

    def close(self) -> None:
        """Let go of the stores; a process that opens the library again sees what is on disk."""
        if "vectors" in self.__dict__:
            self.__dict__.pop("vectors").close()
        self.__dict__.pop("lexical", None)
        self.catalogue.close()

    # -- searching -----------------------------------------------------------------------

    def expressions(
        self, article_id: str, version: int, start: int = 0, end: int = END
    ) -> list[TimeExpression]:
        """Time expressions that touch ``start:end`` of a version's text, with the days they mean.

        Empty for what an older citewire ingested, until ``repair`` or ``reindex``.
        """
        return self.catalogue.expressions(article_id, version, start, end)

    def statements(
        self, article_id: str, version: int, start: int = 0, end: int = END
    ) -> list[Statement]:
        """Sentences that touch ``start:end`` of a version's text and that somebody says.

        Empty for what an older citewire ingested, until ``repair`` or ``reindex``.
        """
        return self.catalogue.statements(article_id, version, start, end)

    def happened_between(
        self, first: date, last: date, passage_ids: Sequence[str] | None = None
    ) -> list[str]:
        """Ids of passages in whose text something is dated inside the days (both inclusive); of
        those given only, where some are given.

        What happened in an interval, whenever it was published; preciser dates come first.
        """
        return self.catalogue.happened_between(first, last, passage_ids)

    def use(self, embedder: Embedder) -> None:
        """Take an embedder without comparing it to the library's: only ``reindex`` may follow."""
        self._embedder = embedder
        self._asked.clear()

    def counts(self) -> dict[str, int]:
        """Rows of the catalogue, and entries of the two indexes."""
        return self.catalogue.counts() | {
            "vectors": self.vectors.count(),
            "lexical": self.lexical.count(),
        }

    # -- writing -------------------------------------------------------------------------

    @contextmanager
    def writing(self, tick: Tick = _quiet) -> Iterator[None]:
        """Hold the write lock; whatever an interrupted writer left is finished first.

        Raises LibraryBusy within a second when another process is writing.
        """
        with self._exclusive():
            self._recover(tick)
            yield

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        try:
            self._lock.acquire()
        except Timeout as error:
            raise LibraryBusy(
                f"Another process is writing to {self.home}. Wait for it to finish, then try again."
            ) from error
        try:
            with self.catalogue.writer():
                self._writing_now = True
                yield
        finally:
            self._writing_now = False
            self._lock.release()

    def add(self, staged: Sequence[Staged], tick: Tick = _quiet) -> None:
        """Store article versions and make them searchable. Call inside ``writing()``."""
        _ = self.embedder  # without one, nothing staged could ever become ready
        self.catalogue.stage(staged)
        self._finish([(article, spans) for article, spans, _ in staged], tick)
        self._sweep()
        self.catch_up()
        self._seen_seq = self.catalogue.last_seq()

    def embed(self, rows: Sequence[tuple[Passage, Article]]) -> Vectors:
        """Vectors of passages, about ``GROUP`` at a time."""
        import numpy as np

        texts = [embedded_text(*row) for row in rows]
        size = -(-len(texts) // max(1, round(len(texts) / GROUP))) or 1  # evenly, not 256 and 6
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
        self._sweep()
        if self.catalogue.last_seq() - self.lexical.seen >= REPLAY:
            self.catch_up()
        self._seen_seq = self.catalogue.last_seq()

    def remove(self, article_ids: Iterable[str]) -> int:
        """Remove articles from all three stores. Call inside ``writing()``. Returns how many."""
        removed = self.catalogue.remove(article_ids)
        self._sweep()
        self.catch_up()
        return removed

    def reindex(self, tick: Tick = _quiet) -> int:
        """Split and embed everything anew with the present embedder. Returns passages made."""
        with self._exclusive():
            self.vectors.clear()
            staged = self.catalogue.restage(split_into_passages)
            self.catalogue.set_meta(self._fingerprint())
            self._recover(tick)
        return staged

    def repair(self, tick: Tick = _quiet) -> dict[str, int]:
        """Throw both indexes away and make them anew from the catalogue, with all that the rules
        find in its texts. Returns ``counts()``."""
        _ = self.embedder
        with self._exclusive():
            self.catalogue.check()
            self.catalogue.find_again(split_into_passages)
            self.__dict__.pop("lexical", None)
            discard(self.home / "lexical")
            if "://" in self._vectors_at:
                self.vectors.clear()
            else:
                if (old := self.__dict__.pop("vectors", None)) is not None:
                    old.close()
                discard(Path(self._vectors_at))
            self._recover(tick)
        return self.counts()

    def history(self, article_id: str) -> list[Version]:
        """Every version of an article with its notices, oldest first."""
        return self.catalogue.versions(article_id)

    def original(self, cluster_id: str) -> Article | None:
        """The one original among the copies of a wire story; None for no such cluster."""
        members = self.catalogue.cluster(cluster_id)
        return choose_original(members) if members else None

    # -- keeping the stores in step --------------------------------------------------------

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

    def _finish(
        self,
        staged: Sequence[tuple[Article, list[Passage]]],
        tick: Tick,
        stored: AbstractSet[str] = frozenset(),
    ) -> None:
        """Embed and publish staged versions, except the vectors that are ``stored`` already."""
        rows = [(p, article) for article, spans in staged for p in spans if p.id not in stored]
        for first in range(0, len(rows), self.group):
            group = rows[first : first + self.group]
            vectors = self.encode([embedded_text(*row) for row in group])
            self.vectors.upsert(group, vectors)
            tick(len(group))
        self._mark_ready([article for article, _ in staged])

    def _mark_ready(self, staged: Sequence[Article]) -> None:
        known, mine = self.catalogue.meta(), self._fingerprint()
        if any(known.get(key) != value for key, value in mine.items()):
            self.catalogue.set_meta(mine)
        self.catalogue.mark_ready([(article.id, article.version) for article in staged])

    def _sweep(self) -> None:
        if dead := self.catalogue.passage_ids("dead"):
            self.vectors.delete(dead)
            self.catalogue.forget(dead)

    def _recover(self, tick: Tick) -> None:
        if self._embedder is not None and (left := self.catalogue.pending()):
            self._finish(left, tick, self.vectors.ids())
        self._sweep()
        if self._embedder is not None and (
            self.vectors.count() != self.catalogue.counts()["passages"]
        ):
            self._reconcile(set(self.catalogue.passage_ids("ready")), tick)
        self.catch_up()

    def _reconcile(self, ready: set[str], tick: Tick) -> None:
        """Chroma lost or kept what it should not have: make it hold exactly what is ready."""
        stored = self.vectors.ids()
        self.vectors.delete(sorted(stored - ready))
        missing = sorted(ready - stored)
        for first in range(0, len(missing), self.group):
            rows: list[Any] = self.catalogue.retrievable(missing[first : first + self.group])
            self.vectors.upsert(rows, self.encode([embedded_text(*row) for row in rows]))
            tick(len(rows))


def discard(folder: Path) -> None:
    """Remove an index's folder: first from its name, so that a crash leaves none half removed."""
    if not folder.exists():
        return
    aside = folder.with_name(f"{folder.name}.discarded")
    shutil.rmtree(aside, ignore_errors=True)
    folder.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)


def embedded_text(passage: Passage, article: Article) -> str:
    """What is embedded for a passage: the title in front, for passages that name nobody."""
    return f"{article.title}\n{passage.text}" if article.title else passage.text
