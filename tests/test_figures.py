"""Figures in sentences: what each counts, what its hedge leaves open, what is no figure at all."""

from __future__ import annotations

import pytest

from qa.quantities.extraction import extract_quantities, retracted_quantity
from qa.quantities.question_targets import quantity_target
from qa.questions.interpretation import interpret

DEAD = "How many people died in the fire?"


def values(question: str, text: str) -> list[float]:
    wanted = quantity_target(interpret(question))
    assert wanted is not None
    return [amount.value for amount in extract_quantities(text, wanted) if not amount.is_former]


@pytest.mark.parametrize(
    ("question", "text", "found"),
    [
        (DEAD, "Nine people were missing and three were confirmed dead on Wednesday.", [3]),
        ("How many people are missing?", "Nine people were missing and three were dead.", [9]),
        (DEAD, "At least 12 people, including two children, were killed and 30 injured.", [12]),
        (DEAD, "The death toll from the fire, which began on Monday, rose to 12, up from 9.", [12]),
        (DEAD, "A bus with 40 people crashed, killing nine people and injuring 21 others.", [9]),
        ("How many people were hurt?", "The crash killed nine people and injured 21 others.", [21]),
        ("How many prisoners were exchanged?", "They swapped 212 prisoners for 30 tons of salt.",
         [212]),
        ("How many seats did the party win?", "The party won 96 seats, and turnout was 68 percent.",
         [96]),
        ("How much did the probe cost?", "The probe cost 870 million crowns, the agency said.",
         [870e6]),
        ("What percentage of voters took part?", "Turnout was 68.3 percent, the best since 1998.",
         [68.3]),
        ("How long is the truce?", "They signed a 90-day truce.", [90]),
    ],
)  # fmt: skip
def test_a_figure_counts_what_its_own_clause_says(
    question: str, text: str, found: list[float]
) -> None:
    """Of several numbers in a sentence only that of the measure asked for is taken."""
    assert values(question, text) == found


@pytest.mark.parametrize(
    "text",
    [
        "John Smith, 45, died.",
        "Another three people died.",
        "The dead include children as young as 11.",
        "She died in Ward 209 of the hospital.",
        "The fire could kill 40 people, experts fear.",
        "Several hundred people died.",
        "About 6,300 people who were feared dead have returned.",
        "Two of the dead were brothers.",
        "Of them, 29 who died were from the city.",
        "A dozen people died, I think.",
        "Death toll:Fire kills 12",
    ],
)
def test_numbers_that_count_something_else_are_no_figures(text: str) -> None:
    """Ages, parts, names of places, fears and links to other stories count no dead."""
    assert values(DEAD, text) == []


def test_a_question_about_no_quantity_asks_for_no_figure() -> None:
    """Who, when and where are not counted."""
    assert quantity_target(interpret("Who opened the talks?")) is None


@pytest.mark.parametrize(
    ("one", "other", "differs", "moved"),
    [
        ("12 people died.", "9 people died.", True, True),
        ("About 300 people died.", "298 people died.", False, False),
        ("At least 12 people died.", "15 people died.", False, True),
        ("Between 10 and 14 people died.", "12 people died.", False, False),
        ("More than 10,000 people died.", "6,600 people died.", True, True),
        ("1.6 million people died.", "1,612,000 people died.", False, False),
    ],
)
def test_hedges_and_rounding_leave_room(one: str, other: str, differs: bool, moved: bool) -> None:
    """About 300 and 298 are no dispute; "at least 12" may become 15, and then it has moved."""
    wanted = quantity_target(interpret(DEAD))
    assert wanted is not None
    (a,), (b,) = extract_quantities(one, wanted), extract_quantities(other, wanted)
    assert (a.contradicts(b), a.differs_from(b)) == (differs, moved)


def test_a_correction_takes_back_the_figure_that_is_not_the_latest() -> None:
    """Sixty is wrong because ninety stands; a notice about something else takes nothing back."""
    wanted = quantity_target(interpret("How long is the truce?"))
    assert wanted is not None
    (latest,) = extract_quantities("They signed a 90-day truce.", wanted)
    notice = "Correction: An earlier version said the truce would last 60 days; it is 90 days."
    wrong = retracted_quantity(notice, latest, wanted)
    assert wrong is not None
    assert notice[wrong.start : wrong.end] == "60 days"
    assert (
        retracted_quantity("Correction: The bridge has 14 arches, not 12.", latest, wanted) is None
    )
