"""Builds a timeline: the dated events of a subject, each once, in order of their days.

    "What happened in Turkey in June?" -> subject Turkey, days 1-30 June
        -> passages about the subject (search), and those whose text dates something in the days
        -> dated events (``dated_events``) -> the most telling, once -> by day

Everything is quoted. Knows nothing about language models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from ingest.storage.library import Library
from qa.language.words import content_stems
from qa.questions.interpretation import Question
from qa.questions.timeline_requests import TimelineRequest, timeline_request
from qa.retrieval.ranking import Hit, stems_of
from qa.retrieval.retriever import HybridRetriever
from qa.sources.dated_events import TimelineEvent, events_in
from qa.sources.relevance import DIGEST_TITLE, LEAD_CHARACTERS, names_of, subject_coverage

MAX_EVENTS = 10
"""Events of a timeline: what a reader takes in at a glance."""

MIN_EVENTS = 2
"""Fewer are no timeline: the question is then answered like any other."""

MAX_PASSAGES_READ = 60
"""Passages found by search whose sentences are read."""

MAX_EVENTS_PER_STORY = 3
MAX_EVENTS_PER_DAY = 3

MIN_SUBJECT_COVERAGE = 0.5
"""Share of the subject's words, by weight, that must stand in a passage, its title or its story's
first lines."""

MIN_OVERLAP_SAME_EVENT = 0.5
"""Share of the shorter sentence's words from which two sentences of about one day tell the same."""

MIN_OVERLAP_SAME_EVENT_BY_PUBLICATION = 0.35
"""The same when one of them is only dated by its report: first sentences repeat each other."""

MAX_DAYS_APART_SAME_EVENT = timedelta(days=2)

MAX_SCORE_BELOW_FIRST_EVENT = 0.3
"""How far below the best sentence about the first event another may lie that also dates it."""


def timeline(
    question: Question, retriever: HybridRetriever, library: Library
) -> tuple[TimelineEvent, ...]:
    """The events of a timeline, oldest first; empty when none is asked for or too few are told."""
    request = timeline_request(question, question.asked_at)
    if request is None:
        return ()
    events = _events(question, request, retriever, library)
    newest = library.facts().newest
    if len(events) < MIN_EVENTS and request.first and newest and not question.asked_at_given:
        # "in June" of an archive is the June before its newest article
        request = timeline_request(question, newest, ignore_period=True)
        events = _events(question, request, retriever, library) if request else events
    return tuple(events) if len(events) >= MIN_EVENTS else ()


def _events(
    question: Question, request: TimelineRequest, retriever: HybridRetriever, library: Library
) -> list[TimelineEvent]:
    search = replace(question, query=request.subject or question.query)
    weights = library.idf(tuple(request.stems))
    found = [
        event
        for hit in _passages(search, request, retriever, library)
        if _is_about(hit, request, weights)
        for event in events_in(hit, request, weights, library, question.asked_at)
        if _names_subject(event, request, weights)
    ]
    found = _from_first_event(found, request)
    chosen = _most_telling(sorted(found, key=lambda e: -e.score))
    return sorted(chosen, key=lambda e: (e.first, e.last, e.evidence.start))


def _passages(
    question: Question, request: TimelineRequest, retriever: HybridRetriever, library: Library
) -> list[Hit]:
    """Passages about the subject, and those whose text dates something in the days asked for."""
    hits = {hit.passage.id: hit for hit in retriever.search(question, MAX_PASSAGES_READ)}
    if request.first and request.last:
        dated = library.happened_between(request.first, request.last)[: 5 * MAX_PASSAGES_READ]
        for passage, article in library.catalogue.retrievable(dated):
            hits.setdefault(passage.id, Hit(passage, article, 0.0))
    return list(hits.values())


def _is_about(hit: Hit, request: TimelineRequest, weights: Mapping[str, float]) -> bool:
    near = f"{hit.article.title}. {hit.article.text[:LEAD_CHARACTERS]} {hit.passage.text}"
    return not request.stems or (
        request.names <= names_of(near)
        and subject_coverage(weights, stems_of(near), request.stems) >= MIN_SUBJECT_COVERAGE
    )


def _names_subject(
    event: TimelineEvent, request: TimelineRequest, weights: Mapping[str, float]
) -> bool:
    """Whether the sentence names the subject, or its story opens with it."""
    article, text = event.evidence.article, event.evidence.text
    if request.names and DIGEST_TITLE.search(article.title):
        return bool(request.names & names_of(text))
    if not request.stems or request.stems & stems_of(text):
        return True
    opening = stems_of(f"{article.title}. {article.text[: LEAD_CHARACTERS // 2]}")
    return subject_coverage(weights, opening, request.stems) >= MIN_SUBJECT_COVERAGE


def _from_first_event(
    found: list[TimelineEvent], request: TimelineRequest
) -> list[TimelineEvent]:  # fmt: skip
    """For "since the truce began": without what lies before the day on which that is told."""
    stems = frozenset(content_stems(request.first_event))
    if not stems or request.first:
        return found
    shared = [(len(stems & stems_of(event.evidence.text)), event) for event in found]
    scored = [(count + event.score, event.first) for count, event in shared if count]
    if not scored:
        return found
    best = max(score for score, _ in scored)
    first = min(day for score, day in scored if score > best - MAX_SCORE_BELOW_FIRST_EVENT)
    return [event for event in found if event.first >= first]


def _most_telling(ranked: Sequence[TimelineEvent]) -> list[TimelineEvent]:
    """The first events of a ranking, each once, and not too many of one story or one day."""
    chosen: list[TimelineEvent] = []
    for event in ranked:
        if len(chosen) == MAX_EVENTS:
            break
        story = event.evidence.article.cluster_id
        of_story = sum(one.evidence.article.cluster_id == story for one in chosen)
        of_day = sum(one.first == event.first for one in chosen)
        if (
            of_story < MAX_EVENTS_PER_STORY
            and of_day < MAX_EVENTS_PER_DAY
            and not any(_is_same_event(event, one) for one in chosen)
        ):
            chosen.append(event)
    return chosen


def _is_same_event(one: TimelineEvent, other: TimelineEvent) -> bool:
    a, b = stems_of(one.evidence.text), stems_of(other.evidence.text)
    near = abs(one.first - other.first) <= MAX_DAYS_APART_SAME_EVENT
    by_text = one.dated_by == other.dated_by == "text"
    overlap = MIN_OVERLAP_SAME_EVENT if by_text else MIN_OVERLAP_SAME_EVENT_BY_PUBLICATION
    return near and len(a & b) >= overlap * max(1, min(len(a), len(b)))
