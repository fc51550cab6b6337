"""Time expressions: what fires, what does not, and which days come out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.dates.time_expressions import find_time_expressions

MONDAY = date(2025, 6, 2)
"""The day of publication in these tests."""


def days(text: str, published: date | None = MONDAY) -> list[tuple[str, str]]:
    """Phrases with their first and last day, or an empty text when unresolved."""
    return [
        (e.phrase, f"{e.first}..{e.last}" if e.first else "")
        for e in find_time_expressions(text, published)
    ]


@pytest.mark.parametrize(
    ("text", "phrase", "first", "last"),
    [
        ("The council met on Monday.", "Monday", "2025-06-02", "2025-06-02"),
        ("The council met on Tuesday.", "Tuesday", "2025-05-27", "2025-05-27"),
        ("The council will meet on Tuesday.", "Tuesday", "2025-06-03", "2025-06-03"),
        ("The council is expected to meet Friday.", "Friday", "2025-06-06", "2025-06-06"),
        ("She said the bill that passed Friday will help.", "Friday", "2025-05-30", "2025-05-30"),
        ("It will be released on Friday.", "Friday", "2025-06-06", "2025-06-06"),
        ("It will be released in late October.", "late October", "2025-10-21", "2025-10-31"),
        (
            "They polled Wednesday through Friday.",
            "Wednesday through Friday",
            "2025-05-28",
            "2025-05-30",
        ),
        ("It was taken Thursday to Sunday.", "Thursday to Sunday", "2025-05-29", "2025-06-01"),
        ("They will meet Thursday to Sunday.", "Thursday to Sunday", "2025-06-05", "2025-06-08"),
        ("They meet again next Monday.", "next Monday", "2025-06-09", "2025-06-09"),
        ("They met last Monday.", "last Monday", "2025-05-26", "2025-05-26"),
        ("It rained yesterday.", "yesterday", "2025-06-01", "2025-06-01"),
        ("It will rain tomorrow.", "tomorrow", "2025-06-03", "2025-06-03"),
        ("It rains tonight.", "tonight", "2025-06-02", "2025-06-02"),
        ("The ferry sank last week.", "last week", "2025-05-26", "2025-06-01"),
        ("The vote comes next month.", "next month", "2025-07-01", "2025-07-31"),
        ("Prices rose this year.", "this year", "2025-01-01", "2025-12-31"),
        ("It closed earlier this month.", "earlier this month", "2025-06-01", "2025-06-02"),
        ("The bridge fell last summer.", "last summer", "2024-06-01", "2024-08-31"),
        ("It fell two weeks ago.", "two weeks ago", "2025-05-16", "2025-05-22"),
        (
            "It fell a little more than two weeks ago.",
            "a little more than two weeks ago",
            "2025-05-12",
            "2025-05-19",
        ),
        ("They swapped prisoners on May 16.", "May 16", "2025-05-16", "2025-05-16"),
        ("They swapped prisoners on 16 May.", "16 May", "2025-05-16", "2025-05-16"),
        ("He was born on May 16, 2021.", "May 16, 2021", "2021-05-16", "2021-05-16"),
        ("It broke in mid-May.", "mid-May", "2025-05-11", "2025-05-20"),
        ("It broke in May.", "May", "2025-05-01", "2025-05-31"),
        ("It broke in December.", "December", "2024-12-01", "2024-12-31"),
        ("It was annexed in 2022.", "2022", "2022-01-01", "2022-12-31"),
        ("It was quiet in the 1990s.", "1990s", "1990-01-01", "1999-12-31"),
        ("They sailed May 16-18.", "May 16-18", "2025-05-16", "2025-05-18"),
        ("The fair ran from 3 to 5 June 2024.", "3 to 5 June 2024", "2024-06-03", "2024-06-05"),
        (
            "It grew between 2014 and 2018.",
            "between 2014 and 2018",
            "2014-01-01",
            "2018-12-31",
        ),
        ("It has rained since Friday.", "Friday", "2025-05-30", "2025-06-02"),
        ("Profit fell in the first quarter.", "first quarter", "2025-01-01", "2025-03-31"),
        ("He left over the past year.", "past year", "2024-06-02", "2025-06-02"),
        ("On 2024-02-29 it opened.", "2024-02-29", "2024-02-29", "2024-02-29"),
    ],
)
def test_an_expression_means_days(text: str, phrase: str, first: str, last: str) -> None:
    """Each kind of expression resolves against the day of publication."""
    ((found, interval),) = days(text)
    assert found.removeprefix("the ").lower() == phrase.lower()
    assert interval == f"{first}..{last}"


def test_the_days_of_every_week_are_no_days() -> None:
    """Opening hours name no date."""
    assert days("The shop is open Monday to Friday.") == [("Monday to Friday", "")]


@pytest.mark.parametrize(
    "text",
    [
        "They may meet.",
        "Theresa May said no.",
        "Wait a second, they march on.",
        "The fall of the house was loud.",
        "She writes for the Sunday Times.",
        "They shop on Black Friday.",
        "It cost 2,022 crowns and 1,995 votes.",
        "The Wolves scored in the fourth quarter.",
        "Men in their 60s ran.",
        "Wardens counted 1990 people.",
    ],
)
def test_words_that_only_look_like_time_do_not_fire(text: str) -> None:
    """Names, verbs and numbers are no expressions."""
    assert days(text) == []


@pytest.mark.parametrize(
    "text", ["It shut in recent years.", "Shops close on Fridays.", "It fell the day before."]
)
def test_what_names_no_days_stays_unresolved(text: str) -> None:
    """No days are made up for a phrase that means none."""
    assert not any(interval for _, interval in days(text))


def test_an_undated_article_resolves_only_what_names_its_year() -> None:
    """Without a day of publication, relative expressions stay unresolved."""
    text = "On Monday they recalled May 16, 2021, and the flood two weeks ago."
    assert days(text, None) == [
        ("Monday", ""),
        ("May 16, 2021", "2021-05-16..2021-05-16"),
        ("two weeks ago", ""),
    ]


def test_the_day_of_publication_is_that_of_its_own_time_zone() -> None:
    """A moment counts as its calendar day."""
    moment = datetime(2025, 6, 2, 23, 30, tzinfo=UTC)
    assert [e.first for e in find_time_expressions("It rained today.", moment)] == [MONDAY]


def test_a_day_without_a_year_is_the_near_one() -> None:
    """In January, December is last year's; what will be in January is next year's in December."""
    assert days("It shut on Dec. 20.", date(2022, 1, 5))[0][1] == "2021-12-20..2021-12-20"
    assert days("It will open Jan. 5.", date(2022, 12, 20))[0][1] == "2023-01-05..2023-01-05"


def test_days_no_calendar_has_stay_unresolved() -> None:
    """The thirtieth of February is written but not resolved."""
    assert days("She came on 30 February 2020.") == [("30 February 2020", "")]


_WORDS = st.sampled_from(
    "on Monday next last week year ago two 2 May 16 16-18 2021 the 1990s since until by in mid- "
    "Feb. 29 30 quarter summer this end of , . ’s “ ” \n 99 0 decades from to between and".split(
        " "
    )
)


@given(
    st.one_of(st.text(max_size=200), st.lists(_WORDS, max_size=30).map(" ".join)),
    st.one_of(st.none(), st.dates()),
)
def test_any_text_gives_exact_spans_and_ordered_days(text: str, published: date | None) -> None:
    """Never a crash; phrases are cut exactly, do not overlap, and begin before they end."""
    found = find_time_expressions(text, published)
    for expression in found:
        assert text[expression.start : expression.end] == expression.phrase
        assert (expression.first is None) == (expression.last is None)
        if expression.first and expression.last:
            assert expression.first <= expression.last
    assert all(a.end <= b.start for a, b in pairwise(found))
