"""What people point at -> documents, one at a time.

    path         a file, or every file below a folder (``ingest.sources.files``)
    address      a page, or every article of a feed or a sitemap (``ingest.sources.feeds``)
    mapping      a record with text, title, date, url...
    Article      as it is
    Document     read already: its text is extracted like any other

A bad item is yielded as its BadInput, so that it never stops the rest. Knows nothing about
articles or stores.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

from ingest.errors import BadInput
from ingest.records import Article
from ingest.sources.documents import Document, DocumentOrError
from ingest.sources.fetch import Page

Source: TypeAlias = "str | Path | Mapping[str, Any] | Article | Document | BadInput"
Fetch: TypeAlias = Callable[[str], Page]


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How sources are read.

    ``mapping``: our name of a field -> the name (or dotted path) it has in the user's records.
    ``exclude``: files below folders to leave out, as in .gitignore.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()


def samples_folder() -> Path:
    """The folder of bundled sample articles, our own writing about an invented country."""
    return Path(__file__).parents[1] / "samples"


def read_sources(
    sources: Iterable[Source], fetch: Fetch, reading: ReadOptions | None = None
) -> Iterator[DocumentOrError]:
    """Documents of all sources in order, one at a time."""
    reading = reading or ReadOptions()
    for source in sources:
        for found in _read_source(source, fetch, reading):
            yield apply_field_mapping(found, reading.mapping) if reading.mapping else found


def _read_source(source: Source, fetch: Fetch, reading: ReadOptions) -> Iterator[DocumentOrError]:
    if isinstance(source, Document | BadInput):
        yield source
    elif isinstance(source, Article):
        yield Document(source.url or source.title or "article", "article", article=source)
    elif isinstance(source, Mapping):
        name = str(source.get("url") or source.get("title") or "item")
        yield Document(name, "fields", fields=source)
    elif "://" in str(source) and not os.path.exists(str(source)):
        yield from _read_url(str(source), fetch)
    else:
        from ingest.sources.files import expand_pattern, read_path

        for path in expand_pattern(Path(source)):
            yield from read_path(path, reading.exclude)


# -- addresses ----------------------------------------------------------------------------


def _read_url(url: str, fetch: Fetch) -> Iterator[DocumentOrError]:
    from ingest.sources.feeds import is_feed, read_feed

    try:
        page = fetch(url)
    except BadInput as error:
        yield error
        return
    if is_feed(page):
        yield from read_feed(page, fetch)
    else:
        yield document_from_page(page, url)


def read_feed_url(url: str, fetch: Fetch) -> Iterator[DocumentOrError]:
    """The articles of an address that must be a feed or a sitemap."""
    from ingest.sources.feeds import read_feed

    try:
        page = fetch(url)
    except BadInput as error:
        yield error
        return
    yield from read_feed(page, fetch)


def document_from_page(page: Page, source: str | None = None) -> DocumentOrError:
    """The document that an address answered with, by its content and type."""
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


def urls_in_file(path: str) -> Iterator[Source]:
    """The addresses that a file lists, one a line; ``-`` is standard input. Empty lines and lines
    that start with # are passed over."""
    try:
        lines = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError, ValueError) as error:
        yield BadInput(path, f"cannot be read as a list of addresses ({error})")
        return
    for number, line in enumerate(lines.splitlines(), 1):
        if not (address := line.strip()) or address.startswith("#"):
            continue
        if address.startswith(("http://", "https://")):
            yield address
        else:
            yield BadInput(f"{path}:{number}", f"not an http or https address ({address[:80]})")


# -- field mapping ------------------------------------------------------------------------


def parse_field_mapping(pairs: Iterable[str]) -> dict[str, str]:
    """``["title=headline", ...]`` as a mapping. Raises BadInput for a name that we do not know."""
    from ingest.sources.record_fields import field_name

    mapping: dict[str, str] = {}
    for pair in pairs:
        ours, mark, theirs = pair.partition("=")
        if not (mark and ours.strip() and theirs.strip()):
            raise BadInput(pair, "write a mapping of fields as title=headline")
        mapping[field_name(ours.strip(), pair)] = theirs.strip()
    return mapping


def apply_field_mapping(found: DocumentOrError, mapping: Mapping[str, str]) -> DocumentOrError:
    if not isinstance(found, Document) or found.kind != "fields":
        return found
    reached = {ours: _value_at_path(found.fields, theirs) for ours, theirs in mapping.items()}
    known = {ours: value for ours, value in reached.items() if value is not None}
    # Under another spelling the record's own field would hide the one it is mapped to.
    rest = {k: v for k, v in found.fields.items() if str(k).lower() not in known}
    return replace(found, fields={**rest, **known})


def _value_at_path(record: Mapping[str, Any], path: str) -> Any:
    """A field by its name, or by names with dots between for records inside records."""
    if path in record:
        return record[path]
    here: Any = record
    for step in path.split("."):
        if not isinstance(here, Mapping) or step not in here:
            return None
        here = here[step]
    return here
