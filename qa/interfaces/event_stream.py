"""Reads a blocking stream of events in a thread, for an asyncio consumer that may cancel.

A step of answering may take seconds and cannot be interrupted. Only the thread waits for it: after
``cancel`` the consumer goes on at once, and the stream is closed at its next step. Knows nothing
about answers.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator

from qa.records import Event


class EventStream:
    """One stream being read. Create and cancel it on the event loop that consumes it."""

    def __init__(self, open_stream: Callable[[], Iterator[Event]], slots: threading.Semaphore):
        """``open_stream`` is called in the thread, when one of the ``slots`` is free."""
        self._open = open_stream
        self._slots = slots
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[Event | Exception | None] = asyncio.Queue()
        self._cancelled = threading.Event()

    async def events(self) -> AsyncIterator[Event]:
        """The events; ends early after ``cancel``. Raises what the stream raised."""
        threading.Thread(target=self._read, name="citewire-answer", daemon=True).start()
        while (event := await self._queue.get()) is not None and not self._cancelled.is_set():
            if isinstance(event, Exception):
                raise event
            yield event

    def cancel(self) -> None:
        """Read no further. May be called more than once."""
        self._cancelled.set()
        self._queue.put_nowait(None)

    def _read(self) -> None:
        with self._slots:
            last: Exception | None = None
            try:
                self._forward()
            except Exception as error:  # handed over: raised again where the events are read
                last = error
        self._put(last)

    def _forward(self) -> None:
        if self._cancelled.is_set():
            return
        for event in self._open():
            if self._cancelled.is_set():
                return
            self._put(event)

    def _put(self, item: Event | Exception | None) -> None:
        if not self._cancelled.is_set():
            self._loop.call_soon_threadsafe(self._queue.put_nowait, item)
