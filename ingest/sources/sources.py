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
from ingest.sources.documents import Document, Found
from ingest.sources.fetch import Page

Source: TypeAlias = "str | Path | Mapping[str, Any] | Article | Document | BadInput"
Fetch: TypeAlias = Callable[[str], Page]


@dataclass(frozen=True, slots=True)
class Reading:
    """How sources are read.

    ``mapping``: our name of a field -> the name (or dotted path) it has in the user's records.
    ``exclude``: files below folders to leave out, as in .gitignore.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()


def samples() -> Path:
    """The folder of bundled sample articles, our own writing about an invented country."""
    return Path(__file__).parents[1] / "samples"


def documents(
    sources: Iterable[Source], fetch: Fetch, reading: Reading | None = None
) -> Iterator[Found]:
    """Documents of all sources in order, one at a time."""
    reading = reading or Reading()
    for source in sources:
        for found in _documents_of(source, fetch, reading):
            yield _mapped(found, reading.mapping) if reading.mapping else found


def _documents_of(source: Source, fetch: Fetch, reading: Reading) -> Iterator[Found]:
    if isinstance(source, Document | BadInput):
        yield source
    elif isinstance(source, Article):
        yield Document(source.url or source.title or "article", "article", article=source)
    elif isinstance(source, Mapping):
        name = str(source.get("url") or source.get("title") or "item")
        yield Document(name, "fields", fields=source)
    elif "://" in str(source) and not os.path.exists(str(source)):
        yield from _from_address(str(source), fetch)
    else:
        from ingest.sources.files import expanded, from_path

        for path in expanded(Path(source)):
            yield from from_path(path, reading.exclude)


# -- addresses ----------------------------------------------------------------------------


def _from_address(url: str, fetch: Fetch) -> Iterator[Found]:
    from ingest.sources.feeds import documents_of, is_list

    try:
        page = fetch(url)
    except BadInput as error:
        yield error
        return
    if is_list(page):
        yield from documents_of(page, fetch)
    else:
        yield from_page(page, url)


def from_list(url: str, fetch: Fetch) -> Iterator[Found]:
    """The articles of an address that must be a feed or a sitemap."""
    from ingest.sources.feeds import documents_of

    try:
        page = fetch(url)
    except BadInput as error:
        yield error
        return
    yield from documents_of(page, fetch)


def from_page(page: Page, source: str | None = None) -> Found:
    """The document that an address answered with, by its content and type."""
    name = source or page.url
    kind = _kind_of(page)
    if kind is None:
        return BadInput(
            name, f"{page.content_type} is not supported; expected an HTML, text or PDF page"
        )
    data = page.body if kind in ("pdf", "docx") else b""
    return Document(name, kind, page.text, url=page.url, data=data)


def _kind_of(page: Page) -> str | None:
    if page.body.startswith(b"%PDF-") or page.content_type == "application/pdf":
        return "pdf"
    if "wordprocessingml" in page.content_type:
        return "docx"
    if page.content_type in ("text/plain", "text/markdown"):
        return "text"
    return "html" if "html" in page.content_type or "xml" in page.content_type else None


def addresses_in(path: str) -> Iterator[Source]:
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


def mapping_of(pairs: Iterable[str]) -> dict[str, str]:
    """``["title=headline", ...]`` as a mapping. Raises BadInput for a name that we do not know."""
    from ingest.sources.record_fields import canonical_name

    mapping: dict[str, str] = {}
    for pair in pairs:
        ours, mark, theirs = pair.partition("=")
        if not (mark and ours.strip() and theirs.strip()):
            raise BadInput(pair, "write a mapping of fields as title=headline")
        mapping[canonical_name(ours.strip(), pair)] = theirs.strip()
    return mapping


def _mapped(found: Found, mapping: Mapping[str, str]) -> Found:
    if not isinstance(found, Document) or found.kind != "fields":
        return found
    reached = {ours: _reached(found.fields, theirs) for ours, theirs in mapping.items()}
    known = {ours: value for ours, value in reached.items() if value is not None}
    # Under another spelling the record's own field would hide the one it is mapped to.
    rest = {k: v for k, v in found.fields.items() if str(k).lower() not in known}
    return replace(found, fields={**rest, **known})


def _reached(record: Mapping[str, Any], path: str) -> Any:
    """A field by its name, or by names with dots between for records inside records."""
    if path in record:
        return record[path]
    here: Any = record
    for step in path.split("."):
        if not isinstance(here, Mapping) or step not in here:
            return None
        here = here[step]
    return here
