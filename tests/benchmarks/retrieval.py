"""Fits the weights of the retrieval ranking, and measures what each of its features is worth.

    python -m tests.benchmarks.retrieval DATA/realtimeqa_mini --library LIB

On the questions with an editor-linked article, asked on their day: hit@1, hit@5, hit@10 and MRR of
articles, for plain rankings, for the ranking as it stands, and out-of-fold (five folds, three
shuffles) for weights fitted anew: with all features and without each. Then the ranking without the
day of asking, and on all questions that have any relevant article (silver labels, which favour
words). Last, weights fitted on all.

The weights are those of a conditional logit (tests/benchmarks/conditional_logit.py).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.storage.embedder import PackagedEmbedding
from ingest.storage.library import Library
from qa.evaluate.systems.article_keys import article_keys, key_of
from qa.questions.interpretation import Query
from qa.retrieval.ranking import RANKING_WEIGHTS, Hit, rank
from qa.retrieval.retriever import HybridRetriever
from tests.benchmarks.conditional_logit import logit
from tests.benchmarks.realtimeqa import QUESTIONS, fill, rows

FOLDS, SHUFFLES = 5, 3
RANK_CONSTANT = 60
"""Reciprocal rank fusion's usual constant (Cormack and others, 2009)."""

Scores = NDArray[np.float64]
Right = NDArray[np.bool_]


@dataclass(frozen=True)
class Asked:
    """A question's candidates, and which of them belong to a right article."""

    hits: list[Hit]
    gold: Right
    relevant: Right

    def table(self, names: Sequence[str]) -> NDArray[np.float64]:
        """Features of shape (candidates, names)."""
        rows = [[hit.features.get(name, 0.0) for name in names] for hit in self.hits]
        return np.array(rows).reshape(len(rows), len(names))

    def place(self, scores: Scores, right: Right) -> float:
        """The place of the first right article, infinite if there is none; articles count once."""
        seen: dict[str, None] = {}
        for index in np.argsort(-scores, kind="stable"):
            seen[key_of(self.hits[index].article)] = None
            if right[index]:
                return float(len(seen))
        return float("inf")


def collect(library: Library, data: Path, *, dated: bool) -> tuple[list[Asked], list[Asked]]:
    """Questions with an editor-linked article, and all with a relevant one."""
    retriever = HybridRetriever(library)
    labelled = rows(data / QUESTIONS)
    ids = [i for row in labelled for i in (*row["gold_article_ids"], *row["relevant_article_ids"])]
    keys = article_keys(library, ids)
    gold, relevant = [], []
    for row in labelled:
        when = date.fromisoformat(row["date"].replace("/", "-")) if dated else None
        question = retriever.interpret(Query(row["question"], asked_at=when))
        found = retriever.candidates(question)
        facts = library.facts()
        hits = rank(found, question, facts.newest, library.idf, max_compared=len(found))
        right = {
            name: np.array([
                key_of(hit.article) in {keys.get(i, i) for i in row[f"{name}_article_ids"]}
                for hit in hits
            ])
            for name in ("gold", "relevant")
        }  # fmt: skip
        one = Asked(hits, right["gold"], right["relevant"])
        if row["gold_article_ids"]:
            gold.append(one)
        if row["relevant_article_ids"]:
            relevant.append(one)
    return gold, relevant


def show(name: str, places: Sequence[float]) -> None:
    found = np.array(places)
    hits = " ".join(f"{np.mean(found <= k):.3f}" for k in (1, 5, 10))
    print(f"| {name} | {hits.replace(' ', ' | ')} | {np.mean(1 / found):.3f} |", flush=True)


def weighed(asked: Asked, weights: Mapping[str, float]) -> Scores:
    return asked.table(list(weights)) @ np.array(list(weights.values()))


def reciprocal(asked: Asked, *names: str) -> Scores:
    """The sum of 1 / (60 + rank) over rankings by each feature."""
    total = np.zeros(len(asked.hits))
    for name in names:
        order = np.argsort(-asked.table([name])[:, 0], kind="stable")
        total[order] += 1 / (RANK_CONSTANT + 1 + np.arange(len(order)))
    return total


def fit(asked: Sequence[Asked], names: Sequence[str]) -> dict[str, float]:
    """Weights of a conditional logit over each question's candidates."""
    return logit([(one.table(names), one.gold) for one in asked], names)


def out_of_fold(asked: Sequence[Asked], names: Sequence[str]) -> list[float]:
    """Places of the linked articles when the weights come from the other folds."""
    places: list[float] = []
    for seed in range(SHUFFLES):
        fold = np.random.default_rng(seed).permutation(len(asked)) % FOLDS
        for held in range(FOLDS):
            weights = fit([a for a, f in zip(asked, fold, strict=True) if f != held], names)
            places += [
                a.place(weighed(a, weights), a.gold)
                for a, f in zip(asked, fold, strict=True)
                if f == held
            ]
    return places


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder with mini_corpus and mini_questions")
    parser.add_argument("--library", type=Path, required=True, help="filled when it is empty")
    given = parser.parse_args()
    library = Library(given.library, embedder=PackagedEmbedding())
    fill(library, given.data)
    gold, relevant = collect(library, given.data, dated=True)
    names = list(RANKING_WEIGHTS)
    plain: dict[str, Callable[[Asked], Scores]] = {
        "dense only": lambda a: a.table(["cosine"])[:, 0],
        "BM25 only": lambda a: a.table(["bm25"])[:, 0],
        "reciprocal rank fusion": lambda a: reciprocal(a, "cosine", "bm25"),
        "**as it stands**": lambda a: weighed(a, RANKING_WEIGHTS),
    }
    print(f"{len(gold)} questions with an editor-linked article, asked on their day")
    print("| ranking | hit@1 | hit@5 | hit@10 | MRR |\n|---|---|---|---|---|")
    for name, score in plain.items():
        show(name, [a.place(score(a), a.gold) for a in gold])
    show("fitted, out-of-fold", out_of_fold(gold, names))
    for name in names:
        show(f"without {name}, out-of-fold", out_of_fold(gold, [n for n in names if n != name]))
    fitted = fit(gold, names)
    undated, _ = collect(library, given.data, dated=False)
    for name, score in plain.items():
        show(f"no day of asking: {name}", [a.place(score(a), a.gold) for a in undated])
    for name, score in plain.items():
        show(f"silver labels: {name}", [a.place(score(a), a.relevant) for a in relevant])
    print("\nfitted on all:", {name: round(value, 2) for name, value in fitted.items()})


if __name__ == "__main__":
    main()
