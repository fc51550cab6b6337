"""Renders what compares sources: a superseded figure, figures that differ, and a timeline.

These stand above or in place of the quotes of an answer. Knows nothing about gradio, sessions or
how sources are compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from ingest.records import day_of, format_day
from qa.interfaces.charts.dot_plot import Point, draw_events, draw_figures
from qa.interfaces.page.markup import (
    citation_button,
    isolated,
    outlet_name,
    provenance_line,
    publication_day,
    quote_address,
)
from qa.quantities.measurements import find_measurements
from qa.records import Answer, Citation, Entry, Reported, capitalized

MAX_TAIL_CHARACTERS = 24
"""Length of a last word that is kept on one line with its citation button; a longer one would not
fit a narrow screen."""


def render_comparison(answer: Answer, cited: Mapping[int, Citation], turn: int) -> str:
    """The superseded figure, the figures that differ and the timeline of an answer, if any.

    ``cited`` are its citations by number, ``turn`` is the number of its question.
    """
    parts = (
        _render_superseded, _render_disagreements, _chart_figures, _chart_timeline,
        _render_timeline,
    )  # fmt: skip
    return "".join(part(answer, cited, turn) for part in parts)


def _render_superseded(answer: Answer, cited: Mapping[int, Citation], turn: int) -> str:
    latest = answer.latest
    if latest is None or not answer.superseded:
        return ""
    day = f"As of {format_day(latest.day)}" if latest.day else "Now"
    older = "; ".join(
        f"{isolated(escape(one.figure))}{escape(one.days_on)}{_buttons(one, cited, turn)}"
        for one in answer.superseded
    )
    return (
        '<section class="cw-latest-figure" aria-label="The newest figure">'
        f'<h3>{day}</h3><p class="cw-figure" dir="auto">{escape(capitalized(latest.figure))}'
        f"{_buttons(latest, cited, turn)}</p>"
        f'<p class="cw-earlier" dir="auto">{capitalized(answer.earlier_said)} {older}</p></section>'
    )


def _render_disagreements(answer: Answer, cited: Mapping[int, Citation], turn: int) -> str:
    if not answer.disagreements:
        return ""
    cells = "".join(_render_report(one, cited, turn) for one in answer.disagreements)
    return (
        '<section class="cw-differ" aria-label="The sources differ"><h3>The sources differ</h3>'
        f"<dl>{cells}</dl></section>"
    )


def _render_report(report: Reported, cited: Mapping[int, Citation], turn: int) -> str:
    first = next((cited[n] for n in report.citations if n in cited), None)
    speaker, where = "", ""
    if report.said_by:
        speaker = f'<dd class="cw-who" dir="auto">{escape(capitalized(report.said_by))}</dd>'
    if first:
        day = format_day(report.day) if report.day else publication_day(first.published_at)
        where = f"<dd>{outlet_name(first.publisher)} · {day}</dd>"
    return (
        f'<div><dt dir="auto">{escape(capitalized(report.figure))}{_buttons(report, cited, turn)}'
        f"</dt>{speaker}{where}</div>"
    )


def _chart_figures(answer: Answer, cited: Mapping[int, Citation], turn: int) -> str:
    """The figures that differ by day and value, superseded ones hollow."""
    superseded = set(answer.superseded)
    listed = [answer.latest, *answer.superseded] if answer.latest and superseded else []
    every = dict.fromkeys([*listed, *answer.disagreements])
    found = [_figure(one, cited, hollow=one in superseded) for one in every if one]
    return draw_figures([point for point in found if point], f"figures-{turn}")


def _figure(report: Reported, cited: Mapping[int, Citation], *, hollow: bool) -> Point | None:
    """A figure in its place; None without a day, an amount or proof. Days are no amounts."""
    first = next((cited[n] for n in report.citations if n in cited), None)
    amounts = () if report.means else find_measurements(report.figure)
    published = first.published_at if first else None
    day = report.day or (day_of(published) if published else None)
    if first is None or day is None or not amounts:
        return None
    label = f"{amounts[0].text} [{first.number}]"
    outlet = first.publisher or "Unknown outlet"
    state = ", superseded" if hollow else ""
    told = f"{outlet}, {format_day(day)}: {report.figure}{state} [{first.number}]"
    address = quote_address(first, cited.values())
    return Point(day, label, told, address, hollow, amounts[0].value)


def _chart_timeline(answer: Answer, cited: Mapping[int, Citation], turn: int) -> str:
    """The events of a timeline by their first day."""
    points = []
    for entry in answer.timeline:
        first = next((cited[n] for n in entry.citations if n in cited), None)
        if first:
            told = f"{entry.days}: {entry.text} [{first.number}]"
            address = quote_address(first, cited.values())
            hollow = entry.dated_by == "publication"
            points.append(Point(entry.first, "", told, address, hollow))
    return draw_events(points, f"events-{turn}")


def _buttons(item: Reported | Entry, cited: Mapping[int, Citation], turn: int) -> str:
    return "".join(citation_button(n, cited, turn) for n in item.citations if n in cited)


def _render_timeline(answer: Answer, cited: Mapping[int, Citation], turn: int) -> str:
    """A dated list; days that equal those of the entry above are only read aloud."""
    items, days_above = [], ""
    for entry in answer.timeline:
        items.append(_render_entry(entry, cited, turn, hide_days=entry.days == days_above))
        days_above = entry.days
    return f'<ol class="cw-timeline" aria-label="Timeline">{"".join(items)}</ol>' if items else ""


def _render_entry(
    entry: Entry, cited: Mapping[int, Citation], turn: int, *, hide_days: bool
) -> str:
    first = next((cited[n] for n in entry.citations if n in cited), None)
    hidden = ' class="cw-hidden"' if hide_days else ""
    reported = (
        '<span class="cw-reported" title="The sentence does not say when; this is the day of the '
        'report">reported</span>'
        if entry.dated_by == "publication"
        else ""
    )
    cut = tail_start(entry.text)
    head, tail = escape(entry.text[:cut]), escape(entry.text[cut:])
    where = f'<p class="cw-where">{provenance_line(first, with_speaker=False)}</p>' if first else ""
    return (
        f'<li><p class="cw-day"><time datetime="{entry.first.isoformat()}"{hidden}>'
        f'{escape(entry.days)}</time>{reported}</p><div><p class="cw-event" dir="auto">'
        f'{head}<span class="cw-tail">{tail}{_buttons(entry, cited, turn)}</span>'
        f"</p>{where}</div></li>"
    )


def tail_start(text: str) -> int:
    """Where the last word begins that stays on one line with its button; the end if it is long."""
    cut = text.rfind(" ") + 1
    return cut if len(text) - cut <= MAX_TAIL_CHARACTERS else len(text)
