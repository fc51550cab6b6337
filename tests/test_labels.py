"""Dates and speakers against label files: the counting, by hand, and the command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qa.errors import EvaluationError
from qa.evaluate.metrics.annotation_accuracy import (
    date_accuracy,
    read_labelled_articles,
    speaker_accuracy,
)
from qa.interfaces.cli.main import app

TEXT = (
    "PORT HALLAN — The bridge was closed on Monday. Mara Teyne, the mayor, said it would open "
    "again next week. It carries 40,000 cars."
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One article, two right labels for dates, one wrong, and three sentences with a speaker or
    none."""
    story = {"id": "a", "text": TEXT, "publish_date": "2026-09-16"}  # a Wednesday
    (tmp_path / "corpus.jsonl").write_text(json.dumps(story) + "\n", encoding="utf-8")

    def at(words: str, **label: object) -> dict[str, object]:
        return {"article": "a", "split": "held", "offset": TEXT.index(words), **label}

    sentences = TEXT.split(". ")
    files = {
        "windows": [{"article": "a", "split": "held", "start": 0, "end": len(TEXT)}],
        "time_expressions": [
            at("Monday", phrase="Monday", first="2026-09-14", last="2026-09-14"),
            at("next week", phrase="next week", first="2026-09-22", last="2026-09-28"),  # a day off
            {"article": "elsewhere", "split": "held", "offset": 0, "phrase": "x", "first": None},
        ],
        "speakers": [
            at(sentences[0], length=len(sentences[0]), speaker=None),
            at(sentences[1], length=len(sentences[1]), speaker="Mara Teyne"),
            at(sentences[2], length=len(sentences[2]), speaker="The engineer"),
        ],
    }
    for name, labels in files.items():
        lines = "".join(json.dumps(label) + "\n" for label in labels)
        (tmp_path / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    return tmp_path


def test_days_are_right_only_when_both_ends_are(folder: Path) -> None:
    """Both labels were resolved, one of the two to the label's days."""
    dates = date_accuracy(read_labelled_articles(folder / "corpus.jsonl"), "held", folder)
    assert (dates.resolved.count, dates.resolved.total) == (2, 2)
    assert (dates.correct.count, dates.correct.total) == (1, 2)
    assert "next week" in dates.errors[0]


def test_a_missed_speaker_costs_recall_and_no_precision(folder: Path) -> None:
    """One of two speakers is named, and nobody who did not speak."""
    speakers = speaker_accuracy(read_labelled_articles(folder / "corpus.jsonl"), "held", folder)
    assert (speakers.precision.count, speakers.precision.total) == (1, 1)
    assert (speakers.recall.count, speakers.recall.total) == (1, 2)


def test_the_command_prints_both_tables(folder: Path) -> None:
    """Labels of articles that are not at hand are left out; a damaged file is named."""
    arguments = ["eval", "labels", str(folder), "--corpus", str(folder / "corpus.jsonl")]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0
    assert "1 of 2" in result.output
    (folder / "speakers.jsonl").write_text("{]", encoding="utf-8")
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1
    assert "speakers.jsonl cannot be read as labels" in result.output


def test_a_corpus_that_is_none_is_an_error(tmp_path: Path) -> None:
    """The fields that are expected are named."""
    (tmp_path / "c.jsonl").write_text('{"headline": "x"}\n', encoding="utf-8")
    with pytest.raises(EvaluationError, match="expected JSON lines with id"):
        read_labelled_articles(tmp_path / "c.jsonl")
