"""One document into one article: text, title, publisher, authors, dates.

    html      -> trafilatura's body and metadata, dates by provenance
    markdown  -> front matter and paragraphs
    text      -> unwrapped paragraphs, photo credits dropped
    fields    -> a mapping with title/date/url/text under the names people use

Knows nothing about files, addresses or stores.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from ingest.dates import date_in_html, date_in_url, parse_date, sane
from ingest.errors import BadInput
from ingest.records import Article, When

MIN_CHARS = 40
"""Less than one short sentence is a teaser, an error page or nothing."""

_NAMES: dict[str, tuple[str, ...]] = {
    "text": ("text", "body", "content", "article", "maintext", "full_text"),
    "title": ("title", "headline", "name"),
    "url": ("url", "link", "canonical_url", "source_url"),
    "publisher": ("publisher", "source", "outlet", "site_name", "sitename"),
    "authors": ("authors", "author", "byline", "by"),
    "published": ("published", "published_at", "publish_date", "date", "pubdate", "date_published",
                  "publication_date", "datetime"),
    "updated": ("updated", "updated_at", "modified", "date_modified"),
    "language": ("language", "lang"),
    "section": ("section", "category"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Document:
    """Something to read: where it came from, what it is, and what was said about it beforehand."""

    source: str
    kind: str
    content: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    url: str | None = None
    origin: str | None = None


def extract(document: Document, given: When | None = None) -> Article:
    """The article in a document. ``given`` is a publication date its user vouches for.

    Raises BadInput when there is no article in it.
    """
    reader = {"html": _from_html, "markdown": _from_markdown, "fields": _from_fields}
    article = reader.get(document.kind, _from_text)(document)
    text = clean(article.text)
    if len(text) < MIN_CHARS:
        raise BadInput(document.source, f"no article text ({len(text)} characters)")
    title, named = split_title(article.title, article.url)
    article = replace(
        article,
        text=text,
        title=title,
        publisher=article.publisher or named or _domain(article.url),
        authors=tuple(name for author in article.authors if (name := _plain(author))),
        canonical_url=canonical(article.canonical_url or article.url),
        origin=document.origin,
    )
    if given:
        return replace(article, published_at=given, published_from="given")
    if article.published_at is None and (day := sane(date_in_url(article.url))):
        return replace(article, published_at=day, published_from="url")
    return article


def _from_text(document: Document) -> Article:
    first, _, rest = document.content.strip().partition("\n")
    headline, body = first.strip(), rest.split("\n", 1)[0].strip()
    apart = not body or len(body) > _WRAP  # else the first line of a hard-wrapped paragraph
    if apart and rest.strip() and 10 <= len(headline) <= 120 and headline[-1] not in '.!?…”"’:,':
        return Article(text=rest, title=headline, url=document.url)
    return Article(text=document.content, url=document.url)


def unread_date(document: Document) -> str:
    """What a reader should know about a date that could not be used, or an empty string."""
    written = _pick(document.fields, "published")
    if written is None or sane(parse_date(written)):
        return ""
    return f"its date {written!r} is not used: write it as 2025-06-02"


def _pick(fields: Mapping[str, Any], name: str) -> Any:
    lowered = {str(key).lower(): value for key, value in fields.items()}
    for key in _NAMES[name]:
        if lowered.get(key) not in (None, "", []):
            return lowered[key]
    return None


def _from_fields(document: Document) -> Article:
    fields = document.fields
    text = document.content or _pick(fields, "text")
    if not isinstance(text, str):
        names = ", ".join(_NAMES["text"])
        raise BadInput(document.source, f"no text: expected one of the fields {names}")
    written = _pick(fields, "published")
    published = sane(parse_date(written))
    return Article(
        text=text,
        title=_text_or_none(_pick(fields, "title")) or "",
        url=_text_or_none(_pick(fields, "url")) or document.url,
        publisher=_text_or_none(_pick(fields, "publisher")),
        authors=_names(_pick(fields, "authors")),
        section=_text_or_none(_pick(fields, "section")),
        language=_text_or_none(_pick(fields, "language")),
        published_at=published,
        published_from=("front matter" if document.kind == "markdown" else "field")
        if published
        else "unknown",
        updated_at=sane(parse_date(_pick(fields, "updated"))),
    )


_HEADING = re.compile(r"\A\s*#\s+(.+?)\s*#*\s*$", re.MULTILINE)
_MARKUP = (
    (re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)"), ""),  # pictures
    (re.compile(r"(?<!\\)\[([^\]\n]+)\]\([^)\n]*\)"), r"\1"),  # links
    (re.compile(r"^#{1,6}\s+(.*?)\s*#*$", re.MULTILINE), r"\1"),  # headings
    (re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1"), r"\2"),  # strong
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"), r"\1"),  # emphasis
)


def _from_markdown(document: Document) -> Article:
    """Front matter, else the first heading as the title; the words without their markup."""
    heading = _HEADING.match(document.content)
    titled = _pick(document.fields, "title") is not None
    text = document.content[heading.end() :] if heading and not titled else document.content
    for pattern, plain in _MARKUP:
        text = pattern.sub(plain, text)
    article = _from_fields(replace(document, content=text))
    return article if titled or not heading else replace(article, title=_plain(heading.group(1)))


def _text_or_none(value: Any) -> str | None:
    return _plain(str(value)) or None if value is not None else None


def _plain(text: str) -> str:
    """One line without what no store can hold: NUL, and half characters of broken JSON."""
    return " ".join(_UNSTORABLE.sub("", text).split())


def _names(value: Any) -> tuple[str, ...]:
    """Author names from a name, a list of names, or schema.org's ``{"name": ...}``."""
    if isinstance(value, Mapping):
        return _names(value.get("name"))
    if isinstance(value, list | tuple):
        return tuple(name for item in value for name in _names(item))
    return (str(value),) if value is not None else ()


def _from_html(document: Document) -> Article:
    import trafilatura

    html = document.content
    try:
        found = trafilatura.bare_extraction(
            html, url=document.url, with_metadata=True, include_comments=False,
            include_tables=False, favor_precision=True,
        )  # fmt: skip
    except Exception as error:  # trafilatura's parsers raise many kinds on broken pages
        raise BadInput(document.source, f"the page cannot be read ({error})") from error
    if found is None:
        raise BadInput(document.source, "no article found in the page")
    page = found if isinstance(found, dict) else found.as_dict()
    published, provenance, updated = date_in_html(html)
    title = _plain(str(page.get("title") or ""))
    return Article(
        text=str(page.get("text") or "").removeprefix(title + "\n"),
        title=title,
        url=document.url or _text_or_none(page.get("url")),
        canonical_url=_own_canonical(_text_or_none(page.get("url")), document.url),
        publisher=_text_or_none(page.get("sitename")),
        authors=tuple(str(page.get("author") or "").split(";")),
        language=_text_or_none(page.get("language")),
        published_at=published,
        published_from=provenance,
        updated_at=updated,
    )


# -- text -------------------------------------------------------------------------------

_CREDIT = re.compile(
    r"\b(?:photo(?:graph)?|image|picture|file photo|video)s?\s*(?:by|:|courtesy of)\s+[^.!?]{2,90}$"
    r"|\b(?:AP\s+Photo|Reuters)/[^.!?/]{2,60}[.)]*$"
    r"|[/|]\s*(?:EPA(?:-EFE)?|AFP|Reuters|Getty(?: Images)?|AP|UPI|Shutterstock)\.?$",
    re.IGNORECASE,
)
_CREDIT_PARAGRAPH = 500
_WRAP = 100
"""No hard-wrapped line is longer, in characters."""

_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


def clean(text: str) -> str:
    """Paragraphs separated by one blank line; hard wraps joined; captions with credits out."""
    text = _UNSTORABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = re.sub(r"[^\S\n]+", " ", text.replace("\u00ad", "").replace("\ufeff", ""))
    paragraphs = (p.strip() for p in _paragraphs(text))
    return "\n\n".join(p for p in paragraphs if p and not is_caption(p))


def is_caption(paragraph: str) -> bool:
    """Whether a paragraph is a photo caption: short, and ending in a photographer's credit."""
    return len(paragraph) <= _CREDIT_PARAGRAPH and bool(_CREDIT.search(paragraph))


def _paragraphs(text: str) -> list[str]:
    lines = [line.strip() for line in text.split("\n")]
    filled = [line for line in lines if line]
    blocks = "" in lines[1:-1] and len(filled) > 3
    continued = any(
        len(one) > 50 and one[-1] not in '.!?”"’)' and two[0].islower()
        for one, two in pairwise(filled)
    )
    wrapped = (
        (blocks or continued)
        and max(map(len, filled), default=0) <= _WRAP
        and sum(len(line) > 50 for line in filled) >= len(filled) / 2
    )
    if not wrapped:
        return filled
    return [" ".join(block.split("\n")) for block in re.split(r"\n\s*\n", "\n".join(lines))]


# -- titles, publishers, addresses --------------------------------------------------------

_SUFFIX = re.compile(r"^(.+?)\s+[-–—|]\s+([^-–—|]{2,40})$")
_PUBLIC_SUFFIX = re.compile(r"(?:\.(?:com?|org|net|gov|ac))?\.\w+$")
_TRACKING = re.compile(
    r"^(?:utm_.*|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|cmpid|ref|ref_src|ito|ocid|smid|"
    r"ns_.*|at_.*|xtor|guccounter|amp|output|__twitter_impression)$",
    re.IGNORECASE,
)


def _parts(url: str | None) -> SplitResult | None:
    """The parts of an address, or None if it is none: pages link to all sorts of things."""
    try:
        parts = urlsplit((url or "").strip())
        _ = parts.port  # raises for a port that is no number
    except ValueError:
        return None
    return parts if parts.hostname else None


def _domain(url: str | None) -> str | None:
    parts = _parts(url)
    host = parts.hostname if parts else None
    return re.sub(r"^(?:www|m|amp|edition)\.", "", host) if host else None


def split_title(title: str, url: str | None) -> tuple[str, str | None]:
    """``(title, publisher)``: a trailing " - Name" is the publisher if it is the site's name."""
    title = " ".join(title.split())
    match = _SUFFIX.match(title)
    domain = _domain(url)
    if not match or not domain:
        return title, None
    squeezed = re.sub(r"\W|^the\s", "", match.group(2).lower())
    label = re.sub(r"\W", "", _PUBLIC_SUFFIX.sub("", domain))
    if squeezed and (squeezed in label or label.removeprefix("the") in squeezed):
        return match.group(1), match.group(2).strip()
    return title, None


def _own_canonical(stated: str | None, address: str | None) -> str | None:
    """The address a page states for itself, if it is an article's address at the same site.

    Some sites state their front page on every page, and anyone can state another outlet's
    article: believing that would make one article a revision of another.
    """
    parts = _parts(stated)
    if not (parts and parts.path.strip("/")):
        return address
    return stated if not address or _domain(stated) == _domain(address) else address


def canonical(url: str | None) -> str | None:
    """The address without what does not name the article: scheme, www, tracking, fragment, AMP."""
    parts = _parts(url)
    if parts is None:
        return None
    host = re.sub(r"^(?:www|amp|m)\.", "", (parts.hostname or "").lower())
    port = f":{parts.port}" if parts.port and parts.port not in (80, 443) else ""
    path = re.sub(r"(?:/amp|/index\.html?|\.amp)?/*$", "", parts.path)
    query = parse_qsl(parts.query, keep_blank_values=True)
    if parts.fragment.startswith("!"):  # a page that its script fills by the fragment
        path += f"/#{parts.fragment}"
    if not path and not query:
        return None  # a front page names no article
    kept = sorted((key, value) for key, value in query if not _TRACKING.match(key))
    return urlunsplit(("https", host + port, path, urlencode(kept), ""))
