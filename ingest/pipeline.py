"""The ingestion pipeline: from sources to articles that can be searched.

    for each document of each source, the library locked for writing while one is there:
        article  = extract(document)                 or rejected, with the reason
        decision = decide(article, what is stored)   new | revised | duplicate | unchanged
        passages = split(article)
        cluster  = the near-duplicates it belongs to
        writer.add(article, passages)                pending -> embed -> vectors -> ready

While the next document is waited for, as pages of the web are, others may write. While one batch is
embedded the next is parsed and the last is written (``ingest.storage.batches``). Decides nothing
itself. Knows nothing about questions.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from math import inf

from ingest.errors import BadInput
from ingest.extraction.article import extract, unused_date_note
from ingest.read_ahead import ReadAhead
from ingest.records import Article, IngestReport, Outcome, ReportBuilder, When, digest
from ingest.segmentation import split_into_passages
from ingest.sources.documents import DocumentOrError
from ingest.sources.fetch import Fetcher
from ingest.sources.reader import Source, read_sources
from ingest.storage.batches import BatchWriter, batch_writer
from ingest.storage.library import Library
from ingest.storage.search import LOCK_TIMEOUT_SECONDS
from ingest.versions.decision import decide
from ingest.versions.near_duplicates import assign_cluster, build_sketch, rank_candidates

OnOutcome = Callable[[Outcome], None]
"""Is told the outcome of each document at once."""

TURN_PATIENCE_SECONDS = inf
"""Longest that an ingestion which let others write waits for its next turn. It has told outcomes
by then and holds what it fetched: it waits on, with a word in the log about whom for."""


def _ignore_outcome(_: Outcome) -> None:
    """No one is watching the outcomes."""


def ingest(
    sources: Iterable[Source],
    library: Library,
    *,
    published: When | None = None,
    on_outcome: OnOutcome = _ignore_outcome,
    allow_private: bool = False,
    patience: float = LOCK_TIMEOUT_SECONDS,
) -> IngestReport:
    """Put articles into a library.

    ``sources``: paths, folders, addresses, mappings with text/title/date/url, ``Article``s, or
    what ``ingest.sources.reader.read_sources()`` yields, in any iterable; it is read in a thread.
    ``published``: the publication date of all of them, when the user knows it.
    ``allow_private``: whether addresses on private networks may be fetched.
    ``patience``: seconds to wait at the beginning for another process that is writing.
    Every document ends in exactly one outcome; a bad one never stops the rest.

    Raises LibraryBusy when another process is writing, DiskFull when there is no room.
    """
    started = time.perf_counter()
    report = ReportBuilder()
    passages = 0
    with ReadAhead(read_sources(sources, Fetcher(allow_private=allow_private))) as documents:
        more = True  # the first turn comes before the first document: who is busy says so at once
        while more:
            with library.writing(patience=patience):
                with batch_writer(library) as writer:
                    for found in documents.at_once():
                        outcome = _ingest_one(found, library, writer, published)
                        report.add(outcome)
                        on_outcome(outcome)
                library.update_lexical_index()
            passages += writer.passages_written
            patience = TURN_PATIENCE_SECONDS
            more = documents.wait()
    return report.report(passages, time.perf_counter() - started)


def _ingest_one(
    found: DocumentOrError, library: Library, writer: BatchWriter, published: When | None
) -> Outcome:
    if isinstance(found, BadInput):
        return Outcome("rejected", found.source, reason=found.reason)
    try:
        article = extract(found, published)
    except BadInput as error:
        return Outcome("rejected", found.source, reason=error.reason)
    if writer.has_comparable(article):
        writer.flush()
    stored, same_text = library.catalogue.find_comparable(article)
    edits = library.catalogue.edits_of(a.id for a in (stored, *same_text) if a is not None)
    decision = decide(article, stored, same_text, edits)
    kept = decision.article
    if decision.kind == "new":
        kept = replace(kept, id=_free_id(kept, library, writer))
    if decision.kind in ("new", "revised"):
        _write(kept, library, writer)
    note = "" if published else unused_date_note(found)
    return Outcome(decision.kind, found.source, kept.id, kept.title, note)


def _free_id(article: Article, library: Library, writer: BatchWriter) -> str:
    """The article's id, or the next one when it is taken: a file whose text moved on leaves its
    id behind, and the old text may turn up again elsewhere."""
    article_id = article.id
    while writer.has_id(article_id) or library.catalogue.has_id(article_id):
        article_id = digest(article_id, article.origin or article.canonical_url or "")
    return article_id


def _write(article: Article, library: Library, writer: BatchWriter) -> None:
    """Split an article, find its near-duplicates' cluster, and hand it to the writer."""
    passages = split_into_passages(article)
    own_sketch = build_sketch(article.text, [(passage.start, passage.end) for passage in passages])
    shared = library.catalogue.count_shared_signatures(own_sketch)
    candidates = library.catalogue.articles(rank_candidates(shared, own_sketch))
    candidates += writer.likely_copies(own_sketch)
    joined = assign_cluster(article, candidates)
    if joined.merged:
        writer.merge_clusters(joined.cluster_id, joined.merged)
    writer.add(replace(article, cluster_id=joined.cluster_id), passages, own_sketch)
