"""Lists what was found and is not cited: beside an answer, or nearest to a question without one.

Pure functions of the retrieved passages. Knows nothing about why something is or is not cited.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from qa.records import FoundArticle, NearArticle
from qa.retrieval.ranking import Hit

MAX_NEAREST_ARTICLES = 3

MAX_EXCERPT_CHARACTERS = 180
"""Length of an article's opening that is shown."""

MIN_SHARE_OF_BEST_SCORE = 0.6
"""Ranking score, as a share of the best, from which on an article counts as found: the search
always returns ten passages, whatever the others are about. Chosen by eye on the bundled samples
(four questions: of the story .65 and more, of others .53 and less; 2026-11-28)."""


def also_found(hits: Sequence[Hit], cited: AbstractSet[str]) -> tuple[FoundArticle, ...]:
    """The articles of ``hits`` that scored close to the best, each once, without those whose ids
    are ``cited``."""
    best = max((hit.score for hit in hits), default=0.0)
    close = [hit.article for hit in hits if hit.score >= MIN_SHARE_OF_BEST_SCORE * best]
    return tuple(
        FoundArticle(one.id, one.version, one.title, one.publisher, one.published_at)
        for one in {article.id: article for article in close}.values()
        if one.id not in cited
    )


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
