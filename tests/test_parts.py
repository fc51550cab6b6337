"""Questions that ask several things: where they are cut, and where they are not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.records import Article, Passage
from qa import Assistant
from qa.questions.decomposition import (
    MAX_PARTS,
    is_self_contained,
    query_for_part,
    split_question,
)
from qa.questions.interpretation import interpret
from qa.reading.evidence import Evidence
from qa.reading.status import decide_outcome, judge_part
from qa.retrieval.ranking import Hit

SAMPLES = Path(__file__).parent / "data" / "sample_questions.jsonl"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("Who won and how many goals were scored?", ("Who won?", "How many goals were scored?")),
        ("Who resigned, and why?", ("Who resigned?", "Why?")),
        ("How far was the rate lowered, and to what level?",
         ("How far was the rate lowered?", "To what level?")),
        ("When and where were the talks held?",
         ("When were the talks held?", "Where were the talks held?")),
        ("Who won? How many goals were scored?", ("Who won?", "How many goals were scored?")),
        ("Is the truce still in force, and when does it end?",
         ("Is the truce still in force?", "When does it end?")),
        ("How many died; how many were hurt?", ("How many died?", "How many were hurt?")),
        ("How much does it cost and who pays?", ("How much does it cost?", "Who pays?")),
        ("What did Ostrany ask for when talks began, and what length was finally agreed?",
         ("What did Ostrany ask for when talks began?", "What length was finally agreed?")),
    ],
)  # fmt: skip
def test_a_question_is_cut_where_another_begins(asked: str, expected: tuple[str, ...]) -> None:
    """Each part is a question that can be shown to the reader."""
    assert split_question(asked) == expected


@pytest.mark.parametrize(
    "asked",
    [
        "Who opened the talks?",
        "Did they say when the ferry sank and why it did?",
        "Which country signed the deal and left the union?",
        "What are the name and the age of the captain?",
        "We lost a star, who passed away at 89. Which role did she bring to life?",
        "The author, who died this week, was celebrated for which book?",
        "In the town where it began and where it ended, who was mayor?",
        "Who was arrested and was released on bail?",
        "and what about him?",
        "When and where?",
        "",
        "??",
    ],
)
def test_one_question_stays_whole(asked: str) -> None:
    """Relative and indirect clauses, joined verbs and statements are no further questions."""
    assert split_question(asked) == (asked,)


def test_the_questions_on_the_samples_are_cut_where_they_ask_twice() -> None:
    """Of our own questions, all that need two sources, and only one other, have two parts."""
    rows = [json.loads(line) for line in SAMPLES.read_text(encoding="utf-8").splitlines()]
    cut = {row["id"]: row["kind"] for row in rows if len(split_question(row["question"])) > 1}
    assert {i for i, kind in cut.items() if kind != "multi_source"} == {"s38"}
    assert sum(kind == "multi_source" for kind in cut.values()) == 7


def test_a_part_is_searched_with_what_the_others_name() -> None:
    """A bare part takes all words along, one that says enough only the names and numbers."""
    whole = "Who left the Bank of Velmarre in 2019, and why?"
    assert query_for_part("Why?", whole) == "Why? (left Bank Velmarre 2019)"
    asked = "Which final deadline did the envoy set for both delegations?"
    whole = f"What did Leonie Abarra say and {asked}"
    assert query_for_part(asked, whole) == f"{asked} (Leonie Abarra)"
    assert query_for_part("Who won?", "Who won?") == "Who won?"


@pytest.mark.parametrize(
    ("part", "alone"),
    [
        ("How big was the crowd at the cup final?", True),
        ("Who was in command of the ferry that sank off Sallowford?", True),
        ("Why?", False),
        ("How many died?", False),
        ("What did they tell the crowd at the cup final?", False),
    ],
)
def test_parts_that_need_no_other(part: str, alone: bool) -> None:
    """One that says enough and points at nothing may be answered by another story."""
    assert is_self_contained(part) is alone


def test_two_questions_about_two_stories_are_both_answered(sample_assistant: Assistant) -> None:
    """The names of the first do not keep the second from its own story."""
    answer = sample_assistant.ask(
        "Where did the Corran Star sink and who scored in the women's cup final?",
        asked_at="2026-11-01",
    )
    assert answer.status == "answered"
    assert "Stanch" in answer.text


def test_the_size_of_a_crowd_is_quoted(sample_assistant: Assistant) -> None:
    """What an article gives in wholly other words is found."""
    answer = sample_assistant.ask(
        "How big was the crowd at the women's cup final?", asked_at="2026-11-01"
    )
    assert "51,206" in answer.citations[0].quote


@given(
    st.lists(
        st.sampled_from(
            "who what when why and , did the it ? how many ; was Bank but . — sank".split()
        ),
        max_size=14,
    )
)
def test_any_words_are_cut_without_loss(words: list[str]) -> None:
    """No word that carries meaning is lost, there is always a part, and never more than four."""
    text = " ".join(words)
    found = split_question(text)
    assert 1 <= len(found) <= MAX_PARTS
    assert {"sank", "bank"} & set(text.lower().split()) == {"sank", "bank"} & {
        w for part in found for w in part.lower().replace("?", " ").split()
    }


def test_a_sentence_that_two_parts_find_is_read_once() -> None:
    """A model's few places are not taken by the same words with other features."""
    text = "The ferry sank on Monday. Nobody was hurt."
    article = Article(text=text, id="a")
    found = Hit(Passage("p", "a", 1, 0, 0, len(text), text), article, 1.0)
    spans = ((0, 25), (26, len(text)))
    parts = [
        judge_part(
            interpret(asked), [found],
            [Evidence(found, a, b, text[a:b], {"covered": covered}) for a, b in spans],
        )
        for asked, covered in (("When did the ferry sink?", 0.9), ("Who was hurt?", 0.2))
    ]  # fmt: skip
    outcome = decide_outcome(parts[0], parts)
    assert [e.text for e in outcome.evidence] == [text[a:b] for a, b in spans]
