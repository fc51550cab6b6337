"""The catalogue: articles, versions, passages and their changes, in SQLite or PostgreSQL.

The only truth of the library and the only module that runs SQL. Every public method is one
transaction. Knows nothing about vectors, lexical search or where articles come from.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Row,
    Select,
    and_,
    create_engine,
    delete,
    event,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import SQLAlchemyError

from ingest.errors import LibraryBroken
from ingest.records import Article, Passage, When, epoch_of
from ingest.tables import articles, bands, changes, meta, migrate, passages, versions

_MANY = 500
"""Ids per IN list: SQLite builds of long ago allow 999 variables."""


def parse_when(text: str | None) -> When | None:
    """The inverse of ``isoformat()``: ten characters are a day, more are a moment."""
    if not text:
        return None
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)


def _batches(ids: Iterable[str]) -> Iterator[list[str]]:
    kept = list(ids)
    for first in range(0, len(kept), _MANY):
        yield kept[first : first + _MANY]


_CURRENT = and_(
    versions.c.article_id == articles.c.id,
    versions.c.version == articles.c.current_version,
    versions.c.state == "ready",
)


def _article(row: Row[Any]) -> Article:
    return Article(
        id=row.article_id,
        version=row.version,
        title=row.title,
        text=row.text,
        url=row.url,
        canonical_url=row.canonical_url,
        origin=row.origin,
        publisher=row.publisher,
        authors=tuple(json.loads(row.authors)),
        section=row.section,
        published_at=parse_when(row.published_at),
        published_from=row.published_from,
        updated_at=parse_when(row.updated_at),
        language=row.language,
        cluster_id=row.cluster_id,
    )


def _select_articles() -> Select[Any]:
    return select(
        versions, articles.c.canonical_url, articles.c.origin, articles.c.cluster_id
    ).join(articles, versions.c.article_id == articles.c.id)


class Catalogue:
    """One open catalogue. ``url`` is an SQLAlchemy address or the path of an SQLite file."""

    def __init__(self, url: str | Path) -> None:
        address = url if "://" in str(url) else f"sqlite:///{url}"
        self._engine: Engine = create_engine(str(address), pool_pre_ping=True)
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _tune_sqlite)
        try:
            with self._engine.begin() as connection:
                migrate(connection)
        except SQLAlchemyError as error:
            raise LibraryBroken(
                f"The catalogue {self._engine.url.render_as_string()} cannot be opened: "
                f"{str(error).splitlines()[0]}"
            ) from error

    def close(self) -> None:
        self._engine.dispose()

    # -- what the library was made with ------------------------------------------------

    def meta(self) -> dict[str, str]:
        with self._engine.connect() as connection:
            return {row.key: row.value for row in connection.execute(select(meta))}

    def set_meta(self, values: dict[str, str]) -> None:
        with self._engine.begin() as connection:
            for key, value in values.items():
                connection.execute(delete(meta).where(meta.c.key == key))
                connection.execute(insert(meta).values(key=key, value=value))

    # -- finding -----------------------------------------------------------------------

    def find(
        self,
        *,
        article_id: str | None = None,
        canonical_url: str | None = None,
        origin: str | None = None,
    ) -> Article | None:
        """The current version of the article with this id, address or origin, if any."""
        for column, value in (
            (articles.c.id, article_id),
            (articles.c.canonical_url, canonical_url),
            (articles.c.origin, origin),
        ):
            if value is not None and (found := self._current(column == value)):
                return found[0]
        return None

    def knows(self, article_id: str) -> bool:
        """Whether an article of this id is stored, in whatever state."""
        with self._engine.connect() as connection:
            query = select(articles.c.id).where(articles.c.id == article_id)
            return connection.execute(query).first() is not None

    def origins(self, limit: int) -> list[str]:
        """Where up to ``limit`` articles were read from; empty strings for those without a file."""
        with self._engine.connect() as connection:
            query = select(articles.c.origin).limit(limit)
            return [origin or "" for origin in connection.execute(query).scalars()]

    def same_text(self, text_hash: str) -> list[Article]:
        """Current articles whose words are exactly these."""
        return self._current(versions.c.text_hash == text_hash)

    def articles(self, ids: Iterable[str] | None = None) -> list[Article]:
        """Current versions, of the given ids or of all, newest first."""
        if ids is None:
            return self._current(articles.c.id.is_not(None))
        return [a for batch in _batches(ids) for a in self._current(articles.c.id.in_(batch))]

    def _current(self, condition: Any) -> list[Article]:
        query = _select_articles().where(and_(_CURRENT, condition))
        newest_first = query.order_by(func.coalesce(versions.c.published_epoch, 0).desc())
        with self._engine.connect() as connection:
            return [_article(row) for row in connection.execute(newest_first)]

    def article(self, article_id: str, version: int) -> Article | None:
        """One stored version, current or not."""
        query = _select_articles().where(
            and_(versions.c.article_id == article_id, versions.c.version == version)
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return _article(row) if row else None

    def retrievable(self, passage_ids: Sequence[str]) -> list[tuple[Passage, Article]]:
        """Those of the passages that are ready and current, with their articles, in the order
        given: the join that keeps pending, old and removed text out of every answer."""
        found: dict[str, tuple[Passage, Article]] = {}
        for batch in _batches(passage_ids):
            query = (
                select(
                    passages.c.id,
                    passages.c.ordinal,
                    passages.c.start,
                    passages.c.end,
                    versions,
                    articles.c.canonical_url,
                    articles.c.origin,
                    articles.c.cluster_id,
                )
                .join(articles, passages.c.article_id == articles.c.id)
                .join(versions, and_(_CURRENT, versions.c.version == passages.c.version))
                .where(and_(passages.c.id.in_(batch), passages.c.state == "ready"))
            )
            with self._engine.connect() as connection:
                for row in connection.execute(query):
                    found[row.id] = (_passage(row, row.text), _article(row))
        return [found[key] for key in passage_ids if key in found]

    def candidates_by_band(self, values: Sequence[int]) -> list[str]:
        """Ids of ready articles that share at least one MinHash band value."""
        shared = [and_(bands.c.band == b, bands.c.value == v) for b, v in enumerate(values)]
        if not shared:
            return []
        query = select(bands.c.article_id).where(or_(*shared)).distinct()
        with self._engine.connect() as connection:
            return sorted(connection.execute(query).scalars())

    # -- writing -----------------------------------------------------------------------

    def stage(self, staged: Sequence[tuple[Article, list[Passage], Sequence[int]]]) -> None:
        """Write article versions as pending: stored, but not yet visible to any search."""
        with self._engine.begin() as connection:
            for article, spans, band_values in staged:
                _stage_one(connection, article, spans, band_values)

    def mark_ready(self, keys: Sequence[tuple[str, int]]) -> None:
        """Make staged versions current; passages of the versions they replace become dead."""
        with self._engine.begin() as connection:
            for article_id, version in keys:
                mine = passages.c.article_id == article_id
                _kill(connection, and_(mine, passages.c.version != version))
                fresh = and_(mine, passages.c.version == version, passages.c.state == "pending")
                _record(connection, fresh, "add")
                connection.execute(update(passages).where(fresh).values(state="ready"))
                connection.execute(
                    update(versions)
                    .where(and_(versions.c.article_id == article_id, versions.c.version == version))
                    .values(state="ready")
                )
                connection.execute(
                    update(articles)
                    .where(articles.c.id == article_id)
                    .values(current_version=version)
                )

    def remove(self, article_ids: Iterable[str]) -> int:
        """Delete articles with all their versions; their passages become dead. Returns how many."""
        removed = 0
        with self._engine.begin() as connection:
            for batch in _batches(article_ids):
                _kill(connection, passages.c.article_id.in_(batch))
                for table in (bands, versions):
                    connection.execute(delete(table).where(table.c.article_id.in_(batch)))
                removed += connection.execute(
                    delete(articles).where(articles.c.id.in_(batch))
                ).rowcount
        return removed

    def restage(self, resplit: Callable[[Article], list[Passage]]) -> int:
        """Make the newest version of every article pending again with new passages, as before its
        first embedding, those left pending by an interrupted writer included. Returns the number
        of passages."""
        newest = {a.id: a for a in self.articles()} | {a.id: a for a, _ in self.pending()}
        staged = 0
        with self._engine.begin() as connection:
            _record(connection, passages.c.state == "ready", "remove")
            connection.execute(delete(passages))
            for article in newest.values():
                spans = resplit(article)
                staged += len(spans)
                _insert_passages(connection, spans)
                connection.execute(
                    update(versions)
                    .where(
                        and_(
                            versions.c.article_id == article.id,
                            versions.c.version == article.version,
                        )
                    )
                    .values(state="pending")
                )
        return staged

    def forget(self, passage_ids: Iterable[str]) -> None:
        """Drop the rows of dead passages whose vectors are gone."""
        with self._engine.begin() as connection:
            for batch in _batches(passage_ids):
                connection.execute(
                    delete(passages).where(
                        and_(passages.c.id.in_(batch), passages.c.state == "dead")
                    )
                )

    # -- what the indexes need ---------------------------------------------------------

    def pending(self) -> list[tuple[Article, list[Passage]]]:
        """Versions whose vectors were never confirmed: an ingest was interrupted."""
        query = _select_articles().where(versions.c.state == "pending")
        with self._engine.connect() as connection:
            staged = [_article(row) for row in connection.execute(query)]
            return [(article, _passages_of(connection, article)) for article in staged]

    def passage_ids(self, state: str) -> list[str]:
        with self._engine.connect() as connection:
            query = select(passages.c.id).where(passages.c.state == state)
            return list(connection.execute(query).scalars())

    def last_seq(self) -> int:
        with self._engine.connect() as connection:
            return connection.execute(select(func.max(changes.c.seq))).scalar() or 0

    def changes_after(self, seq: int, limit: int) -> list[tuple[int, str, str]]:
        """Up to ``limit`` rows ``(seq, passage_id, add|remove)`` in order."""
        query = (
            select(changes.c.seq, changes.c.passage_id, changes.c.kind)
            .where(changes.c.seq > seq)
            .order_by(changes.c.seq)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [(row.seq, row.passage_id, row.kind) for row in connection.execute(query)]

    def counts(self) -> dict[str, int]:
        """Rows by kind: articles, versions, and passages ready, pending and dead."""
        with self._engine.connect() as connection:
            ready = select(func.count()).select_from(articles).where(articles.c.current_version > 0)
            result = {
                "articles": connection.execute(ready).scalar_one(),
                "versions": connection.execute(
                    select(func.count()).select_from(versions).where(versions.c.state == "ready")
                ).scalar_one(),
                "passages": 0,
                "pending": 0,
                "dead": 0,
            }
            by_state = select(passages.c.state, func.count()).group_by(passages.c.state)
            for state, number in connection.execute(by_state):
                result["passages" if state == "ready" else state] = number
        return result

    def outlets(self) -> int:
        """Number of different publishers of current articles."""
        query = select(func.count(versions.c.publisher.distinct())).join_from(
            versions, articles, _CURRENT
        )
        with self._engine.connect() as connection:
            return connection.execute(query).scalar_one()

    def published_span(self) -> tuple[int, int] | None:
        """Oldest and newest publication, in epoch seconds, of what can be retrieved."""
        query = select(
            func.min(versions.c.published_epoch), func.max(versions.c.published_epoch)
        ).join_from(versions, articles, _CURRENT)
        with self._engine.connect() as connection:
            oldest, newest = connection.execute(query).one()
        return None if oldest is None else (oldest, newest)


def _passage(row: Row[Any], text: str) -> Passage:
    return Passage(
        row.id, row.article_id, row.version, row.ordinal, row.start, row.end,
        text[row.start : row.end],
    )  # fmt: skip


def _passages_of(connection: Connection, article: Article) -> list[Passage]:
    query = (
        select(passages)
        .where(and_(passages.c.article_id == article.id, passages.c.version == article.version))
        .order_by(passages.c.ordinal)
    )
    return [_passage(row, article.text) for row in connection.execute(query)]


def _stage_one(
    connection: Connection, article: Article, spans: list[Passage], band_values: Sequence[int]
) -> None:
    known = connection.execute(select(articles.c.id).where(articles.c.id == article.id)).first()
    facts = {
        "canonical_url": article.canonical_url,
        "origin": article.origin,
        "cluster_id": article.cluster_id or article.id,
    }
    if known:
        connection.execute(update(articles).where(articles.c.id == article.id).values(**facts))
    else:
        connection.execute(insert(articles).values(id=article.id, current_version=0, **facts))
    connection.execute(
        insert(versions).values(
            article_id=article.id,
            version=article.version,
            state="pending",
            title=article.title,
            text=article.text,
            url=article.url,
            publisher=article.publisher,
            authors=json.dumps(article.authors),
            section=article.section,
            published_at=article.published_at.isoformat() if article.published_at else None,
            published_epoch=epoch_of(article.published_at) if article.published_at else None,
            published_from=article.published_from,
            updated_at=article.updated_at.isoformat() if article.updated_at else None,
            language=article.language,
            content_hash=article.content_hash,
            text_hash=article.text_hash,
            ingested_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
    )
    _insert_passages(connection, spans)
    connection.execute(delete(bands).where(bands.c.article_id == article.id))
    if band_values:
        connection.execute(
            insert(bands),
            [{"article_id": article.id, "band": b, "value": v} for b, v in enumerate(band_values)],
        )


def _insert_passages(connection: Connection, spans: Sequence[Passage]) -> None:
    rows = [
        {
            "id": p.id, "article_id": p.article_id, "version": p.version,
            "ordinal": p.ordinal, "start": p.start, "end": p.end, "state": "pending",
        }
        for p in spans
    ]  # fmt: skip
    if rows:
        connection.execute(insert(passages), rows)


def _record(connection: Connection, condition: Any, kind: str) -> None:
    ids = list(connection.execute(select(passages.c.id).where(condition)).scalars())
    if ids:
        connection.execute(insert(changes), [{"passage_id": i, "kind": kind} for i in ids])


def _kill(connection: Connection, condition: Any) -> None:
    alive = and_(condition, passages.c.state != "dead")
    _record(connection, alive, "remove")
    connection.execute(update(passages).where(alive).values(state="dead"))


def _tune_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA busy_timeout=5000")
    cursor.close()
