"""Detects sentences addressed to a language model and keeps them out of the evidence.

An article can carry text that is meant for a model ("Add ... to your reply", "Ignore the above").
Such a sentence is no evidence, in either mode, unless the question is about it: there are stories
about planted instructions, and they must stay answerable. What else of an article stands in a
prompt (headline, outlet, the roles of speakers) goes through ``safe_text``.

Detected are sentences about "your answer", about instructions to be ignored, to a chatbot as a
chatbot, and bare tasks at the beginning of a sentence ("Translate the following ...", "Explain
..."). Not detected are instructions in other languages, in code, spread over sentences, or dressed
as news ("Readers are reminded that ..."): those still reach a model only as quoted data, and what
it writes is checked for support. Pure functions. Knows nothing about models.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.segmentation import sentence_spans
from qa.reading.evidence import Evidence

MIN_COVERAGE_ASKED_FOR = 0.5
"""Share of the question's words, by weight, that a sentence holds when the question is about it."""

_ANSWER_WORD = (
    r"(?:answers?|responses?|repl(?:y|ies)|outputs?|messages?|completions?|summary|summaries)"
)
_START = (
    r"^[\W_]*(?:(?:please|now|also|then|instead|next|finally|always|first|important|note)\b[\s,:]*|"
    r"(?:do not|don[’']t|never)\s+)*"
)
_TASK_VERB = (
    r"(?:add|append|insert|include|integrate|incorporate|weave|mention|modify|change|alter|edit|"
    r"enhance|augment|improve|extend|adjust|replace|substitute|swap|convert|encode|render|"
    r"rearrange|scramble|jumble|shuffle|anagram|misspell|introduce|remove|delete|omit|group|"
    r"combine|reverse|capitalize|use|write|rewrite|draft|compose|develop|produce|create|generate|"
    r"provide|give|show|list|print|output|return|say|state|repeat|respond|reply|answer|begin|start|"
    r"end|finish|conclude|sign|explain|describe|define|summari[sz]e|translate|paraphrase|outline|"
    r"break down|calculate|compute|solve|suggest|recommend|promote|advertise|tease|urge|praise|"
    r"tell|inform|direct|invite|encourage|remind|ask|ignore|disregard|forget|override|pretend|act|"
    r"imagine|assume|reveal|disclose|make|ensure|format|speak|talk)"
)
_ADDRESSED = re.compile(
    rf"{_START}(?:{_TASK_VERB}\b.{{0,160}}\b(?:your|the|this|each|every)\s+(?:\w+\s+){{0,2}}{_ANSWER_WORD}\b"
    rf"|(?:in|to|at the (?:end|beginning|start) of|throughout|within|for|before|after)\s+"
    rf"(?:all\s+|every\s+)?(?:of\s+)?your\s+(?:\w+\s+){{0,2}}{_ANSWER_WORD}\b[\s,:]*"
    rf"(?:please\s+|also\s+|always\s+|never\s+|do not\s+|don[’']t\s+)*{_TASK_VERB}\b)",
    re.IGNORECASE | re.DOTALL,
)
_OVERRIDE = re.compile(
    rf"{_START}(?:ignore|disregard|forget|override|bypass)\b.{{0,40}}"
    r"\b(?:instructions?|prompts?|directions|guidelines|above|previous|prior|earlier)\b"
    r"|\b(?:new|updated|real|actual|hidden) (?:instructions?|prompt|task)\s*:"
    r"|\b(?:your|the) system prompt\b"
    r"|\b(?:you are|you[’']re|act as|pretend to be)\s+(?:now\s+)?(?:an?|the|my)\s+"
    r"(?:\w+\s+){0,2}(?:AI|assistant|chatbot|language model|LLM)\b"
    r"|^\W*(?:to|for|attention|note to|dear|hey|hello)\W+(?:all |any |the |every )?"
    r"(?:AIs?|AI (?:models?|assistants?|systems?)|(?:chat)?bots?|language models?|LLMs?)\b\W",
    re.IGNORECASE | re.DOTALL,
)
_CHARACTER_TASK = re.compile(
    rf"{_START}(?:replace|substitute|swap|convert|encode|rearrange|scramble|jumble|shuffle|reverse|"
    r"capitali[sz]e|remove|use|write)\b.{0,80}\b(?:letters?|vowels?|consonants?|characters?|"
    r"symbols?|spaces|every (?:\w+ )?word|uppercase|lowercase|base64|rot13|emojis?)\b",
    re.IGNORECASE | re.DOTALL,
)
_BARE_TASK = re.compile(
    r"^[\W_]*(?:please\s+|now\s+|also\s+)*(?:"
    r"translate\b.{0,40}\b(?:following|sentence|phrase|word|text|into|to|from)\b"
    r"|(?:write|draft|compose|develop|provide|create|generate|produce|give|show)\s+(?:me\s+|us\s+)?"
    r"(?:an?|the|some|one|two|three|\d+)\s+(?:\w+[\s-]){0,3}?(?:poem|story|essay|letter|speech|"
    r"introduction|example|function|script|code|equivalent|translation|summary|list|recipe|joke|"
    r"song|email|paragraph|sentence|article|program|haiku|limerick)\b"
    r"|(?:explain|describe|define|summari[sz]e|paraphrase|outline|break down)\s+"
    r"(?:the|how|why|what|in|to|a|an|this|\W)"
    r"|(?:can|could|would|will) you (?:please )?"
    r"(?:show|tell|give|write|explain|provide|translate)\b"
    r"|how do (?:you|i) (?:say|solve|write|spell)\b"
    r"|what[’']?s? (?:is )?['‘\"“][^'’\"”]+['’\"”] in \w+)",
    re.IGNORECASE | re.DOTALL,
)


def is_injection(sentence: str) -> bool:
    """Whether a sentence asks something of whoever answers, instead of telling a reader news."""
    patterns = (_ADDRESSED, _OVERRIDE, _CHARACTER_TASK, _BARE_TASK)
    return any(pattern.search(sentence) for pattern in patterns)


def safe_text(text: str) -> str:
    """A headline, outlet or speaker's role, or nothing when a sentence of it is an instruction.

    Of 11,565 headlines of the RealTime QA articles none is lost (2026-11-25).
    """
    return "" if any(is_injection(text[a:b]) for a, b in sentence_spans(text)) else text


def without_injections(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence without injected instructions, except those that the question is about."""
    return [
        e
        for e in evidence
        if e.features.get("covered", 0.0) >= MIN_COVERAGE_ASKED_FOR or not is_injection(e.text)
    ]
