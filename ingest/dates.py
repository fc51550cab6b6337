"""Publication dates and how they are known. A missing date stays missing.

    json-ld, meta     the page says so to machines (``<time>`` elements count as meta)
    feed              the feed or news sitemap that led to it
    url               the address names the day
    dateline          the line under the headline, or the text's own opening
    front matter      the head of a Markdown file
    given             the record it came in, or the user
    unknown           nobody says

Crawl time, file times and modification times are never publication dates. Knows nothing about
where the text around a date came from.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from ingest.markup import Markup
from ingest.records import When, day_of, epoch_of

_EARLIEST = date(1690, 1, 1)
"""The first newspapers that anyone could have digitised."""

_DEFAULTS = (date(1970, 1, 1), date(1900, 1, 1))
"""What broken systems write for a date that they do not know."""

_DAY_SECONDS = 86_400
_LONGEST = 100
"""Characters of a written date; more is prose, on which a date parser only loses time."""

_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_NUMERIC = re.compile(r"(\d{1,2})([-/.])(\d{1,2})[-/.](\d{2}|\d{4})")
_MAIL = re.compile(r"(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d{1,2}:\d{2}")
_YEAR = re.compile(r"\d{4}")
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
        return _from_mail(text) if _MAIL.match(text) else _from_words(text)


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


def _from_mail(text: str) -> When | None:
    """The way of e-mails and RSS, which dateparser reads too, but a hundred times slower."""
    try:
        parsed = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return _from_words(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _from_words(text: str) -> When | None:
    import dateparser

    if not _YEAR.search(text):
        return None  # dateparser would think about it for a tenth of a second
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
    offset = parsed.utcoffset()  # dateparser's own kind of time zone does not print well
    return parsed.replace(tzinfo=UTC if offset is None else timezone(offset))


def sane(when: When | None, today: date | None = None) -> When | None:
    """The date itself, or None when it lies in the future, before newspapers, or is a default."""
    if when is None or day_of(when) in _DEFAULTS:
        return None
    latest = (today or datetime.now(UTC).date()) + timedelta(days=1)
    return when if _EARLIEST <= day_of(when) <= latest else None


def date_in_url(url: str | None) -> date | None:
    """The day many outlets write into an article's address: /2025/06/02/."""
    match = _IN_URL.search(url or "")
    return _day(*match.groups()) if match else None


def date_in_html(html: str) -> tuple[When | None, str, When | None]:
    """``(published, provenance, updated)`` as the page itself says; see ``dated``."""
    return dated(html, Markup.of(html))


def dated(html: str, markup: Markup) -> tuple[When | None, str, When | None]:
    """``(published, provenance, updated)``: JSON-LD, else meta tags and ``<time>``, else the line
    under the headline. An update earlier than the publication is not believed."""
    published, provenance = _published_in(html, markup)
    updated = _first(markup, "dateModified", ("article:modified_time", "og:updated_time",
                                              "datemodified", "last-modified"))  # fmt: skip
    if published and updated and epoch_of(updated) < epoch_of(published) - _DAY_SECONDS:
        updated = None
    return published, provenance, updated


_PUBLISHED_METAS = (
    "article:published_time", "article:published", "og:published_time", "og:article:published_time",
    "datepublished", "pubdate", "publishdate", "publish-date", "publish_date", "date",
    "dc.date", "dc.date.issued", "dcterms.created", "dc.date.created", "article.published",
    "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "published-date",
    "citation_publication_date", "displaydate", "article_date_original",
)  # fmt: skip


def _published_in(html: str, markup: Markup) -> tuple[When | None, str]:
    for item in markup.items:
        if when := sane(parse_date(item.get("datePublished"))):
            return when, "json-ld"
    for name in _PUBLISHED_METAS:
        if when := sane(parse_date(markup.metas.get(name))):
            return when, "meta"
    if when := _time_element(html):
        return when, "meta"
    if when := _under_headline(html):
        return when, "dateline"
    return None, "unknown"


def _first(markup: Markup, key: str, metas: tuple[str, ...]) -> When | None:
    said = [item.get(key) for item in markup.items] + [markup.metas.get(name) for name in metas]
    return next((when for value in said if (when := sane(parse_date(value)))), None)


_TIME = re.compile(r"<time\b([^<>]*)>|<(?:span|div|p|abbr)\b([^<>]*?datepublished[^<>]*)>", re.I)
_VALUE = re.compile(r"""\b(?:datetime|content|title)\s*=\s*["']([^"']{8,40})["']""", re.I)
_CHANGED = re.compile(r"updat|modif|upcoming|event|comment|relat", re.I)
_REGION = 20_000
"""Characters of markup behind a headline in which its date is looked for."""


def _after_headline(html: str) -> str:
    """The markup from the main headline to the first long paragraph, where dates are shown."""
    lowered = html.lower()
    start = lowered.find("<h1")
    if start < 0 or lowered.find("<h1", start + 3) > 0:
        return ""  # without one headline there is no telling whose date it would be
    region = html[start : start + _REGION]
    long = re.search(r"<p\b[^<>]*>[^<>]{160}", region)
    return region[: long.start()] if long else region


def _time_element(html: str) -> When | None:
    """What marks the date for machines: ``itemprop=datePublished`` anywhere, or the only day that
    ``<time>`` elements under the headline give."""
    found: list[When] = []
    for match in _TIME.finditer(_after_headline(html)):
        attributes = match.group(1) or match.group(2) or ""
        value = _VALUE.search(attributes)
        when = sane(parse_date(value.group(1))) if value else None
        if when and not _CHANGED.search(attributes):
            if "datepublished" in attributes.lower() or "pubdate" in attributes.lower():
                return when
            found.append(when)
    return found[0] if len({day_of(when) for when in found}) == 1 else None


_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    "|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_WRITTEN = re.compile(
    rf"\b(?:(?:{_MONTHS})\.?\s+\d{{1,2}},?\s+\d{{4}}"
    rf"|\d{{1,2}}\s+(?:{_MONTHS})\.?,?\s+\d{{4}}|\d{{4}}-\d{{2}}-\d{{2}})\b",
    re.IGNORECASE,
)
_TAG = re.compile(r"<(script|style)\b.{0,20000}?</\1>|<[^<>]{0,2000}>", re.IGNORECASE | re.DOTALL)
_STAMP = 120
"""Characters of a line that shows a date; a longer one tells of something."""


def _under_headline(html: str) -> date | None:
    """The one day written on the lines between the headline and the text, as readers see it."""
    days = set()
    for line in _TAG.sub("\n", _after_headline(html)).split("\n"):
        bare = " ".join(line.split())
        if 0 < len(bare) <= _STAMP and not _CHANGED.search(bare):
            days |= {_written_day(match.group()) for match in _WRITTEN.finditer(bare)}
    days.discard(None)
    return days.pop() if len(days) == 1 else None


def date_in_line(line: str) -> date | None:
    """The first day written out in a line, if there is one."""
    match = _WRITTEN.search(line[:_STAMP])
    return _written_day(match.group()) if match else None


def is_only_a_date(line: str) -> bool:
    """Whether a line is a day, with a weekday or a time perhaps, and nothing else."""
    match = _WRITTEN.search(line) if len(line) <= _STAMP else None
    if match is None:
        return False
    rest = line[: match.start()] + line[match.end() :]
    return not re.search(r"[^\W\d_]{4,}", _DAY_NAMES.sub("", rest))


_DAY_NAMES = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|published|posted|updated)\b", re.IGNORECASE
)


def _written_day(text: str) -> date | None:
    when = sane(parse_date(text.replace("Sept ", "Sep ")))
    return day_of(when) if when else None


_DATELINE = re.compile(
    rf"\A[^\n]{{0,70}}?\b(?P<month>{_MONTHS})\.?\s+(?P<day>\d{{1,2}})(?:,?\s+(?P<year>\d{{4}}))?"
    r"\s*(?:\([^()\n]{2,30}\))?\s*(?:[-–—]{1,2}|:)\s",
    re.IGNORECASE,
)
_PLACE = re.compile(r"\A\W*(?:[A-Z][A-Z.'’ -]{2,}\b[^.!?]*|)\Z")
_MONTH_IN_URL = re.compile(r"/((?:19|20)\d{2})[/-](\d{1,2})(?:[/-]|$)")


def date_in_dateline(text: str, url: str | None = None) -> date | None:
    """The day of a dateline such as "GENEVA, June 2, 2025 (AP) --" that opens a text.

    Without a year it counts only when the address names that month of a year; else nothing is
    guessed.
    """
    match = _DATELINE.match(text)
    if match is None or not _PLACE.match(text[: match.start("month")].strip(" ,(")):
        return None
    year = match["year"]
    named = parse_date(f"{match['day']} {match['month'].rstrip('.')[:3]} {year or 2000}")
    if named is None:
        return None
    day = day_of(named)
    if year is None:
        place = _MONTH_IN_URL.search(url or "")
        if place is None or int(place.group(2)) != day.month:
            return None
        day = _day(place.group(1), str(day.month), str(day.day)) or day
    return day if sane(day) else None
