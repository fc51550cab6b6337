"""Converts rows of the catalogue to records, and records to rows. Runs no SQL itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Row, Select, select

from ingest.records import Article, Passage, When, epoch_seconds
from ingest.storage.catalogue.schema import articles, versions
from ingest.versions.edits import Edit
from ingest.versions.notices import Notice

_IDS_PER_QUERY = 500
"""Ids per IN list: SQLite builds of long ago allow 999 variables."""


def id_batches(ids: Iterable[str]) -> Iterator[list[str]]:
    """The ids in lists that are short enough for one query."""
    everything = list(ids)
    for first in range(0, len(everything), _IDS_PER_QUERY):
        yield everything[first : first + _IDS_PER_QUERY]


def parse_day(text: str | None) -> date | None:
    """A stored day, which may be missing."""
    return date.fromisoformat(text) if text else None


def parse_when(text: str | None) -> When | None:
    """The inverse of ``isoformat()``: ten characters are a day, more are a moment."""
    if not text:
        return None
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)


def article_from_row(row: Row[Any]) -> Article:
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


def select_versions() -> Select[Any]:
    """The query whose rows ``article_from_row`` takes: every version of every article."""
    return select(
        versions, articles.c.canonical_url, articles.c.origin, articles.c.cluster_id
    ).join(articles, versions.c.article_id == articles.c.id)


def passage_from_row(row: Row[Any], text: str) -> Passage:
    """The passage; ``text`` is that of its whole version."""
    return Passage(
        row.id, row.article_id, row.version, row.ordinal, row.start, row.end,
        text[row.start : row.end],
    )  # fmt: skip


def version_row(article: Article) -> dict[str, Any]:
    """The columns of a version that is not ready yet."""
    return {
        "article_id": article.id,
        "version": article.version,
        "state": "pending",
        "title": article.title,
        "text": article.text,
        "url": article.url,
        "publisher": article.publisher,
        "authors": json.dumps(article.authors),
        "section": article.section,
        "published_at": article.published_at.isoformat() if article.published_at else None,
        "published_epoch": epoch_seconds(article.published_at) if article.published_at else None,
        "published_from": article.published_from,
        "updated_at": article.updated_at.isoformat() if article.updated_at else None,
        "language": article.language,
        "content_hash": article.content_hash,
        "text_hash": article.text_hash,
        "ingested_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def passage_row(passage: Passage) -> dict[str, Any]:
    """The columns of a passage that is not ready yet."""
    return {
        "id": passage.id, "article_id": passage.article_id, "version": passage.version,
        "ordinal": passage.ordinal, "start": passage.start, "end": passage.end, "state": "pending",
    }  # fmt: skip


def notice_row(article: Article, ordinal: int, notice: Notice) -> dict[str, Any]:
    """The columns of a version's notice; ``ordinal`` counts from 0."""
    return {
        "article_id": article.id, "version": article.version, "ordinal": ordinal,
        "kind": notice.kind, "text": notice.text, "start": notice.start, "end": notice.end,
        "day": notice.day.isoformat() if notice.day else None,
    }  # fmt: skip


def notice_from_row(row: Row[Any]) -> Notice:
    return Notice(row.kind, row.text, row.start, row.end, parse_day(row.day))


def edit_row(article_id: str, edit: Edit) -> dict[str, Any]:
    """The columns of an edit of an article."""
    return {
        "article_id": article_id, "version": edit.version, "field": edit.field,
        "value": edit.value, "old_value": edit.old_value, "old_from": edit.old_from,
        "editor": edit.editor, "edited_at": edit.edited_at.isoformat(timespec="seconds"),
    }  # fmt: skip


def edit_from_row(row: Row[Any]) -> Edit:
    return Edit(
        row.field, row.value, row.old_value, row.old_from, row.editor,
        datetime.fromisoformat(row.edited_at), row.version,
    )  # fmt: skip
