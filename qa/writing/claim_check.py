"""Checks one sentence that a model wrote: its quotes, the verdict of ``qa/support``, refusals.

    sentence + evidence -> align_claim -> support >= threshold, no foreign address, no question

Pure functions. Knows nothing about models.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.answers.citations import ContextOf, align_claim, article_context
from qa.reading.evidence import Evidence
from qa.support.checker import SUPPORT_THRESHOLD, check_support

MAX_FRAGMENT_WORDS = 4
"""Words up to which an answer is a fragment, not a sentence."""

_ADDRESS = re.compile(
    r"https?:|www\.|\b[\w.+-]+@[\w-]+\.\w|\b[\w-]+\.(?:com|org|net|io|example)\b", re.IGNORECASE
)
_DENIAL = re.compile(
    r"\b(?:excerpts?|(?:provided|given|these|the) (?:articles?|texts?|information|context|"
    r"sources?))"
    r"\b.{0,40}\b(?:do(?:es)?|did|is|are)(?: not|n[’']t)\b.{0,40}\b(?:mention\w*|say|"
    r"state\w*|contain|provide\w*|specif\w+|include|indicate|available|given|answer|discuss)"
    r"|\b(?:not (?:mentioned|provided|specified|stated)|no (?:information|mention)) in the\b"
    r"|\bcannot (?:be )?(?:answer|determin)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Written:
    """One sentence of the model, the evidence behind it, and whether it may be shown."""

    text: str
    evidence: tuple[Evidence, ...]
    score: float
    supported: bool
    denies: bool = False
    """Whether it says that the excerpts do not answer."""
    reasons: tuple[str, ...] = ()
    """What speaks against it, in plain words; none for a supported one."""
    claim: str = ""
    """What is claimed: the text, or the question with a text that is no sentence."""


def check_claim(
    text: str,
    evidence: Sequence[Evidence],
    context_of: ContextOf = article_context,
    question: str = "",
) -> Written:
    """The evidence that stands behind a sentence, and whether it is enough.

    Questions state nothing: they are neither answers nor evidence.
    """
    evidence = [e for e in evidence if not _is_question(e.text)]
    if (
        question
        and is_fragment(text)
        and (found := _check_fragment(text, evidence, context_of, question))
    ):
        return found
    chosen, verdict = align_claim(text, evidence, context_of)
    reasons = list(verdict.reasons)
    if _has_foreign_address(text, chosen):
        reasons.append("an address is not in the quotes")
    if _is_question(text):
        reasons.append("it is a question")
    supported = bool(chosen) and not reasons
    return Written(
        text, tuple(chosen), verdict.score, supported, not supported and is_refusal(text),
        tuple(reasons), text,
    )  # fmt: skip


def _is_question(text: str) -> bool:
    return text.rstrip("”\"’' ").endswith("?")


def is_fragment(text: str) -> bool:
    """Whether a model answered in a few words, not in a sentence: "Yellowstone National Park"."""
    number = len(text.split())
    return number <= MAX_FRAGMENT_WORDS or (
        number <= 2 * MAX_FRAGMENT_WORDS and text[-1] not in '.!?”"’)'
    )


def _check_fragment(
    text: str, evidence: Sequence[Evidence], context_of: ContextOf, question: str
) -> Written | None:
    """A few words claim nothing by themselves: any mention would do. Their quote is the sentence
    that holds them and answers the question best, and it is scored with the question."""
    wanted = f" {_normalized(text)} "
    holding = [e for e in evidence if wanted in f" {_normalized(e.text)} "]
    if not holding or not wanted.strip():
        return None
    best = max(holding, key=lambda e: e.score)
    claim = f"{question} {text}"
    score = check_support(claim, [best.text], context_of(best)).score
    return Written(text, (best,), max(score, SUPPORT_THRESHOLD), supported=True, claim=claim)


def _normalized(text: str) -> str:
    return " ".join(re.findall(r"[\w%$£€]+", text.lower()))


def is_refusal(text: str) -> bool:
    """Whether a model's sentence says that the articles do not answer."""
    return bool(_DENIAL.search(text))


def _has_foreign_address(text: str, chosen: Sequence[Evidence]) -> bool:
    """Whether a sentence holds an address that its evidence does not: never shown."""
    evidence = " ".join(item.text for item in chosen)
    return any(match.group() not in evidence for match in _ADDRESS.finditer(text))
