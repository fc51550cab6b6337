"""Conversations that a browser keeps: what is stored, what comes back, and what damage does."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from qa.answers.from_json import record_from_json
from qa.interfaces.page.conversation import Conversation, Exchange, Progress
from qa.interfaces.page.conversation_page import render_exchange
from qa.interfaces.page.saved_conversation import exchange_to_json, render_record, restore
from qa.interfaces.page.source_cards import render_sources
from qa.records import Answer, Citation, Dated, Entry, NearArticle, Reported, Sentence, to_json

DAY, MOMENT = date(2026, 9, 4), datetime(2026, 9, 5, tzinfo=UTC)
QUOTE = "Eight people died on Friday."
CITED = Citation(
    number=1, article_id="a", version=2, title="Toll <rises>", publisher=None, published_at=MOMENT,
    published_from="meta", url="https://post.example/a", quote=QUOTE, start=3, end=31,
    passage_id="p", before="PORT. ", after=" It rained.", speaker="Ann Lee", said_on=DAY,
    support=0.5, role="mayor", dates=(Dated("Friday", 21, 27, DAY, DAY, "weekday"),),
    notices=("Corrected.",),
)  # fmt: skip
ANSWER = Answer(
    question="How many?", status="partial", mode="quoted",
    sentences=(Sentence(QUOTE, (1,), (0, 5), "Ann Lee, mayor", True, "The toll"),),
    citations=(CITED,), nearest=(NearArticle("b", "Near", "Post", DAY, None, "Nearly."),),
    as_of=DAY, asked_at=DAY, independent_sources=1, newest_article=DAY,
    latest=Reported("eight", (1,), DAY, "Ann Lee"), superseded=(Reported("three", (1,)),),
    disagreements=(Reported("nine", (1,), means="9 people"),),
    timeline=(Entry(DAY, DAY, QUOTE, (1,), "publication"),), missing=("why",), notices=("Thin.",),
    search="how many died", searches=("toll",), evidence_read={"tokens": 5, "why": "small"},
    filters="from Post", confidence=0.5, timings={"total": 1.5}, usage={"tokens": 3},
)  # fmt: skip


def done(number: int, answer: Answer = ANSWER) -> Exchange:
    """A finished exchange."""
    return Exchange(number, answer.question, "done", "", answer.sentences, answer.citations, answer)


def stored(conversation: Conversation) -> str:
    """What a browser sends back that has stored every record of a conversation."""
    exchanges: list[Any] = []
    for number in range(1, len(conversation.exchanges) + 1):
        root = html.fragment_fromstring(render_record(conversation, number))
        first = int(root.get("data-first"))
        fresh = json.loads(root.get("data-exchanges"))
        exchanges = [one for one in exchanges if one["number"] < first] + fresh
    return json.dumps({"key": conversation.key, "title": "Mine", "exchanges": exchanges})


def test_an_answer_is_the_same_after_json() -> None:
    """Every field of an answer, days and moments included, is rebuilt from its JSON."""
    again = record_from_json(Answer, json.loads(json.dumps(ANSWER.to_dict())))
    assert again == ANSWER
    assert isinstance(again.citations[0].published_at, datetime)


def test_a_conversation_comes_back_as_it_was_shown() -> None:
    """Answers of every kind are rendered to the same HTML after a visit to the browser."""
    plain = replace(ANSWER, timeline=(), sentences=(replace(ANSWER.sentences[0], heading=""),))
    answers = [ANSWER, plain, replace(plain, mode="written", disagreements=()),
               Answer("Who?", "not_found", "quoted", nearest=ANSWER.nearest)]  # fmt: skip
    conversation = Conversation(tuple(done(n, answer) for n, answer in enumerate(answers, 1)))
    again, whole = restore(stored(conversation))
    assert whole
    assert again == conversation
    for before, after in zip(conversation.exchanges, again.exchanges, strict=True):
        assert render_exchange(after) == render_exchange(before)
        assert render_sources(after) == render_sources(before)


@pytest.mark.parametrize(
    ("progress", "after"), [("working", "stopped"), ("stopped", "stopped"), ("failed", "failed")]
)
def test_what_was_not_finished_keeps_its_sentences(progress: Progress, after: Progress) -> None:
    """A reload in the middle of an answer leaves the sentences so far, told as stopped."""
    half = Exchange(1, "Why?", progress, "Reading", ANSWER.sentences, ANSWER.citations)
    (again,) = restore(stored(Conversation((half,))))[0].exchanges
    assert (again.progress, again.sentences, again.citations) == (
        after, ANSWER.sentences, ANSWER.citations,
    )  # fmt: skip


def test_a_follow_up_after_a_reload_knows_what_it_follows() -> None:
    """The history of a restored conversation is that of the conversation."""
    conversation = Conversation((done(1),))
    again = restore(stored(conversation))[0].with_question("And why?")
    assert again.history() == conversation.with_question("And why?").history() != ()
    assert again.key == conversation.key


def test_damaged_exchanges_are_dropped_and_the_others_stay() -> None:
    """One exchange of another shape costs itself alone, and the browser is told to store the rest
    anew."""
    good = exchange_to_json(done(1))
    old = {"number": 2, "question": "Old?", "answer": {"text": "of an older shape"}}
    wrong = json.loads(json.dumps(good)) | {"number": 3}
    wrong["answer"]["citations"][0]["start"] = "three"
    last = good | {"number": 4, "something_newer": [1]}
    text = json.dumps({"key": "0" * 32, "exchanges": [good, old, wrong, None, 5, last]})
    conversation, whole = restore(text)
    assert [one.number for one in conversation.exchanges] == [1, 2]
    assert not whole
    assert conversation.key == "0" * 32


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "5", '{"exchanges": 5}', '{"key": "<b>", "exchanges": [[]]}',
     "[" * 100_000, '{"exchanges": [{}]}', "\x00"],
)  # fmt: skip
def test_what_is_no_conversation_is_an_empty_one(text: str) -> None:
    """Whatever the browser sends, the page opens; a key that is none is replaced."""
    conversation, _ = restore(text)
    assert conversation.exchanges == ()
    assert len(conversation.key) == 32


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_damage_is_dropped_or_can_be_shown(data: st.DataObject) -> None:
    """Wherever one value is replaced by any other, the exchange is dropped or is rendered."""
    exchange = json.loads(json.dumps(exchange_to_json(done(1))))
    node, key = exchange, "answer"
    while isinstance(node[key], dict | list) and node[key] and data.draw(st.booleans()):
        node = node[key]
        places = sorted(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(places))
    node[key] = data.draw(_JSON)
    conversation, _ = restore(json.dumps({"key": "0" * 32, "exchanges": [exchange]}))
    for one in conversation.exchanges:
        assert render_exchange(one)
        assert render_sources(one)


def test_what_is_stored_is_text_in_the_page() -> None:
    """Markup in a question or an article stays inside the attribute that the script reads."""
    hostile = "\"><script>alert(1)</script>'"
    root = html.fragment_fromstring(
        render_record(Conversation((Exchange(1, hostile, "failed", hostile),)), 1)
    )
    assert [element.tag for element in root.iter()] == ["div"]
    assert json.loads(root.get("data-exchanges"))[0]["question"] == hostile


def test_each_conversation_has_a_key_of_its_own() -> None:
    """Two visitors, or two conversations of one, never share what is stored."""
    assert Conversation().key != Conversation().key
    begun = Conversation().with_question("Who?")
    assert begun.stopped().with_question("When?").key == begun.key


def test_values_that_do_not_fit_are_named() -> None:
    """A record is never half built: a value of the wrong type is an error that says which."""
    values = to_json(CITED) | {"number": True}
    with pytest.raises(ValueError, match="int"):
        record_from_json(Citation, values)
    with pytest.raises(ValueError, match="Citation"):
        record_from_json(Citation, {"number": 1})
