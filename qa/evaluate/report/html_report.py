"""Writes the report of an evaluation as one HTML file that needs nothing else.

It has no script and loads nothing; its only links lead to places in itself. Questions, answers and
quotes are text that others wrote: all of it is escaped, and characters that nobody can see are
replaced. Looks are in ``assets/report.html.j2`` and ``assets/report.css``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from ingest.records import format_day
from qa.errors import EvaluationError
from qa.evaluate.extras import left_out_notice
from qa.evaluate.metrics.definitions import MEASURES
from qa.evaluate.records import CitedQuote, Report, Row
from qa.evaluate.report import tables, worst_answers
from qa.evaluate.report.charts import charts
from qa.evaluate.report.number_format import clean, measure, number, shown
from qa.evaluate.report.plot_drawing import swatch
from qa.evaluate.results import write_atomically

MAX_WORST_ROWS = 20
"""Worst cases shown of each system; with their texts cut, the file stays small for any run."""

MAX_FAILURES = 50
"""Failures listed of each system."""

_LIMITS = {"quotes": 5, "quote": 480, "sentences": 8, "sentence": 400, "text": 1000,
           "failures": MAX_FAILURES}  # fmt: skip
"""Quotes and sentences shown of a case, and characters of each and of any other text."""

_ORDER = {name: i for i, name in enumerate(MEASURES)}

ASSETS = Path(__file__).parent / "assets"


@dataclass(frozen=True, slots=True)
class SystemSection:
    """One system's part of the page."""

    report: Report
    number: int
    swatch: str
    mode: str
    model: str
    totals: tables.RunTotals
    worst: tuple[worst_answers.FaultyRow, ...]
    tally: tuple[tuple[str, int], ...]
    """(fault in words, rows), gravest first"""

    @property
    def name(self) -> str:
        return self.report.system

    @property
    def wrong(self) -> int:
        return sum(n for _, n in self.tally)


def write_report(reports: Sequence[Report], path: Path) -> None:
    """Write the report of systems measured on one question set, side by side if several.

    Raises EvaluationError when there is no report, OSError when the file cannot be written; a file
    that stood there is replaced only by a whole one.
    """
    write_atomically(path, html_of(reports))


def html_of(reports: Sequence[Report]) -> str:
    """The whole page. Raises EvaluationError when there is no report."""
    if not reports:
        raise EvaluationError("There is no report to show: run an evaluation first.")
    run = reports[0].run
    page = {
        "questions": Path(tables.run_entry(run, "set", "questions") or "Questions").name,
        "library": tables.library_size(run),
        "when": tables.run_entry(run, "when", "started"),
        "version": tables.run_entry(run, "version"),
        "systems": [_section(i, report) for i, report in enumerate(reports)],
        "groups": tables.estimates_by_group(reports),
        "charts": charts(reports),
        "left_out": left_out_notice("matplotlib"),
        "kinds": tables.by_kind(reports),
        "runs": tables.run_settings(reports),
        "limits": _LIMITS,
    }
    return _environment().get_template("report.html.j2").render(page)


def _section(i: int, report: Report) -> SystemSection:
    counts = worst_answers.count_by_fault(report.rows)
    return SystemSection(
        report,
        i + 1,
        swatch(i),
        tables.run_entry(report.run, "mode"),
        tables.run_entry(report.run, "model"),
        tables.run_totals(report),
        tuple(worst_answers.worst_rows(report.rows, MAX_WORST_ROWS)),
        tuple((_fault_title(kind), n) for kind, n in counts.items()),
    )


def _fault_title(kind: str) -> str:
    return worst_answers.FAULTS[kind][0]


def _environment() -> jinja2.Environment:
    """Everything a template puts out is escaped, but for the plots, which ``drawing`` lets pass."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ASSETS),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "drawing": Markup,
        "day": format_day,
        "cut": _cut,
        "parts": _parts,
        "measured": _measures,
        "article": _source,
        "kind": _fault_title,
        "share": shown,
    }
    return environment


def _visible(value: Any) -> Any:
    """A value as it is put out, with invisible characters replaced."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _cut(text: object, longest: int) -> str:
    """A text of at most so many characters, cut between words where that is near."""
    whole = str(text)
    if len(whole) <= longest:
        return whole
    head = whole[: longest - 1]
    return (head.rsplit(None, 1)[0] if " " in head[-40:] else head) + "…"


def _parts(sentence: Any, longest: int) -> tuple[str, str, str]:
    """A sentence before, in and after its short answer; cut sentences have none."""
    text, short = sentence.text, sentence.short
    if len(text) > longest or not short or not 0 <= short[0] < short[1] <= len(text):
        return _cut(text, longest), "", ""
    return text[: short[0]], text[short[0] : short[1]], text[short[1] :]


def _measures(row: Row) -> list[tuple[str, str]]:
    """The measures of a row, in the order of ``MEASURES``: name and value."""
    names = sorted(row.measures, key=lambda name: _ORDER.get(name, len(_ORDER)))
    found = ((measure(name), row.measures[name]) for name in names)
    return [(m.title, shown(v, m.unit)) for m, v in found if number(v) is not None]


def _source(cited: CitedQuote) -> str:
    """Where a quote is from: what a reader sees beside it, with the title if it is not in it."""
    if not cited.title or cited.title in cited.context:
        return cited.context or cited.article
    return " · ".join(part for part in (cited.context, cited.title) if part)
