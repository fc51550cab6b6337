"""Prints evaluations: progress with tokens and cost, figures as terminal and Markdown tables.

Knows nothing about how figures are made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from qa.errors import EvaluationError
from qa.evaluate.metrics.definitions import GROUPS, MEASURES
from qa.evaluate.metrics.paired_differences import Difference
from qa.evaluate.records import Estimate, Report, Row
from qa.interfaces.cli.common import progress_bar

if TYPE_CHECKING:
    from qa.evaluate.plan import PreparedRun

_COLOURS = {"better": "green", "worse": "red", "noise": "dim", "equal": "dim"}


@contextmanager
def evaluation_progress(total: int, *, quiet: bool) -> Iterator[Callable[[Row], None]]:
    """A progress bar over ``total`` questions, with tokens, cost and failures so far.

    Yields what to call with each finished row.
    """
    sums = {"tokens": 0.0, "cost": 0.0, "failed": 0.0}
    with progress_bar(quiet=quiet) as progress:
        task = progress.add_task("Asking", total=total)

        def on_row(row: Row) -> None:
            sums["tokens"] += row.measures.get("tokens", 0)
            sums["cost"] += row.measures.get("cost", 0)
            sums["failed"] += bool(row.error)
            progress.update(task, advance=1, description=_progress_label(sums))

        yield on_row


def _progress_label(sums: dict[str, float]) -> str:
    parts = ["Asking"]
    if sums["tokens"]:
        parts.append(f"{sums['tokens']:,.0f} tokens")
    if sums["cost"]:
        parts.append(f"cost {sums['cost']:.4f}")
    if sums["failed"]:
        parts.append(f"{sums['failed']:.0f} failed")
    return " · ".join(parts)


def format_figure(measure: str, figure: Estimate | float) -> str:
    """A figure's value in its measure's unit."""
    value = figure if isinstance(figure, float) else figure.value
    unit = MEASURES[measure].unit if measure in MEASURES else "share"
    if unit == "seconds":
        return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"
    if unit == "count":
        return f"{value:,.0f}"
    return f"{value:.6f}" if unit == "money" else f"{value:.3f}"


def print_reports(
    reports: Sequence[Report], prepared: PreparedRun, console: Console | None = None
) -> None:
    """Print figures by group, a column a system, with 95 % intervals where the terminal is wide."""
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
        names = [n for n in _measures_of(reports) if MEASURES[n].group == group]
        if names:
            table.add_row(Text(group, style="bold"))
        for name in names:
            table.add_row(f"  {MEASURES[name].title}", *_cells(name, reports, intervals=intervals))
    console.print(table)
    seconds = sum(float(report.run.get("seconds", 0)) for report in reports)
    asked = f"{len(prepared.cases)} questions of {prepared.key['set']}"
    console.print(Text(f"{asked}, {prepared.mode}, {seconds:.0f} s", style="dim"))
    console.print(Text(f"{prepared.folder / 'report.html'}"))


def _measures_of(reports: Sequence[Report]) -> list[str]:
    return [name for name in MEASURES if any(name in report.figures for report in reports)]


def _cells(name: str, reports: Sequence[Report], *, intervals: bool) -> list[str]:
    cells: list[str] = []
    numbers = {r.figures[name].n for r in reports if name in r.figures}
    for report in reports:
        figure = report.figures.get(name)
        cells.append(format_figure(name, figure) if figure else "")
        if intervals:
            cells.append(_interval(name, figure) if figure else "")
    return [*cells, "/".join(map(str, sorted(numbers)))]


def _interval(name: str, figure: Estimate) -> str:
    return f"{format_figure(name, figure.low)}–{format_figure(name, figure.high)}"


def markdown_table(reports: Sequence[Report], only: Sequence[str] = ()) -> str:
    """Runs side by side as a Markdown table: value and 95 % interval.

    ``only`` names the measures to show, in that order (default: all). Raises EvaluationError for a
    measure that no run has.
    """
    if missing := [name for name in only if name not in _measures_of(reports)]:
        raise EvaluationError(
            f"No run has the measure {missing[0]!r}; there are {', '.join(_measures_of(reports))}."
        )
    titles = [_title(report, reports) for report in reports]
    lines = ["| | " + " | ".join(titles) + " |", "|---" * (len(reports) + 1) + "|"]
    for name in only or _measures_of(reports):
        cells = [
            f"{format_figure(name, f)} ({_interval(name, f)})" if (f := r.figures.get(name)) else ""
            for r in reports
        ]
        lines.append(f"| {MEASURES[name].title} | " + " | ".join(cells) + " |")
    about = reports[0].run if reports else {}
    facts = [f"{about.get('set')}", f"{about.get('mode')}", str(about.get("when", ""))[:10]]
    if about.get("model"):
        facts.insert(2, f"model {about['model']}")
    return "\n".join([f"{', '.join(facts)}; {len(reports[0].rows)} questions", "", *lines])


def insert_table(document: str, name: str, table: str) -> str:
    """The document with the table between ``<!-- table NAME -->`` and ``<!-- end -->``.

    Raises EvaluationError when the document lacks them.
    """
    start, end = f"<!-- table {name} -->", "<!-- end -->"
    before, mark, rest = document.partition(start)
    _, closing, after = rest.partition(end)
    if not mark or not closing:
        raise EvaluationError(f"The page has no place for a table: {start} ... {end}")
    return f"{before}{start}\n{table}\n{end}{after}"


def _title(report: Report, reports: Sequence[Report]) -> str:
    """The system, with its mode when several runs of one system are compared."""
    same = [r for r in reports if r.system == report.system]
    return report.system if len(same) == 1 else f"{report.system} ({report.run.get('mode')})"


def print_differences(
    a: str, b: str, found: Sequence[Difference], console: Console | None = None
) -> None:
    """Print each measure of both runs and the difference with its interval and verdict."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("")
    for title in ("A", "B", "B - A", "95 %", "n"):
        table.add_column(title, justify="right")
    table.add_column("")
    for d in found:
        style = _COLOURS.get(d.verdict, "")
        table.add_row(
            MEASURES[d.measure].title, format_figure(d.measure, d.a), format_figure(d.measure, d.b),
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
