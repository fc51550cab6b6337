"""Represents a reported quantity as the interval that its rounding and its hedge leave open.

"At least 12" is 12 and above, "about 300" leaves 10 % on both sides, "1.6 million" half a unit of
its last digit. Pure arithmetic and words; knows nothing about what is counted.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of a text, as read out with its hedge and unit in ``text[start:end]``, and the
    interval ``low`` to ``high`` in which the true value may lie."""

    value: float
    low: float
    high: float
    start: int
    end: int
    rounding_error: float
    """How far the value may lie from the true one because it is written round."""
    is_former: bool = False
    """Whether the text itself says that the quantity was so before."""
    unit: str = ""
    """Stem of the unit of a duration, or "date"; only quantities of one unit are compared."""

    def contradicts(self, other: Quantity) -> bool:
        """Whether the two cannot both be true at one moment."""
        disjoint = self.low > other.high or other.low > self.high
        return disjoint and self.unit == other.unit

    def differs_from(self, other: Quantity) -> bool:
        """Whether the values differ by more than rounding, whatever their hedges."""
        apart = abs(self.value - other.value) > max(self.rounding_error, other.rounding_error)
        return apart and self.unit == other.unit


_AT_LEAST = (
    r"at least|more than|over|upwards of|no fewer than|above|exceeding|topp(?:ed|ing)|well over"
)
_AT_MOST = r"up to|as many as|fewer than|less than|under|at most|no more than|below"
_NEARLY = r"nearly|almost|just under|close to|just short of"
_ABOUT = r"about|around|some|roughly|approximately|an estimated|an? total of|estimated|or so"
HEDGE_BEFORE_NUMBER = re.compile(
    rf"(?:\b(?:(?P<least>{_AT_LEAST})|(?P<most>{_AT_MOST})|(?P<nearly>{_NEARLY})|(?P<about>{_ABOUT}))"
    r"\s+)+$",
    re.IGNORECASE,
)
APPROXIMATION_SHARE = 0.1
"""What "about" and "nearly" leave open, as a share of the value."""
MAX_ROUNDING_SHARE = 0.05
"""A round number lies at most this share of itself from the true one: 10,000 is not 6,600."""


def rounding_error(written: str, value: float) -> float:
    """Return half a unit of the last digit that is not zero; counts below a hundred are exact.

    ``written`` is the number as it stands in the text, ``value`` what it means.
    """
    digits = re.search(r"\d[\d,]*(?:\.\d+)?", written)
    if not digits:
        return 0.0
    plain = digits.group().replace(",", "")
    scale = value / float(plain) if float(plain) else 1.0
    if "." in plain:
        return 0.5 * scale * 10.0 ** -len(plain.split(".")[1])
    zeros = len(plain) - len(plain.rstrip("0"))
    is_percentage = written.rstrip().endswith(("%", "percent", "cent"))
    if scale == 1.0 and value < 100 and not is_percentage and written[0] not in "$£€¥":
        return 0.0
    half_unit = 0.5 * scale * 10.0**zeros
    return min(half_unit, MAX_ROUNDING_SHARE * value) if zeros else half_unit


def hedged_interval(
    value: float, rounding: float, hedge: re.Match[str] | None
) -> tuple[float, float]:
    """Return (low, high) for a value, its rounding error and the match of the hedge before it."""
    low, high = value - rounding, value + rounding
    if hedge is None:
        return low, high
    if hedge["least"]:
        return value, math.inf
    if hedge["most"]:
        return 0.0, value
    if hedge["nearly"]:
        return value * (1 - APPROXIMATION_SHARE), value
    return min(low, value * (1 - APPROXIMATION_SHARE)), max(high, value * (1 + APPROXIMATION_SHARE))
