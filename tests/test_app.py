"""The app without a browser: its page, its public endpoint, and what it lets in."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator

import httpx
import pytest

from ingest.storage.catalogue.filters import Filters
from ingest.storage.library import Library
from qa import Assistant, Settings
from qa.errors import SettingsError
from qa.interfaces.asking.filter_choice import choice_values
from qa.interfaces.event_stream import EventStream
from qa.interfaces.page.conversation import Conversation
from qa.interfaces.page.visit import answer_question
from qa.interfaces.server_address import port_and_lock
from tests.serving import running_app


@pytest.fixture(scope="module")
def address(samples: Library) -> Iterator[str]:
    """A running app over the samples, on a free port of this machine."""
    with running_app(samples.home) as found:
        yield found


def call(address: str, *arguments: str) -> tuple[str, str]:
    """One call of the public endpoint: the last event's name and data."""
    started = httpx.post(f"{address}/gradio_api/call/ask", json={"data": list(arguments)})
    event = started.json()["event_id"]
    lines = httpx.get(f"{address}/gradio_api/call/ask/{event}", timeout=60).text.splitlines()
    pairs = dict(line.split(": ", 1) for line in lines if ": " in line)
    return pairs["event"], pairs["data"]


def test_the_endpoint_returns_the_same_answer(address: str) -> None:
    """The API gives the Answer as JSON, quotes and all."""
    event, data = call(address, "How many people died when the Corran Star sank?", "2026-09-05")
    (answer,) = json.loads(data)
    assert event == "complete"
    assert (answer["status"], answer["asked_at"]) == ("answered", "2026-09-05")
    assert "eight" in answer["citations"][0]["quote"]


def test_the_endpoint_refuses_honestly(address: str) -> None:
    """What is not in the articles is not_found; what is not a question is an error."""
    _, data = call(address, "Who won the 1998 football world cup in France?", "")
    assert json.loads(data)[0]["status"] == "not_found"
    event, _ = call(address, "   ", "")
    assert event == "error"


def test_only_ask_is_public(address: str) -> None:
    """The events of the page are not an API."""
    info = httpx.get(f"{address}/gradio_api/info").json()
    assert list(info["named_endpoints"]) == ["/ask"]
    assert info["unnamed_endpoints"] == {}


def test_the_page_asks_nothing_of_other_hosts(address: str) -> None:
    """No font, script or picture from elsewhere in the page's own markup."""
    import re

    page = httpx.get(address).text
    loaded = re.findall(r"""<(?:script|link|img)[^>]+(?:src|href)=["'](https?://[^"']+)""", page)
    assert [url for url in loaded if not url.startswith(address)] == []


def test_a_home_has_one_server(address: str, samples: Library) -> None:
    """A second one on the same home says which one there is, and what to do, before it listens."""
    port = int(address.rsplit(":", 1)[1])
    # That the port of the first one is taken is no reason to take another.
    for wanted in (0, port):
        with pytest.raises(SettingsError, match="already serves the library") as caught:
            port_and_lock(Settings(home=samples.home, port=wanted))
        assert f"port {port}" in str(caught.value)


def chat(address: str, session: str, shown: str = "") -> str:
    """One question of the page, in a session that the server does not know: all that it is sent.

    ``shown`` are the filters that stand above the question.
    """
    config = httpx.get(f"{address}/config").json()
    events = [one for one in config["dependencies"] if "shown()" in str(one["js"])]
    asking = next(one for one in events if len(one["inputs"]) == 4)
    question = "How many people marched against the pension reform?"
    sent = {"fn_index": asking["id"], "session_hash": session, "event_data": {},
            "data": [shown, None, question, None]}  # fmt: skip
    assert httpx.post(f"{address}/gradio_api/queue/join", json=sent).is_success
    return httpx.get(f"{address}/gradio_api/queue/data?session_hash={session}", timeout=60).text


def test_a_session_that_was_forgotten_asks_what_its_page_shows(address: str) -> None:
    """The filters are those that stand above the question, whatever the server remembers."""
    shown = json.dumps(choice_values(Filters(outlets=("Tideline Public Radio",))))
    assert "Only articles by Tideline Public Radio" in chat(address, "forgotten", shown)


def test_what_to_ask_next_comes_with_the_answer(address: str) -> None:
    """It needs no request of its own, which would count against the limit."""
    assert "These articles also answer" in chat(address, "suggesting")


def test_an_answer_is_saved_before_it_is_shown(samples: Library) -> None:
    """What came after it would close the form in which the question is being edited already."""
    assistant = Assistant(Settings(model="none"), library=samples)
    begun = Conversation().with_question("How many people died when the Corran Star sank?")

    async def shown() -> list[Conversation]:
        stream = EventStream(
            lambda: assistant.stream(begun.current.question), threading.Semaphore(1)
        )
        return [one async for one in answer_question(begun, stream, lambda answer: "a" * 16)]

    complete = [one.current for one in asyncio.run(shown()) if one.current.progress == "done"]
    assert complete[0].saved == "a" * 16
    assert all(one == complete[0] for one in complete)
