"""Reads the publication and modification dates that an HTML page states about itself.

    JSON-LD -> meta tags and ``<time>`` elements -> the one day written under the headline

A missing date stays missing. Knows nothing about feeds, addresses or the text of the article.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from ingest.dates.parsing import (
    MAX_DATE_LINE_CHARS,
    WRITTEN_DAY,
    day_of_written,
    parse_date,
    plausible_date,
)
from ingest.extraction.html_metadata import PageMetadata
from ingest.records import When, day_of, epoch_seconds

_DAY_SECONDS = 86_400


def dates_in_page(html: str, metadata: PageMetadata) -> tuple[When | None, str, When | None]:
    """``(published, provenance, updated)`` as the page states them.

    The provenance is ``json-ld``, ``meta`` (meta tags, ``<time>``), ``dateline`` (a line under the
    headline) or ``unknown``. An update more than a day before the publication is dropped.
    """
    published, provenance = _published_in(html, metadata)
    modified = (item.get("dateModified") for item in metadata.items)
    updated = _first_date(modified) or _first_date(map(metadata.metas.get, _UPDATED_METAS))
    if published and updated and epoch_seconds(updated) < epoch_seconds(published) - _DAY_SECONDS:
        updated = None
    return published, provenance, updated


_UPDATED_METAS = ("article:modified_time", "og:updated_time", "datemodified", "last-modified")
_PUBLISHED_METAS = (
    "article:published_time", "article:published", "og:published_time", "og:article:published_time",
    "datepublished", "pubdate", "publishdate", "publish-date", "publish_date", "date",
    "dc.date", "dc.date.issued", "dcterms.created", "dc.date.created", "article.published",
    "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "published-date",
    "citation_publication_date", "displaydate", "article_date_original",
)  # fmt: skip


def _published_in(html: str, metadata: PageMetadata) -> tuple[When | None, str]:
    if when := _first_date(item.get("datePublished") for item in metadata.items):
        return when, "json-ld"
    if when := _first_date(map(metadata.metas.get, _PUBLISHED_METAS)) or _time_element(html):
        return when, "meta"
    if when := _under_headline(html):
        return when, "dateline"
    return None, "unknown"


def _first_date(stated: Iterable[Any]) -> When | None:
    """The first of the stated values that is a plausible date."""
    return next((when for value in stated if (when := plausible_date(parse_date(value)))), None)


_TIME = re.compile(r"<time\b([^<>]*)>|<(?:span|div|p|abbr)\b([^<>]*?datepublished[^<>]*)>", re.I)
_VALUE = re.compile(r"""\b(?:datetime|content|title)\s*=\s*["']([^"']{8,40})["']""", re.I)
_OTHER_DATE = re.compile(r"updat|modif|upcoming|event|comment|relat", re.I)
_MAX_HEAD_CHARS = 20_000
"""Characters of markup behind a headline in which its date is looked for."""


def _after_headline(html: str) -> str:
    """The markup from the main headline to the first long paragraph, where dates are shown."""
    lowered = html.lower()
    start = lowered.find("<h1")
    if start < 0 or lowered.find("<h1", start + 3) > 0:
        return ""  # without one headline there is no telling whose date it would be
    region = html[start : start + _MAX_HEAD_CHARS]
    long = re.search(r"<p\b[^<>]*>[^<>]{160}", region)
    return region[: long.start()] if long else region


def _time_element(html: str) -> When | None:
    """What marks the date for machines: ``itemprop=datePublished`` anywhere, or the only day that
    ``<time>`` elements under the headline give."""
    found: list[When] = []
    for match in _TIME.finditer(_after_headline(html)):
        attributes = match.group(1) or match.group(2) or ""
        value = _VALUE.search(attributes)
        when = plausible_date(parse_date(value.group(1))) if value else None
        if when and not _OTHER_DATE.search(attributes):
            if "datepublished" in attributes.lower() or "pubdate" in attributes.lower():
                return when
            found.append(when)
    return found[0] if len({day_of(when) for when in found}) == 1 else None


_TAG = re.compile(r"<(script|style)\b.{0,20000}?</\1>|<[^<>]{0,2000}>", re.IGNORECASE | re.DOTALL)


def _under_headline(html: str) -> date | None:
    """The one day written on the lines between the headline and the text, as readers see it."""
    days = set()
    for line in _TAG.sub("\n", _after_headline(html)).split("\n"):
        bare = " ".join(line.split())
        if 0 < len(bare) <= MAX_DATE_LINE_CHARS and not _OTHER_DATE.search(bare):
            days |= {day_of_written(match.group()) for match in WRITTEN_DAY.finditer(bare)}
    days.discard(None)
    return days.pop() if len(days) == 1 else None
