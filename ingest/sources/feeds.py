"""RSS, Atom and JSON feeds and news sitemaps -> their entries -> the full articles.

    entries_of(page)   what a feed lists, newest first as it stands there
    follow(entry)      the entry's page; what the feed itself says when the page cannot be had

The feed's date is kept as provenance ``feed``; a page's own date goes before it. Knows nothing
about which feeds are kept or when they are asked again.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin

from ingest.errors import BadInput
from ingest.records import digest
from ingest.sources.documents import Document, DocumentOrError
from ingest.sources.fetch import Page
from ingest.sources.limits import PARSE_SECONDS, TookTooLong, TooLarge, inflate, run_within

Fetch = Callable[[str], Page]

MAX_ENTRIES = 1_000
MAX_SITEMAPS = 50
MAX_SITEMAP_BYTES = 50_000_000
"""What the sitemap protocol allows for one file."""

MIN_FULL_TEXT_CHARS = 800
"""Characters of text in a feed from which it is taken for the whole article, not a teaser."""


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
        """Stays the same when the feed announces the article again; 32 hex digits."""
        return digest(self.id or self.url, length=32)

    @property
    def state(self) -> str:
        """Changes when the feed says that the article changed."""
        return digest(self.url, self.title, self.published, self.updated)

    def fields(self) -> dict[str, str]:
        """What the feed says of the article, under the names that extraction knows."""
        known = {"title": self.title, "published": self.published, "updated": self.updated,
                 "author": self.author, "publisher": self.publisher,
                 "language": self.language}  # fmt: skip
        return {name: value for name, value in known.items() if value}


@dataclass(frozen=True, slots=True)
class Feed:
    """What an address lists: a feed's title and entries, or the parts of a sitemap index."""

    title: str = ""
    entries: tuple[Entry, ...] = ()
    parts: tuple[str, ...] = ()


_FEED = re.compile(r"<(?:rss|feed|(?:\w+:)?RDF)[\s>]", re.IGNORECASE)
_SITEMAP = re.compile(r"<(?:\w+:)?(?:urlset|sitemapindex)[\s>]", re.IGNORECASE)


def is_feed(page: Page) -> bool:
    """Whether a page is a feed or a sitemap rather than an article."""
    start = page.text[:2000]
    if page.body[:2] == b"\x1f\x8b":
        return page.url.split("?")[0].endswith((".xml.gz", ".rss.gz", ".atom.gz"))
    if "<html" in start.lower():
        return False
    return bool(
        page.content_type == "application/feed+json" or "jsonfeed.org/version" in start
        or _FEED.search(start) or _SITEMAP.search(start)
    )  # fmt: skip


def parse_feed(page: Page) -> Feed:
    """What a page lists. Raises BadInput when it is no feed and no sitemap."""
    try:
        return run_within(PARSE_SECONDS, lambda: _parsed(page))
    except BadInput:
        raise
    except TookTooLong as error:
        raise BadInput(page.url, f"reading it {error}") from error
    except Exception as error:  # the parsers raise many kinds for broken files
        said = " ".join(str(error).split())[:120] or type(error).__name__
        raise BadInput(page.url, f"not a feed that can be read ({said})") from error


def _parsed(page: Page) -> Feed:
    if page.body[:2] == b"\x1f\x8b":
        try:
            raw = b"".join(inflate([page.body], "gzip", MAX_SITEMAP_BYTES))
        except TooLarge as error:
            raise BadInput(page.url, "larger than a sitemap may be") from error
        page = replace(page, body=raw, text=raw.decode("utf-8", errors="replace"))
    start = page.text[:2000]
    if page.text.lstrip("\ufeff \n\r\t")[:1] == "{":
        feed = _json_feed(page)
    elif _SITEMAP.search(start):
        feed = _sitemap(page)
    else:
        feed = _feed(page)
    return replace(feed, entries=_distinct(feed.entries))


def _distinct(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    kept = {entry.url: entry for entry in reversed(entries) if entry.url}
    return tuple(reversed(kept.values()))[:MAX_ENTRIES]


# -- RSS and Atom -------------------------------------------------------------------------


def _feed(page: Page) -> Feed:
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
        url=_joined(base, link),
        id=str(item.get("id") or link),
        title=_one_line(_without_tags(item.get("title"))),
        published=_one_line(item.get("published")),
        updated=_one_line(item.get("updated")),
        author=_one_line(_without_tags(item.get("author"))),
        publisher=_one_line((item.get("source") or {}).get("title")),
        language=language,
        content=max(contents, key=len, default=""),
    )


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link.strip()) if link.strip() else ""
    except ValueError:
        return ""


def _one_line(value: object) -> str:
    return " ".join(str(value or "").split())


def _without_tags(value: object) -> str:
    import html

    return html.unescape(re.sub(r"<[^<>]{0,500}>", "", str(value or "")))


# -- JSON feeds ---------------------------------------------------------------------------


def _json_feed(page: Page) -> Feed:
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
        url=_joined(base, link),
        id=str(item.get("id") or link),
        title=_one_line(item.get("title")),
        published=_one_line(item.get("date_published")),
        updated=_one_line(item.get("date_modified")),
        author="; ".join(filter(None, names)),
        language=_one_line(item.get("language")) or language,
        content=str(item.get("content_html") or item.get("content_text") or ""),
    )


# -- sitemaps -----------------------------------------------------------------------------


def _sitemap(page: Page) -> Feed:
    from lxml import etree

    body = page.body or page.text.encode("utf-8", errors="replace")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    root = etree.fromstring(body, parser)
    if root is None:
        raise BadInput(page.url, "not a sitemap: nothing in it can be read")
    entries: list[Entry] = []
    parts: list[str] = []
    for node in root.iter():
        name = _tag(node)
        if name == "url" and (entry := _sitemap_entry(node, page.url)).url:
            entries.append(entry)
        elif name == "sitemap":
            parts += [
                _joined(page.url, _one_line(child.text)) for child in node if _tag(child) == "loc"
            ]
    return Feed("", tuple(entries), tuple(filter(None, parts)))


def _tag(node: Any) -> str:
    """An element's name without its namespace; comments have none."""
    return node.tag.rpartition("}")[2].lower() if isinstance(node.tag, str) else ""


def _sitemap_entry(node: Any, base: str) -> Entry:
    said: dict[str, str] = {}
    for child in node.iter():
        if isinstance(child.tag, str) and "image" not in child.tag:
            said.setdefault(_tag(child), _one_line(child.text))
    url = _joined(base, said.get("loc", ""))
    return Entry(
        url=url, id=url, title=said.get("title", ""),
        published=said.get("publication_date", ""), updated=said.get("lastmod", ""),
        publisher=said.get("name", ""), language=said.get("language", ""),
    )  # fmt: skip


# -- to the articles ----------------------------------------------------------------------


def read_entries(page: Page, fetch: Fetch) -> tuple[str, list[Entry | BadInput]]:
    """The title of a list, and all its entries; the parts of a sitemap index are read in turn."""
    feed = parse_feed(page)
    found: list[Entry | BadInput] = list(feed.entries)
    waiting = [*feed.parts[:MAX_SITEMAPS]]
    found += [
        BadInput(part, "too many sitemaps in one index") for part in feed.parts[MAX_SITEMAPS:]
    ]
    for part in waiting:
        try:
            found += parse_feed(fetch(part)).entries
        except BadInput as error:
            found.append(error)
    return feed.title, found


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
    """The full article of an entry; the feed's own text if that is whole and the page is not to
    be had."""
    try:
        page = fetch(entry.url)
    except BadInput as error:
        if len(_without_tags(entry.content)) >= MIN_FULL_TEXT_CHARS:
            return Document(entry.url, "html", f"<article>{entry.content}</article>",
                            entry.fields(), url=entry.url, fields_from="feed")  # fmt: skip
        return error
    from ingest.sources.sources import document_from_page

    found = document_from_page(page)
    if isinstance(found, BadInput):
        return found
    return replace(found, fields=entry.fields(), fields_from="feed")
