"""Groups of articles on their way into a library, three at a time.

    this thread      parse, decide, stage as pending         group n + 2
    one thread       embed                                   group n + 1
    one thread       vectors -> ready -> lexical index       group n

The order within a group is always pending -> vectors -> ready, so that a crash between any two
steps is finished by the next writer. Knows nothing about where articles come from.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from ingest.records import Article, Passage
from ingest.storage.memory import give_back
from ingest.versions.near_duplicates import Sketch, rank_candidates

if TYPE_CHECKING:
    from ingest.storage.library import Library
    from ingest.storage.minilm import Vectors

Staged = tuple[Article, list[Passage], Sketch]

GROUP = 256
"""Passages embedded and written together: enough to sort by length, 0.4 MB of vectors."""

FIRST = 64
"""Passages of the first group; the next ones double, so that embedding starts at once."""

UNDER_WAY = 2
"""Groups staged but not ready, beside the one being gathered."""


class _Group:
    """Articles staged together, and what to find them by."""

    def __init__(self) -> None:
        self.staged: dict[str, Staged] = {}
        self.passages = 0
        self.names: set[str] = set()
        self._prints: dict[int | tuple[int, int], list[str]] = {}

    def put(self, staged: Staged) -> None:
        article, passages, sketch = staged
        self.staged[article.id] = staged
        self.passages += len(passages)
        self.names.update(_names(article))
        for shared in sketch.prints():
            self._prints.setdefault(shared, []).append(article.id)

    def near(self, sketch: Sketch) -> list[Article]:
        """The articles that are likely copies of a sketch's."""
        shared = Counter(
            article_id for mine in sketch.prints() for article_id in self._prints.get(mine, ())
        )
        return [self.staged[article_id][0] for article_id in rank_candidates(shared, sketch)]

    def rename_clusters(self, into: str, others: Sequence[str]) -> None:
        for article_id, (article, passages, sketch) in self.staged.items():
            if article.cluster_id in others:
                self.staged[article_id] = replace(article, cluster_id=into), passages, sketch


class Flow:
    """Articles that were decided on. ``put`` never waits for more than one group."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._gathered = _Group()
        self._enough = min(FIRST, library.group)
        self._embedding = ThreadPoolExecutor(1, "embed")
        self._writing = ThreadPoolExecutor(1, "write")
        self._under_way: deque[tuple[Future[None], _Group]] = deque()
        self.written = 0

    def put(self, article: Article, passages: list[Passage], sketch: Sketch) -> None:
        self._gathered.put((article, passages, sketch))
        if self._gathered.passages >= self._enough:
            self._send()
            self._enough = min(2 * self._enough, self._library.group)

    def _groups(self) -> Iterator[_Group]:
        """What no search finds yet: under way, or gathered."""
        yield from (group for _, group in self._under_way)
        yield self._gathered

    def knows(self, article_id: str) -> bool:
        """Whether an article of this id is on its way."""
        return any(article_id in group.staged for group in self._groups())

    def near(self, sketch: Sketch) -> list[Article]:
        """Articles on their way that are likely copies of a sketch's."""
        return [article for group in self._groups() for article in group.near(sketch)]

    def holds(self, article: Article) -> bool:
        """Whether an article that must be compared with this one is still on its way."""
        return any(name in group.names for group in self._groups() for name in _names(article))

    def merge_clusters(self, into: str, others: Sequence[str]) -> None:
        """Make several clusters one, here and in the catalogue."""
        for group in self._groups():
            group.rename_clusters(into, others)
        self._library.catalogue.merge_clusters(into, others)

    def _send(self) -> None:
        group, self._gathered = self._gathered, _Group()  # first: what failed is not sent again
        staged = list(group.staged.values())
        if not staged:
            return
        _ = self._library.embedder  # without one, nothing staged could ever become ready
        _ = self._library.vectors, self._library.lexical  # opened once, not by two threads
        self._library.catalogue.stage(staged)
        rows = [(passage, article) for article, spans, _ in staged for passage in spans]
        vectors = self._embedding.submit(self._library.embed, rows)
        done = self._writing.submit(self._write, staged, rows, vectors)
        self._under_way.append((done, group))
        self.written += group.passages
        while len(self._under_way) > UNDER_WAY:
            self._wait()

    def _write(
        self, staged: list[Staged], rows: list[tuple[Passage, Article]], vectors: Future[Vectors]
    ) -> None:
        self._library.publish([article for article, _, _ in staged], rows, vectors.result())
        give_back()

    def _wait(self) -> None:
        done, group = self._under_way[0]
        try:
            done.result()
        except BaseException:
            self.written -= group.passages
            raise
        finally:
            self._under_way.popleft()

    def settle(self) -> None:
        """Send what was gathered, and wait until everything is ready. Raises what failed first,
        after the rest was tried."""
        failed: BaseException | None = None
        try:
            self._send()
        except BaseException as error:
            failed = error
        while self._under_way:
            try:
                self._wait()
            except BaseException as error:
                failed = failed or error
        if failed is not None:
            raise failed

    def close(self) -> None:
        self._embedding.shutdown()
        self._writing.shutdown()


def _names(article: Article) -> list[str]:
    """What makes two articles the same one, or worth comparing."""
    return [
        f"text {article.text_hash}",
        *([f"url {article.canonical_url}"] if article.canonical_url else []),
        *([f"origin {article.origin}"] if article.origin else []),
    ]


@contextmanager
def flowing(library: Library) -> Iterator[Flow]:
    """A flow that is settled at the end, however it ends."""
    flow = Flow(library)
    try:
        try:
            yield flow
        finally:
            flow.settle()
    finally:
        flow.close()
