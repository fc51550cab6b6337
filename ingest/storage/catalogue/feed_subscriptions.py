"""Stores the subscribed feeds and which of their entries were read, in the catalogue's tables.

Every method is one transaction. Knows nothing about fetching or ingesting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, insert, or_, select, update

from ingest.sources.address_guard import check_address
from ingest.storage.catalogue.database import Database
from ingest.storage.catalogue.schema import feed_entries, feed_results, feeds


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscribed feed and the result of its last update. Times are ISO 8601, UTC; ``etag`` and
    ``last_modified`` are the validators of its last HTTP response. ``failure`` is why it failed at
    ``failed_at``, which may be before it succeeded at ``succeeded_at``."""

    url: str
    title: str = ""
    etag: str | None = None
    last_modified: str | None = None
    added_at: str = ""
    checked_at: str | None = None
    status: str = "not read yet"
    succeeded_at: str | None = None
    failed_at: str | None = None
    failure: str | None = None

    @property
    def failing(self) -> bool:
        """Whether the last update failed."""
        return self.failed_at is not None and self.failed_at >= (self.succeeded_at or "")


class Subscriptions:
    """The subscribed feeds of one catalogue."""

    def __init__(self, catalogue: Database) -> None:
        self._catalogue = catalogue

    def add(self, url: str) -> bool:
        """Subscribe to a feed. False when it is subscribed already. Raises FetchRefused for what is
        no web address."""
        check_address(url, allow_private=True)
        with self._catalogue.write() as connection:
            known = connection.execute(select(feeds.c.url).where(feeds.c.url == url)).first()
            if known is None:
                connection.execute(insert(feeds).values(url=url, added_at=_now(), title=""))
        return known is None

    def remove(self, url: str) -> bool:
        """Unsubscribe; the feed's articles stay. False when it was not subscribed."""
        with self._catalogue.write() as connection:
            for table in (feed_entries, feed_results):
                connection.execute(delete(table).where(table.c.feed_url == url))
            return connection.execute(delete(feeds).where(feeds.c.url == url)).rowcount > 0

    def all(self) -> list[Subscription]:
        """The subscribed feeds, in the order in which they were added."""
        with self._catalogue.read() as connection:
            result = feed_results.c
            query = (
                select(feeds, result.succeeded_at, result.failed_at, result.failure)
                .outerjoin(feed_results, result.feed_url == feeds.c.url)
                .order_by(feeds.c.added_at, feeds.c.url)
            )
            return [
                Subscription(row.url, row.title, row.etag, row.last_modified, row.added_at,
                             row.checked_at, row.status or "not read yet",
                             row.succeeded_at, row.failed_at, row.failure)
                for row in connection.execute(query)
            ]  # fmt: skip

    def claim(self, url: str, after: timedelta) -> bool:
        """Whether a feed is the caller's to read now: nobody has begun to for that long, and from
        here on the caller has. Of several who ask at the same time one is told so."""
        newest = (datetime.now(UTC) - after).isoformat(timespec="microseconds")
        due = or_(feeds.c.checked_at.is_(None), feeds.c.checked_at < newest)
        query = update(feeds).where(feeds.c.url == url, due).values(checked_at=_now())
        with self._catalogue.write() as connection:
            return connection.execute(query).rowcount > 0

    def entry_states(self, url: str) -> dict[str, str]:
        """The state in which each entry of a feed was last read, by entry id."""
        query = select(feed_entries).where(feed_entries.c.feed_url == url)
        with self._catalogue.read() as connection:
            return {row.entry_id: row.state for row in connection.execute(query)}

    def save_status(self, url: str, status: str) -> None:
        """Save the result of an update in which there was nothing to read."""
        with self._catalogue.write() as connection:
            _update(connection, url, status=status)

    def save_failure(self, url: str, reason: str) -> None:
        """Save that an update failed, and why; what was read before stays."""
        with self._catalogue.write() as connection:
            _update(connection, url, failure=reason, status=f"failed: {reason}")

    def save_update(self, feed: Subscription, states: Mapping[str, str]) -> None:
        """Save the result of an update, and the state in which each entry was read, by its id."""
        rows = [{"feed_url": feed.url, "entry_id": key, "state": state}
                for key, state in states.items()]  # fmt: skip
        with self._catalogue.write() as connection:
            _update(connection, feed.url, status=feed.status, title=feed.title, etag=feed.etag,
                    last_modified=feed.last_modified)  # fmt: skip
            connection.execute(delete(feed_entries).where(feed_entries.c.feed_url == feed.url))
            if rows:
                connection.execute(insert(feed_entries), rows)


def _update(
    connection: Connection, url: str, *, failure: str | None = None, **values: str | None
) -> None:
    """Save a result. The row of the feed comes first: whoever else saves one waits for it."""
    now = _now()
    connection.execute(update(feeds).where(feeds.c.url == url).values(checked_at=now, **values))
    result = (
        {"failed_at": now, "failure": failure} if failure is not None else {"succeeded_at": now}
    )
    ours = feed_results.c.feed_url == url
    if not connection.execute(update(feed_results).where(ours).values(result)).rowcount:
        connection.execute(insert(feed_results).values(feed_url=url, **result))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
