"""Places days across a plot, names some of them below it, and keeps near marks apart.

Knows nothing about what stands on a day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

MIN_DISTANCE = 6.0
"""Percent of the width between two marks on one line: as wide as a mark on a telephone."""


def across(day: date, first: date, last: date) -> float:
    """Where a day stands, in percent of the width."""
    span = (last - first).days
    return 3 + 94 * (day - first).days / span if span else 50.0


def lanes_of(places: Iterable[float]) -> list[int]:
    """The line of each mark, from 0: the first on which it is far enough from the mark before."""
    ends: list[float] = []
    found = []
    for place in places:
        lane = next((i for i, x in enumerate(ends) if place - x >= MIN_DISTANCE), len(ends))
        ends[lane : lane + 1] = [place]
        found.append(lane)
    return found


def anchor_at(place: float) -> str:
    """How a text at a place is aligned, so that it stays inside."""
    return "start" if place < 10 else "end" if place > 90 else "middle"


def draw_axis(first: date, last: date, bottom: int) -> str:
    """Lines at the named days, down to ``bottom``, and their names below."""
    parts = []
    for day in ticks(first, last):
        place = across(day, first, last)
        year = f" {day.year}" if day == last or first.year != last.year else ""
        x = f"{place:.2f}%"
        parts.append(
            f'<line class="cw-plot-day" x1="{x}" x2="{x}" y1="0" y2="{bottom}"/>'
            f'<text class="cw-plot-label" x="{x}" y="{bottom + 18}" '
            f'text-anchor="{anchor_at(place)}">{day.day} {day:%b}{year}</text>'
        )
    return "".join(parts)


def ticks(first: date, last: date) -> list[date]:
    """Days named below the plot: the first, the one in the middle and the last, as many as there
    are; more would not fit on a telephone."""
    middle = first + timedelta((last - first).days // 2)
    return list(dict.fromkeys((first, middle, last)))


def draw_mark(address: str, told: str, place: float, y: float, *, hollow: bool) -> str:
    """A dot that opens an article; ``address`` and ``told`` are HTML."""
    kind = "cw-dot cw-hollow" if hollow else "cw-dot"
    return (
        f'<a class="cw-read cw-mark" href="{address}" target="_blank" rel="noopener" '
        f'aria-label="{told}"><title>{told}</title><circle class="cw-target" cx="{place:.2f}%" '
        f'cy="{y:g}" r="12"/><circle class="{kind}" cx="{place:.2f}%" cy="{y:g}" r="6.5"/></a>'
    )
