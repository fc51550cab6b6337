"""Builds a digest, which answers an open question: the stories told about a subject, newest first.

    open request -> a few searches (the subject, or each thing compared; within its days)
        -> passages about the subject -> their articles -> stories (``stories``)
        -> the most telling stories, newest first, each with two telling sentences

Everything is quoted. What is thin about the coverage is said in notices. Knows nothing about
language models.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ingest.errors import BadFilter
from ingest.records import Article, format_day, format_days
from ingest.storage.catalogue.filters import Filters
from ingest.storage.library import Library
from qa.language.entity_names import name_stems
from qa.language.numbers import find_numbers
from qa.language.words import content_stems
from qa.questions.interpretation import Question
from qa.questions.open_requests import OpenRequest, open_request
from qa.questions.time_constraints import Period
from qa.questions.timeline_requests import LINKING_WORDS
from qa.reading.evidence import Evidence
from qa.records import capitalized
from qa.retrieval.ranking import RANKING_WEIGHTS, REPORTING_DELAY_DAYS, Hit
from qa.retrieval.retriever import HybridRetriever
from qa.sources.relevance import LEAD_CHARACTERS, names_of
from qa.sources.stories import Story, group_into_stories, published_on
from qa.sources.telling_sentences import Subject, telling_sentences, tells_several_stories

MAX_STORIES = 5
"""Stories of a digest: what a reader takes in at a glance."""

MAX_STORIES_PER_SIDE = 2
"""The same for each thing that is compared, and for what is told of all of them together."""

MAX_PASSAGES_SEARCHED = 40
MAX_ARTICLES_GROUPED = 25
"""Articles compared with each other, the best first."""

MIN_SUBJECT_COVERAGE = 0.55
"""Share of the subject's words, by weight, that stand in an article's title and opening."""

BONUS_PER_OUTLET = 0.5
"""What each further outlet adds to the rank of a story, beside the relevance of its passage. This
and the two below were set by eye on the same 16 questions."""

PENALTY_PER_MONTH = 0.2
"""What each month before the day of asking takes off."""

DAYS_OF_MONTH = 30

MAX_RELEVANCE_BELOW_BEST = 2.5
"""How far below that of the most relevant passage a story's may lie. Of a library of 1,900 articles
and the bundled samples the stories below it only mention the subject (16 questions, read by eye,
2026-11-25)."""

PENALTY_OF_SEVERAL_STORIES = 1.5
"""What a page that tells several stories loses, so that reports come first."""

DAYS_OF_NEWS = timedelta(days=7)
"""Days before the newest article that count as news when no subject and no days are named."""

QUIET_AFTER = timedelta(days=7)
"""Days without a report, before the newest article or the day of asking, that are worth saying."""


@dataclass(frozen=True, slots=True)
class DigestItem:
    """A story as a digest tells it: its heading, and its sentences as evidence."""

    heading: str
    sentences: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """The stories that answer an open question, and what the coverage lacks."""

    items: tuple[DigestItem, ...]
    notices: tuple[str, ...] = ()
    complete: bool = True
    """Whether every thing compared, and the days that the question names, are reported on."""
    searches: tuple[str, ...] = ()
    """What was searched for, with the days it was limited to."""


@dataclass(frozen=True, slots=True)
class _Topic:
    """What one search is for: its words, and what it is called in a heading."""

    words: str
    label: str
    stems: frozenset[str]
    names: frozenset[str]
    outlets: tuple[str, ...] = ()
    """The outlets whose reports are compared with others'."""

    @classmethod
    def of(cls, words: str, label: str = "", outlets: tuple[str, ...] = ()) -> _Topic:
        telling = " ".join(w for w in words.split() if w.lower() not in LINKING_WORDS) or words
        stems, names = content_stems(telling), name_stems(telling)
        return cls(words, label, frozenset(stems), frozenset(names), outlets)


def digest(question: Question, retriever: HybridRetriever, library: Library) -> Digest | None:
    """The digest that an open question asks for; None when it asks for none, or when nothing is
    told about its subject."""
    request = open_request(question)
    if request is None:
        return None
    found = _digest(question, request, retriever, library)
    if found or request.since is None:
        return found
    anytime = replace(
        question, period=None, filters=replace(question.filters, first=None, last=None)
    )
    older = _digest(anytime, replace(request, since=None), retriever, library)
    if older is None:
        return None
    about = f" about “{request.subject}”" if request.subject else ""
    missing = f"Nothing{about} was published {_in_words(request.since)}."
    return replace(older, complete=False, notices=(missing, *older.notices))


def _digest(
    asked: Question, request: OpenRequest, retriever: HybridRetriever, library: Library
) -> Digest | None:
    """The digest of the articles of the days that a request names; None when there is nothing."""
    days = request.since or (None if request.subject else _last_days(asked, library))
    question = _within(asked, days)
    if question is None:
        return None
    topics = _topics(question, request, library)
    found = [_stories(question, topic, retriever, library) for topic in topics]
    items = [
        DigestItem(_heading(told.story, topic), told.sentences)
        for topic, told in _shared_out(topics, found)
    ]
    if not items:
        return None
    missing = [topic for topic, stories in zip(topics, found, strict=True) if not stories]
    notices = [
        f"Nothing was found {'by' if topic.outlets else 'about'} {topic.label}."
        for topic in missing
    ]
    told = [article for row in found for one in row for article in one.story.articles]
    notices += coverage_notices(question, told, library)
    return Digest(tuple(items), tuple(notices), not missing, _searches(topics, question, asked))


_COVERED = re.compile(
    r"^(?:cover|report|told|tell|wr[io]t|fram|portray|present)\w*\s+", re.IGNORECASE
)
_COVERAGE = re.compile(r"\b(?:cover|report|told|tell|wr[io]t|fram|portray|present)", re.IGNORECASE)


def _topics(question: Question, request: OpenRequest, library: Library) -> list[_Topic]:
    """The subject; of a comparison each side with the words that all share, or, where outlets are
    compared, these words in the reports of each."""
    if not request.sides:
        return [_Topic.of(request.subject)]
    shared = request.subject
    for side in request.sides:
        shared = shared.replace(side, " ", 1)
    shared = " ".join(shared.split())
    topics = []
    for side in request.sides:
        own = frozenset(content_stems(side))
        outlets = tuple(name for name in library.facts().outlets if own <= set(content_stems(name)))
        if outlets and _COVERAGE.search(question.text):
            topics.append(_Topic.of(_COVERED.sub("", shared), side, outlets))
        else:
            topics.append(_Topic.of(f"{side} {shared}".strip(), side))
    return topics


def _last_days(question: Question, library: Library) -> Period:
    """The last days of the library, as far as it was known on the day of asking."""
    newest = min(filter(None, (library.facts().newest, question.asked_at)))
    return Period(newest - DAYS_OF_NEWS, newest)


def _within(question: Question, days: Period | None) -> Question | None:
    """The question of articles of these days and the few after; None when there can be none."""
    if days is None:
        return question
    last = days.last + timedelta(days=REPORTING_DELAY_DAYS) if days.last else None
    last = last if last and last < question.asked_at else None
    try:
        filters = question.filters.intersect(Filters(first=days.first, last=last))
    except BadFilter:
        return None
    return replace(question, period=None, filters=filters)


# -- finding stories ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Told:
    """A story with the sentences that tell it, and how much it belongs into the digest."""

    story: Story
    sentences: tuple[Evidence, ...]
    rank: float

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(article.id for article in self.story.articles)

    @property
    def last_day(self) -> date:
        return self.story.days[1] if self.story.days else date.min


def _stories(
    question: Question, topic: _Topic, retriever: HybridRetriever, library: Library
) -> list[_Told]:
    """The stories about a topic that can be told, best first."""
    subject = Subject(library.idf(tuple(topic.stems)), topic.names)
    hits = [
        hit
        for hit in retriever.search(_search(question, topic), MAX_PASSAGES_SEARCHED)
        if _is_known(hit.article, question) and _is_about(hit, topic, subject)
    ]
    passages = [hit.passage for hit in hits]
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.article.id, hit)
    articles = [hit.article for hit in best.values()][:MAX_ARTICLES_GROUPED]
    relevance = {key: _relevance(hit) for key, hit in best.items()}
    told = [
        _Told(story, sentences, _rank(story, relevance, question))
        for story in group_into_stories(articles, library)
        if (not topic.words or _is_relevant(story, relevance))
        and (sentences := telling_sentences(story, passages, subject, library))
    ]
    if not topic.words:
        return _newest_first(told)
    return sorted(told, key=lambda one: -one.rank)


def _search(question: Question, topic: _Topic) -> Question:
    """The question for the words of one topic alone, in the reports of its outlets."""
    filters = question.filters
    return replace(
        question,
        query=topic.words or question.query,
        kind="what",
        stems=tuple(topic.stems),
        names=topic.names,
        values=frozenset(n.value for n in find_numbers(topic.words) if n.value != 1),
        filters=replace(filters, outlets=topic.outlets) if topic.outlets else filters,
    )


def _is_known(article: Article, question: Question) -> bool:
    """Whether an article was published on the day of asking, or is of unknown day."""
    day = published_on(article)
    return day is None or day <= question.asked_at + timedelta(days=1)


def _is_about(hit: Hit, topic: _Topic, subject: Subject) -> bool:
    """Whether an article is headed or opens with the topic, and names all that it names."""
    article = hit.article
    opening = f"{article.title}. {article.text[:LEAD_CHARACTERS]}"
    return topic.names <= names_of(f"{opening} {hit.passage.text}") and (
        not topic.stems or subject.coverage(opening) >= MIN_SUBJECT_COVERAGE
    )


def _relevance(hit: Hit) -> float:
    """The score of a passage without what its day adds."""
    return hit.score - RANKING_WEIGHTS["recent"] * hit.features.get("recent", 0.0)


def _is_relevant(story: Story, relevance: Mapping[str, float]) -> bool:
    """Whether a story has about as relevant a passage as the most relevant one."""
    own = max(relevance[article.id] for article in story.articles)
    return own >= max(relevance.values()) - MAX_RELEVANCE_BELOW_BEST


def _rank(story: Story, relevance: Mapping[str, float], question: Question) -> float:
    """The relevance of a story, more with each outlet, less with its age and as one of several."""
    several = all(tells_several_stories(article) for article in story.articles)
    age = max(0, (question.asked_at - story.days[1]).days) if story.days else 0
    return (
        max(relevance[article.id] for article in story.articles)
        + BONUS_PER_OUTLET * (len(story.outlets) - 1)
        - PENALTY_PER_MONTH * age / DAYS_OF_MONTH
        - PENALTY_OF_SEVERAL_STORIES * several
    )


def _shared_out(
    topics: Sequence[_Topic], found: Sequence[Sequence[_Told]]
) -> Iterator[tuple[_Topic, _Told]]:
    """The stories that are told, each with its topic: of one topic the best and the newest, newest
    first; of a comparison those about several sides before those about one."""
    if len(topics) == 1:
        best, later = list(found[0][:MAX_STORIES]), found[0][MAX_STORIES:]
        newest = max(later, key=lambda told: told.last_day, default=None)
        if newest and all(newest.last_day > told.last_day for told in best):
            best[-1] = newest
        yield from ((topics[0], told) for told in _newest_first(best))
        return
    sides = Counter(key for stories in found for told in stories for key in told.ids)
    every = replace(topics[0], label=" and ".join(topic.label for topic in topics))
    groups: list[tuple[_Topic, list[_Told]]] = [(every, []), *((topic, []) for topic in topics)]
    shown: set[str] = set()
    for number, stories in enumerate(found, 1):
        for told in stories:
            group = groups[0 if any(sides[key] > 1 for key in told.ids) else number][1]
            if not told.ids & shown and len(group) < MAX_STORIES_PER_SIDE:
                shown |= told.ids
                group.append(told)
    for topic, group in groups:
        yield from ((topic, told) for told in _newest_first(group))


def _newest_first(stories: Sequence[_Told]) -> list[_Told]:
    return sorted(stories, key=lambda told: told.last_day, reverse=True)


# -- what stands around the sentences -------------------------------------------------------------


_TITLE_ENDING = re.compile(r"\s+[-–—|]\s+(?:[A-Z][\w.&’']*\s?){1,4}$")
"""The outlet behind a headline: "... - CNN", "... | USA TODAY"."""


def _heading(story: Story, topic: _Topic) -> str:
    """Ferry inquiry opens in Hallan · Tideline and Post, 13 October 2026."""
    title = _TITLE_ENDING.sub("", " ".join(story.newest.title.split()))
    title = re.sub(r"\s*\.\.\.$", "…", title)
    if topic.label not in title:
        title = f"{capitalized(topic.label)}: {title}" if title else capitalized(topic.label)
    days = format_days(*story.days) if story.days else ""
    where = ", ".join(filter(None, (_listed(story.outlets), days)))
    return " · ".join(filter(None, (title, where)))


def _listed(names: Sequence[str]) -> str:
    if len(names) > 3:
        names = (*names[:2], f"{len(names) - 2} others")
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def coverage_notices(
    question: Question, articles: Sequence[Article], library: Library
) -> list[str]:
    """What is thin about the articles that answer an open question: "Only one outlet reports on
    this; nothing after 8 July 2026." Empty when nothing is."""
    facts, said = library.facts(), []
    if len(Story(tuple(articles)).outlets) == 1 and len(facts.outlets) > 1:
        said.append("only one outlet reports on this")
    newest = max(filter(None, map(published_on, articles)), default=None)
    ends = [day for day in (facts.newest, question.filters.last, question.asked_at) if day]
    if newest and min(ends) - newest > QUIET_AFTER:
        said.append(f"nothing{'' if said else ' on this'} after {format_day(newest)}")
    text = "; ".join(said)
    return [f"{text[:1].upper()}{text[1:]}."] if text else []


def _searches(topics: Sequence[_Topic], question: Question, asked: Question) -> tuple[str, ...]:
    """What was searched for, with what limits it: ferry inquiry (by The Hallan Courier)."""
    days = str(question.filters) if question.filters != asked.filters else ""
    searches = []
    for topic in topics:
        limits = ", ".join(filter(None, (days, f"by {topic.label}" if topic.outlets else "")))
        searches.append(f"{topic.words or 'news'} ({limits})" if limits else topic.words or "news")
    return tuple(searches)


def _in_words(days: Period) -> str:
    if days.first and days.last:
        return f"between {format_day(days.first)} and {format_day(days.last)}"
    return str(Filters(first=days.first, last=days.last)).removeprefix("published ")
