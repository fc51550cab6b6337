"""Fits a conditional logit: weights that rank the right candidates of each question first.

The softmax over a question's candidates gives the right ones as much probability as possible, with
an L2 penalty on standardised weights (McFadden, 1974; the listwise loss of ListNet).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

PENALTY = 0.1
"""Out-of-fold figures of ranking change by less than .003 from .05 to .15 (2026-11-23)."""

Table = NDArray[np.float64]
Right = NDArray[np.bool_]


def logit(
    asked: Sequence[tuple[Table, Right]], names: Sequence[str], penalty: float = PENALTY
) -> dict[str, float]:
    """Weights by name, from tables of shape (candidates, names); questions with no right candidate
    teach nothing."""
    spread = np.concatenate([table for table, _ in asked]).std(axis=0) + 1e-9
    pairs = [(table / spread, right) for table, right in asked if right.any()]

    def loss(w: Table) -> tuple[float, Table]:
        total, slope = 0.0, np.zeros_like(w)
        for table, right in pairs:
            scores = table @ w
            p = np.exp(scores - scores.max())
            p /= p.sum()
            mass = p[right].sum() + 1e-12
            total -= np.log(mass)
            slope -= table.T @ (np.where(right, p / mass, 0.0) - p)
        size = len(pairs)
        return total / size + penalty * float(w @ w), slope / size + 2 * penalty * w

    best = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B").x
    return dict(zip(names, (best / spread).tolist(), strict=True))
