"""What readers say of answers: kept whole, and exported as no more than it vouches for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from typer.testing import CliRunner

from ingest.pipeline import ingest
from ingest.storage.library import Library
from qa.answers.feedback import FEEDBACK_FILE, Feedback, Verdict, append_feedback, read_feedback
from qa.errors import FeedbackRefused
from qa.evaluate.question_sets.from_feedback import feedback_cases
from qa.evaluate.question_sets.question_set import read_questions
from qa.interfaces.cli.main import app
from qa.interfaces.page.conversation import Conversation
from qa.interfaces.page.conversation_page import render_exchange
from qa.interfaces.page.given_feedback import feedback_on, render_receipt
from qa.interfaces.page.source_cards import render_sources
from qa.records import Answer
from tests.fakes_ingest import WordEmbedding, text_of
from tests.test_saved_conversations import ANSWER, CITED, done

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
TWO = replace(ANSWER, citations=(CITED, replace(CITED, number=2, article_id="b")))


def said(verdict: Verdict, answer: Answer = TWO, citation: int | None = None) -> Feedback:
    """One verdict."""
    return Feedback(verdict, answer, NOW, citation)


def cases(*feedback: Feedback, held: bool = True) -> list[Mapping[str, Any]]:
    """The exported lines, of a library that holds every quote or none."""
    return feedback_cases(feedback, lambda _: held)


# -- kept -----------------------------------------------------------------------------------


def test_feedback_is_kept_with_its_whole_answer(tmp_path: Path) -> None:
    """What is read again equals what was given, the answer included, one line each."""
    given = [said("up"), Feedback("wrong_citation", TWO, NOW, 2, "Zeilen\nund “mehr” \ud800")]
    for one in given:
        append_feedback(tmp_path, one)
    lines = (tmp_path / FEEDBACK_FILE).read_bytes().splitlines()
    assert [json.loads(line)["verdict"] for line in lines] == ["up", "wrong_citation"]
    again = read_feedback(tmp_path)
    assert again[0] == given[0]
    assert again[1].comment.startswith("Zeilen\nund “mehr”")


def test_a_line_that_a_crash_cut_off_costs_only_itself(tmp_path: Path) -> None:
    """Feedback given afterwards begins a line of its own."""
    append_feedback(tmp_path, said("up"))
    with (tmp_path / FEEDBACK_FILE).open("ab") as file:
        file.write(b'{"verdict": "down", "answer": {"ques')
    append_feedback(tmp_path, said("down"))
    assert [one.verdict for one in read_feedback(tmp_path)] == ["up", "down"]


def test_many_may_write_at_once(tmp_path: Path) -> None:
    """No line is lost or torn when several threads write."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: append_feedback(tmp_path, said("up")), range(40)))
    assert len(read_feedback(tmp_path)) == 40


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    """A citation that the answer has not and an endless comment are errors, and nothing is kept."""
    with pytest.raises(FeedbackRefused, match="no citation 7"):
        append_feedback(tmp_path, said("wrong_citation", citation=7))
    with pytest.raises(FeedbackRefused, match="2,000"):
        append_feedback(tmp_path, replace(said("down"), comment="x" * 2_001))
    assert read_feedback(tmp_path) == []


# -- given on the page ----------------------------------------------------------------------


def test_the_page_s_feedback_finds_its_answer() -> None:
    """The answer is that of the conversation, whatever else the browser sends."""
    conversation = Conversation((done(1), done(2, TWO)))
    given = {"turn": 2, "verdict": "wrong_citation", "citation": 2, "comment": " no ", "answer": 1}
    assert feedback_on(conversation, given, NOW) == Feedback("wrong_citation", TWO, NOW, 2, "no")
    for wrong in ({}, {"turn": 3, "verdict": "up"}, {"turn": 2, "verdict": ["up"]}):
        with pytest.raises(ValueError, match="no such"):
            feedback_on(conversation, wrong, NOW)
    receipt = html.fragment_fromstring(render_receipt({"id": '"><b>'}, kept=False))
    assert (receipt.get("data-id"), receipt.get("data-kept"), len(receipt)) == ('"><b>', "no", 0)


def test_every_answer_and_citation_can_be_judged() -> None:
    """Also a refusal has its two buttons, and each card its own."""
    refused = Answer("Who?", "not_found", "quoted")
    for answer in (ANSWER, refused):
        root = html.fragment_fromstring(render_exchange(done(1, answer)))
        verdicts = [button.get("data-verdict") for button in root.iter("button")]
        assert [verdict for verdict in verdicts if verdict] == ["up", "down"]
    cards = html.fragment_fromstring(render_sources(done(1, TWO)))
    numbers = [b.get("data-n") for b in cards.iter("button") if b.get("data-verdict")]
    assert numbers == ["1", "2"]


# -- exported -------------------------------------------------------------------------------


def test_a_liked_answer_vouches_for_its_articles_and_not_for_its_words() -> None:
    """Evidence is exported, an answer never: nobody marked which words are right."""
    (case,) = cases(said("up"))
    assert case["evidence_ids"] == ["a", "b"]
    assert "answers" not in case
    assert case["question"] == TWO.search
    assert cases(said("up"), held=False)[0].get("evidence_ids") is None


@pytest.mark.parametrize("verdicts", [["down"], ["up", "down"]])
def test_a_disliked_answer_is_a_question_without_a_label(verdicts: list[Verdict]) -> None:
    """Neither its articles nor a refusal count as right, also where readers differ."""
    (case,) = cases(*map(said, verdicts))
    assert not {"evidence_ids", "answers", "unanswerable"} & set(case)
    assert [one["verdict"] for one in case["_feedback"]] == verdicts


def test_a_refusal_that_is_liked_makes_no_unanswerable_question() -> None:
    """A reader cannot know what the library lacks."""
    (case,) = cases(said("up", Answer("Who?", "not_found", "quoted")))
    assert "unanswerable" not in case


def test_a_wrong_citation_is_no_evidence() -> None:
    """Of a liked answer the article that somebody calls wrong is left out."""
    (case,) = cases(said("up"), said("wrong_citation", citation=2))
    assert case["evidence_ids"] == ["a"]
    assert case["kind"] == "feedback_up_and_wrong_citation"


def test_the_commands_list_and_export(tmp_path: Path) -> None:
    """What is exported is a question set that `citewire eval` reads, with quotes checked."""
    home = tmp_path / "home"
    library = Library(home, embedder=WordEmbedding())
    ingest([{"title": "Flood", "text": text_of("flood"), "url": "https://x.example/1"}], library)
    (article,) = library.catalogue.articles()
    true = replace(CITED, article_id=article.id, version=1, start=0, end=9, quote=article.text[:9])
    forged = replace(true, number=2, quote="Made up")
    library.close()
    append_feedback(home, said("up", replace(ANSWER, citations=(true,))))
    append_feedback(home, said("up", replace(ANSWER, search="Other?", citations=(forged,))))
    append_feedback(home, replace(said("down"), comment="Too old", answer=replace(TWO, search="")))
    out = tmp_path / "set.jsonl"
    runner = CliRunner()
    listed = runner.invoke(app, ["feedback", "list", "--home", str(home)]).stdout
    assert "bad: How many?" in listed
    assert "Too old" in listed
    result = runner.invoke(app, ["feedback", "export", "--out", str(out), "--home", str(home)])
    assert result.exit_code == 0, result.stderr
    assert "3 questions, 1 with articles" in result.stdout
    read = {case.question: case.evidence_ids for case in read_questions(out).cases}
    assert read == {"how many died": (article.id,), "Other?": (), "How many?": ()}
