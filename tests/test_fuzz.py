"""Untrusted input of every kind: whatever it is, an article or a refusal, and in time."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.errors import BadInput
from ingest.extraction.article import extract
from ingest.sources.documents import Document, Page
from ingest.sources.feeds import read_feed
from ingest.sources.reader import read_sources
from tests.fakes_files import (
    BODY,
    docx_file,
    eml_file,
    html_file,
    jsonl_file,
    packed,
    parquet_file,
    pdf_file,
    rss_file,
    sitemap_file,
    warc_file,
)

QUICK = settings(
    max_examples=30, deadline=None, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip

HEAD = (
    '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2025-06-02"}'
    '</script><meta property="og:site_name" content="The Ledger">'
)
WHOLE: dict[str, bytes] = {
    "a.html": html_file(HEAD),
    "a.pdf": pdf_file([*BODY.split("\n\n"), "1"], title="Bridge closed"),
    "a.jsonl": jsonl_file({"text": BODY, "title": "Bridge"}, {"text": BODY * 2}),
    "a.json": b'[{"text": "' + BODY.replace("\n", " ").encode() + b'"}]',
    "a.csv": b'title,text\n"Bridge, closed","' + BODY.encode() + b'"\n',
    "a.eml": eml_file(headers="MIME-Version: 1.0\r\n"),
    "a.docx": docx_file(*BODY.split("\n\n"), heading="Bridge closed"),
    "a.warc.gz": warc_file(("https://a.example/1", "200 OK", html_file(HEAD))),
    "a.warc": warc_file(("https://a.example/1", "200 OK", html_file()), compressed=False),
    "a.txt.gz": packed(BODY.encode()),
    "a.md": b"---\ntitle: Bridge\ndate: 2025-06-02\n---\n" + BODY.encode(),
}
if find_spec("pyarrow"):
    WHOLE["a.parquet"] = parquet_file({"text": BODY, "title": "Bridge"}, {"text": BODY * 2})
    WHOLE["a.parquet.gz"] = packed(WHOLE["a.parquet"])
LISTS: dict[str, bytes] = {
    "rss": rss_file("<title>A</title><link>https://a.example/1</link><pubDate>Mon, 02 Jun 2025 "
                    "07:15:00 GMT</pubDate>"),
    "atom": b'<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><id>1</id><link '
            b'href="https://a.example/1"/><updated>2025-06-02T07:15:00Z</updated></entry></feed>',
    "json": b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "url": '
            b'"https://a.example/1", "authors": [{"name": "Ann Lee"}]}]}',
    "sitemap": sitemap_file("https://a.example/1"),
    "index": sitemap_file("https://a.example/sitemap.xml", index=True),
}  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, whole: bytes) -> bytes:
    """A file with some of its bytes changed, cut out, doubled or put in."""
    raw = bytearray(whole)
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, max(len(raw) - 1, 0)))
        length = draw(st.integers(0, 40))
        change = draw(st.sampled_from(["change", "cut", "double", "put", "end"]))
        if change == "change" and raw:
            raw[place] = draw(st.integers(0, 255))
        elif change == "cut":
            del raw[place : place + length]
        elif change == "double":
            raw[place:place] = raw[place : place + length] * 3
        elif change == "put":
            raw[place:place] = draw(st.binary(max_size=20))
        else:
            del raw[place:]
    return bytes(raw)


def read_all(name: str, raw: bytes) -> int:
    """Read a file to the end as ingestion does; how many articles were in it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(raw)
        return sum(map(_is_article, read_sources([path], _no_fetch)))


def _is_article(found: Document | BadInput) -> bool:
    refused = found if isinstance(found, BadInput) else None
    try:
        article = extract(found) if isinstance(found, Document) else None
    except BadInput as error:
        article, refused = None, error
    if article is None:
        assert refused is not None
        assert refused.reason
        return False
    assert article.text
    article.text.encode()
    return True


def _no_fetch(url: str) -> Page:
    raise BadInput(url, "not in this test")


def _listed(raw: bytes) -> list[Document | BadInput]:
    page = Page("https://a.example/feed", "text/xml", raw.decode("utf-8", errors="replace"), raw)
    return list(read_feed(page, _no_fetch))


@pytest.mark.parametrize("name", WHOLE)
def test_whole_files_are_articles(name: str) -> None:
    """The files from which the broken ones are made can be read."""
    assert read_all(name, WHOLE[name]) >= 1


@pytest.mark.parametrize("name", WHOLE)
def test_broken_files_never_fail_otherwise_than_with_a_reason(name: str) -> None:
    """Files with bytes changed, lost or added are articles or refusals, never crashes."""

    @QUICK
    @given(mutated(WHOLE[name]))
    def check(raw: bytes) -> None:
        read_all(name, raw)

    check()


@pytest.mark.parametrize("name", WHOLE)
@settings(parent=QUICK, max_examples=15)
@given(raw=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_any_bytes_under_any_name_are_read_or_refused(name: str, raw: bytes) -> None:
    """A file may hold anything whatever its name says."""
    read_all(name, raw)


@pytest.mark.parametrize("name", LISTS)
def test_broken_feeds_and_sitemaps_are_read_or_refused(name: str) -> None:
    """Feeds and sitemaps with bytes changed, lost or added never crash."""
    assert _listed(LISTS[name])

    @QUICK
    @given(st.one_of(mutated(LISTS[name]), st.binary(max_size=200)))
    def check(raw: bytes) -> None:
        _listed(raw)

    check()


_TAGS = st.sampled_from(
    ["<p>", "</p>", "<div>", "</div>", "<article>", "</article>", "<span class=link>",
     "<a href=/x>", "</a>",
     "<script type='application/ld+json'>", "</script>", "<table><tr><td>", "<ul><li>",
     "<time datetime=2025>", "<h1>", "</h1>", "<!--", "-->", "<![CDATA[", "&#0;", "&nbsp;", "\x00",
     "<meta name=date content=x>", "<p hidden>", "<figcaption>", "<blockquote>", BODY]
)  # fmt: skip


@settings(parent=QUICK, max_examples=60)
@given(st.lists(st.one_of(_TAGS, st.text(max_size=30)), max_size=60))
def test_any_soup_of_tags_is_read_or_refused(parts: list[str]) -> None:
    """Pages that no browser would make are articles or refusals."""
    _is_article(Document("page", "html", "".join(parts), url="https://a.example/b"))


def _deep() -> str:
    return "<div>" * 20_000 + BODY


def _many_scripts() -> str:
    return '<script type="application/ld+json">[' * 5_000 + BODY


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "page",
    [
        _deep,
        _many_scripts,
        lambda: "<meta " * 50_000 + BODY,
        lambda: "<h1>x</h1>" + "<time " * 20_000 + BODY,
        lambda: f"<h1>x</h1>{'<p>1 May ' * 5_000}{BODY}",
        lambda: "<p>" + "By " + "Aa " * 50_000 + "</p>" + BODY,
        lambda: "<html " + 'lang="' * 50_000 + BODY,
        lambda: "<title>" + "a - " * 50_000 + "</title><p>" + BODY,
    ],
)
def test_pages_made_to_be_slow_are_done_within_the_limit(page: Callable[[], str]) -> None:
    """Nesting, repetition and half-open tags cost no more than the time allowed."""
    _is_article(Document("page", "html", page(), url="https://a.example/b"))
