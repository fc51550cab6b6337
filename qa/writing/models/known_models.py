"""What is known of each model in use, for the life of the process: what its server lists of it,
and which parts of a request it does not take.

    address and name of a model -> ModelFacts (parameters, context window), Quirks

A llama-index model has no place for this, and copies of one must share it, so it is kept here under
the model's address and name. Opening a model anew forgets what was learnt of it. Safe to share
between threads. Knows nothing about openai, requests or answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from threading import Lock
from typing import Any

Key = tuple[str, str]

ASSUMED_CONTEXT_TOKENS = 8_192
"""Context window of a model of which nobody says how large it is."""

_CONTEXT_FIELDS = ("max_model_len", "context_length", "context_window", "max_context_length")
"""Where a list of models tells the context window: vLLM and SGLang, OpenRouter, Groq, Mistral."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a server says of a model; None where it says nothing."""

    parameters: int | None = None
    context_tokens: int | None = None


class Quirk(Enum):
    """A way in which a server or a model wants its requests."""

    NO_TEMPERATURE = "no temperature"
    MAX_COMPLETION_TOKENS = "max_completion_tokens instead of max_tokens"
    NO_STREAM_OPTIONS = "no stream_options"
    NO_STREAM = "no streaming"
    NO_SYSTEM = "instructions in the user message"
    MORE_ROOM = "more tokens, for its reasoning"
    UNMARKED_REASONING = "reasoning whose beginning is not marked"


_FACTS: dict[Key, ModelFacts] = {}
_QUIRKS: dict[Key, frozenset[Quirk]] = {}
_LOCK = Lock()


def model_key(llm: object) -> Key:
    """Address and name of a model; the address is empty when the class of the model implies it."""
    address = getattr(llm, "api_base", None) or getattr(llm, "base_url", None) or ""
    return str(address).rstrip("/"), str(getattr(llm, "model", "") or type(llm).__name__)


def remember_facts(llm: object, facts: ModelFacts) -> None:
    """Keep what a server said of a model that was opened just now."""
    with _LOCK:
        _FACTS[model_key(llm)] = facts
        _QUIRKS.pop(model_key(llm), None)


def facts_of(llm: object) -> ModelFacts:
    """What the server of a model said of it; nothing of a model that we did not open."""
    with _LOCK:
        return _FACTS.get(model_key(llm), ModelFacts())


def remember_context(llm: object, tokens: int) -> None:
    """Keep the context window that a server told when a prompt was too long for it."""
    with _LOCK:
        facts = _FACTS.get(model_key(llm), ModelFacts())
        _FACTS[model_key(llm)] = replace(facts, context_tokens=tokens)


def remember_quirk(llm: object, quirk: Quirk) -> None:
    """Keep how a model wants its requests."""
    with _LOCK:
        _QUIRKS[model_key(llm)] = _QUIRKS.get(model_key(llm), frozenset()) | {quirk}


def quirks_of(llm: object) -> frozenset[Quirk]:
    """How a model wants its requests, as far as that was found out."""
    with _LOCK:
        return _QUIRKS.get(model_key(llm), frozenset())


def facts_from_listing(entry: Mapping[str, Any]) -> ModelFacts:
    """What one entry of ``/v1/models`` says. llama.cpp has a ``meta`` with the context it serves
    (``n_ctx``) and the one the model was trained for; other servers name one number."""
    meta = entry.get("meta")
    meta = meta if isinstance(meta, Mapping) else {}
    windows = [meta.get("n_ctx"), *(entry.get(name) for name in _CONTEXT_FIELDS)]
    windows.append(meta.get("n_ctx_train"))
    return ModelFacts(
        parameters=_first_count([meta.get("n_params")]), context_tokens=_first_count(windows)
    )


def _first_count(values: list[Any]) -> int | None:
    return next((v for v in values if isinstance(v, int) and v > 0), None)
