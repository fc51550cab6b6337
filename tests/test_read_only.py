"""A read-only Citewire: whatever the door, nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.datastructures import Headers
from typer.testing import CliRunner

from ingest.errors import LibraryReadOnly
from ingest.storage.catalogue.feed_subscriptions import Subscriptions
from ingest.storage.library import Library
from qa import Assistant, Settings
from qa.interfaces.access.identity import identity_of
from qa.interfaces.cli.main import app
from qa.interfaces.library.routes import library_routes
from tests.fakes_ingest import WordEmbedding
from tests.serving import served
from tests.test_recheck import BODY, QUESTION, bridge


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """A library with one article, opened to be read only."""
    home = tmp_path_factory.mktemp("read-only")
    writable = Library(home, embedder=WordEmbedding())
    Assistant(Settings(model="none", home=home), library=writable).ingest([bridge()])
    writable.close()
    library = Library(home, embedder=WordEmbedding(), read_only=True)
    yield Assistant(Settings(model="none", home=home, read_only=True), library=library)
    library.close()


def test_questions_are_answered_and_nothing_is_written(assistant: Assistant) -> None:
    """Asking works; taking in, removing, saving and subscribing are refused with the reason."""
    answer = assistant.ask(QUESTION)
    assert "Ada Quill" in answer.citations[0].quote
    subscriptions = Subscriptions(assistant.library.catalogue)
    for write in (
        lambda: assistant.ingest([bridge(BODY + "\n\nMore.")]),
        lambda: assistant.save(answer),
        lambda: subscriptions.add("https://courier.example/feed.xml"),
        lambda: assistant.library.repair(),
    ):
        with pytest.raises(LibraryReadOnly, match="CITEWIRE_READ_ONLY"):
            write()
    assert assistant.library.counts()["articles"] == 1


def test_no_editor_is_left(assistant: Assistant) -> None:
    """Whoever sits at the machine is a reader, so that the library page offers no change."""
    found = identity_of(assistant.settings).visitor(Headers({"host": "127.0.0.1"}), "127.0.0.1", 0)
    assert found is not None
    assert found.role == "reader"
    with served(library_routes(assistant)) as address:
        refused = httpx.post(f"{address}/library/add/text", data={"text": BODY})
        table = httpx.get(f"{address}/library").text
    assert refused.status_code == 403
    assert "/library/add" not in table


def test_commands_say_so(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """``citewire remove`` ends with exit code 1 and names the setting."""
    monkeypatch.setenv("CITEWIRE_READ_ONLY", "true")
    home = str(assistant.library.home)
    remove = ["remove", "--publisher", "The Courier", "--yes", "--home", home]
    done = CliRunner().invoke(app, remove)
    assert done.exit_code == 1
    assert "CITEWIRE_READ_ONLY" in done.output


def test_no_answers_are_saved_where_nothing_is_written(tmp_path: Path) -> None:
    """The chat offers links to saved answers only where it may save them."""
    assert Settings(home=tmp_path).saves_answers
    assert not Settings(home=tmp_path, read_only=True).saves_answers
