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
_SOURCES = (
    r"(?:excerpts?|(?:(?:provided|given|available|supplied|retrieved|above|these|those|search) )+"
    r"(?:news )?(?:articles?|texts?|information|context|sources?|documents?|passages?|materials?|"
    r"reports?|coverage|results?|lines))"
)
"""What a model calls its evidence when it speaks about it, and no report speaks of."""
_PLAIN_SOURCES = r"the (?:articles?|texts?|context|passages?|sources?)"
"""The same, but for "did not": "the sources did not say" is news."""
_TELLS = (
    r"(?:mention|say|state|contain|provide|specif|include|indicate|give|answer|discuss|name|report|"
    r"identif|describe|reveal|tell|explain|address|cover|list|detail|quantif|clarif|disclose|note|"
    r"make (?:it )?clear|offer|show|confirm|elaborate|support)\w*"
)
_DENIAL = re.compile(
    rf"\b(?:{_SOURCES}\b.{{0,40}}\b(?:do(?:es)?|did|is|are|have|has|can)(?: not|n[’']t)"
    rf"|{_PLAIN_SOURCES}\b.{{0,40}}\b(?:do(?:es)?|is|are)(?: not|n[’']t))\b.{{0,40}}"
    rf"\b(?:{_TELLS}|available|enough|sufficient)"
    rf"|\b(?:{_SOURCES}|{_PLAIN_SOURCES})\b.{{0,40}}\b(?:(?:contain|provide|give|offer|include|"
    r"make|has|have)s?\s+no|fails? to|lacks?|(?:is|are) silent)\b"
    rf"|\b(?:none|neither|nothing|no\w*) (?:of |in |from )?(?:the )?(?:{_SOURCES}|articles?|"
    rf"sources?|passages?)\b.{{0,30}}\b{_TELLS}"
    r"|\bnothing in the (?:articles|excerpts|sources)\b"
    r"|\b(?:not|never|\w+n[’']t|no (?:information|mention|details?|answer|indication|reference))\b"
    rf".{{0,60}}\b(?:in|from|by) (?:any of )?(?:the )?(?:{_SOURCES}|articles|context|provided)\b"
    r"|\b(?:not (?:mentioned|provided|specified|stated)|no (?:information|mention)) in the\b"
    r"|\bcannot (?:be )?(?:answer|determin)"
    r"|\bi(?: am|[’']m)? (?:cannot|can[’']t|could not|couldn[’']t|unable to|do not|don[’']t) "
    r"(?:find (?:an?|any|that|this|the) |answer|determine|have (?:any |enough )?information|locate)"
    r"|\bthere (?:is|are|was) (?:not enough|insufficient|no) (?:information|context|evidence|data)"
    r"\b.{0,40}\b(?:to (?:answer|determine|say)|provided|available)\b",
    re.IGNORECASE,
)
"""Prose in which models refuse. A report's own "did not say" is none."""


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
    evidence = [e for e in evidence if not is_question(e.text)]
    if (
        question
        and is_fragment(text)
        and (found := _check_fragment(text, evidence, context_of, question))
    ):
        return found
    chosen, verdict = align_claim(text, evidence, context_of)
    reasons = list(verdict.reasons)
    if has_foreign_address(text, chosen):
        reasons.append("an address is not in the quotes")
    if is_question(text):
        reasons.append("it is a question")
    supported = bool(chosen) and not reasons
    return Written(
        text, tuple(chosen), verdict.score, supported, not supported and is_refusal(text),
        tuple(reasons), text,
    )  # fmt: skip


def is_question(text: str) -> bool:
    """Whether a sentence is a question: it states nothing, and supports nothing."""
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


def has_foreign_address(text: str, chosen: Sequence[Evidence]) -> bool:
    """Whether a sentence holds an address that its evidence does not: never shown."""
    evidence = " ".join(item.text for item in chosen)
    return any(match.group() not in evidence for match in _ADDRESS.finditer(text))
