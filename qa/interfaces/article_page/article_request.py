"""Reads what the address of an article page asks for: which version, which quotes, which two to
compare.

    ?version=2&quote=120-240&quote=310-355     a version with two of its places marked
    ?compare=1-2                               what changed from version 1 to version 2

Places are offsets in the version's text, the end exclusive. Knows nothing about what is stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from qa.errors import QaError

MAX_QUOTES = 100
"""Places marked at most; an answer cites a few of one article."""

_PAIR = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
_NUMBER = re.compile(r"[0-9]{1,9}")

Span = tuple[int, int]


class ArticleNotFound(QaError):
    """There is no such article, version or comparison; the message says what there is."""


@dataclass(frozen=True, slots=True)
class ArticleRequest:
    """What is asked for. ``version`` None is the current one; the first of ``quotes`` is the one
    that is scrolled to; ``malformed`` counts places that could not be read."""

    version: int | None = None
    quotes: tuple[Span, ...] = ()
    compare: tuple[int, int] | None = None
    malformed: int = 0


def read_article_request(parameters: Iterable[tuple[str, str]]) -> ArticleRequest:
    """What the parameters of an address ask for. Raises ArticleNotFound for a version or a
    comparison that is not a number or two."""
    version, compare, malformed = None, None, 0
    quotes: dict[Span, None] = {}
    for name, value in parameters:
        if name == "version":
            if not _NUMBER.fullmatch(value):
                raise ArticleNotFound("A version is a number, such as 2.")
            version = int(value)
        elif name == "compare":
            if (pair := _pair(value)) is None:
                raise ArticleNotFound("Two versions to compare are written as 1-2.")
            compare = pair
        elif name == "quote":
            pair = _pair(value)
            if pair and pair[0] < pair[1]:
                quotes[pair] = None
            else:
                malformed += 1
    return ArticleRequest(version, tuple(quotes)[:MAX_QUOTES], compare, malformed)


def _pair(value: str) -> tuple[int, int] | None:
    found = _PAIR.fullmatch(value)
    return (int(found[1]), int(found[2])) if found else None
