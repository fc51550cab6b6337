"""Ingestion, end to end.

    for each document of each source:
        article  = extract(document)                 or rejected, with the reason
        decision = decide(article, what is stored)   new | revised | duplicate | unchanged
        cluster  = whose wire copy it is
        passages = split(article)
    every GROUP passages: flow                       pending -> embed -> vectors -> ready

While one group is embedded the next is parsed and the last is written (``ingest.storage.batches``).

Decides nothing itself. Knows nothing about questions.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace

from ingest.errors import BadInput
from ingest.extraction.article import extract, unused_date_note
from ingest.records import Article, IngestReport, Outcome, ReportBuilder, When, digest
from ingest.segmentation import split_into_passages
from ingest.sources.documents import DocumentOrError
from ingest.sources.fetch import Fetcher
from ingest.sources.reader import Source, read_sources
from ingest.storage.batches import Flow, flowing
from ingest.storage.library import Library
from ingest.versions.decision import decide
from ingest.versions.near_duplicates import assign_cluster, build_sketch, rank_candidates

OnOutcome = Callable[[Outcome], None]


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

    ``sources``: paths, folders, addresses, mappings with text/title/date/url, ``Article``s, or
    what ``ingest.sources.reader.read_sources()`` yields, in any iterable.
    ``published``: the publication date of all of them, when the user knows it.
    Every source ends in exactly one outcome; a bad one never stops the rest.

    Raises LibraryBusy when another process is writing.
    """
    started = time.perf_counter()
    tally = ReportBuilder()
    with library.writing():
        with flowing(library) as flow:
            for found in read_sources(sources, Fetcher(allow_private=allow_private)):
                outcome = _one(found, library, flow, published)
                tally.add(outcome)
                on_outcome(outcome)
        library.catch_up()
    return tally.report(flow.written, time.perf_counter() - started)


def _free_id(article: Article, library: Library, flow: Flow) -> str:
    """The article's id, or the next one when it is taken: a file whose text moved on leaves its
    id behind, and the old text may turn up again elsewhere."""
    article_id = article.id
    while flow.knows(article_id) or library.catalogue.knows(article_id):
        article_id = digest(article_id, article.origin or article.canonical_url or "")
    return article_id


def _one(found: DocumentOrError, library: Library, flow: Flow, published: When | None) -> Outcome:
    if isinstance(found, BadInput):
        return Outcome("rejected", found.source, reason=found.reason)
    try:
        article = extract(found, published)
    except BadInput as error:
        return Outcome("rejected", found.source, reason=error.reason)
    if flow.holds(article):
        flow.settle()
    catalogue = library.catalogue
    stored, same_text = catalogue.alike(article)
    decision = decide(article, stored, same_text)
    kept = decision.article
    if decision.kind == "new":
        kept = replace(kept, id=_free_id(kept, library, flow))
    if decision.kind in ("new", "revised"):
        _put(kept, library, flow)
    note = "" if published else unused_date_note(found)
    return Outcome(decision.kind, found.source, kept.id, kept.title, note)


def _put(article: Article, library: Library, flow: Flow) -> None:
    """Find whose copy it is, split it, and send it on its way."""
    passages = split_into_passages(article)
    mine = build_sketch(article.text, [(passage.start, passage.end) for passage in passages])
    near = library.catalogue.articles(rank_candidates(library.catalogue.sharing(mine), mine))
    near += flow.near(mine)
    joined = assign_cluster(article, near)
    if joined.merged:
        flow.merge_clusters(joined.cluster_id, joined.merged)
    flow.put(replace(article, cluster_id=joined.cluster_id), passages, mine)
