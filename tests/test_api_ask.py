"""Our own HTTP API: questions as events or whole, drafts, their pages, and the description."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from qa import Assistant
from qa.interfaces.api.answer_queue import AnswerQueue
from qa.interfaces.api.routes import api_routes
from qa.records import Event
from tests.serving import served

ROOT = Path(__file__).parent.parent
ASKED = {"question": "How many people died when the Corran Star sank?", "asked_at": "2026-11-01"}
WRONG = "Nine people died when the Corran Star sank."


@pytest.fixture(scope="module")
def client(sample_assistant: Assistant) -> Iterator[httpx.Client]:
    """A client of the routes around the samples."""
    routes = api_routes(sample_assistant, threading.Semaphore(2))
    with served(routes) as address, httpx.Client(base_url=address, timeout=60) as found:
        yield found


def events_of(text: str) -> list[tuple[str, dict[str, Any]]]:
    """The named events of a stream."""
    pairs = re.findall(r"event: (\w+)\ndata: (.*)\n\n", text)
    return [(name, json.loads(value)) for name, value in pairs]


def test_events_are_those_of_the_python_stream(
    client: httpx.Client, sample_assistant: Assistant
) -> None:
    """Steps, proven sentences with their citations, and at last the answer that ``ask`` gives."""
    response = client.post("/api/ask", json=ASKED)
    assert response.headers["content-type"].startswith("text/event-stream")
    events = events_of(response.text)
    names = [name for name, _ in events]
    assert names[0] == "status"
    assert names[-1] == "answer"
    assert "sentence" in names
    answer = sample_assistant.ask(**ASKED)
    assert events[-1][1] == json.loads(json.dumps(answer.to_dict()))
    told = [value["sentence"]["text"] for name, value in events if name == "sentence"]
    assert told == [sentence.text for sentence in answer.sentences]


def test_json_is_given_when_it_is_asked_for(client: httpx.Client) -> None:
    """With ``Accept: application/json`` comes the answer alone."""
    answer = client.post("/api/ask", json=ASKED, headers={"Accept": "application/json"}).json()
    assert (answer["status"], answer["asked_at"]) == ("answered", "2026-11-01")
    assert "eight" in answer["citations"][0]["quote"].lower()


def test_only_some_articles_may_answer(client: httpx.Client) -> None:
    """``only`` restricts the articles, as filters do elsewhere."""
    asked = ASKED | {"only": {"until": "2026-09-02"}}
    answer = client.post("/api/ask", json=asked, headers={"Accept": "application/json"}).json()
    assert answer["filters"] == "published until 2 September 2026"
    assert all(c["published_at"] < "2026-09-03" for c in answer["citations"])


@pytest.mark.parametrize(
    ("path", "body", "status", "param"),
    [
        ("/api/ask", {"question": "  "}, 400, "question"),
        ("/api/ask", {}, 400, "question"),
        ("/api/ask", {"question": "Who?", "temperature": 1}, 400, "temperature"),
        ("/api/ask", {"question": "Who?", "asked_at": "soon"}, 400, "asked_at"),
        ("/api/check", {"text": " "}, 400, "text"),
        ("/api/check", {"text": "It rained. " * 401}, 400, "text"),
    ],
)
def test_what_is_wrong_is_told_with_its_field(
    client: httpx.Client, path: str, body: dict[str, Any], status: int, param: str
) -> None:
    """A request that cannot be answered gets a status, a message and the field, no stream."""
    response = client.post(path, json=body)
    error = response.json()["error"]
    assert (response.status_code, error["param"]) == (status, param)
    assert error["message"]


def test_another_site_cannot_send_it_unasked(client: httpx.Client) -> None:
    """A form of another page has not the type of content that the API takes."""
    response = client.post("/api/ask", content='{"question": "Who?"}',
                           headers={"Content-Type": "text/plain"})  # fmt: skip
    assert response.status_code == 415


def test_a_draft_is_checked(client: httpx.Client) -> None:
    """Each sentence has its verdict, the place in the text, and what differs."""
    check = client.post("/api/check", json={"text": WRONG}).json()
    assert check["counts"]["contradicted"] == 1
    (sentence,) = check["sentences"]
    assert WRONG[sentence["start"] : sentence["end"]] == WRONG
    assert sentence["differences"][0]["given"] == "three"


def test_the_page_works_without_script(client: httpx.Client) -> None:
    """The form sends the draft, which comes back with verdict and quote, all of it escaped."""
    page = client.get("/check")
    assert '<form method="post" action="check"' in page.text
    assert "<script" not in page.text
    text = f"{WRONG} <script>alert(1)</script> was said."
    result = client.post("/check", data={"text": text, "asked_at": "2026-11-01"})
    assert "Contradicted" in result.text
    assert "“Nine people” is “three” there" in result.text
    assert "three were confirmed dead" in result.text
    assert "<script" not in result.text
    empty = client.post("/check", data={"text": ""})
    assert (empty.status_code, "nothing to check" in empty.text) == (400, True)


def test_the_description_is_complete(client: httpx.Client) -> None:
    """Every schema that is named is there, the examples work, and the page shows all of it."""
    document = client.get("/api/openapi.json").json()
    schemas = document["components"]["schemas"]
    named = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(document)))
    assert named <= set(schemas)
    assert {"Answer", "Citation", "DraftCheck", "AskBody", "CheckBody"} <= set(schemas)
    page = client.get("/api").text
    for path, operations in document["paths"].items():
        assert path in page
        for method, operation in operations.items():
            sent = operation.get("requestBody", {}).get("content", {}).get("application/json")
            response = client.request(method, path, json=sent["example"] if sent else None)
            assert response.status_code == 200
    assert all(f'id="{name}"' in page for name in schemas)
    assert "<script" not in page


def test_replies_have_the_fields_that_are_described(client: httpx.Client) -> None:
    """Neither more nor fewer fields than the schema of the answer and of the check."""
    schemas = client.get("/api/openapi.json").json()["components"]["schemas"]
    answer = client.post("/api/ask", json=ASKED, headers={"Accept": "application/json"}).json()
    assert set(answer) == set(schemas["Answer"]["properties"])
    check = client.post("/api/check", json={"text": WRONG}).json()
    assert set(check) == set(schemas["DraftCheck"]["properties"])


def test_the_examples_of_the_document_work(client: httpx.Client) -> None:
    """docs/api.md shows what works: its own-format Python is run as it stands."""
    document = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    section = document.split("## Our own format")[1].split("## For agents")[0]
    (example,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    address = str(client.base_url).rstrip("/")
    found: dict[str, Any] = {}
    exec(compile(example.replace("http://127.0.0.1:7860", address), "docs/api.md", "exec"), found)
    assert found["answer"]["status"] == "answered"
    assert found["events"][-1] == "answer"
    assert found["check"]["sentences"][0]["verdict"] == "contradicted"


def test_whoever_came_first_gets_the_next_slot() -> None:
    """A job does not give way to streams that came after it, however many wait."""
    slots = threading.Semaphore(0)
    queue = AnswerQueue(slots)
    order: list[str] = []

    def stream() -> Iterator[Event]:
        order.append("stream")
        yield from ()

    async def all_ask() -> None:
        job = asyncio.create_task(queue.result(lambda: order.append("job"), "text"))
        await asyncio.sleep(0.1)  # it waits in line
        later = [asyncio.create_task(_drain(queue.events(stream))) for _ in range(3)]
        await asyncio.sleep(0.1)
        slots.release()
        await asyncio.gather(job, *later)

    asyncio.run(all_ask())
    assert order == ["job", "stream", "stream", "stream"]


def test_a_job_whose_client_has_gone_is_not_done() -> None:
    """It waited for its turn in vain; the slot is free for the next."""
    slots = threading.Semaphore(0)
    queue = AnswerQueue(slots)
    done: list[str] = []

    async def leaves() -> None:
        waiting = asyncio.create_task(queue.result(lambda: done.append("for nobody"), "text"))
        await asyncio.sleep(0.1)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        slots.release()
        await queue.result(lambda: done.append("for somebody"), "text")

    asyncio.run(leaves())
    assert done == ["for somebody"]


async def _drain(events: AsyncIterator[Event]) -> None:
    async for _ in events:
        pass
