"""Writes one answer: prompt, model, and each sentence checked and reviewed as it is complete.

    evidence -> prompt -> model -> token stream -> whole sentences
        -> align each to its evidence -> check support -> review (claim_repair) -> Written

An unsupported sentence is never shown. Knows nothing about retrieval or about how answers look.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qa.answers.citations import Annotator, citation, citation_context, unannotated
from qa.answers.quoting import with_antecedent, with_antecedents
from qa.cost import CostRecorder
from qa.questions.interpretation import Question
from qa.reading.evidence import Evidence
from qa.records import Citation, Turn
from qa.writing.claim_check import Written, check_claim
from qa.writing.claim_repair import Review
from qa.writing.entailment_judge import EntailmentJudge
from qa.writing.models import Completion
from qa.writing.prompts import SYSTEM, known_facts, user_message
from qa.writing.sentence_stream import whole_sentences

if TYPE_CHECKING:
    from qa.writing.models import LLM

MAX_EVIDENCE_SENTENCES = 10
"""Evidence sentences shown to the model, about 600 tokens with what is known of them. The answer
stands in the first 10 of .927 of the 409 RealTime QA development questions, in the first 16 of
.944 (2026-11-23); reading them is most of the time of a model on a CPU."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes one answer with ``llm``. ``judge`` gives a second opinion where the support checker is
    unsure (None: nobody does); ``patience`` is how many seconds the model may take for its next
    words; tokens and times are told to ``cost``."""

    llm: LLM
    judge: EntailmentJudge | None = None
    annotate: Annotator = unannotated
    patience: float = 60.0
    cost: CostRecorder = field(default_factory=CostRecorder)

    def write(
        self, question: Question, evidence: Sequence[Evidence], history: Sequence[Turn]
    ) -> Iterator[Written]:
        """Checked sentences, each as soon as it is complete, supported or not. ``evidence`` is best
        first; the first ``MAX_EVIDENCE_SENTENCES`` are used. Raises ModelError."""
        best = evidence[:MAX_EVIDENCE_SENTENCES]
        shown = _in_reading_order(with_antecedents(best))
        quotable = list({e.place: e for e in (*best, *map(with_antecedent, best))}.values())
        known = KnownEvidence(self.annotate)
        message = user_message(question, shown, history, known.facts)
        completion = Completion(self.llm, SYSTEM, message, self.patience)
        review = Review(
            self.llm, question, shown, quotable, known.facts, known.context, self.judge, self.cost
        )
        try:
            for text in whole_sentences(self.cost.timed(completion)):
                if completion.cut_off and text[-1] not in '“.!?”"’)':
                    continue
                yield review.reviewed(check_claim(text, quotable, known.context, question.text))
        finally:
            self.cost.add_tokens(completion.usage)


class KnownEvidence:
    """What the library knows about evidence sentences, looked up once for each."""

    def __init__(self, annotate: Annotator) -> None:
        self._annotate = annotate
        self._citations: dict[tuple[str, int, int], Citation] = {}

    def citation(self, evidence: Evidence) -> Citation:
        """The annotated citation of a sentence; its number and score say nothing."""
        if evidence.place not in self._citations:
            self._citations[evidence.place] = self._annotate(citation(evidence, 1, 1.0))
        return self._citations[evidence.place]

    def facts(self, evidence: Evidence) -> str:
        """Who says it, and the days its words mean, for a prompt."""
        return known_facts(self.citation(evidence))

    def context(self, evidence: Evidence) -> str:
        """The text that may explain a name or a date of a claim."""
        return citation_context(self.citation(evidence))


def _in_reading_order(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Sentences of one article together and in their order, the best article first."""
    order = {item.article.id: rank for rank, item in reversed(list(enumerate(evidence)))}
    return sorted(evidence, key=lambda e: (order[e.article.id], e.start))
