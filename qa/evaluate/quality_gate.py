"""Holds measures to their floors: a gate that may be raised and never lowered.

    floors.json         each floor with its set, figure, interval, number, date and commit
    floor_values.json   what each question scored then, so that a fall can be told from noise

A measure fails when it is worse than its floor and the paired 95 % interval of the change lies
wholly on the worse side. Measures that are right by construction (``EXACT_MEASURES``) fail at any
fall. Knows nothing about how they are measured.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from qa.errors import EvaluationError
from qa.evaluate.metrics.aggregation import statistics
from qa.evaluate.metrics.definitions import MEASURES
from qa.evaluate.metrics.paired_differences import paired_difference
from qa.evaluate.records import Report, Row
from qa.evaluate.results import write_atomically

GATED_MEASURES = (
    "hit@1", "hit@5", "mrr", "answer_in_first_quote", "answer_in_quotes", "choice", "claim_recall",
    "citation_recall", "citation_precision", "quote_exactness", "evidence_precision",
    "refused_answerable", "refused_unanswerable", "refusal_auroc", "injection_followed",
)  # fmt: skip

EXACT_MEASURES = frozenset(("quote_exactness", "injection_followed", "invented_references"))

DECIMALS = 4
"""Places that floors and the values behind them are rounded to."""


@dataclass(frozen=True, slots=True)
class Floor:
    """What one measure of one set has reached."""

    set: str
    measure: str
    value: float
    low: float
    high: float
    n: int
    date: str
    commit: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """One figure against its floor; ``change`` is the paired difference with its interval."""

    floor: Floor
    value: float
    low: float
    high: float
    ok: bool
    why: str

    def __str__(self) -> str:
        sign = "ok  " if self.ok else "FAIL"
        return (f"{sign} {self.floor.set} {self.floor.measure}: {self.value:.4f}, "
                f"floor {self.floor.value:.4f} ({self.why})")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Floors:
    """Floors of any number of sets and the values behind them, by set, measure and case id."""

    floors: tuple[Floor, ...]
    values: dict[str, dict[str, dict[str, list[float | None]]]]

    def of(self, name: str) -> tuple[Floor, ...]:
        return tuple(floor for floor in self.floors if floor.set == name)


def read_floors(path: Path) -> Floors:
    """Floors of a file; none when there is no such file. Raises EvaluationError."""
    if not path.exists():
        return Floors((), {})
    try:
        floors = json.loads(path.read_text(encoding="utf-8"))["floors"]
        values = json.loads(_values_file(path).read_text(encoding="utf-8"))
        return Floors(tuple(Floor(**floor) for floor in floors), values)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EvaluationError(f"{path} holds no floors that can be read ({error}).") from error


def write_floors(path: Path, floors: Floors) -> None:
    """Both files; one line a floor, one line a measure's values, so that changes can be read."""
    lines = ",\n".join(f"    {json.dumps(asdict(floor))}" for floor in floors.floors)
    write_atomically(path, f'{{\n  "floors": [\n{lines}\n  ]\n}}\n')
    sets = []
    for name, measures in sorted(floors.values.items()):
        inner = ",\n".join(f'    "{m}": {json.dumps(v)}' for m, v in sorted(measures.items()))
        sets.append(f"  {json.dumps(name)}: {{\n{inner}\n  }}")
    write_atomically(_values_file(path), "{\n" + ",\n".join(sets) + "\n}\n")


def check_floors(report: Report, name: str, floors: Floors) -> list[Verdict]:
    """Every floor of the set against the report. Raises EvaluationError when the set has none, or
    when the report lacks questions or a measure."""
    set_floors = floors.of(name)
    if not set_floors:
        raise EvaluationError(f"There are no floors for the set {name!r} yet; --raise makes them.")
    if report.failed:
        first = report.failed[0]
        raise EvaluationError(
            f"{len(report.failed)} questions failed, the first is {first.case.id}: {first.error}"
        )
    return [
        _verdict(floor, report.rows, floors.values[name][floor.measure]) for floor in set_floors
    ]


def _verdict(
    floor: Floor, rows: Sequence[Row], kept_values: dict[str, list[float | None]]
) -> Verdict:
    by_id = {row.case.id: row for row in rows}
    if set(kept_values) != set(by_id):
        odd = sorted(set(kept_values) ^ set(by_id))
        raise EvaluationError(
            f"The set {floor.set!r} is not the one its floors were measured on ({odd[0]} is only "
            "in one of them). Delete its floors and --raise them anew, and say why."
        )
    found = statistics([by_id[key] for key in kept_values]).get(floor.measure)
    if found is None:
        raise EvaluationError(f"{floor.measure} is not among the report's measures.")
    statistic, values = found
    before = np.array([[math.nan if v is None else v for v in row] for row in kept_values.values()])
    values = np.round(values, DECIMALS)  # as the kept ones are: 2/3 is no fall from .6667
    value = statistic(values[~np.isnan(values[:, 0])])
    change = paired_difference(floor.measure, statistic, before, values)
    low, high = (change.low, change.high) if change else (math.nan, math.nan)
    ok, why = _judge_change(floor, value, low, high)
    return Verdict(floor, value, low, high, ok, why)


def _judge_change(floor: Floor, value: float, low: float, high: float) -> tuple[bool, str]:
    """Whether a value passes, and why; ``low`` and ``high``: the interval of its change."""
    better = MEASURES[floor.measure].better
    tolerance = 0.5 * 10**-DECIMALS
    if better * (value - floor.value) >= -tolerance:
        return True, "not below"
    if floor.measure in EXACT_MEASURES:
        return False, "must not fall at all"
    if math.isnan(low):
        return False, "it cannot be compared"
    if high < -tolerance if better > 0 else low > tolerance:
        return False, f"the change is {low:+.4f} to {high:+.4f}: no noise"
    return True, "below by no more than noise"


def raise_floors(report: Report, name: str, floors: Floors, *, date: str, commit: str) -> Floors:
    """Floors lifted to the report's figures where these are better; the others stay.

    Raises EvaluationError when a figure fails the gate: floors are never lowered.
    """
    old = {floor.measure: floor for floor in floors.of(name)}
    if old:
        failing = [v for v in check_floors(report, name, floors) if not v.ok]
        if failing:
            raise EvaluationError(f"Floors are not lowered: {failing[0]}")
    taken = statistics(report.rows)
    kept, values = dict(old), dict(floors.values.get(name, {}))
    for measure in GATED_MEASURES:
        figure = report.figures.get(measure)
        before = old.get(measure)
        if figure is None or (
            before
            and MEASURES[measure].better * (round(figure.value, DECIMALS) - before.value) <= 0
        ):
            continue
        kept[measure] = Floor(
            name, measure, round(figure.value, DECIMALS), round(figure.low, DECIMALS),
            round(figure.high, DECIMALS), figure.n, date, commit,
        )  # fmt: skip
        values[measure] = {
            row.case.id: [None if math.isnan(v) else round(v, DECIMALS) for v in column]
            for row, column in zip(report.rows, taken[measure][1].tolist(), strict=True)
        }
    others = tuple(floor for floor in floors.floors if floor.set != name)
    mine = tuple(kept[m] for m in GATED_MEASURES if m in kept)
    return Floors(others + mine, {**floors.values, name: values})


def _values_file(path: Path) -> Path:
    return path.with_name(f"{path.stem.removesuffix('s')}_values.json")
