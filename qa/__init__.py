"""Questions in, proven answers out.

    question (+ history, + asked_at) -> interpret -> retrieve (dense + lexical) -> rank
        -> write (a model) or quote (none) -> cite -> verify -> Answer

Importing this package loads nothing heavy; names are fetched when they are used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingest.storage.catalogue.filters import Filters as Filters
    from qa.assistant import Assistant as Assistant
    from qa.assistant import aask as aask
    from qa.assistant import ask as ask
    from qa.assistant import stream as stream
    from qa.errors import QaError as QaError
    from qa.query_engine import CitationEngine as CitationEngine
    from qa.records import Answer as Answer
    from qa.records import AnswerEvent as AnswerEvent
    from qa.records import Citation as Citation
    from qa.records import Sentence as Sentence
    from qa.records import StatusEvent as StatusEvent
    from qa.records import TextEvent as TextEvent
    from qa.records import Turn as Turn
    from qa.settings import Settings as Settings

_HOMES = {
    "Answer": "qa.records",
    "AnswerEvent": "qa.records",
    "Assistant": "qa.assistant",
    "Citation": "qa.records",
    "CitationEngine": "qa.query_engine",
    "Filters": "ingest.storage.catalogue.filters",
    "QaError": "qa.errors",
    "Sentence": "qa.records",
    "Settings": "qa.settings",
    "StatusEvent": "qa.records",
    "TextEvent": "qa.records",
    "Turn": "qa.records",
    "aask": "qa.assistant",
    "ask": "qa.assistant",
    "stream": "qa.assistant",
}

__all__ = [
    "Answer", "AnswerEvent", "Assistant", "Citation", "CitationEngine", "Filters", "QaError",
    "Sentence", "Settings", "StatusEvent", "TextEvent", "Turn", "aask", "ask", "stream",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
