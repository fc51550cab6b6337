"""A conversation as it grows: exchanges, each a question with as much of its answer as there is.

Pure values; an event makes a new one. Knows nothing about how answers come about or are shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from qa.records import Answer, AnswerEvent, Citation, Event, Sentence, StatusEvent, TextEvent, Turn

Progress = Literal["working", "done", "stopped", "failed"]

REMEMBERED = 6
"""Earlier questions that a follow-up is understood by."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question of a conversation and as much of its answer as there is."""

    number: int
    question: str
    progress: Progress = "working"
    message: str = "One moment"
    """What is going on, or what went wrong."""
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """What one visitor asked so far. The last exchange may still be in the making."""

    exchanges: tuple[Exchange, ...] = ()

    @property
    def now(self) -> Exchange:
        return self.exchanges[-1]

    def asked(self, question: str) -> Conversation:
        """With a new question. An exchange that was cut off counts as stopped."""
        return Conversation(
            (*self.stopped().exchanges, Exchange(len(self.exchanges) + 1, question))
        )

    def stopped(self) -> Conversation:
        if not self.exchanges or self.now.progress != "working":
            return self
        return self.with_now(replace(self.now, progress="stopped"))

    def with_now(self, now: Exchange) -> Conversation:
        return Conversation((*self.exchanges[:-1], now))

    def history(self) -> tuple[Turn, ...]:
        """The questions before the current one, with what was answered."""
        earlier = self.exchanges[:-1][-REMEMBERED:]
        return tuple(Turn(e.question, e.answer.text) for e in earlier if e.answer)


def advanced(now: Exchange, event: Event) -> Exchange:
    """The exchange after one more event."""
    if isinstance(event, StatusEvent):
        return replace(now, message=event.message)
    if isinstance(event, AnswerEvent):
        done = event.answer
        return replace(
            now, progress="done", sentences=done.sentences, citations=done.citations, answer=done
        )
    return _with_sentence(now, event)


def _with_sentence(now: Exchange, event: TextEvent) -> Exchange:
    known = {citation.number: citation for citation in now.citations}
    if any(known.get(c.number, c) != c for c in event.citations):
        # The same number for other words: a failed model gave way to quoting, from the start.
        known, now = {}, replace(now, sentences=())
    known |= {citation.number: citation for citation in event.citations}
    return replace(now, sentences=(*now.sentences, event.sentence), citations=tuple(known.values()))
