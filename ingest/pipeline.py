"""Ingestion, end to end.

    for each document of each source:
        article  = extract(document)                 or rejected, with the reason
        decision = decide(article, what is stored)   new | revised | duplicate | unchanged
        cluster  = whose wire copy it is
        passages = split(article)
    every GROUP passages: library.add(...)           pending -> embed -> vectors -> ready

Decides nothing itself. Knows nothing about questions.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial

from ingest.dedupe import band_values, cluster_of, decide
from ingest.errors import BadInput
from ingest.extract import extract, unread_date
from ingest.fetch import fetch
from ingest.library import GROUP, Library, Staged
from ingest.records import Article, IngestReport, Outcome, When, digest
from ingest.sources import Found, Source, documents
from ingest.split import passages_of

OnOutcome = Callable[[Outcome], None]


@dataclass(slots=True)
class _Batch:
    """Articles decided on but not yet written."""

    library: Library
    staged: list[Staged] = field(default_factory=list)
    passages: int = 0
    written: int = 0

    def holds(self, article: Article) -> bool:
        """Whether an article that must be compared with this one is still waiting here."""
        return any(
            article.text_hash == other.text_hash
            or (article.canonical_url and article.canonical_url == other.canonical_url)
            or (article.origin and article.origin == other.origin)
            for other, _, _ in self.staged
        )

    def sharing(self, values: list[int]) -> list[Article]:
        return [
            article
            for article, _, bands in self.staged
            if any(a == b for a, b in zip(values, bands, strict=True))
        ]

    def put(self, article: Article, bands: list[int]) -> None:
        spans = passages_of(article)
        self.staged.append((article, spans, bands))
        self.passages += len(spans)
        if self.passages >= GROUP:
            self.flush()

    def flush(self) -> None:
        staged, passages = self.staged, self.passages
        self.staged, self.passages = [], 0  # first: what failed once is recovered, not added again
        if staged:
            self.library.add(staged)
            self.written += passages


def _no_one(_: Outcome) -> None:
    """No one is watching the outcomes."""


def ingest(
    sources: Iterable[Source],
    library: Library,
    *,
    published: When | None = None,
    on_outcome: OnOutcome = _no_one,
    allow_private: bool = False,
) -> IngestReport:
    """Put articles into a library.

    ``sources``: paths, folders, JSONL files, addresses, or mappings with text/title/date/url.
    ``published``: the publication date of all of them, when the user knows it.
    Every source ends in exactly one outcome; a bad one never stops the rest.

    Raises LibraryBusy when another process is writing.
    """
    started = time.perf_counter()
    outcomes: list[Outcome] = []
    with library.writing():
        batch = _Batch(library)
        try:
            for found in documents(sources, partial(fetch, allow_private=allow_private)):
                outcome = _one(found, library, batch, published)
                outcomes.append(outcome)
                on_outcome(outcome)
        finally:
            batch.flush()
    return IngestReport.of(outcomes, batch.written, time.perf_counter() - started)


def _free_id(article: Article, batch: _Batch) -> str:
    """The article's id, or the next one when it is taken: a file whose text moved on leaves its
    id behind, and the old text may turn up again elsewhere."""
    taken = {other.id for other, _, _ in batch.staged}
    article_id = article.id
    while article_id in taken or batch.library.catalogue.knows(article_id):
        article_id = digest(article_id, article.origin or article.canonical_url or "")
    return article_id


def _one(found: Found, library: Library, batch: _Batch, published: When | None) -> Outcome:
    if isinstance(found, BadInput):
        return Outcome("rejected", found.source, reason=found.reason)
    try:
        article = extract(found, published)
    except BadInput as error:
        return Outcome("rejected", found.source, reason=error.reason)
    if batch.holds(article):
        batch.flush()
    catalogue = library.catalogue
    stored = catalogue.find(canonical_url=article.canonical_url, origin=article.origin)
    decision = decide(article, stored, catalogue.same_text(article.text_hash))
    kept = decision.article
    if decision.kind == "new":
        kept = replace(kept, id=_free_id(kept, batch))
    if decision.kind in ("new", "revised"):
        bands = band_values(kept.text)
        near = catalogue.articles(catalogue.candidates_by_band(bands)) + batch.sharing(bands)
        batch.put(replace(kept, cluster_id=cluster_of(kept, near)), bands)
    note = "" if published else unread_date(found)
    return Outcome(decision.kind, found.source, kept.id, kept.title, note)
