"""A strong writer's recorded answers over the sample articles: what it may say, and what is shown.

Replayed by .ci/run (``pytest -m recorded``). tests/data/recorded/README.md tells how they were made
and what to do when a prompt has changed.
"""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any

import pytest

from ingest.storage.library import Library
from tests.benchmarks.recorded_answers import ask_all, label_key, read_questions
from tests.recording import Recording

pytestmark = pytest.mark.recorded

FOLDER = Path(__file__).parent / "data" / "recorded"
QUESTIONS = read_questions([FOLDER / "samples_questions.jsonl"])
LABELS = Path(__file__).parent / "labels" / "recorded_samples.jsonl"

MIN_REFUSALS_BELIEVED = 0.98
MAX_SUPPORTED_LEFT_OUT = 0.03
MAX_MEDIAN_CALLS = 2
"""What is asked of written answers; the figures of these 44: docs/grounded-generation.md."""


@pytest.fixture(scope="module")
def answers(samples: Library) -> list[dict[str, Any]]:
    recording = Recording.from_file(FOLDER / "samples.jsonl.gz")
    rows = ask_all(QUESTIONS, recording, samples.home)
    missing = [row["id"] for row in rows if row["status"] is None]
    assert not missing, f"prompts have changed; their completions are to be written anew: {missing}"
    return rows


def test_every_question_is_answered_by_the_model(answers: list[dict[str, Any]]) -> None:
    """None falls back to quotations."""
    assert len(answers) >= 40
    assert [row["id"] for row in answers if row["mode"] != "written"] == []


def test_refusals_are_believed(answers: list[dict[str, Any]]) -> None:
    """What the writer says is missing is missing: never a cited sentence, never "answered"."""
    refused = [row for row in answers if any("gap" in one for one in row["written"])]
    believed = [row for row in refused if row["status"] in ("not_found", "partial")]
    assert len(refused) >= 8
    assert len(believed) >= MIN_REFUSALS_BELIEVED * len(refused)


def test_supported_sentences_are_shown(answers: list[dict[str, Any]]) -> None:
    """Of the sentences that readers found supported hardly one is left out."""
    labels = {
        row["key"]: row["supported"] for row in map(json.loads, LABELS.read_text().splitlines())
    }
    written = [
        (label_key(row["id"], one["text"]), one["fate"])
        for row in answers
        for one in row["written"]
        if "fate" in one
    ]
    assert {key for key, _ in written} <= set(labels), "sentences without a label"
    supported = [fate for key, fate in written if labels[key]]
    left_out = [fate for fate in supported if fate != "shown"]
    assert len(left_out) <= MAX_SUPPORTED_LEFT_OUT * len(supported)


def test_few_calls_are_made(answers: list[dict[str, Any]]) -> None:
    """A plan where one is needed, the answer, and one look at what code cannot decide."""
    assert statistics.median(row["usage"]["calls"] for row in answers) <= MAX_MEDIAN_CALLS


def test_short_answers_are_there(answers: list[dict[str, Any]]) -> None:
    """The right answers of the lookups stand in what is shown, word for word or nearly so."""
    lookups = {q["id"]: q["answer"] for q in QUESTIONS if q["kind"] == "lookup"}
    answered = [row for row in answers if row["id"] in lookups and row["status"] == "answered"]
    assert len(answered) >= 0.9 * len(lookups)
