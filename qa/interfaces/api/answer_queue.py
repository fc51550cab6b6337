"""Makes answers for the API in threads: a few at a time, so many waiting, whatever is raised told.

    open_stream -> EventStream -> events;  job -> its result;  any error -> ApiError

Knows nothing about the web framework.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from typing import TypeVar

from qa.interfaces.api.api_errors import ApiError, as_api_error
from qa.interfaces.event_stream import EventStream
from qa.records import Event

MAX_OPEN_REQUESTS = 64
"""Requests that are answered or wait for it; beyond them a client is told to come back."""

T = TypeVar("T")


class AnswerQueue:
    """The requests being answered; used on one event loop. One of the ``slots`` is held by each
    that is not waiting."""

    def __init__(self, slots: threading.Semaphore) -> None:
        self._slots = slots
        self._open_requests = 0
        # Threads of its own: waiting in those of the event loop would take the ones in which pages
        # are made and passwords checked.
        self._threads = ThreadPoolExecutor(MAX_OPEN_REQUESTS, "citewire-job")

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
        """What a blocking job returns; ``field`` is where its text stood. Raises ApiError.

        It waits for a slot in line with the streams. A job whose client has gone before its turn is
        not done.
        """
        self._enter()
        gone = threading.Event()
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._threads, self._run, job, gone
            )
        except Exception as error:
            raise as_api_error(error, field) from error
        finally:
            gone.set()
            self._open_requests -= 1

    def _run(self, job: Callable[[], T], gone: threading.Event) -> T:
        with self._slots:
            if gone.is_set():
                raise CancelledError
            return job()

    def _enter(self) -> None:
        if self._open_requests >= MAX_OPEN_REQUESTS:
            raise ApiError(429, "Too many questions are waiting; try again shortly.", code="busy")
        self._open_requests += 1
