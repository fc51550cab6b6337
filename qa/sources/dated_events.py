"""Extracts dated events from a passage: the sentences that tell one, each with its days.

The days of an event are what its sentence says, resolved at ingest; failing that, for the first
sentence of a story, its day of publication. Knows nothing about which events a timeline shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ingest.dates.time_expressions import TimeExpression
from ingest.records import day_of
from ingest.segmentation import sentence_spans
from ingest.storage.library import Library
from qa.language.words import word_tokens
from qa.questions.timeline_requests import TimelineRequest
from qa.reading.evidence import Evidence
from qa.records import DatedBy
from qa.retrieval.ranking import Hit, stems_of
from qa.sources.relevance import subject_coverage

MIN_EVENT_CHARACTERS = 30
MAX_EVENT_CHARACTERS = 420
"""Longer sentences are not scanned but read."""

MAX_EVENT_DAYS = 31
"""Days that an event may span; "in 2022" dates nothing in a timeline."""

MAX_AGE_OF_EVENT = timedelta(days=3 * 365)
"""How long before its report an event may lie; older ones are background."""

MAX_AGE_WITHOUT_YEAR = timedelta(days=180)
"""The same for a day whose year is not said: it was probably one to come."""

_NO_EVENT = re.compile(
    r"https?://|pic\.twitter|^It['’]s time for|^(?:Consider|Subscribe|Sign up|Follow)\b"
    r"|^(?:Correction|Editor|Update|Photo|Image|Read more|This article)\b|\?[”\"’]?$"
    r"|\b(?:is|are) (?:(?:expected|scheduled|due|set|likely) )?to\b|\b(?:will|would|could|may)\b",
)
_PRONOUN_FIRST = re.compile(
    r"^(?:He|She|They|It|His|Her|Their|Its|That|This|Those|These|Both|Mr\.|Ms\.)\b"
)
_SCENE = re.compile(r"^(?:To |If |Imagine|It (?:is|was) |There (?:is|are) |When )")
"""How a feature opens: with a scene, and no event."""

_DATELINE = re.compile(
    r"^[►•▪●*]\s*"
    r"|^(?:[A-Z][A-Z’'.]+(?:[ ,]+[A-Z][\w’'.]*|[ ,]+\d{1,2})*\s*)?(?:\([\w .]{2,30}\)\s*)?"
    r"(?:[—–]|--?)\s+"
    r"|^(?:[A-Z]\w+,? ){0,3}\((?:CNN|AP|Reuters|CNN Business)\)\s*(?:[—–-]\s*)?"
)
_NOT_DAY_OF_EVENT = re.compile(
    r"\b(?:since|until|till|by|before|than|through)\s+(?:the\s+|at least\s+)?$", re.I
)
_SAYING = frozenset("said says say told added asked".split())


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """An event: the sentence that tells it, and its days (both inclusive)."""

    evidence: Evidence
    first: date
    last: date
    dated_by: DatedBy
    score: float
    """How much it says about the subject; higher is better."""


def events_in(
    hit: Hit,
    request: TimelineRequest,
    weights: Mapping[str, float],
    library: Library,
    asked_at: date,
) -> Iterator[TimelineEvent]:
    """The events that one passage tells, on the days of the request and known when it was asked."""
    article, passage = hit.article, hit.passage
    published = day_of(article.published_at) if article.published_at else None
    if published and published > asked_at + timedelta(days=1):
        return
    place = (article.id, article.version, passage.start, passage.end)
    dated = library.expressions(*place)
    quoted = [(s.start, s.end) for s in library.statements(*place) if s.kind == "direct"]
    spans = sentence_spans(article.text, passage.start, passage.end)
    for index, (start, end) in enumerate(spans):
        text = article.text[start:end]
        if not MIN_EVENT_CHARACTERS <= len(text) <= MAX_EVENT_CHARACTERS:
            continue
        if _NO_EVENT.search(text) or (start, end) in quoted:
            continue
        item = without_dateline(Evidence(hit, start, end, text))
        inside = [e for e in dated if item.start <= e.start and e.end <= end]
        days = _days_of(inside, item, published)
        dated_by: DatedBy = "text" if days else "publication"
        leads = not (passage.ordinal or index)
        if days is None and published and leads and not _SCENE.match(item.text):
            days = (published, published)
        if days and request.includes(*days):
            score = _score(item, request, weights, dated_by, leads=leads)
            yield TimelineEvent(item, *days, dated_by, score)


def _days_of(
    found: Sequence[TimeExpression], item: Evidence, published: date | None
) -> tuple[date, date] | None:
    """The finest past days that a sentence names for what it tells."""
    known = [
        (e.last - e.first, e.start, e.first, e.last)
        for e in found
        if e.first and e.last and (e.last - e.first).days <= MAX_EVENT_DAYS
        and not _NOT_DAY_OF_EVENT.search(item.text[: e.start - item.start])
        and (published is None or timedelta(0) <= published - e.last <= _max_age(e))
    ]  # fmt: skip
    if not known:
        return None
    _, _, first, last = min(known)
    return first, last


def _max_age(expression: TimeExpression) -> timedelta:
    yearless = expression.rule in ("month day", "day month", "month")
    if yearless and not re.search(r"\d{4}", expression.phrase):
        return MAX_AGE_WITHOUT_YEAR
    return MAX_AGE_OF_EVENT


def without_dateline(item: Evidence) -> Evidence:
    """The sentence without the place and agency that open a story: the quote begins behind them."""
    match = _DATELINE.match(item.text)
    if not match or not match.end():
        return item
    return replace(item, start=item.start + match.end(), text=item.text[match.end() :])


def _score(
    item: Evidence,
    request: TimelineRequest,
    weights: Mapping[str, float],
    dated_by: DatedBy,
    *,
    leads: bool,
) -> float:
    """How much a sentence says about the subject; the first one of a story tells most."""
    own, title = 0.5, 0.0
    if request.stems:
        own = subject_coverage(weights, stems_of(item.text), request.stems)
        title = subject_coverage(weights, stems_of(item.article.title), request.stems)
    says = bool(_SAYING & set(word_tokens(item.text)))
    pronoun = bool(_PRONOUN_FIRST.match(item.text))
    return (
        own + 0.5 * title + 0.8 * leads + 0.5 * (dated_by == "text") - 0.15 * says - 0.4 * pronoun
    )
