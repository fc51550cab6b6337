"""One match of a time expression in its sentence, and the two ways in which it may mean no days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from ingest.dates.tense import Tense, tense_at
from ingest.dates.timex_patterns import NUMBERS


@dataclass(frozen=True, slots=True)
class Found:
    """One match in its sentence, with what resolving may ask about."""

    match: re.Match[str]
    rule: str
    text: str
    low: int
    high: int
    day: date | None

    def part(self, *names: str) -> str:
        """The first of the named groups that matched, in lower case."""
        groups = self.match.groupdict()
        return next((groups[n].lower() for n in names if groups.get(n)), "")

    def number(self, *names: str) -> int | None:
        found = self.part(*names)
        return int(found) if found.isdigit() else NUMBERS.get(found)

    @property
    def published(self) -> date:
        """The day of publication. Raises Unresolved when there is none."""
        if self.day is None:
            raise Unresolved
        return self.day

    @property
    def tense(self) -> Tense:
        start, end = self.match.span()
        return tense_at(self.text, start, end, self.low, self.high)


class Unresolved(Exception):
    """The text does not say which days are meant."""


class NoExpression(Exception):
    """The words are not about time after all."""
