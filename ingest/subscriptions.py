"""Updates the subscribed feeds: skips entries read before, fetches and ingests the others.

    for each subscribed feed:
        page    = fetch, if it changed since the last update (ETag, Last-Modified)
        entries = those not read yet, or announced as changed
        fetch the articles they lead to, some at a time, and ingest those
        save which entries were read

The library is not locked while a site is waited for. Entries that failed temporarily are not saved
as read, so the next update tries them again. Knows nothing about schedules or tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ingest.errors import BadInput, FetchRefused
from ingest.records import IngestReport, merge_reports
from ingest.sources.documents import DocumentOrError, Page
from ingest.sources.feeds import Entry, fetch_entry, read_entries
from ingest.sources.fetch import CacheValidators
from ingest.storage.catalogue.feed_subscriptions import Subscription, Subscriptions

ARTICLES_PER_INGEST = 20
"""Articles fetched, and then ingested together: the pages held in memory meanwhile."""

Ingest = Callable[[Iterable[DocumentOrError]], IngestReport]


class PageFetcher(Protocol):
    """What fetches: ``ingest.sources.fetch.Fetcher``."""

    def get(self, url: str, validators: CacheValidators | None = None) -> Page: ...


@dataclass(frozen=True, slots=True)
class FeedUpdate:
    """The result of one update of one feed; ``report`` is None when nothing had to be read."""

    url: str
    status: str
    report: IngestReport | None = None
    failed: bool = False


def update_feeds(
    subscriptions: Subscriptions, fetcher: PageFetcher, ingest: Ingest, urls: Sequence[str] = ()
) -> Iterator[FeedUpdate]:
    """Ingest what is new in the subscribed feeds, or in those of ``urls``; one result a feed.

    A feed that fails never stops the others. Raises BadInput for an address that is not subscribed.
    """
    known = {feed.url: feed for feed in subscriptions.all()}
    for url in urls:
        if url not in known:
            raise BadInput(url, "not a subscribed feed; `citewire feeds list` shows them")
    for url in urls or known:
        try:
            yield _update_feed(known[url], subscriptions, fetcher, ingest)
        except BadInput as error:
            subscriptions.save_failure(url, error.reason)
            yield FeedUpdate(url, error.reason, failed=True)


def _update_feed(
    feed: Subscription, subscriptions: Subscriptions, fetcher: PageFetcher, ingest: Ingest
) -> FeedUpdate:
    page = fetcher.get(feed.url, CacheValidators(feed.etag, feed.last_modified))
    if page.unchanged:
        subscriptions.save_status(feed.url, "unchanged")
        return FeedUpdate(feed.url, "unchanged")
    title, listed = read_entries(page, fetcher.get)
    read_before = subscriptions.entry_states(feed.url)
    complete = not any(isinstance(item, BadInput) for item in listed)
    entries = {entry.key: entry for entry in listed if isinstance(entry, Entry)}
    fresh = [entry for key, entry in entries.items() if read_before.get(key) != entry.state]
    reports: list[IngestReport] = []
    postponed: set[str] = set()
    for first in range(0, len(fresh), ARTICLES_PER_INGEST):
        batch = fresh[first : first + ARTICLES_PER_INGEST]
        fetched = [fetch_entry(entry, fetcher.get) for entry in batch]
        postponed |= {
            entry.key
            for entry, found in zip(batch, fetched, strict=True)
            if isinstance(found, FetchRefused) and found.temporary
        }
        reports.append(ingest(fetched))
    status = _status(len(entries), len(fresh), len(postponed))
    complete = complete and not postponed  # else the next update must read the feed again
    subscriptions.save_update(
        Subscription(feed.url, title or feed.title, page.etag if complete else None,
                     page.last_modified if complete else None, status=status),
        {key: entry.state for key, entry in entries.items() if key not in postponed},
    )  # fmt: skip
    return FeedUpdate(feed.url, status, merge_reports(reports) if reports else None)


def _status(entries: int, fresh: int, postponed: int) -> str:
    again = f", {postponed} to try again" if postponed else ""
    return f"{fresh} of {entries} entries read{again}"
