"""Asks a model and reads its reply as plain text, adapting the request until it is taken.

    Request -> reply -> text;  rejected? changed once for each quirk;  busy? one pause

Knows nothing about what is asked.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from queue import Empty, Queue
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, TypeVar

from qa.errors import ContextTooLong
from qa.writing.models.known_models import Quirk, facts_of, quirks_of, remember_quirk
from qa.writing.models.model_errors import (
    Misfit,
    model_error,
    pause_after,
    quirk_in_error,
    supposed_quirk,
)
from qa.writing.models.requests import REASONING_TOKENS, Request, room_for
from qa.writing.models.server_replies import Reply
from qa.writing.sentence_stream import without_fences, without_reasoning

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Completion:
    """One completion of a model, iterated over as pieces of text; afterwards ``usage`` holds the
    tokens it took and ``cut_off`` whether it is incomplete."""

    llm: LLM
    system: str
    user: str
    patience: float = 60.0
    """Seconds without a sign of life (text, or reasoning that is not shown) before it counts as
    failed."""
    usage: dict[str, int] = field(default_factory=dict)
    deadline: float | None = None
    """Seconds in which all of it must have come; None: as long as pieces come."""
    cut_off: bool = False
    """Whether the length limit ended it, perhaps inside a sentence."""
    max_tokens: int | None = None
    """Tokens it may take; None: the limit that the model was opened with."""

    def __iter__(self) -> Iterator[str]:
        """Yield pieces as they come. Raises ModelError, whatever went wrong underneath, and
        ContextTooLong when the prompt is longer than the model's context."""
        attempts = _Attempts(self.llm, self.deadline)
        while True:
            shown = False
            try:
                for piece in self._pieces(attempts):
                    shown = shown or bool(piece.strip())
                    yield piece
                return
            except Exception as error:
                if shown:
                    raise model_error(error) from error
                attempts.adapt(error)

    def _pieces(self, attempts: _Attempts) -> Iterator[str]:
        """The text of one attempt. Raises ModelError when it is no answer."""
        request = Request.of(self.llm, self.system, self.user, self.max_tokens, attempts.quirks)
        reply, before = Reply(), dict(self.usage)

        def deltas() -> Iterator[str]:
            chunks = iterate_with_deadline(request.send, self.patience, attempts.seconds_left())
            for chunk in chunks:
                said = chunk.delta if request.streams else chunk.message.content
                reply.read(chunk.raw, said or "")
                for name, tokens in reply.usage.items():
                    self.usage[name] = before.get(name, 0) + tokens
                if said:
                    attempts.look_for_unmarked_reasoning(said)
                    yield said

        begun = Quirk.UNMARKED_REASONING in attempts.quirks
        for piece in without_fences(without_reasoning(deltas(), begun=begun)):
            reply.text = reply.text or bool(piece.strip())
            yield piece
        self.cut_off = reply.cut_off
        if not reply.text:
            attempts.quirk_of_empty(reply, request)
        reply.check(streamed=request.streams)
        attempts.worked()


def first_token(llm: LLM, system: str, user: str, *, patience: float, alternatives: int) -> Any:
    """The raw reply with one token and the log-probabilities of that many alternatives, from a
    server that offers them. Raises ModelError."""
    attempts = _Attempts(llm, patience, streams=False)
    while True:
        request = Request.of(llm, system, user, 1, attempts.quirks - {Quirk.MORE_ROOM})

        def answer(request: Request = request) -> Iterator[Any]:
            yield request.llm.chat(
                request.messages, temperature=0.0, logprobs=True, top_logprobs=alternatives
            ).raw

        try:
            return next(iter(iterate_with_deadline(answer, patience, attempts.seconds_left())))
        except Exception as error:
            attempts.adapt(error)


class _Attempts:
    """The attempts at one request, each changed by what the one before it met: every quirk once,
    and one pause."""

    def __init__(self, llm: LLM, deadline: float | None, *, streams: bool = True) -> None:
        self._llm = llm
        self._ends = None if deadline is None else time.monotonic() + deadline
        self._paused = False
        self._supposed: set[Quirk] = set()
        self._said = ""
        self.quirks = quirks_of(llm) | (frozenset() if streams else {Quirk.NO_STREAM})

    def seconds_left(self) -> float | None:
        """Seconds until all must have come; None without a deadline."""
        return None if self._ends is None else max(0.0, self._ends - time.monotonic())

    def adapt(self, error: Exception) -> None:
        """Return when another attempt is worthwhile, after a pause if it needs one. Raises
        ModelError when none is."""
        supposed = supposed_quirk(error)
        quirk = supposed or quirk_in_error(error, self._llm)
        if quirk and quirk not in self.quirks:
            self.quirks |= {quirk}
            if supposed:
                self._supposed.add(quirk)
            else:
                remember_quirk(self._llm, quirk)
            log.info("%s wants %s", getattr(self._llm, "model", "the model"), quirk.value)
            return
        pause = None if self._paused else pause_after(error)
        left = self.seconds_left()
        if pause is None or (left is not None and pause >= left):
            raise model_error(error) from error
        self._paused = True
        time.sleep(pause)

    def look_for_unmarked_reasoning(self, said: str) -> None:
        """Remember a model whose reasoning ends with a mark that nothing opened."""
        self._said += said
        if "</think>" in self._said and "<think>" not in self._said:
            self._said = "<think>"
            remember_quirk(self._llm, Quirk.UNMARKED_REASONING)

    def quirk_of_empty(self, reply: Reply, request: Request) -> None:
        """Raise the quirk that may be why there is no text: no chunk at all from a server that
        answers in one piece, or a limit that was used up before the answer. Raises ContextTooLong
        when the prompt leaves no room for reasoning."""
        if request.streams and not reply.chunks:
            raise Misfit(Quirk.NO_STREAM)
        tokens = request.answer_tokens
        if not (reply.cut_off and tokens):
            return
        length = sum(len(message.content or "") for message in request.messages)
        room = room_for(self._llm, tokens, length)
        if Quirk.MORE_ROOM not in self.quirks and room >= 2 * tokens:
            raise Misfit(Quirk.MORE_ROOM)
        if room < tokens + REASONING_TOKENS:  # with less evidence there is more
            remember_quirk(self._llm, Quirk.MORE_ROOM)
            raise ContextTooLong(facts_of(self._llm).context_tokens)

    def worked(self) -> None:
        """Remember what was only supposed: it has helped."""
        for quirk in self._supposed:
            remember_quirk(self._llm, quirk)


def iterate_with_deadline(
    start: Callable[[], Iterable[T]], patience: float, deadline: float | None = None
) -> Iterator[T]:
    """Items of an iterable that is read in a thread, each within ``patience`` seconds, and all
    within ``deadline`` seconds if that is given.

    A client's own time-out starts anew with every byte, and servers send some to stay connected.
    Raises TimeoutError, or whatever the iterable raises.
    """
    arrived: Queue[tuple[str, Any]] = Queue()
    left = Event()

    def read() -> None:
        try:
            for item in start():
                arrived.put(("item", item))
                if left.is_set():
                    return
            arrived.put(("end", None))
        except Exception as error:  # handed to the reader of the queue
            arrived.put(("error", error))

    Thread(target=read, daemon=True).start()
    ends = math.inf if deadline is None else time.monotonic() + deadline
    try:
        while True:
            left_over = max(0.0, ends - time.monotonic())
            kind, value = arrived.get(timeout=min(patience, left_over))
            if kind == "error":
                raise value
            if kind == "end":
                return
            yield value
    except Empty as error:
        raise TimeoutError from error
    finally:
        left.set()
