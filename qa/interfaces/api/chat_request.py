"""Reads the body of a chat completion request: the question, the history, how to reply.

    JSON -> ChatBody (checked) -> ChatQuestion

System, developer and tool messages are ignored, and so are settings of sampling: what an answer may
say is decided by the articles alone. Knows nothing about HTTP.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from ingest.records import storable
from qa.interfaces.api.api_errors import ApiError
from qa.interfaces.api.message_text import without_sources
from qa.records import Turn

MODEL = "citewire"
"""The one model that the API has."""

MAX_HISTORY_TURNS = 6
"""Earlier exchanges handed on with a question, as many as the chat page hands on."""

MAX_TURN_CHARACTERS = 2_000
"""Characters kept of an earlier question, and of its answer: as many as a question may have."""


@dataclass(frozen=True, slots=True)
class ContentPart:
    """A part of a message; only those of type ``text`` can be read."""

    type: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the conversation as it is sent."""

    role: str
    content: str | tuple[ContentPart, ...] | None = None

    @property
    def text(self) -> str:
        """What the message says in words."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(part.text for part in self.content or () if part.type == "text")


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """What else a stream should carry."""

    include_usage: bool | None = None


@dataclass(frozen=True, slots=True)
class ChatBody:
    """The fields of a request that matter here; others are ignored."""

    model: str
    messages: tuple[Message, ...]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: int | None = None


@dataclass(frozen=True, slots=True)
class ChatQuestion:
    """What is asked, after which turns, and in which form the reply is wanted."""

    question: str
    history: tuple[Turn, ...] = ()
    stream: bool = False
    include_usage: bool = False


_BODY = TypeAdapter(ChatBody)


def read_chat_request(body: bytes) -> ChatQuestion:
    """The question in the body of a request. Raises ApiError saying which field is wrong."""
    try:
        asked = _BODY.validate_json(body, strict=True)
    except ValidationError as error:
        raise _malformed(error) from error
    if asked.model != MODEL:
        raise unknown_model(asked.model)
    if asked.n not in (None, 1):
        raise ApiError(400, "Only one answer can be given: leave `n` out.", param="n")
    last = _last_question(asked.messages)
    return ChatQuestion(
        question=_readable(_text_alone(asked.messages[last])),
        history=tuple(_turns(asked.messages[:last]))[-MAX_HISTORY_TURNS:],
        stream=bool(asked.stream),
        include_usage=bool(asked.stream_options and asked.stream_options.include_usage),
    )


def unknown_model(name: str) -> ApiError:
    """The error about a model that is not there."""
    return ApiError(
        404,
        f"The model {name[:100]!r} does not exist here; the only one is {MODEL!r}.",
        param="model",
        code="model_not_found",
    )


def _malformed(error: ValidationError) -> ApiError:
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(step) for step in first["loc"]) or None
    where = f"`{field}`: " if field else ""
    return ApiError(400, f"The request cannot be read: {where}{first['msg']}.", param=field)


def _last_question(messages: Sequence[Message]) -> int:
    """The place of the last message of the user."""
    places = [place for place, message in enumerate(messages) if message.role == "user"]
    if not places:
        raise ApiError(400, "There is no message of the role `user`.", param="messages")
    return places[-1]


def _text_alone(message: Message) -> str:
    """The words of the question. Raises ApiError for pictures, sound and files."""
    parts = message.content if isinstance(message.content, tuple) else ()
    other = next((part.type for part in parts if part.type != "text"), None)
    if other:
        raise ApiError(400, f"Only text can be read, not {other[:40]!r}.", param="messages")
    return message.text


def _turns(messages: Sequence[Message]) -> Iterator[Turn]:
    """Each message of the user with the answer that followed, oldest first."""
    question = ""
    for message in messages:
        if message.role == "user":
            if question:
                yield Turn(question)
            question = _readable(message.text)[:MAX_TURN_CHARACTERS]
        elif message.role == "assistant" and question:
            answer = without_sources(_readable(message.text))
            yield Turn(question, answer[:MAX_TURN_CHARACTERS])
            question = ""
    if question:
        yield Turn(question)


def _readable(text: str) -> str:
    """The text without characters that no index and no model can read."""
    return storable(text).strip()
