"""What the rules found in article versions, in the catalogue: time expressions, statements,
notices, and the prints that copies are found by.

    found_in: article versions -> rows            (takes milliseconds an article: no transaction)
    write:    rows -> tables, in the transaction that stores the versions

Part of the catalogue, which hands it connections; knows nothing about how the rules work.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import Connection, Select, Table, and_, delete, insert, select

from ingest.attribution.statements import Statement, find_statements
from ingest.dates.time_expressions import TimeExpression, find_time_expressions
from ingest.records import Article
from ingest.segmentation import sentence_spans
from ingest.storage.catalogue.rows import RETRIEVABLE, batches, notice_row
from ingest.storage.catalogue.schema import (
    articles,
    bands,
    expressions,
    notices,
    passages,
    sketches,
    statements,
)
from ingest.versions.near_duplicates import Sketch
from ingest.versions.notices import find_notices

Rows: TypeAlias = "list[dict[str, Any]]"
Findings: TypeAlias = "list[tuple[Table, Rows]]"

TABLES = (expressions, statements, notices)
"""What is kept of every version; of the present one also ``SKETCHES``."""

SKETCHES = (bands, sketches)


def found_in(arrived: Iterable[Article]) -> Findings:
    """What the rules find in article versions, as rows by table."""
    found: Findings = [(table, []) for table in TABLES]
    for article in arrived:
        for (_, kept), rows in zip(found, _rows_of(article), strict=True):
            kept.extend(rows)
    return found


def _rows_of(article: Article) -> tuple[Rows, Rows, Rows]:
    spans = sentence_spans(article.text)
    key = {"article_id": article.id, "version": article.version}
    dated = [
        key | {
            "start": e.start, "end": e.end, "phrase": e.phrase, "rule": e.rule,
            "first_day": e.first.isoformat() if e.first else None,
            "last_day": e.last.isoformat() if e.last else None,
        }
        for e in find_time_expressions(article.text, article.published_at, spans)
    ]  # fmt: skip
    said = [
        key | {
            "start": s.start, "end": s.end, "speaker": s.speaker, "speaker_start": s.speaker_start,
            "speaker_end": s.speaker_end, "role": s.role, "kind": s.kind,
        }
        for s in find_statements(article.text, spans)
    ]  # fmt: skip
    printed = find_notices(article.title, article.text, article.updated_at)
    return dated, said, [notice_row(article, number, n) for number, n in enumerate(printed)]


def write(connection: Connection, found: Findings) -> None:
    """Write what was found in versions of which nothing was written before."""
    for table, rows in found:
        if rows:
            connection.execute(insert(table), rows)


def rewrite(connection: Connection, arrived: Sequence[Article], found: Findings) -> None:
    """Write what was found in versions, in the place of what was written for them before."""
    for number in sorted({article.version for article in arrived}):
        for batch in batches(a.id for a in arrived if a.version == number):
            for table in TABLES:
                same = and_(table.c.article_id.in_(batch), table.c.version == number)
                connection.execute(delete(table).where(same))
    write(connection, found)


def write_sketches(connection: Connection, made: Mapping[str, Sketch]) -> None:
    """Write the prints of articles, in the place of those of earlier versions."""
    for batch in batches(made):
        for table in SKETCHES:
            connection.execute(delete(table).where(table.c.article_id.in_(batch)))
    placed = [
        {"article_id": article_id, "band": place, "value": value}
        for article_id, sketch in made.items()
        for place, value in enumerate(sketch.bands)
    ]
    values = [
        {"article_id": article_id, "value": value}
        for article_id, sketch in made.items()
        for value in sketch.values
    ]
    write(connection, [(bands, placed), (sketches, values)])


def drop(connection: Connection, article_ids: Sequence[str]) -> None:
    """Delete everything about articles, all versions."""
    for table in (*TABLES, *SKETCHES):
        connection.execute(delete(table).where(table.c.article_id.in_(article_ids)))


def _touching(table: Table, article_id: str, version: int, start: int, end: int) -> Select[Any]:
    """Rows of a version whose span touches ``start:end``, in order."""
    column = table.c
    mine = and_(column.article_id == article_id, column.version == version)
    touches = and_(column.start < end, column.end > start)
    return select(table).where(and_(mine, touches)).order_by(column.start)


def expressions_in(
    connection: Connection, article_id: str, version: int, start: int, end: int
) -> list[TimeExpression]:
    """Time expressions that touch ``start:end`` of a version's text, in order."""
    query = _touching(expressions, article_id, version, start, end)
    return [
        TimeExpression(
            row.start, row.end, row.phrase, _day(row.first_day), _day(row.last_day), row.rule
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
    """Ids of retrievable passages with an expression wholly inside the days, preciser ones first.

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
            for batch in batches(passage_ids)
            for row in connection.execute(query.where(passages.c.id.in_(batch)))
        ]
    found = [(_days(row.first_day, row.last_day), row.id) for row in rows]
    return list(dict.fromkeys(passage_id for _, passage_id in sorted(found)))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _days(first: str, last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(first)).days
