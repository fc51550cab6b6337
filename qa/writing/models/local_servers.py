"""Finds servers of language models on this machine: those that list models at the usual ports.

    usual ports -> GET /v1/models, all at once, briefly -> LocalServer with its models by name

Only this machine is asked, and only for that list. Knows nothing about what a model is used for.
"""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeGuard

import httpx

USUAL_PORTS: tuple[tuple[str, int], ...] = (
    ("Ollama", 11434), ("LM Studio", 1234), ("llama.cpp", 8080), ("vLLM", 8000),
)  # fmt: skip
"""Programs that serve language models, and where each listens unless told otherwise."""

PATIENCE_SECONDS = 1.0
"""Seconds for one server's whole list. What listens on this machine answers in milliseconds."""

MAX_LIST_BYTES = 1_000_000
MAX_MODELS = 50
MAX_NAME_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server that answered; ``program`` is the one whose usual port it is at."""

    program: str
    address: str
    """What OPENAI_BASE_URL would be."""
    models: tuple[str, ...] = ()
    """Models that can write, as it names them."""
    wants_key: bool = False
    """Whether it lists its models only to those who have a key."""

    def settings(self, model: str) -> tuple[str, ...]:
        """The settings with which a model of this server writes, as lines of ``.env`` or a shell.
        Without a name the server's first model is used."""
        key = ("OPENAI_API_KEY=...",) if self.wants_key else ()
        named = (f"CITEWIRE_MODEL={shlex.quote(model)}",) if model else ()
        return (f"OPENAI_BASE_URL={self.address}", *named, *key)


def find_local_servers(ports: Sequence[tuple[str, int]] = USUAL_PORTS) -> tuple[LocalServer, ...]:
    """The servers that answer at these ports of this machine, in the order of the ports."""
    with ThreadPoolExecutor(len(ports)) as threads:
        found = threads.map(lambda usual: _ask(*usual), ports)
        return tuple(server for server in found if server is not None)


def usual_ports() -> str:
    """The usual ports in words: Ollama 11434, LM Studio 1234, ..."""
    return ", ".join(f"{program} {port}" for program, port in USUAL_PORTS)


def _ask(program: str, port: int) -> LocalServer | None:
    """The server at a port, when it is one of language models."""
    address = f"http://127.0.0.1:{port}/v1"
    try:
        # Without the proxy of the environment: it would ask the proxy's own machine.
        with (
            httpx.Client(trust_env=False, timeout=PATIENCE_SECONDS, verify=False) as client,
            client.stream("GET", f"{address}/models") as response,
        ):
            if response.status_code in (401, 403):
                wants_key = _refuses_as_models_do(response)
                return LocalServer(program, address, wants_key=True) if wants_key else None
            listed = json.loads(_body(response)) if response.is_success else None
    except (httpx.HTTPError, ValueError):
        return None
    entries = listed.get("data") if isinstance(listed, dict) else None
    if not isinstance(entries, list) or any(_is_ours(entry) for entry in entries):
        return None
    names = [entry.get("id") for entry in entries if isinstance(entry, dict)]
    return LocalServer(program, address, tuple(filter(_can_write, names))[:MAX_MODELS])


def _refuses_as_models_do(response: httpx.Response) -> bool:
    """Whether a refusal is in JSON, and not of Citewire itself; other servers that want a password
    answer with a page."""
    in_json = response.headers.get("content-type", "").startswith("application/json")
    return in_json and "citewire" not in response.headers.get("www-authenticate", "").casefold()


def _body(response: httpx.Response) -> bytes:
    """The body. Raises ValueError when it is no list of models: too long, or too slow to come."""
    body, until = b"", time.monotonic() + PATIENCE_SECONDS
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > MAX_LIST_BYTES or time.monotonic() > until:
            raise ValueError("no list of models")
    return body


def _is_ours(entry: Any) -> bool:
    """Whether it is Citewire's own API, which must not write for itself."""
    return isinstance(entry, dict) and entry.get("owned_by") == "citewire"


def _can_write(name: Any) -> TypeGuard[str]:
    """Whether it is the name of a model that writes, not of one that only embeds."""
    return (
        isinstance(name, str)
        and 0 < len(name) <= MAX_NAME_CHARACTERS
        and name.isprintable()
        and "embed" not in name.lower()
    )
