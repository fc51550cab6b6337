"""Compares the support checker with simpler checks on news summaries and attributed claims.

    python -m tests.benchmarks.support DATA/support_dev [--fit]

Both sets are cut in halves by document (summaries) or by question and reference (claims), so that
neither is in both. Thresholds and weights come from the first half, every figure printed from the
second: AUROC, and balanced accuracy with 95 % bootstrap intervals. ``--fit`` prints the weights
that the first half gives for qa/support/checker.py. No paid service, no model but the packaged
embedder.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qa.evaluate.metrics.confidence_intervals import auroc as area_under_roc
from qa.language.sentence_tokens import parse_sentences
from qa.language.words import content_stems
from qa.support.checker import FEATURE_WEIGHTS, check_support
from qa.support.features import compare_claim, nearest_sentences
from tests.benchmarks.realtimeqa import rows

SUMMARIES, CLAIMS = "summedits_news_dev.jsonl", "attributionbench_dev.jsonl"
SEED = "support-2026"
RESAMPLES = 2_000
RIDGE = 0.3
STRANGERS = 0.3
"""Weight of claims with another pair's texts, each of the two sets being 1."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim, the texts it is said to rest on, and whether people found that it does."""

    sentence: str
    quotes: tuple[str, ...]
    supported: bool
    group: str
    kind: str


def summaries(folder: Path) -> list[Pair]:
    """News summaries, edited; the document is the group."""
    return [
        Pair(r["summary"], (r["doc"],), r["label"] == 1, r["doc"], "+".join(r["edit_types"]))
        for r in rows(folder / SUMMARIES)
    ]


def claims(folder: Path) -> list[Pair]:
    """Claims of answer engines with references; what shares a question or reference is a group."""
    found = rows(folder / CLAIMS)
    group: dict[str, str] = {}

    def root(key: str) -> str:
        while group.setdefault(key, key) != key:
            key = group[key]
        return key

    for r in found:
        for reference in r["references"]:
            group[root(reference)] = root("question " + r["question"])
    return [
        Pair(r["claim"], tuple(r["references"]), r["attribution_label"] == "attributable",
             root("question " + r["question"]), r["src_dataset"])
        for r in found
    ]  # fmt: skip


def halves(pairs: Sequence[Pair]) -> tuple[list[Pair], list[Pair]]:
    """Two halves without a common group: groups by the order of a hash, each to the smaller."""
    groups: dict[str, list[Pair]] = {}
    for pair in pairs:
        groups.setdefault(pair.group, []).append(pair)
    first: list[Pair] = []
    second: list[Pair] = []
    for key in sorted(groups, key=lambda g: hashlib.sha256((SEED + g).encode()).hexdigest()):
        (first if len(first) <= len(second) else second).extend(groups[key])
    return first, second


# -- measures -----------------------------------------------------------------------------------


def auroc(scores: Floats, truth: NDArray[np.bool_]) -> float:
    """Chance that a supported pair scores above an unsupported one, ties half."""
    return area_under_roc(np.column_stack([scores, truth]))


def balanced(said: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    """Mean of the shares found right among the supported and among the others."""
    return float((said[truth].mean() + (~said[~truth]).mean()) / 2)


def interval(said: NDArray[np.bool_], truth: NDArray[np.bool_]) -> tuple[float, float]:
    """95 % bootstrap interval of the balanced accuracy, supported and others resampled apart."""
    draw = np.random.default_rng(0)
    yes, no = said[truth].astype(float), (~said[~truth]).astype(float)
    means = (draw.choice(yes, (RESAMPLES, len(yes))).mean(1)
             + draw.choice(no, (RESAMPLES, len(no))).mean(1)) / 2  # fmt: skip
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def best_threshold(scores: Floats, truth: NDArray[np.bool_]) -> float:
    """The score from which on calling a pair supported is right most often, balanced."""
    return float(max(np.unique(scores), key=lambda t: balanced(scores >= t, truth)))


def calibration(
    scores: Floats, truth: NDArray[np.bool_], bins: int = 10
) -> list[tuple[int, float, float]]:
    """Reliability: (pairs, mean score, share supported) of ten equal ranges of the score."""
    place = np.minimum((scores * bins).astype(int), bins - 1)
    return [
        (int(here.sum()), float(scores[here].mean()), float(truth[here].mean()))
        for here in (place == b for b in range(bins)) if here.any()
    ]  # fmt: skip


def calibration_error(scores: Floats, truth: NDArray[np.bool_]) -> float:
    """Expected calibration error over ten equal ranges."""
    return sum(n * abs(mean - share) for n, mean, share in calibration(scores, truth)) / len(scores)


# -- fitting ------------------------------------------------------------------------------------


def strangers(pairs: Sequence[Pair]) -> list[Pair]:
    """Every third claim with the texts of another group: what is about something else must score
    near zero, and neither set holds enough of it."""
    draw = np.random.default_rng(1)
    found = []
    for pair in pairs[::3]:
        others = [p for p in pairs if p.group != pair.group]
        other = others[int(draw.integers(len(others)))]
        found.append(Pair(pair.sentence, other.quotes, False, pair.group, "another text"))
    return found


def fit(sets: Sequence[tuple[float, Sequence[Pair]]]) -> dict[str, float]:
    """Logistic regression with a ridge by Newton's method; each set with its weight."""
    table, truth, weight = [], [], []
    names = [name for name in FEATURE_WEIGHTS if name != "bias"]
    for share, pairs in sets:
        for pair in pairs:
            features = compare_claim(pair.sentence, pair.quotes).features
            table.append([1.0, *(features[name] for name in names)])
            truth.append(float(pair.supported))
            weight.append(share / len(pairs))
    x, y, w = np.asarray(table), np.asarray(truth), np.asarray(weight)
    w *= len(y) / w.sum()
    beta = np.zeros(x.shape[1])
    ridge = np.diag([0.0, *[RIDGE] * len(names)])
    for _ in range(50):
        p = 1 / (1 + np.exp(-(x @ beta)))
        slope = x.T @ (w * (y - p)) - ridge @ beta
        curve = (x * (w * p * (1 - p))[:, None]).T @ x + ridge
        beta += np.linalg.solve(curve, slope)
    return dict(zip(["bias", *names], (round(float(b), 2) for b in beta), strict=True))


# -- what is compared -----------------------------------------------------------------------------


def word_overlap(pair: Pair) -> float:
    """Share of the claim's content stems in its texts."""
    own = set(content_stems(" ".join(pair.quotes)))
    wanted = content_stems(pair.sentence)
    return sum(s in own for s in wanted) / max(1, len(wanted))


def cosine(pair: Pair) -> float:
    """Cosine of the claim to the nearest sentence of its texts (by words), packaged embedder."""
    claims_, texts = (
        parse_sentences(pair.sentence),
        [s for q in pair.quotes for s in parse_sentences(q)],
    )
    if not claims_ or not texts:
        return 0.0
    found = [(claim, nearest_sentences(claim, texts) or texts[:1]) for claim in claims_]
    flat = [s.text for claim, near in found for s in (claim, *near)]
    from ingest.storage.minilm import shared_minilm  # heavy, and only this baseline needs it

    vectors = iter(shared_minilm().encode(flat))
    best = []
    for _, near in found:
        own = next(vectors)
        best.append(max(float(next(vectors) @ own) for _ in near))
    return float(np.mean(best))


def facts_alone(pair: Pair) -> float:
    """1 when no number, date or name of the claim is missing from its texts, else 0."""
    return float(not compare_claim(pair.sentence, pair.quotes).missing)


def score(pair: Pair) -> float:
    """The checker's probability."""
    return check_support(pair.sentence, pair.quotes).score


METHODS: dict[str, Callable[[Pair], float]] = {
    "word overlap": word_overlap,
    "embedding cosine": cosine,
    "numbers, dates and names alone": facts_alone,
    "this checker, score": score,
}


@dataclass(frozen=True, slots=True)
class Result:
    """One method on the held-out half of one set."""

    auroc: float
    balanced: float
    low: float
    high: float


def judge(said: NDArray[np.bool_], scores: Floats, truth: NDArray[np.bool_]) -> Result:
    """Figures of decisions and of the scores behind them."""
    return Result(auroc(scores, truth), balanced(said, truth), *interval(said, truth))


def measure(
    first: Sequence[Pair], second: Sequence[Pair], method: Callable[[Pair], float]
) -> Result:
    """A method whose threshold is chosen on the first half, on the second."""
    seen = np.array([method(p) for p in first])
    threshold = best_threshold(seen, np.array([p.supported for p in first]))
    scores = np.array([method(p) for p in second])
    return judge(scores >= threshold, scores, np.array([p.supported for p in second]))


def shipped(pairs: Sequence[Pair]) -> tuple[Result, float, float]:
    """The decision ``supported`` as it is used, with its precision and recall."""
    found = [check_support(p.sentence, p.quotes) for p in pairs]
    said, truth = np.array([s.supported for s in found]), np.array([p.supported for p in pairs])
    result = judge(said, np.array([s.score for s in found]), truth)
    return result, float(truth[said].mean()), float(said[truth].mean())


def row(name: str, r: Result, extra: str = "| |") -> str:
    """A line of the table."""
    return f"| {name} | {r.auroc:.3f} | {r.balanced:.3f} ({r.low:.3f} to {r.high:.3f}) {extra}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path, help="folder with the two sets")
    parser.add_argument("--fit", action="store_true", help="fit the weights and print them")
    options = parser.parse_args()
    sets = {
        "summedits_news_dev": summaries(options.data),
        "attributionbench_dev": claims(options.data),
    }
    cut = {name: halves(pairs) for name, pairs in sets.items()}
    if options.fit:
        firsts = [first for first, _ in cut.values()]
        apart = strangers([p for first in firsts for p in first])
        print(fit([*((1.0, first) for first in firsts), (STRANGERS, apart)]))
        return
    for name, (first, second) in cut.items():
        truth = np.array([p.supported for p in second])
        print(f"\n{name}: {len(second)} pairs, {truth.mean():.0%} supported\n")
        print("| | AUROC | balanced accuracy (95 %) | precision | recall |\n|---|---|---|---|---|")
        for label, method in METHODS.items():
            print(row(label, measure(first, second, method), "| | |"))
        result, precision, recall = shipped(second)
        print(row("**this checker, supported**", result, f"| {precision:.3f} | {recall:.3f} |"))
    second = [p for _, half in cut.values() for p in half]
    print_calibration(cut)
    apart = strangers(second)
    said = np.mean([check_support(p.sentence, p.quotes).supported for p in apart])
    print(f"\n{len(apart)} claims with another pair's texts: {said:.3f} called supported")
    print_kinds([p for p in cut["summedits_news_dev"][1] if not p.supported])


def print_calibration(cut: dict[str, tuple[list[Pair], list[Pair]]]) -> None:
    """Reliability of the score on the held-out halves."""
    scores = {n: np.array([score(p) for p in second]) for n, (_, second) in cut.items()}
    truth = {n: np.array([p.supported for p in second]) for n, (_, second) in cut.items()}
    for name in cut:
        error = calibration_error(scores[name], truth[name])
        print(f"\n{name}: expected calibration error {error:.3f}")
    together = np.concatenate([*scores.values()]), np.concatenate([*truth.values()])
    print(f"both: expected calibration error {calibration_error(*together):.3f}\n")
    print("| score | pairs | mean score | supported |\n|---|---|---|---|")
    for count, mean, share in calibration(*together):
        low = int(mean * 10) / 10
        print(f"| {low:.1f} to {low + 0.1:.1f} | {count} | {mean:.2f} | {share:.2f} |")


def print_kinds(edited: Sequence[Pair]) -> None:
    """Share of the wrong summaries that are caught, by what was edited."""
    print("\n| edit | pairs | caught |\n|---|---|---|")
    for kind in ("entity_modification", "antonym_swap", "negation_insertion_removal",
                 "hallucinated_fact_insertion"):  # fmt: skip
        those = [p for p in edited if kind in p.kind]
        caught = sum(not check_support(p.sentence, p.quotes).supported for p in those)
        print(f"| {kind.replace('_', ' ')} | {len(those)} | {caught / max(1, len(those)):.2f} |")


if __name__ == "__main__":
    main()
