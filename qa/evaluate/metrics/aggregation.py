"""Aggregates the measures of many rows into estimates, over all questions and by kind.

Most measures are means; times are shown as percentiles; refusal precision and AUROC compare
answerable with unanswerable questions. Knows nothing about single replies.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qa.evaluate.metrics.confidence_intervals import (
    Statistic,
    Values,
    auroc,
    estimate,
    mean,
    percentile,
    refusal_precision,
)
from qa.evaluate.metrics.definitions import MEASURES
from qa.evaluate.records import Estimate, Row

_PERCENTILES = {
    "seconds": {"seconds_p50": 50, "seconds_p95": 95, "seconds_p99": 99},
    "first_sentence": {"first_sentence_p50": 50},
}
"""Measures of a row that are shown as percentiles instead of a mean."""


def statistics(rows: Sequence[Row]) -> dict[str, tuple[Statistic, Values]]:
    """For each measure its statistic and what it is taken of: shape (len(rows), columns), NaN in
    column 0 where a row has no part in it."""
    found: dict[str, tuple[Statistic, Values]] = {}
    for name in dict.fromkeys(n for row in rows for n in row.measures):
        column = np.array([[row.measures.get(name, np.nan)] for row in rows], dtype=np.float64)
        if name in _PERCENTILES:
            for title, percent in _PERCENTILES[name].items():
                found[title] = (percentile(percent), column)
        else:
            found[name] = (mean, column)
    unanswerable = [row.case.unanswerable for row in rows]
    if any(unanswerable) and not all(unanswerable):
        refused = [float(row.reply.refused) if row.reply else np.nan for row in rows]
        found["refusal_precision"] = (refusal_precision, _with_answerable(refused, rows))
        found["refusal_auroc"] = (auroc, confidences(rows))
    return found


def confidences(rows: Sequence[Row]) -> Values:
    """Confidence (NaN where a reply gives none) and 1 for an answerable question, shape (n, 2)."""
    given = (row.reply.confidence if row.reply else None for row in rows)
    return _with_answerable([np.nan if c is None else c for c in given], rows)


def _with_answerable(values: Sequence[float], rows: Sequence[Row]) -> Values:
    return np.column_stack([values, [not row.case.unanswerable for row in rows]])


def estimates(rows: Sequence[Row]) -> dict[str, Estimate]:
    """Every measure over the rows, in the order of ``MEASURES``; rows with errors are left out."""
    answered = [row for row in rows if row.reply is not None]
    if not answered:
        return {}
    found = {name: estimate(*of) for name, of in statistics(answered).items()}
    return {name: e for name in MEASURES if (e := found.get(name)) is not None}


def estimates_by_kind(rows: Sequence[Row]) -> dict[str, dict[str, Estimate]]:
    """Estimates of each kind of question; empty when questions have no kinds."""
    kinds = sorted({row.case.kind for row in rows if row.case.kind})
    return {kind: estimates([row for row in rows if row.case.kind == kind]) for kind in kinds}
