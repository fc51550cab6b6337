"""Draws who reported when: the outlets of an answer's articles by days, as inline SVG.

    answer -> reports (an article, its day, cited or only found) -> rows of outlets -> SVG, table

Cited articles are filled, found ones hollow; each is a link to its page. Positions across are
shares of the width, so that text keeps its size on any screen. The plots of evaluations are
matplotlib's, which the chat does not need. Knows nothing about how articles are found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from ingest.records import day_of, format_day, format_days
from qa.interfaces.charts.day_axis import across, draw_axis, draw_mark, lanes_of
from qa.interfaces.links import reading_address
from qa.interfaces.page.markup import outlet_name, quote_address, read_link
from qa.records import Answer, counted

MIN_REPORTS = 2
"""Dated articles from which on the plot tells something."""

MAX_OUTLET_CHARACTERS = 42

LABEL_HEIGHT, LANE_HEIGHT, AXIS_HEIGHT = 22, 20, 26
"""Pixels: of an outlet's name, of one line of marks, of the days below."""


@dataclass(frozen=True, slots=True)
class Report:
    """An article on its day; ``numbers`` are those of its citations, none if it was only found."""

    outlet: str
    day: date | None
    title: str
    address: str
    numbers: tuple[int, ...]

    @property
    def role(self) -> str:
        """Whether it is cited, and with which numbers."""
        marks = "".join(f"[{number}]" for number in self.numbers)
        return f"cited {marks}" if marks else "found, not cited"


def render_coverage(answer: Answer, turn: int) -> str:
    """The plot with its table; empty when fewer than two articles have a date."""
    every = reports(answer)
    dated = [(one.day, one) for one in every if one.day]
    if len(dated) < MIN_REPORTS:
        return ""
    days = [day for day, _ in dated]
    cited = sum(bool(one.numbers) for _, one in dated)
    undated = len(every) - len(dated)
    told = (
        f"{counted(len(dated), 'article')} of {counted(len(_rows(dated)), 'outlet')}, "
        f"{format_days(min(days), max(days))}: {cited} cited, {len(dated) - cited} found and not "
        f"cited.{f' {undated} more without a date.' if undated else ''}"
    )
    return (
        '<section class="cw-coverage"><header><h3>Who reported when</h3><p class="cw-legend">'
        '<span><i class="cw-dot" aria-hidden="true"></i>cited</span><span>'
        '<i class="cw-dot cw-hollow" aria-hidden="true"></i>found, not cited</span></p>'
        f"</header>{_draw(dated, told, turn)}{_table(every)}</section>"
    )


def reports(answer: Answer) -> list[Report]:
    """The articles that are cited, and those that were found beside them, by day."""
    found = []
    for first in {c.article_id: c for c in reversed(answer.citations)}.values():
        numbers = [c.number for c in answer.citations if c.article_id == first.article_id]
        day = day_of(first.published_at) if first.published_at else None
        address = quote_address(first, answer.citations)
        outlet = first.publisher or "Unknown outlet"
        found.append(Report(outlet, day, first.title, address, tuple(numbers)))
    for one in answer.also_found:
        day = day_of(one.published_at) if one.published_at else None
        address = reading_address(one.article_id, one.version)
        found.append(Report(one.publisher or "Unknown outlet", day, one.title, address, ()))
    return sorted(found, key=lambda one: (one.day or date.max, one.outlet, one.title))


Dated = Sequence[tuple[date, Report]]


def _rows(dated: Dated) -> dict[str, list[tuple[date, Report]]]:
    """The reports of each outlet, in the order of its first."""
    rows: dict[str, list[tuple[date, Report]]] = {}
    for day, one in dated:
        rows.setdefault(one.outlet, []).append((day, one))
    return rows


# -- drawing --------------------------------------------------------------------------------


def _draw(dated: Dated, told: str, turn: int) -> str:
    first, last = dated[0][0], dated[-1][0]
    parts, top = [], 0
    for outlet, own in _rows(dated).items():
        row, height = _draw_row(outlet, own, first, last, top)
        parts.append(row)
        top += height
    name, about = f"cw-coverage-title-{turn}", f"cw-coverage-about-{turn}"
    return (
        f'<svg class="cw-plot" width="100%" height="{top + AXIS_HEIGHT}" role="group" '
        f'aria-labelledby="{name} {about}"><title id="{name}">Who reported when</title>'
        f'<desc id="{about}">{escape(told)}</desc>{draw_axis(first, last, top)}'
        f"{''.join(parts)}</svg>"
    )


def _draw_row(outlet: str, own: Dated, first: date, last: date, top: int) -> tuple[str, int]:
    """An outlet's name with its marks below it, and how high that is."""
    places = [across(day, first, last) for day, _ in own]
    lanes = lanes_of(places)
    marks = [
        _draw_mark(one, day, place, top + LABEL_HEIGHT + lane * LANE_HEIGHT + 8)
        for (day, one), place, lane in zip(own, places, lanes, strict=True)
    ]
    name = outlet if len(outlet) <= MAX_OUTLET_CHARACTERS else f"{outlet[:MAX_OUTLET_CHARACTERS]}…"
    line = top + LABEL_HEIGHT + 8
    return (
        f'<text class="cw-plot-outlet" x="0" y="{top + 15}">{escape(name)}</text>'
        f'<line class="cw-plot-row" x1="0" x2="100%" y1="{line}" y2="{line}"/>{"".join(marks)}',
        LABEL_HEIGHT + (max(lanes) + 1) * LANE_HEIGHT,
    )


def _draw_mark(one: Report, day: date, place: float, y: int) -> str:
    told = escape(f"{one.outlet}, {format_day(day)}: {one.title or 'Untitled'} ({one.role})")
    return draw_mark(escape(one.address), told, place, y, hollow=not one.numbers)


# -- the same as a table --------------------------------------------------------------------


def _table(every: Sequence[Report]) -> str:
    rows = "".join(
        f"<tr><td>{format_day(one.day) if one.day else 'no date'}</td>"
        f"<td>{outlet_name(one.outlet)}</td>"
        f'<td dir="auto">{read_link(one.address, one.title or "Untitled")}</td>'
        f"<td>{one.role}</td></tr>"
        for one in every
    )
    return (
        '<details class="cw-as-table"><summary>As a table</summary><table><thead><tr>'
        '<th scope="col">Day</th><th scope="col">Outlet</th><th scope="col">Article</th>'
        f'<th scope="col">In the answer</th></tr></thead><tbody>{rows}</tbody></table></details>'
    )
