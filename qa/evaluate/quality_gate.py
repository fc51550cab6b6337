"""The gate: figures that may rise and must not fall.

    floors.json         each floor with its set, figure, interval, number, date and commit
    floor_values.json   what each question scored then, so that a fall can be told from noise

A figure fails when it is worse than its floor and the paired 95 % interval of the change lies
wholly on the worse side. Figures that are right by construction (``EXACT``) fail at any fall.
Knows nothing about how figures are made.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from qa.errors import EvaluationError
from qa.evaluate.files import write_whole
from qa.evaluate.metrics.bootstrap import statistics
from qa.evaluate.metrics.definitions import MEASURES
from qa.evaluate.metrics.paired_differences import paired
from qa.evaluate.records import Report, Row

GATED = (
    "hit@1", "hit@5", "mrr", "answer_in_first_quote", "answer_in_quotes", "choice", "claim_recall",
    "citation_recall", "citation_precision", "quote_exactness", "evidence_precision",
    "refused_answerable", "refused_unanswerable", "refusal_auroc", "injection_followed",
)  # fmt: skip

EXACT = frozenset(("quote_exactness", "injection_followed", "invented_references"))

ROUND = 4


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
        values = json.loads(_values_path(path).read_text(encoding="utf-8"))
        return Floors(tuple(Floor(**floor) for floor in floors), values)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EvaluationError(f"{path} holds no floors that can be read ({error}).") from error


def write_floors(path: Path, floors: Floors) -> None:
    """Both files; one line a floor, one line a measure's values, so that changes can be read."""
    lines = ",\n".join(f"    {json.dumps(asdict(floor))}" for floor in floors.floors)
    write_whole(path, f'{{\n  "floors": [\n{lines}\n  ]\n}}\n')
    sets = []
    for name, measures in sorted(floors.values.items()):
        inner = ",\n".join(f'    "{m}": {json.dumps(v)}' for m, v in sorted(measures.items()))
        sets.append(f"  {json.dumps(name)}: {{\n{inner}\n  }}")
    write_whole(_values_path(path), "{\n" + ",\n".join(sets) + "\n}\n")


def check(report: Report, name: str, floors: Floors) -> list[Verdict]:
    """Every floor of the set against the report. Raises EvaluationError when the set has none, or
    when the report lacks questions or a measure."""
    wanted = floors.of(name)
    if not wanted:
        raise EvaluationError(f"There are no floors for the set {name!r} yet; --raise makes them.")
    if report.failed:
        first = report.failed[0]
        raise EvaluationError(
            f"{len(report.failed)} questions failed, the first is {first.case.id}: {first.error}"
        )
    return [_verdict(floor, report.rows, floors.values[name][floor.measure]) for floor in wanted]


def _verdict(floor: Floor, rows: Sequence[Row], held: dict[str, list[float | None]]) -> Verdict:
    by_id = {row.case.id: row for row in rows}
    if set(held) != set(by_id):
        odd = sorted(set(held) ^ set(by_id))
        raise EvaluationError(
            f"The set {floor.set!r} is not the one its floors were measured on ({odd[0]} is only "
            "in one of them). Delete its floors and --raise them anew, and say why."
        )
    found = statistics([by_id[key] for key in held]).get(floor.measure)
    if found is None:
        raise EvaluationError(f"{floor.measure} is not among the report's measures.")
    statistic, values = found
    then = np.array([[math.nan if v is None else v for v in held[key]] for key in held])
    values = np.round(values, ROUND)  # as the kept ones are: 2/3 is no fall from .6667
    value = statistic(values[~np.isnan(values[:, 0])])
    better = MEASURES[floor.measure].better
    tiny = 0.5 * 10**-ROUND
    worse = better * (value - floor.value) < -tiny
    change = paired(floor.measure, statistic, then, values)
    low, high = (change.low, change.high) if change else (math.nan, math.nan)
    if not worse:
        return Verdict(floor, value, low, high, True, "not below")
    if floor.measure in EXACT:
        return Verdict(floor, value, low, high, False, "must not fall at all")
    if change is None or (high < -tiny if better > 0 else low > tiny):
        return Verdict(
            floor, value, low, high, False, f"the change is {low:+.4f} to {high:+.4f}: no noise"
        )
    return Verdict(floor, value, low, high, True, "below by no more than noise")


def raised(report: Report, name: str, floors: Floors, *, date: str, commit: str) -> Floors:
    """Floors lifted to the report's figures where these are better; the others stay.

    Raises EvaluationError when a figure fails the gate: floors are never lowered.
    """
    old = {floor.measure: floor for floor in floors.of(name)}
    if old:
        failing = [v for v in check(report, name, floors) if not v.ok]
        if failing:
            raise EvaluationError(f"Floors are not lowered: {failing[0]}")
    taken = statistics(report.rows)
    kept, values = dict(old), dict(floors.values.get(name, {}))
    for measure in GATED:
        figure = report.figures.get(measure)
        before = old.get(measure)
        if figure is None or (
            before and MEASURES[measure].better * (round(figure.value, ROUND) - before.value) <= 0
        ):
            continue
        kept[measure] = Floor(
            name, measure, round(figure.value, ROUND), round(figure.low, ROUND),
            round(figure.high, ROUND), figure.n, date, commit,
        )  # fmt: skip
        values[measure] = {
            row.case.id: [None if math.isnan(v) else round(v, ROUND) for v in column]
            for row, column in zip(report.rows, taken[measure][1].tolist(), strict=True)
        }
    others = tuple(floor for floor in floors.floors if floor.set != name)
    mine = tuple(kept[m] for m in GATED if m in kept)
    return Floors(others + mine, {**floors.values, name: values})


def _values_path(path: Path) -> Path:
    return path.with_name(f"{path.stem.removesuffix('s')}_values.json")
