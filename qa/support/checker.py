"""Checks whether quotes support a claim: a calibrated probability, and reasons against it.

    claim, quotes -> compare_claim (qa/support/features.py) -> logistic regression -> score
                  -> missing or contradicted facts -> reasons (each one alone means "no")

What it catches: numbers, units, dates, weekdays and names that the quotes lack (compared by
meaning: "$300 billion" is "300bn dollars", "EU" is "European Union", "Niger" is not "Nigeria");
another person's first name; and, at words both sides share, negation, "may" told as "will", "some"
told as "all", common antonyms (rose/fell, before/after), exchanged roles ("A sued B"), exchanged
speakers and numbers that count something else.
What it cannot: a word changed into one that is no listed antonym and no name ("cliff" for
"building", "recalls" for "sells"); contradictions in wholly other words; honest paraphrases that
share few words (it says no); roles exchanged across clauses or between pronouns; speakers named by
"he" or "she"; relative days ("last month"); sums, differences and ages that would have to be
computed; irony; whether a general statement follows from examples. Knows nothing about models.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa.support.features import compare_claim

FEATURE_WEIGHTS: Mapping[str, float] = {
    "bias": -1.29, "coverage": 2.12, "full_coverage": 1.42, "missing": -0.79, "contradicted": -2.18,
}  # fmt: skip
"""Logistic regression on the fit halves of SummEdits news and AttributionBench, each weighing the
same, and claims paired with other texts (`python -m tests.benchmarks.support DATA --fit`,
2026-11-22). The features are described in ``features.Comparison``."""

SUPPORT_THRESHOLD = 0.44
"""Score from which a claim without reasons against it is supported: best balanced accuracy on the
fit halves, .678 and .651 (2026-11-22). Held-out figures: docs/support-checker.md."""


@dataclass(frozen=True, slots=True)
class Support:
    """How well quotes support a claim: the probability, 0 to 1, and what speaks against it."""

    score: float
    reasons: tuple[str, ...] = ()

    @property
    def supported(self) -> bool:
        """Whether the claim may be shown as supported: nothing speaks against it."""
        return not self.reasons


def check_support(sentence: str, quotes: Sequence[str], context: str = "") -> Support:
    """Compare a sentence with the quotes behind it; about a millisecond for a few short quotes.

    ``context`` is what the reader sees beside the quotes (title, outlet, date): it may explain a
    name or a date, but not the words of the claim.
    """
    found = compare_claim(sentence, quotes, context)
    score = support_probability(found.features)
    reasons = [*found.missing, *found.contradicted]
    if score < SUPPORT_THRESHOLD and not reasons:
        reasons.append(f"only {found.literal_coverage:.0%} of its words are in the quotes")
    if reasons:
        score = min(score, SUPPORT_THRESHOLD - 0.01)
    return Support(score, tuple(reasons))


def support_probability(features: Mapping[str, float]) -> float:
    """Return the logistic function of the weighted features."""
    terms = (weight * features.get(name, 0.0) for name, weight in FEATURE_WEIGHTS.items())
    return 1.0 / (1.0 + math.exp(-FEATURE_WEIGHTS["bias"] - sum(terms)))
