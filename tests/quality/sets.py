"""Defines the question sets whose measures the quality gate holds to their floors.

sample_questions           all of our questions about the bundled samples, by quoting
realtimeqa_mini retrieval  every development question, ranking alone
realtimeqa_mini quoted     a fixed sample of them and of the unanswerable ones, by quoting
"""

from __future__ import annotations

from pathlib import Path

from qa import Assistant
from qa.evaluate import Case, Report, evaluate
from qa.evaluate.question_sets.question_set import read_questions, sample
from qa.evaluate.run import Scoring
from tests.benchmarks.realtimeqa import QUESTIONS, UNANSWERABLE

FLOORS = Path(__file__).parent / "floors.json"
SAMPLES = "sample_questions"
SAMPLE_SIZE = 180
"""Questions of the sample: a minute and a half on two cores; an interval of about .08 each way."""


def realtimeqa_cases(data: Path) -> tuple[Case, ...]:
    """All 609 development questions."""
    folder = data / "realtimeqa_mini"
    answerable = read_questions(folder / QUESTIONS).cases
    return answerable + read_questions(folder / UNANSWERABLE, unanswerable=True).cases


def measure_realtimeqa(assistant: Assistant, data: Path, mode: str) -> Report:
    """The report of one of the two RealTime QA sets: ``retrieval`` or ``quoted``."""
    if mode == "retrieval":
        wanted = [case for case in realtimeqa_cases(data) if case.evidence_ids]
        return evaluate(assistant, wanted, scoring=Scoring(answering=False))
    return evaluate(assistant, sample(realtimeqa_cases(data), SAMPLE_SIZE))
