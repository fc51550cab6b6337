"""Computes the curves of a report: success at k, refusals by threshold, reliability.

Each curve is a mapping of equally long lists of plain numbers. Knows nothing about drawing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from qa.evaluate.metrics.aggregation import confidences
from qa.evaluate.metrics.confidence_intervals import estimate, mean
from qa.evaluate.records import Row

MAX_K = 20
"""Ranks of the success curve."""

MAX_THRESHOLDS = 200
"""Thresholds of the refusal curve; more confidences are thinned to as many quantiles."""

RELIABILITY_BINS = 10


def curves(rows: Sequence[Row], evidence: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What a report draws. ``evidence``: keys of the articles with evidence, by case id."""
    answered = [row for row in rows if row.reply is not None]
    found = {
        "success_at_k": _success_curve(answered, evidence),
        "refusing": _refusal_curve(answered),
        "reliability": _reliability_curve(answered),
    }
    return {name: curve for name, curve in found.items() if curve}


def _success_curve(
    rows: Sequence[Row], evidence: Mapping[str, Sequence[str]]
) -> dict[str, list[float]]:
    """Share of the questions with evidence among the first k articles, for each k."""
    ranks = []
    for row in rows:
        wanted = set(evidence.get(row.case.id, ()))
        if wanted and row.reply and not row.case.unanswerable:
            ranking = enumerate(row.reply.retrieved, 1)
            ranks.append(next((rank for rank, key in ranking if key in wanted), np.inf))
    if not ranks:
        return {}
    ks = range(1, MAX_K + 1)
    return {
        "k": [float(k) for k in ks],
        "share": [sum(rank <= k for rank in ranks) / len(ranks) for k in ks],
    }


def _refusal_curve(rows: Sequence[Row]) -> dict[str, Any]:
    """Refused shares of both halves for every threshold on the confidence, and ``at``, where the
    system itself stands; empty without both halves or without confidences."""
    known = confidences(rows) if rows else np.empty((0, 2))
    known = known[~np.isnan(known[:, 0])]
    answerable, unanswerable = known[known[:, 1] == 1, 0], known[known[:, 1] == 0, 0]
    if not len(answerable) or not len(unanswerable):
        return {}
    steps = np.unique(known[:, 0])
    if len(steps) >= MAX_THRESHOLDS:
        steps = np.quantile(known[:, 0], np.linspace(0, 1, MAX_THRESHOLDS))
    thresholds = [*steps.tolist(), float("inf")]
    names = ("refused_answerable", "refused_unanswerable")
    refused = [[row.measures[name] for row in rows if name in row.measures] for name in names]
    return {
        "threshold": [t if np.isfinite(t) else None for t in thresholds],
        "refused_answerable": [float((answerable < t).mean()) for t in thresholds],
        "refused_unanswerable": [float((unanswerable < t).mean()) for t in thresholds],
        "at": [float(np.mean(shares)) for shares in refused] if all(refused) else None,
    }


def _reliability_curve(rows: Sequence[Row]) -> dict[str, Any]:
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
    if not pairs or max(confidence for confidence, _ in pairs) <= 0:
        return {}
    values = np.array(pairs, dtype=np.float64)
    numbers = np.minimum((values[:, 0] * RELIABILITY_BINS).astype(int), RELIABILITY_BINS - 1)
    bins = [values[numbers == b] for b in np.unique(numbers)]
    observed = [estimate(mean, held[:, 1:]) for held in bins]
    gaps = [len(held) * abs(held[:, 0].mean() - held[:, 1].mean()) for held in bins]
    return {
        "predicted": [float(held[:, 0].mean()) for held in bins],
        "observed": [float(held[:, 1].mean()) for held in bins],
        "low": [e.low for e in observed if e],
        "high": [e.high for e in observed if e],
        "n": [len(held) for held in bins],
        "ece": float(sum(gaps) / len(values)),
        "of": "confidence that the articles answer, against the answer standing in the quotes",
    }
