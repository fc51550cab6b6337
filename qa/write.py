"""Written mode: a model writes, code cites and checks. A sentence without support is not shown.

    excerpts -> model -> stream -> whole sentences -> align to evidence -> verify -> cited sentence

Knows nothing about retrieval or about how answers look.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.split import sentence_spans
from qa.cite import align
from qa.interpret import Question
from qa.models import Stream
from qa.prompt import SYSTEM, user_message
from qa.read import Evidence
from qa.records import Turn

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

EXCERPTS = 24
"""Evidence sentences shown to the model, about 900 tokens."""

_ADDRESS = re.compile(
    r"https?:|www\.|\b[\w.+-]+@[\w-]+\.\w|\b[\w-]+\.(?:com|org|net|io|example)\b", re.IGNORECASE
)
_MARKUP = (
    (re.compile(r"!\[[^\]]*\]\([^)]*\)"), ""),  # pictures
    (re.compile(r"\[([^\]]*)\]\([^)]*\)"), r"\1"),  # links
    (re.compile(r"</?[A-Za-z][^<>]*>"), ""),  # HTML
    (re.compile(r"^\s*(?:[-*•#>]+|\d+[.)])\s+|\*\*|__|`+|^\s*Answer:\s*"), ""),
)
_MARKER = re.compile(r"\s*(?:\[\d+(?:\s*,\s*\d+)*\]|\(\s*source[^)]*\)|【[^】]*】)", re.IGNORECASE)
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


@dataclass(slots=True)
class Writer:
    """Writes one answer. ``usage`` holds the tokens afterwards."""

    llm: LLM
    patience: float = 60.0
    usage: dict[str, int] = field(default_factory=dict)

    def write(
        self, question: Question, evidence: Sequence[Evidence], history: Sequence[Turn]
    ) -> Iterator[Written]:
        """Checked sentences, each as soon as it is complete. Raises ModelError."""
        shown = _reading_order(evidence[:EXCERPTS])
        stream = Stream(
            self.llm, SYSTEM, user_message(question, shown, history), self.patience, self.usage
        )
        for text in whole_sentences(stream):
            if not (stream.cut and text[-1] not in '“.!?”"’)'):
                yield judge(text, shown)


def _reading_order(evidence: Sequence[Evidence]) -> list[Evidence]:
    order = {item.article.id: rank for rank, item in reversed(list(enumerate(evidence)))}
    return sorted(evidence, key=lambda e: (order[e.article.id], e.start))


def spoken(pieces: Iterable[str]) -> Iterator[str]:
    """Streamed text without what a reasoning model thinks aloud between <think> and </think>."""
    opening, closing = "<think>", "</think>"
    buffer, thinking = "", False
    for piece in pieces:
        buffer += piece
        while (mark := closing if thinking else opening) in buffer:
            before, _, buffer = buffer.partition(mark)
            if not thinking and before:
                yield before
            thinking = not thinking
        kept = next((n for n in range(len(mark) - 1, 0, -1) if buffer.endswith(mark[:n])), 0)
        ready, buffer = buffer[: len(buffer) - kept], buffer[len(buffer) - kept :]
        if ready and not thinking:
            yield ready
    if buffer and not thinking:
        yield buffer


def whole_sentences(pieces: Iterable[str]) -> Iterator[str]:
    """Sentences of streamed text, each when the next one has begun; without the model's marks."""
    buffer = ""
    for piece in spoken(pieces):
        buffer += piece
        spans = sentence_spans(buffer)
        if len(spans) > 1 and re.search(r"\s\S+\s", buffer[spans[-2][1] - 1 :]):
            for start, end in spans[:-1]:
                yield from _clean(buffer[start:end])
            buffer = buffer[spans[-1][0] :]
    for start, end in sentence_spans(buffer):
        yield from _clean(buffer[start:end])


def _clean(sentence: str) -> Iterator[str]:
    """References written by a model are removed: code writes them."""
    for pattern, plain in _MARKUP:
        sentence = pattern.sub(plain, sentence)
    text = " ".join(_MARKER.sub("", sentence).split())
    if re.search(r"\w", text):
        yield text


def judge(text: str, evidence: Sequence[Evidence]) -> Written:
    """The evidence that stands behind a sentence, and whether it is enough."""
    chosen, verdict = align(text, evidence)
    supported = bool(chosen) and verdict.ok and not _foreign_address(text, chosen)
    denies = not supported and bool(_DENIAL.search(text))
    return Written(text, tuple(chosen), verdict.score, supported, denies)


def _foreign_address(text: str, chosen: Sequence[Evidence]) -> bool:
    """Whether a sentence holds an address that its evidence does not: never shown."""
    evidence = " ".join(item.text for item in chosen)
    return any(match.group() not in evidence for match in _ADDRESS.finditer(text))
