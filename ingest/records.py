"""The frozen values that ingestion stages exchange: articles, passages, outcomes, reports.

Offsets are counted in Unicode code points of ``Article.text``; ``text[start:end]`` is exact. Also
holds small pure helpers for content ids and calendar days. Knows nothing about files, stores or
models.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, TypeAlias

When: TypeAlias = date | datetime
"""A calendar day when only the day is known, an aware datetime when the time is known."""

OutcomeKind = Literal["new", "revised", "duplicate", "unchanged", "rejected"]


_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


def digest(*parts: str, length: int = 16) -> str:
    """A content id: the first ``length`` hex digits of the sha256 of the parts."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:length]


def storable(text: str) -> str:
    """The text without what no database, index or model takes: halves of surrogate pairs, and the
    character of number 0."""
    return _UNSTORABLE.sub("", text)


def day_of(when: When) -> date:
    """The calendar day of a date, or of a datetime in its own time zone."""
    return when.date() if isinstance(when, datetime) else when


def format_day(when: When) -> str:
    """A day in words, the same on every platform: 4 September 2026."""
    day = day_of(when)
    return f"{day.day} {day:%B %Y}"


def format_days(first: date, last: date) -> str:
    """An interval in words: 2 June 2025, June 2025, 2025, 9 – 15 June 2025."""
    if first == last:
        return format_day(first)
    months = first.day == 1 and last < date.max and (last + timedelta(days=1)).day == 1
    if months and (first.month, last.month) == (1, 12):
        return str(first.year) if first.year == last.year else f"{first.year} – {last.year}"
    if months and (first.year, first.month) == (last.year, last.month):
        return f"{first:%B} {first.year}"
    if first.year != last.year:
        return f"{format_day(first)} – {format_day(last)}"
    if months:
        return f"{first:%B} – {last:%B} {last.year}"
    start = str(first.day) if first.month == last.month else f"{first.day} {first:%B}"
    return f"{start} – {format_day(last)}"


def epoch_seconds(when: When) -> int:
    """Seconds since 1970 UTC; a bare day or a time without a zone is taken as UTC."""
    moment = when if isinstance(when, datetime) else datetime.combine(when, time.min, UTC)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


@lru_cache(maxsize=8)
def _hash_of_words(text: str) -> str:
    """Cached because one article's hash is needed several times in a row."""
    return digest(" ".join(text.casefold().split()), length=32)


@dataclass(frozen=True, slots=True)
class Article:
    """One version of one article, as it is stored and cited.

    ``published_from``: the provenance of ``published_at`` (edited, given, json-ld, meta, feed,
    front matter, url, dateline or unknown). ``origin``: the file or address it was read from.
    ``cluster_id``: shared by near-duplicates, such as outlets' copies of one wire story.
    """

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
        return _hash_of_words(self.text)

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
    """The result of one document: stored, merged, known already, or rejected with the reason."""

    kind: OutcomeKind
    source: str
    article_id: str | None = None
    title: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one run of ``ingest()`` did.

    ``counts`` (outcomes by kind) are complete; of a run over very many sources ``outcomes`` holds
    the first and the rejected ones, and ``left_out`` says how many it lacks.
    """

    outcomes: tuple[Outcome, ...] = ()
    passages: int = 0
    seconds: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)
    left_out: int = 0

    @property
    def rejected(self) -> tuple[Outcome, ...]:
        """The outcomes of what could not be ingested."""
        return tuple(outcome for outcome in self.outcomes if outcome.kind == "rejected")


def merge_reports(reports: Sequence[IngestReport]) -> IngestReport:
    """The reports of several runs as one."""
    counts: Counter[str] = Counter()
    for report in reports:
        counts.update(report.counts)
    return IngestReport(
        tuple(outcome for report in reports for outcome in report.outcomes),
        sum(report.passages for report in reports),
        sum(report.seconds for report in reports),
        dict(counts),
        sum(report.left_out for report in reports),
    )


MAX_OUTCOMES_KEPT = 10_000
"""Outcomes that a report holds, and beyond them as many rejected ones: some megabytes."""


class ReportBuilder:
    """Collects outcomes one by one into a report, in bounded memory."""

    def __init__(self, max_kept: int = MAX_OUTCOMES_KEPT) -> None:
        self._max_kept = max_kept
        self._kept: list[Outcome] = []
        self._rejected: list[Outcome] = []
        self._counts: Counter[str] = Counter()

    def add(self, outcome: Outcome) -> None:
        """Count an outcome, and keep it while there is room."""
        self._counts[outcome.kind] += 1
        if len(self._kept) < self._max_kept:
            self._kept.append(outcome)
        elif outcome.kind == "rejected" and len(self._rejected) < self._max_kept:
            self._rejected.append(outcome)

    def report(self, passages: int, seconds: float) -> IngestReport:
        """The report of all outcomes added so far."""
        kept = (*self._kept, *self._rejected)
        left_out = self._counts.total() - len(kept)
        return IngestReport(kept, passages, seconds, dict(self._counts), left_out)
