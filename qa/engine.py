"""The query engine: one question in, one proven answer out.

    interpret -> each thing asked: retrieve -> rate sentences -> do they answer?
        a timeline asked  -> quote one, by day
        none of them      -> not_found, with the nearest articles
        they contradict   -> false_premise, with the sentence that does
        yes, and a model  -> write -> cite -> verify          (fails? quote, and say so)
        yes, no model     -> quote

A llama-index ``BaseQueryEngine``: agents, evaluators and tracing compose with it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import Response
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import NodeWithScore, QueryBundle

from ingest.storage.library import Library
from qa.answers.citations import Numbering
from qa.answers.quote_annotation import annotator
from qa.answers.quoting import MOST
from qa.assembly import Draft, conclude, finished, quote, said, tell
from qa.errors import EmptyLibrary, ModelError
from qa.questions.decomposition import is_self_contained, query_for_part, split_question
from qa.questions.interpretation import Question, interpret, kind_of
from qa.reading.evidence import rate
from qa.reading.prompt_injection import without_orders
from qa.reading.status import Outcome, Part, outcome, part
from qa.records import Answer, AnswerEvent, Event, StatusEvent
from qa.retrieval.ranking import Hit
from qa.retrieval.retriever import HybridRetriever, NewsQuery, facts_of
from qa.sources.consistency import Comparison
from qa.sources.event_days import opening
from qa.sources.standing import comparison, depth_for
from qa.sources.timeline import timeline
from qa.writing.writer import Writer

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

LOSES = 0.1
"""Confidence that an answer may lose by counting from the day of an event; one that loses more
stood in an older report, or the day is a wrong one. Seen on the bundled samples only
(2026-11-24)."""

log = logging.getLogger(__name__)


class CitationEngine(BaseQueryEngine):
    """Answers from a library, every sentence with the words behind it."""

    def __init__(
        self,
        library: Library,
        *,
        llm: LLM | None = None,
        retriever: HybridRetriever | None = None,
        patience: float = 60.0,
        judging: bool = True,
    ) -> None:
        """``judging``: whether a model is asked for a yes or no where the checker is unsure."""
        super().__init__(callback_manager=None)
        self._library = library
        self._llm = llm
        self._patience = patience
        self._judging = judging
        self.retriever = retriever or HybridRetriever(library)

    @property
    def llm(self) -> LLM | None:
        """The model that writes; None when answers are quoted."""
        return self._llm

    def events(self, query: QueryBundle) -> Iterator[Event]:
        """Everything that happens while answering; the last event is the whole answer.

        Raises BadQuestion, EmptyLibrary; a failing model is not an error but a notice.
        """
        question = self.retriever.interpret(query)
        draft = Draft(question, query.history if isinstance(query, NewsQuery) else ())
        draft.numbering = Numbering(annotator(self._library))
        total = self._library.facts().passages
        if not total:
            raise EmptyLibrary(
                f"There are no articles in {self._library.home}. Add some with `citewire ingest "
                "PATH`, or the samples with `citewire ingest --samples`."
            )
        only = f", only articles {question.filters}" if question.filters else ""
        yield StatusEvent("search", f"Searching {total:,} passages{only}")
        asked, hits = self._search(query, question)
        draft.lap("retrieve")
        yield StatusEvent("read", f"Reading {sum(map(len, hits))} passages")
        found, told = self._decide(asked, hits), ""
        if opened := opening(question, self.retriever, self._library):
            counted = opened.counted(question)
            since = self._decide(*self._search(query, counted))
            if since.confidence >= found.confidence - LOSES and since.status != "not_found":
                draft.question, found, told = counted, since, opened.notice
        draft.take(found)
        if told:
            draft.notices.append(told)
        draft.lap("read")
        draft.timeline = timeline(question, self.retriever, self._library, draft.numbering)
        yield from tell(draft) if draft.timeline else self._answer(draft)
        draft.lap("total")
        yield AnswerEvent(finished(draft, self._library))

    def _search(
        self, query: QueryBundle, question: Question
    ) -> tuple[list[Question], list[list[Hit]]]:
        """Each thing that is asked, and the passages found for it."""
        asked = _asked(query, question, self.retriever.interpret)
        return asked, [self.retriever.search(one, depth_for(one)) for one in asked]

    def _decide(self, asked: Sequence[Question], hits: Sequence[Sequence[Hit]]) -> Outcome:
        whole, *rest = (self._read(*found) for found in zip(asked, hits, strict=True))
        return outcome(whole, [self._alone(one) for one in rest])

    def _alone(self, one: Part) -> Part:
        """A part that has no answer in the context of the others, read without it."""
        text = one.question.text
        if one.answered or one.clash or one.question.query == text or not is_self_contained(text):
            return one
        bare = interpret(text, asked_at=one.question.asked_at)
        question = replace(
            bare,
            asked_at_given=one.question.asked_at_given,
            filters=one.question.filters,
            period=one.question.period,
        )
        again = self._read(question, self.retriever.search(question, depth_for(question)))
        return again if again.answered else one

    def _read(self, question: Question, hits: Sequence[Hit]) -> Part:
        rated = rate(question, hits, self._library)
        return part(question, hits, without_orders(rated))

    def _answer(self, draft: Draft) -> Iterator[Event]:
        if draft.status == "not_found":
            draft.mode = "written" if self._llm else "quoted"
            return
        compared = [self._compared(one, draft.numbering) for one in draft.parts]
        draft.compared = next((one for one in compared if one.tells), Comparison())
        if self._llm is not None and draft.status != "false_premise":
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
        for place, (one, beside) in enumerate(zip(draft.parts, compared, strict=True)):
            yield from quote(draft.on(one, beside), draft.sentences, 1 if place else MOST)

    def _compared(self, one: Part, numbering: Numbering) -> Comparison:
        return comparison(one.question, one.rated, one.hits, self._library, numbering)

    def _write(self, draft: Draft, llm: LLM) -> Iterator[Event]:
        draft.mode = "written"
        yield StatusEvent("write", "Writing")
        writer = Writer(llm, self._patience, draft.numbering.annotate, self._judging, draft.usage)
        dropped = denied = 0
        try:
            for written in writer.write(draft.question, draft.rated, draft.history):
                if any(written.text == shown.text for shown in draft.sentences):
                    continue
                if written.supported:
                    yield said(draft, writer, written)
                else:
                    dropped, denied = dropped + 1, denied + written.denies
        except ModelError as error:
            if not draft.sentences:
                raise
            # What was shown stays.
            draft.status = "partial"
            draft.notices.append(
                f"The language model broke off: {error.reason}. The answer may be incomplete."
            )
        self._judging = writer.judging
        conclude(draft, dropped, denied)

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


def _asked(
    query: QueryBundle, question: Question, interpret: Callable[[QueryBundle], Question]
) -> list[Question]:
    """The question, and each thing it asks when it asks several, searched in its context and under
    its conditions."""
    texts = split_question(question.text)
    if len(texts) == 1:
        return [question]
    wholes = (interpret(replace(query, query_str=query_for_part(t, question.text))) for t in texts)
    return [
        question,
        *(
            replace(
                one,
                text=text,
                kind=kind_of(text),
                filters=question.filters,
                period=one.period or question.period,
            )
            for one, text in zip(wholes, texts, strict=True)
        ),
    ]


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
