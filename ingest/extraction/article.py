"""Extracts an article (text, title, publisher, authors, dates) from a document of any kind.

    html       -> the page's body and what it states about itself (``ingest.extraction.html_page``)
    markdown   -> front matter and paragraphs
    text       -> unwrapped paragraphs, photo credits dropped
    fields     -> a mapping with title/date/url/text under the names people use
    article    -> as it is, its text cleaned
    pdf, docx, eml -> text or html first (``ingest.extraction.file_formats``)

The publication date is taken from the page, else from what was known beforehand (feed, front
matter, record), else from the address, else from a dateline; else it stays unknown. Knows nothing
about files, fetching or stores.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ingest.addresses import (
    canonical_url,
    is_outlet_name,
    is_script_address,
    site_domain,
    split_title,
)
from ingest.dates.parsing import (
    date_in_dateline,
    date_in_line,
    date_in_url,
    is_only_a_date,
    parse_date,
    plausible_date,
)
from ingest.errors import BadInput
from ingest.extraction.html_metadata import split_names
from ingest.extraction.html_page import read_page
from ingest.extraction.paragraphs import (
    clean_paragraphs,
    exceeds_wrap_width,
    single_line,
    split_byline,
)
from ingest.records import Article, When
from ingest.sources.documents import Document
from ingest.sources.record_fields import FIELD_NAMES, field_value

MIN_ARTICLE_CHARS = 40
"""Less than one short sentence is a teaser, an error page or nothing."""

_MIN_HEADLINE_WORDS = 4
_MAX_TITLE_CHARS = 500


def extract(document: Document, given: When | None = None) -> Article:
    """The article in a document.

    ``given``: the publication date, when the user states it; it overrides every other. Raises
    BadInput when there is no article in the document.
    """
    if document.kind in ("pdf", "docx", "eml"):
        from ingest.extraction.file_formats import convert_to_text

        document = convert_to_text(document)
    readers = {"html": _from_html, "markdown": _from_markdown, "fields": _from_fields,
               "article": _from_article}  # fmt: skip
    article = readers.get(document.kind, _from_text)(document)
    if is_script_address(article.url) or is_script_address(article.canonical_url):
        raise BadInput(document.source, "its address is a script or data, not that of a page")
    text = clean_paragraphs(article.text)
    bare = not text and bool(article.text.strip())
    if len(text) < MIN_ARTICLE_CHARS and not bare:
        raise BadInput(document.source, f"no article text ({len(text)} characters)")
    article = _normalized(replace(article, text=text), document)
    if bare:
        article = replace(article, text=_headline_as_text(article, document))
    return _with_date(article, given)


def _headline_as_text(article: Article, document: Document) -> str:
    """The headline as the text of an article whose page holds only a player or an advertisement."""
    if len(article.title.split()) < _MIN_HEADLINE_WORDS:
        raise BadInput(document.source, "no article text: a player or an advertisement only")
    return article.title


def _normalized(article: Article, document: Document) -> Article:
    """The article with its title, publisher, authors and canonical address in their final form."""
    title, named = split_title(article.title[:_MAX_TITLE_CHARS], article.url, article.publisher)
    publisher = article.publisher if is_outlet_name(article.publisher) else named
    return replace(
        article,
        title=title,
        publisher=publisher or article.publisher or site_domain(article.url),
        authors=tuple(dict.fromkeys(n for author in article.authors if (n := single_line(author)))),
        canonical_url=canonical_url(article.canonical_url or article.url),
        origin=document.origin or article.origin,
    )


def _with_date(article: Article, given: When | None) -> Article:
    """The article with the ``given`` date, its own, or one found in its address or dateline."""
    if given:
        return replace(article, published_at=given, published_from="given")
    if article.published_at is not None:
        return article
    if day := plausible_date(date_in_url(article.url)):
        return replace(article, published_at=day, published_from="url")
    if day := date_in_dateline(article.text, article.url):
        return replace(article, published_at=day, published_from="dateline")
    return article


def unused_date_note(document: Document) -> str:
    """A note for the user about a stated date that could not be used, or an empty string."""
    stated = field_value(document.fields, "published")
    if stated is None or plausible_date(parse_date(stated)):
        return ""
    return f"its date {stated!r} is not used: write it as 2025-06-02"


# -- records, articles, text --------------------------------------------------------------


def _from_article(document: Document) -> Article:
    article = document.article
    if article is None:
        raise BadInput(document.source, "no article in it")
    published = plausible_date(article.published_at)
    stated = article.published_from if article.published_from != "unknown" else "given"
    return replace(
        article, published_at=published, published_from=stated if published else "unknown",
        title=single_line(article.title),
    )  # fmt: skip


def _from_text(document: Document) -> Article:
    """Plain text; its first line is the title when it stands apart and nothing else is known."""
    article = Article(text=document.content, url=document.url)
    first, _, rest = document.content.strip().partition("\n")
    headline, body = first.strip(), rest.split("\n", 1)[0].strip()
    apart = not body or exceeds_wrap_width(body)  # else the first line of a hard-wrapped paragraph
    titled = field_value(document.fields, "title") is not None
    if (
        not titled and apart and rest.strip()
        and 10 <= len(headline) <= 120 and headline[-1] not in '.!?…”"’:,'
    ):  # fmt: skip
        article = replace(article, text=rest, title=headline)
    names, text = split_byline(article.text)
    article = replace(article, text=text, authors=tuple(split_names(names)))
    return _dated_by_first_line(_with_known_fields(article, document))


def _dated_by_first_line(article: Article) -> Article:
    """The article without a first line that is only a date, dated by that line."""
    first, _, rest = article.text.lstrip().partition("\n")
    if not rest.strip() or not is_only_a_date(first.strip()):
        return article
    day = date_in_line(first)
    if day is None or article.published_at is not None:
        return article
    return replace(article, text=rest, published_at=day, published_from="dateline")


def _from_fields(document: Document) -> Article:
    text = document.content or field_value(document.fields, "text")
    if not isinstance(text, str):
        raise BadInput(document.source, _missing_text_reason(document.fields))
    if _HTML_TAG.search(text):
        text = _text_of_html(text, document)
    return _with_known_fields(Article(text=text, url=document.url), document)


def _missing_text_reason(fields: Mapping[str, Any]) -> str:
    named = [str(key) for key in fields if str(key).lower() in FIELD_NAMES["text"]]
    has = f"{named[0]} is empty" if named else f"it has {', '.join(map(str, list(fields)[:12]))}"
    names = ", ".join(FIELD_NAMES["text"])
    return f"no text: expected one of the fields {names}" + (f"; {has}" if fields else "")


_HTML_TAG = re.compile(r"</(?:p|div|article|ul|h[1-6])>|<br\s*/?>|<p>", re.IGNORECASE)


def _text_of_html(text: str, document: Document) -> str:
    """The text of a record whose text is HTML."""
    try:
        return read_page(f"<html><body><article>{text}</article></body></html>", "").text
    except BadInput:
        return re.sub(r"<[^<>]{0,2000}>", "\n", text)


def _with_known_fields(article: Article, document: Document) -> Article:
    """The article with the document's fields where it does not state the same itself."""
    fields = document.fields
    published = plausible_date(parse_date(field_value(fields, "published")))
    dated = article.published_at is None and published is not None
    return replace(
        article,
        title=article.title or _string(field_value(fields, "title")) or "",
        url=_string(field_value(fields, "url")) or article.url,
        publisher=article.publisher or _string(field_value(fields, "publisher")),
        authors=article.authors or _names(field_value(fields, "authors")),
        section=article.section or _string(field_value(fields, "section")),
        language=article.language or _string(field_value(fields, "language")),
        published_at=published if dated else article.published_at,
        published_from=document.fields_from if dated else article.published_from,
        updated_at=article.updated_at or plausible_date(parse_date(field_value(fields, "updated"))),
    )


def _string(value: Any) -> str | None:
    if isinstance(value, Mapping):
        value = value.get("name")
    return single_line(str(value)) or None if value is not None else None


def _names(value: Any) -> tuple[str, ...]:
    """Author names from a name, a list of names, or schema.org's ``{"name": ...}``."""
    if isinstance(value, Mapping):
        return _names(value.get("name"))
    if isinstance(value, list | tuple):
        return tuple(name for item in value for name in _names(item))
    return (str(value),) if value is not None else ()


# -- Markdown -----------------------------------------------------------------------------

_HEADING = re.compile(r"\A\s*#[ \t]+(\S.{0,300}?)[ \t#]*$", re.MULTILINE)
_MARKDOWN = (
    (re.compile(r"!\[[^\]\n]{0,500}\]\([^)\n]{0,2000}\)"), ""),  # pictures
    (re.compile(r"(?<!\\)\[([^\]\n]{1,500})\]\([^)\n]{0,2000}\)"), r"\1"),  # links
    (re.compile(r"^#{1,6}[ \t]+(\S.{0,300}?)[ \t#]*$", re.MULTILINE), r"\1"),  # headings
    (re.compile(r"(\*\*|__)(?=\S)(.{1,500}?)(?<=\S)\1"), r"\2"),  # strong
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]{1,500}?)(?<=\S)\*(?![\w*])"), r"\1"),  # emphasis
)


def _from_markdown(document: Document) -> Article:
    """The title from front matter, else from the first heading; the text without its markup."""
    heading = _HEADING.match(document.content)
    titled = field_value(document.fields, "title") is not None
    text = document.content[heading.end() :] if heading and not titled else document.content
    for pattern, kept in _MARKDOWN:
        text = pattern.sub(kept, text)
    document = replace(document, content=text, fields_from="front matter")
    article = _with_known_fields(Article(text=text, url=document.url), document)
    return (
        article if titled or not heading else replace(article, title=single_line(heading.group(1)))
    )


# -- HTML ---------------------------------------------------------------------------------


def _from_html(document: Document) -> Article:
    """The article on a page; fields of a feed or an e-mail fill the gaps."""
    article = read_page(document.content, document.source, document.url)
    return _with_known_fields(article, replace(document, fields={**document.fields, "url": None}))
