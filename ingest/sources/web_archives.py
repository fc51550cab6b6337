"""Streams the HTML pages of web archives (WARC, such as Common Crawl's CC-NEWS) as documents.

Other records are passed over. The time of the crawl is never taken for a publication date. Knows
nothing about what is on the pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.errors import BadInput, summary_of
from ingest.sources.documents import Document, DocumentOrError
from ingest.sources.encoding import decode
from ingest.sources.limits import MAX_PAGE_BYTES

_HTML_TYPES = ("text/html", "application/xhtml+xml")


def read_archive(path: Path) -> Iterator[DocumentOrError]:
    """Every page of an archive, gzipped or not. Raises OSError when it cannot be opened."""
    from warcio.archiveiterator import ArchiveIterator

    found = 0
    with path.open("rb") as stream:
        try:
            for record in ArchiveIterator(stream, check_digests=False):
                if (page := _page(record)) is not None:
                    found += 1
                    yield page
        except Exception as error:  # warcio raises many kinds for a torn archive
            reason = f"the archive is broken from here on ({summary_of(error)})"
            yield BadInput(f"{path}#{found + 1}", reason)
            return
    if not found:
        yield BadInput(str(path), "no pages in this archive")


def _page(record: Any) -> DocumentOrError | None:
    """The page of a record, or None for a record that is none."""
    if record.rec_type != "response" or record.http_headers is None:
        return None
    url = record.rec_headers.get_header("WARC-Target-URI", "").strip("<>")
    kind = record.http_headers.get_header("Content-Type", "")
    if kind.split(";")[0].strip().lower() not in _HTML_TYPES:
        return None
    status = record.http_headers.get_statuscode()
    if status != "200":
        return BadInput(url, f"answered {status}")
    body = record.content_stream().read(MAX_PAGE_BYTES + 1)
    if len(body) > MAX_PAGE_BYTES:
        return BadInput(url, f"larger than {MAX_PAGE_BYTES // 1_000_000} MB")
    if getattr(record.raw_stream, "limit", 0) > 0 and not record.raw_stream.read(1):
        return BadInput(url, "the archive is cut off within this page")
    stated = kind.lower().partition("charset=")[2].split(";")[0].strip(" \"'")
    return Document(url, "html", decode(body, stated or None), url=url)
