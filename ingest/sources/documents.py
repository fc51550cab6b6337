"""Values between a source and extraction: a fetched page, and a document that can be read.

Knows nothing about how pages are fetched or how documents are read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ingest.errors import BadInput
from ingest.records import Article


@dataclass(frozen=True, slots=True)
class Page:
    """What a web address answered: its text and bytes, and the address after redirects.

    ``etag`` and ``last_modified`` validate a later request; ``unchanged`` is true when the server
    answered such a request with 304 Not Modified.
    """

    url: str
    content_type: str
    text: str
    body: bytes = b""
    etag: str | None = None
    last_modified: str | None = None
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """Something that an article can be extracted from.

    ``kind``: text, markdown, html, fields (a record), article (``article`` is it already), or
    pdf, docx, eml (``data`` holds the file's bytes, ``content`` the text of the others).
    ``fields``: facts known beforehand, under the names people use; ``fields_from`` is the
    provenance of a date among them. A page's own date takes precedence over that of a feed.
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
Fetch: TypeAlias = Callable[[str], Page]
"""Gets the page of an address. Raises BadInput when it cannot be had."""


def document_from_page(page: Page, source: str | None = None) -> DocumentOrError:
    """The document that an address answered with; its kind is read from its bytes and type."""
    name = source or page.url
    kind = _page_kind(page)
    if kind is None:
        return BadInput(
            name, f"{page.content_type} is not supported; expected an HTML, text or PDF page"
        )
    data = page.body if kind in ("pdf", "docx") else b""
    return Document(name, kind, page.text, url=page.url, data=data)


def _page_kind(page: Page) -> str | None:
    if page.body.startswith(b"%PDF-") or page.content_type == "application/pdf":
        return "pdf"
    if "wordprocessingml" in page.content_type:
        return "docx"
    if page.content_type in ("text/plain", "text/markdown"):
        return "text"
    return "html" if "html" in page.content_type or "xml" in page.content_type else None
