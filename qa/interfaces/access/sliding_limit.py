"""Counts how often something happened lately for a key, and tells how long to wait.

A sliding window: the moments of the last ``seconds`` are kept for each key. Used on one event loop.
Knows nothing about what is counted.
"""

from __future__ import annotations

import math
from collections import OrderedDict, deque

MAX_KEYS = 10_000
"""Keys remembered; beyond them the one that was quiet longest is forgotten."""


class SlidingLimit:
    """At most ``count`` events in any ``seconds`` for each key; a count of 0 limits nothing."""

    def __init__(self, count: int, seconds: float) -> None:
        self._count = count
        self._seconds = seconds
        self._moments: OrderedDict[str, deque[float]] = OrderedDict()

    def seconds_to_wait(self, key: str, now: float) -> int:
        """Whole seconds until one more event is within the limit; 0 when it is now."""
        moments = self._moments.get(key)
        if not self._count or moments is None:
            return 0
        while moments and moments[0] <= now - self._seconds:
            moments.popleft()
        if len(moments) < self._count:
            return 0
        return max(1, math.ceil(moments[0] + self._seconds - now))

    def record(self, key: str, now: float) -> None:
        """Count one event."""
        moments = self._moments.setdefault(key, deque(maxlen=self._count or 1))
        moments.append(now)
        self._moments.move_to_end(key)
        if len(self._moments) > MAX_KEYS:
            self._moments.popitem(last=False)

    def take_back(self, key: str) -> None:
        """Uncount the last event."""
        if moments := self._moments.get(key):
            moments.pop()
