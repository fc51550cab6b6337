"""Formats numbers and texts for readers of a report: .812, 340 ms, 1,204.

Text from outside loses the characters that nobody can see. Knows nothing about HTML.
"""

from __future__ import annotations

import math
import re
from typing import Any

from qa.evaluate.metrics.definitions import MEASURES, Measure

NOTHING = "–"
"""Stands where there is no number."""

_INVISIBLE = re.compile(
    # Control characters; then halves of pairs, which no file can hold, and what is no character.
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff"
    # What turns the direction of writing for everything after it, and other invisible marks.
    "\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff]"
)


_ROW_MEASURES = {
    "seconds": Measure("Cost", "time", "to the whole answer", -1, "seconds"),
    "first_sentence": Measure("Cost", "to the first sentence", "first checked one", -1, "seconds"),
}
"""Measures of a single row; over many rows they are shown as percentiles."""


def measure(name: str) -> Measure:
    """The measure called so; one that nobody described keeps its name."""
    unknown = Measure("Other", name, "not described", 0, "count")
    return MEASURES.get(name) or _ROW_MEASURES.get(name) or unknown


def number(value: Any) -> float | None:
    """A finite number, or None for whatever else stands in its place."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def shown(value: Any, unit: str = "share") -> str:
    """A number in its unit (share, seconds, count or money)."""
    if (found := number(value)) is None:
        return NOTHING
    return {"seconds": duration, "count": count, "money": money}.get(unit, share)(found)


def share(value: float) -> str:
    """.812 and 1.000: three places, without the zero that says nothing."""
    text = f"{value:.3f}"
    if text == "-0.000":
        return ".000"
    return text.replace("0.", ".", 1) if abs(value) < 0.9995 else text


def duration(seconds: float) -> str:
    """340 ms, 4.2 s, 3 min 20 s, 2 h 05 min."""
    if abs(seconds) < 0.9995:
        ms = seconds * 1000
        return f"{ms:.0f} ms" if abs(ms) >= 9.95 or ms == 0 else f"{ms:.1f} ms"
    if seconds < 59.95:
        return f"{seconds:.3g} s"
    if seconds < 3599.5:
        return f"{round(seconds) // 60} min {round(seconds) % 60:02d} s"
    return f"{round(seconds / 60) // 60} h {round(seconds / 60) % 60:02d} min"


def count(value: float) -> str:
    """1,204; with one place where it is not whole and not large."""
    whole = float(value).is_integer() or abs(value) >= 1000
    return f"{value:,.0f}" if whole else f"{value:,.1f}"


def money(value: float) -> str:
    """An amount in the currency of the price that was given."""
    return f"{value:,.2f}" if abs(value) >= 1 or value == 0 else f"{value:.2g}"


def clean(text: str) -> str:
    """The text with invisible and unwritable characters replaced by U+FFFD."""
    return _INVISIBLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
