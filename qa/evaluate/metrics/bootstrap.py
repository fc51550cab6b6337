"""Many rows into figures, each with a 95 % bootstrap interval, and into curves to draw.

The interval is the percentile bootstrap (Efron 1979): questions are drawn anew with replacement
``RESAMPLES`` times, the same draws for every measure. Knows nothing about single replies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.evaluate.records import Estimate, Row

RESAMPLES = 1_000
LEVEL = 95.0
SEED = 20_221_230
BINS = 10

Values = NDArray[np.float64]
Statistic = Callable[[Values], float]
"""From the values of drawn rows, shape (rows, columns), to one number."""

_SPREAD = {
    "seconds_p50": ("seconds", 50), "seconds_p95": ("seconds", 95), "seconds_p99": ("seconds", 99),
    "first_sentence_p50": ("first_sentence", 50),
}  # fmt: skip
_INNER = ("seconds", "first_sentence")
"""Measures of a row that are shown as percentiles."""


def mean(values: Values) -> float:
    return float(values[:, 0].mean()) if len(values) else float("nan")


def auroc(values: Values) -> float:
    """Area under the ROC curve of column 0 (confidence) for column 1 (1 = answerable): the chance
    that an answerable question gets the higher confidence, ties counting half (Mann-Whitney)."""
    good = values[values[:, 1] == 1, 0]
    bad = np.sort(values[values[:, 1] != 1, 0])
    if not len(good) or not len(bad):
        return float("nan")
    below, not_above = (np.searchsorted(bad, good, side) for side in ("left", "right"))
    return float((below + not_above).mean() / 2 / len(bad))


def refusal_precision(values: Values) -> float:
    """Share of right refusals: column 0 is 1 for refused, column 1 is 1 for answerable."""
    refused = values[:, 0] == 1
    return float((values[refused, 1] == 0).mean()) if refused.any() else float("nan")


def _percentile(at: float) -> Statistic:
    return lambda values: float(np.percentile(values[:, 0], at)) if len(values) else float("nan")


def statistics(rows: Sequence[Row]) -> dict[str, tuple[Statistic, Values]]:
    """For each measure its statistic and what it is taken of: shape (len(rows), columns), NaN in
    column 0 where a row has no part in it."""
    found: dict[str, tuple[Statistic, Values]] = {}
    for name in dict.fromkeys(n for row in rows for n in row.measures):
        column = _column(rows, name)
        if name not in _INNER:
            found[name] = (mean, column)
        for title, (inner, at) in _SPREAD.items():
            if inner == name:
                found[title] = (_percentile(at), column)
    answerable = [row.case.unanswerable for row in rows]
    if any(answerable) and not all(answerable):
        found["refusal_precision"] = (refusal_precision, _refusals(rows))
        found["refusal_auroc"] = (auroc, _confidences(rows))
    return found


def _column(rows: Sequence[Row], name: str) -> Values:
    return np.array([[row.measures.get(name, np.nan)] for row in rows], dtype=np.float64)


def _refusals(rows: Sequence[Row]) -> Values:
    return np.array(
        [
            [float(row.reply.refused) if row.reply else np.nan, float(not row.case.unanswerable)]
            for row in rows
        ]
    )


def _confidences(rows: Sequence[Row]) -> Values:
    known = (row.reply.confidence if row.reply else None for row in rows)
    return np.array(
        [
            [np.nan if c is None else c, float(not row.case.unanswerable)]
            for c, row in zip(known, rows, strict=True)
        ]
    )


def draws(n: int) -> NDArray[np.int64]:
    """Which of ``n`` rows each resample takes: shape (RESAMPLES, n), always the same for one n."""
    return np.random.default_rng(SEED).integers(0, n, size=(RESAMPLES, n))


def figure(statistic: Statistic, values: Values) -> Estimate | None:
    """The statistic over the rows that have part in it, with its interval; None when none has."""
    kept = values[~np.isnan(values[:, 0])]
    value = statistic(kept) if len(kept) else float("nan")
    if np.isnan(value):
        return None
    low, high = interval(resampled(statistic, kept, draws(len(kept))))
    return Estimate(value, low, high, len(kept))


def resampled(statistic: Statistic, values: Values, picks: NDArray[np.int64]) -> Values:
    """The statistic of every resample."""
    if statistic is mean:
        found: Values = values[:, 0][picks].mean(axis=1)
        return found
    return np.array([statistic(values[pick]) for pick in picks])


def interval(values: Values) -> tuple[float, float]:
    """The middle ``LEVEL`` percent of resampled values."""
    tail = (100 - LEVEL) / 2
    low, high = np.nanpercentile(values, [tail, 100 - tail])
    return float(low), float(high)


def figures(rows: Sequence[Row]) -> dict[str, Estimate]:
    """Every measure over the rows, in the order of ``MEASURES``; rows with errors are left out."""
    from qa.evaluate.metrics.definitions import MEASURES

    done = [row for row in rows if row.reply is not None]
    if not done:
        return {}
    found = {name: figure(*what) for name, what in statistics(done).items()}
    return {name: f for name in MEASURES if (f := found.get(name)) is not None}


def by_kind(rows: Sequence[Row]) -> dict[str, dict[str, Estimate]]:
    """Figures of each kind of question; empty when questions have no kinds."""
    kinds = sorted({row.case.kind for row in rows if row.case.kind})
    return {kind: figures([row for row in rows if row.case.kind == kind]) for kind in kinds}


# -- curves ----------------------------------------------------------------------------------


def curves(rows: Sequence[Row], gold: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What the report draws. ``gold``: keys of the articles with evidence, by case id."""
    done = [row for row in rows if row.reply is not None]
    found = {
        "success_at_k": _success_curve(done, gold),
        "refusing": refusal_curve(done),
        "reliability": _reliability(done),
    }
    return {name: curve for name, curve in found.items() if curve}


def _success_curve(
    rows: Sequence[Row], gold: Mapping[str, Sequence[str]], most: int = 20
) -> dict[str, list[float]]:
    ranks = []
    for row in rows:
        wanted = set(gold.get(row.case.id, ()))
        if wanted and row.reply and not row.case.unanswerable:
            ranked = list(row.reply.retrieved)
            ranks.append(next((i for i, key in enumerate(ranked, 1) if key in wanted), 10**9))
    if not ranks:
        return {}
    at = list(range(1, most + 1))
    return {"k": [float(k) for k in at],
            "share": [sum(r <= k for r in ranks) / len(ranks) for k in at]}  # fmt: skip


def refusal_curve(rows: Sequence[Row]) -> dict[str, Any]:
    """Refused shares of both halves for every threshold on the confidence, and ``at``, where the
    system itself stands; empty without both halves or without confidences."""
    known = _confidences(rows)
    known = known[~np.isnan(known[:, 0])] if len(known) else np.empty((0, 2))
    good, bad = known[known[:, 1] == 1, 0], known[known[:, 1] == 0, 0]
    if not len(good) or not len(bad):
        return {}
    steps = [*np.unique(known[:, 0]).tolist(), float("inf")]
    if len(steps) > 200:
        steps = [*np.quantile(known[:, 0], np.linspace(0, 1, 200)).tolist(), float("inf")]
    stands = [
        float(np.mean([row.measures[name] for row in rows if name in row.measures]))
        for name in ("refused_answerable", "refused_unanswerable")
        if any(name in row.measures for row in rows)
    ]
    return {
        "threshold": [t if np.isfinite(t) else None for t in steps],
        "refused_answerable": [float((good < t).mean()) for t in steps],
        "refused_unanswerable": [float((bad < t).mean()) for t in steps],
        "at": stands if len(stands) == 2 else None,
    }


def _reliability(rows: Sequence[Row]) -> dict[str, Any]:
    """Confidence of what was answered, against how often the answer stands in the quotes; never
    for an unanswerable question. Only of systems that score support: a cosine is no probability."""
    pairs = [
        (row.reply.confidence, row.measures.get("answer_in_quotes", 0.0))
        for row in rows
        if row.reply and not row.reply.refused and row.reply.confidence is not None
        and any(c.support is not None for c in row.reply.citations)
        and 0 <= row.reply.confidence <= 1
        and (row.case.unanswerable or "answer_in_quotes" in row.measures)
    ]  # fmt: skip
    if not pairs or max(p for p, _ in pairs) <= 0:
        return {}
    values = np.array(pairs, dtype=np.float64)
    cells = np.minimum((values[:, 0] * BINS).astype(int), BINS - 1)
    bins = [values[cells == b] for b in range(BINS) if (cells == b).any()]
    ends = [figure(mean, held[:, 1:]) for held in bins]
    gaps = [len(held) * abs(held[:, 0].mean() - held[:, 1].mean()) for held in bins]
    return {
        "predicted": [float(held[:, 0].mean()) for held in bins],
        "observed": [float(held[:, 1].mean()) for held in bins],
        "low": [f.low for f in ends if f],
        "high": [f.high for f in ends if f],
        "n": [len(held) for held in bins],
        "ece": float(sum(gaps) / len(values)),
        "of": "confidence that the articles answer, against the answer standing in the quotes",
    }
