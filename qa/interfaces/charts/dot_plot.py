"""Draws figures by day and value, and events by day; each mark is a link to its proof.

    points with values -> a plot of value by day
    points -> a line of events

Empty for fewer than two points. Knows nothing about answers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from qa.interfaces.charts.day_axis import across, anchor_at, draw_axis, draw_mark, lanes_of

VALUE_HEIGHT, LABEL_HEIGHT, LANE_HEIGHT, AXIS_HEIGHT = 74, 34, 20, 26
"""Pixels: of the scale of values, of the label above the highest, of one line of events, of the
days below."""

SIDE_BY_SIDE = 8.0
"""Percent of the width between figures of one day."""

MAX_LABEL_CHARACTERS = 20


@dataclass(frozen=True, slots=True)
class Point:
    """A figure or an event on its day, with what is said of it aloud and where it is proven."""

    day: date
    label: str
    told: str
    address: str
    hollow: bool = False
    """Whether it is superseded, or its day is only that of the report."""
    value: float = 0.0


def draw_figures(points: Sequence[Point], key: str) -> str:
    """The plot of value by day; ``key`` makes the ids of its texts unique on the page."""
    if len(points) < 2:
        return ""
    first, last = min(one.day for one in points), max(one.day for one in points)
    low, high = min(one.value for one in points), max(one.value for one in points)
    bottom = LABEL_HEIGHT + VALUE_HEIGHT + 12
    on_day, drawn = Counter(one.day for one in points), Counter[date]()
    marks = []
    for one in sorted(points, key=lambda point: (point.day, point.value)):
        aside = drawn[one.day] - (on_day[one.day] - 1) / 2
        drawn[one.day] += 1
        place = min(max(across(one.day, first, last) + aside * SIDE_BY_SIDE, 3), 97)
        y = LABEL_HEIGHT + VALUE_HEIGHT * (high - one.value) / ((high - low) or 1)
        marks.append(_labelled(one, place, y))
    told = f"{len(points)} figures, by the day of their report; hollow ones are superseded."
    return _plot("Figures by day", told, key, bottom, draw_axis(first, last, bottom), marks)


def draw_events(points: Sequence[Point], key: str) -> str:
    """The line of events, from two different days on."""
    if len({one.day for one in points}) < 2:
        return ""
    ordered = sorted(points, key=lambda point: point.day)
    first, last = ordered[0].day, ordered[-1].day
    places = [across(one.day, first, last) for one in ordered]
    lanes = lanes_of(places)
    bottom = (max(lanes) + 1) * LANE_HEIGHT + 8
    marks = [
        draw_mark(escape(one.address), escape(one.told), place, bottom - 14 - lane * LANE_HEIGHT,
                  hollow=one.hollow)
        for one, place, lane in zip(ordered, places, lanes, strict=True)
    ]  # fmt: skip
    told = f"{len(points)} events; hollow where only the day of the report is known."
    return _plot("Events by day", told, key, bottom, draw_axis(first, last, bottom), marks)


def _labelled(one: Point, place: float, y: float) -> str:
    cut = one.label[:MAX_LABEL_CHARACTERS]
    label = cut if cut == one.label else f"{cut}…"
    mark = draw_mark(escape(one.address), escape(one.told), place, y, hollow=one.hollow)
    return (
        f'{mark}<text class="cw-plot-value" x="{place:.2f}%" y="{y - 14:g}" aria-hidden="true" '
        f'text-anchor="{anchor_at(place)}">{escape(label)}</text>'
    )


def _plot(title: str, told: str, key: str, bottom: int, axis: str, marks: Sequence[str]) -> str:
    name, about = f"cw-chart-title-{key}", f"cw-chart-about-{key}"
    return (
        f'<svg class="cw-plot cw-chart" width="100%" height="{bottom + AXIS_HEIGHT}" role="group" '
        f'aria-labelledby="{name} {about}"><title id="{name}">{title}</title>'
        f'<desc id="{about}">{told}</desc>{axis}{"".join(marks)}</svg>'
    )
