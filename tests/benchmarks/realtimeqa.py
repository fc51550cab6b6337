"""RealTime QA's development files as this project's tests and benchmarks read them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.dates import parse_date
from ingest.extract import canonical
from ingest.library import Library
from ingest.pipeline import OnOutcome, ingest
from qa.interpret import interpret
from qa.retrieve import HybridRetriever

CORPUS, QUESTIONS, UNANSWERABLE = (
    f"mini_{name}.jsonl" for name in ("corpus", "questions", "unanswerable")
)


def rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Retrieval over questions with editor-linked articles: shares and a mean, 0 to 1."""

    questions: int
    hit_1: float
    hit_5: float
    hit_10: float
    mrr: float


def fill(library: Library, folder: Path, on_outcome: OnOutcome | None = None) -> None:
    """Ingest the corpus unless it is there."""
    if not library.catalogue.counts()["articles"]:
        watch = {"on_outcome": on_outcome} if on_outcome else {}
        ingest([folder / CORPUS], library, **watch)


def rank(library: Library, questions: Sequence[dict[str, Any]], *, dated: bool) -> Ranking:
    """Rank of the first editor-linked article among the articles of the passages retrieved."""
    retriever = HybridRetriever(library)
    ranks = [_first_gold(retriever, q, dated=dated) for q in questions]
    total = len(ranks)
    return Ranking(
        total,
        *(sum(r is not None and r <= k for r in ranks) / total for k in (1, 5, 10)),
        sum(1 / r for r in ranks if r) / total,
    )


def _first_gold(retriever: HybridRetriever, question: dict[str, Any], *, dated: bool) -> int | None:
    asked = parse_date(question["date"]) if dated else None
    hits = retriever.search(interpret(question["question"], asked_at=asked), limit=60)
    found = list(dict.fromkeys(hit.article.canonical_url for hit in hits))
    gold = {canonical(f"https://{key}") for key in question["gold_article_ids"]}
    return next((i for i, url in enumerate(found, 1) if url in gold), None)
