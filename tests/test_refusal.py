"""Refusing honestly: what is not there, what is there only in part, what is contradicted."""

from __future__ import annotations

import html
import io
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from ingest.records import Article, Passage
from ingest.storage.library import Library
from qa import Answer, Assistant, Settings
from qa.interfaces.cli.output.answer_output import print_answer
from qa.interfaces.page.conversation import Exchange
from qa.interfaces.page.conversation_page import render_exchange
from qa.questions.interpretation import interpret
from qa.reading.answerability import (
    Mentions,
    answer_probability,
    mentions_of,
    mismatch_features,
    untimeliness,
)
from qa.retrieval.ranking import Hit
from tests.benchmarks.answerability import perturbed
from tests.benchmarks.realtimeqa import QUESTIONS, rows
from tests.fakes import openai_server

OWN = Path(__file__).parent / "data"
PERTURBED = rows(OWN / "on_topic.jsonl")
FALSE = rows(OWN / "false_premise.jsonl")

STORY = (
    "The European Union's top court ruled on Tuesday that Ireland must repay 13 billion euros. "
    "Judge Ana Duarte read the decision in Luxembourg. The company, Orchard Inc., said it would "
    "appeal. The British government welcomed the ruling of the National Football League."
)


def _signals(question: str, story: Article) -> dict[str, float]:
    wanted = _asked(question)
    return mismatch_features(wanted, _hit(story), 0, story.text.index(".") + 1)


def _hit(story: Article) -> Hit:
    return Hit(Passage("p", story.id, 1, 0, 0, len(story.text), story.text), story, 1.0)


def _asked(text: str) -> Mentions:
    question = interpret(text, (), date(2026, 9, 1))
    return mentions_of(question, dict.fromkeys(question.stems, 5.0))


@pytest.fixture(scope="module")
def story() -> Article:
    return Article(STORY, title="Court rules on taxes")


@pytest.mark.parametrize(
    "question",
    [
        "What did the EU court say about Ireland?",
        "What did judge Ana Duarte read?",
        "What did the UK government welcome?",
        "What did the NFL rule?",
        "What must the Irish repay?",
        "What happened this week?",
        "When did the American government appeal?",
    ],
)
def test_names_are_known_in_any_form(question: str, story: Article) -> None:
    """Initials, nations and their adjectives are the same name; one's own country goes unsaid."""
    assert _signals(question, story)["unknown"] == 0.0


@pytest.mark.parametrize(
    ("question", "signal", "least"),
    [
        ("What must Portugal repay?", "unknown", 1.0),
        ("What did judge Ana Castro read?", "unknown", 0.5),
    ],
)
def test_what_the_article_lacks_speaks_against_it(
    question: str, signal: str, least: float, story: Article
) -> None:
    """Another place, another last name."""
    assert _signals(question, story)[signal] >= least


def test_a_name_far_from_the_sentence_is_apart() -> None:
    """Fiji's minister said it; Samoa is only mentioned at the end."""
    text = f"Fiji's minister spoke. {'Nobody answered him at all. ' * 30} Samoa was mentioned."
    story = Article(text, title="A minister speaks")
    found = mismatch_features(_asked("What did the minister of Samoa say?"), _hit(story), 0, 22)
    assert (found["unknown"], found["apart"]) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("question", "published", "most", "least"),
    [
        ("What did the court rule this week?", date(2026, 8, 31), 0.0, 0.0),
        ("What did the court rule this week?", date(2026, 5, 1), 0.8, 0.6),
        ("What did the court rule in 2023?", date(2026, 8, 31), 1.0, 0.9),
        ("What did the court rule in 2023?", date(2023, 5, 4), 0.0, 0.0),
        ("What has the court ruled recently?", date(2026, 7, 1), 0.7, 0.5),
        ("What did the court rule before September 2026?", date(2026, 3, 2), 0.0, 0.0),
        ("After 2024, what did the court rule?", date(2026, 8, 31), 0.0, 0.0),
        ("What is the largest strike since 2008?", date(2026, 8, 31), 0.0, 0.0),
        ("What did the court rule?", date(2019, 5, 4), 0.0, 0.0),
        ("What did the court rule this week?", None, 0.0, 0.0),
    ],
)
def test_an_article_of_another_time_speaks_against_it(
    question: str, published: date | None, most: float, least: float
) -> None:
    """The further its day from the days that the question names, the less; none named, nothing. The
    end of a period is a filter, and what it lets through is of the time that is asked about."""
    found = untimeliness(_asked(question).periods, published)
    assert least <= found <= most


def test_what_a_passage_dates_is_timely_whenever_it_was_published(story: Article) -> None:
    """A report of today that tells of 2019 answers a question about 2019."""
    wanted = _asked("What did the court rule in 2019?")
    old = replace(_hit(replace(story, published_at=date(2026, 8, 31))), happened=True)
    assert mismatch_features(wanted, old, 0, 20)["untimely"] == 0.0


def test_each_signal_against_lowers_the_probability() -> None:
    """The weights have the sign that their names promise."""
    near = {"best": 1.0, "context": 0.8}
    for signal in ("unknown", "apart", "untimely"):
        assert answer_probability({**near, signal: 1.0}) < answer_probability(near)


@pytest.mark.parametrize(("answer_at", "status"), [(0.0, "answered"), (1.0, "not_found")])
def test_the_cautious_and_the_curious(
    sample_assistant: Assistant, answer_at: float, status: str
) -> None:
    """The setting moves the threshold; the confidence that is told stays what it was."""
    question = "What is the salary of Northmole's chief executive?"
    usual = sample_assistant.ask(question)
    assistant = Assistant(
        Settings(model="none", answer_at=answer_at), library=sample_assistant.library
    )
    answer = assistant.ask(question)
    assert answer.status == status
    assert answer.confidence == pytest.approx(usual.confidence)


# -- the set of perturbed questions ---------------------------------------------------------------


def test_perturbed_questions_are_told_apart_and_split_in_halves() -> None:
    """A hundred and more, each once, half of them never fitted on, each saying what was changed."""
    assert len(PERTURBED) >= 100
    assert len({row["id"] for row in PERTURBED}) == len(PERTURBED)
    split = Counter(row["split"] for row in PERTURBED)
    assert split["fit"] == split["held"]
    kinds = {"person", "place", "organisation", "event", "number", "year", "role"}
    assert {row["changed"] for row in PERTURBED} == kinds
    known = {row["id"] for row in rows(OWN / "sample_questions.jsonl")}
    assert all(row["of"] in known for row in PERTURBED if "question" in row)


@pytest.mark.data
def test_every_perturbation_fits_its_question(data: Path) -> None:
    """What is replaced stands in the development question that it is made of."""
    known = {r["question_id"]: r["question"] for r in rows(data / "realtimeqa_mini" / QUESTIONS)}
    for row in PERTURBED:
        if "replace" in row:
            assert perturbed(known[row["of"]], row["replace"], row["by"]) != known[row["of"]]


def test_a_perturbation_that_does_not_fit_is_an_error() -> None:
    """A question that lost the words to exchange is noticed."""
    with pytest.raises(ValueError, match="is not in"):
        perturbed("Who won?", "lost", "drew")


# -- false premises -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def doubted(sample_assistant: Assistant) -> list[tuple[dict[str, Any], Answer]]:
    """Every question with a false premise and its answer."""
    return [(row, sample_assistant.ask(row["question"], asked_at=row["asked_at"])) for row in FALSE]


def test_false_premises_are_contradicted_with_a_quote(
    doubted: list[tuple[dict[str, Any], Answer]],
) -> None:
    """Measured: 27 of 40 (2026-11-23); whoever is told so is shown the sentence."""
    caught = [(row, answer) for row, answer in doubted if answer.status == "false_premise"]
    assert len(caught) >= 25
    shown = [
        any(one["quote"] in " ".join(answer.citations[0].quote.split()) for one in row["evidence"])
        for row, answer in caught
    ]
    assert sum(shown) >= len(caught) - 2
    for _, answer in caught:
        assert answer.lead
        assert str(answer).startswith(answer.lead)
        assert answer.sentences


def test_no_true_premise_is_called_false(
    sample_answers: list[tuple[dict[str, Any], Answer]],
) -> None:
    """Not one of our answerable questions, whatever they presuppose."""
    wrong = [
        q["id"] for q, a in sample_answers if a.status == "false_premise" and not q["unanswerable"]
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "question",
    [
        "Did the Bank of Velmarre raise its key interest rate in September?",
        "Who lost the election in Velmarre?",
        "Why did the Bank of Velmarre cut its key interest rate?",
        "Why did about 7,800 dockworkers walk off the job?",
    ],
)
def test_asking_is_not_claiming(question: str, sample_assistant: Assistant) -> None:
    """Yes-or-no questions, questions after the very word, and true premises are let be."""
    assert sample_assistant.ask(question, asked_at="2026-11-01").status != "false_premise"


def test_what_is_wrong_stands_in_front_once(sample_assistant: Assistant) -> None:
    """In the page, in the terminal and as text: the lead, then the sentence that contradicts."""
    answer = sample_assistant.ask("Why did the Bank of Velmarre raise its key interest rate?")
    console = Console(width=500, record=True, file=io.StringIO())
    print_answer(answer, console)
    now = Exchange(1, answer.question, "done", sentences=answer.sentences,
                   citations=answer.citations, answer=answer)  # fmt: skip
    for shown in (str(answer), console.export_text(), html.unescape(render_exchange(now))):
        body = shown.partition('class="cw-copy"')[0]
        assert body.count(answer.lead) == 1
        assert body.index(answer.lead) < body.index("quarter of a percentage point")


# -- parts and the nearest articles ---------------------------------------------------------------


def test_a_part_without_an_answer_is_named(sample_assistant: Assistant) -> None:
    """The other part is answered with its quote."""
    answer = sample_assistant.ask(
        "How many people died when the Corran Star sank, and what is the capital of Australia?"
    )
    assert answer.status == "partial"
    assert "eight" in answer.text.lower()
    assert any("What is the capital of Australia?" in notice for notice in answer.notices)


def test_both_parts_are_answered_with_one_numbering(sample_assistant: Assistant) -> None:
    """Nothing is quoted twice, and numbers have no gaps."""
    answer = sample_assistant.ask(
        "How many people were on board the Corran Star, and what did the inquiry find?"
    )
    assert answer.status == "answered"
    assert "154 people" in answer.text
    assert "hatch" in answer.text
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert len({s.text for s in answer.sentences}) == len(answer.sentences)


@pytest.mark.xfail(reason="the reader prefers the agreement to what came of it", strict=True)
def test_what_became_of_a_deal_is_told(sample_assistant: Assistant) -> None:
    """A second part that only says "the deal" is answered by the ruling that ended it."""
    answer = sample_assistant.ask(
        "How much was Northmole to pay for Hallan Stevedoring, and what became of the deal?"
    )
    assert "2.8 billion" in answer.text
    assert "blocked" in answer.text


def test_a_model_writes_what_is_there_and_the_rest_is_named(samples: Library) -> None:
    """The notice about the part without an answer is ours; no model decides it."""
    with openai_server("Eight people died when the Corran Star sank.") as server:
        assistant = Assistant(Settings(openai_base_url=server.url), library=samples)
        answer = assistant.ask(
            "How many people died when the Corran Star sank, and what is the capital of Australia?"
        )
    assert (answer.status, answer.mode) == ("partial", "written")
    assert [notice for notice in answer.notices if "capital of Australia" in notice]


def test_no_model_is_asked_about_a_false_premise(samples: Library) -> None:
    """It would only embroider: the contradiction is quoted."""
    with openai_server("The rate was raised because wages rose.") as server:
        assistant = Assistant(Settings(openai_base_url=server.url), library=samples)
        answer = assistant.ask("Why did the Bank of Velmarre raise its key interest rate?")
    assert (answer.status, answer.mode, answer.usage) == ("false_premise", "quoted", {})
    assert "cut its key interest rate" in answer.text


def test_when_no_part_is_answered_nothing_is(sample_assistant: Assistant) -> None:
    """Two strange questions in one are refused as a whole."""
    answer = sample_assistant.ask("Who wrote Emma and how many moons does Jupiter have?")
    assert (answer.status, answer.sentences) == ("not_found", ())


def test_the_nearest_articles_say_what_they_are_about(sample_assistant: Assistant) -> None:
    """The excerpt is how the article opens, not the passage that came near."""
    answer = sample_assistant.ask("Which team won the 1998 football world cup in France?")
    stored = {a.id: a for a in sample_assistant.library.catalogue.articles()}
    for near in answer.nearest:
        opening = " ".join(stored[near.article_id].text.split())
        assert opening.startswith(near.excerpt.rstrip("…"))
        assert near.line in str(answer)
