"""One visitor's answer while it is made: its events become the conversation that is shown.

    question -> EventStream -> Conversation after every event -> handed to be saved when complete

Knows nothing about gradio or HTML.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

from ingest.errors import IngestError
from qa.errors import QaError
from qa.interfaces.event_stream import EventStream
from qa.interfaces.page.conversation import Conversation, apply_event
from qa.records import Answer, AnswerEvent

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Visit:
    """The answer that is being made for a visitor, so that the buttons can interrupt it.

    The one mutable value: gradio hands the same object to every event of a session.
    """

    stream: EventStream | None = None
    asked: Conversation | None = None
    """The conversation as its last question was asked; None when the visitor has gone on since, so
    that what to ask next is no longer of use."""
    next: str | None = None
    """The stored conversation to show when the answer has been interrupted; empty for a new one."""

    def interrupt(self) -> None:
        if self.stream is not None:
            self.stream.cancel()


async def answer_question(
    conversation: Conversation,
    stream: EventStream,
    save: Callable[[Answer], str] | None = None,
) -> AsyncIterator[Conversation]:
    """Yield the conversation after every event of its last question's answer.

    Errors become messages of the conversation. ``save`` is called with the finished answer and
    returns its id at once; its failure is logged and does not affect the answer.
    """
    try:
        async for event in stream.events():
            current = apply_event(conversation.current, event)
            if save is not None and isinstance(event, AnswerEvent):
                # Before the answer is shown: what changes it afterwards would close the form in
                # which the question is already being edited.
                try:
                    current = replace(current, saved=save(event.answer))
                except Exception:
                    log.warning("the answer was not saved", exc_info=True)
            conversation = conversation.with_current(current)
            yield conversation
        if conversation.current.progress == "working":
            yield conversation.stopped()
    except (QaError, IngestError) as error:
        yield _failed(conversation, str(error))
    except Exception:
        log.exception("answering failed: %r", conversation.current.question)
        yield _failed(conversation, _UNEXPECTED)


def _failed(conversation: Conversation, message: str) -> Conversation:
    return conversation.with_current(
        replace(conversation.current, progress="failed", message=message)
    )


_UNEXPECTED = "Something went wrong inside Citewire. The log of the server says what."
