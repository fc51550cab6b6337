"""Finds direct quotations in a paragraph by their double quotation marks.

Single ones are not read, because apostrophes look the same. Knows nothing about speakers.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]

_QUOTATION_MARK = re.compile(r"[“”\"]")
_AFTER_PUNCTUATION = re.compile(r"[,.?!]\s?$")


def find_quotations(text: str, start: int, end: int) -> tuple[list[Span], bool]:
    """Spans between double quotation marks in a paragraph, and whether the last stays open."""
    spans: list[Span] = []
    opened: int | None = None
    for match in _QUOTATION_MARK.finditer(text, start, end):
        mark, place = match.group(), match.start()
        closes = opened is not None and (
            mark != "“" or bool(_AFTER_PUNCTUATION.search(text, max(start, place - 2), place))
        )
        if closes and opened is not None:
            spans.append((opened, match.end()))
            opened = None
        elif mark != "”" and opened is None:
            opened = place
    if opened is not None:
        spans.append((opened, end))
    return spans, opened is not None


def quoted_chars(quotations: Sequence[Span], start: int, end: int) -> int:
    """How many characters of ``start:end`` stand in quotation marks."""
    return sum(max(0, min(b, end) - max(a, start)) for a, b in quotations)


@dataclass(frozen=True, slots=True)
class Sentence:
    """The sentence ``text[start:end]`` with the quotations of its paragraph."""

    text: str
    start: int
    end: int
    quotations: Sequence[Span]

    def before(self, match: re.Match[str]) -> str:
        """The sentence up to a match."""
        return self.text[self.start : match.start()]

    def after(self, match: re.Match[str]) -> str:
        """The sentence behind a match."""
        return self.text[match.end() : self.end]

    def is_quoted_at(self, place: int) -> bool:
        """Whether a character stands in quotation marks."""
        index = bisect_right(self.quotations, (place, 1 << 60)) - 1
        return index >= 0 and place < self.quotations[index][1]

    @property
    def quoted_chars(self) -> int:
        """How many of its characters stand in quotation marks."""
        return quoted_chars(self.quotations, self.start, self.end)

    @property
    def is_direct(self) -> bool:
        """Whether most of it stands in quotation marks."""
        return 2 * self.quoted_chars > self.end - self.start
