"""Sources against each other: how many are independent, and where they give different figures.

Copies of one wire story are one source. Knows nothing about ranking or models.
"""

from __future__ import annotations

from collections.abc import Iterable

from qa.records import Citation


def independent_sources(citations: Iterable[Citation]) -> int:
    """Number of different wire-copy clusters behind the citations."""
    return len({citation.cluster_id or citation.article_id for citation in citations})
