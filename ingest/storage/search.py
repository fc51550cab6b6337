"""Searches a library's passages by embedding (dense) and by BM25 (lexical), with exact filters.

With filters a search first asks the index for more results than wanted and keeps those that match;
when matches are too rare for that, it scores every passage that matches. Either way the result is
exact: what does not match is never returned, and nothing that matches is left out for being
filtered. Knows nothing about writing, nor about how results are ranked together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache, partial
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from ingest.errors import REPAIR_ADVICE, LibraryBroken, LibraryBusy, LibraryError
from ingest.records import Article, Passage
from ingest.storage.catalogue.catalogue import Catalogue
from ingest.storage.catalogue.filters import Filters, resolve_outlets
from ingest.storage.write_lock import write_lock

if TYPE_CHECKING:
    from ingest.storage.embedder import Embedder
    from ingest.storage.lexical_index import LexicalIndex
    from ingest.storage.minilm import Vectors
    from ingest.storage.vector_index import VectorIndex

ScoredIds = list[tuple[str, float]]
"""Pairs (passage id, score), best first."""

_WIDENING_FACTOR = 8
"""How many times more results an index is asked for when the first hold too few that match: enough
to tell how many will do."""

_WIDENING_MARGIN = 1.3
"""How many more results are asked for than the share of matches so far calls for."""

_MAX_WIDENED_RESULTS = 4_000
"""Results asked of an index before every matching passage is scored instead. With 60 wanted of
100,000 that is when less than 1.5 % match, and scoring those takes about as long."""

MAX_FOLLOWED_PER_SEARCH = 64
"""Changes of other machines that a search embeds before it looks: about a second's work."""

MAX_CHANGES_PER_REPLAY = 2_000
"""Catalogue changes that the lexical index replays in one commit."""

LOCK_TIMEOUT_SECONDS = 0.5

_MAX_CACHED_QUERIES = 256
"""Query vectors kept: dense search, ranking and reading each ask for that of one question."""


@dataclass(frozen=True, slots=True)
class LibraryFacts:
    """Number of passages, first and last publication day, and outlets of a library."""

    passages: int
    oldest: date | None
    newest: date | None
    outlets: tuple[str, ...]


class LibraryReader:
    """The reading half of a library. Safe to share between threads.

    ``embedder`` None opens it for lexical search and looking only.
    """

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
        self._facts: tuple[int, LibraryFacts] | None = None
        self._filtered_ids: tuple[tuple[int, Filters], list[str]] | None = None

    def facts(self) -> LibraryFacts:
        """What the library holds now; counted anew after each change."""
        seq = self.catalogue.last_seq()
        if self._facts is None or self._facts[0] != seq:
            span = self.catalogue.published_span()
            oldest, newest = (
                (datetime.fromtimestamp(second, UTC).date() for second in span)
                if span else (None, None)
            )  # fmt: skip
            passages = self.catalogue.counts()["passages"]
            outlets = tuple(self.catalogue.outlet_names())
            self._facts = seq, LibraryFacts(passages, oldest, newest, outlets)
        return self._facts[1]

    def dense_search(self, question: str, limit: int, filters: Filters | None = None) -> ScoredIds:
        """Up to ``limit`` passages by cosine similarity to the question.

        Raises BadFilter, and LibraryBroken when the vector store lost what the catalogue holds.
        """
        vector = self.encode_question(question)
        with self._opening:
            self._reopen_vectors_if_changed()
            if self.catalogue.shared and not self._writing_now:
                self._follow(MAX_FOLLOWED_PER_SEARCH)
            found = self._search_filtered(
                filters,
                limit,
                lambda most: self.vectors.search(vector, most),
                lambda ids: _rank_by_cosine(vector, ids, self.vectors.find(ids))[:limit],
            )
        if (
            not found
            and limit
            and not (filters or self._writing_now)
            and (stored := self.facts().passages)
        ):
            raise LibraryBroken(
                f"The vector store {self._vectors_at} is empty, but the catalogue holds {stored} "
                f"passages. {REPAIR_ADVICE}"
            )
        return found

    def lexical_search(
        self, question: str, limit: int, filters: Filters | None = None
    ) -> ScoredIds:
        """Up to ``limit`` passages by BM25. Raises BadFilter."""
        self.update_lexical_index()
        return self._search_filtered(
            filters,
            limit,
            lambda most: self.lexical.search(question, most),
            lambda ids: self.lexical.search(question, limit, among=ids),
        )

    def similarities(self, question: str, passage_ids: Sequence[str]) -> dict[str, float]:
        """Cosine similarity of each passage to the question; passages without a vector are out."""
        if not passage_ids:
            return {}
        with self._opening:
            found = self.vectors.find(passage_ids)
        ids = list(found)
        return dict(_rank_by_cosine(self.encode_question(question), ids, found)) if ids else {}

    def vectors_of(self, passage_ids: Sequence[str]) -> dict[str, Vectors]:
        """The stored unit vectors of passages, each of shape (dimension,), as far as there are
        any."""
        if not passage_ids:
            return {}
        with self._opening:
            return self.vectors.find(list(dict.fromkeys(passage_ids)))

    def _search_filtered(
        self,
        filters: Filters | None,
        limit: int,
        search: Callable[[int], ScoredIds],
        score_all: Callable[[Sequence[str]], ScoredIds],
    ) -> ScoredIds:
        """``search`` asks an index for so many results; ``score_all`` scores the given passages."""
        if not filters:
            return search(limit)
        filters = resolve_outlets(filters, self.facts().outlets)
        wanted, step = limit, _WIDENING_FACTOR * limit
        while wanted <= _MAX_WIDENED_RESULTS:
            found = search(wanted)
            matching = set(self.catalogue.matching_passages(filters, [key for key, _ in found]))
            if len(matching) >= limit or len(found) < wanted:
                return [pair for pair in found if pair[0] in matching][:limit]
            likely = round(_WIDENING_MARGIN * wanted * limit / max(len(matching), 1))
            wanted, step = max(min(likely, step), wanted + 1), _MAX_WIDENED_RESULTS + 1
        ids = self._matching_passages(filters)
        return score_all(ids) if ids else []

    def _matching_passages(self, filters: Filters) -> Sequence[str]:
        """All passages that match; kept, because both indexes ask for them in turn."""
        key = self.catalogue.last_seq(), filters
        kept = self._filtered_ids  # read once: another thread may put its own there
        if kept is None or kept[0] != key:
            self._filtered_ids = kept = key, self.catalogue.matching_passages(filters)
        return kept[1]

    def encode_question(self, question: str) -> Vectors:
        """The unit vector of a question, shape (dimension,); recent ones are kept."""
        return self._encode_query(question)

    @cached_property
    def _encode_query(self) -> Callable[[str], Vectors]:
        from ingest.storage.embedder import encode_query

        return lru_cache(_MAX_CACHED_QUERIES)(partial(encode_query, self.embedder))

    def encode(self, texts: list[str]) -> Vectors:
        """Unit vectors of any texts, shape (len(texts), dimension)."""
        from ingest.storage.embedder import encode_texts

        return encode_texts(self.embedder, texts)

    def idf(self, stems: Sequence[str]) -> dict[str, float]:
        """Inverse document frequency of stemmed words: log(1 + (N + 10) / (df + 1)) over
        passages."""
        return self.lexical.idf(stems)

    @property
    def embedder(self) -> Embedder:
        """Raises LibraryError when the library was opened without one."""
        if self._embedder is None:
            raise LibraryError("This library was opened without an embedder; pass one to search.")
        return self._embedder

    @cached_property
    def vectors(self) -> VectorIndex:
        """The vector index, opened at its first use: importing chromadb alone takes 0.8 s."""
        return self._open_vectors(self._vectors_at)

    def _open_vectors(self, where: str) -> VectorIndex:
        from ingest.storage.vector_index import VectorIndex

        return VectorIndex(where)

    @cached_property
    def lexical(self) -> LexicalIndex:
        """The lexical index, opened at its first use."""
        return self._open_lexical(self.home / "lexical")

    def _open_lexical(self, folder: Path) -> LexicalIndex:
        from ingest.storage.lexical_index import LexicalIndex

        return LexicalIndex(folder)

    def update_lexical_index(self) -> None:
        """Replay into the lexical index the catalogue's changes since it last did."""
        with self._opening:
            if "lexical" in self.__dict__ and self.lexical.replaced:
                del self.__dict__["lexical"]
        behind = self.catalogue.last_seq() - self.lexical.seen
        if not behind:
            return
        try:
            with FileLock(self.home / "lexical.lock", timeout=LOCK_TIMEOUT_SECONDS):
                if behind < 0 or (self.lexical.seen and not self.lexical.count()):
                    self.lexical.forget_position()
                while changes := self.catalogue.changes_after(
                    self.lexical.seen, MAX_CHANGES_PER_REPLAY
                ):
                    self.lexical.replay(changes, self.catalogue.retrievable)
        except Timeout:
            return  # another process is replaying the same changes

    def follow(self, on_progress: Callable[[int], None] = lambda _: None) -> None:
        """Bring this home's own vectors up to the catalogue, which another machine wrote to.
        Takes as long as embedding what is new does."""
        with self._opening:
            self._reopen_vectors_if_changed()
            while self.catalogue.shared and self._follow(MAX_FOLLOWED_PER_SEARCH):
                on_progress(MAX_FOLLOWED_PER_SEARCH)

    def _follow(self, limit: int) -> bool:
        """Bring the vectors ``limit`` changes closer to the catalogue. False when nothing is left
        to do, or another process of this home writes, which does it."""
        if self.vectors.position >= self.catalogue.last_seq():
            return False
        try:
            with write_lock(self.home):
                self._close_vectors()  # another process may have done it
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


def _rank_by_cosine(vector: Vectors, ids: Sequence[str], found: dict[str, Vectors]) -> ScoredIds:
    """The ids that have a vector, most similar first; of equals the first given."""
    import numpy as np

    kept = [key for key in ids if key in found]
    if not kept:
        return []
    cosines = np.stack([found[key] for key in kept]) @ vector
    order = np.argsort(-cosines, kind="stable")
    return [(kept[place], float(cosines[place])) for place in order]


def embedded_text(passage: Passage, article: Article) -> str:
    """What is embedded for a passage: the title in front, for passages that name nobody."""
    return f"{article.title}\n{passage.text}" if article.title else passage.text
