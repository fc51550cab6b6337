"""One page of the table of articles: filtered, sorted and counted by the database.

    Listing (filters, articles found, order, place) -> ListedArticle of the page, and how many fit

Texts are never read, and a page near the end is read from the end, so that it costs what the first
one does. Knows nothing about how words are searched or how the table is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias, get_args

from sqlalchemy import ColumnElement, Connection, and_, func, select, true

from ingest.records import When
from ingest.storage.catalogue.conditions import CURRENT, filter_condition
from ingest.storage.catalogue.database import Database
from ingest.storage.catalogue.filters import Filters
from ingest.storage.catalogue.rows import id_batches, parse_when
from ingest.storage.catalogue.schema import articles, passages, versions

SortKey: TypeAlias = Literal["title", "outlet", "date", "added", "versions", "copies"]

SORT_KEYS: tuple[SortKey, ...] = get_args(SortKey)

MAX_ARTICLES_FOUND = 500
"""Articles of one search that are listed: as many ids as one query takes."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What is asked for.

    ``found``: only these articles, at most ``MAX_ARTICLES_FOUND``, best first.

    ``sort`` None keeps the order of ``found``; without it, too, the newest come first.
    """

    filters: Filters = field(default_factory=Filters)
    found: tuple[str, ...] | None = None
    sort: SortKey | None = None
    descending: bool = False
    offset: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True)
class ListedArticle:
    """The current version of an article without its text.

    ``added_at`` is when its first version was stored, ``stored_at`` when this one was; ``copies``
    counts the near-duplicates in its cluster besides itself.
    """

    id: str
    title: str
    publisher: str | None
    url: str | None
    published_at: When | None
    published_from: str
    added_at: datetime
    stored_at: datetime
    versions: int
    copies: int


_FIRST = versions.alias("first")
_CLUSTER_SIZES = (
    select(articles.c.cluster_id, func.count().label("size"))
    .where(articles.c.current_version > 0)
    .group_by(articles.c.cluster_id)
    .subquery("cluster_sizes")
)

_CURRENT_SCANNED = and_(
    func.coalesce(versions.c.article_id, "") == articles.c.id,
    func.coalesce(versions.c.version, 0) == articles.c.current_version,
    func.coalesce(versions.c.state, "") == "ready",
)
"""``CURRENT``, for going through an index of versions in its order: ``coalesce`` keeps SQLite from
going through the articles instead, looking up each one's version, and sorting them all (640 against
170 ms of processor for 95,000 of 100,000 articles)."""

_ORDERS_OF_VERSIONS = ("title", "outlet", "date")

_ORDERS: dict[SortKey, ColumnElement[Any]] = {
    "title": func.lower(versions.c.title),
    "outlet": func.lower(versions.c.publisher),
    "date": versions.c.published_epoch,
    "added": _FIRST.c.ingested_at,
    "versions": articles.c.current_version,
    "copies": _CLUSTER_SIZES.c.size,
}


def list_articles(catalogue: Database, listing: Listing) -> tuple[list[ListedArticle], int]:
    """The articles of one page, and how many there are on all pages."""
    with catalogue.read() as connection:
        if listing.found is not None and listing.sort is None:
            ranked = _keep_matching(connection, listing, listing.found)
            ids = ranked[listing.offset : listing.offset + listing.limit]
            return _describe(connection, ids), len(ranked)
        total = _count(connection, listing)
        return _describe(connection, _page_ids(connection, listing, total)), total


def articles_of_passages(catalogue: Database, passage_ids: Sequence[str]) -> list[str]:
    """The ids of the articles that passages belong to, each once, in the order of the passages."""
    owners: dict[str, str] = {}
    with catalogue.read() as connection:
        for batch in id_batches(passage_ids):
            query = select(passages.c.id, passages.c.article_id).where(passages.c.id.in_(batch))
            owners.update((row.id, row.article_id) for row in connection.execute(query))
    return list(dict.fromkeys(owners[key] for key in passage_ids if key in owners))


def _condition(listing: Listing) -> ColumnElement[bool]:
    wanted = filter_condition(listing.filters) if listing.filters else true()
    return and_(wanted, articles.c.id.in_(listing.found)) if listing.found is not None else wanted


def _keep_matching(connection: Connection, listing: Listing, found: Sequence[str]) -> list[str]:
    query = select(articles.c.id).join(versions, CURRENT).where(_condition(listing))
    matching = set(connection.execute(query).scalars())
    return [article_id for article_id in found if article_id in matching]


def _count(connection: Connection, listing: Listing) -> int:
    query = select(func.count()).select_from(articles)
    if listing.filters or listing.found is not None:
        current = CURRENT if listing.found is not None else _CURRENT_SCANNED
        query = query.join(versions, current).where(_condition(listing))
    else:
        query = query.where(articles.c.current_version > 0)
    return connection.execute(query).scalar_one()


def _page_ids(connection: Connection, listing: Listing, total: int) -> list[str]:
    """The articles of the page, read from whichever end of the order is nearer."""
    sort: SortKey = listing.sort or "date"
    descending = listing.descending or listing.sort is None
    limit = min(listing.limit, total - listing.offset)
    if limit <= 0:
        return []
    from_end = listing.offset > total // 2
    offset = total - listing.offset - limit if from_end else listing.offset
    column, key = _ORDERS[sort], articles.c.id
    downwards = descending != from_end
    ordered = column.desc() if downwards else column.asc()
    ordered = ordered.nulls_first() if from_end else ordered.nulls_last()
    query = select(articles.c.id).select_from(articles)
    if listing.filters or listing.found is not None or sort in _ORDERS_OF_VERSIONS:
        scanned = sort in _ORDERS_OF_VERSIONS and listing.found is None
        query = query.join(versions, _CURRENT_SCANNED if scanned else CURRENT)
        query = query.where(_condition(listing))
    else:
        query = query.where(articles.c.current_version > 0)
    if sort == "added":
        query = query.join(
            _FIRST, and_(_FIRST.c.article_id == articles.c.id, _FIRST.c.version == 1)
        )
    if sort == "copies":
        query = query.join(_CLUSTER_SIZES, _CLUSTER_SIZES.c.cluster_id == articles.c.cluster_id)
    query = query.order_by(ordered, key.desc() if downwards else key.asc())
    ids = list(connection.execute(query.offset(offset).limit(limit)).scalars())
    return ids[::-1] if from_end else ids


def _describe(connection: Connection, ids: Sequence[str]) -> list[ListedArticle]:
    """The articles by their ids, in their order."""
    column = versions.c
    query = (
        select(
            articles.c.id, articles.c.current_version, articles.c.cluster_id, column.title,
            column.publisher, column.url, column.published_at, column.published_from,
            column.ingested_at, _FIRST.c.ingested_at.label("added_at"),
        )
        .join(versions, CURRENT)
        .join(_FIRST, and_(_FIRST.c.article_id == articles.c.id, _FIRST.c.version == 1))
        .where(articles.c.id.in_(ids))
    )  # fmt: skip
    rows = {row.id: row for row in connection.execute(query)}
    sizes = _cluster_sizes(connection, {row.cluster_id for row in rows.values()})
    return [
        ListedArticle(
            row.id, row.title, row.publisher, row.url, parse_when(row.published_at),
            row.published_from, datetime.fromisoformat(row.added_at),
            datetime.fromisoformat(row.ingested_at), row.current_version,
            sizes.get(row.cluster_id, 1) - 1,
        )
        for row in (rows[key] for key in ids if key in rows)
    ]  # fmt: skip


def _cluster_sizes(connection: Connection, clusters: set[str]) -> dict[str, int]:
    query = (
        select(articles.c.cluster_id, func.count().label("size"))
        .where(and_(articles.c.cluster_id.in_(clusters), articles.c.current_version > 0))
        .group_by(articles.c.cluster_id)
    )
    return {row.cluster_id: row.size for row in connection.execute(query)}
