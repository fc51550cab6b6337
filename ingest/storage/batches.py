"""Writes article versions into a library in batches, three of them overlapping.

    calling thread   parse, decide, stage as pending         batch n + 2
    one thread       embed                                   batch n + 1
    one thread       vectors -> ready -> lexical index       batch n

The order within a batch is always pending -> vectors -> ready, so that a crash between any two
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
from ingest.storage.catalogue.catalogue import StagedArticle
from ingest.storage.library import Library
from ingest.storage.system.memory import release_memory
from ingest.versions.near_duplicates import Sketch, rank_candidates

if TYPE_CHECKING:
    from ingest.storage.minilm import Vectors

PASSAGES_IN_FIRST_BATCH = 64
"""The next batches double up to ``Library.batch_size``, so that embedding starts at once."""

MAX_UNFINISHED_BATCHES = 2
"""Batches staged but not ready, beside the one being gathered."""


class _Batch:
    """Articles staged together, and the keys and signatures to find them by."""

    def __init__(self) -> None:
        self.staged: dict[str, StagedArticle] = {}
        self.passages = 0
        self.keys: set[str] = set()
        self._signatures: dict[int | tuple[int, int], list[str]] = {}

    def add(self, staged: StagedArticle) -> None:
        article, passages, sketch = staged
        self.staged[article.id] = staged
        self.passages += len(passages)
        self.keys.update(_comparison_keys(article))
        for signature in sketch.signatures():
            self._signatures.setdefault(signature, []).append(article.id)

    def likely_copies(self, sketch: Sketch) -> list[Article]:
        shared = Counter(
            article_id
            for signature in sketch.signatures()
            for article_id in self._signatures.get(signature, ())
        )
        return [self.staged[article_id][0] for article_id in rank_candidates(shared, sketch)]

    def rename_clusters(self, into: str, others: Sequence[str]) -> None:
        for article_id, (article, passages, sketch) in self.staged.items():
            if article.cluster_id in others:
                self.staged[article_id] = replace(article, cluster_id=into), passages, sketch


class BatchWriter:
    """Takes articles that were decided on, one by one, and writes them in batches.

    ``passages_written`` counts the passages of batches that did not fail.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._gathered = _Batch()
        self._next_size = min(PASSAGES_IN_FIRST_BATCH, library.batch_size)
        self._embedding = ThreadPoolExecutor(1, "embed")
        self._writing = ThreadPoolExecutor(1, "write")
        self._unfinished: deque[tuple[Future[None], _Batch]] = deque()
        self.passages_written = 0

    def add(self, article: Article, passages: list[Passage], sketch: Sketch) -> None:
        """Gather an article; never waits for more than one batch."""
        self._gathered.add((article, passages, sketch))
        if self._gathered.passages >= self._next_size:
            self._send()
            self._next_size = min(2 * self._next_size, self._library.batch_size)

    def _batches(self) -> Iterator[_Batch]:
        """The batches that no search finds yet."""
        yield from (batch for _, batch in self._unfinished)
        yield self._gathered

    def has_id(self, article_id: str) -> bool:
        """Whether an article of this id is in an unfinished batch."""
        return any(article_id in batch.staged for batch in self._batches())

    def likely_copies(self, sketch: Sketch) -> list[Article]:
        """Articles in unfinished batches that are likely near-duplicates of a sketch's."""
        return [article for batch in self._batches() for article in batch.likely_copies(sketch)]

    def has_comparable(self, article: Article) -> bool:
        """Whether an article that must be compared with this one is in an unfinished batch."""
        keys = _comparison_keys(article)
        return any(key in batch.keys for batch in self._batches() for key in keys)

    def merge_clusters(self, into: str, others: Sequence[str]) -> None:
        """Make several clusters of copies one, here and in the catalogue."""
        for batch in self._batches():
            batch.rename_clusters(into, others)
        self._library.catalogue.merge_clusters(into, others)

    def flush(self) -> None:
        """Send what was gathered, and wait until everything is ready. Raises the first failure,
        after the rest was tried."""
        failure: BaseException | None = None
        try:
            self._send()
        except BaseException as error:
            failure = error
        while self._unfinished:
            try:
                self._wait()
            except BaseException as error:
                failure = failure or error
        if failure is not None:
            raise failure

    def close(self) -> None:
        """End the threads."""
        self._embedding.shutdown()
        self._writing.shutdown()

    def _send(self) -> None:
        batch, self._gathered = self._gathered, _Batch()  # first: what failed is not sent again
        staged = list(batch.staged.values())
        if not staged:
            return
        library = self._library
        _ = library.embedder  # without one, nothing staged could ever become ready
        _ = library.vectors, library.lexical  # opened once, not by two threads
        library.catalogue.stage(staged)
        rows = [(passage, article) for article, passages, _ in staged for passage in passages]
        vectors = self._embedding.submit(library.embed, rows)
        articles = [article for article, _, _ in staged]
        done = self._writing.submit(self._publish, articles, rows, vectors)
        self._unfinished.append((done, batch))
        self.passages_written += batch.passages
        while len(self._unfinished) > MAX_UNFINISHED_BATCHES:
            self._wait()

    def _publish(
        self,
        articles: list[Article],
        rows: list[tuple[Passage, Article]],
        vectors: Future[Vectors],
    ) -> None:
        self._library.publish(articles, rows, vectors.result())
        release_memory()

    def _wait(self) -> None:
        """Wait for the oldest batch. Raises what failed in it."""
        done, batch = self._unfinished[0]
        try:
            done.result()
        except BaseException:
            self.passages_written -= batch.passages
            raise
        finally:
            self._unfinished.popleft()


def _comparison_keys(article: Article) -> list[str]:
    """What makes two articles the same one, or worth comparing."""
    return [
        f"text {article.text_hash}",
        *([f"url {article.canonical_url}"] if article.canonical_url else []),
        *([f"origin {article.origin}"] if article.origin else []),
    ]


@contextmanager
def batch_writer(library: Library) -> Iterator[BatchWriter]:
    """A batch writer that is flushed and closed at the end, also after an error."""
    writer = BatchWriter(library)
    try:
        try:
            yield writer
        finally:
            writer.flush()
    finally:
        writer.close()
