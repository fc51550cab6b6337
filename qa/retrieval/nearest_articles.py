"""Lists the nearest articles when none answers, with how each of them opens.

Pure functions of the retrieved passages. Knows nothing about why nothing answered.
"""

from __future__ import annotations

from collections.abc import Sequence

from qa.records import NearArticle
from qa.retrieval.ranking import Hit

MAX_NEAREST_ARTICLES = 3

MAX_EXCERPT_CHARACTERS = 180
"""Length of an article's opening that is shown."""


def nearest_articles(hits: Sequence[Hit]) -> tuple[NearArticle, ...]:
    """The best articles of different stories, in the order of ``hits``, each with its opening."""
    first: dict[str, Hit] = {}
    for hit in hits:
        first.setdefault(hit.article.cluster_id, hit)
    return tuple(
        NearArticle(
            article_id=hit.article.id,
            title=hit.article.title,
            publisher=hit.article.publisher,
            published_at=hit.article.published_at,
            url=hit.article.url,
            excerpt=_shortened(hit.article.text),
        )
        for hit in list(first.values())[:MAX_NEAREST_ARTICLES]
    )


def _shortened(text: str) -> str:
    plain = " ".join(text.split())
    if len(plain) <= MAX_EXCERPT_CHARACTERS:
        return plain
    return plain[: plain.rfind(" ", 0, MAX_EXCERPT_CHARACTERS)] + "…"
