"""Feeds and news sitemaps: what they list, following it to the articles, and subscribed feeds."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from ingest.errors import BadInput, FetchRefused
from ingest.extraction.article import extract
from ingest.records import IngestReport, Outcome, ReportBuilder
from ingest.sources.documents import Document, DocumentOrError, Page
from ingest.sources.feeds import is_feed, parse_feed, read_feed
from ingest.sources.fetch import CacheValidators
from ingest.sources.reader import read_sources
from ingest.storage.catalogue.catalogue import Catalogue
from ingest.storage.catalogue.feed_subscriptions import Subscriptions
from ingest.subscriptions import ARTICLES_PER_INGEST, FeedUpdate, update_feeds
from tests.fakes_files import BODY, html_file, rss_file, sitemap_file

FEED = "https://ledger.example/feed"
STORY = "https://ledger.example/bridge"
DAY = "<pubDate>Mon, 02 Jun 2025 07:15:00 +0200</pubDate>"


def item(url: str = STORY, title: str = "Bridge closed", more: str = DAY) -> str:
    return f"<title>{title}</title><link>{url}</link>{more}"


class Site:
    """Pages by address; what is missing is refused, and what was asked is remembered."""

    def __init__(self, **pages: Page | FetchRefused) -> None:
        self.pages: dict[str, Page | FetchRefused] = dict(pages)
        self.asked: list[str] = []

    def put(self, url: str, body: bytes, kind: str = "text/html", etag: str | None = None) -> None:
        self.pages[url] = Page(url, kind, body.decode("utf-8", errors="replace"), body, etag)

    def get(self, url: str, validators: CacheValidators | None = None) -> Page:
        self.asked.append(url)
        page = self.pages.get(url, FetchRefused(url, "answered 404"))
        if isinstance(page, FetchRefused):
            raise page
        if validators and page.etag and validators.etag == page.etag:
            return Page(url, "", "", unchanged=True)
        return page


def with_story(feed: bytes, head: str = "", kind: str = "application/xml") -> Site:
    site = Site()
    site.put(FEED, feed, kind)
    site.put(STORY, html_file(head))
    return site


def articles(site: Site, url: str = FEED) -> list[object]:
    found = read_sources([url], site.get)
    return [extract(one) if isinstance(one, Document) else one for one in found]


EAST = timezone(timedelta(hours=2))
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>The Ledger</title><entry><id>x</id>
<title>Bridge closed</title><link href="/bridge"/><updated>2025-06-09T07:15:00Z</updated>
{published}<author><name>Ann Lee</name></author></entry></feed>"""
JSON = {
    "version": "https://jsonfeed.org/version/1.1", "title": "The Ledger",
    "items": [{"id": 1, "url": STORY, "title": "Bridge closed", "authors": [{"name": "Ann Lee"}],
               "date_published": "2025-06-02T07:15:00+02:00"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("feed", "kind"),
    [
        (rss_file(item(more=DAY + "<author>ann@ledger.example (Ann Lee)</author>")), "text/xml"),
        (ATOM.format(published="<published>2025-06-02T07:15:00+02:00</published>").encode(),
         "application/atom+xml"),
        (json.dumps(JSON).encode(), "application/feed+json"),
    ],
)  # fmt: skip
def test_a_feed_leads_to_the_full_article_and_dates_it(feed: bytes, kind: str) -> None:
    """RSS, Atom and JSON feeds: the text is the page's, the date the feed's if the page has
    none."""
    (article,) = articles(with_story(feed, kind=kind))
    assert isinstance(article, type(extract(Document("", "text", BODY))))
    assert (article.text, article.title, article.url) == (BODY, "Bridge closed", STORY)
    assert article.published_at == datetime(2025, 6, 2, 7, 15, tzinfo=EAST)
    assert article.published_from == "feed"


def test_the_page_s_own_date_goes_before_the_feed_s() -> None:
    """A feed may announce an article days after it was published."""
    head = '<meta property="article:published_time" content="2025-05-30">'
    (article,) = articles(with_story(rss_file(item()), head))
    assert getattr(article, "published_at", None) == date(2025, 5, 30)
    assert getattr(article, "published_from", None) == "meta"


def test_an_update_is_never_the_date_of_publication() -> None:
    """An Atom entry that only says when it was changed leaves the article undated."""
    (article,) = articles(with_story(ATOM.format(published="").encode(), kind="text/xml"))
    assert getattr(article, "published_at", 0) is None
    assert str(getattr(article, "updated_at", "")).startswith("2025-06-09")


def test_a_feed_with_whole_articles_stands_in_for_a_page_that_cannot_be_had() -> None:
    """The feed's own text is taken when the page is refused, if it is more than a teaser."""
    whole = "".join(f"<p>{BODY} That was paragraph {number}.</p>" for number in range(8))
    content = f"<content:encoded><![CDATA[{whole}]]></content:encoded>"
    feed = rss_file(item("https://ledger.example/gone", more=DAY + content)).replace(
        b"<rss ", b'<rss xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    )
    (article,) = articles(with_story(feed))
    assert "paragraph 7" in str(getattr(article, "text", ""))
    assert getattr(article, "published_from", "") == "feed"
    (refused,) = articles(with_story(rss_file(item("https://ledger.example/gone"))))
    assert isinstance(refused, FetchRefused)


def test_a_news_sitemap_leads_to_its_articles() -> None:
    """Address, outlet and day come from the sitemap; an index leads on to its parts."""
    site = with_story(sitemap_file("https://ledger.example/part.xml", index=True))
    site.put("https://ledger.example/part.xml", sitemap_file(STORY), "text/xml")
    (article,) = articles(site)
    assert getattr(article, "publisher", None) == "The Ledger"
    assert getattr(article, "published_at", None) == date(2025, 6, 6)
    assert getattr(article, "published_from", None) == "feed"


def test_entries_are_listed_once_and_with_whole_addresses() -> None:
    """Relative links are completed; an address listed twice is one article."""
    page = Page(FEED, "text/xml", "", rss_file(item("/a"), item("/a"), item("/b")))
    feed = parse_feed(page)
    assert [entry.url for entry in feed.entries] == [
        "https://ledger.example/a", "https://ledger.example/b",
    ]  # fmt: skip
    assert feed.title == "The Ledger"


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"{}", b'{"items": 5}', b"plain words"])
def test_what_is_no_feed_is_refused(body: bytes) -> None:
    """An address that was named as a feed and is none gives a reason."""
    page = Page(FEED, "text/html", body.decode(), body)
    (refused,) = read_feed(page, Site().get)
    assert isinstance(refused, BadInput)


def test_an_article_that_speaks_of_feeds_is_no_feed() -> None:
    """A page that only mentions such tags is a page."""
    page = html_file(body="How to write <rss> and <feed> by hand, explained.")
    assert not is_feed(Page(STORY, "text/html", page.decode(), page))


def test_an_address_inside_a_feed_s_xml_is_never_opened(tmp_path: Path) -> None:
    """External entities of a sitemap are not read."""
    secret = tmp_path / "secret"
    secret.write_text("https://ledger.example/secret")
    evil = (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY s SYSTEM "{secret.as_uri()}">]>'
        "<urlset><url><loc>&s;</loc></url></urlset>"
    ).encode()
    assert not parse_feed(Page(FEED, "text/xml", evil.decode(), evil)).entries


# -- subscribed feeds ------------------------------------------------------------------------------


def kept_in(folder: Path) -> Subscriptions:
    return Subscriptions(Catalogue(folder / "catalogue.sqlite"))


def counting(found: Iterable[DocumentOrError]) -> IngestReport:
    tally = ReportBuilder()
    for one in found:
        tally.add(Outcome("rejected" if isinstance(one, BadInput) else "new", one.source))
    return tally.report(0, 0.0)


def update(kept: Subscriptions, site: Site, *urls: str) -> list[FeedUpdate]:
    return list(update_feeds(kept, site, counting, urls))


def test_no_site_is_waited_for_while_the_library_is_locked(tmp_path: Path) -> None:
    """A slow site keeps no other writer waiting: pages are fetched first, some at a time."""
    kept, site = kept_in(tmp_path), Site()
    links = [f"{STORY}{number}" for number in range(ARTICLES_PER_INGEST + 5)]
    site.put(FEED, rss_file(*map(item, links)))
    for link in links:
        site.put(link, html_file())
    kept.add(FEED)
    runs: list[int] = []

    def locked(found: Iterable[DocumentOrError]) -> IngestReport:
        before = len(site.asked)
        report = counting(found)
        assert len(site.asked) == before
        runs.append(before - 1)
        return report

    (updated,) = update_feeds(kept, site, locked)
    assert runs == [ARTICLES_PER_INGEST, ARTICLES_PER_INGEST + 5]
    assert updated.report is not None
    assert updated.report.counts == {"new": ARTICLES_PER_INGEST + 5}
    assert [outcome.source for outcome in updated.report.outcomes] == links


def test_feeds_are_kept_until_removed(tmp_path: Path) -> None:
    """Adding twice is adding once; only web addresses can be kept."""
    kept = kept_in(tmp_path)
    assert [kept.add(FEED), kept.add(FEED)] == [True, False]
    assert [feed.url for feed in kept_in(tmp_path).all()] == [FEED]
    with pytest.raises(FetchRefused):
        kept.add("file:///etc/passwd")
    assert [kept.remove(FEED), kept.remove(FEED)] == [True, False]
    assert kept.all() == []


def test_an_update_reads_only_what_is_new(tmp_path: Path) -> None:
    """An entry that was read is fetched again only when the feed says that it changed."""
    kept, site = kept_in(tmp_path), with_story(rss_file(item()))
    kept.add(FEED)
    (first,) = update(kept, site)
    assert first.report is not None
    assert first.report.counts == {"new": 1}
    (again,) = update(kept, site)
    assert again.report is None
    site.put(FEED, rss_file(item(title="Bridge open"), item(STORY + "2")))
    (third,) = update(kept, site)
    assert third.report is not None
    assert third.report.counts == {"new": 1, "rejected": 1}
    assert site.asked.count(STORY) == 2


def test_a_feed_that_did_not_change_is_not_even_parsed(tmp_path: Path) -> None:
    """The server's ETag is sent back at the next update."""
    kept, site = kept_in(tmp_path), Site()
    site.put(FEED, rss_file(item()), etag='"v1"')
    site.put(STORY, html_file())
    kept.add(FEED)
    update(kept, site)
    (again,) = update(kept, site)
    assert (again.status, kept.all()[0].status) == ("unchanged", "unchanged")
    assert kept.all()[0].title == "The Ledger"


def test_what_failed_for_the_moment_is_tried_at_the_next_update(tmp_path: Path) -> None:
    """A page that timed out is not taken for read, although its feed did not change."""
    kept, site = kept_in(tmp_path), Site()
    site.put(FEED, rss_file(item()), etag='"v1"')
    site.pages[STORY] = FetchRefused(STORY, "no answer in time", temporary=True)
    kept.add(FEED)
    update(kept, site)
    site.put(STORY, html_file())
    (again,) = update(kept, site)
    assert again.report is not None
    assert again.report.counts == {"new": 1}


def test_a_feed_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    """The failure is that feed's status; the others are read."""
    kept, site = kept_in(tmp_path), with_story(rss_file(item()))
    kept.add("https://broken.example/feed")
    kept.add(FEED)
    broken, fine = update(kept, site)
    assert (broken.failed, broken.status, fine.failed) == (True, "answered 404", False)
    assert kept.all()[0].status == "failed: answered 404"


def test_only_kept_feeds_can_be_updated(tmp_path: Path) -> None:
    """A wrong address is an error that says where to look."""
    with pytest.raises(BadInput, match="feeds list"):
        update(kept_in(tmp_path), Site(), FEED)
