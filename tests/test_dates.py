"""Publication dates: what is one, how it is known, and that a missing one stays missing."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import document_fromstring

from ingest.dates.parsing import date_in_url, parse_date, plausible_date
from ingest.extraction.html_metadata import PageMetadata
from ingest.extraction.publication_date import dates_in_page
from ingest.records import day_of, epoch_seconds

JUNE_2 = date(2025, 6, 2)


@pytest.mark.parametrize(
    "written",
    ["2025-06-02", "2025/06/02", "2025.6.2", "20250602", " 2025-06-02 ", "June 2, 2025",
     "2 June 2025", "Monday, June 2, 2025", JUNE_2],
)  # fmt: skip
def test_a_day_is_read_as_a_day(written: object) -> None:
    """What names only a day gets no invented time."""
    assert parse_date(written) == JUNE_2
    assert not isinstance(parse_date(written), datetime)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2025-06-02T07:15:00Z", datetime(2025, 6, 2, 7, 15, tzinfo=UTC)),
        ("2025-06-02T07:15:00+02:00", datetime(2025, 6, 2, 5, 15, tzinfo=UTC)),
        ("2025-06-02 07:15", datetime(2025, 6, 2, 7, 15, tzinfo=UTC)),
        ("Mon, 02 Jun 2025 07:15:00 GMT", datetime(2025, 6, 2, 7, 15, tzinfo=UTC)),
        ("June 2, 2025 00:00", datetime(2025, 6, 2, tzinfo=UTC)),
        (1748848500, datetime(2025, 6, 2, 7, 15, tzinfo=UTC)),
        (1748848500000, datetime(2025, 6, 2, 7, 15, tzinfo=UTC)),
        (datetime(2025, 6, 2, 7, 15), datetime(2025, 6, 2, 7, 15, tzinfo=UTC)),  # noqa: DTZ001
    ],
)
def test_a_moment_is_read_as_an_aware_moment(written: object, expected: datetime) -> None:
    """What names a time becomes a datetime with a time zone, UTC where none is written."""
    parsed = parse_date(written)
    assert isinstance(parsed, datetime)
    assert parsed.tzinfo is not None
    assert parsed == expected


def test_the_day_of_a_moment_is_the_day_where_it_was_written() -> None:
    """Late evening in the west is not the next day, although it is in UTC."""
    moment = parse_date("2025-06-02T23:30:00-07:00")
    assert moment is not None
    assert day_of(moment) == JUNE_2


@pytest.mark.parametrize(
    "written",
    ["", "  ", "yesterday", "two hours ago", "Monday", "June 2025", "2025", "soon", "2025-02-30",
     "20251399", None, True, 0, -5, 17, float("nan"), float("inf"), 10**400, [], {},
     "2025-06-02 " * 50, "2025-06-02T25:61:00"],
)  # fmt: skip
def test_what_is_not_an_absolute_date_is_none(written: object) -> None:
    """Relative, partial, impossible and absurd dates are no dates, and never an error."""
    assert parse_date(written) is None


@settings(deadline=None)
@given(st.one_of(st.text(max_size=30), st.integers(), st.floats(), st.binary(max_size=5)))
def test_anything_at_all_is_a_date_or_none(written: object) -> None:
    """No input makes the reader of dates fail."""
    parsed = parse_date(written)
    assert parsed is None or isinstance(parsed, date)


@settings(deadline=None)
@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1)))
def test_iso_days_round_trip(day: date) -> None:
    """Every calendar day is read back from its ISO form."""
    assert parse_date(day.isoformat()) == day


def test_future_and_ancient_dates_are_not_believed() -> None:
    """A date after tomorrow, or before newspapers, is dropped instead of believed."""
    assert plausible_date(JUNE_2, today=JUNE_2) == JUNE_2
    assert plausible_date(JUNE_2 + timedelta(days=1), today=JUNE_2) is not None
    assert plausible_date(JUNE_2 + timedelta(days=2), today=JUNE_2) is None
    assert plausible_date(date(1600, 1, 1), today=JUNE_2) is None
    assert plausible_date(None) is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.com/2025/06/02/story", JUNE_2),
        ("https://example.com/news/2025/6/2/", JUNE_2),
        ("https://example.com/2025-06-02", JUNE_2),
        ("https://example.com/2025/06/story", None),
        ("https://example.com/2025/13/40/story", None),
        ("https://example.com/id/20250602123", None),
        ("", None),
        (None, None),
    ],
)
def test_an_address_that_names_a_day_dates_the_article(
    url: str | None, expected: date | None
) -> None:
    """Only year, month and day in the path count as a date."""
    assert date_in_url(url) == expected


def date_in_html(html: str) -> tuple[object, str, object]:
    return dates_in_page(html, PageMetadata.parse(document_fromstring(html)))


def page(*, ld: object = None, meta: str = "") -> str:
    script = f'<script type="application/ld+json">{json.dumps(ld)}</script>' if ld else ""
    return f"<html><head>{meta}{script}</head><body></body></html>"


NEWS = {"@type": "NewsArticle", "datePublished": "2025-06-02", "dateModified": "2025-06-03"}


@pytest.mark.parametrize(
    "ld",
    [
        NEWS,
        [{"@type": "Organization"}, NEWS],
        {"@graph": [{"@type": "WebPage", "datePublished": "2020-01-01"}, NEWS]},
        [{"@type": "VideoObject", "datePublished": "2020-01-01"}, NEWS],
        {**NEWS, "@type": ["Article", "NewsArticle"]},
        {**NEWS, "@type": "LiveBlogPosting"},
    ],
)
def test_json_ld_dates_the_article_itself(ld: object) -> None:
    """The article's own item is asked first, wherever in the JSON-LD it stands."""
    assert date_in_html(page(ld=ld)) == (JUNE_2, "json-ld", date(2025, 6, 3))


def test_json_ld_wins_over_meta_tags() -> None:
    """The provenance of the date that was taken is told."""
    meta = '<meta property="article:published_time" content="2024-01-01">'
    assert date_in_html(page(ld=NEWS, meta=meta))[:2] == (JUNE_2, "json-ld")
    assert date_in_html(page(meta=meta))[:2] == (date(2024, 1, 1), "meta")


def test_broken_json_ld_falls_back_to_meta_tags() -> None:
    """A script that is not JSON, or holds a bad date, does not hide the meta tag."""
    meta = "<META content='2025-06-02' name='Date'>"
    broken = f"<html><script type='application/ld+json'>{{oops</script>{meta}</html>"
    assert date_in_html(broken)[:2] == (JUNE_2, "meta")
    wrong = page(ld={"@type": "NewsArticle", "datePublished": "soon"}, meta=meta)
    assert date_in_html(wrong)[:2] == (JUNE_2, "meta")


def test_a_line_break_inside_a_json_ld_text_is_forgiven() -> None:
    """Pages write raw line breaks into JSON strings; the date next to them is still read."""
    script = '{"@type": "NewsArticle", "headline": "a\nb", "datePublished": "2025-06-02"}'
    html = f'<script type="application/ld+json">{script}</script>'
    assert date_in_html(html)[0] == JUNE_2


def test_a_modification_date_is_never_the_publication_date() -> None:
    """A page that only says when it changed stays undated."""
    meta = '<meta property="article:modified_time" content="2025-06-03">'
    assert date_in_html(page(meta=meta)) == (None, "unknown", date(2025, 6, 3))


def test_epochs_count_a_bare_day_as_its_midnight() -> None:
    """Days and moments can be compared as numbers."""
    east = timezone(timedelta(hours=2))
    assert epoch_seconds(date(1970, 1, 2)) == 86_400
    assert epoch_seconds(datetime(1970, 1, 1, 2, tzinfo=east)) == 0


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("02.06.2025", date(2025, 6, 2)), ("31/12/2025", date(2025, 12, 31)),
        ("12/31/2025", date(2025, 12, 31)), (20250602, date(2025, 6, 2)),
        ("02/06/2025", None), ("25/06/02", None),
    ],
)  # fmt: skip
def test_dates_in_numbers_are_read_only_when_they_are_clear(
    written: object, day: date | None
) -> None:
    """2 June and 6 February look alike with slashes: a guess is not a date."""
    assert parse_date(written) == day
