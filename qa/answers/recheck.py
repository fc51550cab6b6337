"""Rechecks saved answers: is each quote still in its article, and was the article corrected?

    saved answer -> for each citation: removed | retracted | corrected | quote gone | fine

Knows nothing about how answers are made.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ingest.storage.catalogue.archive import SavedAnswer
from ingest.storage.library import Library
from ingest.versions.notices import Notice

What = Literal["removed", "retracted", "corrected", "quote gone"]
_CORRECTS = ("correction", "clarification")


@dataclass(frozen=True, slots=True)
class Changed:
    """One citation of a saved answer whose article has changed since."""

    number: int
    what: What
    title: str
    publisher: str | None
    quote: str
    detail: str
    article_id: str
    cited_version: int
    current_version: int | None


@dataclass(frozen=True, slots=True)
class Rechecked:
    """A saved answer, and what has changed behind it; ``changed`` is empty when it stands."""

    id: str
    question: str
    asked: str | None
    created: str
    changed: tuple[Changed, ...]


def recheck(library: Library) -> Iterator[Rechecked]:
    """Every saved answer, oldest first."""
    for saved in library.catalogue.saved_answers():
        yield recheck_answer(library, saved)


def recheck_answer(library: Library, saved: SavedAnswer) -> Rechecked:
    """One saved answer, and what has changed behind it."""
    answer = json.loads(saved.answer)
    changed = [found for c in answer["citations"] if (found := _check(library, c))]
    return Rechecked(
        saved.id,
        saved.question,
        saved.asked.isoformat() if saved.asked else None,
        saved.created.isoformat(),
        tuple(changed),
    )


def _check(library: Library, citation: Mapping[str, Any]) -> Changed | None:
    """What happened to a citation's article; the gravest thing when there are several."""
    cited = (citation["article_id"], citation["version"])
    article = library.catalogue.find(article_id=cited[0])
    if article is None:
        return _changed(citation, "removed", "The article was removed from the library.", None)
    said = library.catalogue.notices([cited, (article.id, article.version)])
    # What the cited version itself said was known when the answer was given.
    known = {notice.text for notice in said.get(cited, ())}
    known.update(citation.get("notices", ()))
    fresh = [n for n in said.get((article.id, article.version), ()) if n.text not in known]
    now = article.version
    if retraction := _first(fresh, "retraction"):
        return _changed(citation, "retracted", retraction.text, now)
    gone = _plain(citation["quote"]) not in _plain(article.text)
    if correction := _first(fresh, *_CORRECTS):
        detail = correction.text + (" The quote is no longer in the article." if gone else "")
        return _changed(citation, "corrected", detail, now)
    if gone:
        return _changed(
            citation, "quote gone", "The article was revised; the quote is no longer in it.", now
        )
    return None


def _first(notices: list[Notice], *kinds: str) -> Notice | None:
    return next((notice for notice in notices if notice.kind in kinds), None)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _changed(citation: Mapping[str, Any], what: What, detail: str, now: int | None) -> Changed:
    return Changed(
        number=citation["number"],
        what=what,
        title=citation["title"],
        publisher=citation["publisher"],
        quote=citation["quote"],
        detail=detail,
        article_id=citation["article_id"],
        cited_version=citation["version"],
        current_version=now,
    )
