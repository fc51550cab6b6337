"""Stores annotations of article versions: time expressions, statements, notices and sketches.

    annotate:           article versions -> rows  (milliseconds an article: outside transactions)
    insert_annotations: rows -> tables, in the transaction that stores the versions

The catalogue passes the connections. Knows nothing about how annotations are found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import Connection, Select, Table, and_, delete, select

from ingest.attribution.statements import Statement, find_statements
from ingest.dates.time_expressions import TimeExpression, find_time_expressions
from ingest.records import Article
from ingest.segmentation import sentence_spans
from ingest.storage.catalogue.conditions import RETRIEVABLE
from ingest.storage.catalogue.rows import id_batches, notice_row, parse_day
from ingest.storage.catalogue.schema import (
    articles,
    bands,
    expressions,
    notices,
    passages,
    sketches,
    statements,
)
from ingest.storage.catalogue.transactions import insert_rows
from ingest.versions.near_duplicates import Sketch
from ingest.versions.notices import find_notices

Rows: TypeAlias = "list[dict[str, Any]]"
Annotations: TypeAlias = "list[tuple[Table, Rows]]"

_VERSION_TABLES = (expressions, statements, notices)
"""Annotations of every version."""

_SKETCH_TABLES = (bands, sketches)
"""Signatures of current articles only."""


def annotate(arrived: Iterable[Article]) -> Annotations:
    """The annotations of article versions, as rows by table."""
    found: Annotations = [(table, []) for table in _VERSION_TABLES]
    for article in arrived:
        for (_, collected), rows in zip(found, _rows_of(article), strict=True):
            collected.extend(rows)
    return found


def _rows_of(article: Article) -> tuple[Rows, Rows, Rows]:
    spans = sentence_spans(article.text)
    key = {"article_id": article.id, "version": article.version}
    expression_rows = [
        key | {
            "start": e.start, "end": e.end, "phrase": e.phrase, "rule": e.rule,
            "first_day": e.first.isoformat() if e.first else None,
            "last_day": e.last.isoformat() if e.last else None,
        }
        for e in find_time_expressions(article.text, article.published_at, spans)
    ]  # fmt: skip
    statement_rows = [
        key | {
            "start": s.start, "end": s.end, "speaker": s.speaker, "speaker_start": s.speaker_start,
            "speaker_end": s.speaker_end, "role": s.role, "kind": s.kind,
        }
        for s in find_statements(article.text, spans)
    ]  # fmt: skip
    found = find_notices(article.title, article.text, article.updated_at)
    notice_rows = [notice_row(article, number, notice) for number, notice in enumerate(found)]
    return expression_rows, statement_rows, notice_rows


def insert_annotations(connection: Connection, found: Annotations) -> None:
    """Write annotations of versions that have none yet."""
    for table, rows in found:
        insert_rows(connection, table, rows)


def replace_annotations(
    connection: Connection, arrived: Sequence[Article], found: Annotations
) -> None:
    """Write annotations of versions in the place of those they have."""
    for number in sorted({article.version for article in arrived}):
        for batch in id_batches(a.id for a in arrived if a.version == number):
            for table in _VERSION_TABLES:
                same = and_(table.c.article_id.in_(batch), table.c.version == number)
                connection.execute(delete(table).where(same))
    insert_annotations(connection, found)


def replace_sketches(connection: Connection, by_article: Mapping[str, Sketch]) -> None:
    """Write the sketches of articles, by id, in the place of those of earlier versions."""
    for batch in id_batches(by_article):
        for table in _SKETCH_TABLES:
            connection.execute(delete(table).where(table.c.article_id.in_(batch)))
    band_rows = [
        {"article_id": article_id, "band": number, "value": value}
        for article_id, sketch in by_article.items()
        for number, value in enumerate(sketch.bands)
    ]
    value_rows = [
        {"article_id": article_id, "value": value}
        for article_id, sketch in by_article.items()
        for value in sketch.values
    ]
    insert_rows(connection, bands, band_rows)
    insert_rows(connection, sketches, value_rows)


def delete_annotations(connection: Connection, article_ids: Sequence[str]) -> None:
    """Delete the annotations of articles, all versions."""
    for table in (*_VERSION_TABLES, *_SKETCH_TABLES):
        connection.execute(delete(table).where(table.c.article_id.in_(article_ids)))


def _touching(table: Table, article_id: str, version: int, start: int, end: int) -> Select[Any]:
    """Rows of a version whose span touches ``start:end``, in order."""
    column = table.c
    of_version = and_(column.article_id == article_id, column.version == version)
    touches = and_(column.start < end, column.end > start)
    return select(table).where(and_(of_version, touches)).order_by(column.start)


def expressions_in(
    connection: Connection, article_id: str, version: int, start: int, end: int
) -> list[TimeExpression]:
    """Time expressions that touch ``start:end`` of a version's text, in order."""
    query = _touching(expressions, article_id, version, start, end)
    return [
        TimeExpression(
            row.start,
            row.end,
            row.phrase,
            parse_day(row.first_day),
            parse_day(row.last_day),
            row.rule,
        )
        for row in connection.execute(query)
    ]


def statements_in(
    connection: Connection, article_id: str, version: int, start: int, end: int
) -> list[Statement]:
    """Statements that touch ``start:end`` of a version's text, in order."""
    query = _touching(statements, article_id, version, start, end)
    return [
        Statement(
            row.start, row.end, row.speaker, row.speaker_start, row.speaker_end, row.role, row.kind
        )
        for row in connection.execute(query)
    ]


def happened_between(
    connection: Connection, first: date, last: date, passage_ids: Sequence[str] | None = None
) -> list[str]:
    """Ids of retrievable passages with an expression inside the days, the most precise first.

    "In 2022" is inside no month of 2022: it does not say that anything happened in that month.
    """
    query = (
        select(passages.c.id, expressions.c.first_day, expressions.c.last_day)
        .join(
            expressions,
            and_(
                expressions.c.article_id == passages.c.article_id,
                expressions.c.version == passages.c.version,
                expressions.c.start >= passages.c.start,
                expressions.c.start < passages.c.end,
            ),
        )
        .join(
            articles,
            and_(
                articles.c.id == passages.c.article_id,
                articles.c.current_version == passages.c.version,
            ),
        )
        .where(
            and_(
                expressions.c.first_day >= first.isoformat(),
                expressions.c.last_day <= last.isoformat(),
                RETRIEVABLE,
            )
        )
    )
    if passage_ids is None:
        rows = list(connection.execute(query))
    else:
        rows = [
            row
            for batch in id_batches(passage_ids)
            for row in connection.execute(query.where(passages.c.id.in_(batch)))
        ]
    found = [(_length_in_days(row.first_day, row.last_day), row.id) for row in rows]
    return list(dict.fromkeys(passage_id for _, passage_id in sorted(found)))


def _length_in_days(first: str, last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(first)).days
