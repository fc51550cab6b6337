"""Builds one request in the way that a model wants it: limit, options and roles follow its quirks.

    instructions, request, limit, quirks -> Request, which sends itself

What can be changed is what llama-index lets pass: the limit and ``additional_kwargs`` of its OpenAI
classes, and the messages of any class.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from qa.writing.models.known_models import Quirk, facts_of

if TYPE_CHECKING:
    from llama_index.core.llms import LLM, ChatMessage

REASONING_TOKENS = 4_000
"""Tokens that a model gets beyond its answer's when it was seen to reason; a choice."""
CHARACTERS_PER_TOKEN = 3.0
"""Characters of a prompt for one token, on the safe side: English news has about 4."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request, in the way that the model wants it."""

    llm: LLM
    messages: list[ChatMessage]
    streams: bool
    answer_tokens: int | None
    """The limit without the room for reasoning."""

    @classmethod
    def of(
        cls, llm: LLM, system: str, user: str, max_tokens: int | None, quirks: frozenset[Quirk]
    ) -> Request:
        """A limit, the options and the roles of the messages follow from the quirks."""
        from llama_index.llms.openai import OpenAI

        wanted: int | None = max_tokens or getattr(llm, "max_tokens", None)
        limit = wanted
        if wanted and Quirk.MORE_ROOM in quirks:
            room = room_for(llm, wanted, len(system) + len(user))
            limit = min(wanted + REASONING_TOKENS, room)
        if Quirk.NO_SYSTEM in quirks:
            messages = chat_messages("", f"{system}\n\n{user}")
        else:
            messages = chat_messages(system, user)
        if isinstance(llm, OpenAI):
            llm = _openai_with(llm, limit, quirks)
        elif limit != getattr(llm, "max_tokens", None):
            llm = llm.model_copy(update={"max_tokens": limit})
        return cls(llm, messages, Quirk.NO_STREAM not in quirks, wanted)

    def send(self) -> Iterable[Any]:
        """The reply, in chunks or whole."""
        if self.streams:
            return self.llm.stream_chat(self.messages)
        return [self.llm.chat(self.messages)]


def _openai_with(llm: Any, tokens: int | None, quirks: frozenset[Quirk]) -> LLM:
    """A copy of a model whose requests have these quirks. Its own limit wins over that of a call,
    and ``additional_kwargs`` over both, so these are what is set."""
    import openai

    options = dict(llm.additional_kwargs)
    limit = tokens
    if Quirk.MAX_COMPLETION_TOKENS in quirks and tokens:
        options["max_completion_tokens"], limit = tokens, None
    if Quirk.NO_TEMPERATURE in quirks:
        options["temperature"] = openai.omit
    if Quirk.NO_STREAM_OPTIONS in quirks:
        options.pop("stream_options", None)
    changes = {"max_tokens": limit, "additional_kwargs": options}
    if all(getattr(llm, name) == value for name, value in changes.items()):
        return cast("LLM", llm)
    return cast("LLM", llm.model_copy(update=changes))


def room_for(llm: LLM, tokens: int, prompt_characters: int) -> int:
    """Tokens for reasoning and answer that the context leaves, at least ``tokens``; as many as are
    wanted when no server told the context: it will say when they are too many."""
    context = facts_of(llm).context_tokens
    if context is None:
        return tokens + REASONING_TOKENS
    return max(tokens, context - int(prompt_characters / CHARACTERS_PER_TOKEN))


def chat_messages(system: str, user: str) -> list[ChatMessage]:
    """Instructions, if any, and a request as llama-index sends them."""
    from llama_index.core.llms import ChatMessage, MessageRole

    instructions = [ChatMessage(role=MessageRole.SYSTEM, content=system)] if system else []
    return [*instructions, ChatMessage(role=MessageRole.USER, content=user)]
