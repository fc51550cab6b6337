"""Ingestion takes turns: others may write while the next document is waited for."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ingest.errors import LibraryBusy
from ingest.pipeline import ingest
from ingest.read_ahead import ReadAhead
from ingest.records import IngestReport
from ingest.storage.library import Library
from tests.fakes_files import html_file
from tests.fakes_ingest import WordEmbedding, story


@pytest.fixture
def slow_page() -> Iterator[tuple[str, threading.Event, threading.Event]]:
    """A web page that is sent only when told to: its address, "it was asked for", "send it"."""
    asked, send = threading.Event(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != "/robots.txt":
                asked.set()
                send.wait(30)
            body = html_file("<title>The slow story</title>")
            self.send_response(404 if self.path == "/robots.txt" else 200)
            self.send_header("content-type", "text/html")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Keep the test output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/story", asked, send
    send.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_library_is_not_locked_while_a_page_is_fetched(
    tmp_path: Path, slow_page: tuple[str, threading.Event, threading.Event]
) -> None:
    """While one ingestion waits for a web page, another process can write, what came before the
    page can be found, and in the end everything is there."""
    address, asked, send = slow_page
    library = Library(tmp_path / "library", embedder=WordEmbedding())
    reports: list[IngestReport] = []
    waiting = threading.Thread(
        target=lambda: reports.append(
            ingest([story(1), address, story(2)], library, allow_private=True)
        )
    )
    waiting.start()
    assert asked.wait(20)
    other = Library(tmp_path / "library", embedder=WordEmbedding())
    written = ingest([story(3)], other, patience=10)
    found = other.lexical_search("marker1x1", 5)
    send.set()
    waiting.join(30)
    assert written.counts == {"new": 1}
    assert found
    assert reports[0].counts == {"new": 3}
    assert library.counts()["articles"] == 4
    assert library.counts()["vectors"] == library.counts()["passages"]
    assert all(library.dense_search(f"marker{n}x1", 1) for n in (1, 2, 3))
    library.close()
    other.close()


def test_a_busy_library_is_told_before_anything_is_read(tmp_path: Path) -> None:
    """Who cannot write learns it first: no source is opened, no page fetched."""
    library = Library(tmp_path / "library", embedder=WordEmbedding())
    other = Library(tmp_path / "library", embedder=WordEmbedding())
    read: list[int] = []

    def sources() -> Iterator[dict[str, str]]:
        read.append(1)
        yield story(1)

    with other.writing(), pytest.raises(LibraryBusy):
        ingest(sources(), library)
    assert read == []


def test_what_reading_raises_comes_in_its_place() -> None:
    """The items before a failure are delivered, and then the failure itself."""

    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise ValueError("no third")

    with ReadAhead(items()) as reader:
        delivered = reader.at_once()
        assert (next(delivered), next(delivered)) == (1, 2)
        with pytest.raises(ValueError, match="no third"):
            next(delivered)


def test_nothing_is_read_far_ahead() -> None:
    """A consumer that stops leaves the rest unread."""
    read: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            read.append(number)
            yield number

    with ReadAhead(items()) as reader:
        for item in reader.at_once():
            if item == 3:
                break
    time.sleep(0.05)
    assert 4 <= len(read) <= 8
