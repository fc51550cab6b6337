"""Turns files, web pages and feeds into a library of articles that can be searched.

    source -> fetch -> extract -> Article -> decide(new | revised | duplicate | unchanged)
           -> date -> split into Passages -> embed -> catalogue + Chroma + lexical index

Never imports ``qa`` and knows nothing about questions. A name is imported when it is first used, so
that importing this package loads nothing heavy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingest.errors import IngestError as IngestError
    from ingest.pipeline import ingest as ingest
    from ingest.records import Article as Article
    from ingest.records import IngestReport as IngestReport
    from ingest.records import Outcome as Outcome
    from ingest.records import Passage as Passage
    from ingest.storage.library import Library as Library

_MODULES = {
    "Article": "ingest.records",
    "IngestError": "ingest.errors",
    "IngestReport": "ingest.records",
    "Library": "ingest.storage.library",
    "Outcome": "ingest.records",
    "Passage": "ingest.records",
    "ingest": "ingest.pipeline",
}

__all__ = ["Article", "IngestError", "IngestReport", "Library", "Outcome", "Passage", "ingest"]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(import_module(_MODULES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
