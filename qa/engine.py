"""The query engine: one question in, one proven answer out.

    interpret -> retrieve -> rate sentences -> do they answer?
        no                -> not_found, with the nearest articles
        yes, and a model  -> write -> cite -> verify          (fails? quote, and say so)
        yes, no model     -> quote

A llama-index ``BaseQueryEngine``: agents, evaluators and tracing compose with it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import Response
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import NodeWithScore, QueryBundle

from ingest.library import Library
from ingest.records import day_of
from qa.cite import Numbering
from qa.compare import disagreement, independent_sources
from qa.errors import EmptyLibrary, ModelError
from qa.interpret import Question
from qa.quote import choose, quoted_sentences
from qa.read import ANSWER_AT, Evidence, confidence, rate
from qa.records import (
    Answer,
    AnswerEvent,
    Event,
    Mode,
    NearArticle,
    Reported,
    Sentence,
    Status,
    StatusEvent,
    TextEvent,
    Turn,
)  # fmt: skip
from qa.retrieve import Hit, HybridRetriever, NewsQuery, facts_of, question_of
from qa.write import Writer

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

CERTAIN = 0.9
"""From this confidence on, a model that sees no answer is overruled by quotations: small models
deny what is there (10 of 20 answerable questions with a 1.5B model; project facts, 2026-11)."""

NEAREST = 3
_EXCERPT = 180

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Draft:
    """What is known so far about one answer."""

    question: Question
    history: Sequence[Turn]
    started: float = field(default_factory=time.perf_counter)
    hits: list[Hit] = field(default_factory=list)
    rated: list[Evidence] = field(default_factory=list)
    numbering: Numbering = field(default_factory=Numbering)
    sentences: list[Sentence] = field(default_factory=list)
    confidence: float = 0.0
    status: Status = "answered"
    mode: Mode = "quoted"
    notices: list[str] = field(default_factory=list)
    disagreements: list[Reported] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)
    usage: dict[str, int] = field(default_factory=dict)

    def lap(self, name: str) -> None:
        """Seconds since the start at which a stage was done."""
        self.timings[name] = round(time.perf_counter() - self.started, 4)

    def restart(self) -> None:
        """Forget what was written: quoting begins anew."""
        self.numbering, self.sentences = Numbering(), []
        self.status, self.mode = "answered", "quoted"


class CitationEngine(BaseQueryEngine):
    """Answers from a library, every sentence with the words behind it."""

    def __init__(
        self,
        library: Library,
        *,
        llm: LLM | None = None,
        retriever: HybridRetriever | None = None,
        patience: float = 60.0,
    ) -> None:
        super().__init__(callback_manager=None)
        self._library = library
        self._llm = llm
        self._patience = patience
        self.retriever = retriever or HybridRetriever(library)

    def events(self, query: QueryBundle) -> Iterator[Event]:
        """Everything that happens while answering; the last event is the whole answer.

        Raises BadQuestion, EmptyLibrary; a failing model is not an error but a notice.
        """
        question = question_of(query)
        draft = _Draft(question, query.history if isinstance(query, NewsQuery) else ())
        total = self._library.catalogue.counts()["passages"]
        if not total:
            raise EmptyLibrary(
                f"There are no articles in {self._library.home}. Add some with `citewire ingest "
                "PATH`, or the samples with `citewire ingest --samples`."
            )
        yield StatusEvent("search", f"Searching {total:,} passages")
        draft.hits = self.retriever.search(question)
        draft.lap("retrieve")
        yield StatusEvent("read", f"Reading {len(draft.hits)} passages")
        draft.rated = rate(question, draft.hits, self._library.encode, self._library.idf)
        draft.confidence = confidence(draft.rated)
        draft.lap("read")
        yield from self._answer(draft)
        if draft.sentences:
            _compare(draft)
        draft.lap("total")
        yield AnswerEvent(_finished(draft))

    def _answer(self, draft: _Draft) -> Iterator[Event]:
        if draft.confidence < ANSWER_AT:
            draft.status = "not_found"
            draft.mode = "written" if self._llm else "quoted"
            return
        if self._llm is not None:
            try:
                yield from self._write(draft, self._llm)
                return
            except ModelError as error:
                log.warning("the language model failed: %s", error.reason)
                draft.restart()
                draft.notices.append(
                    f"The language model could not be used: {error.reason}. "
                    "These are quotations instead."
                )
        yield from _quote(draft)

    def _write(self, draft: _Draft, llm: LLM) -> Iterator[Event]:
        draft.mode = "written"
        yield StatusEvent("write", "Writing")
        dropped = denied = 0
        for written in Writer(llm, self._patience, draft.usage).write(
            draft.question, draft.rated, draft.history
        ):
            if not written.supported:
                dropped, denied = dropped + 1, denied + written.denies
                continue
            seen = len(draft.numbering.citations)
            sentence = Sentence(written.text, draft.numbering.cite(written.evidence, written.score))
            draft.sentences.append(sentence)
            draft.timings.setdefault("first_sentence", time.perf_counter() - draft.started)
            yield TextEvent(sentence, tuple(draft.numbering.citations[seen:]))
        if draft.sentences and dropped > denied:
            draft.status = "partial"
            draft.notices.append(
                f"{_count(dropped - denied)} of the model's answer had no support in the articles "
                "and was left out."
            )
        elif not draft.sentences and denied and draft.confidence < CERTAIN:
            draft.status = "not_found"
        elif not draft.sentences and denied:
            raise ModelError("it found no answer in the excerpts, but these sentences come close")
        elif not draft.sentences and not dropped:
            raise ModelError("it gave no answer", retryable=True)
        elif not draft.sentences:
            raise ModelError("nothing it wrote is supported by the articles")

    def _query(self, query_bundle: QueryBundle) -> Response:
        for event in self.events(query_bundle):
            if isinstance(event, AnswerEvent):
                return response_of(event.answer)
        raise AssertionError("events() ends with an answer")

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return await asyncio.to_thread(self._query, query_bundle)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}

    def retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return self.retriever.retrieve(query_bundle)


def _count(number: int) -> str:
    return "One sentence" if number == 1 else f"{number} sentences"


def _quote(draft: _Draft) -> Iterator[Event]:
    chosen = choose(draft.rated)
    for figure in disagreement(draft.question, draft.rated):
        if not any(item.holds(figure.evidence) for item in chosen):
            chosen.append(figure.evidence)  # the other side of a dispute is part of the answer
    draft.sentences = quoted_sentences(draft.question, chosen, draft.numbering, draft.confidence)
    for sentence in draft.sentences:
        mine = [c for c in draft.numbering.citations if c.number in sentence.citations]
        yield TextEvent(sentence, tuple(mine))


def _compare(draft: _Draft) -> None:
    """Say so, with quotes, when independent outlets give different figures."""
    for figure in disagreement(draft.question, draft.rated):
        held = next((e for e in draft.numbering.cited if e.holds(figure.evidence)), figure.evidence)
        numbers = draft.numbering.cite([held], draft.confidence)
        draft.disagreements.append(Reported(figure.text, numbers))


def _finished(draft: _Draft) -> Answer:
    citations = tuple(draft.numbering.citations)
    published = [day_of(c.published_at) for c in citations if c.published_at]
    return Answer(
        question=draft.question.text,
        status=draft.status,
        mode=draft.mode,
        sentences=tuple(draft.sentences),
        citations=citations,
        nearest=_nearest(draft.hits) if draft.status == "not_found" else (),
        as_of=max(published, default=None),
        asked_at=draft.question.asked_at,
        independent_sources=independent_sources(citations),
        disagreements=tuple(draft.disagreements),
        notices=tuple(draft.notices),
        search=draft.question.search,
        confidence=round(draft.confidence, 4),
        timings=draft.timings,
        usage=draft.usage,
    )


def _nearest(hits: Sequence[Hit]) -> tuple[NearArticle, ...]:
    """The best articles of different stories, where a reader may look on."""
    first: dict[str, Hit] = {}
    for hit in hits:
        first.setdefault(hit.article.cluster_id, hit)
    return tuple(
        NearArticle(
            article_id=hit.article.id,
            title=hit.article.title,
            publisher=hit.article.publisher,
            published_at=hit.article.published_at,
            url=hit.article.url,
            excerpt=_shortened(hit.passage.text),
        )
        for hit in list(first.values())[:NEAREST]
    )


def _shortened(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _EXCERPT else plain[: plain.rfind(" ", 0, _EXCERPT)] + "…"


def response_of(answer: Answer) -> Response:
    """An answer as llama-index sees it; ``source_nodes`` are what is cited, not what was found."""
    nodes = [_cited_node(answer, index) for index in range(len(answer.citations))]
    return Response(response=answer.text, source_nodes=nodes, metadata={"answer": answer})


def _cited_node(answer: Answer, index: int) -> NodeWithScore:
    from llama_index.core.schema import TextNode

    citation = answer.citations[index]
    facts = {"number": citation.number} | facts_of(citation, citation.article_id)
    node = TextNode(
        id_=f"{citation.passage_id}:{citation.start}-{citation.end}",
        text=citation.quote,
        metadata=facts,
        start_char_idx=citation.start,
        end_char_idx=citation.end,
    )
    return NodeWithScore(node=node, score=citation.support)
