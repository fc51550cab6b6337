"""Small files of every kind, made here: nothing is copied from anyone's article."""

from __future__ import annotations

import gzip
import io
import json
import zipfile

BODY = (
    "The mayor of Kestrin said on Monday that the old bridge would be closed for repairs.\n\n"
    "Ferries will run every ten minutes until the work is done, the harbor office said."
)
FIRST, SECOND = BODY.split("\n\n")


def html_file(head: str = "", body: str = BODY, title: str = "Bridge closed") -> bytes:
    """An article's page."""
    paragraphs = "".join(f"<p>{p}</p>" for p in body.split("\n\n"))
    return (
        f'<!doctype html><html lang="en"><head><title>{title}</title>{head}</head><body><article>'
        f"<h1>{title}</h1>{paragraphs}</article></body></html>"
    ).encode()


def pdf_file(*pages: list[str], title: str = "") -> bytes:
    """A PDF whose pages show these lines, written object by object."""
    objects: list[bytes] = [b"", b""]
    kids = []
    for lines in pages:
        shown = b"BT /F1 11 Tf 40 780 Td 14 TL " + b" ".join(
            b"(" + line.encode("latin-1").replace(b"(", b"\\(").replace(b")", b"\\)") + b") Tj T*"
            for line in lines
        ) + b" ET"  # fmt: skip
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(shown), shown))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> "
            b">> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects[1] = b"<< /Type /Pages /Kids [%b] /Count %d >>" % (b" ".join(kids), len(kids))
    objects.append(b"<< /Title (%b) /CreationDate (D:20200101000000Z) >>" % title.encode())
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, table, len(objects) + 1, len(objects), len(out))
    )


def docx_file(*paragraphs: str, heading: str = "", title: str = "") -> bytes:
    """A Word file."""
    import docx

    document = docx.Document()
    document.core_properties.title = title
    if heading:
        document.add_heading(heading, 1)
    for text in paragraphs:
        document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def zip_bomb() -> bytes:
    """A Word file that says it unpacks to more than anyone has memory for."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        for number in range(3):
            parts.writestr(f"word/{number}.xml", b"\x00" * 80_000_000)
    return out.getvalue()


def eml_file(body: str = BODY, headers: str = "", subtype: str = "plain") -> bytes:
    """An e-mail, with more headers if wanted."""
    return (
        "From: Harbor Daily <news@daily.example>\r\nSubject: Bridge closed\r\n"
        f"Date: Mon, 02 Jun 2025 07:15:00 +0200\r\n{headers}"
        f"Content-Type: text/{subtype}; charset=utf-8\r\n\r\n{body}"
    ).encode()


def warc_file(*pages: tuple[str, str, bytes], compressed: bool = True) -> bytes:
    """A web archive of ``(address, status, body)``."""
    records = []
    for number, (url, status, body) in enumerate(pages):
        answer = (
            f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\n"
            f"WARC-Date: 2026-01-01T00:00:00Z\r\nWARC-Record-ID: <urn:x:{number}>\r\n"
            "Content-Type: application/http; msgtype=response\r\n"
            f"Content-Length: {len(answer)}\r\n\r\n"
        ).encode()
        record = head + answer + b"\r\n\r\n"
        records.append(gzip.compress(record, mtime=0) if compressed else record)
    return b"".join(records)


def jsonl_file(*records: object) -> bytes:
    return "\n".join(map(json.dumps, records)).encode()


def rss_file(*items: str, title: str = "The Ledger") -> bytes:
    """An RSS feed of these items."""
    listed = "".join(f"<item>{item}</item>" for item in items)
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{listed}'
        "</channel></rss>"
    ).encode()


def sitemap_file(*locations: str, index: bool = False) -> bytes:
    """A news sitemap of addresses, or an index of sitemaps."""
    outer, inner = ("sitemapindex", "sitemap") if index else ("urlset", "url")
    news = "" if index else (
        "<n:news><n:publication><n:name>The Ledger</n:name><n:language>en</n:language>"
        "</n:publication><n:publication_date>2025-06-06</n:publication_date>"
        "<n:title>Bridge closed</n:title></n:news>"
    )  # fmt: skip
    listed = "".join(f"<{inner}><loc>{where}</loc>{news}</{inner}>" for where in locations)
    return (
        f'<?xml version="1.0"?><{outer} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">{listed}</{outer}>'
    ).encode()


def packed(raw: bytes) -> bytes:
    return gzip.compress(raw, mtime=0)


def parquet_file(*rows: dict[str, str]) -> bytes:
    """A table with a record a row. Needs pyarrow."""
    import pyarrow
    from pyarrow import parquet

    written = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(list(rows)), written)
    return written.getvalue()
