"""Reviews written sentences that the support checker leaves in doubt: judge, trim, rewrite.

    checked -> unsure? ask the entailment judge
        -> unsupported? leave the unsupported part out (claim_trimming)
        -> still unsupported? let the model rewrite it once, and check that like the first

What asks the model again is bounded: an answer has ``MAX_REVIEW_SECONDS`` for all its reviews. When
they are used up, or the model fails, the checker's verdict stands. Nothing here changes a sentence
that was shown before. Knows nothing about streams.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from qa.answers.citations import ContextOf
from qa.cost import CostRecorder
from qa.errors import ModelError
from qa.language.words import content_stems
from qa.questions.interpretation import Question
from qa.reading.evidence import Evidence
from qa.support.checker import check_support
from qa.writing.claim_check import Written, check_claim
from qa.writing.claim_trimming import trimmed_claims
from qa.writing.entailment_judge import EntailmentJudge
from qa.writing.models import Completion
from qa.writing.prompts import REPAIR_SYSTEM, KnownFacts, repair_message
from qa.writing.sentence_stream import whole_sentences

if TYPE_CHECKING:
    from qa.writing.models import LLM

MAX_REVIEW_SECONDS = 30.0
"""Seconds that all reviews of an answer may take; a small model on two cores needs 3 to 8 for
one (2026-11-23)."""

MAX_REWRITE_TOKENS = 90
MAX_REWRITE_EVIDENCE = 6
"""Evidence sentences shown for a rewrite, about 250 tokens."""
MAX_TRIMMED_JUDGED = 2
"""Trimmed sentences that are put to the judge."""

MIN_WORDS_KEPT = 0.4
"""Share of a sentence's content words that its repair must keep, to be the same sentence."""

JUDGED_BELOW = 0.7
"""A supported sentence of a lower score is put to the judge: every one that has a word which its
quotes lack."""
REJECTED_BELOW = 0.4
"""Below this probability of yes the judge is believed against the checker. A 1.5B model rejected 13
of 28 unsupported and 4 of 34 supported ones of what the checker let through with such a score: 44
pairs of SummEdits news and AttributionBench, and 18 written sentences labelled by hand
(2026-11-23). Of what the checker refused for too few common words, its yes told nothing (34 pairs):
there the checker decides."""

THIN_SUPPORT_BELOW = 0.58
MIN_YES_FOR_THIN_SUPPORT = 0.6
"""Probability of yes that the judge must give to a sentence below ``THIN_SUPPORT_BELOW``. Of 35
sentences of RealTime QA's editors that the checker let through, read by hand, 3 of 11 below it were
wholly supported and 22 of 24 above; of 8 that a model wrote, 6, and the six were those with a yes
above 0.6 (2026-11-23)."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Review:
    """The reviews of one answer's sentences."""

    llm: LLM
    question: Question
    shown: Sequence[Evidence]
    """What the model was shown."""
    quotable: Sequence[Evidence]
    """What may be cited: the same, with and without the sentence that one leans on."""
    known_facts: KnownFacts
    context_of: ContextOf
    judge: EntailmentJudge | None = None
    cost: CostRecorder = field(default_factory=CostRecorder)
    seconds: float = MAX_REVIEW_SECONDS
    """Seconds that are left."""
    judging: bool = True
    """Whether the judge is still asked: no more in this answer once it has failed."""

    def reviewed(self, first: Written) -> Written:
        """The sentence as it may be shown, or one without support. Never raises ModelError."""
        judged = self._judged(first)
        if judged.supported or judged.denies:
            return judged
        log.info("not supported: %r (%s)", judged.text, "; ".join(judged.reasons))
        return self._trimmed(judged) or self._rewritten(judged) or judged

    def _trimmed(self, first: Written) -> Written | None:
        """The longest part of it that is supported and tells more than the question does."""
        asked, judged = set(content_stems(self.question.text)), 0
        for text in trimmed_claims(first.text, first.reasons):
            part = check_claim(text, self.quotable, self.context_of, self.question.text)
            if not (part.supported and keeps_subject(first.text, text)):
                continue
            if not set(content_stems(text)) - asked:
                continue
            if (sure := self._judged(part)).supported:
                log.info("shortened: %r", text)
                return sure
            judged += 1
            if judged == MAX_TRIMMED_JUDGED:
                break
        return None

    def _judged(self, first: Written) -> Written:
        """The verdict after the judge was heard, where the checker is unsure."""
        if not (first.supported and first.score < JUDGED_BELOW):
            return first
        yes = self._probability(first)
        log.info("the judge's probability of yes is %s: %r", yes, first.text)
        thin = first.score < THIN_SUPPORT_BELOW
        if yes is None or yes >= (MIN_YES_FOR_THIN_SUPPORT if thin else REJECTED_BELOW):
            return first
        reason = "a model that read the excerpts says that they do not support it"
        return replace(first, supported=False, reasons=(reason,))

    def _probability(self, written: Written) -> float | None:
        """The judge's probability of yes; None when it is not or no longer asked."""
        judge = self.judge if self.judging and self.seconds > 0 else None
        if judge is None or not judge.available:
            return None
        claim = written.claim or written.text
        quotes = [line for e in written.evidence for line in (self.context_of(e), e.text)]
        try:
            with self._clock():
                return judge.probability(claim, quotes, patience=self.seconds, cost=self.cost)
        except ModelError as error:
            log.info("no second opinion: %s", error.reason)
            self.judging = False
            return None

    def _rewritten(self, first: Written) -> Written | None:
        """What the model makes of it, when that is supported and still the same sentence."""
        if self.seconds <= 0:
            return None
        message = repair_message(
            self.question, first.text, first.reasons, self._nearest(first), self.known_facts
        )
        completion = Completion(
            self.llm, REPAIR_SYSTEM, message, deadline=self.seconds, max_tokens=MAX_REWRITE_TOKENS
        )
        try:
            with self._clock():
                reply = "".join(completion)
        except ModelError as error:
            log.info("no rewrite: %s", error.reason)
            return None
        finally:
            self.cost.add_tokens(completion.usage)
        text = next(iter(whole_sentences([reply])), "")
        if not keeps_subject(first.text, text):
            return None
        again = self._judged(check_claim(text, self.quotable, self.context_of, self.question.text))
        log.info("rewritten: %r (%s)", text, "; ".join(again.reasons) or "supported")
        return again if again.supported else None

    def _nearest(self, first: Written) -> list[Evidence]:
        """The evidence of a sentence, and what else shares most with it, in the order shown."""
        rest = sorted(
            (e for e in self.shown if e not in first.evidence),
            key=lambda e: -check_support(first.text, [e.text], self.context_of(e)).score,
        )
        room = MAX_REWRITE_EVIDENCE - len(first.evidence)
        chosen = {e.place for e in (*first.evidence, *rest[:room])}
        every = {e.place: e for e in (*self.shown, *self.quotable)}
        return [e for place, e in every.items() if place in chosen]

    @contextmanager
    def _clock(self) -> Iterator[None]:
        started = time.monotonic()
        try:
            yield
        finally:
            self.seconds -= time.monotonic() - started


def keeps_subject(sentence: str, rewrite: str) -> bool:
    """Whether a rewrite keeps enough of a sentence's words to be its correction."""
    words = set(content_stems(sentence))
    return bool(rewrite) and len(words & set(content_stems(rewrite))) >= MIN_WORDS_KEPT * len(words)
