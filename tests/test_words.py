"""Words, names, numbers and dates as they are compared."""

from __future__ import annotations

import pytest

from qa.language.entity_names import name_spans, name_stems
from qa.language.numbers import find_numbers, number_values
from qa.language.time_spans import time_expression_spans
from qa.language.words import content_stems


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$300 billion", 3e11), ("300bn", 3e11), ("1,582 people", 1582), ("twelve", 12),
        ("twenty-one", 21), ("4.8 kilometers", 4.8), ("a 500% tariff", 500), ("2.8 billion", 2.8e9),
    ],
)  # fmt: skip
def test_quantities_are_compared_by_value(text: str, value: float) -> None:
    """However it is written, a quantity has one value."""
    assert [n.value for n in find_numbers(text)] == [value]


def test_numbers_inside_words_are_not_quantities() -> None:
    """Product names and ordinals in letters do not become quantities by accident."""
    assert number_values("The G20 and the F-16 met the second time.") == {2.0}


def test_names_stop_at_the_end_of_a_sentence() -> None:
    """Two capitals on both sides of a full stop are two names; abbreviations hold together."""
    text = "They won the Velmarran Cup. Mirela Stanch thanked Gen. A. B. Osk of the U.S. Senate."
    assert [text[a:b] for a, b in name_spans(text)] == [
        "Velmarran Cup", "Mirela Stanch", "Gen. A. B. Osk of the U.S. Senate",
    ]  # fmt: skip


def test_nations_match_their_adjectives() -> None:
    """Russia and Russian are one name, as are China and Chinese."""
    assert name_stems("in Russia") == name_stems("the Russian army's")
    assert name_stems("in China") == name_stems("a Chinese envoy")


@pytest.mark.parametrize(
    "phrase",
    ["May 16", "16 May 2025", "on Monday", "last week", "two weeks ago", "in 2022", "yesterday",
     "Sept. 14", "next year"],
)  # fmt: skip
def test_time_expressions_are_found(phrase: str) -> None:
    """The ways in which news says when."""
    text = f"They met {phrase} in the city."
    assert any(
        text[a:b].strip() in phrase or phrase in text[a:b] for a, b in time_expression_spans(text)
    )


def test_content_stems_leave_out_what_carries_no_meaning() -> None:
    """Question words and auxiliaries go; hyphenated words count whole and in parts."""
    assert content_stems("Who opened the cease-fire talks?") == [
        "open", "cease-fir", "ceas", "fire", "talk",
    ]  # fmt: skip
