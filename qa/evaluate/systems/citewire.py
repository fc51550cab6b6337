"""Citewire as a system under test: its answers as replies, its quotes checked against storage.

Knows nothing about measures or other systems.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.records import day_of
from qa.answers.citations import citation_context
from qa.evaluate.records import Case, CitedQuote, Reply
from qa.evaluate.systems.article_keys import key_of
from qa.questions.interpretation import Query
from qa.records import Answer, Citation

if TYPE_CHECKING:
    from ingest.storage.library import Library
    from qa.assistant import Assistant

MAX_PASSAGES_RANKED = 60
"""Passages whose articles make a ranking, for Citewire and its peers alike."""


class Citewire:
    """The product as it is: ``Assistant.ask``, and its retriever alone for rankings."""

    def __init__(self, assistant: Assistant, name: str = "citewire") -> None:
        self.name = name
        self.library = assistant.library
        self._assistant = assistant

    def retrieve(self, case: Case) -> tuple[str, ...]:
        retriever = self._assistant.answer_engine.retriever
        query = Query(case.question, case.asked_at)
        hits = retriever.search(retriever.interpret(query), limit=MAX_PASSAGES_RANKED)
        return tuple(dict.fromkeys(key_of(hit.article) for hit in hits))

    def answer(self, case: Case) -> Reply:
        answer = self._assistant.ask(case.question, asked_at=case.asked_at)
        return reply_of(answer, self.library)


def reply_of(answer: Answer, library: Library) -> Reply:
    """A Citewire answer in the shape shared by all systems."""
    return Reply(
        status=answer.status,
        sentences=answer.sentences,
        citations=tuple(_cited_quote(citation, library) for citation in answer.citations),
        confidence=answer.confidence,
        short_answer=answer.short_answer,
        independent_sources=answer.independent_sources,
        notices=answer.notices,
        timings=answer.timings,
        usage=answer.usage,
    )


def _cited_quote(citation: Citation, library: Library) -> CitedQuote:
    """A citation with its quote compared, character by character, with the stored article."""
    stored = library.catalogue.article(citation.article_id, citation.version)
    days = {day for when in citation.dates for day in (when.first, when.last)}
    if citation.published_at:
        days.add(day_of(citation.published_at))
    if citation.said_on:
        days.add(citation.said_on)
    return CitedQuote(
        number=citation.number,
        quote=citation.quote,
        article=citation.cluster_id or citation.article_id,
        title=citation.title,
        context=citation_context(citation),
        exact=stored is not None and stored.text[citation.start : citation.end] == citation.quote,
        support=citation.support,
        speaker=citation.speaker,
        days=tuple(sorted(day.isoformat() for day in days)),
    )
