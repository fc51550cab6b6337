"""Gathers what the library knows about one article: versions, annotations, notices and copies.

    library + article id + version -> ArticleView

Knows nothing about how it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from ingest.attribution.statements import Statement
from ingest.dates.time_expressions import TimeExpression
from ingest.records import Article
from ingest.storage.catalogue.archive import Version
from ingest.storage.library import Library
from ingest.versions.near_duplicates import copied_share
from ingest.versions.notices import Notice
from qa.interfaces.article_page.article_request import ArticleNotFound


@dataclass(frozen=True, slots=True)
class Copy:
    """Another article of the same wire story, or a near-duplicate."""

    article: Article
    original: bool
    """Whether it is the one that the others copied, as far as credits and dates tell."""
    same_words: bool
    shared: float
    """Share of the shorter one's own words that both have, 0 to 1; 0 when they are related only
    through other copies."""


@dataclass(frozen=True, slots=True)
class ArticleView:
    """One version of an article with what is known about it."""

    shown: Version
    versions: tuple[Version, ...]
    """All stored versions, oldest first."""
    statements: tuple[Statement, ...]
    expressions: tuple[TimeExpression, ...]
    """Time expressions whose days are known."""
    copies: tuple[Copy, ...]
    original: bool
    """Whether this one is the original among its copies."""

    @property
    def article(self) -> Article:
        """The version that is shown."""
        return self.shown.article

    @property
    def later_notices(self) -> tuple[Notice, ...]:
        """Notices of later versions that the version shown does not print itself."""
        own = {notice.text for notice in self.shown.notices}
        return tuple(
            notice
            for version in self.versions
            if version.article.version > self.article.version
            for notice in version.notices
            if notice.text not in own
        )

    def version(self, number: int) -> Version:
        """A stored version. Raises ArticleNotFound."""
        return _version(self.versions, number)


def view_article(library: Library, article_id: str, version: int | None = None) -> ArticleView:
    """One version of an article, the current one by default. Raises ArticleNotFound."""
    versions = tuple(library.history(article_id))
    if not versions:
        raise ArticleNotFound("There is no article with this id in the library.")
    current = next((one for one in versions if one.current), versions[-1])
    shown = current if version is None else _version(versions, version)
    number = shown.article.version
    original = library.original(shown.article.cluster_id)
    return ArticleView(
        shown,
        versions,
        tuple(library.statements(article_id, number)),
        tuple(e for e in library.expressions(article_id, number) if e.first and e.last),
        _copies(library, shown.article, original.id if original else ""),
        bool(original and original.id == article_id),
    )


def _version(versions: tuple[Version, ...], number: int) -> Version:
    for version in versions:
        if version.article.version == number:
            return version
    stored = ", ".join(str(version.article.version) for version in versions)
    raise ArticleNotFound(f"There is no version {number} of this article; stored: {stored}.")


def _copies(library: Library, article: Article, original: str) -> tuple[Copy, ...]:
    others = [a for a in library.catalogue.cluster(article.cluster_id) if a.id != article.id]
    return tuple(
        Copy(
            other,
            other.id == original,
            other.text_hash == article.text_hash,
            copied_share(article, other),
        )
        for other in others
    )
