"""The catalogue: articles, versions, passages and their changes, in SQLite or PostgreSQL.

It holds all that the library knows; both indexes can be rebuilt from it. Every public method is one
transaction. Knows nothing about vectors, lexical search or where articles come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import and_, delete, func, insert, select, update

from ingest.attribution.statements import Statement
from ingest.dates.time_expressions import TimeExpression
from ingest.records import Article, Passage
from ingest.storage.catalogue.annotations import (
    annotate,
    delete_annotations,
    expressions_in,
    happened_between,
    insert_annotations,
    replace_annotations,
    replace_sketches,
    statements_in,
)
from ingest.storage.catalogue.archive import Archive
from ingest.storage.catalogue.conditions import CURRENT, RETRIEVABLE, filter_condition
from ingest.storage.catalogue.filters import Filters
from ingest.storage.catalogue.rows import (
    article_from_row,
    edit_row,
    id_batches,
    passage_from_row,
    passage_row,
    select_versions,
    version_row,
)
from ingest.storage.catalogue.schema import articles, changes, edits, meta, passages, versions
from ingest.storage.catalogue.transactions import (
    BY_ORIGIN,
    BY_TEXT_HASH,
    BY_URL,
    SET_CURRENT,
    SET_PENDING,
    SET_READY,
    insert_rows,
    mark_dead,
    newest_first,
    read_passages,
    read_versions,
    record_changes,
    sketches_of,
    upsert_articles,
    version_batches,
    version_keys,
)
from ingest.versions.edits import Edit
from ingest.versions.near_duplicates import Sketch

StagedArticle: TypeAlias = tuple[Article, list[Passage], Sketch]
"""An article version that was decided on, with its passages and its near-duplicate sketch."""

_NO_EDITS: Mapping[str, Sequence[Edit]] = {}

_COUNT = select(func.count())


class Catalogue(Archive):
    """One open catalogue. ``url`` is an SQLAlchemy address or the path of an SQLite file."""

    # -- what the library was made with ------------------------------------------------

    def meta(self) -> dict[str, str]:
        """Facts about the whole library, by name."""
        with self.read() as connection:
            return {row.key: row.value for row in connection.execute(select(meta))}

    def set_meta(self, values: dict[str, str]) -> None:
        """Replace the given facts."""
        with self.write() as connection:
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

    def has_id(self, article_id: str) -> bool:
        """Whether an article of this id is stored, in whatever state."""
        with self.read() as connection:
            query = select(articles.c.id).where(articles.c.id == article_id)
            return connection.execute(query).first() is not None

    def find_comparable(self, article: Article) -> tuple[Article | None, list[Article]]:
        """What a new arrival must be compared with: the current article at its address or origin,
        if any, and the current articles with exactly its words."""
        stored: Article | None = None
        with self.read() as connection:
            for query, value in ((BY_URL, article.canonical_url), (BY_ORIGIN, article.origin)):
                if stored is None and value is not None:
                    row = connection.execute(query, {"value": value}).first()
                    stored = article_from_row(row) if row else None
            rows = connection.execute(BY_TEXT_HASH, {"value": article.text_hash})
            return stored, [article_from_row(row) for row in rows]

    def origins(self, limit: int) -> list[str]:
        """Where up to ``limit`` articles were read from; empty strings for those without a file."""
        with self.read() as connection:
            query = select(articles.c.origin).limit(limit)
            return [origin or "" for origin in connection.execute(query).scalars()]

    def articles(self, ids: Iterable[str] | None = None) -> list[Article]:
        """Current versions, of the given ids or of all, newest first."""
        if ids is None:
            return self._current(articles.c.id.is_not(None))
        return [a for batch in id_batches(ids) for a in self._current(articles.c.id.in_(batch))]

    def _current(self, condition: Any) -> list[Article]:
        with self.read() as connection:
            return [article_from_row(row) for row in connection.execute(newest_first(condition))]

    def article(self, article_id: str, version: int) -> Article | None:
        """One stored version, current or not."""
        query = select_versions().where(
            and_(versions.c.article_id == article_id, versions.c.version == version)
        )
        with self.read() as connection:
            row = connection.execute(query).first()
        return article_from_row(row) if row else None

    def retrievable(self, passage_ids: Sequence[str]) -> list[tuple[Passage, Article]]:
        """Those of the passages that are ready and current, with their articles, in the order
        given: the join that keeps pending, old and removed text out of every answer."""
        found: dict[str, tuple[Passage, Article]] = {}
        for batch in id_batches(passage_ids):
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
            with self.read() as connection:
                for row in connection.execute(query):
                    found[row.id] = (passage_from_row(row, row.text), article_from_row(row))
        return [found[key] for key in passage_ids if key in found]

    def matching_passages(
        self, filters: Filters, passage_ids: Sequence[str] | None = None
    ) -> list[str]:
        """Ids of the retrievable passages whose articles pass the filters; of those given only, in
        their order, where some are given."""
        query = (
            select(passages.c.id)
            .join(articles, passages.c.article_id == articles.c.id)
            .join(versions, and_(CURRENT, versions.c.version == passages.c.version))
            .where(and_(RETRIEVABLE, filter_condition(filters)))
        )
        with self.read() as connection:
            if passage_ids is None:
                return list(connection.execute(query).scalars())
            found: set[str] = set()
            for batch in id_batches(passage_ids):
                found.update(connection.execute(query.where(passages.c.id.in_(batch))).scalars())
        return [key for key in passage_ids if key in found]

    def outlet_names(self) -> list[str]:
        """The publishers of current articles, as they are stored."""
        query = select(versions.c.publisher).join_from(versions, articles, CURRENT).distinct()
        with self.read() as connection:
            return [name for name in connection.execute(query).scalars() if name]

    def outlet_counts(self) -> list[tuple[str | None, int]]:
        """Publishers as they are stored, each with the number of its articles, most first."""
        number = func.count()
        query = select(versions.c.publisher, number).join_from(versions, articles, CURRENT)
        query = query.group_by(versions.c.publisher).order_by(number.desc(), versions.c.publisher)
        with self.read() as connection:
            return [(name or None, count) for name, count in connection.execute(query)]

    def newest_articles(self, limit: int) -> list[Article]:
        """Up to ``limit`` current articles, newest first."""
        query = newest_first(articles.c.id.is_not(None)).limit(limit)
        with self.read() as connection:
            return [article_from_row(row) for row in connection.execute(query)]

    def expressions(
        self, article_id: str, version: int, start: int, end: int
    ) -> list[TimeExpression]:
        """Time expressions that touch ``start:end`` of a version's text, in order."""
        with self.read() as connection:
            return expressions_in(connection, article_id, version, start, end)

    def statements(self, article_id: str, version: int, start: int, end: int) -> list[Statement]:
        """Attributed sentences that touch ``start:end`` of a version's text, in order."""
        with self.read() as connection:
            return statements_in(connection, article_id, version, start, end)

    def happened_between(
        self, first: date, last: date, passage_ids: Sequence[str] | None = None
    ) -> list[str]:
        """Ids of passages with a time expression inside the days, the most precise first."""
        with self.read() as connection:
            return happened_between(connection, first, last, passage_ids)

    # -- writing -----------------------------------------------------------------------

    def stage(
        self, staged: Sequence[StagedArticle], made_by: Mapping[str, Sequence[Edit]] = _NO_EDITS
    ) -> None:
        """Write article versions as pending: stored, but not yet visible to any search.

        ``made_by``: the edits that made versions, by article id.
        """
        arrived = [article for article, _, _ in staged]
        found = annotate(arrived)  # before the transaction, which others wait for
        with self.write() as connection:
            upsert_articles(connection, arrived)
            insert_rows(connection, versions, [version_row(article) for article in arrived])
            insert_rows(
                connection, passages, [passage_row(p) for _, spans, _ in staged for p in spans]
            )
            insert_annotations(connection, found)
            replace_sketches(connection, {a.id: sketch for a, _, sketch in staged})
            insert_rows(
                connection, edits, [edit_row(key, e) for key, made in made_by.items() for e in made]
            )

    def mark_ready(self, keys: Sequence[tuple[str, int]]) -> None:
        """Make staged versions current; passages of the versions they replace become dead."""
        with self.write() as connection:
            for article_id, version in keys:
                if version > 1:
                    own = passages.c.article_id == article_id
                    mark_dead(connection, and_(own, passages.c.version != version))
            for number in sorted({version for _, version in keys}):
                for batch in id_batches(
                    article_id for article_id, version in keys if version == number
                ):
                    own = and_(passages.c.article_id.in_(batch), passages.c.version == number)
                    pending = and_(own, passages.c.state == "pending")
                    record_changes(connection, pending, "add")
                    connection.execute(update(passages).where(pending).values(state="ready"))
            if keys:
                named = [{"this": article_id, "at": version} for article_id, version in keys]
                connection.execute(SET_READY, named)
                connection.execute(SET_CURRENT, named)

    def remove(self, article_ids: Iterable[str]) -> int:
        """Delete articles with all their versions; their passages become dead. Returns how many."""
        removed = 0
        with self.write() as connection:
            for batch in id_batches(article_ids):
                mark_dead(connection, passages.c.article_id.in_(batch))
                delete_annotations(connection, batch)
                connection.execute(delete(edits).where(edits.c.article_id.in_(batch)))
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
        with self.write() as connection:
            newest = {a: v for a, v, current in version_keys(connection) if current}
            newest |= {a: v for a, v, _ in version_keys(connection, "pending")}
            record_changes(connection, passages.c.state == "ready", "remove")
            connection.execute(delete(passages))
            for keys in version_batches(newest.items()):
                batch = read_versions(connection, keys)
                split = {article.id: resplit(article) for article in batch}
                rows = [passage_row(p) for article in batch for p in split[article.id]]
                staged += len(rows)
                insert_rows(connection, passages, rows)
                found = annotate(batch)
                replace_annotations(connection, batch, found)
                replace_sketches(connection, sketches_of(batch, split))
                named = [{"this": article.id, "at": article.version} for article in batch]
                connection.execute(SET_PENDING, named)
        return staged

    def reannotate(self, resplit: Callable[[Article], list[Passage]]) -> None:
        """Annotate every version anew, and sketch the current ones: what an older citewire did not
        look for. One transaction for some articles each; doing it twice is doing it once."""
        with self.read() as connection:
            ready = list(version_keys(connection, "ready"))
        current = {article_id: version for article_id, version, is_current in ready if is_current}
        for keys in version_batches((article_id, version) for article_id, version, _ in ready):
            with self.read() as connection:
                batch = read_versions(connection, keys)
            found = annotate(batch)
            now = [article for article in batch if current.get(article.id) == article.version]
            sketches = sketches_of(now, {article.id: resplit(article) for article in now})
            with self.write() as connection:
                replace_annotations(connection, batch, found)
                replace_sketches(connection, sketches)

    def delete_dead(self, passage_ids: Iterable[str]) -> None:
        """Delete the rows of dead passages whose vectors are gone."""
        with self.write() as connection:
            for batch in id_batches(passage_ids):
                dead = and_(passages.c.id.in_(batch), passages.c.state == "dead")
                connection.execute(delete(passages).where(dead))

    # -- what the indexes need ---------------------------------------------------------

    def pending(self) -> list[tuple[Article, list[Passage]]]:
        """Versions with their passages that an interrupted ingest left without vectors."""
        query = select_versions().where(versions.c.state == "pending")
        with self.read() as connection:
            staged = [article_from_row(row) for row in connection.execute(query)]
            return [(article, read_passages(connection, article)) for article in staged]

    def passage_ids(self, state: str) -> list[str]:
        """Ids of passages that are pending, ready or dead."""
        with self.read() as connection:
            query = select(passages.c.id).where(passages.c.state == state)
            return list(connection.execute(query).scalars())

    def last_seq(self) -> int:
        """The number of the last change; 0 before the first. It changes with every change of what
        can be found."""
        with self.read() as connection:
            return connection.execute(select(func.max(changes.c.seq))).scalar() or 0

    def changes_after(self, seq: int, limit: int) -> list[tuple[int, str, str]]:
        """Up to ``limit`` rows ``(seq, passage_id, add|remove)`` in order."""
        query = (
            select(changes.c.seq, changes.c.passage_id, changes.c.kind)
            .where(changes.c.seq > seq)
            .order_by(changes.c.seq)
            .limit(limit)
        )
        with self.read() as connection:
            return [(row.seq, row.passage_id, row.kind) for row in connection.execute(query)]

    def count_changes_after(self, seq: int) -> int:
        """How many changes there are after change ``seq``."""
        query = select(func.count()).select_from(changes).where(changes.c.seq > seq)
        with self.read() as connection:
            return connection.execute(query).scalar() or 0

    def counts(self) -> dict[str, int]:
        """Rows by kind: articles, versions, and passages ready, pending and dead."""
        with self.read() as connection:
            result = {"articles": 0, "versions": 0, "passages": 0, "pending": 0, "dead": 0}
            for name, query in (
                ("articles", _COUNT.select_from(articles).where(articles.c.current_version > 0)),
                ("versions", _COUNT.select_from(versions).where(versions.c.state == "ready")),
            ):
                result[name] = connection.execute(query).scalar_one()
            by_state = select(passages.c.state, func.count()).group_by(passages.c.state)
            for state, number in connection.execute(by_state):
                result["passages" if state == "ready" else state] = number
        return result

    def published_span(self) -> tuple[int, int] | None:
        """Oldest and newest publication, in epoch seconds, of what can be retrieved."""
        query = select(
            func.min(versions.c.published_epoch), func.max(versions.c.published_epoch)
        ).join_from(versions, articles, CURRENT)
        with self.read() as connection:
            oldest, newest = connection.execute(query).one()
        return None if oldest is None else (oldest, newest)
