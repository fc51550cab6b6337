"""The nearest articles, for a question that nothing answers: where a reader may look on.

Pure functions of what was found.
"""

from __future__ import annotations

from collections.abc import Sequence

from qa.records import NearArticle
from qa.retrieval.ranking import Hit

MAX_ARTICLES = 3

_EXCERPT_CHARACTERS = 180
"""Characters of an article's opening that are shown."""


def nearest_articles(hits: Sequence[Hit]) -> tuple[NearArticle, ...]:
    """The best articles of different stories, where a reader may look on, with how each opens."""
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
        for hit in list(first.values())[:MAX_ARTICLES]
    )


def _shortened(text: str) -> str:
    plain = " ".join(text.split())
    return (
        plain
        if len(plain) <= _EXCERPT_CHARACTERS
        else plain[: plain.rfind(" ", 0, _EXCERPT_CHARACTERS)] + "…"
    )
