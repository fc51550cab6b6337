"""Files of every kind: what is taken from them, and that their own times are never believed."""

from __future__ import annotations

import json
import tracemalloc
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from ingest.errors import BadInput, FetchRefused
from ingest.extraction.article import extract
from ingest.records import Article
from ingest.sources.documents import Document, Page
from ingest.sources.reader import read_sources
from tests.fakes_files import (
    BODY,
    FIRST,
    docx_file,
    eml_file,
    html_file,
    jsonl_file,
    packed,
    pdf_file,
    warc_file,
    zip_bomb,
)


def nothing(url: str) -> Page:
    raise FetchRefused(url, "not in this test")


def read(path: Path, raw: bytes) -> list[Article | BadInput]:
    """What becomes of a file with these bytes."""
    path.write_bytes(raw)
    found: list[Article | BadInput] = []
    for item in read_sources([path], nothing):
        try:
            found.append(extract(item) if isinstance(item, Document) else item)
        except BadInput as error:
            found.append(error)
    return found


def one(path: Path, raw: bytes) -> Article:
    (article,) = read(path, raw)
    assert isinstance(article, Article), article
    return article


def test_a_pdf_is_its_paragraphs_without_page_numbers(tmp_path: Path) -> None:
    """Printed lines become paragraphs; numbers and running heads of pages are dropped; the time
    at which the file was made is no publication date."""
    first = [
        "The Ledger",
        "The mayor of Kestrin said on Monday that the old bridge would be",
        "closed for repairs that take two weeks, and that it had to be",
        "done now.",
        "Page 1",
    ]
    second = [
        "The Ledger",
        "Ferries will run every ten minutes until all of the work is done,",
        "the harbor office said.",
        "Page 2",
    ]
    third = ["The Ledger", "Nobody was hurt.", "Page 3"]  # fmt: skip
    article = one(tmp_path / "a.pdf", pdf_file(first, second, third, title="Bridge closed"))
    assert article.title == "Bridge closed"
    assert article.text == (
        "The mayor of Kestrin said on Monday that the old bridge would be closed for repairs that "
        "take two weeks, and that it had to be done now.\n\nFerries will run every ten minutes "
        "until all of the work is done, the harbor office said.\n\nNobody was hurt."
    )
    assert (article.published_at, article.published_from) == (None, "unknown")


def test_a_scan_is_refused_as_one(tmp_path: Path) -> None:
    """A PDF without text says what it may be."""
    (refused,) = read(tmp_path / "a.pdf", pdf_file([]))
    assert "may be a scan" in str(refused)


def test_a_word_file_is_its_paragraphs_and_heading(tmp_path: Path) -> None:
    """The first heading is the title when the file names none."""
    article = one(tmp_path / "a.docx", docx_file(*BODY.split("\n\n"), heading="Bridge closed"))
    assert (article.title, article.text) == ("Bridge closed", BODY)
    assert article.published_from == "unknown"


def test_a_word_file_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    """What a file says of its size is added up before anything is unpacked."""
    (refused,) = read(tmp_path / "a.docx", zip_bomb())
    assert "larger than 200 MB" in str(refused)


def test_a_newsletter_has_its_sender_and_its_day(tmp_path: Path) -> None:
    """A mailing list's sender is the publisher, and its date the date of publication."""
    article = one(tmp_path / "a.eml", eml_file(headers="List-Id: <daily>\r\n"))
    assert (article.title, article.publisher, article.text) == (
        "Bridge closed", "Harbor Daily", BODY,
    )  # fmt: skip
    east = timezone(timedelta(hours=2))
    assert article.published_at == datetime(2025, 6, 2, 7, 15, tzinfo=east)
    assert article.published_from == "meta"


def test_a_mail_that_passes_something_on_does_not_date_it(tmp_path: Path) -> None:
    """An answer or a forwarded message was sent later than what it holds was published."""
    raw = eml_file(headers="List-Id: <daily>\r\n").replace(b"Subject: ", b"Subject: Fwd: ")
    article = one(tmp_path / "a.eml", raw)
    assert (article.title, article.published_at) == ("Bridge closed", None)


def test_a_mail_in_html_is_read_like_a_page(tmp_path: Path) -> None:
    """Without a plain part the HTML part is taken."""
    raw = eml_file(html_file().decode(), subtype="html")
    assert FIRST in one(tmp_path / "a.eml", raw).text


def test_an_archive_gives_its_pages(tmp_path: Path) -> None:
    """Pages are articles, errors are refused, and the time of the crawl dates nothing."""
    pages = [("https://a.example/1", "200 OK", html_file()),
             ("https://a.example/2", "404 Not Found", b"gone")]  # fmt: skip
    article, refused = read(tmp_path / "a.warc.gz", warc_file(*pages))
    assert isinstance(article, Article)
    assert (article.url, article.published_at) == ("https://a.example/1", None)
    assert str(refused) == "https://a.example/2: answered 404"


@pytest.mark.parametrize("compressed", [True, False])
def test_a_torn_archive_gives_what_is_whole(tmp_path: Path, compressed: bool) -> None:
    """What comes before the damage is kept, and half a page is never taken for a whole one."""
    first = ("https://a.example/1", "200 OK", html_file())
    second = ("https://a.example/2", "200 OK", html_file(body=BODY + " More." * 500))
    whole = warc_file(first, second, compressed=compressed)
    article, refused = read(tmp_path / "a.warc", whole[: -len(whole) // 8])
    assert isinstance(article, Article)
    assert isinstance(refused, BadInput)


@pytest.mark.parametrize(("name", "mark"), [("a.csv", ","), ("a.csv", ";"), ("a.tsv", "\t")])
def test_a_table_is_a_record_a_row(tmp_path: Path, name: str, mark: str) -> None:
    """The first row names the columns; whatever separates them, texts may hold line breaks."""
    head = mark.join(["Headline", "text", "date"])
    raw = f'{head}\n"Bridge{mark} closed"{mark}"{BODY}"{mark}2025-06-02\n'.encode()
    article = one(tmp_path / name, raw)
    assert (article.title, article.text) == (" ".join(f"Bridge{mark} closed".split()), BODY)
    assert article.published_at == date(2025, 6, 2)


def test_a_long_text_fits_into_a_column(tmp_path: Path) -> None:
    """Longer fields than Python's csv module takes by itself are read."""
    long = "The bridge is closed today. " * 10_000
    assert len(one(tmp_path / "a.csv", f'text\n"{long}"\n'.encode()).text) > 200_000


def test_parquet_is_a_record_a_row(tmp_path: Path) -> None:
    """Columns are fields; a packed file is read too; a broken one is refused."""
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    file = tmp_path / "a.parquet"
    parquet.write_table(arrow.table({"headline": ["Bridge"], "body": [BODY]}), file)
    raw = file.read_bytes()
    assert one(file, raw).title == "Bridge"
    assert one(tmp_path / "b.parquet.gz", packed(raw)).text == BODY
    (refused,) = read(file, raw[:-20])
    assert "not a Parquet file" in str(refused)


@pytest.mark.parametrize(
    ("name", "raw"),
    [("a.txt.gz", BODY.encode()), ("a.html.gz", html_file()), ("a.eml.gz", eml_file()),
     ("a.jsonl.gz", jsonl_file({"text": BODY})), ("a.csv.gz", f'text\n"{BODY}"\n'.encode()),
     ("a.json.gz", json.dumps([{"text": BODY}]).encode()), ("a.pdf.gz", pdf_file([BODY[:80]])),
     ("a.docx.gz", docx_file(BODY)), ("a.md.gz", BODY.encode())],
)  # fmt: skip
def test_every_kind_is_read_packed(tmp_path: Path, name: str, raw: bytes) -> None:
    """``.gz`` behind any kind's ending makes no difference."""
    assert one(tmp_path / name, packed(raw)).text


def test_broken_packing_is_refused(tmp_path: Path) -> None:
    """A torn or false ``.gz`` is that file's refusal."""
    for raw in (b"not packed", packed(BODY.encode() * 50)[:-30]):
        (refused,) = read(tmp_path / "a.txt.gz", raw)
        assert "compression is broken" in str(refused)


def test_a_long_list_needs_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    """Records are read one at a time: twenty times the lines, the same peak."""

    def peak(lines: int) -> int:
        file = tmp_path / f"{lines}.jsonl"
        file.write_bytes((jsonl_file({"text": BODY}) + b"\n") * lines)
        tracemalloc.start()
        read = sum(1 for _ in read_sources([file], nothing))
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert read == lines
        return used

    peak(100)
    assert peak(20_000) < 1.5 * peak(1_000)


def test_a_record_with_markup_loses_it(tmp_path: Path) -> None:
    """A text that is HTML is read as a page's body."""
    markup = "".join(f"<p>{paragraph}</p>" for paragraph in BODY.split("\n\n"))
    assert one(tmp_path / "a.jsonl", jsonl_file({"text": markup})).text == BODY
