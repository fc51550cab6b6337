"""Trims a sentence: shorter claims that leave out the part which nothing supports.

    "Dozens were missing early Thursday after floods in Virginia." -> "... missing after floods ..."
    "It was "Succession," which earned 25 nods, also for Brian Cox." -> "It was "Succession.""

Leaves out days, and clauses at the end or between commas; adds no word. What is left is checked
like any other sentence: here nothing is decided about its truth.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from ingest.dates.time_expressions import find_time_expressions
from qa.language.words import STOP_WORDS, word_tokens

MAX_TRIMMED = 8
"""Shorter sentences that are tried; each is checked against all evidence."""

MIN_WORDS = 3
"""Words that a sentence must have."""

_ANY_DAY = date(2000, 1, 3)
"""Any day: of the time phrases only their places matter."""

_LEADING = re.compile(
    r"\s*\b(?:(?:on|in|at|by|during) )?(?:(?:early|late|earlier|later) )?(?:on )?$", re.IGNORECASE
)
_BOUND = re.compile(
    r"\b(?:since|until|till|from|before|after|than|between|and|to)\s+$", re.IGNORECASE
)
_RANKED = re.compile(
    r"\b(?:first|last|only|ever|most|least|record|best|worst|\w{3,}est|second|third)\b",
    re.IGNORECASE,
)
"""What is true only with its time: "the highest in 2022"."""

_CUT = re.compile(
    r"\s*(?:[,;:]|\s[–—-])[”\"’']?(?=\s)"
    r"|\s+(?=(?:because|while|as well as|after|before|despite)\s)"
)
_INSERTED = re.compile(
    r",\s+(?:who|whom|whose|which|where|when|including|along with|as well as|an?|the)\b[^,]*,"
)
_OPEN = re.compile(r",\s+(?:who|whom|whose|which|where|when)\b[^,]*$")
_OPENS = re.compile(r"\s*,?\s*(?:who|whom|whose|which|where|when)\b[^,]*,\s")
"""A clause that belongs to a name, with what is said of that name still to come."""


_HEDGES = re.compile(
    r"\b(?:according|said|says|told|announced|reported|claimed|alleged|if|unless|except|but|though|"
    r"although|however|not|provided|whether|only|nearly|about|up to)\b",
    re.IGNORECASE,
)
"""Without these, what is left would claim more."""


def trimmed_claims(sentence: str, reasons: Sequence[str]) -> Iterator[str]:
    """Up to ``MAX_TRIMMED`` shorter sentences, those that lose least first.

    A day is left out alone only where one of the ``reasons`` against the sentence speaks of it.
    """
    found: dict[str, None] = {}
    for text in (sentence, *_without_days(sentence, " ".join(reasons))):
        for one in (text, *_without_insertions(text), *_without_endings(text)):
            if one != sentence and len(word_tokens(one)) >= MIN_WORDS:
                found.setdefault(one)
    yield from sorted(found, key=lambda one: -len(one))[:MAX_TRIMMED]


def _without_days(text: str, reasons: str) -> Iterator[str]:
    for found in find_time_expressions(text, _ANY_DAY):
        if _BOUND.search(text[: found.start]) or _RANKED.search(text):
            continue
        if not any(len(word) > 2 and word in reasons for word in found.phrase.split()):
            continue
        left = _LEADING.sub("", text[: found.start]).rstrip(" ,")
        right = text[found.end :]
        if not left:
            right = right.lstrip(" ,")
            right = right[:1].upper() + right[1:]
        yield left + right


def _without_insertions(text: str) -> Iterator[str]:
    for match in _INSERTED.finditer(text):
        if not _HEDGES.search(match.group()):
            yield text[: match.start()] + text[match.end() :]


def _without_endings(text: str) -> Iterator[str]:
    for match in _CUT.finditer(text):
        if _HEDGES.search(text, match.end()):
            continue
        left = text[: match.start()].rstrip(" ,;:–—-")
        last = word_tokens(left)[-1:]
        if (
            not last
            or last[0] in STOP_WORDS
            or _OPEN.search(left)
            or _OPENS.match(text, match.start())
        ):
            continue
        closed = '"' if left.count('"') % 2 else "”" if left.count("“") > left.count("”") else ""
        yield f"{left}.{closed}"
