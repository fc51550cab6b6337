"""Filters of the page: what is chosen, shown, kept with a question, and told when it is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from lxml import html

from ingest.pipeline import ingest
from ingest.storage.catalogue.filters import Filters
from ingest.storage.library import Library
from qa import Assistant, Settings
from qa.interfaces.asking.filter_bar import render_filter_bar
from qa.interfaces.asking.filter_choice import (
    MAX_ARTICLES_CHOSEN,
    Choice,
    choice_values,
    read_arrival,
    read_choice,
)
from qa.interfaces.page.conversation import Conversation, Exchange, apply_event
from qa.interfaces.page.conversation_page import render_exchange
from qa.interfaces.page.saved_conversation import exchange_to_json, restore
from qa.interfaces.page.source_cards import render_sources
from qa.records import AnswerEvent, Turn
from tests.fakes_ingest import WordEmbedding

FIRST, LAST = date(2026, 6, 1), date(2026, 6, 30)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Three reports of two outlets; a title and an outlet try to be markup."""
    opened = Library(tmp_path_factory.mktemp("filters"), embedder=WordEmbedding())
    ingest(
        [
            {"title": "<i>Ferry</i>", "text": "The ferry to Hallan sank on Monday, police said.",
             "url": "https://post.example/1", "publisher": "Harbour Post", "date": "2026-06-02"},
            {"title": "Bridge", "text": "The bridge at Kestrin was closed for repairs in May.",
             "url": "https://post.example/2", "publisher": "<b>Inland</b>", "date": "2026-05-20"},
            {"title": "Market", "text": "The market of Ostrany sold eleven thousand melons.",
             "url": "https://post.example/3", "publisher": "Harbour Post", "date": "2026-06-09"},
        ],
        opened,
    )  # fmt: skip
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def ids(library: Library) -> list[str]:
    return [article.id for article in library.catalogue.articles()]


def test_what_is_chosen_holds(library: Library, ids: list[str]) -> None:
    """Days, outlets and articles become exactly those filters, from lists and from a link alike."""
    values = {"since": "2026-06-01", "until": "2026-06-30", "outlets": ["Harbour Post"],
              "articles": ",".join(ids)}  # fmt: skip
    wanted = Filters(FIRST, LAST, outlets=("Harbour Post",), articles=tuple(ids))
    assert read_choice(values, library, Filters()) == Choice(wanted)
    assert read_choice(choice_values(wanted), library, Filters()) == Choice(wanted)
    assert read_arrival(json.dumps({"filters": values}), library) == Choice(wanted)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"since": "soon"}, "not a day"),
        ({"since": "2026-06-30", "until": "2026-06-01"}, "after the last"),
        ({"outlets": ["Harbor Post"]}, "did you mean Harbour Post"),
        ({"articles": ["gone"]}, "None of the chosen articles"),
    ],
)
def test_what_makes_no_sense_changes_nothing_and_is_said(
    library: Library, values: dict[str, Any], problem: str
) -> None:
    """A filter that cannot hold is never taken for none: the one before stays, with the reason."""
    before = Filters(first=FIRST)
    choice = read_choice(values, library, before)
    assert choice.filters == before
    assert problem in choice.problem
    assert problem in html.fromstring(render_filter_bar(choice, library)).text_content()


@pytest.mark.parametrize(
    "sent",
    ["", "[]", "{", '{"filters": 3}', '{"filters": {"since": {}, "outlets": 5, "articles": [[1]]}}',
     '{"filters": {"articles": ["\\u0000", 7, null]}}', '{"filters": {"articles": ["\\ud800"]}}',
     '{"filters": {"outlets": [{}, "\\ud800"]}}',
     '{"filters": {"since": "9999999-01-01"}}', "[" * 30_000],
)  # fmt: skip
def test_a_stranger_s_link_is_never_an_error(library: Library, sent: str) -> None:
    """Whatever an address or a script says, all articles are asked and the page opens."""
    assert read_arrival(sent, library).filters == Filters()


def test_the_ends_of_the_calendar_are_days(library: Library) -> None:
    """An open end that is written as the last day there is asks all articles, without an error."""
    open_ended = Filters(date.min, date.max)
    answer = Assistant(Settings(model="none"), library=library).ask(MELONS, filters=open_ended)
    assert "eleven thousand" in answer.citations[0].quote


def test_each_chip_takes_away_its_own_condition(library: Library, ids: list[str]) -> None:
    """Every condition is shown once, as text, and its button leaves all the others."""
    filters = Filters(FIRST, LAST, outlets=("<b>Inland</b>",), articles=tuple(ids[:2]))
    bar = html.fromstring(render_filter_bar(Choice(filters), library))
    chips = bar.xpath("//div/ul/li")
    left = [read_choice(json.loads(chip.find("button").get("data-set")), library, filters).filters
            for chip in chips]  # fmt: skip
    assert [chip.find("span").text for chip in chips[:3]] == [
        "from 1 June 2026", "to 30 June 2026", "<b>Inland</b>",
    ]  # fmt: skip
    assert left == [
        replace(filters, first=None), replace(filters, last=None), replace(filters, outlets=()),
        replace(filters, articles=(ids[1],)), replace(filters, articles=(ids[0],)),
    ]  # fmt: skip
    assert not bar.xpath("//i | //b")
    assert bar.xpath("//input[@checked]/@value") == ["<b>Inland</b>"]


MELONS = "Who sold eleven thousand melons?"


def asked(library: Library, question: str, filters: Filters) -> Exchange:
    """A question with its answer under filters."""
    asked = Conversation().with_question(question, filters).current
    assistant = Assistant(Settings(model="none"), library=library)
    answer = assistant.ask(asked.question, filters=filters)
    return apply_event(asked, AnswerEvent(answer))


def test_a_refusal_under_a_filter_says_so_and_offers_all_articles(library: Library) -> None:
    """It names the articles that were asked, and a button asks the same of all; without a filter
    nothing of the kind is offered."""
    filtered = asked(library, MELONS, Filters(last=date(2026, 5, 30)))
    shown = html.fromstring(render_exchange(filtered))
    assert "No article published until 30 May 2026 answers this" in shown.text_content()
    assert shown.xpath("//button[contains(@class, 'cw-all')]/@data-question") == [MELONS]
    plain = html.fromstring(render_exchange(asked(library, "Who won in 1998?", Filters())))
    assert "Nothing in the library answers this" in plain.text_content()
    assert not plain.xpath("//button[contains(@class, 'cw-all')]")


def test_a_question_keeps_its_filters_in_the_browser(library: Library) -> None:
    """A stored conversation comes back with the filters of each question, and goes on under the
    last; more articles than can be chosen, or days that exclude each other, do no harm."""
    filters = Filters(FIRST, None, outlets=("Harbour Post",), articles=(*map(str, range(500)),))
    first = Exchange(1, "Who?", "stopped", filters=filters)
    stored = exchange_to_json(first)
    wrong = stored | {"filters": {"first": "2026-06-02", "last": "2026-06-01"}}
    text = json.dumps({"key": "0" * 32, "exchanges": [wrong, stored]})
    again, whole = restore(text)
    assert not whole
    assert len(again.exchanges) == 1
    assert again.filters == replace(filters, articles=filters.articles[:MAX_ARTICLES_CHOSEN])
    broken = replace(filters, outlets=("Harbour \ud800Post",))
    text = json.dumps(
        {"key": "0" * 32, "exchanges": [exchange_to_json(replace(first, filters=broken))]}
    )
    assert restore(text)[0].filters.outlets == ("Harbour Post",)


def test_a_question_that_is_asked_anew_takes_the_place_of_the_last() -> None:
    """The conversation keeps its key and its earlier exchanges; the question keeps its number."""
    talk = Conversation().with_question("Who?").with_question("When?", Filters(first=FIRST))
    anew = talk.without_last().with_question("Where?")
    assert (anew.key, [e.question for e in anew.exchanges]) == (talk.key, ["Who?", "Where?"])
    assert anew.current.number == 2


def test_only_the_articles_of_an_answer_can_be_asked_next(sample_assistant: Assistant) -> None:
    """The button of an answer's sources names each cited article once, and asking only those
    gives the same figures."""
    question = "How many people died when the Corran Star sank?"
    answer = sample_assistant.ask(question, asked_at="2026-10-20")
    cited = list(dict.fromkeys(c.article_id for c in answer.citations))
    done = apply_event(Conversation().with_question(question).current, AnswerEvent(answer))
    button = html.fromstring(render_sources(done)).xpath("//button[text()='Ask only these']")[0]
    assert button.get("data-articles").split(",") == cited
    chosen = Filters(articles=tuple(cited))
    again = sample_assistant.ask(question, asked_at="2026-10-20", filters=chosen)
    assert again.latest == answer.latest
    assert again.filters == f"chosen one by one ({len(cited)})"


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        ("How many people died?", "Searched as “How many people died? (Corran Star sink)”"),
        (
            "Who leads the ferry inquiry and how many people died on the Corran Star?",
            "“How many people died on",
        ),
        ("What did the court decide about the port merger last month?", "eports of September 2026"),
        ("How many people died when the Corran Star sank?", ""),
    ],
)
def test_an_answer_tells_how_its_question_was_searched(
    sample_assistant: Assistant, question: str, searched: str
) -> None:
    """A completed follow-up, the parts of a double question and a period that was worked out are
    told; a plain question needs no such line."""
    earlier = Turn("When did the Corran Star sink?", "On Tuesday.")
    answer = sample_assistant.ask(question, history=[earlier], asked_at="2026-10-20")
    assert searched in answer.searched_as
    assert bool(answer.searched_as) == bool(searched)
