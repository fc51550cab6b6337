"""The HTTP API, through OpenAI's own client: answers, streams, history, errors, and probes."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import openai
import pytest

from ingest.storage.library import Library
from qa import Answer, AnswerEvent, Assistant, Settings, StatusEvent, TextEvent
from qa.interfaces.api.answer_queue import MAX_OPEN_REQUESTS
from qa.interfaces.api.chat_request import read_chat_request
from qa.interfaces.api.completion import WITHDRAWN, Sent, url_citations
from qa.interfaces.api.message_text import answer_text, inert
from qa.interfaces.api.requests import MAX_BODY_BYTES
from qa.interfaces.api.routes import api_routes
from qa.records import Turn
from tests.fakes import FakeOpenAI
from tests.serving import running_app, served

ROOT = Path(__file__).parent.parent
FERRY = "Which ferry sank in the storm?"
DIED = "How many people died when the Corran Star sank?"
MARCHED = "How many people marched against the pension reform?"
UNANSWERABLE = "Who won the 1998 football world cup in France?"
WRITTEN = (
    "The number of people known to have died in the sinking of the ferry Corran Star rose to eight "
    "on Friday.\nNine people were missing and three were confirmed dead early Wednesday."
)


@pytest.fixture(scope="module")
def address(samples: Library) -> Iterator[str]:
    """A running app over the samples, page and all."""
    with running_app(samples.home) as found:
        yield found


@pytest.fixture
def client(address: str) -> Iterator[openai.OpenAI]:
    """OpenAI's client, pointed at the app."""
    with client_of(address) as made:
        yield made


def client_of(address: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0)


@contextmanager
def client_beside(assistant: Any) -> Iterator[openai.OpenAI]:
    """OpenAI's client, pointed at the routes around an assistant of this process."""
    with (
        served(api_routes(assistant, threading.Semaphore(2))) as address,
        client_of(address) as client,
    ):
        yield client


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def assistant_said(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def ask(client: openai.OpenAI, *messages: dict[str, Any], **more: Any) -> Any:
    """One reply that is not streamed."""
    return client.chat.completions.create(model="citewire", messages=list(messages), **more)


def stream(client: openai.OpenAI, *messages: dict[str, Any], **more: Any) -> list[Any]:
    """All chunks of a streamed reply."""
    return list(ask(client, *messages, stream=True, **more))


def text_of(chunks: list[Any]) -> str:
    deltas = [choice.delta.content for chunk in chunks for choice in chunk.choices]
    return "".join(delta for delta in deltas if delta)


# -- answers --------------------------------------------------------------------------------


def test_a_reply_has_marks_sources_and_the_whole_answer(client: openai.OpenAI) -> None:
    """The text cites and lists its sources; quotes come along; quoting costs no tokens."""
    reply = ask(client, user(DIED))
    (choice,) = reply.choices
    assert (reply.object, reply.model, choice.finish_reason) == (
        "chat.completion", "citewire", "stop",
    )  # fmt: skip
    assert "Eight people are known to have died" in choice.message.content
    sources = choice.message.content.split("\n\nSources:\n")[1].splitlines()
    assert len(sources) == len(reply.citewire["citations"])
    assert sources[0].startswith("- [1] Tideline Public Radio · 13 October 2026 · ")
    assert reply.citewire["status"] == "answered"
    assert "eight" in reply.citewire["citations"][0]["quote"].lower()
    assert reply.usage.total_tokens == 0


def test_annotations_stand_on_their_marks(client: openai.OpenAI) -> None:
    """Every mark is annotated, in order, with the title and address of its article."""
    reply = ask(client, user(MARCHED))
    message, cited = reply.choices[0].message, reply.citewire["citations"]
    found = [annotation.url_citation for annotation in message.annotations]
    marks = re.findall(r"\[\d+\]", message.content.split("\n\nSources:")[0])
    assert [message.content[a.start_index : a.end_index] for a in found] == marks
    for annotation, mark in zip(found, marks, strict=True):
        citation = cited[int(mark[1:-1]) - 1]
        assert (annotation.title, annotation.url) == (citation["title"], citation["url"])


@pytest.mark.parametrize("question", [DIED, "What happened in September?", UNANSWERABLE])
def test_a_stream_says_the_same(client: openai.OpenAI, question: str) -> None:
    """Joined, the chunks are the text of the whole reply; the last ones carry everything else."""
    whole = ask(client, user(question))
    chunks = stream(client, user(question), stream_options={"include_usage": True})
    assert len({chunk.id for chunk in chunks}) == 1
    assert chunks[0].choices[0].delta.role == "assistant"
    assert text_of(chunks) == whole.choices[0].message.content
    last, usage = chunks[-2:]
    annotations = [a.model_dump() for a in whole.choices[0].message.annotations]
    assert last.choices[0].finish_reason == "stop"
    assert last.choices[0].delta.annotations == annotations
    assert last.citewire["citations"] == whole.citewire["citations"]
    assert (usage.choices, usage.usage.total_tokens) == ([], 0)


def test_a_stream_is_told_to_end(address: str) -> None:
    """The protocol's last line, and usage only for those who ask."""
    body = {"model": "citewire", "messages": [user(DIED)], "stream": True}
    reply = httpx.post(f"{address}/v1/chat/completions", json=body, timeout=60)
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert reply.text.endswith("data: [DONE]\n\n")
    assert '"usage"' not in re.sub(r'"citewire": .*', "", reply.text)


def test_a_refusal_is_a_reply(client: openai.OpenAI) -> None:
    """What is not in the articles is said, with the nearest ones, and nothing is cited."""
    reply = ask(client, user(UNANSWERABLE))
    message = reply.choices[0].message
    assert message.content.startswith("Not in these articles.")
    assert "\n\nNearest articles:\n- " in message.content
    assert (message.annotations, reply.citewire["status"]) == ([], "not_found")


def test_a_follow_up_leans_on_the_messages_before(client: openai.OpenAI) -> None:
    """Earlier questions are the history; a system message is passed over."""
    first = ask(client, user(FERRY)).choices[0].message.content
    before = [{"role": "system", "content": "Answer in French."}, user(FERRY)]
    reply = ask(client, *before, assistant_said(first), user("Why did it sink?"))
    assert "ferry" in reply.citewire["search"]
    assert "hatch" in reply.choices[0].message.content
    assert "ferry" not in ask(client, user("Why did it sink?")).citewire["search"]


def test_two_visitors_do_not_mix(client: openai.OpenAI, address: str) -> None:
    """Conversations that run at one time are answered as each alone."""
    conversations = [
        [user(FERRY), assistant_said("The Corran Star."), user("How many people died?")],
        [user(MARCHED), assistant_said("25,000 or 40,000."), user("Who said so?")],
    ]

    def visit(messages: list[dict[str, Any]]) -> list[str]:
        with client_of(address) as own:
            return [text_of(stream(own, *messages)) for _ in range(3)]

    with ThreadPoolExecutor(2) as visitors:
        told = list(visitors.map(visit, conversations))
    alone = [ask(client, *messages).choices[0].message.content for messages in conversations]
    assert told == [[text] * 3 for text in alone]
    assert alone[0] != alone[1]


def test_the_model_can_be_listed(client: openai.OpenAI) -> None:
    """There is one, and it can be asked for by name."""
    assert [model.id for model in client.models.list()] == ["citewire"]
    assert client.models.retrieve("citewire").id == "citewire"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt")


def test_the_page_is_still_there(address: str) -> None:
    """The API stands beside the page and gradio's own routes."""
    page = httpx.get(address)
    assert (page.status_code, "cw-composer" in page.text) == (200, True)
    called = httpx.post(f"{address}/gradio_api/call/ask", json={"data": [DIED, ""]}).json()
    result = httpx.get(f"{address}/gradio_api/call/ask/{called['event_id']}", timeout=60).text
    assert result.startswith("event: complete")


def test_the_documents_example_runs(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    """docs/api.md shows what works: its Python is run as it stands, at this server's address."""
    document = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    asking = document.split("## Our own format")[0]
    (example,) = re.findall(r"```python\n(.*?)```", asking, re.DOTALL)
    assert "http://127.0.0.1:7860/v1" in example
    exec(compile(example.replace("http://127.0.0.1:7860", address), "docs/api.md", "exec"), {})
    shown = capsys.readouterr().out
    assert "[1]" in shown
    assert "answered" in shown
    assert "hatch" in shown


# -- errors ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "status", "param"),
    [
        ({"model": "gpt"}, 404, "model"),
        ({"messages": []}, 400, "messages"),
        ({"messages": [assistant_said("Hello.")]}, 400, "messages"),
        ({"messages": [{"content": "Who?"}]}, 400, "messages.0.role"),
        ({"messages": [user("")]}, 400, "messages"),
        ({"messages": [user("why " * 600)]}, 400, "messages"),
        ({"messages": [user([{"type": "image_url"}])]}, 400, "messages"),  # type: ignore[arg-type]
        ({"messages": "Who?"}, 400, "messages"),
        ({"n": 2}, 400, "n"),
    ],
)
@pytest.mark.parametrize("streamed", [False, True])
def test_a_wrong_request_is_told_what_is_wrong(
    client: openai.OpenAI, change: dict[str, Any], status: int, param: str, streamed: bool
) -> None:
    """The status, the field and a sentence, also when a stream was asked for."""
    request: dict[str, Any] = {"model": "citewire", "messages": [user(DIED)], "stream": streamed}
    with pytest.raises(openai.APIStatusError) as caught:
        client.chat.completions.create(**(request | change))
    assert (caught.value.status_code, caught.value.param) == (status, param)
    assert caught.value.type == "invalid_request_error"
    assert caught.value.body["message"].endswith((".", "?"))  # type: ignore[index]


@pytest.mark.parametrize(
    ("path", "body", "kind", "status"),
    [
        ("chat/completions", b"{", "application/json", 400),
        ("chat/completions", b"[1]", "application/json", 400),
        ("chat/completions", b'{"model": "\\ud800"}', "application/json", 400),
        ("chat/completions", b" " * (MAX_BODY_BYTES + 1), "application/json", 413),
        ("chat/completions", b"{}", "text/plain", 415),
        ("embeddings", b"{}", "application/json", 404),
    ],
)
def test_what_is_no_request_is_refused(
    address: str, path: str, body: bytes, kind: str, status: int
) -> None:
    """Broken, huge and foreign bodies get an error of OpenAI's shape."""
    headers = {"content-type": kind}
    reply = httpx.post(f"{address}/v1/{path}", content=body, headers=headers)
    assert reply.status_code == status
    assert set(reply.json()["error"]) == {"message", "type", "param", "code"}


def test_a_stream_that_breaks_says_so() -> None:
    """What fails after the first chunk is an error in the stream, without its details."""

    def broken(*_: object, **__: object) -> Iterator[StatusEvent]:
        yield StatusEvent("search", "Searching")
        raise RuntimeError("secret")

    with client_beside(SimpleNamespace(stream=broken)) as client:
        with pytest.raises(openai.APIError) as caught:
            stream(client, user(DIED))
        assert "secret" not in str(caught.value)
        with pytest.raises(openai.InternalServerError):
            ask(client, user(DIED))


def test_who_leaves_is_not_answered_further() -> None:
    """A stream that nobody reads any more ends at its next step."""
    ended = threading.Event()

    def endless(*_: object, **__: object) -> Iterator[StatusEvent]:
        try:
            while True:
                yield StatusEvent("read", "Reading")
                time.sleep(0.02)
        finally:
            ended.set()

    with client_beside(SimpleNamespace(stream=endless)) as client:
        chunks = ask(client, user(DIED), stream=True)
        next(chunks)
        assert not ended.is_set()
        chunks.close()
        assert ended.wait(20)


def test_too_many_are_asked_to_come_back(sample_assistant: Assistant) -> None:
    """Requests beyond the bound get 429 at once; the waiting ones are answered."""
    slots = threading.Semaphore(0)
    with served(api_routes(sample_assistant, slots)) as address, client_of(address) as client:
        port = int(address.rsplit(":", 1)[1])
        body = f'{{"model": "citewire", "messages": [{{"role": "user", "content": "{DIED}"}}]}}'
        head = "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        waiting = [socket.create_connection(("127.0.0.1", port)) for _ in range(MAX_OPEN_REQUESTS)]
        for one in waiting:
            one.sendall(f"{head}content-length: {len(body)}\r\n\r\n{body}".encode())
        with pytest.raises(openai.RateLimitError):
            refused_at_last(client)
        slots.release()
        assert all(one.recv(12) == b"HTTP/1.1 200" for one in waiting)
        for one in waiting:
            one.close()


def refused_at_last(client: openai.OpenAI) -> None:
    """Ask until the requests before have arrived, and this one is refused."""
    while True:
        try:
            ask(client, user(DIED), timeout=0.5)
        except openai.APITimeoutError:
            continue


# -- a language model behind it -------------------------------------------------------------


def writing_assistant(library: Library, fake: FakeOpenAI) -> Assistant:
    return Assistant(Settings(openai_base_url=fake.url, model="large"), library=library)


def test_written_sentences_are_streamed(samples: Library, server: FakeOpenAI) -> None:
    """A proven sentence is sent before the model has ended; usage is what the model took."""
    server.reply = WRITTEN
    server.pace = 0.02
    with client_beside(writing_assistant(samples, server)) as client:
        first = WRITTEN.split("\n")[0][:40]
        arrived = ""
        begun_after = 0
        for chunk in ask(client, user(DIED), stream=True, stream_options={"include_usage": True}):
            arrived += text_of([chunk])
            if first in arrived and not begun_after:
                begun_after = len(server.sent)
            usage = chunk.usage
        assert 0 < begun_after < len(server.sent)
        assert usage.prompt_tokens == 11 * usage.completion_tokens // 7 > 0
        again = ask(client, user(DIED))
        assert again.choices[0].message.content == arrived
        assert again.citewire["mode"] == "written"


def test_a_failing_model_is_no_error(samples: Library, server: FakeOpenAI) -> None:
    """The reply is quoted then, and a note says why."""
    server.mode = 500
    with client_beside(writing_assistant(samples, server)) as client:
        reply = ask(client, user(DIED))
    assert reply.citewire["mode"] == "quoted"
    assert "Note: The language model could not be used" in reply.choices[0].message.content


def test_what_was_streamed_can_be_withdrawn(sample_assistant: Assistant) -> None:
    """When the answer turns out another, the text says so, and citations stand on the new marks."""
    *_, last = sample_assistant.stream(DIED)
    assert isinstance(last, AnswerEvent)
    answer = last.answer
    other = replace(answer.sentences[0], text="Something else entirely.")
    sent = Sent().after(StatusEvent("write", "Writing"))
    sent = sent.after(TextEvent(other, answer.citations)).after(AnswerEvent(answer))
    whole = answer_text(answer).text
    assert sent.message.text == f"Something else entirely. [1]{WITHDRAWN}{whole}"
    for citation in url_citations(sent.message, answer):
        place = citation["url_citation"]
        assert place["start_index"] > len("Something else entirely. [1]")
        assert re.fullmatch(
            r"\[\d+\]", sent.message.text[place["start_index"] : place["end_index"]]
        )


# -- probes ---------------------------------------------------------------------------------


def test_probes(address: str) -> None:
    """A running app with articles is up and ready."""
    for path, status in (("healthz", "ok"), ("readyz", "ready")):
        reply = httpx.get(f"{address}/{path}", timeout=60)
        assert (reply.status_code, reply.json()) == (200, {"status": status})


def test_an_empty_library_is_not_ready(tmp_path: Path) -> None:
    """It says why, and so does a question; the process is up all the same."""
    assistant = Assistant(Settings(model="none"), library=Library(tmp_path / "empty"))
    with served(api_routes(assistant, threading.Semaphore(1))) as address:
        assert httpx.get(f"{address}/healthz").status_code == 200
        reply = httpx.get(f"{address}/readyz")
        assert reply.status_code == 503
        assert "no articles" in reply.json()["reason"]
        with client_of(address) as client, pytest.raises(openai.APIStatusError) as caught:
            ask(client, user(DIED))
        assert (caught.value.status_code, caught.value.code) == (503, "empty_library")
    assistant.library.close()


# -- texts are data -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def answer(sample_assistant: Assistant) -> Answer:
    return sample_assistant.ask(DIED, asked_at="2026-11-01")


@pytest.mark.parametrize(
    "text",
    [
        "![pixel](https://tracker.example/x.png)",
        "[click](javascript:alert(1))",
        "[1]: https://tracker.example",
        '<img src="https://tracker.example/x.png">',
        "<https://tracker.example>",
        "<!-- hidden --> </div>",
    ],
)
def test_texts_become_no_markup(answer: Answer, text: str) -> None:
    """What a client that renders Markdown would load or link is broken wherever it stands."""
    sentence = replace(answer.sentences[0], text=text, said_by=text, heading=text)
    citation = replace(answer.citations[0], title=text, publisher=text)
    shown = answer_text(
        replace(answer, sentences=(sentence,), citations=(citation,), notices=(text,))
    ).text
    assert not re.search(r"\]\(|\]:|<[A-Za-z/!]", shown)
    assert inert(text) in shown


def test_marks_in_an_article_are_no_citations(answer: Answer) -> None:
    """A number in brackets that an article prints itself is not annotated."""
    sentence = replace(answer.sentences[0], text="As shown [2], eight died [1].", citations=(1,))
    message = answer_text(replace(answer, sentences=(sentence,), latest=None, superseded=()))
    (mark,) = message.marks
    assert message.text[: mark.start] == "As shown [2], eight died [1]. "


@pytest.mark.parametrize("url", [None, "file:///srv/story.txt", "javascript:alert(1)"])
def test_an_article_without_a_web_address_is_listed(answer: Answer, url: str | None) -> None:
    """It has no annotation, which would need an address; its line in the sources stays."""
    citations = tuple(replace(citation, url=url) for citation in answer.citations)
    local = replace(answer, citations=citations)
    message = answer_text(local)
    assert url_citations(message, local) == []
    assert f"- [1] {answer.citations[0].source}\n" in message.text
    assert url is None or url not in message.text


@pytest.mark.parametrize("question", [DIED, MARCHED, "What happened in September?"])
def test_every_citation_has_its_mark(sample_assistant: Assistant, question: str) -> None:
    """Behind a sentence, a dated line, or a figure that others dispute or replaced."""
    answer = sample_assistant.ask(question, asked_at="2026-11-01")
    message = answer_text(answer)
    assert {mark.number for mark in message.marks} == {c.number for c in answer.citations}
    for mark in message.marks:
        assert message.text[mark.start : mark.end] == f"[{mark.number}]"


# -- the request ----------------------------------------------------------------------------


def history_of(*messages: dict[str, Any]) -> tuple[Turn, ...]:
    body = json.dumps({"model": "citewire", "messages": [*messages, user("And when?")]})
    return read_chat_request(body.encode()).history


def test_the_history_is_pairs_of_question_and_answer() -> None:
    """Answers without a question, tools and instructions are left out; the list of sources too."""
    parts = [{"type": "text", "text": "Who won?"}, {"type": "image_url"}]
    assert history_of(
        {"role": "system", "content": "Be brief."},
        assistant_said("Hello."),
        {"role": "user", "content": parts},
        assistant_said("Rovers did. [1]\n\nSources:\n- [1] The Courier"),
        {"role": "tool", "content": "42", "tool_call_id": "x"},
        user("Where?"),
        {"role": "assistant", "content": None, "tool_calls": []},
        user("Really?"),
    ) == (Turn("Who won?", "Rovers did. [1]"), Turn("Where?"), Turn("Really?"))


def test_a_long_history_is_cut() -> None:
    """The last turns, and of each as much as a question may have."""
    turns = history_of(*[user(f"{number} {'x' * 3_000}") for number in range(9)])
    assert [turn.question[0] for turn in turns] == list("345678")
    assert {len(turn.question) for turn in turns} == {2_000}
