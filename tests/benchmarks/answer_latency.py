"""Measures the latency of quoted answers next to llama-index's retriever on the same passages.

    python -m tests.benchmarks.answer_latency DATA/realtimeqa_mini --library LIB [--questions 100]
    python -m tests.benchmarks.answer_latency DATA/realtimeqa_mini --grown 100000

Prints p50 and p95 in milliseconds of ``ask()`` in quoting mode (no answer is asked for twice) and
of the plain retriever (a VectorStoreIndex over Chroma, five passages, no answer), in turns in one
process, and their ratio; then where the time goes, what the reader's matrix products alone take on
this machine, filters, and a question asked again. ``--grown``
makes a library of that many passages of invented words with drawn vectors first and asks that:
everything but the question's own embedding is then as with real articles.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np

from ingest.storage.catalogue.filters import Filters
from ingest.storage.embedder import PackagedEmbedding
from ingest.storage.library import Library
from qa import Assistant, Settings
from qa.reading.sentence_ranking import SENTENCES_READ_FIRST
from tests.benchmarks.realtimeqa import QUESTIONS, fill, rows


def timed(run: Callable[[], object]) -> float:
    before = time.perf_counter()
    run()
    return (time.perf_counter() - before) * 1_000


def show(name: str, times: Sequence[float]) -> None:
    low, high = np.percentile(times, [50, 95])
    print(f"{name:<44}{low:>9.1f}{high:>9.1f}", flush=True)


def grown(passages: int, home: Path) -> Library:
    """A library of invented articles of one passage each."""
    from ingest.pipeline import ingest
    from tests.benchmarks.ingestion_growth import DrawnEmbedding, write_lines

    source = home / "lines.jsonl"
    write_lines(source, passages)
    library = Library(home / "home", embedder=DrawnEmbedding(embed_batch_size=256))
    ingest([source], library)
    return library


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder with mini_corpus and mini_questions")
    parser.add_argument("--library", type=Path, help="filled when it is empty")
    parser.add_argument("--grown", type=int, help="invent a library of so many passages instead")
    parser.add_argument("--questions", type=int, default=100)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        if given.grown:
            library = grown(given.grown, Path(folder))
        else:
            library = Library(given.library, embedder=PackagedEmbedding())
            fill(library, given.data)
        measure(library, given)


def measure(library: Library, given: argparse.Namespace) -> None:
    from qa.evaluate.systems.llama_index_peers import dense_retrievers

    assistant = Assistant(Settings(model="none"), library=library)
    plain = None if given.grown else dense_retrievers(library)(5)
    asked = [
        (row["question"], date.fromisoformat(row["date"].replace("/", "-")))
        for row in rows(given.data / QUESTIONS)[: given.questions + 5]
    ]
    if given.grown:  # words the invented articles know
        asked = [(f"Where did w{n:x} meet w{n * 7:x} and w3?", date(2025, 3, 5))
                 for n in range(given.questions + 5)]  # fmt: skip
    ours: list[float] = []
    theirs: list[float] = []
    stages: dict[str, list[float]] = {}
    for question, day in asked[:5]:  # the first ones open what is opened once
        assistant.ask(question, asked_at=day)
    for question, day in asked[5:]:
        before = time.perf_counter()
        answer = assistant.ask(question, asked_at=day)
        ours.append((time.perf_counter() - before) * 1_000)
        for name, seconds in answer.timings.items():
            stages.setdefault(name, []).append(seconds * 1_000)
        if plain is not None:
            theirs.append(timed(partial(plain.retrieve, question)))
    print(f"{library.facts().passages:,} passages, {len(ours)} questions")
    print(f"{'':<44}{'p50 ms':>9}{'p95':>9}")
    show("ask(), quoting", ours)
    for name, times in stages.items():
        show(f"  until {name} is done", times)
    if theirs:
        show("llama-index retriever alone, five passages", theirs)
        ratio = np.median(ours) / np.median(theirs)
        print(f"an answer takes {ratio:.1f} x its retrieval")
    products = matrix_products()
    show(f"matrix products of {SENTENCES_READ_FIRST} sentences, numpy",
         [timed(products) for _ in ours])  # fmt: skip
    again = [timed(lambda q=q, d=d: assistant.ask(q, asked_at=d)) for q, d in asked[5:]]
    show("asked again", again)
    retriever = assistant.answer_engine.retriever
    filtered(library, retriever, asked)


TOKENS = 85 * SENTENCES_READ_FIRST
"""Of the sentences that are read first: mean length of the training labels' sequences (2026-11-28).
"""
WIDTH, LAYERS = 384, 6


def matrix_products() -> Callable[[], object]:
    """The products with the weights of a network of the reader's size, without attention: less
    work than reading, done by the library that does it fastest."""
    random = np.random.default_rng(0)
    hidden, narrow, wide = (
        random.random(shape, np.float32)
        for shape in ((TOKENS, WIDTH), (WIDTH, WIDTH), (WIDTH, 4 * WIDTH))
    )

    def multiply() -> None:
        for _ in range(LAYERS):
            for _ in ("query", "key", "value", "output"):
                hidden @ narrow
            (hidden @ wide) @ wide.T

    return multiply


def filtered(library: Library, retriever: object, asked: Sequence[tuple[str, date]]) -> None:
    """Retrieval within filters that let through all, half, and few."""
    from qa.questions.interpretation import Query
    from qa.retrieval.retriever import HybridRetriever

    assert isinstance(retriever, HybridRetriever)
    facts = library.facts()
    assert facts.oldest is not None
    assert facts.newest is not None
    outlets = facts.outlets
    wide = {
        "retrieval, no filter": Filters(),
        "  every publication day": Filters(first=facts.oldest),
        "  half of the outlets": Filters(outlets=outlets[: max(1, len(outlets) // 2)]),
        "  one outlet": Filters(outlets=outlets[-1:]),
        "  one day": Filters(first=facts.newest, last=facts.newest),
    }
    for name, filters in wide.items():
        times = []
        for question, day in asked[5:]:
            query = Query(f"{question} ", asked_at=day, filters=filters)
            times.append(timed(lambda q=query: retriever.search(retriever.interpret(q))))
        show(name, times)


if __name__ == "__main__":
    main()
