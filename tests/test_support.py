"""The support checker, kind by kind, on pairs written for it (tests/data/support_cases.jsonl)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.language.entity_names import missing_names
from qa.quantities.calendar_dates import missing_dates
from qa.quantities.measurements import missing_measurements
from qa.support.checker import FEATURE_WEIGHTS, SUPPORT_THRESHOLD, check_support
from tests.benchmarks.support import CLAIMS, SUMMARIES, Pair, claims, halves, shipped, summaries

FOLDER = Path(__file__).parent / "data"
KNOWN_FAILURES = {
    "Some nurses at Saint Orla Hospital refused to eat on Sunday.",
    "The ferry Corran Star caught fire off Port Elm on 2 June 2025.",
}
"""A verb changed for one that is no listed opposite: a limitation that the checker names."""


def cases(known_failures: bool = True) -> list[Any]:
    found = []
    for line in (FOLDER / "support_cases.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        known = known_failures and case["sentence"] in KNOWN_FAILURES
        marks = [pytest.mark.xfail(strict=True, reason="not caught")] if known else []
        name = f"{case['kind']}: {case['sentence']}"
        found.append(pytest.param(case, marks=marks, id=name))
    return found


@pytest.mark.parametrize("case", cases())
def test_each_pair_is_judged_as_it_was_written(case: dict[str, Any]) -> None:
    """Changed facts are refused with a reason, honest restatements pass."""
    verdict = check_support(case["sentence"], case["quotes"])
    assert verdict.supported == case["supported"], verdict


@pytest.mark.parametrize("case", cases(known_failures=False))
def test_a_quote_supports_itself(case: dict[str, Any]) -> None:
    """Every sentence is supported by the same words, whatever it says."""
    for text in (case["sentence"], *case["quotes"]):
        assert check_support(text, [text]).supported, check_support(text, [text])


@pytest.mark.parametrize(
    ("sentence", "evidence", "same"),
    [
        ("$300 billion", "300bn dollars", True), ("$300 billion", "$300 million", False),
        ("a dozen people", "12 people", True), ("two-thirds of them", "67 percent", True),
        ("a third of them", "76%", False), ("the 21st time", "the twenty-first time", True),
        ("5 per cent", "5%", True), ("5 percentage points", "5 percent", False),
        ("5 km", "5,000 metres", True), ("5 km", "5 miles", False), ("14 days", "two weeks", True),
        ("900 cases", "874 cases", False), ("-12 degrees", "12 degrees", False),
        ("25 prizes, with one for drama", "25 prizes", True), ("one for nine", "two", False),
        ("the Fourth of July", "a holiday", True), ("the fourth prize", "a prize", False),
    ],
)  # fmt: skip
def test_amounts_are_compared_by_meaning(sentence: str, evidence: str, same: bool) -> None:
    """Scales, units, fractions and ordinals, however they are written."""
    assert (not missing_measurements(f"It was {sentence}.", f"It was {evidence}.")) == same


@pytest.mark.parametrize(
    ("sentence", "evidence", "same"),
    [
        ("on 2 June 2025", "on June 2, 2025", True), ("on 2 June", "on 2025-06-02", True),
        ("on Monday", "on June 2, 2025", True), ("on Tuesday", "on June 2, 2025", False),
        ("on 3 June", "on June 2, 2025", False), ("in 2019", "in 2020", False),
        ("in June", "on 2 June", True), ("they may go", "in April", True),
    ],
)  # fmt: skip
def test_dates_are_compared_by_meaning(sentence: str, evidence: str, same: bool) -> None:
    """Orders, missing years and weekdays that follow from a date."""
    assert (not missing_dates(f"It was {sentence}.", f"It was {evidence}.")) == same


@pytest.mark.parametrize(
    ("sentence", "evidence", "same"),
    [
        ("The army of Niger left.", "The army of Nigeria left.", False),
        ("The EU plans it.", "The European Union plans it.", True),
        ("The European Union plans it.", "The EU plans it.", True),
        ("Russian troops left.", "Troops from Russia left.", True),
        ("Sen. John Smith spoke.", "Senator J. Smith spoke.", True),
        ("Rep. Smith spoke.", "Sen. Smith spoke.", False),
        ("Mr. Smith spoke.", "John Smith spoke.", True),
        ("The U.S. plans it.", "American officials plan it.", True),
        ("They met José Luna.", "They met Jose Luna.", True),
        ("They met in Austria.", "They met in Australia.", False),
        ("Saudi Arabia left.", "Saudi Arabian troops left.", True),
        ("They met on the Fourth of July.", "They met on July 4.", True),
    ],
)
def test_names_are_compared_whole(sentence: str, evidence: str, same: bool) -> None:
    """Nations match adjectives, initials their words, titles their short forms; nothing else."""
    assert (not missing_names(sentence, evidence)) == same


def test_what_stands_beside_a_quote_explains_names_and_dates() -> None:
    """The title and date of the article may name who and when, but not make the claim."""
    context = "Velmar votes The Ostra Post Monday 02 June 2025"
    assert check_support("Velmar voted on 2 June.", ["They voted on Monday."], context).supported
    assert not check_support("Velmar voted for war.", ["They met on Monday."], context).supported


def test_the_score_and_the_verdict_agree() -> None:
    """What is supported scores at the threshold or above, what is not below; words only help."""
    for line in (FOLDER / "support_cases.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        verdict = check_support(case["sentence"], case["quotes"])
        assert (verdict.score >= SUPPORT_THRESHOLD) == verdict.supported
    assert FEATURE_WEIGHTS["coverage"] > 0
    assert FEATURE_WEIGHTS["full_coverage"] > 0


@given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=3))
@settings(max_examples=200, deadline=None)
def test_any_text_has_a_verdict(sentence: str, quotes: list[str]) -> None:
    """Whatever is compared, the score is a probability and nothing is raised."""
    assert 0.0 <= check_support(sentence, quotes).score <= 1.0


FLOORS = {SUMMARIES: 0.64, CLAIMS: 0.64}
"""Balanced accuracy of ``ok`` on the held-out halves; measured figures: docs/support-checker.md."""


@pytest.mark.data
@pytest.mark.parametrize(("file", "load"), [(SUMMARIES, summaries), (CLAIMS, claims)])
def test_held_out_pairs(data: Path, file: str, load: Callable[[Path], list[Pair]]) -> None:
    """On pairs that no weight has seen the verdict is right as often as the floor says."""
    _, held_out = halves(load(data / "support_dev"))
    result, precision, recall = shipped(held_out)
    print(file, result, precision, recall)
    assert result.balanced >= FLOORS[file]


def test_a_name_that_repeats_itself_is_compared() -> None:
    """Boutros Boutros: the first name equals the last one."""
    quote = "Tamas Tamas won the race on Monday."
    assert check_support("Tamas Tamas won the race on Monday.", [quote]).supported
    assert not check_support("Ivo Tamas won the race on Monday.", [quote]).supported
