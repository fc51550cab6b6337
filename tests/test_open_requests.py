"""Open questions: which are recognised, with what subject, sides and days, and which are not."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from qa.questions.interpretation import interpret
from qa.questions.open_requests import OpenRequest, open_request
from qa.questions.time_constraints import Period
from qa.records import Turn

ASKED = date(2026, 11, 1)  # a Sunday


def asked(text: str) -> OpenRequest | None:
    """The open request in a question asked on 1 November 2026."""
    return open_request(interpret(text, asked_at=ASKED))


@pytest.mark.parametrize(
    ("question", "form", "subject"),
    [
        ("Summarise the news about the strike in Ostrany", "summary", "strike in Ostrany"),
        ("Can you give me a short overview of the Kelde talks, please?", "summary", "Kelde talks"),
        ("Brief me on the ferry inquiry in three sentences", "summary", "ferry inquiry"),
        ("Summarize what happened at the funeral", "summary", "funeral"),
        ("What do we know about the captain?", "summary", "captain"),
        ("What are the papers saying about Orvane?", "summary", "Orvane"),
        ("How have courts ruled on port mergers?", "summary", "courts ruled on port mergers"),
        ("Explain the rate cut to me in simple terms", "explanation", "rate cut"),
        ("What does the ruling mean for Hallan?", "explanation", "ruling Hallan"),
        ("How has the truce changed?", "change", "truce"),
        ("What has changed in Velmarre?", "change", "Velmarre"),
        ("What’s new with the ferry inquiry?", "news", "ferry inquiry"),
        ("Is there any news about the US?", "news", "US"),
        ("Latest news on the cup final", "news", "cup final"),
        ("Ostrany news", "news", "Ostrany"),
        ("What's new?", "news", ""),
        ("Summarise the news", "summary", ""),
        ("What are the pros and cons of the truce?", "pros_cons", "truce"),
        ("Give me background on the Kelde talks", "background", "Kelde talks"),
    ],
)
def test_an_open_question_is_recognised(question: str, form: str, subject: str) -> None:
    """Its form, and the words to search for without those of the request."""
    request = asked(question)
    assert request is not None
    assert (request.form, request.subject, request.sides) == (form, subject, ())


@pytest.mark.parametrize(
    ("question", "sides", "subject"),
    [
        ("Compare how Orvane and Thule voted", ("Orvane", "Thule"), "Orvane Thule voted"),
        (
            "Compare the tax plans of Orvane, Thule and Osk",
            ("Orvane", "Thule", "Osk"),
            "Orvane Thule Osk tax plans",
        ),
        (
            "How do Orvane and Thule differ on the port?",
            ("Orvane", "Thule"),
            "Orvane Thule port",
        ),
        (
            "How does the House bill compare to the Senate bill on tax?",
            ("House bill", "Senate bill"),
            "House bill Senate bill tax",
        ),
        (
            "What is the difference between the truce and the treaty?",
            ("truce", "treaty"),
            "truce treaty",
        ),
        ("Compare inflation in the US and the UK", ("US", "UK"), "US UK inflation"),
        ("Orvane vs. Thule on the port", ("Orvane", "Thule"), "Orvane Thule port"),
    ],
)
def test_a_comparison_has_its_sides(question: str, sides: tuple[str, ...], subject: str) -> None:
    """Each thing compared, and what they are compared in."""
    assert asked(question) == OpenRequest("comparison", subject, sides)


@pytest.mark.parametrize(
    ("question", "subject", "since"),
    [
        ("What's new about the talks since Tuesday?", "talks", Period(date(2026, 10, 27), None)),
        (
            "Summarise the news about the talks in September",
            "talks",
            Period(date(2026, 9, 1), date(2026, 9, 30)),
        ),
        ("What's new this week?", "", Period(date(2026, 10, 26), date(2026, 11, 1))),
        ("Explain the October 7 hearing of the inquiry", "October 7 hearing of the inquiry", None),
    ],
)
def test_the_days_of_an_open_question(question: str, subject: str, since: Period | None) -> None:
    """Days that limit the subject are not part of it; those inside a name are."""
    request = asked(question)
    assert request is not None
    assert (request.subject, request.since) == (subject, since)


@pytest.mark.parametrize(
    "question",
    [
        "Who opened the talks?",
        "Why did the Bank of Velmarre cut its key interest rate?",
        "What is the key interest rate?",
        "Explain who won the cup final",
        "Tell me who won the cup final",
        "What was the latest toll?",
        "What was the score of Hallan Rovers vs. Kestrin Athletic?",
        "How many people died?",
        "Did the talks change anything?",
        "About 48 people were aboard. Which port did they leave?",
        "Timeline of the Kelde talks",
        "What happened in Velmarre in September?",
    ],
)
def test_lookups_and_timelines_are_left_alone(question: str) -> None:
    """Questions for one fact, and for a list of events."""
    assert asked(question) is None


@pytest.mark.parametrize("name", ["sample_questions.jsonl", "false_premise.jsonl"])
def test_no_question_about_the_samples_is_taken_for_an_open_one(name: str) -> None:
    """All of them ask for one fact or two."""
    lines = (Path(__file__).parent / "data" / name).read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines]
    assert [question for question in questions if asked(question)] == []


def test_a_follow_up_takes_its_subject_from_the_question_before() -> None:
    """ "Summarise it" is about what was asked last."""
    history = (Turn("Who was captain of the Corran Star?"),)
    request = open_request(interpret("Summarise it", history, asked_at=ASKED))
    assert request is not None
    assert request.subject == "captain Corran Star"
