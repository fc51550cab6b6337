"""A stream of events, read in a thread of its own for someone who may leave at any time.

A step of answering may take seconds and cannot be interrupted. Here only the thread waits for it:
who leaves is free at once, and the stream is closed at its next step. Knows nothing about answers.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator

from qa.records import Event


class Reading:
    """One stream on its way. To be made and left on the event loop that reads it."""

    def __init__(self, open_stream: Callable[[], Iterator[Event]], gate: threading.Semaphore):
        """``gate`` bounds how many streams work at a time; the others wait their turn."""
        self._open = open_stream
        self._gate = gate
        self._loop = asyncio.get_running_loop()
        self._inbox: asyncio.Queue[Event | Exception | None] = asyncio.Queue()
        self._left = threading.Event()

    async def events(self) -> AsyncIterator[Event]:
        """The events; ends early, and quietly, when the reader leaves. Raises what was raised."""
        threading.Thread(target=self._read, name="citewire-answer", daemon=True).start()
        while (event := await self._inbox.get()) is not None and not self._left.is_set():
            if isinstance(event, Exception):
                raise event
            yield event

    def leave(self) -> None:
        """Read no further. Leaving twice is leaving once."""
        self._left.set()
        self._inbox.put_nowait(None)

    def _read(self) -> None:
        with self._gate:
            last: Exception | None = None
            try:
                self._pass_on()
            except Exception as error:  # handed over: raised again where the events are read
                last = error
        self._put(last)

    def _pass_on(self) -> None:
        if self._left.is_set():
            return
        for event in self._open():
            if self._left.is_set():
                return
            self._put(event)

    def _put(self, item: Event | Exception | None) -> None:
        if not self._left.is_set():
            self._loop.call_soon_threadsafe(self._inbox.put_nowait, item)
