"""Written mode: a model writes, code cites and checks. A sentence without support is not shown.

    excerpts -> model -> stream -> whole sentences -> align to evidence -> check
        -> second looks (qa/writing/claim_repair.py) -> cited sentence

Knows nothing about retrieval or about how answers look.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qa.answers.citations import Annotate, as_it_is, beside, citation
from qa.answers.quoting import understood, with_context
from qa.questions.interpretation import Question
from qa.reading.evidence import Evidence
from qa.records import Citation, Turn
from qa.writing.claim_check import Written, checked
from qa.writing.claim_repair import Review
from qa.writing.models import Stream, add_tokens
from qa.writing.prompts import SYSTEM, note_of, user_message
from qa.writing.sentence_stream import whole_sentences

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

EXCERPTS = 10
"""Evidence sentences shown to the model, about 600 tokens with what is known of them. The answer
stands in the first 10 of .927 of the 409 RealTime QA development questions, in the first 16 of
.944 (2026-11-23); reading them is most of the time of a model on a CPU."""


@dataclass(slots=True)
class Writer:
    """Writes one answer. Afterwards ``usage`` holds the tokens it took."""

    llm: LLM
    patience: float = 60.0
    annotate: Annotate = as_it_is
    """Adds to a citation what the library knows about its words."""
    judging: bool = True
    """Whether the model is asked for a yes or no where the checker is unsure; afterwards, whether
    asking again makes sense."""
    usage: dict[str, int] = field(default_factory=dict)
    asked: float = 0.0
    """When the model was asked (``time.perf_counter``)."""
    first_token: float = 0.0
    """When its first words came."""
    _known: dict[tuple[str, int, int], Citation] = field(default_factory=dict)

    def write(
        self, question: Question, evidence: Sequence[Evidence], history: Sequence[Turn]
    ) -> Iterator[Written]:
        """Checked sentences, each as soon as it is complete. Raises ModelError."""
        read = evidence[:EXCERPTS]
        shown = _reading_order(understood(read))
        quotable = list({e.place: e for e in (*read, *map(with_context, read))}.values())
        message = user_message(question, shown, history, self._note)
        stream = Stream(self.llm, SYSTEM, message, self.patience)
        review = Review(
            self.llm, question, shown, quotable, self._note, self._beside, judging=self.judging,
            usage=self.usage,
        )  # fmt: skip
        try:
            for text in whole_sentences(self._clocked(stream)):
                if stream.cut and text[-1] not in '“.!?”"’)':
                    continue
                yield review.second(checked(text, quotable, self._beside, question.text))
        finally:
            add_tokens(self.usage, stream.usage)
            self.judging = self.judging and not review.hopeless

    def _clocked(self, stream: Iterable[str]) -> Iterator[str]:
        self.asked = time.perf_counter()
        for piece in stream:
            self.first_token = self.first_token or time.perf_counter()
            yield piece

    def _about(self, evidence: Evidence) -> Citation:
        if evidence.place not in self._known:
            self._known[evidence.place] = self.annotate(citation(evidence, 1, 1.0))
        return self._known[evidence.place]

    def _note(self, evidence: Evidence) -> str:
        return note_of(self._about(evidence))

    def _beside(self, evidence: Evidence) -> str:
        return beside(self._about(evidence))


def _reading_order(evidence: Sequence[Evidence]) -> list[Evidence]:
    order = {item.article.id: rank for rank, item in reversed(list(enumerate(evidence)))}
    return sorted(evidence, key=lambda e: (order[e.article.id], e.start))
