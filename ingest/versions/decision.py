"""Decides whether an incoming article is new, a revision, a duplicate or unchanged.

Pure functions of the article that arrived and those that are stored. Knows nothing about stores,
nor about copies at other outlets (``near_duplicates``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ingest.records import Article, digest
from ingest.versions.edits import Edit, apply_edits

_NO_EDITS: Mapping[str, Sequence[Edit]] = {}


@dataclass(frozen=True, slots=True)
class Decision:
    """The kind of an incoming article, and the article to store or the stored one it equals."""

    kind: Literal["new", "revised", "duplicate", "unchanged"]
    article: Article


def decide(
    incoming: Article,
    stored: Article | None,
    same_text: Sequence[Article],
    edits: Mapping[str, Sequence[Edit]] = _NO_EDITS,
) -> Decision:
    """Decide on an article, and complete it with id, version and what is known already.

    ``stored`` is the current version at the same address or origin, if any; ``same_text`` are
    current articles with the same words. What is missing in the new copy (a date, an author)
    does not erase what is known. ``edits`` are an editor's corrections by article id: what a source
    says again does not undo them.
    """

    def merge(stored: Article) -> Article:
        return apply_edits(_merge(incoming, stored), edits.get(stored.id, ()))

    if stored is None:
        stored = next((other for other in same_text
                       if _is_known_publication(incoming, other, edits.get(other.id, ()))
                       or (other.id in edits and new_id(incoming) == other.id)), None)  # fmt: skip
        if stored is None:
            return Decision("new", replace(incoming, id=new_id(incoming), version=1))
        if not _adds_metadata(incoming, stored):
            known = _has_no_address(incoming, stored) and merge(stored).content_hash == (
                stored.content_hash
            )
            return Decision("unchanged" if known else "duplicate", stored)
        incoming = replace(
            incoming, url=stored.url, canonical_url=stored.canonical_url, origin=stored.origin
        )
    merged = merge(stored)
    if merged.content_hash == stored.content_hash:
        return Decision("unchanged", stored)
    return Decision("revised", replace(merged, id=stored.id, version=stored.version + 1))


def new_id(article: Article) -> str:
    """An id from the address where there is one, else from the content itself."""
    if article.canonical_url:
        return digest("url", article.canonical_url)
    return digest("text", article.title, article.publisher or "", article.text_hash)


def _is_same_publication(one: Article, other: Article) -> bool:
    """Whether equal words are one article and not one wire story at two outlets.

    Stricter than ``addresses.same_outlet``: what is taken for one article here is not stored.
    """
    if one.publisher and other.publisher:
        return one.publisher == other.publisher
    return not (one.canonical_url and other.canonical_url)


def _is_known_publication(incoming: Article, other: Article, edits: Sequence[Edit]) -> bool:
    """Whether equal words are one article, under the outlet that it has or had before edits. That
    it had none does not count: no outlet is like any other, once the article's is known."""
    before = [edit.old_value for edit in edits if edit.field == "publisher" and edit.old_value]
    known_as = [other, *(replace(other, publisher=outlet) for outlet in before)]
    return any(_is_same_publication(incoming, form) for form in known_as)


def _has_no_address(incoming: Article, stored: Article) -> bool:
    """Whether this is a stored article that nothing but its content identifies."""
    nowhere = not (incoming.canonical_url or incoming.origin)
    return nowhere and new_id(incoming) == stored.id


def _adds_metadata(incoming: Article, stored: Article) -> bool:
    """Whether the same words arrive with a date, a title or a publisher nobody knew before."""
    return bool(
        (incoming.published_at and not stored.published_at)
        or (incoming.title and not stored.title)
        or (incoming.publisher and not stored.publisher)
        or (incoming.published_from == "given" and incoming.published_at != stored.published_at)
    )


def _merge(incoming: Article, stored: Article) -> Article:
    """The incoming article with what only the stored one knows; a date of the user outranks."""
    takes_date = incoming.published_at is not None and not (
        stored.published_from == "given" and incoming.published_from != "given"
    )
    return replace(
        incoming,
        title=incoming.title or stored.title,
        url=incoming.url or stored.url,
        canonical_url=incoming.canonical_url or stored.canonical_url,
        origin=incoming.origin or stored.origin,
        publisher=incoming.publisher or stored.publisher,
        authors=incoming.authors or stored.authors,
        section=incoming.section or stored.section,
        language=incoming.language or stored.language,
        published_at=incoming.published_at if takes_date else stored.published_at,
        published_from=incoming.published_from if takes_date else stored.published_from,
        updated_at=incoming.updated_at or stored.updated_at,
        cluster_id=stored.cluster_id,
    )
