"""Counts independent sources: one outlet, or one wire story (``cluster_id``), counts once.

An outlet is known by its name and by the host of its addresses. Knows nothing about what the
articles say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from ingest.records import Article
from qa.records import Citation

_SUBDOMAIN = re.compile(r"^(?:www|edition|amp|m|mobile|eu|us|uk|live)\.")
_ENDING = re.compile(r"\.(?:com?|org|net|example|info|news)?(?:\.[a-z]{2})?$")


def outlet_names(publisher: str | None, url: str | None) -> set[str]:
    """The names of an outlet: CNN, cnn.com and CNN Politics at cnn.com have one in common."""
    name = _ENDING.sub("", publisher.lower().removeprefix("www.")) if publisher else ""
    host = (urlsplit(url).hostname or "") if url and "://" in url else ""
    site = _ENDING.sub("", _SUBDOMAIN.sub("", host))
    first = name.split()[0] if name.split() else ""
    owns_site = not name or (len(first) > 2 and first in site)  # many outlets share a portal
    return ({name} if name else set()) | ({site} if site and owns_site else set())


def same_outlet(one: Article, other: Article) -> bool:
    """Whether two articles are from one outlet, as far as names and addresses tell."""
    names = outlet_names(one.publisher, one.url) or {one.id}
    return bool(names & (outlet_names(other.publisher, other.url) or {other.id}))


def count_independent_sources(citations: Iterable[Citation]) -> int:
    """Number of groups of citations that share neither an outlet nor a wire story."""
    groups: list[set[str]] = []
    for citation in citations:
        keys = {f"story {citation.cluster_id or citation.article_id}"}
        keys |= {f"outlet {name}" for name in outlet_names(citation.publisher, citation.url)}
        touching = [group for group in groups if group & keys]
        groups = [group for group in groups if not group & keys]
        groups.append(keys.union(*touching))
    return len(groups)
