"""SQL conditions on articles, versions and passages: which are current, and which pass a filter.

Builds SQLAlchemy expressions, runs none.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time

from sqlalchemy import ColumnElement, and_, false, func, or_, true

from ingest.storage.catalogue.filters import Filters
from ingest.storage.catalogue.schema import articles, passages, versions

CURRENT = and_(
    versions.c.article_id == articles.c.id,
    versions.c.version == articles.c.current_version,
    func.coalesce(versions.c.state, "") == "ready",
)
"""The version of an article that can be retrieved. ``coalesce`` keeps SQLite from starting at the
index of states, where nearly every version is ready, instead of at the article: to find an article
by its address took 2 ms on average up to 4,000 articles and grew with them, now under .1 ms."""

RETRIEVABLE = func.coalesce(passages.c.state, "") == "ready"
"""A passage that can be retrieved. ``coalesce`` for the same reason: 400 ids were looked up by
reading all 12,718 ready passages."""


def filter_condition(filters: Filters) -> ColumnElement[bool]:
    """The filters as a condition on the catalogue's articles and versions."""
    column = versions.c
    day = func.substr(column.published_at, 1, 10)
    parts: list[ColumnElement[bool]] = [true()]
    if filters.first:  # the index on epochs narrows, the written day decides
        parts += [column.published_epoch >= _epoch_seconds(filters.first, -1),
                  day >= filters.first.isoformat()]  # fmt: skip
    if filters.last:
        parts += [column.published_epoch <= _epoch_seconds(filters.last, 2),
                  day <= filters.last.isoformat()]  # fmt: skip
    if filters.outlets:
        parts.append(column.publisher.in_(filters.outlets))
    if filters.languages:
        parts.append(or_(false(), *map(_in_language, filters.languages)))
    if filters.sections:
        parts.append(func.lower(column.section).in_([name.lower() for name in filters.sections]))
    if filters.authors:
        parts.append(or_(false(), *map(_by_author, filters.authors)))
    if filters.articles:
        parts.append(articles.c.id.in_(filters.articles))
    return and_(*parts)


def _in_language(code: str) -> ColumnElement[bool]:
    """A language with all its regions: en is also en-GB."""
    language = func.lower(versions.c.language)
    region = language.startswith(f"{code.lower()}-", autoescape=True)
    return or_(language == code.lower(), region)


def _by_author(name: str) -> ColumnElement[bool]:
    """Names are stored as JSON, where letters beyond ASCII are escapes that no database lowers."""
    stored = func.lower(versions.c.authors)
    spellings = {json.dumps(form)[1:-1].lower() for form in (name, name.lower(), name.title())}
    return or_(false(), *(stored.contains(form, autoescape=True) for form in spellings))


def _epoch_seconds(day: date, offset_days: int) -> float:
    """Midnight so many days later, or the end of the calendar that comes before."""
    shifted = min(max(day.toordinal() + offset_days, date.min.toordinal()), date.max.toordinal())
    return datetime.combine(date.fromordinal(shifted), time(), UTC).timestamp()
