"""Who reports which figure of what is asked: a figure for each story, speaker and day.

    passages -> sentences with a figure of what is asked -> is the article, and the sentence, about
    it? -> reports, each with its citation, the words of the figure, and the day it is of

Better to miss a report than to take one of something else. Knows nothing about which report is
right. The rules were looked at on 60 questions of our own about moving figures in the RealTime QA
development corpus (2026-11-23; docs/time-and-speakers.md).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from ingest.records import Article, day_of, epoch_seconds
from ingest.segmentation import sentence_spans
from qa.language.entity_names import name_stem, name_stems
from qa.language.lexicon import SYNONYM_STEMS
from qa.language.words import stem
from qa.quantities.extraction import clause_around, extract_quantities, is_predicate_stem
from qa.quantities.intervals import Quantity
from qa.quantities.question_targets import PERSON_NOUNS, QuantityTarget, quantity_target
from qa.questions.interpretation import Question
from qa.reading.evidence import Evidence
from qa.records import Citation
from qa.retrieval.ranking import Hit, stems_of

_SUBDOMAIN = re.compile(r"^(?:www|edition|amp|m|mobile|eu|us|uk|live)\.")
_ENDING = re.compile(r"\.(?:com?|org|net|example|info|news)?(?:\.[a-z]{2})?$")


def outlet_names(publisher: str | None, url: str | None) -> set[str]:
    """What an outlet goes by: CNN, cnn.com and CNN Politics at cnn.com are one."""
    name = _ENDING.sub("", publisher.lower().removeprefix("www.")) if publisher else ""
    host = (urlsplit(url).hostname or "") if url and "://" in url else ""
    site = _ENDING.sub("", _SUBDOMAIN.sub("", host))
    first = name.split()[0] if name.split() else ""
    its_own = not name or (len(first) > 2 and first in site)  # many outlets share a portal
    return ({name} if name else set()) | ({site} if site and its_own else set())


@dataclass(frozen=True, slots=True)
class Report:
    """One figure as one source gives it: ``citation.quote`` holds it, ``value`` reads as it
    stands there, ``day`` is when it was reported (a story may date an older count itself)."""

    amount: Quantity
    value: str
    evidence: Evidence
    citation: Citation
    day: date
    moment: int
    """Seconds since 1970 at which it was published; only the order matters."""
    covered: float
    """Share of the question's words, by weight, in the sentence."""
    corrected: bool = False
    """Whether its own article takes it back."""

    @property
    def dated(self) -> bool:
        """Whether the figure is a day, by its ordinal, and no number."""
        return self.amount.unit == "date"

    @property
    def speaker(self) -> str:
        """Who gives the figure, when it is somebody's claim."""
        return self.citation.speaker or ""

    @property
    def first_hand(self) -> bool:
        """Whether it was published on the day it is of; a later story may only look back."""
        published = self.evidence.article.published_at
        return published is not None and day_of(published) == self.day

    def same_outlet(self, other: Report) -> bool:
        """Whether both are from one outlet, as far as names and addresses tell."""
        one, two = self.evidence.article, other.evidence.article
        mine = outlet_names(one.publisher, one.url) or {one.id}
        return bool(mine & (outlet_names(two.publisher, two.url) or {two.id}))


Cite = Callable[[Evidence], Citation]

ABOUT = 0.55
"""Share of the subject's words, by weight, that must stand near a figure: in its passage, the title
or the first lines of the article."""

SAID = 0.5
"""The same for the sentence itself, where nothing but a unit tells what a figure is of."""

LEAD = 600
"""Characters at the beginning of an article that say what it is about."""


def reports(
    question: Question, hits: Sequence[Hit], weights: Mapping[str, float], cite: Cite
) -> list[Report]:
    """The figures that articles about the subject give for what is asked; empty for questions that
    ask for no quantity. ``weights``: how telling each of the question's words is."""
    wanted = quantity_target(question)
    if wanted is None:
        return []
    found: list[Report] = []
    seen: set[str] = set()
    for hit in hits:
        article = hit.article
        if article.published_at is None or _LIVE.search(article.title):
            continue
        if _too_late(question, article):
            continue
        for start, end in sentence_spans(hit.article.text, hit.passage.start, hit.passage.end):
            text = hit.article.text[start:end]
            if (key := " ".join(text.split())) in seen or not any(c.isalnum() for c in text):
                continue
            seen.add(key)
            found += _in_sentence(question, Evidence(hit, start, end, text), wanted, weights, cite)
    return found


_LIVE = re.compile(r"\b(?:live (?:updates|blog)|as it happened|recap)\b", re.IGNORECASE)
"""Pages that are updated for days and keep their first day: which day a figure is of is not known.
"""


def _too_late(question: Question, article: Article) -> bool:
    """Whether it was published after the question was asked: no answer of that day."""
    published = article.published_at
    return bool(
        question.asked_at_given
        and published
        and day_of(published) > question.asked_at + timedelta(days=1)
    )


def _in_sentence(
    question: Question,
    item: Evidence,
    wanted: QuantityTarget,
    weights: Mapping[str, float],
    cite: Cite,
) -> Iterator[Report]:
    covered = share(weights, stems_of(item.text), _subject(question, wanted))
    if not wanted.predicate and covered < SAID:
        return
    dated = wanted.dimension == "date"
    given = [
        a for a in (_days_of(cite(item)) if dated else extract_quantities(item.text, wanted))
        if not a.is_former and not _wider(question, clause_around(item.text, a))
    ]  # fmt: skip
    if not given or _long_ago(item) or not _about(question, item, wanted, weights):
        return
    if len({amount.value for amount in given}) > 1:
        return  # several numbers of one kind: which is asked for is not plain
    amount, citation = given[0], cite(item)
    published = item.article.published_at
    assert published is not None
    day = (None if dated else _reported_on(citation, amount)) or day_of(published)
    value = " ".join(item.text[amount.start : amount.end].split())
    yield Report(amount, value, item, citation, day, epoch_seconds(published), covered)


def _days_of(citation: Citation) -> list[Quantity]:
    """The single days that a sentence names for what it tells, not for who said it or where it was
    written, as figures that can be compared."""
    found = []
    for when in citation.dates:
        before = citation.quote[: when.start]
        behind = citation.quote[when.end :]
        if (
            when.rule not in _SPELLED
            or when.first != when.last
            or _REPORTS.search(before)
            or _DATELINE.match(behind)
        ):
            continue
        number = float(when.first.toordinal())
        found.append(Quantity(number, number, number, when.start, when.end, 0.0, unit="date"))
    return found


_SPELLED = frozenset({"month day", "day month", "iso"})
"""Days that are spelled out: "Wednesday" means another one in every story."""

_DATELINE = re.compile(r"\s*(?:\([\w .]+\)\s*)?[—–-]")

_REPORTS = re.compile(
    r"(?<!was )(?<!were )(?<!been )\b"
    r"(?:said|reported|announced|put|gave|counted|told|released|wrote)\b[^.;]{0,25}$"
)


def _reported_on(citation: Citation, amount: Quantity) -> date | None:
    """The earlier day on which a figure was given, when the sentence says so in front of it."""
    published = citation.published_at
    for when in citation.dates:
        before = citation.quote[: when.start]
        earlier = published and when.last < day_of(published) and when.end <= amount.start
        if earlier and (when.last - when.first).days <= 1 and _REPORTS.search(before):
            return when.last
    return None


# -- is it about what is asked? -------------------------------------------------------------

_IDLE = frozenset(
    stem(word)
    for word in (
        "number total figure count times toll latest recent recently currently week year month day "
        "today report reports approximately far people person persons made make new known likely "
        "estimated according despite took take part old great january february march april may "
        "june july august september october november december"
    ).split()
)


def _subject(question: Question, wanted: QuantityTarget) -> frozenset[str]:
    """The stems that say which event is meant, without what is counted."""
    own = {s for s in question.stems if not s[0].isdigit()} - _IDLE - PERSON_NOUNS
    if wanted.predicate:
        own = {s for s in own if not is_predicate_stem(s, wanted.predicate)}
        return frozenset(own - (wanted.nouns & _IDLE))
    return frozenset(own)


_US = re.compile(r"\bU\.?S\.?A?\b")
_STATES = frozenset(name_stem(word) for word in ("United", "States", "America"))


def _about(
    question: Question, item: Evidence, wanted: QuantityTarget, weights: Mapping[str, float]
) -> bool:
    article = item.article
    lead = article.text[:LEAD]
    near = f"{article.title}. {lead} {item.hit.passage.text}"
    wanted_names = question.names - (_STATES if _US.search(near) else frozenset())
    if not wanted_names <= names_of(near) or _elsewhere(question, item):
        return False
    return share(weights, stems_of(near), _subject(question, wanted)) >= ABOUT


_IN = re.compile(
    r"\b(?:[Ii]n|[Aa]cross|[Tt]hroughout|[Tt]hrough|to)\s+(?:[a-z]+\s+){0,2}?((?:[A-Z][\w’'-]+\s?)+)"
)
DIGEST = re.compile(
    r"^(?:[^,]+,){2,}|\b\d+ things\b|\b(?:daily briefing|recap|live updates)\b", re.I
)
"""Titles of pages that tell several stories."""


def _elsewhere(question: Question, item: Evidence) -> bool:
    """Whether the sentence is of another place or matter than is asked for: "In South Carolina,
    ...", or other names only, in a page that tells several stories."""
    article = item.article
    named = names_of(item.text)
    spoken = bool(question.names & named) or not question.names
    if foreign(item.text, question.names) and (_places(question) or not spoken):
        return True
    return bool(DIGEST.search(article.title)) and not (spoken and question.names <= named)


def _places(question: Question) -> frozenset[str]:
    """The places that a question names with "in"."""
    return names_of(" , ".join(_IN.findall(question.text)))


_WIDE = re.compile(
    r"\b(?:nationwide|worldwide|globally|on the planet|"
    r"(?:across|in) (?:the|several|many|\d+|a dozen) (?:us |u\.s\. )?"
    r"(?:states|countries|country|nation|region|world|globe))\b",
    re.IGNORECASE,
)


def _wider(question: Question, clause: str) -> bool:
    """Whether the question names a place and the figure is one of another place, or of all; or the
    question asks for all, and the figure is of a part."""
    places = _places(question)
    if _WIDE.search(question.text):
        return not _WIDE.search(clause)
    return bool(places) and (foreign(clause, places) or bool(_WIDE.search(clause)))


_YEAR = re.compile(r"\b(?:1[89]|20)\d\d\b")


def _long_ago(item: Evidence) -> bool:
    """Whether the sentence tells of an earlier year, and not of that of its report."""
    published = item.article.published_at
    years = {int(year) for year in _YEAR.findall(item.text)}
    return bool(published and years and max(years) < day_of(published).year)


_GENERIC = frozenset(
    name_stem(word) for word in "County City North South East West New Saint Lake Park".split()
)
"""Words of many places, which make no two of them one."""


def foreign(text: str, known: AbstractSet[str]) -> bool:
    """Whether a text says "in" a place, and every such place is unknown."""
    places = [name_stems(place) for place in _IN.findall(text)]
    places = [keys - _GENERIC for keys in places if keys - _GENERIC]
    return bool(places) and not any(keys & known for keys in places)


@lru_cache(maxsize=500)
def names_of(text: str) -> frozenset[str]:
    return frozenset(name_stems(text))


def share(weights: Mapping[str, float], found: AbstractSet[str], wanted: AbstractSet[str]) -> float:
    """Share of the wanted stems, by weight, that are found: themselves, or a word like them (a
    truce for a cease-fire)."""
    total = sum(weights.get(s, 0.0) for s in wanted)
    known = {s for s in wanted if _known(s, found)}
    parts = {part[:3] for s in known if "-" in s for part in s.split("-")}
    known |= {s for s in wanted if s[:3] in parts}
    return sum(weights.get(s, 0.0) for s in wanted & known) / total if total else 0.0


def _known(wanted: str, found: AbstractSet[str]) -> bool:
    joined = wanted.replace("-", "")
    like = SYNONYM_STEMS.get(wanted, frozenset()) | SYNONYM_STEMS.get(joined, frozenset())
    return wanted in found or joined in found or bool(like & found)
