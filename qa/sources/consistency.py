"""Compares the quantity of an answer with other reports: superseded, disputed or corrected.

    part of a question -> reported quantities, one per story, speaker and day -> the latest
        superseded  an older report of the same, whose value has moved on
        disputed    a report of about the same days; both cannot be true
        corrected   neither, but the latest article itself takes back an earlier value

Better to miss a difference than to raise a false alarm: docs/time-and-sources.md has the rules and
how often they were right. Knows nothing about language models or how the answer looks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ingest.addresses import same_outlet
from ingest.records import day_of
from ingest.storage.library import Library
from qa.answers.citations import Annotator, citation
from qa.language.entity_names import name_stems
from qa.quantities.question_targets import PREDICATES, QuantityTarget, quantity_target
from qa.questions.interpretation import Question
from qa.reading.evidence import Evidence
from qa.reading.status import Part
from qa.records import Citation
from qa.retrieval.ranking import stems_of
from qa.sources.corrections import corrected_report
from qa.sources.relevance import is_in_other_place, names_of
from qa.sources.reported_quantities import MIN_SUBJECT_COVERAGE, Report, reported_quantities

PASSAGES_COMPARED = 30
"""Passages whose figures are compared: more than are read for the answer, because the other side of
a dispute is seldom the best match (3 of the 5 bundled questions whose figures differ need it)."""

MAX_DAYS_APART_DISPUTED = 3
"""Reports further apart than this are about different moments of a figure."""

MAX_DAYS_APART_SUPERSEDED = 90
"""An older report is about the same event at most this long before the latest."""

MAX_SUPERSEDED_VALUES = 2

MOVING = frozenset(PREDICATES) - {"attended", "violated"}
"""Counts that grow as more is learnt: a later one supersedes an earlier one, whoever gives it."""

GROWING = frozenset({"dead", "hurt", "arrested", "infected", "rescued", "burned", "destroyed"})
"""Counts that hardly ever fall: a higher earlier one is of something else."""

MAX_RATIO_OF_COUNTS = 25.0
"""Factor by which a count may grow in a disaster: from a few to many, but not from 2 to 10,000."""

MAX_RATIO_OF_VALUES = 3.0
"""The same for a price or a share: beyond it, it is not the same one at a later day."""

MIN_COVERAGE_OLDER_COUNT = 0.3
"""Share of the question's words, by weight, in the sentence of an older count: with less it may be
of a part ("seven people have died in the area")."""

MIN_COVERAGE_SAME_MATTER = 0.6
"""The same of both sentences where only their words tell that they give the same figure (a price, a
share)."""

MIN_OVERLAP_SHORTER = 0.4
"""And the share of the shorter sentence's own words that the other must repeat."""

MIN_OVERLAP_LONGER = 0.3
"""The same of the longer sentence: it says little else."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The latest figure, the older ones that it supersedes, and those of the same days that differ
    from it (the latest among them; empty when nobody disputes it)."""

    latest: Report | None = None
    superseded: tuple[Report, ...] = ()
    disputed: tuple[Report, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether any report is set against the latest."""
        return bool(self.superseded or self.disputed)


def passages_needed(question: Question) -> int | None:
    """How many passages to retrieve: more where figures will be compared, None for the default."""
    return PASSAGES_COMPARED if quantity_target(question) else None


def compare_part(part: Part, library: Library, annotate: Annotator) -> Comparison:
    """What the reports among a part's passages say of the quantity that it asks for; empty when it
    asks for none or has no evidence."""
    question, wanted = part.question, quantity_target(part.question)
    if wanted is None or not part.evidence:
        return Comparison()

    def cite(item: Evidence) -> Citation:
        return annotate(citation(item, 0, 1.0))

    weights = library.idf(question.stems)
    reports = reported_quantities(question, part.hits, weights, cite)
    found = compare_reports(question, reports, part.evidence[0])
    if found.differs or found.latest is None:
        return found
    older = corrected_report(found.latest, wanted, library, cite)
    return replace(found, superseded=(older,)) if older else found


def compare_reports(
    question: Question, reports: Sequence[Report], best: Evidence | None = None
) -> Comparison:
    """The reports set against each other; empty when ``best``, the sentence that answers best, is
    newer than all of them: then the latest figure was not understood."""
    wanted = quantity_target(question)
    if wanted is None or not reports:
        return Comparison()
    voices = _one_per_voice(reports, wanted)
    newest = max(voices, key=lambda r: (r.day, r.is_first_hand, r.coverage, r.moment))
    answered = best.article.published_at if best else None
    if answered and day_of(answered) > newest.day + timedelta(days=1):
        return Comparison()
    disputed = _disputed(newest, voices, wanted, question)
    if _CHANGED.search(newest.evidence.text) and all(r.day < newest.day for r in disputed[1:]):
        disputed = []  # the newer report says itself that it is not as it was
    superseded = [] if disputed else _superseded(newest, voices, wanted, question)
    return Comparison(newest, tuple(superseded), tuple(disputed))


def _one_per_voice(reports: Sequence[Report], wanted: QuantityTarget) -> list[Report]:
    """One report per story, speaker and day: that whose sentence says most of what is asked; of two
    counts that grow the higher, since the other is of a part."""
    best: dict[tuple[str, str, date], Report] = {}
    grows = wanted.predicate in GROWING
    for report in sorted(reports, key=lambda r: (-r.coverage, -r.amount.value * grows)):
        story = report.evidence.article.cluster_id or report.evidence.article.id
        best.setdefault((story, report.speaker, report.day), report)
    return list(best.values())


# -- disputed -------------------------------------------------------------------------------

_CHANGED = re.compile(
    r"\b(?:postpon\w+|delay\w+|reschedul\w+|moved (?:to|from|up|back)|brought forward|"
    r"push(?:ed|ing) back|revis\w+|correct\w+|no longer|instead of)\b",
    re.IGNORECASE,
)
_CLAIM = re.compile(r"\b(?:said|says|told|according to)\b", re.IGNORECASE)


def _disputed(
    newest: Report, voices: Sequence[Report], wanted: QuantityTarget, question: Question
) -> list[Report]:
    """The reports of about the same days whose figures cannot all be true, the newest first."""
    found = [newest]
    for other in sorted(voices, key=lambda r: (r.day, r.moment), reverse=True):
        near = newest.day - other.day <= timedelta(days=MAX_DAYS_APART_DISPUTED)
        if (
            near
            and _disputes(newest, other, wanted, question)
            and all(other.amount.contradicts(one.amount) for one in found)
        ):
            found.append(other)
    return found if len(found) > 1 else []


def _disputes(newest: Report, other: Report, wanted: QuantityTarget, question: Question) -> bool:
    if not newest.amount.contradicts(other.amount):
        return False
    if not wanted.predicate and not _is_same_matter(newest, other):
        return False
    if _names_others(newest, other, question):
        return False
    by_two_people = _are_two_people(newest, other)
    one, two = newest.evidence.article, other.evidence.article
    if same_outlet(one, two):  # of a toll, the other one is a part
        return by_two_people and one.id == two.id and wanted.predicate not in MOVING
    return newest.day == other.day or wanted.predicate not in MOVING or by_two_people


def _are_two_people(one: Report, other: Report) -> bool:
    """Whether two people plainly say it, and not one person under two names. In one article, that
    somebody without a name says the one is enough ("the top general said")."""
    a, b = ({word.casefold() for word in report.speaker.split()} for report in (one, other))
    if a and b:
        return not (a <= b or b <= a)
    same = one.evidence.article.id == other.evidence.article.id
    return same and bool(a or b) and all(_CLAIM.search(r.evidence.text) for r in (one, other))


# -- superseded -----------------------------------------------------------------------------


def _superseded(
    newest: Report, voices: Sequence[Report], wanted: QuantityTarget, question: Question
) -> list[Report]:
    """Older reports whose figures have moved on, the newest of them first."""
    found: list[Report] = []
    for other in sorted(voices, key=lambda r: (r.day, r.is_first_hand, r.moment), reverse=True):
        age = newest.day - other.day
        if (
            timedelta(0) < age <= timedelta(days=MAX_DAYS_APART_SUPERSEDED)
            and _has_moved(other, newest, found, wanted)
            and _is_earlier_value(other, newest, wanted, question)
        ):
            found.append(other)
    return found[:MAX_SUPERSEDED_VALUES]


def _has_moved(
    other: Report, newest: Report, between: Sequence[Report], wanted: QuantityTarget
) -> bool:
    """Whether an older value differs from the newest and from those ``between`` (newest first), in
    the direction in which it can have moved."""
    value = other.amount.value
    if newest.amount.value <= value and newest.amount.low <= value <= newest.amount.high:
        return False  # "more than 40" takes nothing back from 44
    if not all(other.amount.differs_from(one.amount) for one in (newest, *between)):
        return False
    never_falls = wanted.predicate in GROWING or not (wanted.dimension or wanted.predicate)
    return not never_falls or value <= (between[-1] if between else newest).amount.value


def _is_earlier_value(
    other: Report, newest: Report, wanted: QuantityTarget, question: Question
) -> bool:
    """Whether an older figure is one of the same thing."""
    if not wanted.predicate:
        return _is_same_matter(newest, other)
    return wanted.predicate in MOVING and _is_same_count(newest, other, question)


def _is_same_count(newest: Report, other: Report, question: Question) -> bool:
    """Whether an older count may be an earlier one of the same: of no other place, and not so much
    smaller or larger that it counts something else."""
    if _names_others(newest, other, question):
        return False
    same_article = newest.evidence.article.id == other.evidence.article.id
    if other.coverage < MIN_COVERAGE_OLDER_COUNT and not same_article:
        return False
    known = question.names | names_of(newest.evidence.text)
    return _ratio(newest, other) <= MAX_RATIO_OF_COUNTS and not is_in_other_place(
        other.evidence.text, known
    )


def _is_same_matter(one: Report, other: Report) -> bool:
    """Whether two sentences give the same figure of two days: most of their words are the same, and
    neither has a name that the other lacks while that has one too (a Texas jury, a Connecticut
    jury)."""
    if min(one.coverage, other.coverage) < MIN_COVERAGE_SAME_MATTER:
        return False
    if _ratio(one, other) > MAX_RATIO_OF_VALUES:
        return False
    a, b = (stems_of(r.evidence.text) for r in (one, other))
    shorter, longer = sorted((len(a), len(b)))
    if len(a & b) < max(MIN_OVERLAP_SHORTER * shorter, MIN_OVERLAP_LONGER * longer):
        return False
    names_a, names_b = (names_of(r.evidence.text) for r in (one, other))
    return not (names_a - names_b and names_b - names_a)


def _ratio(one: Report, other: Report) -> float:
    """The larger value over the smaller; infinite unless both are positive."""
    low, high = sorted((one.amount.value, other.amount.value))
    return high / low if low > 0 else float("inf")


def _names_others(newest: Report, other: Report, question: Question) -> bool:
    """Whether a sentence names others than the question and the latest report do, its speaker
    apart, and nothing of what the question names."""
    named = names_of(other.evidence.text)
    if question.names & named or (
        not question.names and other.coverage >= MIN_SUBJECT_COVERAGE
    ):  # fmt: skip
        return False
    said_by = name_stems(f"{other.citation.speaker or ''} , {other.citation.role}")
    return bool(named - said_by - question.names - names_of(newest.evidence.text))
