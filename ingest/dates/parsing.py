"""Parses publication dates as people and pages write them; a missing date stays missing.

How a date is known (``Article.published_from``):

    json-ld, meta     the page says so to machines (``<time>`` elements count as meta)
    feed              the feed or news sitemap that led to it
    url               the address names the day
    dateline          the line under the headline, or the text's own opening
    front matter      the head of a Markdown file
    given             the record it came in, or the user
    unknown           nobody says

Crawl time, file times and modification times are never publication dates. Absolute dates in words
are ``dateparser``'s; relative ones are ``time_expressions``'. Knows nothing about where the text
around a date came from.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from ingest.records import When, day_of

_EARLIEST_DATE = date(1690, 1, 1)
"""The first newspapers that anyone could have digitised."""

_PLACEHOLDER_DATES = (date(1970, 1, 1), date(1900, 1, 1))
"""What content management systems write for a date that they do not know."""

MAX_DATE_CHARS = 100
"""A longer text is prose, on which a date parser only loses time."""

_ISO_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_NUMERIC_DATE = re.compile(r"(\d{1,2})([-/.])(\d{1,2})[-/.](\d{2}|\d{4})")
_RFC_5322_DATE = re.compile(r"(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d{1,2}:\d{2}")
_YEAR = re.compile(r"\d{4}")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DAY_IN_URL = re.compile(r"/((?:19|20)\d{2})[/-](\d{1,2})[/-](\d{1,2})(?:[/-]|$)")


def parse_date(value: object) -> When | None:
    """A day or an aware moment from what people and pages write; None if it is not a date.

    Only absolute dates: "yesterday" depends on when it was read, so it is not one.
    """
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        compact = _COMPACT_DATE.fullmatch(str(value))
        return _valid_day(*compact.groups()) if compact else _parse_timestamp(value)
    if not isinstance(value, str) or not (text := value.strip()) or len(text) > MAX_DATE_CHARS:
        return None
    for pattern in (_ISO_DATE, _COMPACT_DATE):
        if match := pattern.fullmatch(text):
            return _valid_day(*match.groups())
    if match := _NUMERIC_DATE.fullmatch(text):
        return _parse_numeric(*match.groups())
    try:
        parsed = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except ValueError:
        return _parse_rfc_5322(text) if _RFC_5322_DATE.match(text) else _parse_words(text)


def _valid_day(year: str, month: str, number: str) -> date | None:
    try:
        return date(int(year), int(month), int(number))
    except ValueError:
        return None


def _parse_numeric(one: str, mark: str, two: str, year: str) -> date | None:
    """A date in numbers that does not start with the year: 31/12/2025, 12/31/2025, 2.6.2025.

    Dots are written day first. With slashes or dashes it is read only when one number cannot be
    a month: 02/06/2025 is February to some and June to others, and a guess is not a date.
    """
    if len(year) < 4:
        return None
    if mark == "." or int(one) > 12 or one == two:
        return _valid_day(year, two, one)
    return _valid_day(year, one, two) if int(two) > 12 else None


def _parse_timestamp(value: float) -> datetime | None:
    """Seconds or milliseconds since 1970, from 1973 on."""
    try:
        seconds = value / 1000 if value > 1e11 else value
        return datetime.fromtimestamp(seconds, UTC) if seconds > 1e8 else None
    except (OverflowError, OSError, ValueError):
        return None


def _parse_rfc_5322(text: str) -> When | None:
    """A date of e-mails and RSS, which dateparser reads too, but a hundred times slower."""
    try:
        parsed = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return _parse_words(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _parse_words(text: str) -> When | None:
    import dateparser

    if not _YEAR.search(text):
        return None  # without this, dateparser takes a tenth of a second
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
    offset = parsed.utcoffset()  # dateparser's own time zone objects do not print well
    return parsed.replace(tzinfo=UTC if offset is None else timezone(offset))


def plausible_date(when: When | None, today: date | None = None) -> When | None:
    """The date, or None when it is a placeholder, in the future, or older than newspapers."""
    if when is None or day_of(when) in _PLACEHOLDER_DATES:
        return None
    latest = (today or datetime.now(UTC).date()) + timedelta(days=1)
    return when if _EARLIEST_DATE <= day_of(when) <= latest else None


def date_in_url(url: str | None) -> date | None:
    """The day many outlets write into an article's address: /2025/06/02/."""
    match = _DAY_IN_URL.search(url or "")
    return _valid_day(*match.groups()) if match else None


_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    "|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
WRITTEN_DAY = re.compile(
    rf"\b(?:(?:{_MONTHS})\.?\s+\d{{1,2}},?\s+\d{{4}}"
    rf"|\d{{1,2}}\s+(?:{_MONTHS})\.?,?\s+\d{{4}}|\d{{4}}-\d{{2}}-\d{{2}})\b",
    re.IGNORECASE,
)
MAX_DATE_LINE_CHARS = 120
"""A longer line is prose that mentions a date."""


def date_in_line(line: str) -> date | None:
    """The first day written out in a line, if there is one."""
    match = WRITTEN_DAY.search(line[:MAX_DATE_LINE_CHARS])
    return day_of_written(match.group()) if match else None


def is_only_a_date(line: str) -> bool:
    """Whether a line is a day, with a weekday or a time perhaps, and nothing else."""
    match = WRITTEN_DAY.search(line) if len(line) <= MAX_DATE_LINE_CHARS else None
    if match is None:
        return False
    rest = line[: match.start()] + line[match.end() :]
    return not re.search(r"[^\W\d_]{4,}", _BESIDE_A_DATE.sub("", rest))


_BESIDE_A_DATE = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|published|posted|updated)\b", re.IGNORECASE
)


def day_of_written(text: str) -> date | None:
    """The plausible day that a text such as "Sept. 4, 2026" writes out, or None."""
    when = plausible_date(parse_date(text.replace("Sept ", "Sep ")))
    return day_of(when) if when else None


_DATELINE = re.compile(
    rf"\A[^\n]{{0,70}}?\b(?P<month>{_MONTHS})\.?\s+(?P<day>\d{{1,2}})(?:,?\s+(?P<year>\d{{4}}))?"
    r"\s*(?:\([^()\n]{2,30}\))?\s*(?:[-–—]{1,2}|:)\s",
    re.IGNORECASE,
)
_DATELINE_PLACE = re.compile(r"\A\W*(?:[A-Z][A-Z.'’ -]{2,}\b[^.!?]*|)\Z")
_MONTH_DAY_IN_URL = re.compile(r"/((?:19|20)\d{2})[/-](\d{1,2})(?:[/-]|$)")


def date_in_dateline(text: str, url: str | None = None) -> date | None:
    """The day of a dateline such as "GENEVA, June 2, 2025 (AP) --" that opens a text.

    Without a year it counts only when the address names that month of a year; else nothing is
    guessed.
    """
    match = _DATELINE.match(text)
    if match is None or not _DATELINE_PLACE.match(text[: match.start("month")].strip(" ,(")):
        return None
    year = match["year"]
    named = parse_date(f"{match['day']} {match['month'].rstrip('.')[:3]} {year or 2000}")
    if named is None:
        return None
    day = day_of(named)
    if year is None:
        place = _MONTH_DAY_IN_URL.search(url or "")
        if place is None or int(place.group(2)) != day.month:
            return None
        day = _valid_day(place.group(1), str(day.month), str(day.day)) or day
    return day if plausible_date(day) else None
