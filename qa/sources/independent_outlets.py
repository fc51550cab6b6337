"""Counts independent sources: one outlet, or one wire story (``cluster_id``), counts once.

What makes two reports one outlet's is decided in ``ingest.addresses``. Knows nothing about what the
articles say.
"""

from __future__ import annotations

from collections.abc import Iterable

from ingest.addresses import outlet_names
from qa.records import Citation


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
