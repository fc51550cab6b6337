"""Keeps answers in memory for as long as the library that they came from does not change.

Knows nothing about how answers are made.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

from qa.records import Answer

CACHE_SIZE = 256
"""Answers kept by default."""


class AnswerCache:
    """A least-recently-used cache of answers by what was asked. Safe to share between threads.

    ``now`` is the library's position (``Catalogue.last_seq``): any change to it forgets everything,
    because any article may be the better source.
    """

    def __init__(self, size: int = CACHE_SIZE) -> None:
        self._size = size
        self._now: int | None = None
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, now: int) -> Answer | None:
        """The answer kept for a key, or None."""
        with self._lock:
            self._clear_unless(now)
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def put(self, key: Hashable, now: int, answer: Answer) -> None:
        """Keep an answer. ``now`` is the position before the answer was made."""
        with self._lock:
            self._clear_unless(now)
            self._answers[key] = answer
            while len(self._answers) > self._size:
                self._answers.popitem(last=False)

    def _clear_unless(self, now: int) -> None:
        if now != self._now:
            self._answers.clear()
            self._now = now
