"""Sources against each other: how many are independent, what a later report superseded, and where
outlets or speakers differ at the same time.

    reports -> the latest; what it supersedes (older, moved on); what disputes it (same days)

Copies of one wire story are one source. Better to miss a difference than to raise a false alarm:
docs/time-and-speakers.md has the rules and how often they were right. Knows nothing about models.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ingest.records import day_of
from qa.language.entity_names import name_stems
from qa.quantities.question_targets import PREDICATES, QuantityTarget, quantity_target
from qa.questions.interpretation import Question
from qa.reading.evidence import Evidence
from qa.records import Citation
from qa.retrieval.ranking import stems_of
from qa.sources.reported_quantities import SAID, Report, foreign, names_of, outlet_names

SAME_TIME_DAYS = 3
"""Reports further apart than this are about different moments of a figure."""

SAME_STORY_DAYS = 90
"""An older report is about the same event at most this long before the latest."""


def independent_sources(citations: Iterable[Citation]) -> int:
    """Number of outlets behind the citations that do not depend on each other: two stories of one
    outlet count once, and so do copies of one wire story at several."""
    groups: list[set[str]] = []
    for citation in citations:
        keys = {f"story {citation.cluster_id or citation.article_id}"}
        keys |= {f"outlet {name}" for name in outlet_names(citation.publisher, citation.url)}
        touching = [group for group in groups if group & keys]
        groups = [group for group in groups if not group & keys]
        groups.append(keys.union(*touching))
    return len(groups)


# -- against each other ---------------------------------------------------------------------

MOVING = frozenset(PREDICATES) - {"attended", "violated"}
"""Counts that grow as more is learnt: a later one supersedes an earlier one, whoever gives it."""

GROWING = frozenset({"dead", "hurt", "arrested", "infected", "rescued", "burned", "destroyed"})
"""Counts that hardly ever fall: a higher earlier one is of something else."""

TOLD = 0.3
"""Share of the question's words, by weight, in the sentence of an older count: with less it may be
of a part ("seven people have died in the area")."""

CLOSE = 0.6
"""Share of the question's words, by weight, that both sentences must hold, where only their words
tell that they give the same figure (a price, a share)."""

ALIKE = 0.4
"""And the share of the shorter sentence's own words that the other must repeat."""

ALIKE_LONGER = 0.3
"""The same of the longer sentence: it says little else."""

JUMP = 3.0
"""A price or a share that is this many times another one is not the same at a later day."""

GROWTH = 25.0
"""The same for counts that grow in a disaster: from a few to many, but not from 2 to 10,000."""

MOST = 2
"""Superseded values shown."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The latest figure, the older ones that it supersedes, and those of the same days that differ
    from it (the latest among them; empty when nobody disputes it)."""

    latest: Report | None = None
    superseded: tuple[Report, ...] = ()
    disputed: tuple[Report, ...] = ()

    @property
    def tells(self) -> bool:
        """Whether figures are set against each other at all."""
        return bool(self.superseded or self.disputed)


def compared(
    question: Question, given: Sequence[Report], answered: Evidence | None = None
) -> Comparison:
    """What the reports say of each other; nothing when ``answered``, the sentence that answers
    best, is newer than all of them: then the latest figure was not understood."""
    wanted = quantity_target(question)
    if wanted is None or not given:
        return Comparison()
    voices = _one_per_voice(given, wanted)
    newest = max(voices, key=lambda r: (r.day, r.first_hand, r.covered, r.moment))
    best = answered.article.published_at if answered else None
    if best and day_of(best) > newest.day + timedelta(days=1):
        return Comparison()
    disputed = _disputed(newest, voices, wanted, question)
    if _CHANGED.search(newest.evidence.text) and all(r.day < newest.day for r in disputed[1:]):
        disputed = []  # the newer report says itself that it is not as it was
    superseded = [] if disputed else _superseded(newest, voices, wanted, question)
    return Comparison(newest, tuple(superseded), tuple(disputed))


def _one_per_voice(given: Sequence[Report], wanted: QuantityTarget) -> list[Report]:
    """One report per story, speaker and day: that whose sentence says most of what is asked; of two
    counts that grow the higher, since the other is of a part."""
    best: dict[tuple[str, str, date], Report] = {}
    grows = wanted.predicate in GROWING
    for report in sorted(given, key=lambda r: (-r.covered, -r.amount.value * grows)):
        story = report.evidence.article.cluster_id or report.evidence.article.id
        best.setdefault((story, report.speaker, report.day), report)
    return list(best.values())


def _disputed(
    newest: Report, voices: Sequence[Report], wanted: QuantityTarget, question: Question
) -> list[Report]:
    """The reports of about the same days whose figures cannot all be true, the newest first."""
    found = [newest]
    for other in sorted(voices, key=lambda r: (r.day, r.moment), reverse=True):
        near = newest.day - other.day <= timedelta(days=SAME_TIME_DAYS)
        if (
            near
            and _disputes(newest, other, wanted, question)
            and all(other.amount.contradicts(held.amount) for held in found)
        ):
            found.append(other)
    return found if len(found) > 1 else []


def _disputes(newest: Report, other: Report, wanted: QuantityTarget, question: Question) -> bool:
    if not newest.amount.contradicts(other.amount):
        return False
    if not wanted.predicate and not _same_matter(newest, other):
        return False
    if _of_others(newest, other, question):
        return False
    claims = _two_people(newest, other)
    if newest.same_outlet(other):
        same = newest.evidence.article.id == other.evidence.article.id
        return claims and same and wanted.predicate not in MOVING  # of a toll, the other is a part
    return newest.day == other.day or wanted.predicate not in MOVING or claims


_CHANGED = re.compile(
    r"\b(?:postpon\w+|delay\w+|reschedul\w+|moved (?:to|from|up|back)|brought forward|"
    r"push(?:ed|ing) back|revis\w+|correct\w+|no longer|instead of)\b",
    re.IGNORECASE,
)
_CLAIM = re.compile(r"\b(?:said|says|told|according to)\b", re.IGNORECASE)


def _two_people(one: Report, other: Report) -> bool:
    """Whether two people plainly say it, and not one person under two names. In one article, that
    somebody without a name says the one is enough ("the top general said")."""
    a, b = ({word.casefold() for word in report.speaker.split()} for report in (one, other))
    if a and b:
        return not (a <= b or b <= a)
    same = one.evidence.article.id == other.evidence.article.id
    return same and bool(a or b) and all(_CLAIM.search(r.evidence.text) for r in (one, other))


def _superseded(
    newest: Report, voices: Sequence[Report], wanted: QuantityTarget, question: Question
) -> list[Report]:
    """Older figures that have moved on, the newest of them first."""
    found: list[Report] = []
    for other in sorted(voices, key=lambda r: (r.day, r.first_hand, r.moment), reverse=True):
        age = newest.day - other.day
        if not timedelta(0) < age <= timedelta(days=SAME_STORY_DAYS):
            continue
        held = found[-1] if found else newest
        if newest.amount.low <= other.amount.value <= newest.amount.high and (
            other.amount.value >= newest.amount.value
        ):
            continue  # "more than 40" takes nothing back from 44
        if not all(other.amount.differs_from(one.amount) for one in (newest, *found)):
            continue
        if (wanted.predicate in GROWING or (not wanted.dimension and not wanted.predicate)) and (
            other.amount.value > held.amount.value
        ):
            continue
        if (wanted.predicate in MOVING and _in_line(newest, other, question)) or (
            not wanted.predicate and _same_matter(newest, other)
        ):
            found.append(other)
    return found[:MOST]


def _in_line(newest: Report, other: Report, question: Question) -> bool:
    """Whether an older count may be an earlier one of the same: of no other place, and not so much
    smaller or larger that it counts something else."""
    if _of_others(newest, other, question):
        return False
    if other.covered < TOLD and newest.evidence.article.id != other.evidence.article.id:
        return False
    low, high = sorted((newest.amount.value, other.amount.value))
    known = question.names | names_of(newest.evidence.text)
    return low > 0 and high / low <= GROWTH and not foreign(other.evidence.text, known)


def _of_others(newest: Report, other: Report, question: Question) -> bool:
    """Whether a sentence names others than the question and the latest report do, its speaker
    apart, and nothing of what the question names."""
    text = other.evidence.text
    named = names_of(text)
    if question.names & named or (not question.names and other.covered >= SAID):
        return False
    said_by = name_stems(f"{other.citation.speaker or ''} , {other.citation.role}")
    return bool(named - said_by - question.names - names_of(newest.evidence.text))


def _same_matter(one: Report, other: Report) -> bool:
    """Whether two sentences give the same figure of two days: most of their words are the same, and
    neither has a name that the other lacks while that has one too (a Texas jury, a Connecticut
    jury)."""
    if min(one.covered, other.covered) < CLOSE:
        return False
    low, high = sorted((one.amount.value, other.amount.value))
    if low <= 0 or high / low > JUMP:
        return False
    a, b = (stems_of(r.evidence.text) for r in (one, other))
    if len(a & b) < max(ALIKE * min(len(a), len(b)), ALIKE_LONGER * max(len(a), len(b))):
        return False
    names_a, names_b = (names_of(r.evidence.text) for r in (one, other))
    return not (names_a - names_b and names_b - names_a)
