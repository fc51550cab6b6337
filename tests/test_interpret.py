"""Questions made searchable."""

from __future__ import annotations

from datetime import date

import pytest

from qa.errors import BadQuestion
from qa.questions.interpretation import interpret, kind_of
from qa.records import Turn


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Who opened the talks?", "who"), ("When did it sink?", "when"),
        ("Where were they held?", "where"), ("How many people died?", "how_many"),
        ("What tariff would it impose?", "how_many"), ("Which four regions?", "which"),
        ("Why did the court block it?", "why"), ("What did he say?", "what"),
        ("Did the strike end?", "yes_no"), ("Which country won?", "where"),
        ("How did the ferry sink?", "how"), ("What year was it built?", "when"),
    ],
)  # fmt: skip
def test_the_kind_of_answer_wanted(text: str, kind: str) -> None:
    """The question word, or what stands in for it, tells what is wanted."""
    assert kind_of(text) == kind


def test_a_follow_up_brings_what_it_leans_on() -> None:
    """A pronoun is searched with the words of the question before."""
    history = (Turn("Who opened the talks in Istanbul?", "Hakan Fidan did."),)
    question = interpret("Where were they held?", history)
    assert "talks" in question.query
    assert "Istanbul" in question.query
    assert not question.unresolved


def test_a_follow_up_of_a_follow_up_keeps_the_subject() -> None:
    """What the first question was about is not lost on the way."""
    history = (Turn("Who won the regatta in Hallan?"), Turn("When?"), Turn("And where was it?"))
    query = interpret("And how many boats?", history).query
    assert "Hallan" in query
    assert "regatta" in query


def test_a_new_subject_ends_the_old_one() -> None:
    """Only what the last whole question said is brought along, each word once."""
    history = (
        Turn("Who won the regatta in Hallan?"),
        Turn("When?"),
        Turn("Who opened the Varnholt bridge on Tuesday?"),
        Turn("What did it cost?"),
    )
    query = interpret("And when was that?", history).query
    assert "Varnholt" in query
    assert "Hallan" not in query
    assert query.count("Varnholt") == 1


def test_words_are_brought_over_a_few_turns_only() -> None:
    """A conversation changes its subject."""
    history = (Turn("Who won the regatta in Hallan?"), *(Turn("When?"),) * 9)
    assert interpret("And how many?", history).unresolved


def test_what_was_searched_for_counts_instead_of_the_question() -> None:
    """A turn that tells what was searched for needs no completing."""
    history = (Turn("And him?", search="How old is Jurek Palvin?"),)
    assert "Palvin" in interpret("When was that?", history).query


def test_a_whole_question_is_left_alone() -> None:
    """A question that names what it is about takes nothing from before."""
    history = (Turn("Who opened the talks in Istanbul?"),)
    text = "How much did the Belwether mission of the space agency cost?"
    assert interpret(text, history).query == text


def test_a_pronoun_without_history_is_marked() -> None:
    """Nothing earlier resolves it: the reader falls back on the article found first."""
    question = interpret("Where were they held?")
    assert question.unresolved
    assert question.has_pronoun


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Approximately how many ferries sank?", set()),
        ("What did China say?", {"chin"}),
        ("Which MLB owner said so?", {"mlb"}),
        ("Who met Jurek Palvin?", {"jurek", "palvin"}),
    ],
)
def test_only_names_count_as_names(text: str, expected: set[str]) -> None:
    """A capital that only opens the sentence names nobody."""
    assert interpret(text).names == expected


def test_the_day_of_asking_is_today_unless_given() -> None:
    """``asked_at`` is a first-class input and remembered as given or not."""
    given = interpret("Who won?", asked_at=date(2025, 6, 2))
    assert (given.asked_at, given.asked_at_given) == (date(2025, 6, 2), True)
    assert not interpret("Who won?").asked_at_given


@pytest.mark.parametrize("text", ["", "  ", "???", "a" * 2001])
def test_bad_questions_are_refused(text: str) -> None:
    """Nothing to search for, or far too much, is a clear error."""
    with pytest.raises(BadQuestion):
        interpret(text)
