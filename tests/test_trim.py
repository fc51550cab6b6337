"""Sentences without the part that nothing supports."""

from __future__ import annotations

import pytest

from ingest.storage.library import Library
from qa.writing.claim_trimming import MAX_TRIMMED, trimmed_claims
from tests.fakes import FakeOpenAI
from tests.test_written import QUESTION, assistant

NO_DAY = ("Thursday is not in the quotes",)


@pytest.mark.parametrize(
    ("sentence", "left"),
    [
        (
            "Dozens of people were missing early Thursday after floods in Virginia.",
            "Dozens of people were missing after floods in Virginia.",
        ),
        ("On Thursday, the two sides signed a truce.", "The two sides signed a truce."),
        (
            "The winner was “Harbor Lights,” which took nine prizes.",
            "The winner was “Harbor Lights.”",
        ),
        (
            "The mayor, who won in May, resigned because of a scandal.",
            "The mayor resigned because of a scandal.",
        ),
        ("The mayor resigned because of a scandal.", "The mayor resigned."),
    ],
)
def test_what_can_be_left_out(sentence: str, left: str) -> None:
    """Days, clauses at the end and clauses that were put in."""
    assert left in list(trimmed_claims(sentence, NO_DAY))


@pytest.mark.parametrize(
    ("sentence", "never"),
    [
        ("It was the highest toll on any Thursday.", "It was the highest toll on any."),
        ("He will resign, unless the court agrees.", "He will resign."),
        ("Nine people died, a spokesman said.", "Nine people died."),
        ("The toll was the highest on Thursday.", "The toll was the highest."),
        ("It has rained since Thursday in the valley.", "It has rained since in the valley."),
        ("The mayor of the town, who won, resigned.", "The mayor of the town."),
    ],
)
def test_what_would_claim_more_is_not_left_out(sentence: str, never: str) -> None:
    """Conditions, hedges, speakers and the time of a record stay."""
    assert never not in list(trimmed_claims(sentence, NO_DAY))


def test_a_day_that_nobody_doubts_stays() -> None:
    """Only what a reason speaks of is left out."""
    assert (
        list(trimmed_claims("They signed on Thursday in Hallan.", ("the name X is not there",)))
        == []
    )


def test_few_are_tried() -> None:
    """Each is checked against all evidence, so their number has a limit."""
    long = "They came from Hallan, " + ", ".join(f"which took town {n}" for n in range(30)) + "."
    assert len(list(trimmed_claims(long, ()))) == MAX_TRIMMED


def test_an_answer_keeps_what_is_supported(samples: Library, server: FakeOpenAI) -> None:
    """The clause that no article has goes, without asking the model again."""
    server.reply = "Eight people died when the Corran Star sank, which angered Hakan Fidan."
    answer = assistant(samples, server).ask(QUESTION)
    assert answer.sentences[0].text == "Eight people died when the Corran Star sank."
    assert answer.status == "answered"
    assert len(server.requests) == 1


def test_what_only_repeats_the_question_is_no_answer(samples: Library, server: FakeOpenAI) -> None:
    """A shortened sentence tells more than was asked, or is none."""
    server.reply = "The Corran Star sank, which angered Hakan Fidan."
    answer = assistant(samples, server).ask("How many people died when the Corran Star sank?")
    assert all(sentence.text != "The Corran Star sank." for sentence in answer.sentences)
