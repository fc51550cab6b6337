"""Language models on this machine: found by name at their ports, offered, told under answers."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from ingest.storage.library import Library
from qa import Assistant, Settings
from qa.interfaces.cli.output.models_output import print_models
from qa.interfaces.model_offer import render_model_offer
from qa.interfaces.page.conversation import Exchange
from qa.interfaces.page.conversation_page import render_exchange
from qa.writing.models.local_servers import LocalServer, find_local_servers
from qa.writing.models.model_check import ModelCheck, check_model
from tests.fakes import FakeOpenAI, openai_server

SANK = "How many people died when the Corran Star sank?"


@contextmanager
def listing(body: Any, status: int = 200, **headers: str) -> Iterator[int]:
    """A server on a port of its own that answers everything with one body."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Silence."""

        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("content-length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


def models(*names: object, owner: str = "library") -> dict[str, Any]:
    """A list as ``/v1/models`` gives it."""
    return {"object": "list", "data": [{"id": name, "owned_by": owner} for name in names]}


def test_servers_are_found_with_their_models() -> None:
    """In the order of the ports, with the models that write, by their names."""
    with (
        listing(models("llama3.2:3b", "nomic-embed-text", 7, "qwen2.5:7b")) as one,
        listing(models("phi-4")) as other,
    ):
        found = find_local_servers([("Ollama", one), ("vLLM", other)])
    assert [(server.program, server.models) for server in found] == [
        ("Ollama", ("llama3.2:3b", "qwen2.5:7b")),
        ("vLLM", ("phi-4",)),
    ]
    assert found[0].settings("qwen2.5:7b") == (
        f"OPENAI_BASE_URL=http://127.0.0.1:{one}/v1",
        "CITEWIRE_MODEL=qwen2.5:7b",
    )


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<html>A web page</html>", 200),
        ({"data": "none"}, 200),
        (["llama"], 200),
        (models("a"), 500),
        (models("a"), 302),
        (b'{"data": [' + b'{"id": "x"},' * 200_000 + b"{}]}", 200),
        (models("citewire", owner="citewire"), 200),
    ],
    ids=["page", "no-list", "list", "failing", "elsewhere", "huge", "ourselves"],
)
def test_other_servers_are_passed_over(body: Any, status: int) -> None:
    """What listens there and serves no models is not named, nor Citewire's own API."""
    with listing(body, status) as port:
        assert find_local_servers([("vLLM", port)]) == ()


def test_a_server_that_wants_a_key_says_so() -> None:
    """Its models are not known, and the settings show where the key goes."""
    with listing({"error": "no"}, 401, content_type="application/json") as port:
        (server,) = find_local_servers([("vLLM", port)])
    assert server.wants_key
    assert "OPENAI_API_KEY=..." in server.settings("")


@pytest.mark.parametrize(
    "headers",
    [{"content_type": "text/html"},
     {"content_type": "application/json", "www_authenticate": 'Bearer realm="Citewire"'}],
    ids=["a page", "ourselves"],
)  # fmt: skip
def test_not_whatever_wants_a_password_is_a_model(headers: dict[str, str]) -> None:
    """Other programs at these ports ask to sign in too, and so does Citewire."""
    with listing({"error": "no"}, 401, **headers) as port:
        assert find_local_servers([("llama.cpp", port)]) == ()


def test_looking_takes_about_a_second_at_most() -> None:
    """Servers that accept and say nothing hold nobody up, however many they are."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        started = time.monotonic()
        assert find_local_servers([("vLLM", port)] * 4) == ()
        assert time.monotonic() - started < 10  # one after the other, and retried, it would be more


def test_the_model_that_is_set_is_asked(server: FakeOpenAI) -> None:
    """It answers, with its name and address; a failing one is told with the reason."""
    server.reply = "Yes."
    checked = check_model(Settings(openai_base_url=server.url))
    assert (checked.name, checked.address, checked.problem) == (server.name, server.url, "")
    assert checked.seconds > 0
    server.mode = 401
    assert check_model(Settings(openai_base_url=server.url)).problem
    assert check_model(Settings(model="none")) == ModelCheck()
    assert "CITEWIRE_MODEL" in check_model(Settings(model="gpt-9")).problem


def test_the_command_prints_exact_settings() -> None:
    """What is set, what was found, and the lines to set; names are plain text."""
    console = Console(file=StringIO(), width=100)
    odd = LocalServer("Ollama", "http://127.0.0.1:11434/v1", ("my model [red]", "b"))
    print_models(ModelCheck("phi", "http://x/v1", problem="it refused the key"), [odd], console)
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert "phi at http://x/v1. It does not answer: it refused the key" in printed
    assert "OPENAI_BASE_URL=http://127.0.0.1:11434/v1" in printed
    assert "CITEWIRE_MODEL='my model [red]'" in printed


def test_the_page_offers_what_was_found() -> None:
    """Models by name with their settings, escaped; without any, how to get one."""
    page = render_model_offer(
        [LocalServer("Ollama", "http://127.0.0.1:11434/v1", ("<b>llama</b>", "qwen"))]
    )
    assert "&lt;b&gt;llama&lt;/b&gt;" in page
    assert "<b>" not in page
    assert "OPENAI_BASE_URL=http://127.0.0.1:11434/v1" in page
    assert "Also there: qwen" in page
    assert "Ollama 11434" in render_model_offer([])


def test_a_written_answer_tells_what_it_took(samples: Library) -> None:
    """Model, seconds and tokens stand under it; a quoted answer says none of it."""
    with openai_server("Eight people died when the Corran Star sank.") as server:
        settings = Settings(openai_base_url=server.url, second_looks=False)
        answer = Assistant(settings, library=samples).ask(SANK)
    assert answer.written_by == server.name
    shown = render_exchange(Exchange(1, SANK, "done", answer=answer))
    assert f"Written by {server.name} in " in shown
    assert f"reading {answer.usage['prompt_tokens']:,} tokens" in shown
