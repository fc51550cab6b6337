"""Answers with a capable model: plan, search in rounds, read, write, prove.

    needs_plan? -> plan -> searches          (events: what is searched for)
    rankings    -> excerpts within the budget -> model
        asks for another search? -> search once more -> excerpts -> model
    claims -> proof by code -> shown at once, as long as none before it is in doubt
           -> the rest after one call of the judge
    gaps   -> not_found or partial, with what is missing

What is shown is never taken back: a claim in doubt holds back those behind it. Decides the status
of the answer; knows nothing about quoting.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ingest.storage.catalogue.filters import Filters
from ingest.storage.library import Library
from qa.composition import Composition, append_written, left_out
from qa.cost import CostRecorder
from qa.errors import ContextTooLong, ModelError
from qa.grounded_generation.excerpts import Excerpts, passages_for_budget, select_excerpts
from qa.grounded_generation.planner import (
    MAX_PLAN_TOKENS,
    MAX_SEARCHES,
    SearchPlan,
    known_outlets,
    needs_plan,
    parse_plan,
)
from qa.grounded_generation.prompts import (
    PLANNER_SYSTEM,
    covered_days,
    planner_message,
    writer_message,
    writer_system,
)
from qa.grounded_generation.proof import CodeCheck, Proof, Proven
from qa.grounded_generation.reply_parser import Gap, SearchRequest, reply_items
from qa.questions.interpretation import Query, Question
from qa.questions.time_constraints import Period
from qa.reading.answerability import MIN_ANSWER_PROBABILITY
from qa.records import Event, Status, StatusEvent, TextEvent
from qa.retrieval.ranking import Hit
from qa.retrieval.retriever import HybridRetriever
from qa.writing.claim_check import is_refusal
from qa.writing.model_profile import ModelProfile, profile_of
from qa.writing.models import Completion

if TYPE_CHECKING:
    from qa.writing.models import LLM

MAX_SEARCH_ROUNDS = 2
"""Times that is searched for one answer: as planned, and once more when the model asks for it."""

_CLOSING = '.!?…”"’)»'
"""What a complete sentence ends with."""

MIN_EVIDENCE_TOKENS = 200
"""Evidence below which a model with a tiny context is not asked again with less."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A question ready to be answered: complete in itself, with its searches."""

    question: Question
    searches: tuple[SearchRequest, ...] = ()


@dataclass(slots=True)
class _Reply:
    """What one reply of the model has given so far."""

    composed: Composition
    held: list[CodeCheck] = field(default_factory=list)
    """Claims that wait for the judge, and those behind them."""
    gaps: list[str] = field(default_factory=list)
    searches: list[SearchRequest] = field(default_factory=list)
    dropped: int = 0
    denies_premise: bool = False
    cut_off: bool = False


@dataclass(frozen=True, slots=True)
class GroundedAnswerer:
    """Answers one question after another with ``llm``, each sentence proven.

    ``judge`` checks what code cannot decide (usually the same model; None: nobody does), and
    ``patience`` is how many seconds a model may take for its next words. Safe to share between
    threads.
    """

    llm: LLM
    judge: LLM | None
    profile: ModelProfile
    retriever: HybridRetriever
    library: Library
    patience: float = 60.0

    @property
    def passages_per_search(self) -> int:
        """How many passages are retrieved for each search."""
        return passages_for_budget(self.profile.evidence_tokens)

    # -- plan and search --------------------------------------------------------------------

    def plan(
        self, query: Query, question: Question, cost: CostRecorder
    ) -> Generator[Event, None, Planned]:
        """The question complete in itself and its searches, where it needs a plan. A planner that
        fails leaves the question as it is."""
        if not needs_plan(query, question):
            return Planned(question)
        yield StatusEvent("plan", "Planning the search")
        facts = self.library.facts()
        days = covered_days(facts.oldest, facts.newest)
        message = planner_message(question, query.history, days)
        try:
            reply = self._complete(PLANNER_SYSTEM, message, MAX_PLAN_TOKENS, cost)
        except ModelError:
            return Planned(question)
        return self._planned(query, question, parse_plan(reply, question.query, facts.outlets))

    def _planned(self, query: Query, question: Question, plan: SearchPlan) -> Planned:
        complete = self.retriever.interpret(replace(query, text=plan.question, history=()))
        complete = replace(complete, text=question.text, filters=question.filters)
        return Planned(complete, plan.searches)

    def search(
        self, question: Question, searches: Sequence[SearchRequest]
    ) -> Generator[Event, None, list[list[Hit]]]:
        """The ranked passages of each search."""
        rankings = []
        for search in searches:
            yield StatusEvent("search", f"Searching for: {search}")
            rankings.append(
                self.retriever.search(self._question_of(question, search), self.passages_per_search)
            )
        return rankings

    def _question_of(self, question: Question, search: SearchRequest) -> Question:
        """A search as a question: under the conditions of the question, its days preferred."""
        filters = question.filters
        if search.outlet and not filters.outlets:
            filters = filters.intersect(Filters(outlets=(search.outlet,)))
        asked_at = question.asked_at if question.asked_at_given else None
        found = self.retriever.interpret(Query(search.words, asked_at, (), filters))
        period = Period(search.first, search.last) if search.first or search.last else None
        return replace(found, period=period or found.period or question.period)

    # -- write and prove --------------------------------------------------------------------

    def write(
        self,
        query: Query,
        planned: Planned,
        rankings: Sequence[Sequence[Hit]],
        composed: Composition,
        cost: CostRecorder,
    ) -> Generator[Event, None, Composition]:
        """The answer. ``rankings``: the passages of the question and of its parts and searches.

        Raises ModelError when the model fails before a sentence was shown, or when nothing that it
        wrote may be shown.
        """
        budget, rows, asked = self._budget(), list(rankings), planned.searches
        rounds = 1
        while True:
            excerpts = select_excerpts(rows, budget)
            yield StatusEvent("read", _reading(excerpts))
            may_search = rounds < MAX_SEARCH_ROUNDS
            try:
                reply = yield from self._reply(
                    query, planned.question, excerpts, composed, may_search, cost
                )
            except ContextTooLong as error:
                budget = min(budget // 2, self._budget())
                if budget < MIN_EVIDENCE_TOKENS:
                    raise ModelError("its context is too small for the excerpts") from error
                continue
            if not (reply.searches and may_search) or reply.composed.sentences or reply.held:
                break
            wanted = known_outlets(reply.searches, self.library.facts().outlets)[:MAX_SEARCHES]
            asked, rounds = (*asked, *wanted), rounds + 1
            found = yield from self.search(planned.question, wanted)
            rows = [*found, *rows]
        finished = self._concluded(reply)
        read: dict[str, int | str] = {
            "budget": budget, "tokens": excerpts.tokens, "passages": excerpts.passages,
            "lines": len(excerpts.lines), "why": self.profile.why,
        }  # fmt: skip
        return replace(finished, searches=tuple(map(str, asked)), evidence_read=read)

    def _budget(self) -> int:
        """Tokens of evidence, within the context window as far as it has become known by now."""
        now = profile_of(self.llm, evidence_tokens=self.profile.evidence_tokens)
        return now.evidence_tokens

    def _reply(
        self,
        query: Query,
        question: Question,
        excerpts: Excerpts,
        composed: Composition,
        may_search: bool,
        cost: CostRecorder,
    ) -> Generator[Event, None, _Reply]:
        """One reply of the model, its claims shown as far as they are proven."""
        proof = Proof(
            excerpts, question, composed.citations.annotate, self.judge, self.patience, cost
        )
        message = writer_message(question, excerpts, query.history, proof.facts)
        completion = Completion(
            self.llm, writer_system(may_search=may_search), message, self.patience,
            max_tokens=self.profile.answer_tokens,
        )  # fmt: skip
        yield StatusEvent("write", "Writing")
        reply = _Reply(replace(composed, mode="written"))
        try:
            for item in reply_items(cost.timed(completion)):
                if isinstance(item, Gap):
                    reply.gaps.append(item.text)
                elif isinstance(item, SearchRequest):
                    reply.searches.append(item)
                elif not (completion.cut_off and item.text[-1] not in _CLOSING):
                    check = proof.check_by_code(item)
                    if check.certain and not reply.held:
                        yield from self._show(reply, Proven(item, check.written), cost)
                    else:
                        reply.held.append(check)
        except ModelError as error:
            if not (reply.composed.sentences or reply.held):
                raise
            reply.cut_off = True
            reply.composed = reply.composed.with_notice(
                f"The language model broke off: {error.reason}. The answer may be incomplete."
            )
        finally:
            cost.add_tokens(completion.usage)
        if completion.cut_off:
            reply.composed = reply.composed.with_notice(
                "The language model reached its length limit. The answer may be incomplete."
            )
        doubtful = [check for check in reply.held if not check.certain]
        if doubtful:
            number = len(doubtful)
            yield StatusEvent("check", f"Checking {number} sentence{'s' * (number > 1)}")
        decided = iter(proof.judged(doubtful))
        for check in reply.held:
            proven = Proven(check.claim, check.written) if check.certain else next(decided)
            yield from self._show(reply, proven, cost)
        return reply

    def _show(
        self, reply: _Reply, proven: Proven, cost: CostRecorder
    ) -> Generator[Event, None, None]:
        """Add a proven claim to the answer and show it; count one that is left out."""
        if proven.gap:
            reply.gaps.append(proven.gap)
        if proven.written is None:
            reply.dropped += not proven.gap
            return
        if any(proven.written.text == shown.text for shown in reply.composed.sentences):
            return
        reply.denies_premise = reply.denies_premise or proven.claim.denies_premise
        seen = len(reply.composed.citations.citations)
        first = not reply.composed.sentences
        reply.composed = append_written(
            reply.composed, proven.written, paragraph=proven.claim.paragraph and not first
        )
        cost.record_stage_time("first_sentence")
        new = reply.composed.citations.citations[seen:]
        yield TextEvent(reply.composed.sentences[-1], new)

    def _concluded(self, reply: _Reply) -> Composition:
        """The answer with its status. Raises ModelError when nothing is left of what was written,
        or nothing was written at all."""
        composed = replace(reply.composed, missing=tuple(dict.fromkeys(filter(None, reply.gaps))))
        for gap in composed.missing:
            composed = composed.with_notice(_gap_notice(gap))
        if not composed.sentences:
            if reply.gaps:
                confidence = min(composed.confidence, MIN_ANSWER_PROBABILITY / 2)
                return replace(composed, status="not_found", confidence=confidence)
            if reply.dropped:
                raise ModelError("nothing it wrote is supported by the articles")
            raise ModelError("it gave no answer", retryable=True)
        if reply.dropped:
            composed = left_out(composed, reply.dropped)
        complete = not (reply.gaps or reply.dropped or reply.cut_off)
        status: Status = "answered" if complete else "partial"
        if reply.denies_premise:
            status = "false_premise"
        confidence = max(composed.confidence, MIN_ANSWER_PROBABILITY)
        return replace(composed, status=status, confidence=confidence)

    def _complete(self, system: str, message: str, tokens: int, cost: CostRecorder) -> str:
        """A short completion as a whole. Raises ModelError."""
        completion = Completion(self.llm, system, message, self.patience, max_tokens=tokens)
        try:
            return "".join(completion)
        finally:
            cost.add_tokens(completion.usage)


def _gap_notice(gap: str) -> str:
    """What is missing, for a reader, who knows nothing of excerpts."""
    if is_refusal(gap):
        return re.sub(r"\b(?:(?:provided|given) )?excerpt(s?)\b", r"article\1", gap)
    return f"The articles do not say: {gap}"


def _reading(excerpts: Excerpts) -> str:
    articles = len({line.article.id for line in excerpts.lines})
    passages = f"{excerpts.passages} passage{'s' * (excerpts.passages != 1)}"
    return f"Reading {passages} of {articles} article{'s' * (articles != 1)}"
