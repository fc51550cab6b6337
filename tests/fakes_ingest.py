"""Stand-ins for what ingestion meets outside: an embedder, articles, a web server.

Everything here is deterministic: hashes instead of a model, numbered articles instead of news.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from llama_index.core.base.embeddings.base import BaseEmbedding

DIMENSION = 64

_WORDS = re.findall(
    r"\w+",
    """
    mayor bridge river harbor council budget storm election market doctor teacher pension ferry
    treaty farmer railway museum hospital engine forest island library minister orchard pilot
    quarry reactor school tunnel union valley warehouse airport bakery canal dam embassy factory
    garden hotel inquiry jury kitchen lawyer mission nurse office painter report senator theater
    """,
)


def _number(*parts: object) -> int:
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:6], "big")


class WordEmbedding(BaseEmbedding):
    """A hashed bag of words: texts that share words are similar, and nothing is downloaded."""

    model_name: str = "words"

    def _vector(self, text: str) -> list[float]:
        vector = [0.0] * DIMENSION
        for word in re.findall(r"\w+", text.lower()):
            vector[_number(self.model_name, word) % DIMENSION] += 1.0
        return vector

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._vector(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._vector(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._vector(text)


def sentence(*seed: object, words: int = 12) -> str:
    """A sentence of words drawn by a hash of the seed: no two seeds share five in a row."""
    drawn = [_WORDS[_number(*seed, place) % len(_WORDS)] for place in range(words)]
    return " ".join(drawn).capitalize() + "."


def text_of(*seed: object, sentences: int = 8) -> str:
    """Paragraphs of four sentences each."""
    written = [sentence(*seed, number) for number in range(sentences)]
    paragraphs = [" ".join(written[first : first + 4]) for first in range(0, sentences, 4)]
    return "\n\n".join(paragraphs)


def story(
    number: int, *, edition: int = 1, sentences: int = 20, publisher: str = "Test Gazette"
) -> dict[str, str]:
    """A source for ``ingest()``; the word ``marker<number>x<edition>`` stands in it alone."""
    return {
        "title": f"Story number {number}",
        "text": f"The marker{number}x{edition} was seen on Monday.\n\n"
        + text_of("story", number, edition, sentences=sentences),
        "url": f"https://gazette.example/stories/{number}",
        "publisher": publisher,
        "published": f"2025-03-{number % 28 + 1:02d}",
    }


@dataclass(slots=True)
class Web:
    """A loopback web server: what it answers by path, and what it was asked."""

    base: str
    asked: list[str] = field(default_factory=list)


@contextmanager
def serving(pages: Mapping[str, tuple[int, dict[str, str], bytes]]) -> Iterator[Web]:
    """Serve ``{path: (status, headers, body)}`` on a free loopback port."""
    web = Web("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            web.asked.append(self.path)
            status, headers, body = pages.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Keep the test output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
