"""Answers questions about the library from its catalogue: exact figures, and nothing cited.

Such an answer has no citations, and a notice says that no article is behind it. Knows nothing
about how such a question is recognised (``qa/questions/library_requests.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from ingest.records import day_of, format_day, format_days
from ingest.storage.library import Library
from qa.questions.interpretation import Query
from qa.questions.library_requests import LibraryRequest
from qa.records import Answer, AnswerEvent, Event, Sentence, StatusEvent, TextEvent, counted

MAX_OUTLETS_LISTED = 40
MAX_ARTICLES_LISTED = 10

FROM_CATALOGUE = "This is what the catalogue of the library says; no article is cited for it."
FROM_US = "This is said by Citewire about itself; no article is cited for it."

_ABOUT = (
    "I am Citewire.",
    "I answer questions from the news articles of this library, and show for every sentence the "
    "exact words of the article behind it; what the articles do not say, I do not say.",
    "Ask who, what, when, where, why or how many; ask for a timeline (“What happened in "
    "September?”) or a summary (“Summarise the news about ...”); narrow it by outlet or period "
    "(“according to ...”, “before June”).",
)


def catalogue_events(asked: LibraryRequest, query: Query, library: Library) -> Iterator[Event]:
    """The events of the answer to a question about the library."""
    yield StatusEvent("read", "Reading the catalogue")
    answer = _answer(asked, query, library)
    for sentence in answer.sentences:
        yield TextEvent(sentence, ())
    yield AnswerEvent(answer)


def _answer(asked: LibraryRequest, query: Query, library: Library) -> Answer:
    holding = _holding(library)
    listed = {"outlets": _outlets, "newest": _newest}.get(asked)
    lines = [*_ABOUT, holding] if asked == "about" else [holding]
    sentences = [Sentence(line, ()) for line in lines]
    if listed:
        sentences += [Sentence(line, (), paragraph=True) for line in listed(library)]
    return Answer(
        question=query.text,
        status="answered",
        mode="quoted",
        about="library",
        sentences=tuple(sentences),
        asked_at=day_of(query.asked_at) if query.asked_at else datetime.now(UTC).date(),
        newest_article=library.facts().newest,
        notices=(FROM_US if asked == "about" else FROM_CATALOGUE,),
        search=query.text,
        confidence=1.0,
    )


def _holding(library: Library) -> str:
    """What the library holds, in one sentence."""
    facts, articles = library.facts(), library.catalogue.counts()["articles"]
    if not articles:
        return "The library holds no articles yet."
    held = f"The library holds {counted(articles, 'article')}"
    if facts.outlets:
        held += f" from {counted(len(facts.outlets), 'outlet')}"
    if facts.oldest and facts.newest:
        held += f", published {format_days(facts.oldest, facts.newest)}"
    return f"{held}."


def _outlets(library: Library) -> Iterator[str]:
    outlets = library.catalogue.outlet_counts()
    for name, number in outlets[:MAX_OUTLETS_LISTED]:
        yield f"{name or 'Unknown outlet'}: {counted(number, 'article')}"
    if len(outlets) > MAX_OUTLETS_LISTED:
        yield f"And {counted(len(outlets) - MAX_OUTLETS_LISTED, 'further outlet')}"


def _newest(library: Library) -> Iterator[str]:
    for article in library.catalogue.newest_articles(MAX_ARTICLES_LISTED):
        day = format_day(article.published_at) if article.published_at else "no publication date"
        yield f"{article.title or 'Untitled'} ({article.publisher or 'unknown outlet'}, {day})"
