"""Steps inside one transaction of the catalogue, and statements that are built once.

Every function takes an open connection; ``catalogue`` decides what belongs together.
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
from ingest.storage.catalogue.rows import CURRENT, article_of, batches, passage_of, select_articles
from ingest.storage.catalogue.schema import articles, changes, passages, versions
from ingest.versions.near_duplicates import Sketch, build_sketch

AT_A_TIME = 200
"""Versions read together when all are gone through."""


def passages_of(connection: Connection, article: Article) -> list[Passage]:
    query = (
        select(passages)
        .where(and_(passages.c.article_id == article.id, passages.c.version == article.version))
        .order_by(passages.c.ordinal)
    )
    return [passage_of(row, article.text) for row in connection.execute(query)]


def newest_first(condition: Any) -> Select[Any]:
    query = select_articles().where(and_(CURRENT, condition))
    return query.order_by(func.coalesce(versions.c.published_epoch, 0).desc())


# Built once: for every article SQLAlchemy would take longer to build them than SQLite to run them.
AT_URL, AT_ORIGIN, SAME_TEXT = (
    newest_first(column == bindparam("value"))
    for column in (articles.c.canonical_url, articles.c.origin, versions.c.text_hash)
)
_THIS: BindParameter[str] = bindparam("this")
READY = (
    update(versions)
    .where(and_(versions.c.article_id == _THIS, versions.c.version == bindparam("at")))
    .values(state="ready")
)
AGAIN = READY.values(state="pending")
NOW_CURRENT = update(articles).where(articles.c.id == _THIS).values(current_version=bindparam("at"))


def upsert_articles(connection: Connection, arrived: Sequence[Article]) -> None:
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
    for batch in batches(rows):
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


def few(keys: Iterable[tuple[str, int]]) -> Iterator[list[tuple[str, int]]]:
    """So many versions at a time that their texts take little memory."""
    rest = iter(keys)
    while batch := list(islice(rest, AT_A_TIME)):
        yield batch


def read_versions(connection: Connection, keys: Sequence[tuple[str, int]]) -> list[Article]:
    """Versions by their keys."""
    wanted = set(keys)
    mine = versions.c.article_id.in_([article_id for article_id, _ in keys])
    rows = connection.execute(select_articles().where(mine))
    return [article for row in rows if ((article := article_of(row)).id, article.version) in wanted]


def sketched(chunk: Iterable[Article], split: Mapping[str, Sequence[Passage]]) -> dict[str, Sketch]:
    return {a.id: build_sketch(a.text, [(p.start, p.end) for p in split[a.id]]) for a in chunk}


def insert_rows(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def record(connection: Connection, condition: Any, kind: str) -> None:
    ids = list(connection.execute(select(passages.c.id).where(condition)).scalars())
    if ids:
        connection.execute(insert(changes), [{"passage_id": i, "kind": kind} for i in ids])


def kill(connection: Connection, condition: Any) -> None:
    alive = and_(condition, passages.c.state != "dead")
    record(connection, alive, "remove")
    connection.execute(update(passages).where(alive).values(state="dead"))
