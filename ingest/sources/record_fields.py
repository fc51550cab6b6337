"""The names under which people keep an article's facts in records and front matter.

Knows nothing about where the records come from.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.errors import BadInput

FIELD_NAMES: dict[str, tuple[str, ...]] = {
    "text": ("text", "body", "content", "article", "maintext", "full_text", "articlebody"),
    "title": ("title", "headline", "name"),
    "url": ("url", "link", "canonical_url", "source_url"),
    "publisher": ("publisher", "source", "outlet", "site_name", "sitename"),
    "authors": ("authors", "author", "byline", "by"),
    "published": ("published", "published_at", "publish_date", "date", "pubdate", "date_published",
                  "publication_date", "datepublished", "datetime"),
    "updated": ("updated", "updated_at", "modified", "date_modified", "datemodified"),
    "language": ("language", "lang"),
    "section": ("section", "category"),
}  # fmt: skip
"""Our name of a fact -> the names it is looked for under, the first found winning."""


def field_value(fields: Mapping[str, Any], name: str) -> Any:
    """The value of a fact, whatever it is called and in whatever letter case; None if absent."""
    lowered = {str(key).lower(): value for key, value in fields.items()}
    for key in FIELD_NAMES[name]:
        if lowered.get(key) not in (None, "", []):
            return lowered[key]
    return None


def field_name(name: str, source: str) -> str:
    """Our name of a fact that the user names somehow. Raises BadInput with the names there are."""
    for ours, names in FIELD_NAMES.items():
        if name.lower() in names:
            return ours
    raise BadInput(source, f"{name!r} is not a field; expected one of {', '.join(FIELD_NAMES)}")
