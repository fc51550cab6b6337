"""Questions about the library itself: answered from its catalogue, and never one about the news."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from ingest.storage.catalogue.filters import Filters
from ingest.storage.library import Library
from qa.engine import AnswerEngine
from qa.interfaces.page.conversation import Exchange
from qa.interfaces.page.conversation_page import render_exchange
from qa.questions.interpretation import Query
from qa.questions.library_requests import library_request
from qa.records import Answer, Turn
from tests.conftest import DATA
from tests.fakes_ingest import WordEmbedding, text_of

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AnswerEngine]:
    """Three articles of two outlets, and an outlet that is not known."""
    library = Library(tmp_path_factory.mktemp("asked"), embedder=WordEmbedding())
    told = [("Flood", "Post", "2026-09-01"), ("Storm", "Post", "2026-09-03"),
            (HOSTILE, "Herald", "2026-10-02"), ("Undated", None, None)]  # fmt: skip
    ingest(
        [{"title": title, "text": text_of(title), "url": f"https://x.example/{n}",
          "publisher": outlet, "date": day} for n, (title, outlet, day) in enumerate(told)],
        library,
    )  # fmt: skip
    yield AnswerEngine(library)
    library.close()


def ask(engine: AnswerEngine, question: str, *history: Turn) -> Answer:
    """One answer, on a fixed day."""
    return engine.answer(Query(question, date(2026, 11, 1), history))


HOLDING = "The library holds 4 articles from 3 outlets, published 1 September – 2 October 2026."


@pytest.mark.parametrize("question", ["How many articles do you have?", "how many articles",
                                      "How many stories are in the library, please?"])  # fmt: skip
def test_the_number_of_articles_is_that_of_the_catalogue(
    engine: AnswerEngine, question: str
) -> None:
    """Exact, without a citation, and told as what it is."""
    answer = ask(engine, question)
    assert (answer.status, answer.citations) == ("answered", ())
    assert answer.text == HOLDING
    assert "catalogue" in answer.notices[0]
    assert answer.to_dict()["about"] == "library"


def test_outlets_are_listed_with_their_articles(engine: AnswerEngine) -> None:
    """Every outlet with its number of articles, most first."""
    lines = [s.text for s in ask(engine, "Which outlets do you have?").sentences]
    assert lines[1] == "Post: 2 articles"
    assert "Herald: 1 article" in lines


def test_the_newest_articles_are_listed_by_day(engine: AnswerEngine) -> None:
    """Newest first, with outlet and day; a title that is markup is text on the page."""
    answer = ask(engine, "List the newest articles")
    lines = [sentence.text for sentence in answer.sentences]
    assert lines[1:3] == [f"{HOSTILE} (Herald, 2 October 2026)", "Storm (Post, 3 September 2026)"]
    page = render_exchange(Exchange(1, answer.question, "done", "", answer.sentences, (), answer))
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "No publication date is known" not in page


@pytest.mark.parametrize("question", ["Who are you?", "What can you do?", "Hello, who are you"])
def test_it_says_what_it_is(engine: AnswerEngine, question: str) -> None:
    """Who it is, what it does, and what it has to do it with."""
    text = ask(engine, question).text
    assert "I am Citewire." in text
    assert "4 articles" in text


def test_an_empty_library_is_told_as_empty(tmp_path: Path) -> None:
    """Before anything is ingested the number is none, and no error."""
    engine = AnswerEngine(Library(tmp_path, embedder=WordEmbedding()))
    assert "no articles yet" in ask(engine, "How many articles do you have?").text


@pytest.mark.parametrize(
    "question",
    ["How many articles did the court rule on?", "How many articles does the treaty have?",
     "Which outlets did the regulator fine?", "Who are you voting for?", "What are the sources of "
     "the river?", "List the newest articles about the ferry", "What is the latest?",
     "How old are the articles found in the tomb?", "What can you do about inflation?",
     "How many documents did the library of Velmarre lose?", "Summarise the latest news",
     "What is in the library of the palace?", "Help the aged: what was announced?"],
)  # fmt: skip
def test_a_question_about_the_news_is_not_taken(question: str) -> None:
    """Words of the library in a question about the news leave it one about the news."""
    assert library_request(Query(question)) is None


def test_context_and_filters_decide() -> None:
    """“Which outlets?” after another question is about that one; with a filter no total is true."""
    assert library_request(Query("Which outlets?")) == "outlets"
    assert library_request(Query("Which outlets?", history=(Turn("Who was fined?"),))) is None
    opened = (Turn("Who opened the new national library in Oslo?"),)
    assert library_request(Query("How big is the library?", history=opened)) is None
    assert library_request(Query("How big is your library?", history=opened)) == "count"
    assert library_request(Query("What is in the archive?")) is None
    only = Filters(outlets=("Post",))
    assert library_request(Query("How many articles do you have?", filters=only)) is None


def questions_in(folder: Path) -> list[str]:
    """Every question of the JSON lines of a folder."""
    lines = [
        json.loads(line)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return [line["question"] for line in lines if "question" in line]


@pytest.mark.parametrize("folder", [Path(__file__).parent / "data", DATA / "realtimeqa_mini"])
def test_no_question_of_the_development_sets_is_taken(folder: Path) -> None:
    """Hundreds of real questions about the news, and not one is taken for one about the library."""
    if not folder.is_dir():
        pytest.skip("the development data is not beside the project")
    asked = questions_in(folder)
    assert len(asked) > 200
    assert [question for question in asked if library_request(Query(question))] == []
