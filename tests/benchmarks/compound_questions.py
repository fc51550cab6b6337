"""Measures compound questions: whether two joined by "and" end `partial` when they should.

    python -m tests.benchmarks.compound_questions

Joins each question of our own on the bundled samples, by "and", to one drawn at random that another
article answers. A second question that is answered alone should not end `partial`; one that is
refused alone should.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from qa import Assistant, Settings
from qa.questions.decomposition import split_question
from tests.conftest import SAMPLE_QUESTIONS

ASKED = date(2026, 11, 1)
_OPENS = re.compile(r"(?:Who|What|When|Where|How|Why|Which|In what|At which)\b")


def files(row: dict[str, Any]) -> set[str]:
    return {item["file"] for item in row.get("evidence", ())}


def joined(first: str, second: str) -> str:
    return f"{first.rstrip('?')} and {second[0].lower()}{second[1:]}"


def statuses(
    assistant: Assistant, firsts: Sequence[dict[str, Any]], seconds: Sequence[dict[str, Any]]
) -> Counter[str]:
    """How the pairs end; "one question" where the rules see no second one."""
    rng, found = random.Random(1), Counter[str]()
    for second in seconds:
        first = rng.choice([row for row in firsts if not files(row) & files(second)])
        text = joined(first["question"], second["question"])
        two = len(split_question(text)) == 2
        found[assistant.ask(text, asked_at=ASKED).status if two else "one question"] += 1
    return found


def main() -> None:
    from ingest.pipeline import ingest
    from ingest.sources.reader import samples_folder
    from ingest.storage.embedder import PackagedEmbedding
    from ingest.storage.library import Library

    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    rows = [json.loads(line) for line in SAMPLE_QUESTIONS.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if _OPENS.match(row["question"])]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        library = Library(Path(folder), embedder=PackagedEmbedding())
        ingest([samples_folder()], library)
        assistant = Assistant(Settings(model="none"), library=library)
        alone = {row["id"]: assistant.ask(row["question"], asked_at=ASKED).status for row in rows}
        plain = [
            row
            for row in rows
            if alone[row["id"]] == "answered"
            and not row["unanswerable"]
            and row["kind"] not in ("multi_source", "superseded", "disputed")
        ]
        refused = [row for row in rows if row["unanswerable"] and alone[row["id"]] == "not_found"]
        print("both answered alone:", dict(statuses(assistant, plain, plain)))
        print("the second refused alone:", dict(statuses(assistant, plain, refused)))
        library.close()


if __name__ == "__main__":
    main()
