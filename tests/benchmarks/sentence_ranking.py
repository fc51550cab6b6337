"""Fits and measures the ranking of sentences by whether they answer, with and without features.

    python -m tests.benchmarks.sentence_ranking DATA/realtimeqa_mini --library LIB

On the answerable RealTime QA development questions, asked on their day: how often the answer stands
in the first sentence and in one of the first three, for the ranking as it stands and out-of-fold
(five folds, three shuffles) for weights fitted anew, with all features and without each. A sentence
is right when it contains the answer, so a sentence that mentions it by chance counts as well.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.storage.embedder import PackagedEmbedding
from ingest.storage.library import Library
from qa.evaluate.metrics.answer_metrics import contains_any
from qa.questions.interpretation import Query
from qa.reading.evidence import Evidence
from qa.reading.sentence_ranking import RELEVANCE_WEIGHTS, rank_sentences
from qa.retrieval.retriever import HybridRetriever
from tests.benchmarks.conditional_logit import logit
from tests.benchmarks.realtimeqa import QUESTIONS, fill, rows
from tests.benchmarks.retrieval import FOLDS, SHUFFLES


@dataclass(frozen=True)
class Read:
    """A question's sentences and which of them hold the answer."""

    sentences: list[Evidence]
    right: NDArray[np.bool_]

    def table(self, names: Sequence[str]) -> NDArray[np.float64]:
        return np.array([[e.features.get(name, 0.0) for name in names] for e in self.sentences])


def collect(library: Library, data: Path) -> list[Read]:
    """Every question with its sentences."""
    retriever = HybridRetriever(library)
    found = []
    for row in rows(data / QUESTIONS):
        when = date.fromisoformat(row["date"].replace("/", "-"))
        question = retriever.interpret(Query(row["question"], asked_at=when))
        hits = retriever.search(question)
        rated = rank_sentences(question, hits, library)
        right = np.array([contains_any(e.text, row["answer"]) for e in rated], dtype=bool)
        found.append(Read(rated, right))
    return found


def score(asked: Sequence[Read], weights: dict[str, float]) -> list[tuple[bool, bool]]:
    """Whether the first sentence, and one of the first three, holds the answer."""
    values = np.array(list(weights.values()))
    out = []
    for one in asked:
        order = np.argsort(-(one.table(list(weights)) @ values), kind="stable")
        out.append((bool(one.right[order[:1]].any()), bool(one.right[order[:3]].any())))
    return out


def show(name: str, outcomes: Sequence[tuple[bool, bool]]) -> None:
    first, three = np.mean(np.array(outcomes), axis=0)
    print(f"| {name} | {first:.3f} | {three:.3f} |", flush=True)


def out_of_fold(asked: Sequence[Read], names: Sequence[str]) -> list[tuple[bool, bool]]:
    outcomes = []
    for seed in range(SHUFFLES):
        fold = np.random.default_rng(seed).permutation(len(asked)) % FOLDS
        for held in range(FOLDS):
            rest = [a for a, f in zip(asked, fold, strict=True) if f != held]
            weights = logit([(a.table(names), a.right) for a in rest], names)
            outcomes += score([a for a, f in zip(asked, fold, strict=True) if f == held], weights)
    return outcomes


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder with mini_corpus and mini_questions")
    parser.add_argument("--library", type=Path, required=True, help="filled when it is empty")
    given = parser.parse_args()
    library = Library(given.library, embedder=PackagedEmbedding())
    fill(library, given.data)
    names = list(RELEVANCE_WEIGHTS)
    asked = collect(library, given.data)
    reachable = np.mean([one.right.any() for one in asked])
    print(f"{len(asked)} questions; the answer stands in a sentence read for {reachable:.3f}")
    print("| ranking of sentences | in the first | in the first three |\n|---|---|---|")
    show("**as it stands**", score(asked, dict(RELEVANCE_WEIGHTS)))
    show("fitted, out-of-fold", out_of_fold(asked, names))
    for name in names:
        show(f"without {name}, out-of-fold", out_of_fold(asked, [n for n in names if n != name]))
    weights = logit([(a.table(names), a.right) for a in asked], names)
    print("\nfitted on all:", {n: round(value, 2) for n, value in weights.items()})


if __name__ == "__main__":
    main()
