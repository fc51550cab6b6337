"""The catalogue: articles, versions, passages and their changes, in SQLite or PostgreSQL.

The only truth of the library and, with ``findings``, the only module that runs SQL. Every public
method is one transaction. Knows nothing about vectors, lexical search or where articles come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    and_,
    delete,
    func,
    insert,
    select,
    update,
)

from ingest.attribution.statements import Statement
from ingest.dates.time_expressions import TimeExpression
from ingest.records import Article, Passage
from ingest.storage.catalogue import annotations as findings
from ingest.storage.catalogue.archive import Archive
from ingest.storage.catalogue.filters import Filters, condition
from ingest.storage.catalogue.rows import (
    CURRENT,
    RETRIEVABLE,
    article_of,
    batches,
    passage_of,
    passage_row,
    select_articles,
    version_row,
)
from ingest.storage.catalogue.schema import articles, changes, meta, passages, versions
from ingest.storage.catalogue.transactions import (
    AGAIN,
    AT_ORIGIN,
    AT_URL,
    NOW_CURRENT,
    READY,
    SAME_TEXT,
    few,
    insert_rows,
    kill,
    newest_first,
    passages_of,
    read_versions,
    record,
    sketched,
    upsert_articles,
    version_keys,
)
from ingest.versions.near_duplicates import Sketch


class Catalogue(Archive):
    """One open catalogue. ``url`` is an SQLAlchemy address or the path of an SQLite file."""

    # -- what the library was made with ------------------------------------------------

    def meta(self) -> dict[str, str]:
        with self._read() as connection:
            return {row.key: row.value for row in connection.execute(select(meta))}

    def set_meta(self, values: dict[str, str]) -> None:
        with self._write() as connection:
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
        with self._read() as connection:
            query = select(articles.c.id).where(articles.c.id == article_id)
            return connection.execute(query).first() is not None

    def alike(self, article: Article) -> tuple[Article | None, list[Article]]:
        """What a new arrival must be compared with: the current article at its address or origin,
        if any, and current articles with exactly its words."""
        there: Article | None = None
        with self._read() as connection:
            for query, value in ((AT_URL, article.canonical_url), (AT_ORIGIN, article.origin)):
                if there is None and value is not None:
                    row = connection.execute(query, {"value": value}).first()
                    there = article_of(row) if row else None
            rows = connection.execute(SAME_TEXT, {"value": article.text_hash})
            return there, [article_of(row) for row in rows]

    def origins(self, limit: int) -> list[str]:
        """Where up to ``limit`` articles were read from; empty strings for those without a file."""
        with self._read() as connection:
            query = select(articles.c.origin).limit(limit)
            return [origin or "" for origin in connection.execute(query).scalars()]

    def same_text(self, text_hash: str) -> list[Article]:
        """Current articles whose words are exactly these."""
        return self._current(versions.c.text_hash == text_hash)

    def articles(self, ids: Iterable[str] | None = None) -> list[Article]:
        """Current versions, of the given ids or of all, newest first."""
        if ids is None:
            return self._current(articles.c.id.is_not(None))
        return [a for batch in batches(ids) for a in self._current(articles.c.id.in_(batch))]

    def _current(self, condition: Any) -> list[Article]:
        with self._read() as connection:
            return [article_of(row) for row in connection.execute(newest_first(condition))]

    def article(self, article_id: str, version: int) -> Article | None:
        """One stored version, current or not."""
        query = select_articles().where(
            and_(versions.c.article_id == article_id, versions.c.version == version)
        )
        with self._read() as connection:
            row = connection.execute(query).first()
        return article_of(row) if row else None

    def retrievable(self, passage_ids: Sequence[str]) -> list[tuple[Passage, Article]]:
        """Those of the passages that are ready and current, with their articles, in the order
        given: the join that keeps pending, old and removed text out of every answer."""
        found: dict[str, tuple[Passage, Article]] = {}
        for batch in batches(passage_ids):
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
                .join(versions, and_(CURRENT, versions.c.version == passages.c.version))
                .where(and_(passages.c.id.in_(batch), RETRIEVABLE))
            )
            with self._read() as connection:
                for row in connection.execute(query):
                    found[row.id] = (passage_of(row, row.text), article_of(row))
        return [found[key] for key in passage_ids if key in found]

    def matching(self, filters: Filters, passage_ids: Sequence[str] | None = None) -> list[str]:
        """Ids of the retrievable passages whose articles pass the filters; of those given only, in
        their order, where some are given."""
        query = (
            select(passages.c.id)
            .join(articles, passages.c.article_id == articles.c.id)
            .join(versions, and_(CURRENT, versions.c.version == passages.c.version))
            .where(and_(RETRIEVABLE, condition(filters)))
        )
        with self._read() as connection:
            if passage_ids is None:
                return list(connection.execute(query).scalars())
            found: set[str] = set()
            for batch in batches(passage_ids):
                found.update(connection.execute(query.where(passages.c.id.in_(batch))).scalars())
        return [key for key in passage_ids if key in found]

    def outlet_names(self) -> list[str]:
        """The publishers of current articles, as they are stored."""
        query = select(versions.c.publisher).join_from(versions, articles, CURRENT).distinct()
        with self._read() as connection:
            return [name for name in connection.execute(query).scalars() if name]

    def expressions(
        self, article_id: str, version: int, start: int, end: int
    ) -> list[TimeExpression]:
        """Time expressions that touch ``start:end`` of a version's text, in order."""
        with self._read() as connection:
            return findings.expressions_in(connection, article_id, version, start, end)

    def statements(self, article_id: str, version: int, start: int, end: int) -> list[Statement]:
        """Who says the sentences that touch ``start:end`` of a version's text, in order."""
        with self._read() as connection:
            return findings.statements_in(connection, article_id, version, start, end)

    def happened_between(
        self, first: date, last: date, passage_ids: Sequence[str] | None = None
    ) -> list[str]:
        """Passages whose text dates something inside the days, the preciser first."""
        with self._read() as connection:
            return findings.happened_between(connection, first, last, passage_ids)

    # -- writing -----------------------------------------------------------------------

    def stage(self, staged: Sequence[tuple[Article, list[Passage], Sketch]]) -> None:
        """Write article versions as pending: stored, but not yet visible to any search."""
        arrived = [article for article, _, _ in staged]
        found = findings.found_in(arrived)  # before the transaction, which others wait for
        with self._write() as connection:
            upsert_articles(connection, arrived)
            insert_rows(connection, versions, [version_row(article) for article in arrived])
            insert_rows(
                connection, passages, [passage_row(p) for _, spans, _ in staged for p in spans]
            )
            findings.write(connection, found)
            findings.write_sketches(connection, {a.id: sketch for a, _, sketch in staged})

    def mark_ready(self, keys: Sequence[tuple[str, int]]) -> None:
        """Make staged versions current; passages of the versions they replace become dead."""
        with self._write() as connection:
            for article_id, version in keys:
                if version > 1:
                    mine = passages.c.article_id == article_id
                    kill(connection, and_(mine, passages.c.version != version))
            for number in sorted({version for _, version in keys}):
                for batch in batches(
                    article_id for article_id, version in keys if version == number
                ):
                    mine = and_(passages.c.article_id.in_(batch), passages.c.version == number)
                    fresh = and_(mine, passages.c.state == "pending")
                    record(connection, fresh, "add")
                    connection.execute(update(passages).where(fresh).values(state="ready"))
            if keys:
                named = [{"this": article_id, "at": version} for article_id, version in keys]
                connection.execute(READY, named)
                connection.execute(NOW_CURRENT, named)

    def remove(self, article_ids: Iterable[str]) -> int:
        """Delete articles with all their versions; their passages become dead. Returns how many."""
        removed = 0
        with self._write() as connection:
            for batch in batches(article_ids):
                kill(connection, passages.c.article_id.in_(batch))
                findings.drop(connection, batch)
                connection.execute(delete(versions).where(versions.c.article_id.in_(batch)))
                removed += connection.execute(
                    delete(articles).where(articles.c.id.in_(batch))
                ).rowcount
        return removed

    def restage(self, resplit: Callable[[Article], list[Passage]]) -> int:
        """Make the newest version of every article pending again with new passages, as before its
        first embedding, those left pending by an interrupted writer included. Returns the number
        of passages."""
        staged = 0
        with self._write() as connection:
            newest = {a: v for a, v, current in version_keys(connection) if current}
            newest |= {a: v for a, v, _ in version_keys(connection, "pending")}
            record(connection, passages.c.state == "ready", "remove")
            connection.execute(delete(passages))
            for batch in few(newest.items()):
                chunk = read_versions(connection, batch)
                split = {article.id: resplit(article) for article in chunk}
                rows = [passage_row(p) for article in chunk for p in split[article.id]]
                staged += len(rows)
                insert_rows(connection, passages, rows)
                findings.rewrite(connection, chunk, findings.found_in(chunk))
                findings.write_sketches(connection, sketched(chunk, split))
                named = [{"this": article.id, "at": article.version} for article in chunk]
                connection.execute(AGAIN, named)
        return staged

    def find_again(self, resplit: Callable[[Article], list[Passage]]) -> None:
        """Write anew what the rules find in every version, and the prints of current ones: what an
        older citewire did not look for. Some articles a transaction; doing it twice is doing it
        once."""
        with self._read() as connection:
            every = list(version_keys(connection, "ready"))
        current = {article_id: version for article_id, version, is_so in every if is_so}
        for batch in few((article_id, version) for article_id, version, _ in every):
            with self._read() as connection:
                chunk = read_versions(connection, batch)
            found = findings.found_in(chunk)
            now = [article for article in chunk if current.get(article.id) == article.version]
            made = sketched(now, {article.id: resplit(article) for article in now})
            with self._write() as connection:
                findings.rewrite(connection, chunk, found)
                findings.write_sketches(connection, made)

    def forget(self, passage_ids: Iterable[str]) -> None:
        """Drop the rows of dead passages whose vectors are gone."""
        with self._write() as connection:
            for batch in batches(passage_ids):
                connection.execute(
                    delete(passages).where(
                        and_(passages.c.id.in_(batch), passages.c.state == "dead")
                    )
                )

    # -- what the indexes need ---------------------------------------------------------

    def pending(self) -> list[tuple[Article, list[Passage]]]:
        """Versions whose vectors were never confirmed: an ingest was interrupted."""
        query = select_articles().where(versions.c.state == "pending")
        with self._read() as connection:
            staged = [article_of(row) for row in connection.execute(query)]
            return [(article, passages_of(connection, article)) for article in staged]

    def passage_ids(self, state: str) -> list[str]:
        with self._read() as connection:
            query = select(passages.c.id).where(passages.c.state == state)
            return list(connection.execute(query).scalars())

    def last_seq(self) -> int:
        with self._read() as connection:
            return connection.execute(select(func.max(changes.c.seq))).scalar() or 0

    def changes_after(self, seq: int, limit: int) -> list[tuple[int, str, str]]:
        """Up to ``limit`` rows ``(seq, passage_id, add|remove)`` in order."""
        query = (
            select(changes.c.seq, changes.c.passage_id, changes.c.kind)
            .where(changes.c.seq > seq)
            .order_by(changes.c.seq)
            .limit(limit)
        )
        with self._read() as connection:
            return [(row.seq, row.passage_id, row.kind) for row in connection.execute(query)]

    def counts(self) -> dict[str, int]:
        """Rows by kind: articles, versions, and passages ready, pending and dead."""
        with self._read() as connection:
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
            versions, articles, CURRENT
        )
        with self._read() as connection:
            return connection.execute(query).scalar_one()

    def published_span(self) -> tuple[int, int] | None:
        """Oldest and newest publication, in epoch seconds, of what can be retrieved."""
        query = select(
            func.min(versions.c.published_epoch), func.max(versions.c.published_epoch)
        ).join_from(versions, articles, CURRENT)
        with self._read() as connection:
            oldest, newest = connection.execute(query).one()
        return None if oldest is None else (oldest, newest)
