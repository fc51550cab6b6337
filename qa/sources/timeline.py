"""What happened, in order: a dated list for questions that ask for one.

    "What happened in Turkey in June?" -> subject Turkey, days 1-30 June
        -> passages about the subject (search), and those whose text dates something in the days
        -> sentences that tell an event, each with its days -> the most telling, once -> by day

The days of an event are what its sentence says, resolved at ingest; failing that, for the first
sentences of a story, the day of publication, and the entry says so. Everything is quoted. Knows
nothing about models.
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
from qa.language.words import content_stems, word_tokens
from qa.questions.interpretation import Question
from qa.questions.timeline_requests import TimelineRequest, timeline_request, timeline_subject
from qa.reading.evidence import Evidence
from qa.records import DatedBy
from qa.retrieval.ranking import Hit, stems_of
from qa.retrieval.retriever import HybridRetriever
from qa.sources.reported_quantities import DIGEST, LEAD, names_of, share

MOST = 10
"""Entries of a timeline: what a reader takes in at a glance."""

FEWEST = 2
"""Fewer events are no timeline: the question is then answered like any other."""

READ = 60
"""Passages found by search whose sentences are read."""

ABOUT = 0.5
"""Share of the subject's words, by weight, that must stand in a passage, its title or its story's
first lines."""

SAME = 0.5
"""Share of the shorter sentence's words from which two sentences of about one day tell the same."""

SAME_LEAD = 0.35
"""The same when one of them is only dated by its report: first sentences repeat each other."""

PER_STORY = 3
PER_DAY = 3
LONGEST = 420
"""Characters of an entry; longer sentences are not scanned but read."""

COARSEST = 31
"""Days that an event may span; "in 2022" dates nothing in a timeline."""

OLDEST = timedelta(days=3 * 365)
"""How long before its report an event may lie; older ones are background."""

UNSAID = timedelta(days=180)
"""The same for a day whose year is not said."""


# -- sentences that tell an event -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """A sentence, the days of what it tells, how they are known, and how telling it is."""

    evidence: Evidence
    first: date
    last: date
    dated_by: DatedBy
    score: float


_NO_EVENT = re.compile(
    r"https?://|pic\.twitter|^It['’]s time for|^(?:Consider|Subscribe|Sign up|Follow)\b"
    r"|^(?:Correction|Editor|Update|Photo|Image|Read more|This article)\b|\?[”\"’]?$"
    r"|\b(?:is|are) (?:(?:expected|scheduled|due|set|likely) )?to\b|\b(?:will|would|could|may)\b",
)
_LEANS = re.compile(r"^(?:He|She|They|It|His|Her|Their|Its|That|This|Those|These|Both|Mr\.|Ms\.)\b")
_DATELINE = re.compile(
    r"^[►•▪●*]\s*"
    r"|^(?:[A-Z][A-Z’'.]+(?:[ ,]+[A-Z][\w’'.]*|[ ,]+\d{1,2})*\s*)?(?:\([\w .]{2,30}\)\s*)?"
    r"(?:[—–]|--?)\s+"
    r"|^(?:[A-Z]\w+ )?\((?:CNN|AP|Reuters|CNN Business)\)\s*(?:[—–-]\s*)?"
)
_NOT_WHEN = re.compile(
    r"\b(?:since|until|till|by|before|than|through)\s+(?:the\s+|at least\s+)?$", re.I
)
_SAYS = frozenset("said says say told added asked".split())


def events_of(
    hit: Hit,
    wanted: TimelineRequest,
    weights: Mapping[str, float],
    library: Library,
    asked_at: date,
) -> Iterator[TimelineEvent]:
    """The events that one passage tells and that lie in the days asked for."""
    article, passage = hit.article, hit.passage
    published = day_of(article.published_at) if article.published_at else None
    if published and published > asked_at + timedelta(days=1):
        return  # not yet known on the day of the question
    spans = sentence_spans(article.text, passage.start, passage.end)
    dated = library.expressions(article.id, article.version, passage.start, passage.end)
    direct = [
        (s.start, s.end)
        for s in library.statements(article.id, article.version, passage.start, passage.end)
        if s.kind == "direct"
    ]
    for place, (start, end) in enumerate(spans):
        text = article.text[start:end]
        if not 30 <= len(text) <= LONGEST or _NO_EVENT.search(text) or (start, end) in direct:
            continue
        item = without_dateline(Evidence(hit, start, end, text))
        inside = [e for e in dated if item.start <= e.start and e.end <= end]
        when = _when(inside, item, published, asked_at)
        by: DatedBy = "text"
        if when is None:
            if published is None or passage.ordinal or place or _SCENE.match(item.text):
                continue
            when, by = (published, published), "publication"
        if wanted.includes(*when):
            told = _telling(item, wanted, weights, by, leads=not (passage.ordinal or place))
            yield TimelineEvent(item, *when, by, told)


def _when(
    found: Sequence[TimeExpression], item: Evidence, published: date | None, asked_at: date
) -> tuple[date, date] | None:
    """The finest past days that a sentence names for what it tells."""
    known = [
        (e.last - e.first, e.start, e.first, e.last)
        for e in found
        if e.first and e.last and (e.last - e.first).days <= COARSEST
        and e.last <= max(published or e.last, min(asked_at, e.last))
        and not _NOT_WHEN.search(item.text[: e.start - item.start])
        and (published is None or published - e.last <= _oldest(e))
    ]  # fmt: skip
    past = [k for k in known if published is None or k[3] <= published]
    if not past:
        return None
    _, _, first, last = min(past)
    return first, last


def without_dateline(item: Evidence) -> Evidence:
    """The sentence without the place and agency that open a story: the quote begins behind them."""
    match = _DATELINE.match(item.text)
    if not match or not match.end():
        return item
    return replace(item, start=item.start + match.end(), text=item.text[match.end() :])


def _oldest(expression: TimeExpression) -> timedelta:
    """A day without its year is of the last months; else it was probably one to come."""
    yearless = expression.rule in ("month day", "day month", "month")
    return UNSAID if yearless and not re.search(r"\d{4}", expression.phrase) else OLDEST


_SCENE = re.compile(r"^(?:To |If |Imagine|It (?:is|was) |There (?:is|are) |When )")
"""How a feature opens: with a scene, and no event."""


def _telling(
    item: Evidence,
    wanted: TimelineRequest,
    weights: Mapping[str, float],
    by: DatedBy,
    *,
    leads: bool,
) -> float:
    """How much a sentence says about the subject; the first one of a story tells most."""
    own = share(weights, stems_of(item.text), wanted.stems) if wanted.stems else 0.5
    title = share(weights, stems_of(item.article.title), wanted.stems) if wanted.stems else 0.0
    said = bool(_SAYS & set(word_tokens(item.text)))
    leans = bool(_LEANS.match(item.text))
    return own + 0.5 * title + 0.8 * leads + 0.5 * (by == "text") - 0.15 * said - 0.4 * leans


# -- the timeline ---------------------------------------------------------------------------


def timeline(
    question: Question, retriever: HybridRetriever, library: Library
) -> tuple[TimelineEvent, ...]:
    """The events of a timeline, oldest first; empty when none is asked for or too little told."""
    if timeline_subject(question.text) is None:
        return ()
    wanted = timeline_request(question, question.asked_at)
    if wanted is None:
        return ()
    chosen = _chosen(question, wanted, retriever, library)
    if len(chosen) < FEWEST and wanted.first and not question.asked_at_given:
        newest = _newest(library)
        again = timeline_request(question, newest, ignore_period=True) if newest else None
        chosen = _chosen(question, again, retriever, library) if again else chosen
    return tuple(chosen) if len(chosen) >= FEWEST else ()


def _newest(library: Library) -> date | None:
    from qa.sources.standing import newest_day

    return newest_day(library, ())


def _chosen(
    question: Question, wanted: TimelineRequest, retriever: HybridRetriever, library: Library
) -> list[TimelineEvent]:
    search = replace(question, query=wanted.subject or question.query)
    weights = library.idf(tuple(wanted.stems))
    found = [
        event
        for hit in _hits(search, wanted, retriever, library)
        if _about(hit, wanted, weights)
        for event in events_of(hit, wanted, weights, library, question.asked_at)
        if _of_subject(event, wanted, weights)
    ]
    found = _from_opening(found, wanted)
    kept = _distinct(sorted(found, key=lambda e: -e.score))
    return sorted(kept, key=lambda e: (e.first, e.last, e.evidence.start))


def _hits(
    question: Question, wanted: TimelineRequest, retriever: HybridRetriever, library: Library
) -> list[Hit]:
    """Passages about the subject, and those whose text dates something in the days asked for."""
    hits = {hit.passage.id: hit for hit in retriever.search(question, READ)}
    if wanted.first and wanted.last:
        dated = library.happened_between(wanted.first, wanted.last)[: 5 * READ]
        for passage, article in library.catalogue.retrievable(dated):
            hits.setdefault(passage.id, Hit(passage, article, 0.0))
    return list(hits.values())


def _about(hit: Hit, wanted: TimelineRequest, weights: Mapping[str, float]) -> bool:
    if not wanted.stems:
        return True
    near = f"{hit.article.title}. {hit.article.text[:LEAD]} {hit.passage.text}"
    return wanted.names <= names_of(near) and share(weights, stems_of(near), wanted.stems) >= ABOUT


def _of_subject(
    event: TimelineEvent, wanted: TimelineRequest, weights: Mapping[str, float]
) -> bool:
    """Whether the sentence names the subject, or its story opens with it."""
    article = event.evidence.article
    named = names_of(event.evidence.text)
    if wanted.names and DIGEST.search(article.title):
        return bool(wanted.names & named)
    opens = f"{article.title}. {article.text[: LEAD // 2]}"
    return (
        not wanted.stems
        or bool(wanted.stems & stems_of(event.evidence.text))
        or share(weights, stems_of(opens), wanted.stems) >= ABOUT
    )


def _from_opening(found: list[TimelineEvent], wanted: TimelineRequest) -> list[TimelineEvent]:
    """For "since the truce began": without what lies before the day on which that is told."""
    opening = frozenset(content_stems(wanted.first_event))
    if not opening or wanted.first:
        return found
    telling = [e for e in found if opening & stems_of(e.evidence.text)]
    if not telling:
        return found
    best = max(len(opening & stems_of(e.evidence.text)) + e.score for e in telling)
    opens = min(
        e.first for e in telling
        if len(opening & stems_of(e.evidence.text)) + e.score > best - 0.3
    )  # fmt: skip
    return [e for e in found if e.first >= opens]


def _distinct(ranked: Sequence[TimelineEvent]) -> list[TimelineEvent]:
    """The most telling events, each once, and not too many of one story."""
    kept: list[TimelineEvent] = []
    for event in ranked:
        if len(kept) == MOST:
            break
        story = event.evidence.article.cluster_id
        mine = [k for k in kept if k.evidence.article.cluster_id == story]
        day = [k for k in kept if k.first == event.first]
        if (
            len(mine) < PER_STORY
            and len(day) < PER_DAY
            and not any(_repeats(event, held) for held in kept)
        ):
            kept.append(event)
    return kept


def _repeats(one: TimelineEvent, other: TimelineEvent) -> bool:
    a, b = stems_of(one.evidence.text), stems_of(other.evidence.text)
    near = abs(one.first - other.first) <= timedelta(days=2)
    same = SAME if one.dated_by == other.dated_by == "text" else SAME_LEAD
    return near and len(a & b) >= same * max(1, min(len(a), len(b)))
