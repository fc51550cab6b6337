"""Double quotation marks in a paragraph: where quotations begin and end.

Single ones are not read, because apostrophes look the same. Knows nothing about speakers.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]

_MARK = re.compile(r"[“”\"]")
_WRONG_WAY = re.compile(r"[,.?!]\s?$")


def quotations(text: str, start: int, end: int) -> tuple[list[Span], bool]:
    """Spans between double quotation marks in a paragraph, and whether the last stays open."""
    spans: list[Span] = []
    opened: int | None = None
    for match in _MARK.finditer(text, start, end):
        mark, place = match.group(), match.start()
        closes = opened is not None and (
            mark != "“" or bool(_WRONG_WAY.search(text, max(start, place - 2), place))
        )
        if closes and opened is not None:
            spans.append((opened, match.end()))
            opened = None
        elif mark != "”" and opened is None:
            opened = place
    if opened is not None:
        spans.append((opened, end))
    return spans, opened is not None


def inside(spans: Sequence[Span], place: int) -> bool:
    index = bisect_right(spans, (place, 1 << 60)) - 1
    return index >= 0 and spans[index][0] <= place < spans[index][1]


def quoted(spans: Sequence[Span], low: int, high: int) -> int:
    """How many characters of ``low:high`` are in quotation marks."""
    return sum(max(0, min(b, high) - max(a, low)) for a, b in spans)
