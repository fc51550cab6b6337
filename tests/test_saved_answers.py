"""The page of a saved answer: as it was given, and whether it still stands."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from lxml import html

from ingest.storage.catalogue.archive import SavedAnswer
from ingest.storage.library import Library
from qa import Assistant, Settings
from qa.interfaces.answer_page.answer_saver import AnswerSaver
from qa.interfaces.answer_page.routes import answer_routes
from qa.interfaces.article_page.routes import article_routes
from qa.interfaces.page.conversation import Exchange
from qa.interfaces.page.conversation_list import render_conversation_list
from qa.interfaces.page.conversation_page import render_exchange
from tests.fakes_ingest import WordEmbedding
from tests.serving import served
from tests.test_recheck import BODY, QUESTION, bridge


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    library = Library(tmp_path / "home", embedder=WordEmbedding())
    settings = Settings(model="none", home=tmp_path / "home", saved_answers=3)
    made = Assistant(settings, library=library)
    made.ingest([bridge()])
    yield made
    library.close()


@pytest.fixture
def desk(assistant: Assistant) -> Iterator[str]:
    with served([*answer_routes(assistant.library), *article_routes(assistant.library)]) as address:
        yield address


def saved(assistant: Assistant, question: str = QUESTION) -> str:
    return assistant.save(assistant.ask(question, asked_at="2026-05-05"))


def page(address: str) -> html.HtmlElement:
    reply = httpx.get(address)
    assert reply.status_code == 200
    return html.document_fromstring(reply.text)


def test_a_saved_answer_has_a_page_whose_quotes_lead_to_their_articles(
    assistant: Assistant, desk: str
) -> None:
    """The page has the question, the days and every quote, linked to its place in the article."""
    key = saved(assistant)
    found = page(f"{desk}/answer/{key}")
    text = " ".join(found.text_content().split())
    assert found.xpath("string(//h1)") == QUESTION
    assert "asked as of 5 May 2026" in text
    assert "every quote still stands" in text
    (first, *_) = found.xpath("//ol[@class='sources']/li//figcaption/a/@href")
    article = page(str(httpx.URL(f"{desk}/answer/{key}").join(first)))
    assert "Ada Quill" in article.xpath("string(//*[@id='quote'])")
    assert found.xpath("//sup/a/@href")[0] == "#note-1"


def test_a_correction_is_told_on_the_page_of_an_answer(assistant: Assistant, desk: str) -> None:
    """An answer stays as it was given, and says what its article has corrected since."""
    key = saved(assistant)
    before = httpx.get(f"{desk}/api/answers/{key}").json()
    assistant.ingest([bridge(BODY + "\n\nCorrection: An earlier version misstated <b>costs</b>.")])
    after = httpx.get(f"{desk}/api/answers/{key}").json()
    assert (before["stands"], after["stands"]) == (True, False)
    assert before["answer"] == after["answer"]
    assert after["changed"][0]["what"] == "corrected"
    found = page(f"{desk}/answer/{key}")
    (told,) = found.xpath("//section[@class='problem']")
    assert "misstated <b>costs</b>" in told.text_content()
    (compare, *_) = told.xpath(".//a[contains(@href, 'compare')]/@href")
    assert httpx.get(str(httpx.URL(f"{desk}/answer/{key}").join(compare))).status_code == 200


def test_an_address_that_leads_nowhere_says_so(assistant: Assistant, desk: str) -> None:
    """Unknown ids and answers of another shape are a 404 with the reason, as a page and as JSON."""
    odd = SavedAnswer("0" * 16, "Who?", '{"citations": []}', None, datetime.now(UTC))
    assistant.library.catalogue.save_answer(odd, keep=9)
    for key, reason in (("nothing", "no saved answer"), (odd.id, "Another version")):
        reply = httpx.get(f"{desk}/answer/{key}")
        assert (reply.status_code, reason in reply.text) == (404, True)
        assert httpx.get(f"{desk}/api/answers/{key}").json()["error"]["code"] == "answer_not_found"


def test_ids_cannot_be_guessed_and_the_oldest_answers_give_way(assistant: Assistant) -> None:
    """The same answer saved again keeps its id, which another assistant does not know; beyond the
    limit the oldest is gone."""
    catalogue = assistant.library.catalogue
    old = SavedAnswer("a" * 16, "Old?", "{}", None, datetime(2020, 1, 1, tzinfo=UTC))
    catalogue.save_answer(old, keep=3)
    asked = [QUESTION, QUESTION, "Who opened the bridge?", "What does the bridge cost?"]
    keys = [saved(assistant, question) for question in asked]
    assert len({*keys}) == 3
    other = Assistant(assistant.settings, library=assistant.library)
    assert other.saved_id(assistant.ask(QUESTION, asked_at="2026-05-05")) not in keys
    assert {one.id for one in catalogue.saved_answers()} == {*keys}


def test_nobody_waits_for_the_catalogue(assistant: Assistant) -> None:
    """While another writes, an answer has its id at once; it is saved when the other is done."""
    saver, answer = AnswerSaver(assistant), assistant.ask(QUESTION)
    catalogue = assistant.library.catalogue
    with catalogue.write():
        key = saver.save(answer)  # would wait for this transaction for ever
    for _ in range(1000):
        if found := catalogue.saved_answer(key):
            break
        time.sleep(0.01)
    assert found is not None
    assert found.question == QUESTION


def test_a_link_is_offered_where_the_answer_is_saved(assistant: Assistant) -> None:
    """The button that copies the address is there for a saved answer, and only then."""
    answer = assistant.ask(QUESTION)
    done = Exchange(1, QUESTION, "done", answer=answer)
    kept = replace(done, saved="ab")
    assert "Copy link" not in render_exchange(done)
    shown = html.fromstring(render_exchange(kept))
    assert shown.xpath("//button[text()='Copy link']/@data-link") == ["answer/ab"]


def test_the_drawer_says_where_conversations_and_answers_are_kept() -> None:
    """Where answers are also saved on the server, the list of conversations says so."""
    assert "on the server" in render_conversation_list(saving=True)
    assert "on the server" not in render_conversation_list(saving=False)
