"""Reads the bodies of our own API, and writes what it sends: events, answers, checks.

    JSON -> AskBody -> Assistant.stream;  JSON -> CheckBody -> Assistant.check
    event -> (name, value)

Knows nothing about HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from ingest.storage.catalogue.filters import Filters
from qa.interfaces.api.api_errors import ApiError
from qa.interfaces.api.chat_request import MAX_HISTORY_TURNS
from qa.records import AnswerEvent, Event, StatusEvent, Turn, to_json

T = TypeVar("T")

_STRICT = ConfigDict(extra="forbid")


@with_config(_STRICT)
@dataclass(frozen=True, slots=True)
class Exchange:
    """An earlier question of the conversation and its answer."""

    question: str
    answer: str = ""


@with_config(_STRICT)
@dataclass(frozen=True, slots=True)
class Only:
    """Which articles may answer; what is left out restricts nothing."""

    since: date | None = None
    until: date | None = None
    outlets: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()

    @property
    def filters(self) -> Filters:
        """The same as filters of a library."""
        return Filters(
            first=self.since, last=self.until, outlets=self.outlets, authors=self.authors,
            sections=self.sections, languages=self.languages, articles=self.articles,
        )  # fmt: skip


@with_config(_STRICT)
@dataclass(frozen=True, slots=True)
class AskBody:
    """A question, the day it is asked on, what was said before, and which articles may answer."""

    question: str
    asked_at: date | None = None
    history: tuple[Exchange, ...] = ()
    only: Only = field(default_factory=Only)

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The last exchanges, oldest first."""
        last = self.history[-MAX_HISTORY_TURNS:]
        return tuple(Turn(one.question, one.answer) for one in last)


@with_config(_STRICT)
@dataclass(frozen=True, slots=True)
class CheckBody:
    """A draft, the day it is checked on, and which articles it is checked against."""

    text: str
    asked_at: date | None = None
    only: Only = field(default_factory=Only)


ASK, CHECK = TypeAdapter(AskBody), TypeAdapter(CheckBody)


def read_body(body: bytes, form: TypeAdapter[T]) -> T:
    """The body in its form. Raises ApiError saying which field is wrong."""
    try:
        return form.validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(step) for step in first["loc"]) or None
        named = f"`{where}`: " if where else ""
        message = f"The request cannot be read: {named}{first['msg']}."
        raise ApiError(400, message, param=where) from error


def event_value(event: Event) -> tuple[str, dict[str, Any]]:
    """The name of an event and its value: what ``Assistant.stream`` yields, as JSON."""
    if isinstance(event, AnswerEvent):
        return "answer", event.answer.to_dict()
    value: dict[str, Any] = to_json(event)
    return ("status" if isinstance(event, StatusEvent) else "sentence"), value
