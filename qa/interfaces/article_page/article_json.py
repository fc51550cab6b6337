"""Lays out what is known about an article as JSON values: text, versions, annotations, copies.

The server's own paths are left out, and addresses that are not http or https. Knows nothing about
requests.
"""

from __future__ import annotations

from typing import Any

from ingest.storage.catalogue.archive import version_to_dict
from ingest.versions.text_diff import diff_articles
from qa.interfaces.article_page.article_view import ArticleView, Copy
from qa.interfaces.links import web_address
from qa.records import to_json


def article_to_dict(view: ArticleView, compare: tuple[int, int] | None = None) -> dict[str, Any]:
    """The version that is shown, with ``comparison`` when two are compared. Offsets count Unicode
    characters of ``text``. Raises ArticleNotFound for versions that are not stored."""
    article = view.article
    facts: dict[str, Any] = {
        "id": article.id,
        "version": article.version,
        "current": view.shown.current,
        "title": article.title,
        "publisher": article.publisher,
        "authors": article.authors,
        "section": article.section,
        "language": article.language,
        "published_at": article.published_at,
        "published_from": article.published_from,
        "updated_at": article.updated_at,
        "url": web_address(article.url) or web_address(article.canonical_url),
        "text": article.text,
        "notices": view.shown.notices,
        "statements": view.statements,
        "time_expressions": view.expressions,
        "versions": [version_to_dict(version) for version in view.versions],
        "copies": [_copy(copy) for copy in view.copies],
    }
    if compare:
        old, new = (view.version(number).article for number in compare)
        changes = [change.edits for change in diff_articles(old, new)]
        facts["comparison"] = {"from": old.version, "to": new.version, "changes": changes}
    values: dict[str, Any] = to_json(facts)
    return values


def _copy(copy: Copy) -> dict[str, Any]:
    article = copy.article
    return {
        "id": article.id,
        "title": article.title,
        "publisher": article.publisher,
        "published_at": article.published_at,
        "url": web_address(article.url),
        "original": copy.original,
        "same_words": copy.same_words,
        "shared": round(copy.shared, 3),
    }
