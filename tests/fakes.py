"""Stand-ins for what is not ours: an OpenAI-compatible server on loopback.

It speaks real HTTP, so that the real client, its streaming and its errors are what is tested.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Rejects = tuple[Callable[[dict[str, Any]], bool], int, Any]
"""Whether a request is rejected, and the status and body of the answer then."""


@dataclass
class FakeOpenAI:
    """What the server answers next, and what it was asked. ``mode`` is ok, cut, broken, slow,
    garbage, whole (one JSON body though a stream was asked for) or an HTTP status."""

    reply: str = ""
    mode: str | int = "ok"
    requests: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""
    first_token: dict[str, float] | None = None
    """Probabilities of the first token, for requests that do not stream."""
    replies: list[str] = field(default_factory=list)
    """Answers to the first streams, one each; ``reply`` is the answer to the others."""
    modes: list[str | int] = field(default_factory=list)
    """Modes of the first requests, one each; ``mode`` is that of the others."""
    delay: float = 0.0
    """Seconds before the first word."""
    pace: float = 0.0
    """Seconds between words."""
    arrived: list[float] = field(default_factory=list)
    """When each request came (``time.perf_counter``)."""
    name: str = "fake-1.5b"
    """What it calls its model; by its size a small one."""
    listing: dict[str, Any] = field(default_factory=dict)
    """What it says of its model besides the name."""
    rejects: list[Rejects] = field(default_factory=list)
    """What it does not take; the first that fits a request is the answer to it."""
    scripts: list[list[dict[str, Any]]] = field(default_factory=list)
    """Chunks of the first streams, one list each, sent as they are (see ``delta``)."""
    body: dict[str, Any] | None = None
    """The whole answer to requests that do not stream, as it is."""
    headers: dict[str, str] = field(default_factory=dict)
    """Headers of errors."""
    sent: list[tuple[float, str]] = field(default_factory=list)
    """When each word was sent, and which."""

    def completion(self) -> dict[str, Any]:
        """A whole answer, or its first token with log-probabilities if there are any."""
        if self.body is not None:
            return self.body
        likely = [{"token": t, "logprob": math.log(p), "bytes": None, "top_logprobs": []}
                  for t, p in (self.first_token or {}).items()]  # fmt: skip
        content = [{**likely[0], "top_logprobs": likely}] if likely else None
        said = likely[0]["token"] if likely else self.reply
        choice = {
            "index": 0, "finish_reason": "length",
            "message": {"role": "assistant", "content": said},
            "logprobs": {"content": content, "refusal": None} if content else None,
        }  # fmt: skip
        return {
            "id": "c1", "object": "chat.completion", "created": 1, "model": "fake",
            "choices": [choice],
            "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
        }  # fmt: skip

    def chunks(self) -> Iterator[dict[str, Any]]:
        if self.scripts:
            yield from self.scripts.pop(0)
            return
        reply = self.replies.pop(0) if self.replies else self.reply
        for word in reply.split(" "):
            yield delta({"content": word + " "})
        yield delta({}, finish="stop")
        yield delta(None, usage={"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18})


def delta(
    fields: dict[str, Any] | None, *, finish: str | None = None, usage: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A chunk of a stream; without choices when there are no fields."""
    choices = [] if fields is None else [{"index": 0, "delta": fields, "finish_reason": finish}]
    return {
        "id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "fake",
        "choices": choices, "usage": usage,
    }  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    fake: FakeOpenAI

    def log_message(self, *_: object) -> None:
        """Silence: the tests' output is pytest's."""

    def do_GET(self) -> None:
        model = {"id": self.fake.name, "object": "model", "created": 1, "owned_by": "tests"}
        model |= self.fake.listing
        self._json(200, {"object": "list", "data": [model]})

    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        self.fake.requests.append(json.loads(self.rfile.read(length)))
        self.fake.arrived.append(time.perf_counter())
        for fits, status, body in self.fake.rejects:
            if fits(self.fake.requests[-1]):
                self._json(status, body)
                return
        mode = self.fake.modes.pop(0) if self.fake.modes else self.fake.mode
        if isinstance(mode, int):
            self._json(mode, {"error": {"message": "no", "type": "error", "code": None}})
        elif mode == "slow":
            time.sleep(3)
        elif mode == "garbage":
            self._json(200, {"not": "a stream"})
        elif mode == "whole" or not self.fake.requests[-1].get("stream"):
            self._json(200, self.fake.completion())
        else:
            self._stream(mode)

    def _stream(self, mode: str) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        if mode == "broken":
            self.send_header("content-length", "1000000")
        self.end_headers()
        chunks = list(self.fake.chunks())
        time.sleep(self.fake.delay)
        for chunk in chunks[: len(chunks) // 2] if mode in ("cut", "broken") else chunks:
            time.sleep(self.fake.pace)
            said = chunk["choices"][0]["delta"].get("content") if chunk.get("choices") else ""
            self.fake.sent.append((time.perf_counter(), said or ""))
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
            self.wfile.flush()
        if mode == "ok":
            self.wfile.write(b"data: [DONE]\n\n")

    def _json(self, status: int, body: Any) -> None:
        raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in self.fake.headers.items():
            self.send_header(name, value)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)


@contextmanager
def openai_server(reply: str = "", mode: str | int = "ok") -> Iterator[FakeOpenAI]:
    """A running fake; ``fake.url`` is what OPENAI_BASE_URL would be."""
    fake = FakeOpenAI(reply, mode)
    handler = type("Handler", (_Handler,), {"fake": fake})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    fake.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
