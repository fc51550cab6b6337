"""Reads RSS, Atom, JSON feeds and news sitemaps: entries, whether they changed, their articles.

    parse_feed(page)     the entries of a feed, in the feed's order
    fetch_entry(entry)   the entry's page, or the feed's own text when the page cannot be had

A date given by the feed gets the provenance ``feed``; a page's own date takes precedence. Knows
nothing about which feeds are subscribed to or when they are read again.
"""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin

from ingest.errors import BadInput
from ingest.records import digest
from ingest.sources.documents import (
    Document,
    DocumentOrError,
    Fetch,
    Page,
    document_from_page,
)
from ingest.sources.limits import TooLarge, inflate, limit_bytes, parse_within_limit

MAX_ENTRIES = 1_000
"""Entries of one feed or sitemap that are read."""

MAX_SITEMAPS = 50
"""Sitemaps of one sitemap index that are read."""

MAX_SITEMAP_BYTES = 50_000_000
"""What the sitemap protocol allows for one file, decompressed."""

MIN_FULL_TEXT_CHARS = 800
"""Characters of text in a feed entry from which it is the whole article, not a teaser."""

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Entry:
    """One article as a feed or a news sitemap announces it."""

    url: str
    id: str = ""
    title: str = ""
    published: str = ""
    updated: str = ""
    author: str = ""
    publisher: str = ""
    language: str = ""
    content: str = ""

    @property
    def key(self) -> str:
        """Identifies the entry whenever the feed lists it; 32 hex digits."""
        return digest(self.id or self.url, length=32)

    @property
    def state(self) -> str:
        """Differs when the feed says that the article changed; 16 hex digits."""
        return digest(self.url, self.title, self.published, self.updated)

    def fields(self) -> dict[str, str]:
        """What the feed says of the article, under names that extraction knows."""
        names = ("title", "published", "updated", "author", "publisher", "language")
        return {name: value for name in names if (value := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class Feed:
    """What an address lists: a feed's title and entries, or the sitemaps of a sitemap index."""

    title: str = ""
    entries: tuple[Entry, ...] = ()
    sitemaps: tuple[str, ...] = ()


_FEED_ELEMENT = re.compile(r"<(?:rss|feed|(?:\w+:)?RDF)[\s>]", re.IGNORECASE)
_SITEMAP_ELEMENT = re.compile(r"<(?:\w+:)?(?:urlset|sitemapindex)[\s>]", re.IGNORECASE)


def is_feed(page: Page) -> bool:
    """Whether a page is a feed or a sitemap rather than an article."""
    start = page.text[:2000]
    if page.body[:2] == _GZIP:
        return page.url.split("?")[0].endswith((".xml.gz", ".rss.gz", ".atom.gz"))
    if "<html" in start.lower():
        return False
    return bool(
        page.content_type == "application/feed+json" or "jsonfeed.org/version" in start
        or _FEED_ELEMENT.search(start) or _SITEMAP_ELEMENT.search(start)
    )  # fmt: skip


def parse_feed(page: Page) -> Feed:
    """What a page lists. Raises BadInput when it is no feed and no sitemap."""
    return parse_within_limit(page.url, "not a feed that can be read", lambda: _parse(page))


def _parse(page: Page) -> Feed:
    if page.body[:2] == _GZIP:
        try:
            raw = b"".join(limit_bytes(inflate([page.body], "gzip"), MAX_SITEMAP_BYTES))
        except TooLarge as error:
            raise BadInput(page.url, "larger than a sitemap may be") from error
        page = replace(page, body=raw, text=raw.decode("utf-8", errors="replace"))
    start = page.text[:2000]
    if page.text.lstrip("\ufeff \n\r\t")[:1] == "{":
        feed = _parse_json_feed(page)
    elif _SITEMAP_ELEMENT.search(start):
        feed = _parse_sitemap(page)
    else:
        feed = _parse_xml_feed(page)
    return replace(feed, entries=_distinct_entries(feed.entries))


def _distinct_entries(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    kept = {entry.url: entry for entry in reversed(entries) if entry.url}
    return tuple(reversed(kept.values()))[:MAX_ENTRIES]


# -- RSS and Atom -------------------------------------------------------------------------


def _parse_xml_feed(page: Page) -> Feed:
    import feedparser

    body = page.body or page.text.encode("utf-8", errors="replace")
    # As a stream: given a text, feedparser opens it as an address or a file if it looks like one.
    parsed: Any = feedparser.parse(io.BytesIO(body))
    if not parsed.entries and not parsed.get("version"):
        raise BadInput(page.url, "not a feed: expected RSS, Atom, a JSON feed or a news sitemap")
    about = parsed.get("feed", {})
    language = str(about.get("language") or "")
    return Feed(
        _one_line(about.get("title")),
        tuple(_entry(item, page.url, language) for item in parsed.entries),
    )


def _entry(item: Mapping[str, Any], base: str, language: str) -> Entry:
    contents = [str(part.get("value") or "") for part in item.get("content") or ()]
    link = str(item.get("link") or "")
    return Entry(
        url=_absolute(base, link),
        id=str(item.get("id") or link),
        title=_one_line(_without_tags(item.get("title"))),
        published=_one_line(item.get("published")),
        updated=_one_line(item.get("updated")),
        author=_one_line(_without_tags(item.get("author"))),
        publisher=_one_line((item.get("source") or {}).get("title")),
        language=language,
        content=max(contents, key=len, default=""),
    )


def _absolute(base: str, link: str) -> str:
    """The absolute address of a link, or "" when it is none."""
    try:
        return urljoin(base, link.strip()) if link.strip() else ""
    except ValueError:
        return ""


def _one_line(value: object) -> str:
    return " ".join(str(value or "").split())


def _without_tags(value: object) -> str:
    return html.unescape(re.sub(r"<[^<>]{0,500}>", "", str(value or "")))


# -- JSON feeds ---------------------------------------------------------------------------


def _parse_json_feed(page: Page) -> Feed:
    try:
        feed = json.loads(page.text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise BadInput(page.url, f"not a JSON feed ({error})") from error
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise BadInput(page.url, "not a JSON feed: it has no items")
    language = _one_line(feed.get("language"))
    return Feed(
        _one_line(feed.get("title")),
        tuple(_json_entry(item, page.url, language) for item in feed["items"]
              if isinstance(item, dict)),
    )  # fmt: skip


def _json_entry(item: Mapping[str, Any], base: str, language: str) -> Entry:
    authors = item.get("authors") if isinstance(item.get("authors"), list) else [item.get("author")]
    names = [_one_line(one.get("name")) for one in authors or () if isinstance(one, dict)]
    link = str(item.get("url") or item.get("external_url") or "")
    return Entry(
        url=_absolute(base, link),
        id=str(item.get("id") or link),
        title=_one_line(item.get("title")),
        published=_one_line(item.get("date_published")),
        updated=_one_line(item.get("date_modified")),
        author="; ".join(filter(None, names)),
        language=_one_line(item.get("language")) or language,
        content=str(item.get("content_html") or item.get("content_text") or ""),
    )


# -- sitemaps -----------------------------------------------------------------------------


def _parse_sitemap(page: Page) -> Feed:
    from lxml import etree

    body = page.body or page.text.encode("utf-8", errors="replace")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    root = etree.fromstring(body, parser)
    if root is None:
        raise BadInput(page.url, "not a sitemap: nothing in it can be read")
    entries: list[Entry] = []
    sitemaps: list[str] = []
    for node in root.iter():
        name = _tag(node)
        if name == "url" and (entry := _sitemap_entry(node, page.url)).url:
            entries.append(entry)
        elif name == "sitemap":
            sitemaps += [
                _absolute(page.url, _one_line(child.text)) for child in node if _tag(child) == "loc"
            ]
    return Feed("", tuple(entries), tuple(filter(None, sitemaps)))


def _tag(node: Any) -> str:
    """An element's name without its namespace; comments have none."""
    return node.tag.rpartition("}")[2].lower() if isinstance(node.tag, str) else ""


def _sitemap_entry(node: Any, base: str) -> Entry:
    values: dict[str, str] = {}
    for child in node.iter():
        if isinstance(child.tag, str) and "image" not in child.tag:
            values.setdefault(_tag(child), _one_line(child.text))
    url = _absolute(base, values.get("loc", ""))
    return Entry(
        url=url, id=url, title=values.get("title", ""),
        published=values.get("publication_date", ""), updated=values.get("lastmod", ""),
        publisher=values.get("name", ""), language=values.get("language", ""),
    )  # fmt: skip


# -- to the articles ----------------------------------------------------------------------


def read_entries(page: Page, fetch: Fetch) -> tuple[str, list[Entry | BadInput]]:
    """The title of a feed and all its entries; the sitemaps of a sitemap index are read in turn.

    A sitemap that cannot be read is among the entries as its BadInput. Raises BadInput when the
    page itself is no feed.
    """
    feed = parse_feed(page)
    entries: list[Entry | BadInput] = list(feed.entries)
    entries += [
        BadInput(url, "too many sitemaps in one index") for url in feed.sitemaps[MAX_SITEMAPS:]
    ]
    for url in feed.sitemaps[:MAX_SITEMAPS]:
        try:
            entries += parse_feed(fetch(url)).entries
        except BadInput as error:
            entries.append(error)
    return feed.title, entries


def read_feed(page: Page, fetch: Fetch) -> Iterator[DocumentOrError]:
    """The articles that a feed or a sitemap lists, one at a time."""
    try:
        _, entries = read_entries(page, fetch)
    except BadInput as error:
        yield error
        return
    if not entries:
        yield BadInput(page.url, "lists no articles")
    for entry in entries:
        yield entry if isinstance(entry, BadInput) else fetch_entry(entry, fetch)


def fetch_entry(entry: Entry, fetch: Fetch) -> DocumentOrError:
    """The document of an entry's page; that of the feed's own text when the page cannot be had
    and the text is long enough to be the whole article."""
    try:
        page = fetch(entry.url)
    except BadInput as error:
        if len(_without_tags(entry.content)) >= MIN_FULL_TEXT_CHARS:
            return Document(entry.url, "html", f"<article>{entry.content}</article>",
                            entry.fields(), url=entry.url, fields_from="feed")  # fmt: skip
        return error
    document = document_from_page(page)
    if isinstance(document, BadInput):
        return document
    return replace(document, fields=entry.fields(), fields_from="feed")
