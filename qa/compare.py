"""Sources against each other: how many are independent, and where they give different figures.

Copies of one wire story are one source. An older figure of an outlet that has a newer one is
superseded, not disputed. Knows nothing about ranking or models.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.records import When, day_of, epoch_of
from qa.interpret import Question
from qa.read import ANSWER_AT, Evidence, confidence
from qa.records import Citation
from qa.short import short_answer
from qa.words import STOP, content_stems, numbers

WITHIN = 4.0
"""How far below the best sentence's score a sentence may lie whose figure is compared."""

SAME_TIME_DAYS = 3
"""Reports further apart than this are about different moments of a moving figure."""


def independent_sources(citations: Iterable[Citation]) -> int:
    """Number of outlets behind the citations that do not depend on each other: two stories of one
    outlet count once, and so do copies of one wire story at several."""
    groups: list[set[str]] = []
    for citation in citations:
        keys = {f"story {citation.cluster_id or citation.article_id}"}
        if citation.publisher:
            keys.add(f"outlet {citation.publisher}")
        touching = [group for group in groups if group & keys]
        groups = [group for group in groups if not group & keys]
        groups.append(keys.union(*touching))
    return len(groups)


@dataclass(frozen=True, slots=True)
class Figure:
    """A quantity that a source gives for what was asked."""

    value: float
    text: str
    evidence: Evidence

    @property
    def dimension(self) -> str:
        """What kind of quantity it is: only like is compared with like."""
        if "%" in self.text or "percent" in self.text:
            return "%"
        return self.text[0] if self.text[0] in "$£€¥" else ""


def figures(question: Question, rated: Sequence[Evidence]) -> list[Figure]:
    """The quantity each independent source gives, best sentence first; empty for questions that
    ask for no quantity."""
    if question.kind != "how_many" or not rated:
        return []
    found: dict[str, Figure] = {}
    for item in rated:
        if item.score < rated[0].score - WITHIN or confidence([item]) < ANSWER_AT:
            continue
        figure = _figure(question, item)
        if figure and item.article.cluster_id not in found:
            found[item.article.cluster_id] = figure
    return list(found.values())


def _figure(question: Question, item: Evidence) -> Figure | None:
    span = short_answer(item.text, question)
    if span is None:
        return None
    text = item.text[slice(*span)]
    quantity = next(iter(numbers(text)), None)
    if quantity is None or not _unit(text) & set(question.stems):
        return None
    if 1900 <= quantity.value <= 2100 and "," not in text:
        return None  # a year
    return Figure(quantity.value, text, item)


def _unit(text: str) -> set[str]:
    return {s for s in content_stems(text) if s not in STOP and not s[0].isdigit()}


def disagreement(question: Question, rated: Sequence[Evidence]) -> list[Figure]:
    """Different figures of independent outlets for the same time, or an empty list.

    Only figures with the unit that the question names are compared, and only reports of about
    the same days; of one outlet only the newest counts.
    """
    newest: dict[str, Figure] = {}
    for figure in figures(question, rated):
        outlet = figure.evidence.article.publisher or figure.evidence.article.id
        held = newest.get(outlet)
        if held is None or _time(figure) > _time(held):
            newest[outlet] = figure
    current = list(newest.values())
    if len({f.value for f in current}) < 2:
        return []
    latest = max((_time(f) for f in current), default=0)
    close = [
        f
        for f in current
        if latest - _time(f) <= SAME_TIME_DAYS * 86_400 and f.dimension == current[0].dimension
    ]
    return close if len({f.value for f in close}) > 1 else []


def _time(figure: Figure) -> int:
    when: When | None = figure.evidence.article.published_at
    return epoch_of(day_of(when)) if when else 0
