"""Writes an answer as OpenAI's clients read it: one completion, or the chunks of a stream.

    Answer -> completion;  event -> Sent (what the stream has said) -> chunks

The whole ``Answer`` comes along in the field ``citewire``. Knows nothing about HTTP.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from qa.interfaces.api.chat_request import MODEL
from qa.interfaces.api.message_text import MessageText, answer_text, sentences_text
from qa.interfaces.links import web_address
from qa.records import Answer, AnswerEvent, Citation, Event, Sentence, StatusEvent

WITHDRAWN = "\n\n---\n\nThe text above is withdrawn. This is the answer:\n\n"
"""Said in a stream when the whole answer does not begin with what was sent, as when quotations take
the place of what a model wrote: what was sent cannot be called back."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The name of one reply, and when it was begun; the same in all its chunks."""

    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def completion(self, answer: Answer) -> dict[str, Any]:
        """The body of a reply that is not streamed."""
        message = answer_text(answer)
        return self._head("chat.completion") | {
            "choices": [
                {
                    "index": 0,
                    "message": {
                        "role": "assistant",
                        "content": message.text,
                        "refusal": None,
                        "annotations": url_citations(message, answer),
                    },
                    "logprobs": None,
                    "finish_reason": "stop",
                }
            ],
            "usage": usage(answer),
            "citewire": answer.to_dict(),
        }

    def opening_chunk(self) -> dict[str, Any]:
        """The first chunk, which only says who speaks."""
        return self._chunk({"role": "assistant", "content": ""})

    def text_chunks(self, text: str) -> Iterator[dict[str, Any]]:
        """A chunk for each line of the text."""
        for line in text.splitlines(keepends=True):
            yield self._chunk({"content": line})

    def last_chunk(self, message: MessageText, answer: Answer) -> dict[str, Any]:
        """The end of the text: its citations, and the answer as a whole."""
        delta = {"annotations": url_citations(message, answer)}
        return self._chunk(delta, finish="stop") | {"citewire": answer.to_dict()}

    def usage_chunk(self, answer: Answer) -> dict[str, Any]:
        """What a stream ends with when usage is asked for."""
        return self._head("chat.completion.chunk") | {"choices": [], "usage": usage(answer)}

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": MODEL}

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return self._head("chat.completion.chunk") | {"choices": [choice]}


@dataclass(frozen=True, slots=True)
class Sent:
    """What a stream has sent so far.

    Sentences of a model are sent as they are proven. Quotations wait for the whole answer: only it
    knows what stands in front of them, such as the days of a timeline, and it takes no time.
    """

    message: MessageText = field(default_factory=MessageText)
    writing: bool = False
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()

    def after(self, event: Event) -> Sent:
        """What is sent once the event is; its text begins with the text so far."""
        if isinstance(event, StatusEvent):
            return replace(self, writing=self.writing or event.stage == "write")
        if isinstance(event, AnswerEvent):
            return self._extended(answer_text(event.answer), withdrawing=True)
        if not self.writing:
            return self
        sentences = (*self.sentences, event.sentence)
        citations = (*self.citations, *event.citations)
        grown = replace(self, sentences=sentences, citations=citations)
        return grown._extended(sentences_text(sentences, citations), withdrawing=False)

    def _extended(self, message: MessageText, *, withdrawing: bool) -> Sent:
        if message.text.startswith(self.message.text):
            return replace(self, message=message)
        if not withdrawing:
            return self
        return replace(self, message=MessageText(self.message.text + WITHDRAWN).then(message))


def url_citations(message: MessageText, answer: Answer) -> list[dict[str, Any]]:
    """A ``url_citation`` for each mark whose article has an address on the web."""
    cited = {citation.number: citation for citation in answer.citations}
    found = []
    for mark in message.marks:
        citation = cited.get(mark.number)
        if citation and (address := web_address(citation.url)):
            place = {"start_index": mark.start, "end_index": mark.end}
            link = {"url": address, "title": citation.title or address}
            found.append({"type": "url_citation", "url_citation": link | place})
    return found


def usage(answer: Answer) -> dict[str, int]:
    """The tokens that the answer took; zeros when it was quoted, or when they are not known."""
    read = answer.usage.get("prompt_tokens", 0)
    written = answer.usage.get("completion_tokens", 0)
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
    }
