"""Addresses that may become links: of articles on the web, and of our own pages of articles and
saved answers.

Knows nothing about how a link is written.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote, urlencode, urlsplit

MAX_ADDRESS_CHARACTERS = 2_000
"""Longest address that becomes a link; an article may name any as its own."""


def web_address(url: str | None) -> str | None:
    """The address if it is a plain http or https one of usual length, else None."""
    if not url or len(url) > MAX_ADDRESS_CHARACTERS:
        return None
    if any(ch.isspace() or not ch.isprintable() for ch in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def reading_address(
    article_id: str, version: int | None = None, quotes: Iterable[tuple[int, int]] = ()
) -> str:
    """Where an article is read, relative to the chat page: with places marked, at the first.

    Relative, so that it holds behind any path prefix.
    """
    places = [("quote", f"{start}-{end}") for start, end in quotes]
    asked = urlencode([("version", str(version))] * (version is not None) + places)
    anchor = "#quote" if places else ""
    return f"article/{quote(article_id, safe='')}{f'?{asked}' if asked else ''}{anchor}"


def answer_address(saved: str) -> str:
    """Where a saved answer is read, relative to the chat page."""
    return f"answer/{quote(saved, safe='')}"
