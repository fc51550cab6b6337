"""The values that travel through ingestion. Frozen: a stage returns a new one.

Offsets are counted in Unicode code points of ``Article.text``; ``text[start:end]`` is exact.
Knows nothing about files, stores or models.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Literal, TypeAlias

When: TypeAlias = date | datetime
"""A calendar day when only the day is known, an aware datetime when the time is known."""

OutcomeKind = Literal["new", "revised", "duplicate", "unchanged", "rejected"]


def digest(*parts: str, length: int = 16) -> str:
    """A stable content id: the first ``length`` hex digits of sha256 over the parts."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:length]


def day_of(when: When) -> date:
    """The calendar day of a date, or of a datetime in its own time zone."""
    return when.date() if isinstance(when, datetime) else when


def written_day(when: When) -> str:
    """A day as readers write it, on every platform: 4 September 2026."""
    day = day_of(when)
    return f"{day.day} {day:%B %Y}"


def epoch_of(when: When) -> int:
    """Seconds since 1970 UTC; a bare day counts as its midnight UTC."""
    moment = when if isinstance(when, datetime) else datetime.combine(when, time.min, UTC)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


@dataclass(frozen=True, slots=True)
class Article:
    """One version of one article, as it is stored and cited."""

    text: str
    title: str = ""
    url: str | None = None
    canonical_url: str | None = None
    publisher: str | None = None
    authors: tuple[str, ...] = ()
    section: str | None = None
    published_at: When | None = None
    published_from: str = "unknown"
    updated_at: When | None = None
    language: str | None = None
    origin: str | None = None
    id: str = ""
    version: int = 1
    cluster_id: str = ""

    @property
    def text_hash(self) -> str:
        """Identity of the words alone, whatever the spacing and letter case."""
        return digest(" ".join(self.text.casefold().split()), length=32)

    @property
    def content_hash(self) -> str:
        """Identity of everything a reader could see of this version."""
        return digest(
            self.title,
            self.text,
            self.publisher or "",
            "|".join(self.authors),
            self.published_at.isoformat() if self.published_at else "",
            self.updated_at.isoformat() if self.updated_at else "",
            length=32,
        )


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one article version: ``text == article.text[start:end]``."""

    id: str
    article_id: str
    version: int
    ordinal: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one source: exactly one of five ends."""

    kind: OutcomeKind
    source: str
    article_id: str | None = None
    title: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """Everything one ``ingest()`` did."""

    outcomes: tuple[Outcome, ...] = ()
    passages: int = 0
    seconds: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, outcomes: Iterable[Outcome], passages: int, seconds: float) -> IngestReport:
        kept = tuple(outcomes)
        return cls(kept, passages, seconds, dict(Counter(outcome.kind for outcome in kept)))

    @property
    def rejected(self) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in self.outcomes if outcome.kind == "rejected")
