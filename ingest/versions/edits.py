"""Corrections of an article's facts by an editor: what is changed, and that it stays changed.

    changes_of(article, wanted) -> Edits         only what is another value than before
    apply_edits(article, edits) -> the article with the values that an editor gave

The text is never edited. Pure functions; knows nothing about stores.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, TypeAlias

from ingest.records import Article, When

EditedField: TypeAlias = Literal["published_at", "publisher"]

EDITED = "edited"
"""The provenance of a publication date that an editor gave."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One corrected fact. Values are text, days and moments in ISO 8601; None is "not known".

    ``version`` is the one that the edit made; ``old_from`` the provenance of an old date.
    """

    field: EditedField
    value: str | None
    old_value: str | None
    old_from: str
    editor: str
    edited_at: datetime
    version: int


def changes_of(
    article: Article, wanted: Mapping[EditedField, str | None], editor: str, now: datetime
) -> list[Edit]:
    """The edits that give an article the wanted values; empty when it has them."""
    old: dict[EditedField, str | None] = {
        "published_at": article.published_at.isoformat() if article.published_at else None,
        "publisher": article.publisher,
    }
    return [
        Edit(
            field, value, old[field], article.published_from if field == "published_at" else "",
            editor, now, article.version + 1,
        )
        for field, value in wanted.items()
        if value != old[field]
    ]  # fmt: skip


def apply_edits(article: Article, edits: Iterable[Edit]) -> Article:
    """The article with the value that the last edit of each field gave."""
    for edit in sorted(edits, key=lambda edit: edit.version):
        if edit.field == "publisher":
            article = replace(article, publisher=edit.value)
        else:
            when = _parse_when(edit.value)
            article = replace(article, published_at=when, published_from=EDITED)
    return article


def _parse_when(value: str | None) -> When | None:
    if value is None:
        return None
    return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
