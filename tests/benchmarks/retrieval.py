"""Retrieval on the RealTime QA development corpus: one table, with and without ``asked_at``.

    python -m tests.benchmarks.retrieval DATA/realtimeqa_mini --home FOLDER

The library is made in FOLDER at the first run (minutes) and used again.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from ingest.embed import PackagedEmbedding
from ingest.library import Library
from tests.benchmarks.realtimeqa import QUESTIONS, fill, rank, rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path, help="folder with mini_corpus.jsonl")
    parser.add_argument("--home", type=Path, required=True, help="folder of the library")
    options = parser.parse_args()
    library = Library(options.home, embedder=PackagedEmbedding())
    fill(library, options.data)
    gold = [q for q in rows(options.data / QUESTIONS) if q["gold_article_ids"]]
    print(
        f"{'':12} {'n':>4} {'hit@1':>6} {'hit@5':>6} {'hit@10':>6} {'MRR':>6} {'ms/question':>12}"
    )
    for dated in (True, False):
        started = time.perf_counter()
        result = rank(library, gold, dated=dated)
        spent = 1000 * (time.perf_counter() - started) / len(gold)
        name = "asked_at" if dated else "no asked_at"
        print(
            f"{name:12} {result.questions:4} {result.hit_1:6.3f} {result.hit_5:6.3f} "
            f"{result.hit_10:6.3f} {result.mrr:6.3f} {spent:12.0f}"
        )


if __name__ == "__main__":
    main()
