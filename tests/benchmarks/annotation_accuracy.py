"""Measures resolved time expressions and speakers against our labels (tests/labels/README.md).

    python -m tests.benchmarks.annotation_accuracy DATA [--errors dev]

DATA is the folder with realtimeqa_mini and seed. Prints one table for each, by half. The same for
other labels and articles: ``citewire eval labels``.
"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from qa.evaluate.metrics.annotation_accuracy import (
    SPLITS,
    LabelledArticle,
    accuracy_table,
    read_labelled_articles,
)
from tests.benchmarks.realtimeqa import CORPUS

LABELS = Path(__file__).parents[1] / "labels"
SEED_DAY = date(2025, 6, 2)


def stories(data: Path) -> dict[str, LabelledArticle]:
    """The articles that have labels, by id."""
    (seed,) = (data / "seed").glob("*.txt")
    found = read_labelled_articles(data / "realtimeqa_mini" / CORPUS)
    return found | {"seed": LabelledArticle(seed.read_text(encoding="utf-8"), SEED_DAY)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path, help="folder with realtimeqa_mini and seed")
    parser.add_argument("--errors", choices=SPLITS, help="also list the errors of one split")
    options = parser.parse_args()
    print(accuracy_table(stories(options.data), LABELS, options.errors))


if __name__ == "__main__":
    main()
