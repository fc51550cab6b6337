"""Charts of figures and events by day: what is drawn, where it leads, and when there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from qa.interfaces.charts.day_axis import MIN_DISTANCE, lanes_of
from qa.interfaces.page.comparison_panel import render_comparison
from qa.records import Answer, Citation, Entry, Reported

SEPTEMBER = [date(2026, 9, day) for day in (2, 4, 4)]


def cite(number: int, day: date, outlet: str = "Post & <b>Sons</b>") -> Citation:
    return Citation(
        number=number, article_id=f"a{number}", version=1, quote="Eight died.", start=0, end=11,
        passage_id="p", title="The ferry", publisher=outlet, published_at=day,
        published_from="given", url=None,
    )  # fmt: skip


CITED = {number: cite(number, day) for number, day in enumerate(SEPTEMBER, 1)}
EIGHT, THREE = Reported("eight people", (2,), SEPTEMBER[1]), Reported("three", (1,), SEPTEMBER[0])
NINE = Reported("nine people", (3,), SEPTEMBER[2])


def charts(**facts: Any) -> list[html.HtmlElement]:
    """The charts of an answer with these facts."""
    answer = Answer(
        "How many died?", "answered", "quoted", citations=tuple(CITED.values()), **facts
    )
    return html.fromstring(f"<div>{render_comparison(answer, CITED, 1)}</div>").xpath("//svg")


def places(chart: html.HtmlElement) -> list[tuple[float, float]]:
    dots = chart.xpath(".//circle[contains(@class, 'cw-dot')]")
    return [(float(dot.get("cx").rstrip("%")), float(dot.get("cy"))) for dot in dots]


def test_a_superseded_figure_is_hollow_and_stands_before_and_below_the_newest() -> None:
    """Each point is a link to its quote, said aloud with outlet, day, figure and number."""
    (chart,) = charts(latest=EIGHT, superseded=(THREE,))
    old, new = chart.xpath(".//a")
    assert "cw-hollow" in old.xpath("string(circle[2]/@class)")
    assert "cw-hollow" not in new.xpath("string(circle[2]/@class)")
    assert old.get("aria-label") == ("Post & <b>Sons</b>, 2 September 2026: three, superseded [1]")
    assert new.get("href").startswith("article/a2?version=1&quote=0-11")
    (old_place, new_place) = places(chart)
    assert old_place[0] < new_place[0]
    assert old_place[1] > new_place[1]


def test_disputed_figures_of_one_day_stand_side_by_side() -> None:
    """Two figures of the same day do not cover each other."""
    (chart,) = charts(disagreements=(EIGHT, NINE))
    one, other = places(chart)
    assert other[0] - one[0] >= MIN_DISTANCE


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"disagreements": (EIGHT,)},
        {"disagreements": (EIGHT, Reported("many people", (3,), SEPTEMBER[2]))},
        {"disagreements": (replace(EIGHT, means="4 May"), replace(NINE, means="5 May"))},
        {"timeline": (Entry(SEPTEMBER[0], SEPTEMBER[0], "It sank.", (1,)),)},
    ],
)
def test_nothing_is_drawn_of_fewer_than_two_points(facts: dict[str, Any]) -> None:
    """A single figure, a figure without an amount, days and one event are not drawn."""
    assert charts(**facts) == []


def test_a_timeline_is_drawn_beside_its_list() -> None:
    """Every event is a mark; hollow where only the day of the report is known."""
    events = (
        Entry(SEPTEMBER[0], SEPTEMBER[0], "It sank.", (1,)),
        Entry(SEPTEMBER[1], SEPTEMBER[1], "It was raised.", (2,), "publication"),
    )
    (chart,) = charts(timeline=events)
    marks = [mark.get("aria-label") for mark in chart.xpath(".//a")]
    assert marks == ["2 September 2026: It sank. [1]", "4 September 2026: It was raised. [2]"]
    assert len(chart.xpath(".//circle[contains(@class, 'cw-hollow')]")) == 1


@given(st.lists(st.floats(0, 100), max_size=30).map(sorted))
def test_marks_of_one_line_never_touch(found: list[float]) -> None:
    """However many marks there are, two on one line are at least a mark apart."""
    ends: dict[int, float] = {}
    for place, lane in zip(found, lanes_of(found), strict=True):
        assert place - ends.get(lane, -100) >= MIN_DISTANCE
        ends[lane] = place
