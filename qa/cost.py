"""Records what one answer costs: when each stage was done, and the tokens that models took.

The engine makes one recorder an answer and hands it to the stages that spend. Decides nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping


class CostRecorder:
    """Seconds and tokens of one answer; starts its clock when it is made."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self.timings: dict[str, float] = {}
        """Seconds since the start at which a stage was done, by stage."""
        self.usage: dict[str, int] = {}
        """Tokens by kind, ``prompt_tokens`` and ``completion_tokens``, and the number of ``calls``;
        empty without a model."""

    def record_stage_time(self, stage: str) -> None:
        """Note that a stage is done now; a stage that is done again keeps its first time."""
        self.timings.setdefault(stage, round(time.perf_counter() - self._started, 4))

    def add_tokens(self, spent: Mapping[str, int]) -> None:
        """Add one call of a model and its tokens."""
        self.usage["calls"] = self.usage.get("calls", 0) + 1
        for kind, tokens in spent.items():
            self.usage[kind] = self.usage.get(kind, 0) + tokens

    def timed(self, pieces: Iterable[str]) -> Iterator[str]:
        """The pieces of a completion; notes when it was asked for and when its first piece came."""
        self.record_stage_time("asked")
        for piece in pieces:
            self.record_stage_time("first_token")
            yield piece
