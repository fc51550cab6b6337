"""Tests whether a sentence with a quantity is about the event and the place that a question names.

    near the sentence (passage, title, opening) -> the question's names, most of its other words
    in the sentence   -> no other place, no other year, neither a part nor all of what is asked

Better to miss a report than to take one of something else. Knows nothing about the quantities.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache

from ingest.records import day_of
from qa.language.entity_names import name_stem, name_stems
from qa.language.lexicon import SYNONYM_STEMS
from qa.language.words import stem
from qa.quantities.extraction import is_predicate_stem
from qa.quantities.question_targets import PERSON_NOUNS, QuantityTarget
from qa.questions.interpretation import Question
from qa.reading.evidence import Evidence
from qa.retrieval.ranking import stems_of

MIN_SUBJECT_COVERAGE_NEAR = 0.55
"""Share of the subject's words, by weight, that must stand near a figure: in its passage, the title
or the first lines of the article."""

LEAD_CHARACTERS = 600
"""The beginning of an article that says what it is about."""

DIGEST_TITLE = re.compile(
    r"^(?:[^,]+,){2,}|\b\d+ things\b|\b(?:daily briefing|recap|live updates)\b", re.I
)
"""Titles of pages that tell several stories."""

_GENERIC_STEMS = frozenset(
    stem(word)
    for word in (
        "number total figure count times toll latest recent recently currently week year month day "
        "today report reports approximately far people person persons made make new known likely "
        "estimated according despite took take part old great january february march april may "
        "june july august september october november december"
    ).split()
)
_US = re.compile(r"\bU\.?S\.?A?\b")
_US_NAME_STEMS = frozenset(name_stem(word) for word in ("United", "States", "America"))
_GENERIC_PLACE_STEMS = frozenset(
    name_stem(word) for word in "County City North South East West New Saint Lake Park".split()
)
"""Words of many places, which make no two of them one."""

_IN_PLACE = re.compile(
    r"\b(?:[Ii]n|[Aa]cross|[Tt]hroughout|[Tt]hrough|to)\s+(?:[a-z]+\s+){0,2}?((?:[A-Z][\w’'-]+\s?)+)"
)
_EVERYWHERE = re.compile(
    r"\b(?:nationwide|worldwide|globally|on the planet|"
    r"(?:across|in) (?:the|several|many|\d+|a dozen) (?:us |u\.s\. )?"
    r"(?:states|countries|country|nation|region|world|globe))\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:1[89]|20)\d\d\b")


def subject_stems(question: Question, wanted: QuantityTarget) -> frozenset[str]:
    """The stems that say which event is meant, without what is counted."""
    own = {s for s in question.stems if not s[0].isdigit()} - _GENERIC_STEMS - PERSON_NOUNS
    if wanted.predicate:
        own = {s for s in own if not is_predicate_stem(s, wanted.predicate)}
        return frozenset(own - (wanted.nouns & _GENERIC_STEMS))
    return frozenset(own)


def is_about_subject(
    question: Question, item: Evidence, wanted: QuantityTarget, weights: Mapping[str, float]
) -> bool:
    """Whether a sentence and what stands near it are about the question's subject: all its names,
    most of its words by weight, and no other place, year or story."""
    article = item.article
    near = f"{article.title}. {article.text[:LEAD_CHARACTERS]} {item.hit.passage.text}"
    names = question.names - (_US_NAME_STEMS if _US.search(near) else frozenset())
    if _is_of_earlier_year(item) or not names <= names_of(near) or _is_elsewhere(question, item):
        return False
    subject = subject_stems(question, wanted)
    return subject_coverage(weights, stems_of(near), subject) >= MIN_SUBJECT_COVERAGE_NEAR


def is_of_other_extent(question: Question, clause: str) -> bool:
    """Whether the question names a place and the clause with the figure another one, or all; or the
    question asks for all, and the clause is about a part."""
    places = _places(question)
    if _EVERYWHERE.search(question.text):
        return not _EVERYWHERE.search(clause)
    return bool(places) and (is_in_other_place(clause, places) or bool(_EVERYWHERE.search(clause)))


def is_in_other_place(text: str, known: AbstractSet[str]) -> bool:
    """Whether a text says "in" a place, and every such place is unknown. ``known``: name stems."""
    places = [name_stems(place) for place in _IN_PLACE.findall(text)]
    places = [keys - _GENERIC_PLACE_STEMS for keys in places if keys - _GENERIC_PLACE_STEMS]
    return bool(places) and not any(keys & known for keys in places)


@lru_cache(maxsize=500)
def names_of(text: str) -> frozenset[str]:
    """The name stems of a text, cached: the same articles are looked at sentence by sentence."""
    return frozenset(name_stems(text))


def subject_coverage(
    weights: Mapping[str, float], found: AbstractSet[str], subject: AbstractSet[str]
) -> float:
    """Share, 0 to 1, of the subject's stems, by weight, that are found: themselves, or a synonym
    (a truce for a cease-fire)."""
    total = sum(weights.get(s, 0.0) for s in subject)
    known = {s for s in subject if _is_found(s, found)}
    parts = {part[:3] for s in known if "-" in s for part in s.split("-")}
    known |= {s for s in subject if s[:3] in parts}
    return sum(weights.get(s, 0.0) for s in known) / total if total else 0.0


def _is_found(wanted: str, found: AbstractSet[str]) -> bool:
    joined = wanted.replace("-", "")
    like = SYNONYM_STEMS.get(wanted, frozenset()) | SYNONYM_STEMS.get(joined, frozenset())
    return wanted in found or joined in found or bool(like & found)


def _is_elsewhere(question: Question, item: Evidence) -> bool:
    """Whether the sentence is of another place or matter than is asked for: "In South Carolina,
    ...", or other names only, in a page that tells several stories."""
    named = names_of(item.text)
    shared = bool(question.names & named) or not question.names
    if is_in_other_place(item.text, question.names) and (_places(question) or not shared):
        return True
    digest = bool(DIGEST_TITLE.search(item.article.title))
    return digest and not (shared and question.names <= named)


def _places(question: Question) -> frozenset[str]:
    """The name stems of the places that a question names with "in"."""
    return names_of(" , ".join(_IN_PLACE.findall(question.text)))


def _is_of_earlier_year(item: Evidence) -> bool:
    """Whether the sentence tells of an earlier year, and not of that of its report."""
    published = item.article.published_at
    years = {int(year) for year in _YEAR.findall(item.text)}
    return bool(published and years and max(years) < day_of(published).year)
