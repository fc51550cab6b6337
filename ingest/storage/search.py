"""The reading half of a library: passages by meaning and by words, all of them or filtered.

With filters a search asks the index for more and more and keeps what matches; when matches are too
rare for that, it compares with all of them. Either way the result is exact: what does not match is
never returned, and nothing that matches is left out for being filtered.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from threading import Lock, RLock
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from ingest.errors import REPAIR_ADVICE, LibraryBroken, LibraryError
from ingest.storage.catalogue.catalogue import Catalogue
from ingest.storage.catalogue.filters import Filters, known

if TYPE_CHECKING:
    from ingest.storage.embedder import Embedder
    from ingest.storage.lexical_index import LexicalIndex
    from ingest.storage.minilm import Vectors
    from ingest.storage.vector_index import VectorIndex

Found = list[tuple[str, float]]
"""Pairs (passage id, score), best first."""

_WIDER = 8
"""How many times more an index is asked for where the first answers hold too few that match: enough
to tell how many will do."""
_MARGIN = 1.3
_WIDEST = 4_000
"""Passages asked of an index at most before all that match are compared. With 60 wanted of 100,000
that is when less than 1.5 % match, and comparing those takes about as long."""

REPLAY = 2_000
LOCK_SECONDS = 0.5

_QUESTIONS = 256
"""Question vectors kept: a question is asked of dense search, ranking and reading in turn."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What searching wants to know about a library as it is now."""

    passages: int
    oldest: date | None
    newest: date | None
    outlets: tuple[str, ...]


class Searching:
    """What a library offers to those who only read it."""

    def __init__(
        self, home: Path, catalogue: Catalogue, vectors_at: str, embedder: Embedder | None
    ) -> None:
        self.home = home
        self.catalogue = catalogue
        self._vectors_at = vectors_at
        self._embedder = embedder
        self._opening = RLock()
        self._writing_now = False
        self._seen_seq = catalogue.last_seq()
        self._asked: OrderedDict[str, Vectors] = OrderedDict()
        self._asking = Lock()
        self._facts: tuple[int, Facts] | None = None
        self._matched: tuple[tuple[int, Filters], list[str]] | None = None

    def facts(self) -> Facts:
        """Passages, first and last publication day, and outlets; counted anew after each change."""
        seq = self.catalogue.last_seq()
        if self._facts is None or self._facts[0] != seq:
            span = self.catalogue.published_span()
            oldest, newest = (
                (datetime.fromtimestamp(second, UTC).date() for second in span)
                if span else (None, None)
            )  # fmt: skip
            passages = self.catalogue.counts()["passages"]
            names = tuple(self.catalogue.outlet_names())
            self._facts = seq, Facts(passages, oldest, newest, names)
        return self._facts[1]

    def dense(self, question: str, limit: int, filters: Filters | None = None) -> Found:
        """Passage ids by cosine similarity to the question. Raises BadFilter."""
        vector = self.encode_question(question)
        with self._opening:
            self._reopen_if_changed()
            found = self._filtered(
                filters,
                limit,
                lambda most: self.vectors.search(vector, most),
                lambda ids: _by_cosine(vector, ids, self.vectors.find(ids))[:limit],
            )
        if not found and limit and not filters and (stored := self.facts().passages):
            raise LibraryBroken(
                f"The vector store {self._vectors_at} is empty, but the catalogue holds {stored} "
                f"passages. {REPAIR_ADVICE}"
            )
        return found

    def lexical_search(self, question: str, limit: int, filters: Filters | None = None) -> Found:
        """Passage ids by BM25. Raises BadFilter."""
        self.catch_up()
        return self._filtered(
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
        return dict(_by_cosine(self.encode_question(question), ids, found)) if ids else {}

    def _filtered(
        self,
        filters: Filters | None,
        limit: int,
        search: Callable[[int], Found],
        among: Callable[[Sequence[str]], Found],
    ) -> Found:
        if not filters:
            return search(limit)
        filters = known(filters, self.facts().outlets)
        most, step = limit, _WIDER * limit
        while most <= _WIDEST:
            found = search(most)
            matching = set(self.catalogue.matching(filters, [key for key, _ in found]))
            if len(matching) >= limit or len(found) < most:
                return [pair for pair in found if pair[0] in matching][:limit]
            likely = round(_MARGIN * most * limit / max(len(matching), 1))
            most, step = max(min(likely, step), most + 1), _WIDEST + 1
        ids = self._matching(filters)
        return among(ids) if ids else []

    def _matching(self, filters: Filters) -> Sequence[str]:
        """All passages that match; both indexes ask for them in turn."""
        asked = self.catalogue.last_seq(), filters
        held = self._matched  # read once: another thread may put its own there
        if held is None or held[0] != asked:
            self._matched = held = asked, self.catalogue.matching(filters)
        return held[1]

    def encode_question(self, question: str) -> Vectors:
        """The unit vector of a question, shape (dimension,); asked again, the one it had."""
        from ingest.storage.embedder import encode_query

        with self._asking:
            if (known_vector := self._asked.get(question)) is not None:
                return known_vector
        vector = encode_query(self.embedder, question)
        with self._asking:
            self._asked[question] = vector
            while len(self._asked) > _QUESTIONS:
                self._asked.popitem(last=False)
        return vector

    def idf(self, stems: Sequence[str]) -> dict[str, float]:
        """How telling each word is: log(1 + (N + 10) / (df + 1)) over passages."""
        return self.lexical.idf(stems)

    def encode(self, texts: list[str]) -> Vectors:
        """Unit vectors of any texts, by the library's own embedder."""
        from ingest.storage.embedder import encode_texts

        return encode_texts(self.embedder, texts)

    @property
    def embedder(self) -> Embedder:
        if self._embedder is None:
            raise LibraryError("This library was opened without an embedder; pass one to search.")
        return self._embedder

    @cached_property
    def vectors(self) -> VectorIndex:
        from ingest.storage.vector_index import VectorIndex

        return VectorIndex(self._vectors_at)

    @cached_property
    def lexical(self) -> LexicalIndex:
        from ingest.storage.lexical_index import LexicalIndex

        return LexicalIndex(self.home / "lexical")

    def catch_up(self) -> None:
        """Replay into the lexical index what happened since it last looked."""
        behind = self.catalogue.last_seq() - self.lexical.seen
        if not behind:
            return
        try:
            with FileLock(self.home / "lexical.lock", timeout=LOCK_SECONDS):
                if behind < 0 or (self.lexical.seen and not self.lexical.count()):
                    self.lexical.forget_position()
                while changes := self.catalogue.changes_after(self.lexical.seen, REPLAY):
                    self.lexical.replay(changes, self.catalogue.retrievable)
        except Timeout:
            return  # another process is replaying the same changes

    def _reopen_if_changed(self) -> None:
        """Chroma's index in memory does not learn of what another process writes: open it anew
        when the catalogue has moved on since it was opened."""
        now = self.catalogue.last_seq()
        if now != self._seen_seq:
            self._seen_seq = now
            if not self._writing_now and (old := self.__dict__.pop("vectors", None)):
                old.close()


def _by_cosine(vector: Vectors, ids: Sequence[str], found: dict[str, Vectors]) -> Found:
    import numpy as np

    kept = [key for key in ids if key in found]
    if not kept:
        return []
    cosines = np.stack([found[key] for key in kept]) @ vector
    order = np.argsort(-cosines, kind="stable")
    return [(kept[place], float(cosines[place])) for place in order]
