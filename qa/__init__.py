"""Answers questions from a library of news articles, with quotes as proof.

    question (+ history, + asked_at) -> interpret -> retrieve (dense + lexical) -> rank
        -> write (a model) or quote (none) -> cite -> verify -> Answer

Sees of ``ingest`` only records, ``Library`` and small pure helpers. Importing this package loads
nothing heavy: names are imported when they are used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingest.storage.catalogue.filters import Filters
    from qa.assistant import Assistant, aask, ask, stream
    from qa.errors import QaError
    from qa.query_engine import CitationEngine
    from qa.records import Answer, AnswerEvent, Citation, Sentence, StatusEvent, TextEvent, Turn
    from qa.settings import Settings

_MODULES = {
    "Assistant": "qa.assistant",
    "CitationEngine": "qa.query_engine",
    "Filters": "ingest.storage.catalogue.filters",
    "QaError": "qa.errors",
    "Settings": "qa.settings",
    "aask": "qa.assistant",
    "ask": "qa.assistant",
    "stream": "qa.assistant",
}
"""The module of each public name; the others are in ``qa.records``."""

__all__ = [
    "Answer", "AnswerEvent", "Assistant", "Citation", "CitationEngine", "Filters", "QaError",
    "Sentence", "Settings", "StatusEvent", "TextEvent", "Turn", "aask", "ask", "stream",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module(_MODULES.get(name, "qa.records")), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
