"""Evaluation in a terminal: progress with time and tokens, figures as a table, Markdown.

Knows nothing about how figures are made.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from qa.errors import EvaluationError
from qa.evaluate.metrics.definitions import GROUPS, MEASURES
from qa.evaluate.metrics.paired_differences import Difference
from qa.evaluate.records import Estimate, Report, Row

if TYPE_CHECKING:
    from qa.evaluate.plan import Ready

_COLOURS = {"better": "green", "worse": "red", "noise": "dim", "equal": "dim"}


@contextmanager
def asking(total: int, *, quiet: bool) -> Iterator[Callable[[Row], None]]:
    """A progress bar over questions on standard error, with tokens, cost and failures so far."""
    sums = {"tokens": 0.0, "cost": 0.0, "failed": 0.0}
    columns = (
        TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(),
        TimeElapsedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True,
                  disable=quiet or not sys.stderr.isatty()) as progress:  # fmt: skip
        task = progress.add_task("Asking", total=total)

        def on_row(row: Row) -> None:
            sums["tokens"] += row.measures.get("tokens", 0)
            sums["cost"] += row.measures.get("cost", 0)
            sums["failed"] += bool(row.error)
            progress.update(task, advance=1, description=_so_far(sums))

        yield on_row


def _so_far(sums: dict[str, float]) -> str:
    said = ["Asking"]
    if sums["tokens"]:
        said.append(f"{sums['tokens']:,.0f} tokens")
    if sums["cost"]:
        said.append(f"cost {sums['cost']:.4f}")
    if sums["failed"]:
        said.append(f"{sums['failed']:.0f} failed")
    return " · ".join(said)


def written(name: str, figure: Estimate | float) -> str:
    """A figure's value in its measure's unit."""
    value = figure if isinstance(figure, float) else figure.value
    unit = MEASURES[name].unit if name in MEASURES else "share"
    if unit == "seconds":
        return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"
    if unit == "count":
        return f"{value:,.0f}"
    return f"{value:.6f}" if unit == "money" else f"{value:.3f}"


def print_reports(reports: Sequence[Report], ready: Ready, console: Console | None = None) -> None:
    """Figures by group, a column a system; intervals where they fit; where the rest is."""
    console = console or Console()
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("", no_wrap=True)
    intervals = console.width >= 44 + 26 * len(reports)
    for report in reports:
        table.add_column(report.system, justify="right")
        if intervals:
            table.add_column("95 %", style="dim", no_wrap=True)
    table.add_column("n", justify="right", style="dim")
    for group in GROUPS:
        names = [n for n in _names(reports) if MEASURES[n].group == group]
        if names:
            table.add_row(Text(group, style="bold"))
        for name in names:
            table.add_row(f"  {MEASURES[name].title}", *_cells(name, reports, intervals=intervals))
    console.print(table)
    seconds = sum(float(report.run.get("seconds", 0)) for report in reports)
    line = f"{len(ready.cases)} questions of {ready.key['set']}, {ready.mode}, {seconds:.0f} s"
    console.print(Text(line, style="dim"))
    console.print(Text(f"{ready.folder / 'report.html'}"))


def _names(reports: Sequence[Report]) -> list[str]:
    return [name for name in MEASURES if any(name in report.figures for report in reports)]


def _cells(name: str, reports: Sequence[Report], *, intervals: bool) -> list[str]:
    cells: list[str] = []
    numbers = {r.figures[name].n for r in reports if name in r.figures}
    for report in reports:
        figure = report.figures.get(name)
        span = [_span(name, figure) if figure else ""] if intervals else []
        cells += [written(name, figure) if figure else "", *span]
    return [*cells, "/".join(map(str, sorted(numbers)))]


def _span(name: str, figure: Estimate) -> str:
    return f"{written(name, figure.low)}–{written(name, figure.high)}"


def markdown(reports: Sequence[Report], only: Sequence[str] = ()) -> str:
    """Runs side by side as a Markdown table: value and 95 % interval; ``only`` some measures, in
    that order. Raises EvaluationError for one that no run has."""
    if missing := [name for name in only if name not in _names(reports)]:
        raise EvaluationError(
            f"No run has the measure {missing[0]!r}; there are {', '.join(_names(reports))}."
        )
    titles = [_title(report, reports) for report in reports]
    lines = ["| | " + " | ".join(titles) + " |", "|---" * (len(reports) + 1) + "|"]
    for name in only or _names(reports):
        cells = [
            f"{written(name, f)} ({_span(name, f)})" if (f := r.figures.get(name)) else ""
            for r in reports
        ]
        lines.append(f"| {MEASURES[name].title} | " + " | ".join(cells) + " |")
    about = reports[0].run if reports else {}
    facts = [f"{about.get('set')}", f"{about.get('mode')}", str(about.get("when", ""))[:10]]
    if about.get("model"):
        facts.insert(2, f"model {about['model']}")
    return "\n".join([f"{', '.join(facts)}; {len(reports[0].rows)} questions", "", *lines])


def put_into(page: str, name: str, table: str) -> str:
    """The page with the table between its marks. Raises EvaluationError when there are none."""
    start, end = f"<!-- table {name} -->", "<!-- end -->"
    before, mark, rest = page.partition(start)
    _, closing, after = rest.partition(end)
    if not mark or not closing:
        raise EvaluationError(f"The page has no place for a table: {start} ... {end}")
    return f"{before}{start}\n{table}\n{end}{after}"


def _title(report: Report, reports: Sequence[Report]) -> str:
    """The system, and its mode where several of one name stand side by side."""
    alike = [r for r in reports if r.system == report.system]
    return report.system if len(alike) == 1 else f"{report.system} ({report.run.get('mode')})"


def print_differences(
    a: str, b: str, found: Sequence[Difference], console: Console | None = None
) -> None:
    """Each measure of both runs, the difference with its interval, and what it means."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("")
    for title in ("A", "B", "B - A", "95 %", "n"):
        table.add_column(title, justify="right")
    table.add_column("")
    for d in found:
        style = _COLOURS.get(d.verdict, "")
        table.add_row(
            MEASURES[d.measure].title, written(d.measure, d.a), written(d.measure, d.b),
            f"{d.value:+.3f}", f"{d.low:+.3f} to {d.high:+.3f}", str(d.n),
            Text(d.verdict, style=style),
        )  # fmt: skip
    console = console or Console()
    console.print(Text(f"A {a}\nB {b}", style="dim"))
    console.print(table)


def difference_dict(d: Difference) -> dict[str, Any]:
    """A difference as plain JSON values."""
    return {"measure": d.measure, "a": d.a, "b": d.b, "difference": d.value, "low": d.low,
            "high": d.high, "n": d.n, "verdict": d.verdict}  # fmt: skip
