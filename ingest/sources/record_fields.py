"""Maps the field names that people use in records and front matter to this project's names.

The names in FIELD_NAMES are recognised in any letter case; a user can map other names to ours,
also of nested records (``meta.headline``). Knows nothing about where the records come from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
"""Our name of a field -> the names under which it is looked for, the first found winning."""


def field_value(fields: Mapping[str, Any], name: str) -> Any:
    """The value of a field under any of its names, in any letter case; None if it is absent."""
    lowered = {str(key).lower(): value for key, value in fields.items()}
    for key in FIELD_NAMES[name]:
        if lowered.get(key) not in (None, "", []):
            return lowered[key]
    return None


def parse_field_mapping(pairs: Iterable[str]) -> dict[str, str]:
    """``["title=headline", ...]`` as a mapping of our names to the user's.

    Raises BadInput for a pair that is none, and for a name of ours that does not exist.
    """
    mapping: dict[str, str] = {}
    for pair in pairs:
        ours, mark, theirs = pair.partition("=")
        if not (mark and ours.strip() and theirs.strip()):
            raise BadInput(pair, "write a mapping of fields as title=headline")
        mapping[_our_name(ours.strip(), pair)] = theirs.strip()
    return mapping


def _our_name(name: str, source: str) -> str:
    for ours, names in FIELD_NAMES.items():
        if name.lower() in names:
            return ours
    raise BadInput(source, f"{name!r} is not a field; expected one of {', '.join(FIELD_NAMES)}")


def apply_field_mapping(fields: Mapping[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    """A record's fields, with the mapped ones under our names."""
    reached = {ours: _value_at_path(fields, theirs) for ours, theirs in mapping.items()}
    known = {ours: value for ours, value in reached.items() if value is not None}
    # Under another spelling the record's own field would hide the one it is mapped to.
    return {**{k: v for k, v in fields.items() if str(k).lower() not in known}, **known}


def _value_at_path(record: Mapping[str, Any], path: str) -> Any:
    """A field by its name, or by names with dots between for records inside records."""
    if path in record:
        return record[path]
    value: Any = record
    for step in path.split("."):
        if not isinstance(value, Mapping) or step not in value:
            return None
        value = value[step]
    return value
