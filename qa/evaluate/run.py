"""Asks a system every question of a set and scores what comes back. Resumable.

    for each case not yet in the folder:  reply = system.answer(case)  ->  measures  ->  row
    all rows  ->  estimates with intervals, curves  ->  Report

A question that fails is a row with its error; asking again takes it up again. Knows nothing about
terminals or pages.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from qa.errors import EvaluationError
from qa.evaluate.extras import left_out_notice
from qa.evaluate.metrics.aggregation import estimates, estimates_by_kind
from qa.evaluate.metrics.citation_metrics import Judge, checker
from qa.evaluate.metrics.curves import curves
from qa.evaluate.metrics.reply_scoring import Price, score
from qa.evaluate.records import Case, ExtraMeasures, Reply, Report, Row
from qa.evaluate.results import ResultFolder
from qa.evaluate.systems.article_keys import article_keys
from qa.evaluate.systems.citewire import Citewire
from qa.evaluate.systems.registry import System

if TYPE_CHECKING:
    from qa.assistant import Assistant

OnRow = Callable[[Row], None]

log = logging.getLogger(__name__)


def _ignore(_: Row) -> None:
    """No one is watching the rows."""


@dataclass(frozen=True, slots=True)
class Scoring:
    """How replies are scored: who judges support, what tokens cost, what else is measured."""

    judge: Judge = checker
    price: Price | None = None
    extra: ExtraMeasures | None = None
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
    on_row: OnRow = _ignore,
) -> Report:
    """Ask every case and return the report. With a ``folder``, rows are kept as they come and
    those already there are not asked again.

    ``workers`` questions are asked at once; latencies are only comparable with one. Without
    ir-measures (extra ``eval``) retrieval is not measured, and a warning says so.
    Raises EvaluationError when there is nothing to ask.
    """
    if not cases:
        raise EvaluationError("There are no questions to ask.")
    if notice := left_out_notice("ir_measures"):
        log.warning(notice)
    asked: Any = system if hasattr(system, "retrieve") else Citewire(system)
    scoring = scoring or Scoring()
    keys = article_keys(asked.library, [e for case in cases for e in case.evidence_ids])
    done = folder.rows() if folder else {}
    todo = [case for case in cases if case.id not in done]
    for row in _ask_all(asked, todo, keys, scoring, workers):
        done[row.case.id] = row
        if folder:
            folder.add(row)
        on_row(row)
    return report_of(asked.name, [done[case.id] for case in cases], keys, run or {})


def report_of(
    name: str, rows: Sequence[Row], keys: Mapping[str, str], run: Mapping[str, Any]
) -> Report:
    """The report of finished rows. ``keys``: article keys by evidence id."""
    evidence = {row.case.id: _evidence_keys(row.case, keys) for row in rows}
    drawn = curves(rows, evidence)
    return Report(name, run, tuple(rows), estimates(rows), estimates_by_kind(rows), drawn)


def _evidence_keys(case: Case, keys: Mapping[str, str]) -> tuple[str, ...]:
    """Keys of a case's evidence. An article that the library lacks keeps its own name, so that it
    counts as not found."""
    return tuple(dict.fromkeys(keys.get(e, e) for e in case.evidence_ids))


def _ask_all(
    system: System, cases: Sequence[Case], keys: Mapping[str, str], scoring: Scoring, workers: int
) -> Iterator[Row]:
    """Rows as they are finished; in the order of the cases when there is one worker."""
    todo = [(system, case, _evidence_keys(case, keys), scoring) for case in cases]
    if workers <= 1:
        yield from (ask_and_score(*arguments) for arguments in todo)
        return
    with ThreadPoolExecutor(workers) as pool:
        jobs = [pool.submit(ask_and_score, *arguments) for arguments in todo]
        try:
            for job in as_completed(jobs):
                yield job.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def ask_and_score(system: System, case: Case, evidence: Sequence[str], scoring: Scoring) -> Row:
    """One row; whatever a system raises becomes its error, but for EvaluationError."""
    try:
        reply = system.answer(case) if scoring.answering else Reply()
        if case.evidence_ids or not scoring.answering:
            started = time.perf_counter()
            reply = replace(reply, retrieved=system.retrieve(case))
            if not scoring.answering:
                reply = replace(reply, timings={"total": time.perf_counter() - started})
        measures = score(
            case, reply, evidence, judge=scoring.judge, price=scoring.price,
            answering=scoring.answering,
        )  # fmt: skip
        if scoring.extra and scoring.answering and not reply.refused:
            measures |= scoring.extra(case, reply)
        return Row(case, reply, measures)
    except EvaluationError:
        raise
    except Exception as error:  # a system may fail in any way; the others go on
        log.debug("%s failed", case.id, exc_info=error)
        return Row(case, None, {}, f"{type(error).__name__}: {' '.join(str(error).split())[:300]}")


def rescore(report: Report, scoring: Scoring) -> Report:
    """The report with its replies scored again, for another judge or another price.

    What needs the library (ranks, the articles of citations) is kept as it was.
    """
    rows = tuple(
        replace(row, measures={
            **row.measures,
            **score(row.case, row.reply, judge=scoring.judge, price=scoring.price),
        }) if row.reply else row
        for row in report.rows
    )  # fmt: skip
    return replace(report, rows=rows, figures=estimates(rows), by_kind=estimates_by_kind(rows))
