"""The answering engine: one question in, one proven answer out, stage by stage.

    about the library itself -> answer from its catalogue, and end
    interpret   Query -> Question
    retrieve    Question -> Retrieved: each thing that is asked, with its ranked passages
    read        Retrieved -> Outcome: the evidence of each part, and the status it allows
    compose     Outcome -> Composition:
        a timeline is asked for -> quote a dated list
        a model that can read   -> write from whole passages, prove, believe its refusal
                                   (qa/grounded_generation; fails? go on below, and say so)
        an open question, and no model -> quote a digest of the stories
        nothing answers         -> not_found, with the nearest articles
        the articles contradict -> false_premise, with the sentence that does
        a small model           -> write, cite, check each sentence   (fails? quote, and say so)
        no model                -> quote
    finish      Composition -> Answer

What the stages exchange is frozen. Knows nothing about llama-index (``qa/query_engine.py``),
terminals or pages, and decides nothing that a stage can decide.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ingest.storage.library import Library
from qa.answers.catalogue_answers import catalogue_events
from qa.answers.citations import CitationList
from qa.answers.quote_annotation import annotator
from qa.composition import (
    Composition,
    append_digest,
    append_quotes,
    append_timeline,
    append_written,
    conclude_writing,
    finish_answer,
    text_events,
)
from qa.cost import CostRecorder
from qa.errors import EmptyLibrary, ModelError
from qa.grounded_generation.answering import GroundedAnswerer, Planned
from qa.grounded_generation.planner import is_open
from qa.questions.decomposition import is_self_contained, query_for_part, split_question
from qa.questions.interpretation import Query, Question, interpret, kind_of
from qa.questions.library_requests import library_request
from qa.reading.answerability import MIN_ANSWER_PROBABILITY
from qa.reading.prompt_injection import without_injections
from qa.reading.sentence_ranking import rank_sentences
from qa.reading.status import Outcome, Part, decide_outcome, judge_part
from qa.records import Answer, AnswerEvent, Event, StatusEvent, TextEvent, Turn
from qa.retrieval.ranking import Hit
from qa.retrieval.retriever import HybridRetriever
from qa.sources.consistency import Comparison, compare_part, passages_needed
from qa.sources.digest import coverage_notices, digest
from qa.sources.event_days import find_event_day
from qa.sources.timeline import timeline
from qa.writing.entailment_judge import EntailmentJudge
from qa.writing.model_profile import ModelProfile, profile_of, short_name
from qa.writing.writer import Writer

if TYPE_CHECKING:
    from qa.writing.models import LLM

MAX_CONFIDENCE_LOST_BY_EVENT_DAY = 0.1
"""Confidence that an answer may lose by counting from the day of an event; one that loses more
stood in an older report, or the day is a wrong one. Seen on the bundled samples only
(2026-11-24)."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Each thing that a question asks (the whole first) and the passages found for it, best
    first."""

    questions: tuple[Question, ...]
    hits: tuple[tuple[Hit, ...], ...]


class AnswerEngine:
    """Answers from a library, every sentence with the words behind it.

    ``llm`` is any llama-index model, or None for quotations; its ``profile`` says how it is used
    (default: what is known about it). ``patience`` is how many seconds a model may take for its
    next words, ``judging`` whether it is also asked where the support checker is unsure, and
    ``judge`` the model that is asked then when it is another one (for a model that can read);
    ``answer_at`` is the probability from which on the articles are held to answer.
    Safe to share between threads.
    """

    def __init__(
        self,
        library: Library,
        *,
        llm: LLM | None = None,
        profile: ModelProfile | None = None,
        judge: LLM | None = None,
        retriever: HybridRetriever | None = None,
        patience: float = 60.0,
        judging: bool = True,
        answer_at: float | None = None,
    ) -> None:
        self.llm = llm
        self._answer_at = MIN_ANSWER_PROBABILITY if answer_at is None else answer_at
        self.retriever = retriever or HybridRetriever(library)
        self._library = library
        self._patience = patience
        self._judge = EntailmentJudge(llm) if judging and llm else None
        self._grounded: GroundedAnswerer | None = None
        self._model_name = ""
        if llm is not None:
            profile = profile or profile_of(llm)
            self._model_name = short_name(profile.name)
            if not profile.small:
                asked = (judge or llm) if judging else None
                self._grounded = GroundedAnswerer(
                    llm, asked, profile, self.retriever, library, patience
                )

    def answer(self, query: Query) -> Answer:
        """The answer alone. Raises BadQuestion, BadFilter, EmptyLibrary."""
        for event in self.events(query):
            if isinstance(event, AnswerEvent):
                return event.answer
        raise AssertionError("events() ends with an answer")

    def events(self, query: Query) -> Iterator[Event]:
        """Everything that happens while answering; the last event is the whole answer.

        Raises BadQuestion, BadFilter, EmptyLibrary; a failing model is not an error but a notice.
        """
        if asked := library_request(query):
            yield from catalogue_events(asked, query, self._library)
            return
        cost = CostRecorder()
        question = self.retriever.interpret(query)
        total = self._library.facts().passages
        if not total:
            raise EmptyLibrary(
                f"There are no articles in {self._library.home}. Add some with `citewire ingest "
                "PATH`, or the samples with `citewire ingest --samples`."
            )
        planned = Planned(question)
        if self._grounded:
            planned = yield from self._grounded.plan(query, question, cost)
            question = planned.question
        only = f", only articles {question.filters}" if question.filters else ""
        yield StatusEvent("search", f"Searching {total:,} passages{only}")
        retrieved = self._retrieve(query, question)
        parts = retrieved.questions[1:]
        cost.record_stage_time("retrieve")
        if self._grounded:
            read = self._read(retrieved)
            composed = yield from self._ground(query, planned, retrieved, read, cost)
        else:
            yield StatusEvent("read", f"Reading {sum(map(len, retrieved.hits))} passages")
            question, read = self._counted_from_event(query, question, self._read(retrieved))
            cost.record_stage_time("read")
            composed = yield from self._compose(query, question, read, cost)
        cost.record_stage_time("total")
        answer = finish_answer(question, read, composed, self._library, cost, parts=parts)
        yield AnswerEvent(replace(answer, written_by=self._writer_of(answer)))

    def _writer_of(self, answer: Answer) -> str:
        """The name of the model that wrote; empty when none did."""
        return self._model_name if answer.mode == "written" and answer.sentences else ""

    # -- retrieve and read ------------------------------------------------------------------

    def _retrieve(self, query: Query, question: Question) -> Retrieved:
        questions = (question, *self._parts_of(query, question))
        return Retrieved(questions, tuple(tuple(self._search(one)) for one in questions))

    def _parts_of(self, query: Query, question: Question) -> Iterator[Question]:
        """Each thing that is asked, when a question asks several, to be searched for in the context
        of the whole and under its conditions."""
        texts = split_question(question.text)
        for text in texts if len(texts) > 1 else ():
            inside = self.retriever.interpret(
                replace(query, text=query_for_part(text, question.text))
            )
            yield replace(
                inside,
                text=text,
                kind=kind_of(text),
                filters=question.filters,
                period=inside.period or question.period,
            )

    def _search(self, question: Question) -> list[Hit]:
        needed = passages_needed(question)
        if self._grounded:
            needed = max(needed or 0, self._grounded.passages_per_search)
        return self.retriever.search(question, needed)

    def _read(self, retrieved: Retrieved) -> Outcome:
        whole, *rest = map(self._read_part, retrieved.questions, retrieved.hits)
        return decide_outcome(whole, [self._read_alone(one) for one in rest])

    def _read_part(self, question: Question, hits: Sequence[Hit]) -> Part:
        evidence = without_injections(rank_sentences(question, hits, self._library))
        return judge_part(question, hits, evidence, self._answer_at)

    def _read_alone(self, one: Part) -> Part:
        """A part that has no answer in the context of the others, read without it."""
        text = one.question.text
        settled = one.answered or one.contradiction or one.question.query == text
        if settled or not is_self_contained(text):
            return one
        given = one.question.asked_at if one.question.asked_at_given else None
        question = replace(
            interpret(text, asked_at=given),
            filters=one.question.filters,
            period=one.question.period,
        )
        again = self._read_part(question, self._search(question))
        return again if again.answered else one

    def _counted_from_event(
        self, query: Query, question: Question, read: Outcome
    ) -> tuple[Question, Outcome]:
        """For "since the truce began": the question of the articles from that day on and what they
        say, when the day is found and those articles answer about as surely."""
        event = find_event_day(question, self.retriever, self._library)
        if event is None:
            return question, read
        counted = event.restrict(question)
        since = self._read(self._retrieve(query, counted))
        lost = read.confidence - since.confidence
        if since.status == "not_found" or lost > MAX_CONFIDENCE_LOST_BY_EVENT_DAY:
            return question, read
        return counted, replace(since, notices=(*since.notices, event.notice))

    # -- compose ----------------------------------------------------------------------------

    def _compose(
        self, query: Query, question: Question, read: Outcome, cost: CostRecorder
    ) -> Generator[Event, None, Composition]:
        composed = self._begun(read)
        if events := timeline(question, self.retriever, self._library):
            listed = append_timeline(composed, events)
            yield from text_events(composed, listed)
            return listed
        quoting = self.llm is None or self._grounded is not None  # that one writes, or has failed
        if quoting and (told := digest(question, self.retriever, self._library)):
            listed = append_digest(composed, told)
            yield from text_events(composed, listed)
            return listed
        if read.status == "not_found":
            return replace(composed, mode="written" if self.llm else "quoted")
        compared = self._compared(read, composed)
        composed = self._with_difference(composed, compared)
        if self.llm is not None and self._grounded is None and read.status != "false_premise":
            try:
                return (yield from self._write(question, read, composed, query.history, cost))
            except ModelError as error:
                log.warning("the language model failed: %s", error.reason)
                composed = composed.with_notice(
                    f"The language model could not be used: {error.reason}. "
                    "These are quotations instead."
                )
        for one, beside in zip(read.parts, compared, strict=True):
            quoted = append_quotes(composed, one, beside)
            yield from text_events(composed, quoted)
            composed = quoted
        return composed

    def _begun(self, read: Outcome) -> Composition:
        return Composition(
            read.status,
            read.confidence,
            notices=read.notices,
            citations=CitationList(annotator(self._library)),
        )

    def _compared(self, read: Outcome, composed: Composition) -> list[Comparison]:
        """What other reports say of the quantity of each part."""
        annotate = composed.citations.annotate
        return [compare_part(one, self._library, annotate) for one in read.parts]

    def _with_difference(
        self, composed: Composition, compared: Sequence[Comparison]
    ) -> Composition:
        """The answer with the first comparison whose reports differ."""
        first = next((one for one in compared if one.differs), composed.comparison)
        return replace(composed, comparison=first)

    def _ground(
        self,
        query: Query,
        planned: Planned,
        retrieved: Retrieved,
        read: Outcome,
        cost: CostRecorder,
    ) -> Generator[Event, None, Composition]:
        """The answer of a model that reads passages, or of the engine without it when it fails.

        What the gate thinks of the evidence (``read``) only decides what that fallback is.
        """
        assert self._grounded is not None
        begun = replace(self._begun(read), notices=())
        begun = self._with_difference(begun, self._compared(read, begun))
        try:
            searched = yield from self._grounded.search(planned.question, planned.searches)
            cost.record_stage_time("read")
            rankings = [*searched, *retrieved.hits]
            written = yield from self._grounded.write(query, planned, rankings, begun, cost)
            return self._with_coverage(written, planned.question)
        except ModelError as error:
            log.warning("the language model failed: %s", error.reason)
            failed = error.reason
        composed = yield from self._compose(query, planned.question, read, cost)
        instead = "These are quotations instead." if composed.sentences else ""
        return replace(composed, mode="quoted").with_notice(
            f"The language model could not be used: {failed}. {instead}".strip()
        )

    def _with_coverage(self, composed: Composition, question: Question) -> Composition:
        """The answer of an open question with what is thin about the articles that it cites."""
        cited = [evidence.article for evidence in composed.citations.evidence]
        if cited and is_open(question):
            for notice in coverage_notices(question, cited, self._library):
                composed = composed.with_notice(notice)
        return composed

    def _write(
        self,
        question: Question,
        read: Outcome,
        composed: Composition,
        history: Sequence[Turn],
        cost: CostRecorder,
    ) -> Generator[Event, None, Composition]:
        """Raises ModelError when the model fails before a sentence was shown, or when nothing that
        it wrote may be shown."""
        assert self.llm is not None
        yield StatusEvent("write", "Writing")
        writer = Writer(self.llm, self._judge, composed.citations.annotate, self._patience, cost)
        composed = replace(composed, mode="written")
        dropped = denied = 0
        try:
            for written in writer.write(question, read.evidence, history):
                if any(written.text == shown.text for shown in composed.sentences):
                    continue
                if not written.supported:
                    dropped, denied = dropped + 1, denied + written.denies
                    continue
                seen = len(composed.citations.citations)
                composed = append_written(composed, written)
                cost.record_stage_time("first_sentence")
                yield TextEvent(composed.sentences[-1], composed.citations.citations[seen:])
        except ModelError as error:
            if not composed.sentences:
                raise
            # What was shown stays.
            composed = replace(composed, status="partial").with_notice(
                f"The language model broke off: {error.reason}. The answer may be incomplete."
            )
        return conclude_writing(composed, dropped, denied)
