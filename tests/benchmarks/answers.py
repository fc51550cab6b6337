"""Quoting mode on the RealTime QA development questions: answers found and honest refusals.

    python -m tests.benchmarks.answers DATA/realtimeqa_mini --home FOLDER [--every N]

An answer is found when its words, lower-cased and without quotation marks, dollar signs, commas
and full stops, stand in a quote. Relevance labels are incomplete and some answers are worded
differently in the articles, so the shares are lower bounds. Prints one table.
"""

from __future__ import annotations

import argparse
import re
import statistics
import time
from pathlib import Path
from typing import Any

from ingest.embed import PackagedEmbedding
from ingest.library import Library
from qa import Answer, Assistant, Settings
from tests.benchmarks.realtimeqa import QUESTIONS, UNANSWERABLE, fill, rows


def plain(text: str) -> str:
    """Text as it is compared."""
    return " ".join(re.sub(r"[“”\"'’.,$]", "", text.lower()).split())


def holds(answer: Answer, accepted: list[str], quotes: int) -> bool:
    """Whether one of the first ``quotes`` citations contains an accepted answer."""
    texts = [f" {plain(citation.quote)} " for citation in answer.citations[:quotes]]
    return any(f" {plain(word)}" in text for word in accepted for text in texts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path, help="folder with mini_corpus.jsonl")
    parser.add_argument("--home", type=Path, required=True, help="folder of the library")
    parser.add_argument("--every", type=int, default=1, help="ask every N-th question only [1]")
    options = parser.parse_args()
    library = Library(options.home, embedder=PackagedEmbedding())
    fill(library, options.data)
    assistant = Assistant(Settings(model="none"), library=library)

    def ask(question: dict[str, Any]) -> Answer:
        return assistant.ask(question["question"], asked_at=question["date"])

    ask({"question": "Is it warm?", "date": "2022-12-30"})
    answerable = rows(options.data / QUESTIONS)[:: options.every]
    started = time.perf_counter()
    answers = [(q, ask(q)) for q in answerable]
    spent = time.perf_counter() - started
    refused = [ask(q).status for q in rows(options.data / UNANSWERABLE)[:: options.every]]
    total = len(answers)
    quotes = statistics.mean(len(answer.citations) for _, answer in answers)
    shares = {
        "answer in the first quote": sum(holds(a, q["answer"], 1) for q, a in answers) / total,
        "answer in any quote": sum(holds(a, q["answer"], 9) for q, a in answers) / total,
        "refused": sum(a.status == "not_found" for _, a in answers) / total,
    }
    print(f"{total} answerable questions, {spent / total:.2f} s and {quotes:.2f} quotes each")
    for name, share in shares.items():
        print(f"  {name:26} {share:.3f}")
    print(f"{len(refused)} unanswerable questions")
    print(f"  {'refused':26} {refused.count('not_found') / len(refused):.3f}")


if __name__ == "__main__":
    main()
