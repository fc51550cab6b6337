"""Cleans text into paragraphs: hard wraps joined; captions, credits and bylines taken out.

Knows nothing about where the text comes from.
"""

from __future__ import annotations

import re
from itertools import pairwise

from ingest.records import storable

_PHOTO_CREDIT = re.compile(
    r"\b(?:photo(?:graph)?|image|picture|file photo|video)s?\s*(?:by|:|courtesy of)\s+[^.!?]{2,90}$"
    r"|\b(?:AP\s+Photo|Reuters)/[^.!?/]{2,60}[.)]*$"
    r"|[/|]\s*(?:EPA(?:-EFE)?|AFP|Reuters|Getty(?: Images)?|AP|UPI|Shutterstock)\.?$",
    re.IGNORECASE,
)
_WIDGET = re.compile(
    r"^(?:\d\.\s*)?(?:how relevant is this ad to you\b"
    r"|(?:video|ad|audio)\b.{0,30}\b(?:slow to load|never loaded|froze|did not (?:start|finish))"
    r"|advertisement$|ad feedback$|this (?:video|content) (?:is loading|cannot be played))",
    re.IGNORECASE,
)
"""What players and advertisements say, not the article."""

_MAX_CAPTION_CHARS = 500
"""A longer paragraph is no caption, even if it ends in a credit."""

_MAX_WRAPPED_LINE_CHARS = 100
"""No hard-wrapped line is longer."""


def clean_paragraphs(text: str) -> str:
    """Paragraphs separated by one blank line; hard wraps joined; credited captions taken out."""
    text = storable(text.replace("\r\n", "\n").replace("\r", "\n"))
    text = re.sub(r"[^\S\n]+", " ", text.replace("\u00ad", "").replace("\ufeff", ""))
    paragraphs = (p.strip() for p in _unwrap(text))
    return "\n\n".join(p for p in paragraphs if p and not is_caption(p) and not _WIDGET.match(p))


def is_caption(paragraph: str) -> bool:
    """Whether a paragraph is a photo caption: short, and ending in a photographer's credit."""
    return len(paragraph) <= _MAX_CAPTION_CHARS and bool(_PHOTO_CREDIT.search(paragraph))


_NAME = r"[^\W\d_][\w'’.-]+(?: [^\W\d_][\w'’.-]*){1,3}"
_BYLINE = re.compile(
    rf"^(?:by|written by|words by|reporting by)[: ]\s*({_NAME}(?:(?:,| and|, and) {_NAME}){{0,4}})"
    r"(?:\s*[,|·•–—-].{0,60})?$",
    re.IGNORECASE,
)
_BYLINE_LINES = 4
"""Lines at the beginning, blank ones not counted, among which a byline is looked for."""


def split_byline(text: str) -> tuple[str, str]:
    """``(names, text)``: the line among the first few that only names the authors, taken out."""
    lines = text.split("\n")
    opening = [place for place, line in enumerate(lines) if line.strip()][:_BYLINE_LINES]
    for place in opening:
        if len(lines[place]) <= 160 and (match := _BYLINE.match(lines[place].strip())):
            return match.group(1), "\n".join(lines[:place] + lines[place + 1 :])
    return "", text


def single_line(value: object) -> str:
    """A value's text on one line, without characters that no store can hold (NUL, surrogates)."""
    return " ".join(storable(str(value or "")).split())


def exceeds_wrap_width(line: str) -> bool:
    """Whether a line is longer than any hard-wrapped one: a whole paragraph."""
    return len(line) > _MAX_WRAPPED_LINE_CHARS


def _unwrap(text: str) -> list[str]:
    """The paragraphs: lines, or the blocks between blank lines when the text is hard-wrapped."""
    lines = [line.strip() for line in text.split("\n")]
    filled = [line for line in lines if line]
    blocks = "" in lines[1:-1] and len(filled) > 3
    continued = any(
        len(one) > 50 and one[-1] not in '.!?”"’)' and two[0].islower()
        for one, two in pairwise(filled)
    )
    wrapped = (
        (blocks or continued)
        and max(map(len, filled), default=0) <= _MAX_WRAPPED_LINE_CHARS
        and sum(len(line) > 50 for line in filled) >= len(filled) / 2
    )
    if not wrapped:
        return filled
    return [" ".join(block.split("\n")) for block in re.split(r"\n\s*\n", "\n".join(lines))]
