"""Replays a strong writer's completions behind an OpenAI-compatible server on loopback.

    Recording        prompts and completions by the digest of the prompt's messages
    recorded_server  answers from it; an unknown prompt is kept as pending and gets HTTP 503

A digest changes with the prompt: after a change of prompt the completions concerned must be written
anew, never edited to suit what is measured. Two forms on disk: a folder with ``prompts/KEY.json``
and ``answers/KEY.txt``, for writing, and one gzipped file of JSON lines, for keeping.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

Messages = Sequence[dict[str, Any]]


def digest_of(messages: Messages) -> str:
    """The key of a prompt: the first 16 digits of the SHA-256 of its messages as JSON."""
    return hashlib.sha256(json.dumps(messages, sort_keys=True).encode()).hexdigest()[:16]


@dataclass
class Recording:
    """Completions by digest, the prompts behind them, and what was asked in vain."""

    prompts: dict[str, Messages] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    pending: dict[str, Messages] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """Digests in the order in which they were asked, known or not; clear it as you like."""
    blocked: bool = False
    """Whether an unknown prompt was asked since this was last set to False: what is asked then
    would depend on its missing completion, and is not kept."""

    @classmethod
    def from_folder(cls, folder: Path) -> Recording:
        """Read ``folder/answers`` and the prompts that they answer."""
        found = cls()
        for path in sorted((folder / "answers").glob("*.txt")):
            prompt = folder / "prompts" / f"{path.stem}.json"
            found.answers[path.stem] = path.read_text().strip()
            found.prompts[path.stem] = json.loads(prompt.read_text())["messages"]
        return found

    @classmethod
    def from_file(cls, path: Path) -> Recording:
        """Read the gzipped JSON lines that ``save`` wrote."""
        found = cls()
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                found.prompts[row["key"]] = row["messages"]
                found.answers[row["key"]] = row["answer"]
        return found

    def save(self, path: Path) -> None:
        """Write prompts and completions, in the order of their digests, byte for byte the same for
        the same content."""
        rows = [
            json.dumps({"key": key, "messages": self.prompts[key], "answer": self.answers[key]})
            for key in sorted(self.answers)
        ]
        path.write_bytes(gzip.compress("\n".join(rows).encode(), mtime=0))

    def write_pending(self, folder: Path) -> int:
        """Put the pending prompts into ``folder/prompts`` and list them in ``folder/pending.txt``;
        returns their number."""
        (folder / "prompts").mkdir(parents=True, exist_ok=True)
        (folder / "answers").mkdir(exist_ok=True)
        for key, messages in self.pending.items():
            text = json.dumps({"messages": messages}, indent=1, ensure_ascii=False)
            (folder / "prompts" / f"{key}.json").write_text(text)
        (folder / "pending.txt").write_text("".join(f"{key}\n" for key in self.pending))
        return len(self.pending)


@contextmanager
def recorded_server(recording: Recording) -> Iterator[str]:
    """A running server; yields what OPENAI_BASE_URL would be."""
    handler = type("Handler", (_Handler,), {"recording": recording})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    recording: Recording

    def log_message(self, *_: object) -> None:
        """Silence: the tests' output is pytest's."""

    def do_GET(self) -> None:
        self._json(200, {"object": "list", "data": [{"id": "recorded", "object": "model"}]})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        messages = asked["messages"]
        key = digest_of(messages)
        self.recording.asked.append(key)
        if key not in self.recording.answers:
            if not self.recording.blocked:
                self.recording.pending[key] = messages
            self.recording.blocked = True
            error = {"message": f"no recorded completion for {key}", "type": "unavailable"}
            self._json(503, {"error": error})
            return
        self.recording.prompts[key] = messages
        text = self.recording.answers[key]
        usage = {
            "prompt_tokens": sum(len(str(m["content"])) for m in messages) // 4,
            "completion_tokens": len(text) // 4,
        }
        usage["total_tokens"] = sum(usage.values())
        head = {"id": key, "created": 1, "model": "recorded"}
        if not asked.get("stream"):
            message = {"role": "assistant", "content": text}
            choice = {"index": 0, "finish_reason": "stop", "message": message}
            kind = {"object": "chat.completion", "usage": usage}
            self._json(200, {**head, **kind, "choices": [choice]})
            return
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        for piece in [*text.splitlines(keepends=True), ""]:
            delta = {"role": "assistant", "content": piece}
            self._chunk(head, delta, None if piece else "stop", None if piece else usage)
        self.wfile.write(b"data: [DONE]\n\n")

    def _chunk(
        self, head: dict[str, Any], delta: dict[str, str], finish: str | None, usage: Any
    ) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        chunk = {**head, "object": "chat.completion.chunk", "choices": [choice], "usage": usage}
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())

    def _json(self, status: int, body: dict[str, Any]) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)
