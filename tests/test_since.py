"""Questions that count from an event: its day is found in the articles, and told."""

from __future__ import annotations

from datetime import date

import pytest

from qa import Assistant
from qa.questions.interpretation import Query, interpret
from qa.sources.event_days import event_phrase, find_event_day

DAY = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ("How many violations were reported since the truce took effect?", (20,)),
        ("How many people have been killed since the truce began?", (18, 20)),  # signed, in force
        ("Who has been blamed since the Corran Star sank?", (2,)),
        ("What did the Bank of Velmarre do since the last rate decision?", (10,)),
    ],
)
def test_the_day_of_an_event_is_found(
    sample_assistant: Assistant, question: str, days: tuple[int, ...]
) -> None:
    """The day is one that a sentence of the event gives."""
    asked = sample_assistant.answer_engine.retriever.interpret(Query(question, asked_at=DAY))
    found = find_event_day(
        asked, sample_assistant.answer_engine.retriever, sample_assistant.library
    )
    assert found is not None
    assert found.day in {date(2026, 9, day) for day in days}
    article = found.evidence.article
    assert article.text[found.evidence.start : found.evidence.end] == found.evidence.text


def test_the_answer_says_from_which_day_on(sample_assistant: Assistant) -> None:
    """Only articles from then on are asked, and the reader is told which report dates the event."""
    answer = sample_assistant.ask(
        "How many people have died since the Corran Star sank?", asked_at=DAY
    )
    assert answer.status == "answered"
    assert answer.filters == "published since 2 September 2026"
    assert "“Since the Corran Star sank” was taken to mean since 2 September 2026" in str(answer)
    assert "eight" in answer.text.lower()


def test_a_day_that_leaves_no_answer_is_dropped(sample_assistant: Assistant) -> None:
    """What only older articles tell is still answered, and then no day is spoken of."""
    answer = sample_assistant.ask(
        "What share of its capacity has the Orvane reservoir dropped to since the election?",
        asked_at=DAY,
    )
    assert answer.status == "answered"
    assert answer.filters == ""
    assert not any("was taken to mean" in notice for notice in answer.notices)


@pytest.mark.parametrize(
    "question",
    [
        "How many people have died since June?",  # a date says it
        "How many people have died since the start of June?",
        "Why was the ferry sailing since he had forbidden it?",  # a cause
        "What has happened since the truce began?",  # a timeline begins by itself
        "Who sank the Corran Star?",
    ],
)
def test_no_event_is_seen_where_there_is_none(question: str) -> None:
    """Nothing is searched for a day that the question does not count from."""
    assert event_phrase(interpret(question, asked_at=DAY)) == ""
