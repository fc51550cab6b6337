"""Publication dates and how they are known. A missing date stays missing.

Crawl time, file times and modification times are never publication dates. Knows nothing about
where the text around a date came from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ingest.records import When, day_of

_EARLIEST = date(1690, 1, 1)
"""The first newspapers that anyone could have digitised."""

_LONGEST = 100
"""Characters of a written date; more is prose, on which a date parser only loses time."""

_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_NUMERIC = re.compile(r"(\d{1,2})([-/.])(\d{1,2})[-/.](\d{2}|\d{4})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_IN_URL = re.compile(r"/((?:19|20)\d{2})[/-](\d{1,2})[/-](\d{1,2})(?:[/-]|$)")


def parse_date(value: object) -> When | None:
    """A day or an aware moment from what people and pages write; None if it is not a date.

    Only absolute dates: "yesterday" depends on when it was read, so it is not one.
    """
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        compact = _COMPACT.fullmatch(str(value))
        return _day(*compact.groups()) if compact else _from_number(value)
    if not isinstance(value, str) or not (text := value.strip()) or len(text) > _LONGEST:
        return None
    for pattern in (_DAY, _COMPACT):
        if match := pattern.fullmatch(text):
            return _day(*match.groups())
    if match := _NUMERIC.fullmatch(text):
        return _numeric(*match.groups())
    try:
        parsed = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except ValueError:
        return _from_words(text)


def _day(year: str, month: str, number: str) -> date | None:
    try:
        return date(int(year), int(month), int(number))
    except ValueError:
        return None


def _numeric(one: str, mark: str, two: str, year: str) -> date | None:
    """A date in numbers that does not start with the year: 31/12/2025, 12/31/2025, 2.6.2025.

    Dots are written day first. With slashes or dashes it is read only when one number cannot be
    a month: 02/06/2025 is February to some and June to others, and a guess is not a date.
    """
    if len(year) < 4:
        return None
    if mark == "." or int(one) > 12 or one == two:
        return _day(year, two, one)
    return _day(year, one, two) if int(two) > 12 else None


def _from_number(value: float) -> datetime | None:
    try:
        seconds = value / 1000 if value > 1e11 else value
        return datetime.fromtimestamp(seconds, UTC) if seconds > 1e8 else None
    except (OverflowError, OSError, ValueError):
        return None


def _from_words(text: str) -> When | None:
    import dateparser

    try:
        parsed: datetime | None = dateparser.parse(
            text,
            settings={"PARSERS": ["absolute-time"], "REQUIRE_PARTS": ["day", "month", "year"]},
        )
    except (ValueError, OverflowError):  # a year or an hour no calendar has
        return None
    if parsed is None:
        return None
    if (parsed.hour, parsed.minute, parsed.second) == (0, 0, 0) and ":" not in text:
        return parsed.date()
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def sane(when: When | None, today: date | None = None) -> When | None:
    """The date itself, or None when it lies in the future or before newspapers."""
    if when is None:
        return None
    latest = (today or datetime.now(UTC).date()) + timedelta(days=1)
    return when if _EARLIEST <= day_of(when) <= latest else None


def date_in_url(url: str | None) -> date | None:
    """The day many outlets write into an article's address: /2025/06/02/."""
    match = _IN_URL.search(url or "")
    return _day(*match.groups()) if match else None


def date_in_html(html: str) -> tuple[When | None, str, When | None]:
    """``(published, provenance, updated)`` from JSON-LD, then from meta tags."""
    published, provenance = None, "unknown"
    updated: When | None = None
    for item in sorted(_json_ld(html), key=_is_not_article):
        published = published or sane(parse_date(item.get("datePublished")))
        updated = updated or sane(parse_date(item.get("dateModified")))
    if published:
        provenance = "json-ld"
    else:
        metas = _metas(html)
        for name in ("article:published_time", "og:published_time", "datepublished", "pubdate",
                     "publishdate", "publish-date", "date", "dc.date", "dc.date.issued",
                     "parsely-pub-date", "sailthru.date"):  # fmt: skip
            if published := sane(parse_date(metas.get(name))):
                provenance = "meta"
                break
        updated = updated or sane(parse_date(metas.get("article:modified_time")))
    return published, provenance, updated


def _is_not_article(item: dict[str, Any]) -> bool:
    """False for a schema.org article: a video or a comment on its page has a date of its own."""
    return not re.search(r"(?:Article|Posting|Report)\b", str(item.get("@type")))


_SCRIPT = re.compile(
    r"<script[^>]*application/ld\+json[^>]*>(.*?)</script>", re.IGNORECASE | re.DOTALL
)
_META = re.compile(r"<meta\b[^<>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w:-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)""")


def _json_ld(html: str) -> Iterator[dict[str, Any]]:
    for block in _SCRIPT.findall(html):
        try:
            waiting = [json.loads(block.strip(), strict=False)]
        except (ValueError, RecursionError):
            continue
        while waiting:
            item = waiting.pop(0)
            if isinstance(item, list):
                waiting.extend(item)
            elif isinstance(item, dict):
                yield item
                if isinstance(item.get("@graph"), list):
                    waiting.extend(item["@graph"])


def _metas(html: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag in _META.findall(html):
        pairs = {k.lower(): v.strip("\"'") for k, v in _ATTRIBUTE.findall(tag)}
        name = pairs.get("property") or pairs.get("name") or pairs.get("itemprop")
        if name and "content" in pairs:
            found.setdefault(name.lower(), pairs["content"])
    return found
