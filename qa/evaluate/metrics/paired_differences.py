"""Compares two runs over the same questions: paired differences, and which of them are noise.

Questions that both runs answered are drawn anew together (paired bootstrap, Efron and Tibshirani
1993), so what makes a question hard for both does not widen the interval. A difference whose 95 %
interval holds zero is called noise. Knows nothing about how rows were made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa.errors import EvaluationError
from qa.evaluate.metrics.aggregation import statistics
from qa.evaluate.metrics.confidence_intervals import (
    Statistic,
    Values,
    interval,
    resample_indices,
    resampled,
)
from qa.evaluate.metrics.definitions import MEASURES
from qa.evaluate.records import Report, Row


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure of B minus the same of A, over the ``n`` questions that have both."""

    measure: str
    a: float
    b: float
    low: float
    high: float
    n: int

    @property
    def value(self) -> float:
        return self.b - self.a

    @property
    def noise(self) -> bool:
        """Whether the interval of the difference holds zero."""
        return self.low <= 0 <= self.high

    @property
    def verdict(self) -> str:
        """better, worse, changed (neither is better), equal or noise."""
        if self.a == self.b and self.low == self.high:
            return "equal"
        if self.noise:
            return "noise"
        direction = MEASURES[self.measure].better if self.measure in MEASURES else 0
        sign = 1 if self.value > 0 else -1
        return {1: "better", -1: "worse", 0: "changed"}[direction * sign]


def compare(a: Report, b: Report) -> list[Difference]:
    """Differences B - A of every measure that both have. Raises EvaluationError when they share no
    question."""
    first, second = ({row.case.id: row for row in report.rows if row.reply} for report in (a, b))
    shared = [key for key in first if key in second]
    if not shared:
        raise EvaluationError(f"{a.system} and {b.system} have no answered question in common.")
    return differences([first[key] for key in shared], [second[key] for key in shared])


def differences(a: Sequence[Row], b: Sequence[Row]) -> list[Difference]:
    """The same for rows of the same questions in the same order."""
    of_a, of_b = statistics(a), statistics(b)
    names = [name for name in MEASURES if name in of_a and name in of_b]
    found = (paired_difference(name, *of_a[name], of_b[name][1]) for name in names)
    return [d for d in found if d is not None]


def paired_difference(
    measure: str, statistic: Statistic, a: Values, b: Values
) -> Difference | None:
    """The difference of one statistic over the rows that have a value in both; None without any.

    ``a`` and ``b`` hold the values of the same questions in the same order.
    """
    both = ~np.isnan(a[:, 0]) & ~np.isnan(b[:, 0])
    a, b = a[both], b[both]
    if not len(a) or np.isnan(statistic(a)) or np.isnan(statistic(b)):
        return None
    drawn = resample_indices(len(a))
    low, high = interval(resampled(statistic, b, drawn) - resampled(statistic, a, drawn))
    return Difference(measure, statistic(a), statistic(b), low, high, len(a))
