"""Kept feeds: which there are, what they said last, and bringing in what is new.

    for each kept feed:
        page    = fetch, if it changed since (ETag, Last-Modified)
        entries = those not read yet, or announced as changed
        fetch the articles they lead to, some at a time, and ingest those
        then remember what was read

While a site is waited for, the library is not locked.

What failed for the moment is not remembered, so the next update tries it again. The tables are
part of the catalogue. Knows nothing about schedules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from sqlalchemy import delete, insert, select, update

from ingest.errors import BadInput, FetchRefused
from ingest.records import IngestReport, merge_reports
from ingest.sources.address_guard import check_address
from ingest.sources.documents import DocumentOrError, Page
from ingest.sources.feeds import Entry, fetch_entry, read_entries
from ingest.sources.fetch import CacheValidators
from ingest.storage.catalogue.catalogue import Catalogue
from ingest.storage.catalogue.schema import feed_entries, feeds

AT_ONCE = 20
"""Articles fetched, and then ingested together: the pages held in memory meanwhile."""

Ingest = Callable[[Iterable[DocumentOrError]], IngestReport]


class Asks(Protocol):
    """What fetches: ``ingest.sources.fetch.Fetcher``."""

    def get(self, url: str, validators: CacheValidators | None = None) -> Page: ...


@dataclass(frozen=True, slots=True)
class Kept:
    """A feed that is kept, and how it went last time. Times are ISO 8601, UTC."""

    url: str
    title: str = ""
    etag: str | None = None
    last_modified: str | None = None
    added_at: str = ""
    checked_at: str | None = None
    status: str = "not read yet"


@dataclass(frozen=True, slots=True)
class Updated:
    """What one update of one feed did; ``report`` is None when nothing had to be read."""

    url: str
    status: str
    report: IngestReport | None = None
    failed: bool = False


class Subscriptions:
    """The kept feeds of one catalogue. Every method is one transaction."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._engine = catalogue.engine

    def add(self, url: str) -> bool:
        """Keep a feed. False when it is kept already. Raises FetchRefused for what is no web
        address."""
        check_address(url, allow_private=True)
        with self._engine.begin() as connection:
            known = connection.execute(select(feeds.c.url).where(feeds.c.url == url)).first()
            if known is None:
                connection.execute(insert(feeds).values(url=url, added_at=_now(), title=""))
        return known is None

    def remove(self, url: str) -> bool:
        """Stop keeping a feed; its articles stay. False when it was not kept."""
        with self._engine.begin() as connection:
            connection.execute(delete(feed_entries).where(feed_entries.c.feed_url == url))
            return connection.execute(delete(feeds).where(feeds.c.url == url)).rowcount > 0

    def all(self) -> list[Kept]:
        """The kept feeds, in the order in which they were added."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(feeds).order_by(feeds.c.added_at, feeds.c.url))
            return [
                Kept(row.url, row.title, row.etag, row.last_modified, row.added_at,
                     row.checked_at, row.status or "not read yet")
                for row in rows
            ]  # fmt: skip

    def read(self, url: str) -> dict[str, str]:
        """What was read of a feed: the state of each entry by its id."""
        with self._engine.connect() as connection:
            query = select(feed_entries).where(feed_entries.c.feed_url == url)
            return {row.entry_id: row.state for row in connection.execute(query)}

    def checked(self, url: str, status: str) -> None:
        """Remember how asking a feed went, when there was nothing to read."""
        self._set(url, status=status)

    def remember(self, feed: Kept, entries: Mapping[str, str]) -> None:
        """Remember what a feed said, and which of its entries were read in which state."""
        self._set(feed.url, status=feed.status, title=feed.title, etag=feed.etag,
                  last_modified=feed.last_modified)  # fmt: skip
        rows = [{"feed_url": feed.url, "entry_id": key, "state": state}
                for key, state in entries.items()]  # fmt: skip
        with self._engine.begin() as connection:
            connection.execute(delete(feed_entries).where(feed_entries.c.feed_url == feed.url))
            if rows:
                connection.execute(insert(feed_entries), rows)

    def _set(self, url: str, **values: str | None) -> None:
        with self._engine.begin() as connection:
            connection.execute(
                update(feeds).where(feeds.c.url == url).values(checked_at=_now(), **values)
            )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def update_feeds(
    kept: Subscriptions, fetcher: Asks, ingest: Ingest, urls: Sequence[str] = ()
) -> Iterator[Updated]:
    """Bring in what is new in the kept feeds, or in those of ``urls``; one result a feed.

    A feed that fails never stops the others. Raises BadInput for an address that is not kept.
    """
    known = {feed.url: feed for feed in kept.all()}
    for url in urls:
        if url not in known:
            raise BadInput(url, "not a kept feed; `citewire feeds list` shows them")
    for url in urls or known:
        try:
            yield _update(known[url], kept, fetcher, ingest)
        except BadInput as error:
            kept.checked(url, f"failed: {error.reason}")
            yield Updated(url, error.reason, failed=True)


def _update(feed: Kept, kept: Subscriptions, fetcher: Asks, ingest: Ingest) -> Updated:
    page = fetcher.get(feed.url, CacheValidators(feed.etag, feed.last_modified))
    if page.unchanged:
        kept.checked(feed.url, "unchanged")
        return Updated(feed.url, "unchanged")
    title, everything = read_entries(page, fetcher.get)
    before = kept.read(feed.url)
    failed: list[BadInput] = [item for item in everything if isinstance(item, BadInput)]
    entries = {entry.key: entry for entry in everything if isinstance(entry, Entry)}
    fresh = [entry for key, entry in entries.items() if before.get(key) != entry.state]
    later: set[str] = set()
    reports = [
        ingest(list(_followed(fresh[first : first + AT_ONCE], fetcher, later)))
        for first in range(0, len(fresh), AT_ONCE)
    ]
    report = merge_reports(reports) if reports else None
    states = {key: entry.state for key, entry in entries.items() if key not in later}
    whole = not later and not failed
    status = _status(len(entries), len(fresh), len(later))
    kept.remember(
        Kept(feed.url, title or feed.title, page.etag if whole else None,
             page.last_modified if whole else None, status=status), states,
    )  # fmt: skip
    return Updated(feed.url, status, report)


def _followed(
    entries: Iterable[Entry], fetcher: Asks, later: set[str]
) -> Iterator[DocumentOrError]:
    for entry in entries:
        found = fetch_entry(entry, fetcher.get)
        if isinstance(found, FetchRefused) and found.temporary:
            later.add(entry.key)
        yield found


def _status(entries: int, fresh: int, later: int) -> str:
    tried = f", {later} to try again" if later else ""
    return f"{fresh} of {entries} entries read{tried}"
