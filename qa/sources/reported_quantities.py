"""Extracts the quantities that reports give for what a question asks, one per sentence.

    passages -> sentences with a figure of what is asked, about its subject (``relevance``)
        -> Report: the figure, its citation, and the day that it is of

Better to miss a report than to take one of something else. Knows nothing about which report is
right. The rules were looked at on 60 questions of our own about moving figures in the RealTime QA
development corpus (2026-11-23; docs/time-and-sources.md).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ingest.records import Article, day_of, epoch_seconds
from ingest.segmentation import sentence_spans
from qa.quantities.extraction import clause_around, extract_quantities
from qa.quantities.intervals import Quantity
from qa.quantities.question_targets import QuantityTarget, quantity_target
from qa.questions.interpretation import Question
from qa.reading.evidence import Evidence
from qa.records import Citation
from qa.retrieval.ranking import Hit, stems_of
from qa.sources.relevance import (
    is_about_subject,
    is_of_other_extent,
    subject_coverage,
    subject_stems,
)

MIN_SUBJECT_COVERAGE = 0.5
"""Share of the subject's words, by weight, that a sentence itself must hold where nothing but a
unit tells what its figure is of."""

Cite = Callable[[Evidence], Citation]
"""The citation of a sentence, with the days and the speaker that the library knows of it."""


@dataclass(frozen=True, slots=True)
class Report:
    """One figure as one source gives it."""

    amount: Quantity
    value: str
    """The figure as it stands in ``citation.quote``."""
    evidence: Evidence
    citation: Citation
    day: date
    """The day on which it was reported; a story may date an older count itself."""
    moment: int
    """Seconds since 1970 at which it was published; only the order matters."""
    coverage: float
    """Share of the subject's words, by weight, in the sentence."""
    corrected: bool = False
    """Whether its own article takes it back."""

    @property
    def is_calendar_day(self) -> bool:
        """Whether the figure is a day, by its ordinal, and no number."""
        return self.amount.unit == "date"

    @property
    def speaker(self) -> str:
        """Who gives the figure, when it is somebody's claim."""
        return self.citation.speaker or ""

    @property
    def is_first_hand(self) -> bool:
        """Whether it was published on the day it is of; a later story may only look back."""
        published = self.evidence.article.published_at
        return published is not None and day_of(published) == self.day


def reported_quantities(
    question: Question, hits: Sequence[Hit], weights: Mapping[str, float], cite: Cite
) -> list[Report]:
    """The figures that articles about the subject give for what is asked; empty for questions that
    ask for no quantity. ``weights``: inverse document frequency of each of the question's stems."""
    wanted = quantity_target(question)
    if wanted is None:
        return []
    found: list[Report] = []
    seen: set[str] = set()
    for hit in hits:
        article, passage = hit.article, hit.passage
        if not _has_known_day(article) or _is_too_late(question, article):
            continue
        for start, end in sentence_spans(article.text, passage.start, passage.end):
            text = article.text[start:end]
            if (key := " ".join(text.split())) in seen or not any(c.isalnum() for c in text):
                continue
            seen.add(key)
            item = Evidence(hit, start, end, text)
            if report := _report_of(question, item, wanted, weights, cite):
                found.append(report)
    return found


_LIVE_TITLE = re.compile(r"\b(?:live (?:updates|blog)|as it happened|recap)\b", re.IGNORECASE)


def _has_known_day(article: Article) -> bool:
    """Whether it is known of which day an article's figures are: not of pages that are updated for
    days and keep their first one."""
    return article.published_at is not None and not _LIVE_TITLE.search(article.title)


def _is_too_late(question: Question, article: Article) -> bool:
    """Whether it was published after the question was asked: no answer of that day."""
    published = article.published_at
    latest = question.asked_at + timedelta(days=1)
    return bool(question.asked_at_given and published and day_of(published) > latest)


def _report_of(
    question: Question,
    item: Evidence,
    wanted: QuantityTarget,
    weights: Mapping[str, float],
    cite: Cite,
) -> Report | None:
    """The report of a sentence that gives one plain figure of what is asked."""
    own = stems_of(item.text)
    coverage = subject_coverage(weights, own, subject_stems(question, wanted))
    if not wanted.predicate and coverage < MIN_SUBJECT_COVERAGE:
        return None
    is_day = wanted.dimension == "date"
    given = [
        amount
        for amount in (_days_in(cite(item)) if is_day else extract_quantities(item.text, wanted))
        if not (amount.is_former or is_of_other_extent(question, clause_around(item.text, amount)))
    ]
    if len({amount.value for amount in given}) != 1:
        return None  # none, or several of one kind: which is asked for is not plain
    published = item.article.published_at
    if published is None or not is_about_subject(question, item, wanted, weights):
        return None
    amount, citation = given[0], cite(item)
    day = (None if is_day else _reported_on(citation, amount)) or day_of(published)
    value = " ".join(item.text[amount.start : amount.end].split())
    return Report(amount, value, item, citation, day, epoch_seconds(published), coverage)


_SPELLED_OUT_RULES = frozenset({"month day", "day month", "iso"})
"""Days that are spelled out: "Wednesday" means another one in every story."""

_DATELINE = re.compile(r"\s*(?:\([\w .]+\)\s*)?[—–-]")
_REPORTING_VERB = re.compile(
    r"(?<!was )(?<!were )(?<!been )\b"
    r"(?:said|reported|announced|put|gave|counted|told|released|wrote)\b[^.;]{0,25}$"
)


def _days_in(citation: Citation) -> list[Quantity]:
    """The single days that a sentence names for what it tells, not for who said it or where it was
    written, as figures that can be compared."""
    found = []
    for when in citation.dates:
        if (
            when.rule not in _SPELLED_OUT_RULES
            or when.first != when.last
            or _REPORTING_VERB.search(citation.quote[: when.start])
            or _DATELINE.match(citation.quote[when.end :])
        ):
            continue
        number = float(when.first.toordinal())
        found.append(Quantity(number, number, number, when.start, when.end, 0.0, unit="date"))
    return found


def _reported_on(citation: Citation, amount: Quantity) -> date | None:
    """The earlier day on which a figure was given, when the sentence says so in front of it."""
    published = citation.published_at
    for when in citation.dates:
        earlier = published and when.last < day_of(published) and when.end <= amount.start
        single = (when.last - when.first).days <= 1
        if earlier and single and _REPORTING_VERB.search(citation.quote[: when.start]):
            return when.last
    return None
