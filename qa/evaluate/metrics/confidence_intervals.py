"""Estimates a statistic over questions with its 95 % bootstrap interval.

The interval is the percentile bootstrap (Efron 1979): questions are drawn anew with replacement
``RESAMPLES`` times, the same draws for every measure, so that the statistics of two runs over the
same questions can be subtracted draw by draw. Knows nothing about what the values measure.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from qa.evaluate.records import Estimate

RESAMPLES = 1_000
CONFIDENCE_PERCENT = 95.0
SEED = 20_221_230

Values = NDArray[np.float64]
Statistic = Callable[[Values], float]
"""From the values of drawn rows, shape (rows, columns), to one number."""


def mean(values: Values) -> float:
    """The mean of column 0; NaN of no rows."""
    return float(values[:, 0].mean()) if len(values) else float("nan")


def percentile(percent: float) -> Statistic:
    """The statistic that is this percentile of column 0."""
    return lambda values: float(np.percentile(values[:, 0], percent)) if len(values) else np.nan


def auroc(values: Values) -> float:
    """Area under the ROC curve of column 0 (confidence) for column 1 (1 = answerable): the chance
    that an answerable question gets the higher confidence, ties counting half (Mann-Whitney)."""
    positive = values[values[:, 1] == 1, 0]
    negative = np.sort(values[values[:, 1] != 1, 0])
    if not len(positive) or not len(negative):
        return float("nan")
    below, not_above = (np.searchsorted(negative, positive, side) for side in ("left", "right"))
    return float((below + not_above).mean() / 2 / len(negative))


def refusal_precision(values: Values) -> float:
    """Share of right refusals: column 0 is 1 for refused, column 1 is 1 for answerable."""
    refused = values[:, 0] == 1
    return float((values[refused, 1] == 0).mean()) if refused.any() else float("nan")


def estimate(statistic: Statistic, values: Values) -> Estimate | None:
    """The statistic with its interval over the rows whose column 0 is no NaN; None when there are
    none, or when the statistic is undefined."""
    kept = values[~np.isnan(values[:, 0])]
    value = statistic(kept) if len(kept) else float("nan")
    if np.isnan(value):
        return None
    low, high = interval(resampled(statistic, kept, resample_indices(len(kept))))
    return Estimate(value, low, high, len(kept))


def resample_indices(n: int) -> NDArray[np.int64]:
    """Which of ``n`` rows each resample takes: shape (RESAMPLES, n), always the same for one n."""
    return np.random.default_rng(SEED).integers(0, n, size=(RESAMPLES, n))


def resampled(statistic: Statistic, values: Values, indices: NDArray[np.int64]) -> Values:
    """The statistic of every resample, shape (RESAMPLES,)."""
    if statistic is mean:
        means: Values = values[:, 0][indices].mean(axis=1)
        return means
    return np.array([statistic(values[drawn]) for drawn in indices])


def interval(values: Values) -> tuple[float, float]:
    """The middle ``CONFIDENCE_PERCENT`` of resampled values."""
    tail = (100 - CONFIDENCE_PERCENT) / 2
    low, high = np.nanpercentile(values, [tail, 100 - tail])
    return float(low), float(high)
