"""Reads an iterable in a thread, a little ahead, so that its consumer can do something while it
waits.

    with ReadAhead(items) as reader:
        while reader.wait():                 as long as it takes; False at the end
            for item in reader.at_once():    until the next one is not there within a moment

Knows nothing about what is read.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")

MAX_ITEMS_AHEAD = 2
"""Items read and not yet taken: a document may be large."""

A_MOMENT = 0.25
"""Seconds. A file is there sooner; a page of the web is not, whose host is visited once a
second."""


class ReadAhead(Generic[T]):
    """Items come out in order; what reading raises is raised where the next item would come."""

    def __init__(self, items: Iterable[T]) -> None:
        self._items = items
        self._ready: deque[T] = deque()
        self._changed = threading.Condition()
        self._failure: BaseException | None = None
        self._ended = False
        self._abandoned = False
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        """Stop reading; the thread ends by itself when the read that it waits for is over."""
        with self._changed:
            self._abandoned = True
            self._changed.notify_all()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until the next item is there. False at the end, or after ``seconds``.

        Nothing is read before the first call.
        """
        if self._thread is None:
            self._thread = threading.Thread(target=self._read, name="read-ahead", daemon=True)
            self._thread.start()
        with self._changed:
            self._changed.wait_for(lambda: self._ready or self._ended, seconds)
            if not self._ready and self._failure is not None:
                failure, self._failure = self._failure, None
                raise failure
            return bool(self._ready)

    def at_once(self) -> Iterator[T]:
        """The next items, as long as each comes within a moment."""
        while self.wait(A_MOMENT):
            with self._changed:
                item = self._ready.popleft()
                self._changed.notify_all()
            yield item

    def _read(self) -> None:
        failure: BaseException | None = None
        try:
            for item in self._items:
                with self._changed:
                    self._ready.append(item)
                    self._changed.notify_all()
                    self._changed.wait_for(
                        lambda: len(self._ready) < MAX_ITEMS_AHEAD or self._abandoned
                    )
                    if self._abandoned:
                        return
        except BaseException as error:  # raised again in the consumer's thread
            failure = error
        with self._changed:
            self._failure, self._ended = failure, True
            self._changed.notify_all()
