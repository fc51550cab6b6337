"""Two runs over the same questions: paired differences, and which of them are noise.

Questions that both runs answered are drawn anew together (paired bootstrap, Efron and Tibshirani
1993), so what makes a question hard for both does not widen the interval. A difference whose 95 %
interval holds zero is called noise. Knows nothing about how rows were made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa.errors import EvaluationError
from qa.evaluate.metrics.bootstrap import Statistic, Values, draws, interval, resampled, statistics
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
        way = MEASURES[self.measure].better if self.measure in MEASURES else 0
        return {1: "better", -1: "worse", 0: "changed"}[way * (1 if self.value > 0 else -1)]


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
    mine, other = statistics(a), statistics(b)
    names = [name for name in MEASURES if name in mine and name in other]
    found = (paired(n, mine[n][0], mine[n][1], other[n][1]) for n in names)
    return [d for d in found if d is not None]


def paired(name: str, statistic: Statistic, a: Values, b: Values) -> Difference | None:
    """The difference of one statistic over rows that have a value in both."""
    both = ~np.isnan(a[:, 0]) & ~np.isnan(b[:, 0])
    a, b = a[both], b[both]
    if not len(a) or np.isnan(statistic(a)) or np.isnan(statistic(b)):
        return None
    picks = draws(len(a))
    low, high = interval(resampled(statistic, b, picks) - resampled(statistic, a, picks))
    return Difference(name, statistic(a), statistic(b), low, high, len(a))
