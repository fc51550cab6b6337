"""What every test runs under: no network but loopback, no settings from outside, no telemetry."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from ingest.storage.library import Library
    from qa import Answer, Assistant
    from tests.fakes import FakeOpenAI

for name in list(os.environ):
    if name.startswith(("CITEWIRE_", "OPENAI_")) and not name.startswith("CITEWIRE_TEST_"):
        del os.environ[name]
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

DATA = Path(os.environ.get("CITEWIRE_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
"""Development data beside the project; tests that use it are skipped where it is absent."""

SAMPLE_QUESTIONS = Path(__file__).parent / "data" / "sample_questions.jsonl"

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update"]  # fmt: skip
"""Arguments of a browser that asks nothing of the network by itself."""

_LOOPBACK = ("127.", "::1", "localhost")
_connect = socket.socket.connect


def _guarded(self: socket.socket, address: object) -> None:
    host = address[0] if isinstance(address, tuple) else None
    if host is not None and not str(host).startswith(_LOOPBACK):
        raise AssertionError(f"a test tried to reach {host}")
    _connect(self, address)  # type: ignore[arg-type]


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Connections to anything but this machine fail the test that makes them."""
    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", _guarded)
    yield
    patch.undo()


@pytest.fixture(autouse=True, scope="session")
def _one_event_loop() -> Iterator[None]:
    """llama-index asks for the main thread's event loop and never closes one it had made for it.

    Collected later, in whichever test happens to run then, that is an error about a socket.
    """
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    asyncio.set_event_loop(None)
    loop.close()


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has its own library folder and no ``.env`` of the developer's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CITEWIRE_HOME", str(tmp_path / "home"))


@pytest.fixture
def server() -> Iterator[FakeOpenAI]:
    """A server that speaks OpenAI's protocol and says what the test wants."""
    from tests.fakes import openai_server

    with openai_server() as fake:
        yield fake


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; tests with it run in .ci/run, which installs it."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        yield playwright.chromium.launch(executable_path=path, args=QUIET)


@pytest.fixture(scope="session")
def sample_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running app over the samples, added on a fixed day; what a test adds, it removes."""
    from ingest.pipeline import ingest
    from ingest.sources.reader import samples_folder
    from ingest.storage.embedder import PackagedEmbedding
    from ingest.storage.library import Library
    from tests.serving import running_app

    library = Library(tmp_path_factory.mktemp("site"), embedder=PackagedEmbedding())
    ingest([samples_folder()], library)
    library.close()
    with closing(sqlite3.connect(library.home / "catalogue.sqlite")) as catalogue, catalogue:
        catalogue.execute("UPDATE versions SET ingested_at = '2026-11-01T09:00:00+00:00'")
    with running_app(library.home) as found:
        yield found


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running app that needs sign-in, over one hostile article."""
    from ingest.pipeline import ingest
    from ingest.storage.embedder import PackagedEmbedding
    from ingest.storage.library import Library
    from qa.interfaces.access.users_file import UsersFile
    from tests.browsing import HOSTILE, PASSWORD
    from tests.serving import running_app

    library = Library(tmp_path_factory.mktemp("shared"), embedder=PackagedEmbedding())
    ingest([HOSTILE], library)
    UsersFile(library.home).add("ann", PASSWORD, "reader")
    with running_app(library.home) as found:
        yield found


@pytest.fixture(scope="session")
def data() -> Path:
    """The development data, or a skip."""
    if not DATA.is_dir():
        pytest.skip("the development data is not beside the project")
    return DATA


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The sample articles in a library with the real packaged embedder. Do not write to it."""
    from ingest.pipeline import ingest
    from ingest.sources.reader import samples_folder as folder
    from ingest.storage.embedder import PackagedEmbedding
    from ingest.storage.library import Library

    library = Library(tmp_path_factory.mktemp("samples"), embedder=PackagedEmbedding())
    report = ingest([folder()], library)
    assert report.counts == {"new": len(list(folder().glob("*.md")))}
    return library


@pytest.fixture(scope="session")
def sample_assistant(samples: Library) -> Assistant:
    """Answers from the samples by quoting."""
    from qa import Assistant, Settings

    return Assistant(Settings(model="none"), library=samples)


@pytest.fixture(scope="session")
def sample_answers(sample_assistant: Assistant) -> list[tuple[dict[str, Any], Answer]]:
    """Every sample question with its answer."""
    lines = SAMPLE_QUESTIONS.read_text(encoding="utf-8").splitlines()
    asked = [json.loads(line) for line in lines]
    return [(q, sample_assistant.ask(q["question"], asked_at=q["asked_at"])) for q in asked]


@pytest.fixture(scope="session")
def realtimeqa(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """Answers by quoting from the RealTime QA development corpus: minutes of embedding."""
    from ingest.storage.embedder import PackagedEmbedding
    from ingest.storage.library import Library
    from qa import Assistant, Settings
    from tests.benchmarks.realtimeqa import fill

    home = os.environ.get("CITEWIRE_TEST_REALTIMEQA") or tmp_path_factory.mktemp("realtimeqa")
    library = Library(Path(home), embedder=PackagedEmbedding())
    fill(library, data / "realtimeqa_mini")
    return Assistant(Settings(model="none"), library=library)
