"""Reads what a server sends beside an answer: why it rejects a request, and how a reply ended.

    status and body of an error -> Rejection: a quirk to adapt to, a context that is too small,
        or neither
    chunks of a reply -> Reply: text or none, how it ended, tokens -> what is wrong with it

Servers word the same things differently; all their words are here. Knows nothing about openai,
llama-index or how a request is changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from qa.errors import ModelError
from qa.writing.models.known_models import Quirk

READ_CHARACTERS = 600
"""How much of one message of a server is read: enough for its reason, less than the prompt that
some repeat after it."""
_REASON_KEYS = {"message", "msg", "code", "type", "param", "loc", "detail", "error", "n_ctx"}
"""Fields of an error that tell its reason; others may hold the request, in whose articles anything
may be said about temperatures and systems."""

_CONTEXT = re.compile(
    r"context.?(?:length|size|window)|prompt is too long|prompt too long|too many (?:input )?tokens"
    r"|request too large|`inputs` (?:tokens|must have)|max_tokens must be at least 1, got -",
    re.IGNORECASE,
)
_LIMIT = re.compile(
    r"(?:n_ctx\W{1,4}|context length (?:is|of) (?:only )?|context (?:size|window) (?:\(|of |is )"
    r"|<= ?|less than |maximum(?: of)? )(\d[\d,]*)",
    re.IGNORECASE,
)
_QUIRKS: tuple[tuple[Quirk, re.Pattern[str]], ...] = (
    (Quirk.NO_STREAM_OPTIONS, re.compile(r"stream_options|include_usage", re.IGNORECASE)),
    (Quirk.MAX_COMPLETION_TOKENS, re.compile(r"max_completion_tokens", re.IGNORECASE)),
    (Quirk.NO_TEMPERATURE, re.compile(r"\btemperature\b", re.IGNORECASE)),
    (
        Quirk.NO_SYSTEM,
        re.compile(
            r"system (?:role|message|prompt|instruction)|'system'|\"system\"|role[: ]+system\b"
            r"|developer instruction|roles must alternate|jinja|chat.?template",
            re.IGNORECASE,
        ),
    ),
    (
        Quirk.NO_STREAM,
        re.compile(r"'stream'|\bstream(?:ing)?\b.{0,20}\bnot\b|not support stream", re.I),
    ),
)
"""The words by which a rejected part of a request is known, the most specific first."""
_ADAPTABLE = (None, 400, 415, 422, 500, 501)
"""Statuses with which servers reject a part of a request; None is an error inside a stream."""
_CUT = {"length", "max_tokens", "model_length"}


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a server rejected a request: a ``quirk`` of it, or a context window that is too small
    (``too_long``, with its ``limit`` in tokens where it tells one), or neither."""

    quirk: Quirk | None = None
    too_long: bool = False
    limit: int | None = None


def read_rejection(status: int | None, body: object) -> Rejection:
    """What the status and the body of an error say. A body is parsed JSON, text or None."""
    said = " ".join(_reasons(body))
    if status in (*_ADAPTABLE, 413) and _CONTEXT.search(said):
        limit = _LIMIT.search(said)
        return Rejection(
            too_long=True, limit=int(limit.group(1).replace(",", "")) if limit else None
        )
    if status not in _ADAPTABLE:
        return Rejection()
    return Rejection(next((quirk for quirk, words in _QUIRKS if words.search(said)), None))


def quota_is_used_up(body: object) -> bool:
    """Whether a 429 is for good (the quota is spent) rather than for a moment."""
    return any("insufficient_quota" in reason for reason in _reasons(body))


def filtered(body: object) -> bool:
    """Whether a request was stopped by the server's content filter."""
    return any("content_filter" in reason for reason in _reasons(body))


def _reasons(body: object, key: str = "") -> Iterator[str]:
    if isinstance(body, Mapping):
        for name, value in body.items():
            if name in _REASON_KEYS:
                yield from _reasons(value, str(name))
    elif isinstance(body, list):
        for value in body:
            yield from _reasons(value, key)
    elif body is not None:
        said = str(body)[:READ_CHARACTERS]
        yield f"{key}: {said}" if key == "n_ctx" else said


@dataclass(slots=True)
class Reply:
    """What one request brought, chunk by chunk: whether there was ``text``, reasoning, a refusal
    or a call of a tool; how it ``finished``; the tokens it took."""

    text: bool = False
    chunks: int = 0
    reasoned: bool = False
    refusal: str = ""
    called_tool: bool = False
    finished: str | None = None
    usage: dict[str, int] = field(default_factory=dict)

    @property
    def cut_off(self) -> bool:
        """Whether the length limit ended it."""
        return self.finished in _CUT

    def read(self, raw: Any, delta: str) -> None:
        """Take one chunk of a stream, or a whole reply; ``delta`` is its text."""
        self.chunks += 1
        self.usage.update(tokens_of(raw))
        details = getattr(getattr(raw, "usage", None), "completion_tokens_details", None)
        self.reasoned |= bool(getattr(details, "reasoning_tokens", 0)) or "<think" in delta
        for choice in (getattr(raw, "choices", None) or [])[:1]:
            said = getattr(choice, "delta", None) or getattr(choice, "message", None)
            self.finished = getattr(choice, "finish_reason", None) or self.finished
            self.refusal += getattr(said, "refusal", None) or ""
            self.called_tool |= bool(getattr(said, "tool_calls", None))
            self.reasoned |= bool(
                getattr(said, "reasoning_content", None) or getattr(said, "reasoning", None)
            )

    def check(self, *, streamed: bool) -> None:
        """Raise ModelError when the reply is no answer, or not a whole one."""
        if self.refusal:
            raise ModelError(f"it refused to answer ({' '.join(self.refusal.split())[:120]})")
        if self.finished == "content_filter":
            raise ModelError("it refused to answer (stopped by the server's content filter)")
        if not self.text:
            if self.cut_off:
                used = self.usage.get("completion_tokens")
                spent = f"all its {used:,} tokens" if used else "all its tokens"
                raise ModelError(f"it spent {spent} on reasoning and gave no answer")
            if self.called_tool or self.finished in ("tool_calls", "function_call"):
                raise ModelError("it called a tool instead of answering")
            if self.reasoned:
                raise ModelError("it only reasoned and gave no answer", retryable=True)
        if streamed and self.chunks and self.finished is None:
            raise ModelError("its answer broke off", retryable=True)


def tokens_of(raw: Any) -> dict[str, int]:
    """Tokens that a server reports with an answer; empty when it does not."""
    usage = getattr(raw, "usage", None)
    if usage is None:
        return {}
    names = ("prompt_tokens", "completion_tokens")
    return {name: int(getattr(usage, name, 0) or 0) for name in names}
