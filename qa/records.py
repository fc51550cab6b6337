"""What answering returns. Frozen, and the same through every door.

    Answer
    ├── sentences   what is said, each with the numbers of its citations
    ├── citations   [n]: an exact span of a stored article version
    └── nearest     where to look when the articles do not answer

``citation.quote == article.text[citation.start:citation.end]`` for the cited version, always.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

from ingest.records import When, written_day

Status = Literal["answered", "partial", "not_found"]
Mode = Literal["quoted", "written"]


@dataclass(frozen=True, slots=True)
class Citation:
    """The words of an article behind an answer's sentence, cut by code."""

    number: int
    article_id: str
    version: int
    title: str
    publisher: str | None
    published_at: When | None
    published_from: str
    url: str | None
    quote: str
    start: int
    end: int
    passage_id: str
    before: str = ""
    """Text of the passage in front of the quote (``before + quote + after`` is the passage)."""
    after: str = ""
    cluster_id: str = ""
    speaker: str | None = None
    said_on: date | None = None
    support: float = 1.0

    @property
    def source(self) -> str:
        """Outlet, date and title on one line, as far as they are known."""
        published = written_day(self.published_at) if self.published_at else "no publication date"
        parts = (self.publisher or "unknown outlet", published, self.title)
        return " · ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer and the numbers of the citations it rests on."""

    text: str
    citations: tuple[int, ...]
    short: tuple[int, int] | None = None
    """Where in ``text`` the likely short answer stands, when one was found."""


@dataclass(frozen=True, slots=True)
class NearArticle:
    """An article that comes closest when none answers."""

    article_id: str
    title: str
    publisher: str | None
    published_at: When | None
    url: str | None
    excerpt: str


@dataclass(frozen=True, slots=True)
class Reported:
    """One value that independent sources gave for the fact that was asked."""

    value: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked, what the articles say, and the proof."""

    question: str
    status: Status
    mode: Mode
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    nearest: tuple[NearArticle, ...] = ()
    as_of: date | None = None
    """Publication day of the newest article cited; None when none is dated."""
    asked_at: date | None = None
    independent_sources: int = 0
    """Outlets among the citations that do not copy each other; one wire story counts once."""
    disagreements: tuple[Reported, ...] = ()
    notices: tuple[str, ...] = ()
    search: str = ""
    confidence: float = 0.0
    timings: Mapping[str, float] = field(default_factory=dict)
    usage: Mapping[str, int] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The answer in plain words with [n] behind each sentence."""
        if self.sentences:
            return " ".join(f"{s.text} {marks(s.citations)}".strip() for s in self.sentences)
        return NOT_FOUND

    @property
    def short_answer(self) -> str | None:
        """The likely short answer, cut from the first sentence that has one."""
        for sentence in self.sentences:
            if sentence.short:
                return sentence.text[slice(*sentence.short)]
        return None

    def __str__(self) -> str:
        lines = [self.text]
        lines += [f"Sources disagree: {r.value} {marks(r.citations)}" for r in self.disagreements]
        lines += [f"Note: {notice}" for notice in self.notices]
        if self.citations:
            lines += ["", "Sources"]
        for citation in self.citations:
            lines.append(f"[{citation.number}] {citation.source}")
            lines.append(f"    “{citation.quote}”")
            if citation.url:
                lines.append(f"    {citation.url}")
        if self.status == "not_found" and self.nearest:
            lines += ["", "Nearest articles"]
            lines += [f"- {near.title or near.excerpt}" for near in self.nearest]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; dates as ISO 8601 strings."""
        plain: dict[str, Any] = _plain(self)
        return (
            {"question": self.question, "text": self.text}
            | plain
            | {"short_answer": self.short_answer}
        )


NOT_FOUND = "Not in these articles."
"""What an answer says when nothing supports one."""


def marks(numbers: tuple[int, ...]) -> str:
    """Citation marks as they stand in text: [1][3]."""
    return "".join(f"[{number}]" for number in numbers)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    return value


# -- what a stream yields -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StatusEvent:
    """What is going on: ``stage`` is search, read, write or check."""

    stage: str
    message: str


@dataclass(frozen=True, slots=True)
class TextEvent:
    """One complete, checked sentence with its citations (those not seen before included)."""

    sentence: Sentence
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class AnswerEvent:
    """The whole answer; always the last event."""

    answer: Answer


Event: TypeAlias = StatusEvent | TextEvent | AnswerEvent


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of the same conversation and what was answered."""

    question: str
    answer: str = ""
