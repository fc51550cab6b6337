"""Measures how the time, memory and disk of ingestion grow from a thousand passages to many.

    python -m tests.benchmarks.ingestion_growth [--lines 1000 10000 100000] [--without-chroma]

Each size runs in a process of its own on a JSONL file of invented words, one passage a line. The
embedder is a fake that draws 384 numbers from a hash of the text, so what is measured is everything
but the model: reading, deciding, looking for copies, catalogue, Chroma and the lexical index.
Chroma holds its index in memory, which must grow with it; ``--without-chroma`` drops the vectors,
so that the peak shows whether anything else does.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding

WORDS = 110
VOCABULARY = 30_000
DIMENSION = 384


class DrawnEmbedding(BaseEmbedding):
    """Vectors drawn by a hash of the text."""

    model_name: str = "drawn"

    def _vector(self, text: str) -> list[float]:
        drawn = np.random.default_rng(crc32(text.encode())).standard_normal(DIMENSION)
        return drawn.astype(np.float32).tolist()  # type: ignore[no-any-return]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._vector(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._vector(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._vector(text)


def write_lines(path: Path, lines: int) -> None:
    """Articles of words that do not exist, with a common few and a rare many."""
    dice = np.random.default_rng(lines)
    with path.open("w", encoding="utf-8") as file:
        for number in range(lines):
            drawn = (dice.pareto(0.6, WORDS) * 20).astype(np.int64) % VOCABULARY
            words = [f"w{word:x}" for word in drawn]
            text = " ".join(words[: WORDS // 2]) + ".\n\n" + " ".join(words[WORDS // 2 :]) + "."
            row = {"title": f"Line {number}", "text": text, "publisher": f"Outlet {number % 50}",
                   "url": f"https://example.org/{number}", "date": "2025-03-01"}  # fmt: skip
            file.write(json.dumps(row) + "\n")


class NoVectors:
    """Takes vectors and keeps none."""

    def __init__(self) -> None:
        self._stored = 0

    def upsert(self, rows: Sequence[Any], _vectors: Any) -> None:
        self._stored += len(rows)

    def count(self) -> int:
        return self._stored


def _child(lines: int, chroma: bool) -> None:
    from ingest.pipeline import ingest
    from ingest.storage.library import Library

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        source = Path(folder) / "lines.jsonl"
        write_lines(source, lines)
        library = Library(Path(folder) / "home", embedder=DrawnEmbedding(embed_batch_size=256))
        if not chroma:
            library.__dict__["vectors"] = NoVectors()
        before, spent = time.perf_counter(), time.process_time()
        report = ingest([source], library)
        seconds, spent = time.perf_counter() - before, time.process_time() - spent
        disk = sum(f.stat().st_size for f in library.home.rglob("*") if f.is_file())
        asked = time.perf_counter()
        for number in range(20):
            if chroma:
                library.dense_search(f"w{number:x}", 60)
            library.lexical_search(f"w{number:x} w{number * 7:x}", 60)
        asked = (time.perf_counter() - asked) / 20
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"passages": report.passages, "seconds": seconds, "cpu": spent,
                      "peak": peak, "disk": disk / 1e6, "search": asked * 1000,
                      "counts": report.counts}))  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--lines", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--without-chroma", action="store_true", help="keep no vectors")
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        _child(options.child, not options.without_chroma)
        return
    print(f"{'lines':>9} {'passages':>9} {'per second':>11} {'CPU ms each':>12} {'peak MB':>8} "
          f"{'disk MB':>8} {'search ms':>10}", flush=True)  # fmt: skip
    for lines in options.lines:
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.ingestion_growth", "--child", str(lines),
             *(["--without-chroma"] if options.without_chroma else [])],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        found = json.loads(done.stdout.splitlines()[-1])
        passages = found["passages"]
        print(f"{lines:9} {passages:9} {passages / found['seconds']:11.0f} "
              f"{found['cpu'] * 1000 / passages:12.2f} {found['peak']:8.0f} {found['disk']:8.0f} "
              f"{found['search']:10.1f}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
