"""What a quote supports, and what it does not."""

from __future__ import annotations

import pytest

from qa.verify import support

QUOTE = (
    "The number of people known to have died in the sinking of the ferry Corran Star rose to "
    "eight on Friday, said Ivo Marsh of the coast guard."
)


def test_a_restatement_is_supported() -> None:
    """The same facts in fewer words."""
    assert support("Eight people died in the sinking of the Corran Star.", [QUOTE]).ok


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("Nine people died in the sinking of the Corran Star.", "number 9"),
        ("Eight people died in the sinking of the Velmar Queen.", "Velmar"),
        ("Eight people did not die in the sinking of the Corran Star.", "denies"),
        ("Regulators plan new rules for small boats next spring.", "of its words"),
    ],
)
def test_a_changed_fact_is_caught(sentence: str, reason: str) -> None:
    """A changed number, name, negation or subject is not supported, and the reason says which."""
    verdict = support(sentence, [QUOTE])
    assert not verdict.ok
    assert any(reason in r for r in verdict.reasons)


def test_numbers_are_compared_by_value() -> None:
    """$300 billion is 300bn."""
    assert support("Some 300bn dollars of assets are frozen.",
                   ["About $300 billion of assets are frozen."]).ok  # fmt: skip


def test_an_abbreviation_stands_for_its_words() -> None:
    """EU is supported by European Union."""
    assert support("The EU plans new sanctions.", ["The European Union plans new sanctions."]).ok
