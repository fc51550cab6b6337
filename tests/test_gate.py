"""The gate: floors on the bundled samples, and what happens when retrieval is broken."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qa import Assistant, Settings
from qa.engine import AnswerEngine
from qa.errors import EvaluationError
from qa.evaluate import Report, evaluate
from qa.evaluate.quality_gate import Floors, check_floors, raise_floors, read_floors, write_floors
from qa.evaluate.records import Row
from qa.evaluate.run import report_of
from qa.retrieval.ranking import Hit
from qa.retrieval.retriever import HybridRetriever
from tests.quality.sets import FLOORS, SAMPLES, measure_realtimeqa
from tests.test_evaluate import CASES, Told


@pytest.fixture(scope="module")
def report(sample_assistant: Assistant, sample_answers: Any) -> Report:
    """The product on its own samples."""
    return evaluate(Told(sample_assistant, sample_answers), CASES)


def test_the_samples_hold_their_floors(report: Report) -> None:
    """No figure of the product on its own samples is below its floor by more than noise."""
    verdicts = check_floors(report, SAMPLES, read_floors(FLOORS))
    assert len(verdicts) >= 10
    assert [str(v) for v in verdicts if not v.ok] == []


def test_broken_retrieval_fails_the_gate(sample_assistant: Assistant) -> None:
    """An engine that reads passages drawn by chance falls through most floors; mended, it holds
    them again (the test above)."""
    library = sample_assistant.library
    everything = library.catalogue.retrievable(library.catalogue.passage_ids("ready"))

    class Broken(HybridRetriever):
        def search(self, question: Any, limit: int | None = None) -> list[Hit]:
            drawn = random.Random(question.text).sample(everything, 10)
            return [Hit(passage, article, 0.5, 0.5, 1.0) for passage, article in drawn]

    assistant = Assistant(Settings(model="none"), library=library)
    assistant._answer_engine = AnswerEngine(library, retriever=Broken(library))
    verdicts = check_floors(evaluate(assistant, CASES), SAMPLES, read_floors(FLOORS))
    failed = {v.floor.measure for v in verdicts if not v.ok}
    assert {"hit@1", "hit@5", "mrr", "answer_in_quotes", "answer_in_first_quote"} <= failed


@pytest.mark.data
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("mode", ["retrieval", "quoted"])
def test_realtimeqa_holds_its_floors(realtimeqa: Assistant, data: Path, mode: str) -> None:
    """Retrieval on every development question, answers and refusals on a fixed sample of them."""
    verdicts = check_floors(
        measure_realtimeqa(realtimeqa, data, mode), f"realtimeqa_mini {mode}", read_floors(FLOORS)
    )
    print(*verdicts, sep="\n")
    assert len(verdicts) >= 3
    assert [str(v) for v in verdicts if not v.ok] == []


def changed(report: Report, measure: str, value: float, number: int) -> Report:
    """The report with so many questions scored otherwise on one measure."""
    rows: list[Row] = []
    for row in report.rows:
        if number and measure in row.measures and row.measures[measure] != value:
            row, number = replace(row, measures={**row.measures, measure: value}), number - 1
        rows.append(row)
    assert number == 0
    return report_of(report.system, rows, {}, report.run)


def floors_of(report: Report) -> Floors:
    return raise_floors(report, "s", Floors((), {}), date="2026-11-22", commit="abc")


def failing(report: Report, floors: Floors) -> set[str]:
    return {v.floor.measure for v in check_floors(report, "s", floors) if not v.ok}


def test_a_fall_is_told_from_noise(report: Report) -> None:
    """One question lost is noise, eight are a fall; a figure right by construction may lose
    none."""
    floors = floors_of(report)
    assert failing(report, floors) == set()
    assert failing(changed(report, "hit@5", 0.0, 1), floors) == set()
    assert failing(changed(report, "hit@5", 0.0, 8), floors) == {"hit@5"}
    assert failing(changed(report, "quote_exactness", 0.5, 1), floors) == {"quote_exactness"}
    assert failing(changed(report, "refused_answerable", 1.0, 10), floors) == {"refused_answerable"}


def test_rounding_is_no_fall(report: Report) -> None:
    """Kept values are rounded to four places; what a third loses by that is not a difference."""
    thirds = changed(report, "evidence_precision", 2 / 3, 60)
    floors = floors_of(thirds)
    assert failing(thirds, floors) == set()
    assert failing(changed(thirds, "evidence_precision", 0.0, 1), floors) == set()


def test_floors_go_up_and_never_down(report: Report, tmp_path: Path) -> None:
    """Raising takes what is better, keeps the rest, and refuses a report that fell."""
    worse = changed(report, "hit@1", 0.0, 12)
    floors = floors_of(worse)
    lifted = raise_floors(report, "s", floors, date="2026-11-23", commit="def")
    dated = {floor.measure: floor.date for floor in lifted.floors}
    assert dated["hit@1"] == "2026-11-23"
    assert dated["hit@5"] == "2026-11-22"
    with pytest.raises(EvaluationError, match="not lowered"):
        raise_floors(worse, "s", lifted, date="2026-11-24", commit="ghi")
    slightly = changed(report, "hit@1", 0.0, 1)
    assert raise_floors(slightly, "s", lifted, date="2026-11-24", commit="ghi") == lifted
    path = tmp_path / "floors.json"
    write_floors(path, lifted)
    assert read_floors(path) == lifted


def test_another_set_cannot_be_held_against_the_floors(report: Report) -> None:
    """Fewer questions, failed ones, or a set without floors: an error, never a pass."""
    floors = floors_of(report)
    fewer: Sequence[Row] = report.rows[1:]
    with pytest.raises(EvaluationError, match="not the one"):
        check_floors(report_of("x", fewer, {}, {}), "s", floors)
    with pytest.raises(EvaluationError, match="no floors"):
        check_floors(report, "another", floors)
    broken = replace(report.rows[0], reply=None, measures={}, error="ValueError: no")
    with pytest.raises(EvaluationError, match="ValueError: no"):
        check_floors(report_of("x", [broken, *report.rows[1:]], {}, {}), "s", floors)


def test_unreadable_floors_are_an_error(tmp_path: Path) -> None:
    """A damaged file is never taken for no floors."""
    path = tmp_path / "floors.json"
    assert read_floors(path) == Floors((), {})
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(EvaluationError):
        read_floors(path)
