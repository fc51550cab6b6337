"""Asks a system every question of a set and scores what comes back. Resumable.

    for each case not yet in the folder:  reply = system.answer(case)  ->  measures  ->  rows.jsonl
    all rows  ->  figures with intervals, curves  ->  Report

A question that fails is a row with its error; asking again takes it up again. Knows nothing about
terminals or pages.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from qa.errors import EvaluationError
from qa.evaluate.files import write_whole
from qa.evaluate.metrics.bootstrap import by_kind, curves, figures
from qa.evaluate.metrics.citation_metrics import Judge, checker
from qa.evaluate.metrics.reply_scoring import Price, score
from qa.evaluate.records import Case, Extra, Reply, Report, Row
from qa.evaluate.systems.article_keys import article_keys
from qa.evaluate.systems.citewire import Citewire
from qa.evaluate.systems.registry import System

if TYPE_CHECKING:
    from qa.assistant import Assistant

OnRow = Callable[[Row], None]

ROWS, RUN, SUMMARY, PAGE = "rows.jsonl", "run.json", "summary.json", "report.html"

log = logging.getLogger(__name__)


def _no_one(_: Row) -> None:
    """No one is watching the rows."""


@dataclass(frozen=True, slots=True)
class Scoring:
    """How replies are scored: who judges support, what tokens cost, what else is measured."""

    judge: Judge = checker
    price: Price | None = None
    extra: Extra | None = None
    answering: bool = True
    """False: only retrieval is run and scored."""


def evaluate(
    system: Assistant | System,
    cases: Sequence[Case],
    *,
    scoring: Scoring | None = None,
    workers: int = 1,
    folder: ResultFolder | None = None,
    run: Mapping[str, Any] | None = None,
    on_row: OnRow = _no_one,
) -> Report:
    """Ask every case and return the report. With a ``folder``, rows are kept as they come and
    those already there are not asked again.

    ``workers`` questions are asked at once; latencies are only comparable with one.
    Raises EvaluationError when there is nothing to ask.
    """
    if not cases:
        raise EvaluationError("There are no questions to ask.")
    chosen: Any = system if hasattr(system, "retrieve") else Citewire(system)
    how = scoring or Scoring()
    keys = article_keys(chosen.library, [e for case in cases for e in case.evidence_ids])
    done = folder.rows() if folder else {}
    todo = [case for case in cases if case.id not in done]
    for row in _asked(chosen, todo, keys, how, workers):
        done[row.case.id] = row
        if folder:
            folder.add(row)
        on_row(row)
    rows = [done[case.id] for case in cases]
    return report_of(chosen.name, rows, keys, run or {})


def report_of(
    name: str, rows: Sequence[Row], keys: Mapping[str, str], run: Mapping[str, Any]
) -> Report:
    """Figures and curves of finished rows. ``keys``: article keys by evidence id."""
    gold = {row.case.id: evidence_of(row.case, keys) for row in rows}
    return Report(name, run, tuple(rows), figures(rows), by_kind(rows), curves(rows, gold))


def evidence_of(case: Case, keys: Mapping[str, str]) -> tuple[str, ...]:
    """Keys of a case's evidence. An article that the library lacks keeps its own name, so that it
    counts as not found."""
    return tuple(dict.fromkeys(keys.get(e, e) for e in case.evidence_ids))


def _asked(
    system: System, cases: Sequence[Case], keys: Mapping[str, str], how: Scoring, workers: int
) -> Iterator[Row]:
    if workers <= 1:
        for case in cases:
            yield ask_one(system, case, evidence_of(case, keys), how)
        return
    with ThreadPoolExecutor(workers) as pool:
        jobs = [pool.submit(ask_one, system, case, evidence_of(case, keys), how) for case in cases]
        try:
            for job in as_completed(jobs):
                yield job.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def ask_one(system: System, case: Case, evidence: Sequence[str], how: Scoring) -> Row:
    """One row; whatever a system raises becomes its error."""
    try:
        reply = system.answer(case) if how.answering else Reply()
        if case.evidence_ids or not how.answering:
            started = time.perf_counter()
            reply = replace(reply, retrieved=system.retrieve(case))
            if not how.answering:
                reply = replace(reply, timings={"total": time.perf_counter() - started})
        measures = score(
            case, reply, evidence, judge=how.judge, price=how.price, answering=how.answering
        )
        if how.extra and how.answering and not reply.refused:
            measures |= how.extra(case, reply)
        return Row(case, reply, measures)
    except EvaluationError:
        raise
    except Exception as error:  # a system may fail in any way; the others go on
        log.debug("%s failed", case.id, exc_info=error)
        return Row(case, None, {}, f"{type(error).__name__}: {' '.join(str(error).split())[:300]}")


@dataclass(slots=True)
class ResultFolder:
    """A folder with one run's rows, the key of what was run, and later its summary and page.

    Raises EvaluationError when the folder holds another run.
    """

    path: Path
    key: Mapping[str, Any]
    fresh: bool = False
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        known = self.path / RUN
        if self.fresh:
            for name in (ROWS, RUN, SUMMARY, PAGE):
                (self.path / name).unlink(missing_ok=True)
        elif known.exists() and (was := _json(known)) != (now := json.loads(json.dumps(self.key))):
            differ = ", ".join(k for k in {**was, **now} if was.get(k) != now.get(k))
            raise EvaluationError(
                f"{self.path} holds another run ({differ} differ). Choose another --out, or start "
                "anew with --fresh."
            )
        write_whole(known, json.dumps(self.key, indent=2, ensure_ascii=False))

    def rows(self) -> dict[str, Row]:
        """Finished rows by case id; what failed or was cut off in writing is asked again."""
        path = self.path / ROWS
        if not path.exists():
            return {}
        found = {row.case.id: row for row in read_rows(path, lenient=True) if not row.error}
        write_whole(path, "".join(_line(row) for row in found.values()))
        return found

    def add(self, row: Row) -> None:
        with self._lock, (self.path / ROWS).open("a", encoding="utf-8") as file:
            file.write(_line(row))

    def finish(self, report: Report) -> None:
        """Write the rows as they are in the report, and the summary."""
        write_whole(self.path / ROWS, "".join(_line(row) for row in report.rows))
        summary = json.dumps(report.summary(), indent=2, ensure_ascii=False)
        write_whole(self.path / SUMMARY, summary + "\n")


def read_rows(path: Path, *, lenient: bool = False) -> list[Row]:
    """Rows of a ``rows.jsonl``. Raises EvaluationError naming the line; ``lenient`` skips it."""
    found = []
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"{path} cannot be read ({error}).") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found.append(Row.from_dict(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            if not lenient:
                raise EvaluationError(f"{path}:{number} is not a row of results.") from error
    return found


def read_report(folder: Path) -> Report:
    """The report of a finished or unfinished folder, its figures computed anew from its rows.

    Curves over ranks need the library and are taken from the summary, where there is one.
    """
    if not (folder / ROWS).exists():
        raise EvaluationError(f"{folder} holds no results: there is no {ROWS} in it.")
    rows = read_rows(folder / ROWS)
    summary = _json(folder / SUMMARY) if (folder / SUMMARY).exists() else {}
    run = summary.get("run") or (_json(folder / RUN) if (folder / RUN).exists() else {})
    name = str(summary.get("system") or run.get("system") or folder.name)
    drawn = curves(rows, {}) | dict(summary.get("curves") or {})
    return Report(name, run, tuple(rows), figures(rows), by_kind(rows), drawn)


def rescored(report: Report, how: Scoring) -> Report:
    """The report with its replies scored again, for another judge or another price. What needs the
    library (ranks, the articles of citations) is kept as it was."""
    rows = []
    for row in report.rows:
        if row.reply is not None:
            fresh = score(row.case, row.reply, judge=how.judge, price=how.price)
            row = replace(row, measures={**row.measures, **fresh})
        rows.append(row)
    return Report(
        report.system, report.run, tuple(rows), figures(rows), by_kind(rows), report.curves
    )


def now() -> str:
    """The present moment, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _line(row: Row) -> str:
    return json.dumps(row.to_dict(), ensure_ascii=False) + "\n"


def _json(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EvaluationError(f"{path} cannot be read ({error}).") from error
    return values if isinstance(values, dict) else {}
