"""Compares article extraction with trafilatura's defaults and a plain-text dump of the page.

    python -m tests.benchmarks.extraction DATA/extraction_dev [--worst 10]

DATA/extraction_dev holds saved article pages (``html/*.html.gz``) and ``ground_truth.json`` with
the body of each, from scrapinghub's article-extraction-benchmark. Printed for each system:

    token F1     words as multisets, letter case and punctuation aside; the F1 of each page,
                 averaged over the pages (a page from which nothing came counts 0)
    4-gram F1    scrapinghub's measure: F1 of the mean precision and mean recall over the
                 multisets of four consecutive words of each page
    refused      pages from which nothing came; citewire refuses the beginnings that paywalls show,
                 although the benchmark wants them, so it stands in the table with and without

The rules were tuned on every other page, in the order of their ids; the rest were only counted.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import BadInput
from ingest.extraction.article import extract
from ingest.extraction.html_page import body_text
from ingest.extraction.paragraphs import clean_paragraphs
from ingest.sources.documents import Document

Extractor = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Saved:
    """One saved page: its id, address, HTML, and the body text that people copied from it."""

    id: str
    url: str
    html: str
    body: str


def pages(folder: Path) -> list[Saved]:
    """The saved pages of the benchmark, by id."""
    truth = json.loads((folder / "ground_truth.json").read_text(encoding="utf-8"))
    return [
        Saved(key, facts["url"], _html(folder / "html" / f"{key}.html.gz"), facts["articleBody"])
        for key, facts in sorted(truth.items())
    ]


def _html(path: Path) -> str:
    return gzip.decompress(path.read_bytes()).decode("utf-8", errors="replace")


def ours(html: str, url: str) -> str:
    return clean_paragraphs(body_text(html, url))


def ours_with_refusals(html: str, url: str) -> str:
    try:
        return extract(Document("page", "html", html, url=url)).text
    except BadInput:
        return ""


def trafilatura_defaults(html: str, url: str) -> str:
    import trafilatura

    return trafilatura.extract(html, url=url) or ""


def plain_dump(html: str, url: str) -> str:
    from trafilatura import html2txt

    return html2txt(html)


def shingles(text: str, size: int = 1) -> Counter[tuple[str, ...]]:
    """The multiset of runs of ``size`` words of a text."""
    words = re.findall(r"\w+", text.lower())
    return Counter(tuple(words[i : i + size]) for i in range(len(words) - size + 1))


def overlap(found: str, wanted: str, size: int = 1) -> tuple[float, float]:
    """Precision and recall of one page."""
    one, two = shingles(found, size), shingles(wanted, size)
    both = (one & two).total()
    return both / (one.total() or 1), both / (two.total() or 1)


def f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def table(saved: Sequence[Saved], systems: dict[str, Extractor], worst: int = 0) -> None:
    """Measure every system on every page, and print the table."""
    halves = {"all": saved, "tuned on": saved[::2], "held out": saved[1::2]}
    print(f"{'':22}" + "".join(f"{f'{name} ({len(half)})':>16}" for name, half in halves.items())
          + f"{'4-gram F1':>12}{'refused':>9}{'ms/page':>9}")  # fmt: skip
    for name, extractor in systems.items():
        started = time.perf_counter()
        found = {page.id: extractor(page.html, page.url) for page in saved}
        spent = (time.perf_counter() - started) * 1000 / len(saved)
        scores = {page.id: f1(*overlap(found[page.id], page.body)) for page in saved}
        runs = [overlap(found[page.id], page.body, 4) for page in saved]
        print(f"{name:22}" + "".join(
            f"{mean([scores[page.id] for page in half]):16.4f}" for half in halves.values())
            + f"{f1(mean([p for p, _ in runs]), mean([r for _, r in runs])):12.4f}"
            f"{sum(not text for text in found.values()):9}{spent:9.0f}", flush=True)  # fmt: skip
        for page in sorted(saved[::2], key=lambda page: scores[page.id])[:worst]:
            precision, recall = overlap(found[page.id], page.body)
            print(f"    {page.id[:8]} F1 {scores[page.id]:.3f} precision {precision:.3f} "
                  f"recall {recall:.3f} {page.url[:80]}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path, help="folder with ground_truth.json and html/")
    parser.add_argument("--worst", type=int, default=0, help="list the worst pages too [0]")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    systems = {"citewire": ours, "... refusing stubs": ours_with_refusals,
               "trafilatura defaults": trafilatura_defaults,
               "plain-text dump": plain_dump}  # fmt: skip
    table(pages(options.data), systems, options.worst)


if __name__ == "__main__":
    main()
