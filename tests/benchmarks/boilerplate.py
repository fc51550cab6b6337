"""Measures how precisely page furniture is recognised, and how much of it (qa/reading/boilerplate).

    python -m tests.benchmarks.boilerplate DATA               counts, figures, time
    python -m tests.benchmarks.boilerplate DATA --show 40     also lists sentences to be labelled

Counted are the sentences of the RealTime QA articles in odd rows of ``mini_corpus.jsonl`` (the
rules were written looking at the even ones) and of ``basil_articles.jsonl``, each text once.
``tests/labels/boilerplate.jsonl`` holds, by digest, what a reader called each of a sample drawn
with a fixed seed: ``report``, ``furniture``, or ``link``, the headline of something else behind a
label. A sentence that the rules now flag and nobody has labelled is listed as such.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ingest.records import Article, digest
from ingest.segmentation import sentence_spans
from qa.evaluate.metrics.confidence_intervals import estimate, mean
from qa.reading.boilerplate import is_boilerplate
from tests.benchmarks.realtimeqa import rows

LABELS = Path(__file__).parent.parent / "labels" / "boilerplate.jsonl"
SAMPLE, SEED = 300, 20_261_127
MAX_WORDS_OF_SHORT = 7
"""Words of the unflagged sentences that are sampled: missed furniture is nearly always short."""


def held_out(data: Path) -> Iterator[Article]:
    """The articles whose sentences no rule was written for."""
    corpus = rows(data / "realtimeqa_mini" / "mini_corpus.jsonl")[1::2]
    for row in (*corpus, *rows(data / "outlets" / "basil_articles.jsonl")):
        yield Article(
            row["text"],
            title=row["title"] or "",
            url=row["url"],
            publisher=row.get("publisher"),
            authors=tuple(row.get("authors") or ()),
        )


def judged(data: Path) -> tuple[dict[str, bool], float]:
    """Whether each sentence is flagged anywhere, and the microseconds that one sentence takes."""
    flagged: dict[str, bool] = {}
    seconds, count = 0.0, 0
    for article in held_out(data):
        spans = sentence_spans(article.text)
        started = time.perf_counter()
        found = [is_boilerplate(article.text[a:b], article, a) for a, b in spans]
        seconds += time.perf_counter() - started
        count += len(spans)
        for (a, b), flag in zip(spans, found, strict=True):
            text = article.text[a:b]
            flagged[text] = flagged.get(text, False) or flag
    return flagged, seconds / count * 1e6


def sample(flagged: dict[str, bool]) -> tuple[list[str], list[str]]:
    """Flagged sentences and short unflagged ones, drawn with a fixed seed."""
    yes = sorted(text for text, flag in flagged.items() if flag)
    no = sorted(
        text
        for text, flag in flagged.items()
        if not flag and len(text.split()) <= MAX_WORDS_OF_SHORT
    )
    draw = random.Random(SEED)
    return draw.sample(yes, SAMPLE), draw.sample(no, SAMPLE)


def show(name: str, values: list[bool]) -> None:
    found = estimate(mean, np.array(values, dtype=float)[:, None])
    if found:
        print(f"| {name} | {found.value:.3f} ({found.low:.3f}-{found.high:.3f}) | {found.n} |")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder with realtimeqa_mini and outlets")
    parser.add_argument("--show", type=int, default=0, help="how many of each sample to list")
    given = parser.parse_args()
    flagged, microseconds = judged(given.data)
    labels = {row["sentence"]: row["is"] for row in rows(LABELS)}
    yes = [text for text, flag in flagged.items() if flag]
    print(f"{len(flagged)} sentences, {len(yes)} flagged, {microseconds:.1f} microseconds each\n")
    for text in (t for drawn in sample(flagged) for t in drawn[: given.show]):
        print(f"{labels.get(digest(text), 'unlabelled'):10} {text!r}")
    known = {text: labels[digest(text)] for text in flagged if digest(text) in labels}
    called = [label for text, label in known.items() if flagged[text]]
    missed = [label == "furniture" for text, label in known.items() if not flagged[text]]
    print("| of the labelled sentences | share | n |\n|---|---|---|")
    show("flagged: furniture or a link", [label != "report" for label in called])
    show("flagged: a link's headline", [label == "link" for label in called])
    show("short and not flagged: furniture", missed)


if __name__ == "__main__":
    main()
