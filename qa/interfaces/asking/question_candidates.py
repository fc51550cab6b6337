"""Drafts questions that may be asked next, from the articles that an answer cites.

    topic (a name that the question and the articles share) -> Timeline of it, what is new about it
    "The merger was blocked because ..."                    -> Why was the merger blocked?
    "Mayor Bo Hu opened the bridge on Monday."              -> Who opened the bridge on Monday?
    what somebody with a role said                          -> What did Mayor Bo Hu say?
    "Bo Hu, the mayor of Kestrin, ..."                      -> Who is Bo Hu?

Only forms in which the words of a sentence keep their order are made, so that what is drafted is
English. Nothing here is known to be answered: that is proven by ``suggestions``. English only; pure
functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ingest.attribution.statements import Statement
from ingest.records import Article
from ingest.segmentation import sentence_spans
from qa.evaluate.question_sets.cloze import drafts
from qa.evaluate.question_sets.standalone_sentences import ANAPHORA
from qa.language.entity_names import name_spans
from qa.language.words import content_stems

Kind = Literal["timeline", "why", "fact", "said", "who_is"]

MAX_SENTENCES_READ = 40
"""Sentences of an article that are drafted from."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question, and what its answer must show: words of its first quote, who says it, or the
    name that most of it is about."""

    kind: Kind
    text: str
    words: str = ""
    speaker: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """An article that an answer cites, with its statements."""

    article: Article
    statements: Sequence[Statement]


def candidates(question: str, shown: str, read: Sequence[Reading]) -> Iterator[Candidate]:
    """Every draft. ``shown`` is the text that a visitor has before them: the people in it are those
    of whom one may ask who they are."""
    articles = [one.article for one in read]
    if topic := topic_of(question, articles):
        yield Candidate("timeline", f"Timeline of {topic}", topic=topic.removeprefix("the "))
    for article in articles:
        yield from _why(article)
        for draft in drafts(article):
            if draft.kind in ("who", "how_many") and not _COMPOUND.search(draft.question):
                yield Candidate("fact", draft.question, words=draft.answers[0])
    for one in read:
        yield from _said(one)
    for article in articles:
        yield from _who_is(article, shown)


def topic_of(question: str, articles: Sequence[Article]) -> str:
    """The name of two to four words that a question is about, as it stands there; empty when there
    is none, or it is not what the articles are about."""
    for start, end in name_spans(question):
        name = question[start:end]
        if 2 <= len(name.split()) <= 4 and not _NO_TOPIC.search(name):
            told = sum(name in f"{article.title} {article.text}" for article in articles)
            if told * 2 > len(articles):
                return f"the {name}" if question[:start].endswith(("the ", "The ")) else name
    return ""


_COMPOUND = re.compile(r"^Fill the gap|\band (?:said|told|asked|called|added|\w+ed)\b")
"""Gaps, and questions that tell a second thing: nobody asks so."""

_NO_TOPIC = re.compile(
    r"[\d.,]|\b(?:January|February|March|April|May|June|July|August|September|October|November|"
    r"December|\w+day|President|Minister)\b"
)

_BECAUSE = re.compile(
    r"^(?P<subject>[A-Z][\w’' -]{2,50}?) "
    r"(?P<be>was|were|is|are|will|has|have|had|could|would|must) "
    r"(?P<rest>[^,;:“”\"]{6,90}?),? because (?P<reason>[^“”\"]{8,})[.]$"
)


def _why(article: Article) -> Iterator[Candidate]:
    """ "The merger was blocked because ..." -> Why was the merger blocked?"""
    for start, end in sentence_spans(article.text)[:MAX_SENTENCES_READ]:
        found = _BECAUSE.match(" ".join(article.text[start:end].split()))
        if not found or _leans(f"{found['subject']} {found['rest']}"):
            continue
        subject = found["subject"]
        if not re.search(rf"[\w,] {re.escape(subject.split()[0])}\b", article.text):
            subject = subject[0].lower() + subject[1:]  # a capital that only begins the sentence
        text = f"Why {found['be']} {subject} {found['rest']}?"
        if len(content_stems(text)) >= 3:
            yield Candidate("why", text, words=" ".join(found["reason"].split()[:4]))


def _leans(text: str) -> bool:
    """Whether words point at something outside the text: he, there, such a, yesterday."""
    vague = re.search(
        r"\b(?:this|these|those|such|that|said|who|which|also)\b", text, re.IGNORECASE
    )
    return bool(ANAPHORA.search(text) or vague)


_PERSON = re.compile(r"(?:(?:Dr|Gen|Col|Sen|Rep|Gov)\. )?[A-Z][\w’'-]+ (?:[A-Z]\. )?[A-Z][\w’'-]+")


_NO_ROLE = re.compile(r"\b(?:who|whose|which|her|his|their)\b|[“”\"]")


def _said(read: Reading) -> Iterator[Candidate]:
    """What people with a role said, each once."""
    text = " ".join(read.article.text.split())
    for speaker, role in dict.fromkeys((one.speaker, one.role) for one in read.statements):
        if not role or not _PERSON.fullmatch(speaker) or _NO_ROLE.search(role):
            continue
        if f"{role} {speaker}" in text:
            yield Candidate("said", f"What did {role} {speaker} say?", speaker=speaker)
        elif f"{speaker}, {role}" in text:
            yield Candidate("said", f"What did {speaker}, {role}, say?", speaker=speaker)


_WHO = re.compile(
    r"(?P<name>[A-Z][a-z]+ [A-Z][\w’'-]*[a-z]), "
    r"(?P<role>(?:an?|the|\d\d, an?) [^,.“”\"]{8,90}|"
    r"who (?:is|leads|heads|chairs|commands|runs|owns|founded|directs) [^,.“”\"]{4,90})[,.]"
)


def _who_is(article: Article, shown: str) -> Iterator[Candidate]:
    """People whom the visitor has read of and of whom the article says who they are."""
    speakers = " ".join(_PERSON.findall(shown))
    for found in _WHO.finditer(article.text):
        if found["name"] in speakers:
            yield Candidate("who_is", f"Who is {found['name']}?", words=found["role"])
