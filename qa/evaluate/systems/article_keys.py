"""Identifies articles the same way in every system's ranking and in the gold evidence.

The copies of one wire story share a key, so that a system is neither rewarded nor punished for
which copy it retrieves. Knows nothing about rankings or measures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ingest.addresses import canonical_url
from ingest.records import Article

if TYPE_CHECKING:
    from ingest.storage.library import Library

MAX_ORIGINS = 10**6
"""File names that are looked through for evidence named by file."""


def key_of(article: Article) -> str:
    """The key of an article: its cluster of near-duplicates, or its own id outside of any."""
    return article.cluster_id or article.id


def article_keys(library: Library, names: Sequence[str]) -> dict[str, str]:
    """Article keys by the ids, addresses or file names that question sets give as evidence.

    Names of articles that the library does not hold are left out.
    """
    by_file_name: dict[str, str] | None = None
    keys = {}
    for name in dict.fromkeys(names):
        article = library.catalogue.find(
            article_id=name,
            canonical_url=canonical_url(name if "://" in name else f"https://{name}"),
            origin=name,
        )
        if article is None:
            if by_file_name is None:
                origins = library.catalogue.origins(MAX_ORIGINS)
                by_file_name = {o.rsplit("/", 1)[-1]: o for o in origins if o}
            if name in by_file_name:
                article = library.catalogue.find(origin=by_file_name[name])
        if article is not None:
            keys[name] = key_of(article)
    return keys
