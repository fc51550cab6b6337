"""Second looks at a written sentence, where the support checker alone does not settle it.

    checked -> unsure? a model's yes or no
        -> unsupported? without the part that is -> still? one rewrite, checked like the first

What asks the model again is bounded: an answer has ``SPARE`` seconds for all its second looks. When
they are used up, or the model fails, what the checker said stands. Nothing here changes a sentence
that was shown before. Knows nothing about streams.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from qa.answers.citations import Beside
from qa.errors import ModelError
from qa.language.words import content_stems
from qa.questions.interpretation import Question
from qa.reading.evidence import Evidence
from qa.support.checker import support
from qa.writing.claim_check import Written, checked
from qa.writing.claim_trimming import shorter
from qa.writing.entailment_judge import judge
from qa.writing.models import Stream, add_tokens, brief
from qa.writing.prompts import REPAIR_SYSTEM, Note, repair_message
from qa.writing.sentence_stream import whole_sentences

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

SPARE = 30.0
"""Seconds that all second looks of an answer may take; a small model on two cores needs 3 to 8 for
one (2026-11-23)."""

REWRITE_TOKENS = 90
NEAREST = 6
"""Evidence sentences shown for a rewrite, about 250 tokens."""
DOUBTS = 2
"""Shortened sentences that are put to the model."""

KEPT = 0.4
"""Share of a sentence's content words that its repair must keep, to be the same sentence."""

UNSURE = 0.7
"""A supported sentence of a lower score is put to the model: every one that has a word which its
quotes lack."""
NO = 0.4
"""Below this probability of yes the model is believed against the checker. A 1.5B model rejected 13
of 28 unsupported and 4 of 34 supported ones of what the checker let through with such a score: 44
pairs of SummEdits news and AttributionBench, and 18 written sentences labelled by hand
(2026-11-23). Of what the checker refused for too few common words, its yes told nothing (34 pairs):
there the checker decides."""

THIN = 0.58
YES = 0.6
"""Below THIN the model must say yes with this probability. Of 35 sentences of RealTime QA's editors
that the checker let through, read by hand, 3 of 11 below THIN were wholly supported and 22 of 24
above; of 8 that a model wrote, 6, and the six were those with a yes above 0.6 (2026-11-23)."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Review:
    """The second looks of one answer."""

    llm: LLM
    question: Question
    shown: Sequence[Evidence]
    """What the model was shown."""
    quotable: Sequence[Evidence]
    """What may be cited: the same, with and without the sentence that one leans on."""
    note: Note
    beside: Beside
    judging: bool = True
    hopeless: bool = False
    """Whether a yes or no will never be had from this model: it gives no log-probabilities."""
    seconds: float = SPARE
    usage: dict[str, int] = field(default_factory=dict)

    def second(self, first: Written) -> Written:
        """The sentence as it may be shown, or one without support. Never raises ModelError."""
        doubted = self._doubted(first)
        if doubted.supported or doubted.denies:
            return doubted
        log.info("not supported: %r (%s)", doubted.text, "; ".join(doubted.reasons))
        return self._trimmed(doubted) or self._rewritten(doubted) or doubted

    def _trimmed(self, first: Written) -> Written | None:
        """The longest part of it that is supported and tells more than the question does."""
        asked, doubts = set(content_stems(self.question.text)), 0
        for text in shorter(first.text, first.reasons):
            part = checked(text, self.quotable, self.beside, self.question.text)
            if not (part.supported and same_matter(first.text, text)):
                continue
            if not set(content_stems(text)) - asked:
                continue
            if (sure := self._doubted(part)).supported:
                log.info("shortened: %r", text)
                return sure
            doubts += 1
            if doubts == DOUBTS:
                break
        return None

    def _doubted(self, first: Written) -> Written:
        """The verdict after a model's yes or no, where the checker is unsure."""
        unsure = first.supported and first.score < UNSURE
        if not (self.judging and unsure and self.seconds > 0):
            return first
        yes = self._yes(first)
        log.info("the model's yes is %s: %r", yes, first.text)
        if yes is None or yes >= (YES if first.score < THIN else NO):
            return first
        said = ("a model that read the excerpts says that they do not support it",)
        return replace(first, supported=False, reasons=said)

    def _yes(self, written: Written) -> float | None:
        """The model's probability of yes; None without one."""
        quotes = [line for e in written.evidence for line in (self.beside(e), e.text)]
        try:
            with self._clock():
                return judge(
                    self.llm,
                    written.claim or written.text,
                    quotes,
                    patience=self.seconds,
                    usage=self.usage,
                )
        except ModelError as error:
            log.info("no second opinion: %s", error.reason)
            self.judging, self.hopeless = False, not error.retryable
            return None

    def _rewritten(self, first: Written) -> Written | None:
        """What the model makes of it, when that is supported and still the same sentence."""
        if self.seconds <= 0:
            return None
        nearest = self._nearest(first)
        message = repair_message(self.question, first.text, first.reasons, nearest, self.note)
        stream = Stream(
            brief(self.llm, REWRITE_TOKENS), REPAIR_SYSTEM, message, within=self.seconds
        )
        try:
            with self._clock():
                said = "".join(stream)
        except ModelError as error:
            log.info("no rewrite: %s", error.reason)
            return None
        finally:
            add_tokens(self.usage, stream.usage)
        text = next(iter(whole_sentences([said])), "")
        if not same_matter(first.text, text):
            return None
        again = self._doubted(checked(text, self.quotable, self.beside, self.question.text))
        log.info("rewritten: %r (%s)", text, "; ".join(again.reasons) or "supported")
        return again if again.supported else None

    def _nearest(self, first: Written) -> list[Evidence]:
        """The evidence of a sentence, and what else shares most with it, in the order shown."""
        rest = sorted(
            (e for e in self.shown if e not in first.evidence),
            key=lambda e: -support(first.text, [e.text], self.beside(e)).score,
        )
        chosen = {e.place for e in (*first.evidence, *rest[: NEAREST - len(first.evidence)])}
        every = {e.place: e for e in (*self.shown, *self.quotable)}
        return [e for place, e in every.items() if place in chosen]

    @contextmanager
    def _clock(self) -> Iterator[None]:
        started = time.monotonic()
        try:
            yield
        finally:
            self.seconds -= time.monotonic() - started


def same_matter(sentence: str, rewrite: str) -> bool:
    """Whether a rewrite keeps enough of a sentence's words to be its correction."""
    words = set(content_stems(sentence))
    return bool(rewrite) and len(words & set(content_stems(rewrite))) >= KEPT * len(words)
