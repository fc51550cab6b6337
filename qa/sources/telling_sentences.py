"""Chooses the sentences that tell a story: how its newest report opens, and what says most besides.

    story -> sentences of its reports' openings, and of the passages found for the subject
        -> those that report something and can stand alone -> the first, and the most telling other

In a page that tells several stories only sentences about the subject itself count. Knows nothing
about how stories are found.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ingest.records import Article, Passage
from ingest.segmentation import sentence_spans
from ingest.storage.library import Library
from qa.answers.quoting import needs_antecedent
from qa.language.entity_names import name_spans
from qa.reading.boilerplate import is_boilerplate
from qa.reading.evidence import Evidence
from qa.reading.prompt_injection import is_injection
from qa.retrieval.ranking import Hit, stems_of
from qa.sources.dated_events import without_dateline
from qa.sources.relevance import DIGEST_TITLE, names_of, subject_coverage
from qa.sources.stories import Story, opening_passage

MIN_SENTENCE_CHARACTERS = 40
MAX_SENTENCE_CHARACTERS = 420
"""Longer sentences are not scanned but read."""

MIN_COVERAGE_OF_SUBJECT = 0.5
"""Share of the subject's words, by weight, from which a sentence or a headline is about it."""

MAX_OVERLAP_OF_SENTENCES = 0.5
"""Share of the shorter sentence's words from which two of one story tell the same."""

VAGUE_PENALTY = 0.5
"""What a pronoun that may stand for something said before takes off."""

_PRONOUN = re.compile(r"\b(?:he|she|it|they|his|her|its|their|this|that|these|those)\b", re.I)
"""A word that may stand for something said before; behind a name it mostly stands for that."""

_NOT_TELLING = re.compile(
    r"(?:\?|\.\.\.|…)[”\"’]?$|^\W*(?:FILE|Watch|VIDEO|Follow|Editor[’']?s?)\b|^[^:.]{1,30}:(?=\S)"
    r"|^(?:But|And|So|Yet|Or|To|If|Imagine)\b"
    r"|newsletter|^[“\"].*[”\"] (?:he|she|they) \w+"
)
"""Questions, captions, scenes, advertisements, and what somebody unnamed says."""

_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
_TO_READER = re.compile(r"\b(?:you|your|I|my|we|our|us)\b")


_LIST_OF_STORIES = re.compile(r"^[^,.:]+, [^,.:]+ and [^,.:]+\.\s")
"""A headline that names one story after the other: Rate cut, ferry toll and cup final. It is ..."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a story is told about: its words' stems with their weights; none when it is anything."""

    weights: Mapping[str, float] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    """Stems of the words inside its names."""

    def coverage(self, text: str) -> float:
        """Share, 0 to 1, of the subject's words, by weight, that stand in a text."""
        return subject_coverage(self.weights, stems_of(text), self.weights.keys())

    def is_subject_of(self, text: str) -> bool:
        """Whether a sentence or a headline is about it."""
        return not self.weights or self.coverage(text) >= MIN_COVERAGE_OF_SUBJECT


def telling_sentences(
    story: Story, passages: Sequence[Passage], subject: Subject, library: Library
) -> tuple[Evidence, ...]:
    """Up to two sentences of a story, of its newest report first; ``passages`` are those of its
    articles that were found for the subject. Empty when none of them tells about it."""
    found = [
        sentence
        for article in story.articles
        for sentence in _sentences(article, passages, subject, library)
    ]
    if not found:
        return ()
    lead, title = found[0], stems_of(story.newest.title)
    others = [item for item in found[1:] if not _says_same(item, lead)]
    best = max(others, key=lambda item: _telling(item, subject, title), default=None)
    return (lead, best) if best else (lead,)


def _sentences(
    article: Article, passages: Sequence[Passage], subject: Subject, library: Library
) -> list[Evidence]:
    """The sentences of an article that tell something about the subject, its opening first."""
    opening = opening_passage(article)
    further = [p for p in passages if p.article_id == article.id and p.start != opening.start]
    first = _sentences_of_passage(Hit(opening, article, 0.0), library)
    named = names_of(f"{article.title}. {first[0].text if first else ''}")
    own_story = subject.names <= named and not tells_several_stories(article)
    return [item for item in first if own_story or subject.is_subject_of(item.text)] + [
        item
        for passage in further
        for item in _sentences_of_passage(Hit(passage, article, 0.0), library)
        if subject.is_subject_of(item.text)
    ]


def tells_several_stories(article: Article) -> bool:
    """Whether the headline is that of a page with several stories."""
    return bool(DIGEST_TITLE.search(article.title) or _LIST_OF_STORIES.search(article.title))


def _sentences_of_passage(hit: Hit, library: Library) -> list[Evidence]:
    """The sentences of a passage that report something and can stand alone."""
    article, passage = hit.article, hit.passage
    place = (article.id, article.version, passage.start, passage.end)
    spoken = {(s.start, s.end) for s in library.statements(*place) if s.kind == "direct"}
    return [
        item
        for start, end in sentence_spans(article.text, passage.start, passage.end)
        if (start, end) not in spoken
        and _reports(item := without_dateline(Evidence(hit, start, end, article.text[start:end])))
    ]


def _reports(item: Evidence) -> bool:
    text = item.text
    return (
        MIN_SENTENCE_CHARACTERS <= len(text) <= MAX_SENTENCE_CHARACTERS
        and text.rstrip("”\"’')")[-1:] in ".!"
        and text.count("“") == text.count("”")
        and not _NOT_TELLING.search(text)
        and not _TO_READER.search(_QUOTED.sub(" ", text))
        and not needs_antecedent(text)
        and not is_injection(text)
        and not is_boilerplate(text, item.article, item.start)
    )


def _telling(item: Evidence, subject: Subject, title: frozenset[str]) -> float:
    """How much a sentence says of the subject and of what its story's headline says."""
    pronoun = _PRONOUN.search(item.text)
    vague = pronoun is not None and not name_spans(item.text[: pronoun.start()])
    headline = len(stems_of(item.text) & title) / max(1, len(title))
    return subject.coverage(item.text) + headline - VAGUE_PENALTY * vague


def _says_same(one: Evidence, other: Evidence) -> bool:
    a, b = stems_of(one.text), stems_of(other.text)
    return len(a & b) >= MAX_OVERLAP_OF_SENTENCES * max(1, min(len(a), len(b)))
