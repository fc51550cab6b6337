"""Chooses the plots of a report: for each the drawing, a caption, and the numbers as a table.

A plot whose numbers are missing is left out. Knows nothing about the page around them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qa.evaluate.extras import has_module
from qa.evaluate.records import Report
from qa.evaluate.report.number_format import NOTHING, count, duration, number, shown
from qa.evaluate.report.plot_drawing import (
    latency_plot,
    parse_point,
    points,
    refusing_plot,
    reliability_plot,
    success_plot,
    swatch,
)

MAX_TABLE_THRESHOLDS = 12
"""Rows of the table beside the curve of refusing; the curve itself has all thresholds."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A plot: ``svg`` is safe to put on a page, ``key`` pairs a line's swatch with its system."""

    title: str
    caption: str
    svg: str
    key: tuple[tuple[str, str], ...]
    head: tuple[str, ...]
    table: tuple[tuple[str, ...], ...]


def charts(reports: Sequence[Report]) -> tuple[Chart, ...]:
    """The plots of systems measured on one question set; none where matplotlib is missing."""
    if not has_module("matplotlib"):
        return ()
    found = [_success(reports), _refusing(reports), *_reliability(reports), _latency(reports)]
    return tuple(chart for chart in found if chart)


def _success(reports: Sequence[Report]) -> Chart | None:
    curves = [_curve(r, "success_at_k") for r in reports]
    found = [{row[0]: row[1] for row in points(c, "k", "share")} for c in curves]
    if not any(found):
        return None
    title = "Retrieval: evidence among the first k articles"
    ranks = sorted({k for one in found for k in one})
    table = [(f"{k:g}", *(shown(one.get(k)) for one in found)) for k in ranks]
    caption = (
        "How often at least one article that holds the evidence is among the first k retrieved. "
        "Higher is better; a curve that is high from the left finds it at once."
    )
    svg, head = (
        success_plot(_accessible_title(title, reports), curves),
        ("k", *(r.system for r in reports)),
    )
    return Chart(title, caption, svg, _legend(reports, found), head, tuple(table))


def _refusing(reports: Sequence[Report]) -> Chart | None:
    curves = [_curve(r, "refusing") for r in reports]
    names = ("threshold", "refused_answerable", "refused_unanswerable")
    found = [points(c, *names[1:]) for c in curves]
    if not any(found):
        return None
    title = "Answering against refusing"
    caption = (
        "Each point of a line is a threshold of the confidence below which questions are refused: "
        "a stricter one refuses more questions without an answer (upwards) and more with one (to "
        "the right). The large mark is the threshold in use. The upper left corner is perfect; a "
        "system on the dotted diagonal refuses at random."
    )
    rows = []
    for report, curve in zip(reports, curves, strict=True):
        if at := parse_point(curve.get("at")):
            rows.append((report.system, "in use", *map(shown, at)))
        steps = points(curve, *names)
        kept = steps[:: max(1, -(-len(steps) // MAX_TABLE_THRESHOLDS))]
        rows += [(report.system, f"{t:.3g}", shown(x), shown(y)) for t, x, y in kept]
    head = ("system", "threshold", "answerable refused", "unanswerable refused")
    return Chart(title, caption, refusing_plot(_accessible_title(title, reports), curves),
                 _legend(reports, found), head, tuple(rows))  # fmt: skip


def _reliability(reports: Sequence[Report]) -> list[Chart]:
    """One plot a system: their intervals would cover each other."""
    made: list[Chart] = []
    for i, report in enumerate(reports):
        curve = _curve(report, "reliability")
        bins = points(curve, "predicted", "observed", "low", "high", "n")
        if not bins:
            continue
        title = "Reliability of the score" + (f": {report.system}" if len(reports) > 1 else "")
        table = [(shown(p), shown(o), f"{shown(lo)}–{shown(hi)}", count(n))
                 for p, o, lo, hi, n in bins]  # fmt: skip
        head = ("score", "found true", "95 % interval", "cases")
        svg = reliability_plot(title, curve, i)
        made.append(
            Chart(
                title, _reliability_caption(curve, explained=not made), svg, (), head, tuple(table)
            )
        )
    return made


def _reliability_caption(curve: Mapping[str, Any], *, explained: bool) -> str:
    of = str(curve.get("of") or "The score against what was found true").rstrip(". ")
    error = number(curve.get("ece"))
    calibration = "" if error is None else f" Expected calibration error: {shown(error)}."
    how = _DIAGONAL if explained else ""
    return f"{of[:1].upper()}{of[1:]}.{how}{calibration}"


_DIAGONAL = (
    " On the diagonal a score keeps its promise: of the cases scored .8, 8 in 10 are true. Points "
    "below it promise too much, points above too little. Upright lines are 95 % intervals, bars "
    "below count the cases."
)


def _latency(reports: Sequence[Report]) -> Chart | None:
    times = [answer_seconds(report) for report in reports]
    if not any(t > 0 for one in times for t in one):
        return None
    import numpy as np

    title = "How long answers took"
    rows = []
    for report, one in zip(reports, times, strict=True):
        values = np.percentile(one, [50, 95, 99, 100]) if one else [None] * 4
        words = (duration(float(v)) if v is not None else NOTHING for v in values)
        rows.append((report.system, count(len(one)), *words))
    caption = (
        "From the question to the whole answer, without what the evaluation adds. Half of the "
        "answers took less than the median (solid line), one in twenty longer than p95 (dashed)."
    )
    svg = latency_plot(_accessible_title(title, reports), times, [r.system for r in reports])
    return Chart(title, caption, svg, (), ("system", "answers", "median", "p95", "p99", "longest"),
                 tuple(rows))  # fmt: skip


def answer_seconds(report: Report) -> list[float]:
    """Seconds to the whole answer, of each reply that gives them."""
    found = (number(row.reply.timings.get("total")) for row in report.rows if row.reply)
    return [value for value in found if value is not None]


def _curve(report: Report, name: str) -> Mapping[str, Any]:
    found = report.curves.get(name)
    return found if isinstance(found, Mapping) else {}


def _accessible_title(title: str, reports: Sequence[Report]) -> str:
    """The title for screen readers, with the systems that are drawn."""
    return f"{title} ({', '.join(r.system for r in reports)})"


def _legend(reports: Sequence[Report], found: Sequence[object]) -> tuple[tuple[str, str], ...]:
    pairs = zip(enumerate(reports), found, strict=True)
    return tuple((swatch(i), report.system) for (i, report), there in pairs if there)
