"""From which day on, when a question says since when by an event.

    "How many have died since the truce began?" -> passages about the truce
        -> the sentence that tells how it began, and the day of that -> 20 September 2026

The day is one that the articles give, so the answer says which report it is from. A question for
which no such sentence is found is asked of all articles. Knows nothing about how answers look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeAlias

from ingest.dates.time_expressions import TimeExpression, find_time_expressions
from ingest.records import format_day
from ingest.segmentation import sentence_spans
from ingest.storage.library import Library
from qa.language.entity_names import name_stems
from qa.language.words import PRONOUNS, content_stems, word_tokens
from qa.questions.interpretation import Question
from qa.questions.timeline_requests import timeline_subject
from qa.reading.evidence import Evidence
from qa.retrieval.ranking import Hit, stems_of
from qa.retrieval.retriever import HybridRetriever
from qa.sources.reported_quantities import LEAD, names_of, share

READ = 20
"""Passages whose sentences are read for the day."""

ABOUT = 0.7
"""Share of the event's words, by weight, that a passage with its title must hold."""

TOLD = 1.2
"""What a day must score. The days of 13 questions about the bundled samples, 2026-11-24."""

BEGINS = 0.5
BESIDE = 60
"""Characters before a day and behind it whose words tell what happened on it."""

COARSEST = timedelta(days=1)

NEAR_BEST = 0.15
ONE_EVENT = timedelta(days=10)
"""Days that lie no further apart are told of one event."""

Told: TypeAlias = tuple[date, Hit, tuple[int, int]]
"""A day, and the sentence that gives it."""

_SINCE = re.compile(r"\b[Ss]ince\s+((?:the|a|an|his|her|their|its|[A-Z])\b[^?,;:.]{4,80})")
_BEGIN = frozenset(
    stem
    for word in "begin began begun start launch open erupt resume effect sign break broke outbreak "
    "declare announce agree strike struck invade declaration".split()
    for stem in content_stems(word)
)


@dataclass(frozen=True, slots=True)
class Opening:
    """The event that a question counts from, its day, and the sentence that gives it."""

    phrase: str
    day: date
    evidence: Evidence

    def counted(self, question: Question) -> Question:
        """The question of articles from that day on."""
        return replace(question, filters=replace(question.filters, first=self.day))

    @property
    def notice(self) -> str:
        article = self.evidence.article
        outlet = f"{article.publisher}: " if article.publisher else ""
        return (
            f"“Since {self.phrase}” was taken to mean since {format_day(self.day)} "
            f"({outlet}{article.title})."
        )


def event_in(question: Question) -> str:
    """The event after "since", in the question's words; empty where there is none or a date says
    the same."""
    match = _SINCE.search(question.query)
    if match is None or question.filters.first or timeline_subject(question.text) is not None:
        return ""  # a timeline finds its own first day
    event = match.group(1).strip()
    if word_tokens(event)[:1] and word_tokens(event)[0] in PRONOUNS:
        return ""
    dated = any(e.first for e in find_time_expressions(event, question.asked_at))
    return "" if dated or not set(content_stems(event)) - _BEGIN else event


def opening(question: Question, retriever: HybridRetriever, library: Library) -> Opening | None:
    """The day from which a question counts, found in the articles; None when it names no event or
    the articles do not date it."""
    event = event_in(question)
    if not event:
        return None
    stems = frozenset(content_stems(event))
    names, about = frozenset(name_stems(event)), stems - _BEGIN
    weights = library.idf(tuple(stems))
    search = replace(
        question, query=event, kind="when", stems=tuple(stems), names=names, values=frozenset(),
        period=None,
    )  # fmt: skip
    found = [
        (_telling(text, when.start - span[0], when, stems, weights), when, hit, span)
        for hit in retriever.search(search, READ)
        if names <= names_of(f"{hit.article.title}. {hit.article.text[:LEAD]}")
        and share(weights, stems_of(_near(hit)), about) >= ABOUT
        for span, text, when in _dated(hit, library, question.asked_at)
    ]
    best = max((score for score, *_ in found), default=0.0)
    if best < TOLD:
        return None
    told = [(when.first, hit, span) for score, when, hit, span in found
            if when.first and score >= best - NEAR_BEST]  # fmt: skip
    day, hit, (start, end) = _last_time(sorted(told, key=lambda t: t[0]))
    return Opening(event, day, Evidence(hit, start, end, hit.article.text[start:end]))


def _last_time(told: Sequence[Told]) -> Told:
    """Where it happened more than once the last time is meant: the first of its days."""
    first = len(told) - 1
    while first and told[first][0] - told[first - 1][0] <= ONE_EVENT:
        first -= 1
    return told[first]


def _near(hit: Hit) -> str:
    return f"{hit.article.title}. {hit.article.text[: LEAD // 2]} {hit.passage.text}"


def _dated(
    hit: Hit, library: Library, asked_at: date
) -> Iterator[tuple[tuple[int, int], str, TimeExpression]]:
    """Sentences with each day that they name, up to the day of asking."""
    article, passage = hit.article, hit.passage
    days = [
        e
        for e in library.expressions(article.id, article.version, passage.start, passage.end)
        if e.first and e.last and e.last - e.first <= COARSEST and e.first <= asked_at
    ]
    for start, end in sentence_spans(article.text, passage.start, passage.end):
        for when in days:
            if start <= when.start and when.end <= end:
                yield (start, end), article.text[start:end], when


def _telling(
    text: str, at: int, when: TimeExpression, stems: frozenset[str], weights: Mapping[str, float]
) -> float:
    """How surely a day is the one on which the event began: the words beside it are the event's,
    or tell of a beginning. ``at``: where the day stands in the sentence."""
    beside = stems_of(text[max(0, at - BESIDE) : at + when.end - when.start + BESIDE])
    verb = stems & _BEGIN or stems
    return (
        share(weights, stems_of(text), stems - _BEGIN or stems)
        + share(weights, beside, stems)
        + BEGINS * bool(beside & (_BEGIN | verb))
    )
