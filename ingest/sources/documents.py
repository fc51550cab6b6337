"""What travels from a source to extraction: something to read, and what was said about it.

Knows nothing about where it came from or how it will be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ingest.errors import BadInput
from ingest.records import Article


@dataclass(frozen=True, slots=True)
class Document:
    """Something to read.

    ``kind``: text, markdown, html, fields (a record), article (``article`` is it already), or
    pdf, docx, eml (``data`` holds the file's bytes, ``content`` the text of the others).
    ``fields``: facts known beforehand, under the names people use; ``fields_from`` is the
    provenance of a date among them. A page's own date goes before that of a feed.
    """

    source: str
    kind: str
    content: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    url: str | None = None
    origin: str | None = None
    data: bytes = b""
    article: Article | None = None
    fields_from: str = "given"


DocumentOrError: TypeAlias = "Document | BadInput"
