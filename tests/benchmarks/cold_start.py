"""Measures how long `citewire ask` takes as a whole process, also against another tree of the code.

    python -m tests.benchmarks.cold_start [--runs 7] [--other FOLDER] [--entry qa.cli.main]

Puts the samples into a library of its own for each tree and asks one question in quoting mode, in
turns. Prints minimum, median and maximum of the clock, of the processor's time and of peak memory,
and the ratio of the medians. ``--other`` is another checkout, ``--entry`` the module of its
command line; both run on this interpreter.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parents[2]
QUESTION = "How many people died when the Corran Star sank?"

UNITS = ("s", "s of processor", "MiB")
Measured = tuple[float, float, float]
"""Seconds, seconds of processor time, MiB at the peak."""


def run(tree: Path, entry: str, home: Path, *words: str) -> Measured:
    """One command of a tree. Raises CalledProcessError."""
    code = f"from {entry} import app; app()"
    ours = ("CITEWIRE_", "OPENAI_")
    environment = {name: v for name, v in os.environ.items() if not name.startswith(ours)}
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words],
        cwd=tree, env=environment | {"CITEWIRE_HOME": str(home), "PYTHONPATH": str(tree)},
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        raise subprocess.CalledProcessError(status, words)
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--other", type=Path)
    parser.add_argument("--entry", default="qa.interfaces.cli.main")
    options = parser.parse_args()
    trees = {"this": (HERE, "qa.interfaces.cli.main")}
    if options.other:
        trees["other"] = (options.other.resolve(), options.entry)
    found: dict[str, list[Measured]] = {name: [] for name in trees}
    with tempfile.TemporaryDirectory() as folder:
        for name, (tree, entry) in trees.items():
            run(tree, entry, Path(folder) / name, "ingest", "--samples")
            run(tree, entry, Path(folder) / name, "ask", QUESTION)  # files are cached from here on
        for _ in range(options.runs):
            for name, (tree, entry) in trees.items():
                found[name].append(run(tree, entry, Path(folder) / name, "ask", QUESTION))
    for name, rows in found.items():
        for what, values in zip(UNITS, zip(*rows, strict=True), strict=True):
            low, middle, high = min(values), statistics.median(values), max(values)
            print(f"{name:5}  {low:7.2f} {middle:7.2f} {high:7.2f}  {what} (min, median, max)")
    if options.other:
        clock = [statistics.median(row[0] for row in found[name]) for name in ("this", "other")]
        print(f"this takes {clock[0] / clock[1]:.2f} x the other's time")


if __name__ == "__main__":
    main()
