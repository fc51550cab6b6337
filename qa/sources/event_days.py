"""Finds in the articles the day of an event from which a question counts.

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
from qa.sources.relevance import LEAD_CHARACTERS, names_of, subject_coverage

MAX_PASSAGES_READ = 20

MIN_EVENT_COVERAGE = 0.7
"""Share of the event's words, by weight, that a passage with its title must hold."""

MIN_SCORE_OF_DAY = 1.2
"""Score that a day must reach to be taken for the event's. Fitted by hand on the days of 13
questions about the bundled samples, 2026-11-24."""

MAX_SCORE_BELOW_BEST = 0.15
"""How far below the best day's score other days of the event may lie."""

BEGINNING_BONUS = 0.5
"""Score of a word of beginning beside the day."""

CHARACTERS_BESIDE_DAY = 60
"""Text before a day and behind it whose words tell what happened on it."""

MAX_DAYS_SPANNED = timedelta(days=1)

MAX_DAYS_APART_ONE_EVENT = timedelta(days=10)
"""Days that lie no further apart are told of one event."""

_SINCE = re.compile(r"\b[Ss]ince\s+((?:the|a|an|his|her|their|its|[A-Z])\b[^?,;:.]{4,80})")
_BEGINNING_STEMS = frozenset(
    stem
    for word in "begin began begun start launch open erupt resume effect sign break broke outbreak "
    "declare announce agree strike struck invade declaration".split()
    for stem in content_stems(word)
)


@dataclass(frozen=True, slots=True)
class EventDay:
    """The event that a question counts from, its day, and the sentence that gives it."""

    phrase: str
    day: date
    evidence: Evidence

    def restrict(self, question: Question) -> Question:
        """The same question, of the articles from that day on."""
        return replace(question, filters=replace(question.filters, first=self.day))

    @property
    def notice(self) -> str:
        article = self.evidence.article
        outlet = f"{article.publisher}: " if article.publisher else ""
        return (
            f"“Since {self.phrase}” was taken to mean since {format_day(self.day)} "
            f"({outlet}{article.title})."
        )


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A day that a sentence names, and how surely it is the one on which the event began."""

    score: float
    day: date
    evidence: Evidence


def event_phrase(question: Question) -> str:
    """The event after "since", in the question's words; empty where there is none or a date says
    the same."""
    match = _SINCE.search(question.query)
    if match is None or question.filters.first or timeline_subject(question.text) is not None:
        return ""  # a timeline finds its own first day
    event = match.group(1).strip()
    if word_tokens(event)[:1] and word_tokens(event)[0] in PRONOUNS:
        return ""
    dated = any(e.first for e in find_time_expressions(event, question.asked_at))
    return "" if dated or not set(content_stems(event)) - _BEGINNING_STEMS else event


def find_event_day(
    question: Question, retriever: HybridRetriever, library: Library
) -> EventDay | None:
    """The day from which a question counts, found in the articles; None when it names no event or
    the articles do not date it."""
    event = event_phrase(question)
    if not event:
        return None
    stems, names = frozenset(content_stems(event)), frozenset(name_stems(event))
    weights = library.idf(tuple(stems))
    search = replace(
        question, query=event, kind="when", stems=tuple(stems), names=names, values=frozenset(),
        period=None,
    )  # fmt: skip
    found = [
        candidate
        for hit in retriever.search(search, MAX_PASSAGES_READ)
        if _is_about(hit, names, stems - _BEGINNING_STEMS, weights)
        for candidate in _candidates(hit, stems, weights, library, question.asked_at)
    ]
    best = max((candidate.score for candidate in found), default=0.0)
    if best < MIN_SCORE_OF_DAY:
        return None
    near = [one for one in found if one.score >= best - MAX_SCORE_BELOW_BEST]
    chosen = _last_occurrence(sorted(near, key=lambda one: one.day))
    return EventDay(event, chosen.day, chosen.evidence)


def _last_occurrence(days: Sequence[_Candidate]) -> _Candidate:
    """Where it happened more than once the last time is meant: the first of its days."""
    first = len(days) - 1
    while first and days[first].day - days[first - 1].day <= MAX_DAYS_APART_ONE_EVENT:
        first -= 1
    return days[first]


def _is_about(
    hit: Hit, names: frozenset[str], stems: frozenset[str], weights: Mapping[str, float]
) -> bool:
    """Whether an article opens with the event's names, and passage and opening hold its words."""
    title, text = hit.article.title, hit.article.text
    near = stems_of(f"{title}. {text[: LEAD_CHARACTERS // 2]} {hit.passage.text}")
    return (
        names <= names_of(f"{title}. {text[:LEAD_CHARACTERS]}")
        and subject_coverage(weights, near, stems) >= MIN_EVENT_COVERAGE
    )


def _candidates(
    hit: Hit, stems: frozenset[str], weights: Mapping[str, float], library: Library, asked_at: date
) -> Iterator[_Candidate]:
    """Each day that a sentence of the passage names, up to the day of asking."""
    article, passage = hit.article, hit.passage
    days = [
        (when, when.first)
        for when in library.expressions(article.id, article.version, passage.start, passage.end)
        if when.first and when.last and when.last - when.first <= MAX_DAYS_SPANNED
    ]
    for start, end in sentence_spans(article.text, passage.start, passage.end):
        item = Evidence(hit, start, end, article.text[start:end])
        for when, day in days:
            if start <= when.start and when.end <= end and day <= asked_at:
                yield _Candidate(_score(item, when, stems, weights), day, item)


def _score(
    item: Evidence, when: TimeExpression, stems: frozenset[str], weights: Mapping[str, float]
) -> float:
    """How surely a day is the one on which the event began: the words beside it are the event's,
    or tell of a beginning."""
    low, high = when.start - item.start, when.end - item.start
    beside = stems_of(
        item.text[max(0, low - CHARACTERS_BESIDE_DAY) : high + CHARACTERS_BESIDE_DAY]
    )  # fmt: skip
    verbs = stems & _BEGINNING_STEMS or stems
    return (
        subject_coverage(weights, stems_of(item.text), stems - _BEGINNING_STEMS or stems)
        + subject_coverage(weights, beside, stems)
        + BEGINNING_BONUS * bool(beside & (_BEGINNING_STEMS | verbs))
    )
