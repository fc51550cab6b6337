"""A figure as an interval: what its rounding and its hedge ("at least", "about") leave open.

Pure arithmetic and words. Knows nothing about what is counted.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure of a text: ``text[start:end]`` as it would be read out, with its hedge, and the
    interval that the hedge leaves open."""

    value: float
    low: float
    high: float
    start: int
    end: int
    rounding: float
    """How far the value may lie from the true one by being written round."""
    former: bool = False
    """Whether the text itself says that it was so before."""
    unit: str = ""
    """Days or weeks, of a span of time: others are not compared."""

    def differs(self, other: Amount) -> bool:
        """Whether both cannot be true of one moment."""
        apart = self.low > other.high or other.low > self.high
        return apart and self.unit == other.unit

    def moved(self, other: Amount) -> bool:
        """Whether the numbers differ by more than rounding, whatever their hedges."""
        apart = abs(self.value - other.value) > max(self.rounding, other.rounding)
        return apart and self.unit == other.unit


_AT_LEAST = (
    r"at least|more than|over|upwards of|no fewer than|above|exceeding|topp(?:ed|ing)|well over"
)
_AT_MOST = r"up to|as many as|fewer than|less than|under|at most|no more than|below"
_NEARLY = r"nearly|almost|just under|close to|just short of"
_ABOUT = r"about|around|some|roughly|approximately|an estimated|an? total of|estimated|or so"
HEDGE = re.compile(
    rf"(?:\b(?:(?P<least>{_AT_LEAST})|(?P<most>{_AT_MOST})|(?P<nearly>{_NEARLY})|(?P<about>{_ABOUT}))"
    r"\s+)+$",
    re.IGNORECASE,
)
LOOSE = 0.1
"""What "about" and "nearly" leave open, as a share of the figure."""


def rounding_of(written: str, value: float) -> float:
    """Half a unit of the last digit that is not zero; counts below a hundred are exact."""
    digits = re.search(r"\d[\d,]*(?:\.\d+)?", written)
    if not digits:
        return 0.0
    plain = digits.group().replace(",", "")
    scale = value / float(plain) if float(plain) else 1.0
    if "." in plain:
        return 0.5 * scale * 10.0 ** -len(plain.split(".")[1])
    zeros = len(plain) - len(plain.rstrip("0"))
    share = written.rstrip().endswith(("%", "percent", "cent"))
    if scale == 1.0 and value < 100 and not share and written[0] not in "$£€¥":
        return 0.0
    unit = 0.5 * scale * 10.0**zeros
    return min(unit, ROUND * value) if zeros else unit


ROUND = 0.05
"""A round number lies at most this share of itself from the true one: 10,000 is not 6,600."""


def interval_of(value: float, rounding: float, hedge: re.Match[str] | None) -> tuple[float, float]:
    low, high = value - rounding, value + rounding
    if hedge is None:
        return low, high
    if hedge["least"]:
        return value, math.inf
    if hedge["most"]:
        return 0.0, value
    if hedge["nearly"]:
        return value * (1 - LOOSE), value
    return min(low, value * (1 - LOOSE)), max(high, value * (1 + LOOSE))
