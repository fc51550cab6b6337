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
from time import sleep
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from ingest.errors import REPAIR_ADVICE, LibraryBroken
from ingest.storage.catalogue.catalogue import Catalogue
from ingest.storage.catalogue.filters import Filters, resolve_outlets
from ingest.storage.home_vectors import HomeVectors
from ingest.storage.write_lock import is_write_locked

if TYPE_CHECKING:
    from ingest.storage.embedder import Embedder
    from ingest.storage.lexical_index import LexicalIndex
    from ingest.storage.minilm import Vectors

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

MAX_CHANGES_PER_REPLAY = 2_000
"""Catalogue changes that the lexical index replays in one commit."""

LOCK_TIMEOUT_SECONDS = 0.5

_SECONDS_UNTIL_SECOND_LOOK = 0.1
"""Seconds until a dense search that failed looks again: a repair may have been putting its new
index in place just then, which takes two renames."""

_MAX_CACHED_QUERIES = 256
"""Query vectors kept: dense search, ranking and reading each ask for that of one question."""


@dataclass(frozen=True, slots=True)
class LibraryFacts:
    """Number of passages, first and last publication day, and outlets of a library."""

    passages: int
    oldest: date | None
    newest: date | None
    outlets: tuple[str, ...]


class LibraryReader(HomeVectors):
    """The reading half of a library. Safe to share between threads.

    ``embedder`` None opens it for lexical search and looking only.
    """

    def __init__(
        self, home: Path, catalogue: Catalogue, vectors_at: str, embedder: Embedder | None
    ) -> None:
        super().__init__(home, catalogue, vectors_at, embedder)
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
        try:
            return self._search_vectors(vector, limit, filters)
        except LibraryBroken:
            if self._writing_now:
                raise
        sleep(_SECONDS_UNTIL_SECOND_LOOK)
        with self._opening:
            self._close_vectors()
        try:
            return self._search_vectors(vector, limit, filters)
        except LibraryBroken:
            if "://" in self._vectors_at and self._is_being_written():
                return []  # emptied by a writer, who fills it again: words alone find till then
            raise

    def _search_vectors(self, vector: Vectors, limit: int, filters: Filters | None) -> ScoredIds:
        if not self._writing_now:
            self._follow_step()
        with self._opening:
            self._reopen_vectors_if_changed()
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

    def _is_being_written(self) -> bool:
        """Whether a process of this home, or another machine, writes at this moment."""
        return is_write_locked(self.home) or self.catalogue.is_write_locked()

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

    def idf(self, stems: Sequence[str]) -> dict[str, float]:
        """Inverse document frequency of stemmed words: log(1 + (N + 10) / (df + 1)) over
        passages."""
        return self.lexical.idf(stems)

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


def _rank_by_cosine(vector: Vectors, ids: Sequence[str], found: dict[str, Vectors]) -> ScoredIds:
    """The ids that have a vector, most similar first; of equals the first given."""
    import numpy as np

    kept = [key for key in ids if key in found]
    if not kept:
        return []
    cosines = np.stack([found[key] for key in kept]) @ vector
    order = np.argsort(-cosines, kind="stable")
    return [(kept[place], float(cosines[place])) for place in order]
