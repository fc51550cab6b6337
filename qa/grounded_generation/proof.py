"""Proves what a capable model writes: code first, then one call of an entailment judge.

    claim + lines -> code: numbers, days, names, negations, words -> certain | in doubt, and why
    all that are in doubt -> one prompt -> SUPPORTED with lines | WRONG, corrected | ABSENT
        -> the corrected sentence -> code again -> shown, or left out

Code alone decides where every content word of a claim stands in one sentence of an article and
nothing speaks against it. A judge must name the lines it found a claim in; where it names none
that exist, those that the writer named stand for them, and without these the support checker
decides, as it does when the judge fails. The only module of the package that decides whether a
sentence is shown.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from qa.answers.citations import Annotator, align_claim
from qa.answers.quoting import with_antecedent
from qa.cost import CostRecorder
from qa.errors import ModelError
from qa.grounded_generation.excerpts import Excerpts
from qa.grounded_generation.prompts import JUDGE_SYSTEM, excerpts_text, judge_message
from qa.grounded_generation.reply_parser import Claim, marks_and_text
from qa.questions.interpretation import Question
from qa.reading.evidence import Evidence
from qa.retrieval.ranking import stems_of
from qa.support.checker import SUPPORT_THRESHOLD
from qa.support.features import compare_claim
from qa.writing.claim_check import Written, has_foreign_address, is_question
from qa.writing.models import Completion
from qa.writing.prompts import known_facts
from qa.writing.writer import KnownEvidence

if TYPE_CHECKING:
    from qa.writing.models import LLM

CERTAIN_FROM = 0.85
"""Score of the support checker from which code alone decides: that of a claim whose content words
all stand in the evidence, with nothing against it, scores .86, and one that lacks a word at most
.60 (the weights of ``qa/support/checker.py``)."""

MAX_CITED_LINES = 6
"""Lines behind one sentence; a judge names the fewest that suffice. With 4, two of 23 corrected
sentences of the recorded sets lost a line that they rest on (2026-11-25)."""

NEAREST_LINES = 6
"""Lines that share most words with a claim, shown to the judge beside those that it names."""
NEIGHBOURING_LINES = 2
"""Lines shown on each side of a named one."""

JUDGE_TOKENS_PER_CLAIM = 90
MIN_JUDGE_TOKENS = 200

log = logging.getLogger(__name__)

_VERDICT = re.compile(r"^\W*(\d+)\W{0,3}\s*(SUPPORTED|WRONG|ABSENT)\b[\s:.-]*(.*)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Proven:
    """A claim after the proof. ``written`` is what may be shown, None for what is left out; ``gap``
    is what the articles do not say, for a claim that turned out to say so."""

    claim: Claim
    written: Written | None
    gap: str = ""


@dataclass(frozen=True, slots=True)
class CodeCheck:
    """What code makes of a claim: the best evidence among the lines, and what it misses there."""

    claim: Claim
    written: Written
    certain: bool
    doubts: tuple[str, ...]


@dataclass(slots=True)
class Proof:
    """The proof of one answer over what its model was shown. ``judge`` is the model that judges,
    None for nobody: then code decides alone."""

    excerpts: Excerpts
    question: Question
    annotate: Annotator
    judge: LLM | None = None
    patience: float = 60.0
    cost: CostRecorder = field(default_factory=CostRecorder)
    _known: KnownEvidence = field(init=False)

    def __post_init__(self) -> None:
        self._known = KnownEvidence(self.annotate)

    def facts(self, evidence: Evidence) -> str:
        """What is known of a line beyond its words: its speaker, where it names nobody, and the
        days that it means."""
        found = self._known.citation(evidence)
        named = {word.casefold() for word in re.findall(r"\w+", evidence.text)}
        if found.speaker and found.speaker.split()[-1].casefold() in named:
            found = replace(found, speaker=None, role="")
        return known_facts(found)

    def check_by_code(self, claim: Claim) -> CodeCheck:
        """The first step. The lines that the model names are looked at first; when they do not
        hold the claim, those that share most words with it."""
        named = self.excerpts.numbered(claim.numbers)
        found = self._aligned(claim, named)
        if not found.certain:
            nearest = self._nearest(claim.text, NEAREST_LINES)
            other = self._aligned(claim, [*named, *(e for e in nearest if e not in named)])
            if not named or other.certain or (other.written.supported > found.written.supported):
                found = other
        return found

    def judged(self, checks: Sequence[CodeCheck]) -> list[Proven]:
        """The second step, for all claims that are in doubt: one call. Never raises ModelError."""
        verdicts: dict[int, tuple[str, str]] = {}
        if self.judge is not None and checks:
            try:
                verdicts = self._verdicts(self.judge, checks)
            except ModelError as error:
                log.info("no verdicts: %s", error.reason)
        return [
            self._decided(check, *verdicts.get(number, ("", "")))
            for number, check in enumerate(checks, 1)
        ]

    # -- code -------------------------------------------------------------------------------

    def _aligned(self, claim: Claim, candidates: Sequence[Evidence]) -> CodeCheck:
        """Whether the candidates support a claim, alone or with what their pronouns refer to."""
        quotable = [e for e in candidates if not is_question(e.text)]
        quotable = list({e.place: e for e in (*quotable, *map(with_antecedent, quotable))}.values())
        chosen, verdict = align_claim(claim.text, quotable, self._known.context)
        reasons = list(verdict.reasons)
        if has_foreign_address(claim.text, chosen):
            reasons.append("an address is not in the quotes")
        if is_question(claim.text):
            reasons.append("it is a question")
        supported = bool(chosen) and not reasons
        certain = supported and verdict.score >= CERTAIN_FROM and len(chosen) == 1
        written = Written(claim.text, tuple(chosen), verdict.score, supported, claim=claim.text)
        return CodeCheck(claim, written, certain, tuple(reasons))

    def _nearest(self, text: str, limit: int) -> list[Evidence]:
        """The lines that share most of a claim's words; the shorter of two that share as many."""
        wanted = stems_of(text)
        rated = sorted(
            self.excerpts.lines, key=lambda e: (-len(wanted & stems_of(e.text)), len(e.text))
        )
        return rated[:limit]

    # -- the judge --------------------------------------------------------------------------

    def _verdicts(self, judge: LLM, checks: Sequence[CodeCheck]) -> dict[int, tuple[str, str]]:
        """Verdict and what follows it, by the number of the claim. Raises ModelError."""
        lines = excerpts_text(self.excerpts, self.facts, self._shown_to_judge(checks))
        message = judge_message(
            self.question, [c.claim.text for c in checks], [c.doubts for c in checks], lines
        )
        tokens = MIN_JUDGE_TOKENS + JUDGE_TOKENS_PER_CLAIM * len(checks)
        completion = Completion(judge, JUDGE_SYSTEM, message, self.patience, max_tokens=tokens)
        try:
            reply = "".join(completion)
        finally:
            self.cost.add_tokens(completion.usage)
        found: dict[int, tuple[str, str]] = {}
        for line in reply.splitlines():
            if match := _VERDICT.match(line):
                found.setdefault(int(match[1]), (match[2].upper(), match[3]))
        return found

    def _shown_to_judge(self, checks: Sequence[CodeCheck]) -> list[int]:
        """Numbers of the lines that the claims name with their neighbours, and of the nearest."""
        total, wanted = len(self.excerpts.lines), set()
        for check in checks:
            wanted |= _with_neighbours(check.claim.numbers)
            for evidence in self._nearest(check.claim.text, NEAREST_LINES):
                wanted.add(self.excerpts.number_of(evidence))
        return sorted(n for n in wanted if 0 < n <= total)

    def _decided(self, check: CodeCheck, verdict: str, rest: str) -> Proven:
        claim = check.claim
        if verdict == "SUPPORTED":
            numbers, _ = marks_and_text(rest)
            if cited := self._cited(numbers) or self._cited(claim.numbers):
                return Proven(claim, self._shown(claim.text, cited, check.written.score))
        if verdict == "ABSENT":
            return Proven(claim, None, rest.strip() or claim.text)
        if verdict == "WRONG":
            log.info("not supported: %r (%s)", claim.text, rest)
            return Proven(claim, self._corrected(rest))
        return Proven(claim, check.written if check.written.supported else None)

    def _corrected(self, rest: str) -> Written | None:
        """The corrected sentence of a verdict, when the lines that it names, or those beside them,
        where a name may stand that a pronoun takes up, hold its facts."""
        numbers, text = marks_and_text(rest.rpartition("|")[2])
        cited = self._cited(numbers)
        if len(text.split()) < 3 or not cited or is_question(text):
            return None
        beside = self.excerpts.numbered(sorted(_with_neighbours(numbers)))
        articles = {e.article.id for e in cited}
        known = [*cited, *(e for e in beside if e.article.id in articles)]
        context = " ".join(dict.fromkeys(map(self._known.context, cited)))
        found = compare_claim(text, [e.text for e in known], context)
        if found.missing or found.contradicted or has_foreign_address(text, cited):
            return None
        return self._shown(text, cited, SUPPORT_THRESHOLD)

    def _cited(self, numbers: Sequence[int]) -> list[Evidence]:
        """The lines with these numbers, each with the sentence that its pronoun refers to."""
        lines = self.excerpts.numbered(numbers)[:MAX_CITED_LINES]
        return list({e.place: e for e in map(with_antecedent, lines)}.values())

    def _shown(self, text: str, cited: Sequence[Evidence], score: float) -> Written:
        score = max(score, SUPPORT_THRESHOLD)
        return Written(text, tuple(cited), score, supported=True, claim=text)


def _with_neighbours(numbers: Sequence[int]) -> set[int]:
    """Line numbers and those near them, whether or not there are such lines."""
    near = range(-NEIGHBOURING_LINES, NEIGHBOURING_LINES + 1)
    return {number + step for number in numbers for step in near}
