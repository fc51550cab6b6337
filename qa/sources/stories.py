"""Groups articles into stories: reports of one event by several outlets, and their follow-ups.

    articles -> how alike are two openings (words and embeddings)? -> clusters within some days

Topic detection and tracking calls this story clustering (Allan 2002, ch. 1); copies of a wire story
(``cluster_id``) are always one. Knows nothing about questions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ingest.addresses import same_outlet
from ingest.records import Article, Passage, day_of
from ingest.segmentation import split_into_passages
from ingest.storage.library import Library
from qa.retrieval.ranking import stems_of

MIN_SIMILARITY_SAME_STORY = 0.7
"""Cosine of two openings as embedded plus cosine of their weighted words, 0 to 2, from which they
tell one story. Of the pairs that are put together, 99.3 % tell one event, and 96.7 % of those that
do are put together (100 events x 3 outlets of the ``outlets`` set; at 0.65 99.0 and 98.7 %, at 0.75
99.3 and 93.7 %; with words alone the best F1 is .93 beside .98; 2026-11-25)."""

MAX_DAYS_BETWEEN_REPORTS = timedelta(days=7)
"""Days between the reports of one story: a later one tells what happened next."""


@dataclass(frozen=True, slots=True)
class Story:
    """Reports of one event, newest first."""

    articles: tuple[Article, ...]

    @property
    def newest(self) -> Article:
        return self.articles[0]

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and last publication day; None when none is known."""
        days = [day for article in self.articles if (day := published_on(article))]
        return (min(days), max(days)) if days else None

    @property
    def outlets(self) -> tuple[str, ...]:
        """The outlets that tell it, each once, that of the newest report first."""
        different: list[Article] = []
        for article in self.articles:
            if article.publisher and not any(same_outlet(article, other) for other in different):
                different.append(article)
        return tuple(article.publisher or "" for article in different)


def published_on(article: Article) -> date | None:
    """The publication day of an article, when it is known."""
    return day_of(article.published_at) if article.published_at else None


def opening_passage(article: Article) -> Passage:
    """The first passage of an article: what its story is about."""
    return split_into_passages(article)[0]


def group_into_stories(articles: Sequence[Article], library: Library) -> list[Story]:
    """The stories that articles tell, each article in one; the stories in the order of their first
    article among ``articles``.

    Average-link clustering: the two most alike groups are joined as long as their articles are
    alike enough on average and no day too far apart.
    """
    similarity = _similarities(articles, library)
    groups = [[i] for i in range(len(articles))]
    while len(groups) > 1:
        best, a, b = max(
            (_linkage(groups[a], groups[b], articles, similarity), -a, -b)
            for a in range(len(groups))
            for b in range(a + 1, len(groups))
        )
        if best < MIN_SIMILARITY_SAME_STORY:
            break
        groups[-a] += groups.pop(-b)
    return [_story([articles[i] for i in group]) for group in groups]


def _story(articles: list[Article]) -> Story:
    newest_first = sorted(articles, key=lambda a: published_on(a) or date.min, reverse=True)
    return Story(tuple(newest_first))


def _linkage(
    one: Sequence[int],
    other: Sequence[int],
    articles: Sequence[Article],
    similarity: Mapping[tuple[int, int], float],
) -> float:
    """How alike two groups are on average; 0 when no two of their reports are of near days."""
    pairs = [(min(a, b), max(a, b)) for a in one for b in other]
    if not any(_are_near(articles[a], articles[b]) for a, b in pairs):
        return 0.0
    return sum(similarity[pair] for pair in pairs) / len(pairs)


def _are_near(one: Article, other: Article) -> bool:
    a, b = published_on(one), published_on(other)
    return a is None or b is None or abs(a - b) <= MAX_DAYS_BETWEEN_REPORTS


def _similarities(articles: Sequence[Article], library: Library) -> dict[tuple[int, int], float]:
    """How alike each two articles open, by their places in ``articles``, the lower one first."""
    openings = [opening_passage(article) for article in articles]
    vectors = library.vectors_of([passage.id for passage in openings])
    stems = [
        stems_of(f"{article.title}. {passage.text}")
        for article, passage in zip(articles, openings, strict=True)
    ]
    weights = {s: w * w for s, w in library.idf(tuple(set().union(*stems))).items()}
    lengths = [sum(weights.get(s, 0.0) for s in own) ** 0.5 or 1.0 for own in stems]
    found = {}
    for b in range(len(articles)):
        for a in range(b):
            if articles[a].cluster_id and articles[a].cluster_id == articles[b].cluster_id:
                found[a, b] = 2.0
                continue
            words = sum(weights.get(s, 0.0) for s in stems[a] & stems[b])
            one, other = vectors.get(openings[a].id), vectors.get(openings[b].id)
            cosine = float(one @ other) if one is not None and other is not None else 0.0
            found[a, b] = cosine + words / (lengths[a] * lengths[b])
    return found
