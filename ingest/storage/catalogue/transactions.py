"""Steps within one transaction of the catalogue, and SQL statements that are built once.

Every step takes an open connection; ``catalogue`` decides which steps make a transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Select,
    Table,
    and_,
    bindparam,
    func,
    insert,
    select,
    update,
)

from ingest.records import Article, Passage
from ingest.storage.catalogue.conditions import CURRENT
from ingest.storage.catalogue.rows import (
    article_from_row,
    id_batches,
    passage_from_row,
    select_versions,
)
from ingest.storage.catalogue.schema import articles, changes, passages, versions
from ingest.versions.near_duplicates import Sketch, build_sketch

VERSIONS_PER_BATCH = 200
"""Versions whose texts are held in memory together when all are gone through."""


def read_passages(connection: Connection, article: Article) -> list[Passage]:
    """The passages of one version, in order."""
    query = (
        select(passages)
        .where(and_(passages.c.article_id == article.id, passages.c.version == article.version))
        .order_by(passages.c.ordinal)
    )
    return [passage_from_row(row, article.text) for row in connection.execute(query)]


def newest_first(condition: Any) -> Select[Any]:
    """The query for current articles under a condition, by publication; undated ones last."""
    query = select_versions().where(and_(CURRENT, condition))
    return query.order_by(func.coalesce(versions.c.published_epoch, 0).desc())


# Built once: for every article SQLAlchemy would take longer to build them than SQLite to run them.
BY_URL, BY_ORIGIN, BY_TEXT_HASH = (
    newest_first(column == bindparam("value"))
    for column in (articles.c.canonical_url, articles.c.origin, versions.c.text_hash)
)
_ARTICLE: BindParameter[str] = bindparam("this")
SET_READY = (
    update(versions)
    .where(and_(versions.c.article_id == _ARTICLE, versions.c.version == bindparam("at")))
    .values(state="ready")
)
SET_PENDING = SET_READY.values(state="pending")
SET_CURRENT = (
    update(articles).where(articles.c.id == _ARTICLE).values(current_version=bindparam("at"))
)


def upsert_articles(connection: Connection, arrived: Sequence[Article]) -> None:
    """Write the articles' rows; new ones have no current version yet."""
    rows = {
        article.id: {
            "id": article.id,
            "canonical_url": article.canonical_url,
            "origin": article.origin,
            "cluster_id": article.cluster_id or article.id,
        }
        for article in arrived
    }
    known: set[str] = set()
    for batch in id_batches(rows):
        known.update(
            connection.execute(select(articles.c.id).where(articles.c.id.in_(batch))).scalars()
        )
    for article_id in known:
        facts = rows.pop(article_id)
        connection.execute(update(articles).where(articles.c.id == article_id).values(**facts))
    insert_rows(connection, articles, [row | {"current_version": 0} for row in rows.values()])


def version_keys(
    connection: Connection, state: str | None = None
) -> Iterator[tuple[str, int, bool]]:
    """Article id, version and whether it is the current one, of versions in a state or of all."""
    query = select(versions.c.article_id, versions.c.version, articles.c.current_version).join(
        articles, versions.c.article_id == articles.c.id
    )
    if state is not None:
        query = query.where(versions.c.state == state)
    for row in connection.execute(query.order_by(versions.c.article_id, versions.c.version)):
        yield row.article_id, row.version, row.version == row.current_version


def version_batches(keys: Iterable[tuple[str, int]]) -> Iterator[list[tuple[str, int]]]:
    """The keys, ``VERSIONS_PER_BATCH`` at a time."""
    rest = iter(keys)
    while batch := list(islice(rest, VERSIONS_PER_BATCH)):
        yield batch


def read_versions(connection: Connection, keys: Sequence[tuple[str, int]]) -> list[Article]:
    """Versions by their keys."""
    wanted = set(keys)
    of_articles = versions.c.article_id.in_([article_id for article_id, _ in keys])
    rows = connection.execute(select_versions().where(of_articles))
    return [article_from_row(row) for row in rows if (row.article_id, row.version) in wanted]


def sketches_of(
    batch: Iterable[Article], split: Mapping[str, Sequence[Passage]]
) -> dict[str, Sketch]:
    """MinHash sketches by article id, from the passages in ``split``."""
    return {a.id: build_sketch(a.text, [(p.start, p.end) for p in split[a.id]]) for a in batch}


def insert_rows(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows, of which there may be none."""
    if rows:
        connection.execute(insert(table), rows)


def record_changes(connection: Connection, condition: Any, kind: str) -> None:
    """Number a change (``kind`` add or remove) of each passage under a condition."""
    ids = list(connection.execute(select(passages.c.id).where(condition)).scalars())
    if ids:
        connection.execute(insert(changes), [{"passage_id": i, "kind": kind} for i in ids])


def mark_dead(connection: Connection, condition: Any) -> None:
    """Make passages under a condition dead: no search finds them, their vectors will be dropped."""
    alive = and_(condition, passages.c.state != "dead")
    record_changes(connection, alive, "remove")
    connection.execute(update(passages).where(alive).values(state="dead"))
