"""Makes answers for the API in threads: a few at a time, so many waiting, whatever is raised told.

    open_stream -> EventStream -> events;  job -> its result;  any error -> ApiError

Knows nothing about the web framework.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import TypeVar

from qa.interfaces.api.api_errors import ApiError, as_api_error
from qa.interfaces.event_stream import EventStream
from qa.records import Event

MAX_OPEN_REQUESTS = 64
"""Requests that are answered or wait for it; beyond them a client is told to come back."""

T = TypeVar("T")


SECONDS_BETWEEN_LOOKS = 0.05
"""Seconds after which a waiting request looks again for a free slot."""


class AnswerQueue:
    """The requests being answered; used on one event loop. One of the ``slots`` is held by each
    that is not waiting."""

    def __init__(self, slots: threading.Semaphore) -> None:
        self._slots = slots
        self._open_requests = 0

    async def events(
        self, open_stream: Callable[[], Iterator[Event]], field: str = "messages"
    ) -> AsyncGenerator[Event, None]:
        """The events of one answer; ``field`` is where the question stood. Raises ApiError."""
        self._enter()
        stream = EventStream(open_stream, self._slots)
        try:
            async for event in stream.events():
                yield event
        except Exception as error:
            raise as_api_error(error, field) from error
        finally:
            stream.cancel()  # the client may have gone
            self._open_requests -= 1

    async def result(self, job: Callable[[], T], field: str) -> T:
        """What a blocking job returns; ``field`` is where its text stood. Raises ApiError."""

        self._enter()
        try:
            # Waiting in a thread would take those in which pages are made and passwords checked.
            while not self._slots.acquire(blocking=False):
                await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            return await asyncio.to_thread(self._run, job)
        except Exception as error:
            raise as_api_error(error, field) from error
        finally:
            self._open_requests -= 1

    def _run(self, job: Callable[[], T]) -> T:
        """Do a job in a slot that was acquired for it."""
        try:
            return job()
        finally:
            self._slots.release()

    def _enter(self) -> None:
        if self._open_requests >= MAX_OPEN_REQUESTS:
            raise ApiError(429, "Too many questions are waiting; try again shortly.", code="busy")
        self._open_requests += 1
