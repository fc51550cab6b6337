"""Turns what users point at into documents, one at a time.

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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

from ingest.errors import BadInput
from ingest.records import Article
from ingest.sources.documents import Document, DocumentOrError, Fetch, document_from_page
from ingest.sources.feeds import is_feed, read_feed
from ingest.sources.files import read_path
from ingest.sources.folders import expand_pattern
from ingest.sources.record_fields import apply_field_mapping

Source: TypeAlias = "str | Path | Mapping[str, Any] | Article | Document | BadInput"


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
    sources: Iterable[Source], fetch: Fetch, options: ReadOptions | None = None
) -> Iterator[DocumentOrError]:
    """The documents of all sources in order, one at a time; ``fetch`` gets web pages."""
    options = options or ReadOptions()
    for source in sources:
        for item in _read_source(source, fetch, options.exclude):
            if options.mapping and isinstance(item, Document) and item.kind == "fields":
                yield replace(item, fields=apply_field_mapping(item.fields, options.mapping))
            else:
                yield item


def _read_source(
    source: Source, fetch: Fetch, exclude: tuple[str, ...]
) -> Iterator[DocumentOrError]:
    if isinstance(source, Document | BadInput):
        yield source
    elif isinstance(source, Article):
        yield Document(source.url or source.title or "article", "article", article=source)
    elif isinstance(source, Mapping):
        name = str(source.get("url") or source.get("title") or "item")
        yield Document(name, "fields", fields=source)
    elif "://" in str(source) and not os.path.exists(str(source)):
        yield from read_url(str(source), fetch)
    else:
        for path in expand_pattern(Path(source)):
            yield from read_path(path, exclude)


def read_url(url: str, fetch: Fetch, *, must_be_feed: bool = False) -> Iterator[DocumentOrError]:
    """The page of an address, or the articles of the feed or sitemap that it is.

    ``must_be_feed``: anything else at this address is an error.
    """
    try:
        page = fetch(url)
    except BadInput as error:
        yield error
        return
    if must_be_feed or is_feed(page):
        yield from read_feed(page, fetch)
    else:
        yield document_from_page(page, url)


def urls_in_file(path: str) -> Iterator[Source]:
    """The addresses that a file lists, one a line; ``-`` is standard input. Empty lines and lines
    that start with # are passed over; a line that is no address is yielded as its BadInput."""
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
