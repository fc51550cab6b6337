"""Does this quote support this sentence? A calibrated probability, and reasons in plain words.

    sentence, quotes -> compare (qa/support/features.py) -> logistic regression -> score
                     -> missing or contradicted facts -> reasons (each one alone means "no")

What it catches: numbers, units, dates, weekdays and names that the quotes lack (compared by
meaning: "$300 billion" is "300bn dollars", "EU" is "European Union", "Niger" is not "Nigeria");
first names of another; and, at words both sides share, denials, "may" told as "will", "some" told
as "all", common opposites (rose/fell, before/after), exchanged roles ("A sued B"), exchanged
speakers and figures that count something else.
What it cannot: a word changed into one that is no listed opposite and no name ("cliff" for
"building", "recalls" for "sells"); contradictions in wholly other words; honest paraphrases that
share few words (it says no); roles exchanged across clauses or between pronouns; speakers named by
"he" or "she"; relative days ("last month"); sums, differences and ages that would have to be
computed; irony; whether a general statement follows from examples. Knows nothing about models.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa.support.features import compare

WEIGHTS: Mapping[str, float] = {
    "bias": -1.29, "known": 2.12, "whole": 1.42, "missing": -0.79, "contradicted": -2.18,
}  # fmt: skip
"""Logistic regression on the fit halves of SummEdits news and AttributionBench, each weighing the
same, and claims paired with other texts (`python -m tests.benchmarks.support DATA --fit`,
2026-11-22). "known" is the share of the claim's words in the nearest quote sentences, to 0.8;
"whole" that all are there; "missing" and "contradicted" count facts, to 2."""

SUPPORTED_AT = 0.44
"""Best balanced accuracy of ``ok`` on the fit halves: .678 and .651 (2026-11-22). Held-out figures,
with precision and recall: docs/support-checker.md."""


@dataclass(frozen=True, slots=True)
class Support:
    """How well quotes support a sentence: the probability, 0 to 1, and what speaks against it."""

    score: float
    reasons: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether it may be shown as supported: nothing speaks against it."""
        return not self.reasons


def support(sentence: str, quotes: Sequence[str], context: str = "") -> Support:
    """Compare a sentence with the quotes behind it; about a millisecond for a few short quotes.

    ``context`` is what the reader sees beside the quotes (title, outlet, date): it may explain a
    name or a date, but not the words of the claim.
    """
    found = compare(sentence, quotes, context)
    score = probability(found.features)
    reasons = [*found.missing, *found.contradicted]
    if score < SUPPORTED_AT and not reasons:
        reasons.append(f"only {found.covered:.0%} of its words are in the quotes")
    if reasons:
        score = min(score, SUPPORTED_AT - 0.01)
    return Support(score, tuple(reasons))


def probability(features: Mapping[str, float]) -> float:
    """The logistic function of the weighted features."""
    logit = WEIGHTS["bias"] + sum(w * features.get(k, 0.0) for k, w in WEIGHTS.items())
    return 1.0 / (1.0 + math.exp(-logit))
