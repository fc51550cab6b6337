"""Reads RealTime QA's development files, and fills a library with their articles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ingest.pipeline import OnOutcome, ingest
from ingest.storage.library import Library

CORPUS, QUESTIONS, UNANSWERABLE = (
    f"mini_{name}.jsonl" for name in ("corpus", "questions", "unanswerable")
)


def rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def fill(library: Library, folder: Path, on_outcome: OnOutcome | None = None) -> None:
    """Ingest the corpus unless it is there."""
    if not library.catalogue.counts()["articles"]:
        watch = {"on_outcome": on_outcome} if on_outcome else {}
        ingest([folder / CORPUS], library, **watch)
