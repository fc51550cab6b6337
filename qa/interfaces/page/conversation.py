"""The state of a conversation: exchanges of a question and its answer, updated event by event.

    exchange + event -> exchange

Frozen values; every update returns a new one. Knows nothing about how answers are made or shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal
from uuid import uuid4

from ingest.storage.catalogue.filters import Filters
from qa.records import Answer, AnswerEvent, Citation, Event, Sentence, StatusEvent, TextEvent, Turn

Progress = Literal["working", "done", "stopped", "failed"]

MAX_HISTORY_TURNS = 6
"""Earlier exchanges handed on with a question; only the last one completes a follow-up."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question of a conversation and as much of its answer as there is."""

    number: int
    question: str
    progress: Progress = "working"
    message: str = "One moment"
    """What is being done, or what went wrong."""
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    answer: Answer | None = None
    filters: Filters = field(default_factory=Filters)
    """Which articles could answer, as the visitor chose."""
    saved: str = ""
    """The id under which the server keeps the answer; empty when it does not."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """What one visitor has asked so far. The last exchange may still be unfinished."""

    exchanges: tuple[Exchange, ...] = ()
    key: str = field(default_factory=lambda: uuid4().hex)
    """Under what the visitor's browser keeps it."""

    @property
    def current(self) -> Exchange:
        """The last exchange. Raises IndexError before the first question."""
        return self.exchanges[-1]

    @property
    def filters(self) -> Filters:
        """Which articles could answer the last question."""
        return self.current.filters if self.exchanges else Filters()

    def with_question(self, question: str, filters: Filters | None = None) -> Conversation:
        """The conversation with a new question; an unfinished exchange counts as stopped."""
        number = len(self.exchanges) + 1
        asked = Exchange(number, question, filters=filters or Filters())
        return replace(self, exchanges=(*self.stopped().exchanges, asked))

    def without_last(self) -> Conversation:
        """The conversation before its last question, which is to be asked anew."""
        return replace(self, exchanges=self.exchanges[:-1])

    def stopped(self) -> Conversation:
        """The conversation with its current exchange marked as stopped, if it is unfinished."""
        if not self.exchanges or self.current.progress != "working":
            return self
        return self.with_current(replace(self.current, progress="stopped"))

    def with_current(self, exchange: Exchange) -> Conversation:
        """The conversation with its last exchange replaced."""
        return replace(self, exchanges=(*self.exchanges[:-1], exchange))

    def history(self, *, current: bool = False) -> tuple[Turn, ...]:
        """The answered questions before the current one, or with it, oldest first."""
        earlier = (self.exchanges if current else self.exchanges[:-1])[-MAX_HISTORY_TURNS:]
        return tuple(Turn(e.question, e.answer.text, e.answer.search) for e in earlier if e.answer)


def apply_event(exchange: Exchange, event: Event) -> Exchange:
    """The exchange after one more event."""
    if isinstance(event, StatusEvent):
        return replace(exchange, message=event.message)
    if isinstance(event, AnswerEvent):
        answer = event.answer
        return replace(
            exchange,
            progress="done",
            sentences=answer.sentences,
            citations=answer.citations,
            answer=answer,
        )
    return _with_sentence(exchange, event)


def _with_sentence(exchange: Exchange, event: TextEvent) -> Exchange:
    known = {citation.number: citation for citation in exchange.citations}
    sentences = exchange.sentences
    if any(known.get(c.number, c) != c for c in event.citations):
        # The same number for other words: a failed model gave way to quoting, from the start.
        known, sentences = {}, ()
    known |= {citation.number: citation for citation in event.citations}
    return replace(
        exchange, sentences=(*sentences, event.sentence), citations=tuple(known.values())
    )
