"""What a quote supports, and what it does not."""

from __future__ import annotations

import pytest

from qa.support.checker import check_support

QUOTE = (
    "The number of people known to have died in the sinking of the ferry Corran Star rose to "
    "eight on Friday, said Ivo Marsh of the coast guard."
)


def test_a_restatement_is_supported() -> None:
    """The same facts in fewer words."""
    assert check_support("Eight people died in the sinking of the Corran Star.", [QUOTE]).supported


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("Nine people died in the sinking of the Corran Star.", "number Nine"),
        ("Eight people died in the sinking of the Velmar Queen.", "Velmar"),
        ("Eight people did not die in the sinking of the Corran Star.", "denies"),
        ("Regulators plan new rules for small boats next spring.", "of its words"),
    ],
)
def test_a_changed_fact_is_caught(sentence: str, reason: str) -> None:
    """A changed number, name, negation or subject is not supported, and the reason says which."""
    verdict = check_support(sentence, [QUOTE])
    assert not verdict.supported
    assert any(reason in r for r in verdict.reasons)


@pytest.mark.parametrize(
    ("quote", "sentence"),
    [
        ("Sara Okonjo opened the talks in Port Elm.", "Macron opened the talks in Port Elm."),
        ("They met on Monday in Port Elm.", "They met on Tuesday in Port Elm."),
        ("The trial began on March 3 in Elm.", "The trial began on April 3 in Elm."),
        ("The ministers did not agree on a truce.", "The ministers agreed on a truce."),
        ("The talks in Australia ended.", "The talks in Austria ended."),
        ("Mr. Johnston won the seat.", "Mr. Johnson won the seat."),
        ("It cost $5 million to build.", "It cost €5 million to build."),
        ("Shares rose 5 points today.", "Shares rose 5 percent today."),
        ("It was 12 degrees in Elm.", "It was -12 degrees in Elm."),
        ("Sixteen people died in the fire.", "One person died in the fire."),
    ],
)
def test_small_changes_are_caught(quote: str, sentence: str) -> None:
    """One changed word of a true sentence: first name, weekday, month, not, nation, unit, sign."""
    assert check_support(quote, [quote]).supported
    assert not check_support(sentence, [quote]).supported


def test_numbers_are_compared_by_value() -> None:
    """$300 billion is 300bn."""
    assert check_support("Some 300bn dollars of assets are frozen.",
                   ["About $300 billion of assets are frozen."]).supported  # fmt: skip


def test_an_abbreviation_stands_for_its_words() -> None:
    """EU is supported by European Union."""
    assert check_support(
        "The EU plans new sanctions.", ["The European Union plans new sanctions."]
    ).supported
