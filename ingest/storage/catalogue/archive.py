"""Reads and writes version history, notices, edits, near-duplicate clusters and saved answers.

Every public method is one transaction. Knows nothing about passages' states or the indexes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, and_, delete, func, insert, select, text, true, update

from ingest.records import Article, day_of, epoch_seconds
from ingest.storage.catalogue.database import Database
from ingest.storage.catalogue.rows import (
    article_from_row,
    edit_from_row,
    id_batches,
    notice_from_row,
    parse_day,
    select_versions,
)
from ingest.storage.catalogue.schema import answers, articles, edits, notices, versions
from ingest.storage.catalogue.transactions import newest_first
from ingest.versions.edits import Edit
from ingest.versions.near_duplicates import Sketch
from ingest.versions.notices import Notice

_MAX_ARTICLES_PER_SIGNATURE = 50
"""Articles counted for one signature: what thousands share is boilerplate, not a story."""

_SIGNATURES_PER_QUERY = 32
"""As many as a sketch has bands."""

_BY_BAND, _BY_VALUE = (
    text(
        " UNION ALL ".join(
            f"SELECT * FROM (SELECT article_id FROM {condition.format(place)} "
            f"LIMIT {_MAX_ARTICLES_PER_SIGNATURE}) AS s{place}"
            for place in range(_SIGNATURES_PER_QUERY)
        )
    )
    for condition in (
        "bands WHERE band = {0} AND value = :v{0}",
        "sketches WHERE value = :v{0}",
    )
)
"""Written once and always the same, so that neither SQLAlchemy nor the database compiles them
anew for every article: 2.5 of 12 ms an article before (invented articles, 2026-11-23)."""


@dataclass(frozen=True, slots=True)
class Version:
    """One stored version of an article: its record, when it was stored, and its notices."""

    article: Article
    ingested_at: datetime
    current: bool
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Selection:
    """A selection of articles, for removal; every condition that is given must hold.

    ``before`` is exclusive and ``after`` inclusive, both of publication days: undated articles fit
    neither. ``matching``: words, each of which occurs in the title or the text.
    """

    publisher: str | None = None
    before: date | None = None
    after: date | None = None
    matching: str | None = None


@dataclass(frozen=True, slots=True)
class SavedAnswer:
    """An answer as it was given: ``answer`` is the text of its JSON object."""

    id: str
    question: str
    answer: str
    asked: date | None
    created: datetime


class Archive(Database):
    """The part of the catalogue that holds history and saved answers."""

    # -- versions ----------------------------------------------------------------------

    def versions(self, article_id: str) -> list[Version]:
        """Every stored version, oldest first; an empty list for an article that is not there."""
        query = (
            select_versions()
            .add_columns(articles.c.current_version)
            .where(and_(versions.c.article_id == article_id, versions.c.state == "ready"))
            .order_by(versions.c.version)
        )
        with self.read() as connection:
            rows = list(connection.execute(query))
        by_version = self.notices([(article_id, row.version) for row in rows])
        return [
            Version(
                article_from_row(row),
                datetime.fromisoformat(row.ingested_at),
                row.version == row.current_version,
                by_version.get((article_id, row.version), ()),
            )
            for row in rows
        ]

    def notices(self, keys: Iterable[tuple[str, int]]) -> dict[tuple[str, int], tuple[Notice, ...]]:
        """Notices by (article id, version), of those that have any."""
        wanted = set(keys)
        found: dict[tuple[str, int], tuple[Notice, ...]] = {}
        with self.read() as connection:
            for batch in id_batches(sorted({article_id for article_id, _ in wanted})):
                query = (
                    select(notices)
                    .where(notices.c.article_id.in_(batch))
                    .order_by(notices.c.article_id, notices.c.version, notices.c.ordinal)
                )
                for row in connection.execute(query):
                    if (key := (row.article_id, row.version)) in wanted:
                        found[key] = (*found.get(key, ()), notice_from_row(row))
        return found

    # -- corrections by editors --------------------------------------------------------

    def edits_of(self, article_ids: Iterable[str]) -> dict[str, list[Edit]]:
        """What editors corrected, oldest first, by article id, of those articles that have any."""
        found: dict[str, list[Edit]] = {}
        for batch in id_batches(article_ids):
            query = select(edits).where(edits.c.article_id.in_(batch)).order_by(edits.c.version)
            with self.read() as connection:
                for row in connection.execute(query):
                    found.setdefault(row.article_id, []).append(edit_from_row(row))
        return found

    # -- copies ------------------------------------------------------------------------

    def cluster(self, cluster_id: str) -> list[Article]:
        """Current articles of one wire-copy cluster, newest first."""
        query = newest_first(articles.c.cluster_id == cluster_id)
        with self.read() as connection:
            return [article_from_row(row) for row in connection.execute(query)]

    def cluster_sizes(self, cluster_ids: Iterable[str]) -> dict[str, int]:
        """How many current articles each wire-copy cluster has, of those that are there."""
        sizes: dict[str, int] = {}
        with self.read() as connection:
            for batch in id_batches(sorted(cluster_ids)):
                query = (
                    select(articles.c.cluster_id, func.count())
                    .where(and_(articles.c.cluster_id.in_(batch), articles.c.current_version > 0))
                    .group_by(articles.c.cluster_id)
                )
                sizes.update((row[0], row[1]) for row in connection.execute(query))
        return sizes

    def merge_clusters(self, into: str, others: Sequence[str]) -> None:
        """Make several clusters one."""
        with self.write() as connection:
            connection.execute(
                update(articles).where(articles.c.cluster_id.in_(others)).values(cluster_id=into)
            )

    def count_shared_signatures(self, sketch: Sketch) -> Counter[str]:
        """How many bands and values each article shares with a sketch, by article id; bounded,
        however many articles print the same boilerplate."""
        shared: Counter[str] = Counter()
        with self.read() as connection:
            for query, values in ((_BY_BAND, sketch.bands), (_BY_VALUE, sorted(sketch.values))):
                for first in range(0, len(values), _SIGNATURES_PER_QUERY):
                    padded = [
                        *values[first : first + _SIGNATURES_PER_QUERY],
                        *[None] * _SIGNATURES_PER_QUERY,
                    ]
                    named = {f"v{place}": padded[place] for place in range(_SIGNATURES_PER_QUERY)}
                    shared.update(connection.execute(query, named).scalars())
        return shared

    # -- selecting ----------------------------------------------------------------------

    def select(self, selection: Selection) -> Iterator[Article]:
        """Current articles that fit, newest first, one at a time."""
        words = [word.casefold() for word in (selection.matching or "").split()]
        with self.read() as connection:
            for row in connection.execute(
                _selection_query(selection).execution_options(yield_per=200)
            ):
                article = article_from_row(row)
                body = f"{article.title}\n{article.text}".casefold()
                if all(word in body for word in words):
                    yield article

    # -- saved answers -----------------------------------------------------------------

    def save_answer(self, saved: SavedAnswer, *, keep: int) -> None:
        """Save an answer; the same id again replaces it. Of all, the newest ``keep`` stay."""
        newest_first = select(answers.c.id).order_by(answers.c.created.desc(), answers.c.id)
        with self.write() as connection:
            connection.execute(delete(answers).where(answers.c.id == saved.id))
            connection.execute(
                insert(answers).values(
                    id=saved.id,
                    question=saved.question,
                    answer=saved.answer,
                    asked=saved.asked.isoformat() if saved.asked else None,
                    created=saved.created.isoformat(timespec="seconds"),
                )
            )
            stored = connection.execute(select(func.count()).select_from(answers)).scalar_one()
            if stored > keep:
                oldest = connection.execute(newest_first.offset(keep).limit(stored)).scalars()
                for batch in id_batches(list(oldest)):
                    connection.execute(delete(answers).where(answers.c.id.in_(batch)))

    def saved_answer(self, answer_id: str) -> SavedAnswer | None:
        """The saved answer with this id; None when there is none."""
        with self.read() as connection:
            row = connection.execute(select(answers).where(answers.c.id == answer_id)).first()
        return _saved_answer(row) if row else None

    def saved_answers(self) -> Iterator[SavedAnswer]:
        """All saved answers, oldest first."""
        query = select(answers).order_by(answers.c.created, answers.c.id)
        with self.read() as connection:
            for row in connection.execute(query.execution_options(yield_per=200)):
                yield _saved_answer(row)

    def delete_answers(self, ids: Iterable[str]) -> int:
        """Delete saved answers. Returns how many there were."""
        deleted = 0
        with self.write() as connection:
            for batch in id_batches(ids):
                deleted += connection.execute(
                    delete(answers).where(answers.c.id.in_(batch))
                ).rowcount
        return deleted


def _saved_answer(row: Row[Any]) -> SavedAnswer:
    asked, created = parse_day(row.asked), datetime.fromisoformat(row.created)
    return SavedAnswer(row.id, row.question, row.answer, asked, created)


def _selection_query(selection: Selection) -> Select[Any]:
    wanted: list[Any] = [true()]
    if selection.publisher is not None:
        wanted.append(func.lower(versions.c.publisher) == selection.publisher.lower())
    if selection.before is not None:
        wanted.append(versions.c.published_epoch < epoch_seconds(day_of(selection.before)))
    if selection.after is not None:
        wanted.append(versions.c.published_epoch >= epoch_seconds(day_of(selection.after)))
    return newest_first(and_(*wanted))


def version_to_dict(version: Version) -> Mapping[str, Any]:
    """A version without its text, as JSON values."""
    article = version.article
    return {
        "version": article.version,
        "current": version.current,
        "ingested_at": version.ingested_at.isoformat(),
        "title": article.title,
        "published_at": article.published_at.isoformat() if article.published_at else None,
        "updated_at": article.updated_at.isoformat() if article.updated_at else None,
        "characters": len(article.text),
        "notices": [
            {"kind": n.kind, "text": n.text, "day": n.day.isoformat() if n.day else None}
            for n in version.notices
        ],
    }
