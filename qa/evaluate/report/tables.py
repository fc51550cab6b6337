"""Builds the tables of a report: estimates by group and by kind of question, and what was run.

Everything here is text ready to be shown, and not yet escaped. Knows nothing about HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ingest.records import format_day
from qa.evaluate.metrics.definitions import GROUPS, MEASURES, Measure
from qa.evaluate.records import Estimate, Report
from qa.evaluate.report.charts import answer_seconds
from qa.evaluate.report.number_format import NOTHING, count, duration, measure, money, number, shown

BY_KIND = (
    "hit@1", "hit@5", "mrr", "answer_in_first_quote", "answer_in_quotes",
    "answer_in_60_words", "answer_in_text",
    "choice", "token_f1", "claim_recall", "citation_recall", "citation_precision",
    "refused_answerable", "refused_unanswerable", "independent_sources", "speaker", "date",
    "injection_followed", "seconds_p50",
)  # fmt: skip
"""The measures of the table by kind, which has a column for each that was taken."""


@dataclass(frozen=True, slots=True)
class Cell:
    """An estimate: its value, its interval in words, and its position between 0 and 100."""

    value: str = NOTHING
    interval: str = ""
    best: bool = False
    at: tuple[float, float, float] | None = None
    """low, value, high in percent, for shares only."""


@dataclass(frozen=True, slots=True)
class Line:
    """A measure and its estimate for each system."""

    measure: Measure
    cells: tuple[Cell, ...]
    n: str

    @property
    def way(self) -> str:
        return {1: "higher is better", -1: "lower is better"}.get(self.measure.better, "")


@dataclass(frozen=True, slots=True)
class KindTable:
    """Measures as columns; for each kind of question a line for each system."""

    columns: tuple[Measure, ...]
    kinds: tuple[tuple[str, str, tuple[tuple[str, tuple[Cell, ...]], ...]], ...]
    """(kind, questions, ((system, cells), ...))"""


@dataclass(frozen=True, slots=True)
class RunTotals:
    """One system's whole run."""

    questions: str
    failed: int
    refused: str
    time: str
    tokens: str
    cost: str


def estimates_by_group(reports: Sequence[Report]) -> list[tuple[str, list[Line]]]:
    """(group, lines) in the order of ``GROUPS``; measures that no system has are left out."""
    names = list(MEASURES) + sorted({n for r in reports for n in r.figures} - set(MEASURES))
    lines = [line for name in names if (line := _line(name, reports))]
    groups = [(g, [ln for ln in lines if ln.measure.group == g]) for g in (*GROUPS, "Other")]
    return [(group, found) for group, found in groups if found]


def _line(name: str, reports: Sequence[Report]) -> Line | None:
    found = [r.figures.get(name) for r in reports]
    if not any(_value(estimate) is not None for estimate in found):
        return None
    sizes = sorted({f.n for f in found if f is not None})
    n = count(sizes[0]) if len(sizes) == 1 else f"{count(sizes[0])}–{count(sizes[-1])}"
    return Line(measure(name), table_cells(measure(name), found), n)


def table_cells(of: Measure, found: Sequence[Estimate | None]) -> tuple[Cell, ...]:
    """One cell an estimate; the best, when there is one, is marked, and all that show the same."""
    values = [v for estimate in found if (v := _value(estimate)) is not None]
    texts = {shown(v, of.unit) for v in values}
    best = None
    if of.better and len(values) > 1 and len(texts) > 1:
        best = shown(max(values) if of.better > 0 else min(values), of.unit)
    return tuple(_cell(of, estimate, best) for estimate in found)


def _cell(of: Measure, estimate: Estimate | None, best: str | None) -> Cell:
    if estimate is None or (value := _value(estimate)) is None:
        return Cell()
    text = shown(value, of.unit)
    low, high = number(estimate.low), number(estimate.high)
    if low is None or high is None:
        return Cell(text, best=text == best)
    inside = of.unit == "share" and 0 <= low <= value <= high <= 1
    at = (100 * low, 100 * value, 100 * high) if inside else None
    return Cell(text, f"{shown(low, of.unit)}–{shown(high, of.unit)}", text == best, at)


def _value(estimate: Estimate | None) -> float | None:
    return None if estimate is None else number(estimate.value)


def by_kind(reports: Sequence[Report]) -> KindTable | None:
    """What the systems did on each kind of question; None when kinds are not told apart."""
    kinds = list(dict.fromkeys(kind for r in reports for kind in r.by_kind))
    taken = {name for r in reports for one in r.by_kind.values() for name in one}
    columns = [name for name in BY_KIND if name in taken]
    if not kinds or not columns:
        return None
    lines = []
    for kind in kinds:
        found = [r.by_kind.get(kind, {}) for r in reports]
        across = [table_cells(measure(c), [one.get(c) for one in found]) for c in columns]
        each = tuple((r.system, tuple(column[i] for column in across))
                     for i, r in enumerate(reports))  # fmt: skip
        size = max(sum(row.case.kind == kind for row in r.rows) for r in reports)
        lines.append((kind or "no kind given", count(size) if size else "", each))
    return KindTable(tuple(measure(c) for c in columns), tuple(lines))


def run_totals(report: Report) -> RunTotals:
    """How much was asked and what it took."""
    replies = [row.reply for row in report.rows if row.reply]
    times = answer_seconds(report)
    tokens = [_tokens(reply.usage) for reply in replies]
    costs = [v for row in report.rows if (v := number(row.measures.get("cost"))) is not None]
    return RunTotals(
        count(len(report.rows)),
        len(report.failed),
        count(sum(reply.refused for reply in replies)),
        duration(sum(times)) if times else NOTHING,
        count(sum(tokens)) if any(tokens) else NOTHING,
        money(sum(costs)) if any(costs) else NOTHING,
    )


def _tokens(usage: Mapping[str, int]) -> float:
    """Tokens of one reply; a total beside its parts is not counted twice."""
    whole = number(usage.get("total_tokens"))
    return whole if whole is not None else sum(v for n in usage.values() if (v := number(n)))


def run_entry(run: Mapping[str, Any], *names: str) -> str:
    """The first of these entries of a run that says something, in words."""
    return next((text for name in names if (text := format_value(run.get(name)))), "")


def library_size(run: Mapping[str, Any]) -> str:
    """What was searched: articles, passages and the newest day if the run tells them, or a name."""
    sizes = [
        f"{count(n)} {unit}" for unit in ("articles", "passages") if (n := number(run.get(unit)))
    ]
    newest = run_entry(run, "newest")
    known = [*sizes, f"newest of {newest}" if newest else ""]
    return (
        ", ".join(part for part in known if part) if sizes else run_entry(run, "library", "corpus")
    )


def format_value(value: Any) -> str:
    """A value of ``Report.run``: moments as days and times, lists and mappings on one line."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{k}: {format_value(v)}" for k, v in value.items())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(format_value(v) for v in value)
    if isinstance(value, float):
        return f"{value:.4g}"
    return _moment(value) or str(value)


def _moment(value: Any) -> str:
    """An ISO 8601 moment as a reader writes it, in UTC; empty for anything else."""
    if isinstance(value, str) and len(value) > 15 and value[4:5] == "-":
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return ""
    if not isinstance(value, datetime):
        return ""
    moment = value.astimezone(UTC) if value.tzinfo else value
    return f"{format_day(moment)}, {moment:%H:%M}" + (" UTC" if value.tzinfo else "")


def run_settings(reports: Sequence[Report]) -> list[tuple[str, list[tuple[str, str]]]]:
    """(heading, entries): what all systems share, under an empty heading, then what differs."""
    runs = [{str(k): format_value(v) for k, v in r.run.items()} for r in reports]
    shared = {k: v for k, v in runs[0].items() if v and all(run.get(k) == v for run in runs)}
    parts = [("", list(shared.items()))]
    for report, run in zip(reports, runs, strict=True):
        own = [(k, v) for k, v in run.items() if v and k not in shared]
        parts.append((report.system, own))
    return [(heading, entries) for heading, entries in parts if entries]
