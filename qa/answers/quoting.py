"""From rated sentences to quotes: which to show, how much of each, and what to make bold.

Pure functions. Knows nothing about retrieval or models.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.segmentation import sentence_spans
from qa.answers.citations import Numbering, widened
from qa.language.words import content_stems, names
from qa.questions.interpretation import Question
from qa.reading.answer_span import short_answer
from qa.reading.evidence import ANSWER_AT, Evidence, confidence
from qa.reading.prompt_injection import is_order
from qa.records import Sentence

MOST = 3
"""Quotes in an answer."""

WITHIN = 2.5
"""How far below the best sentence's score a further quote may lie."""

AS_MUCH = 0.5
"""Share of the best sentence's coverage of the question that a further quote must reach."""

SAME_WORDS = 0.6
"""Share of common content words from which a further quote says the same again."""

LONGEST_QUOTE = 600

_LEANS = re.compile(
    r"^[“\"‘]?(?:He|She|They|It|His|Her|Their|Its|That|This|Those|These|The (?:two|pair|move|"
    r"decision|deal|measure|bill|company|group|man|woman|couple|agency|ministry))\b"
)


def choose(rated: Sequence[Evidence]) -> list[Evidence]:
    """At most three sentences, most direct first, that do not repeat each other."""
    chosen: list[Evidence] = []
    for item in rated:
        if len(chosen) == MOST or item.score < rated[0].score - WITHIN:
            break
        wide = with_context(item)
        if _answers(item, rated[0]) and not any(
            _same(item.text, other.text) or _overlap(wide, other) for other in chosen
        ):
            chosen.append(wide)
    return chosen


def _answers(item: Evidence, best: Evidence) -> bool:
    """Whether a further sentence would also pass on its own, and says about as much."""
    enough = AS_MUCH * best.features.get("covered", 0.0)
    return item is best or (
        confidence([item]) >= ANSWER_AT and item.features.get("covered", 0.0) >= enough
    )


def _overlap(one: Evidence, other: Evidence) -> bool:
    return one.article.id == other.article.id and one.start < other.end and other.start < one.end


def _same(one: str, other: str) -> bool:
    a, b = set(content_stems(one)), set(content_stems(other))
    return len(a & b) >= SAME_WORDS * max(1, min(len(a), len(b)))


_LATER = re.compile(
    r"^[“\"‘]?((?:[\w’'-]+ ){0,6}[\w’'-]+, |(?:In|On|At|By|Last|This|Later|Earlier|Then|Now|Since|"
    r"During|Before|After|\w+day)(?: [\w’'-]+){0,3} )(?:he|she|they)\b"
)
"""A pronoun behind a few words: "Tuesday night, he picked up his first Hart Trophy"."""


def leans(text: str) -> bool:
    """Whether a sentence says who it speaks of only by a pronoun or "the two"."""
    if _LEANS.match(text):
        return True
    later = _LATER.match(text)
    return later is not None and not names(later.group(1))


def with_context(evidence: Evidence) -> Evidence:
    """A sentence that leans on the one before it ("He added ...") brings that one along."""
    if not leans(evidence.text):
        return evidence
    before = sentence_spans(evidence.article.text, 0, evidence.start)
    if not before or evidence.end - before[-1][0] > LONGEST_QUOTE:
        return evidence
    if is_order(evidence.article.text[slice(*before[-1])]):
        return evidence  # what was planted is not what it leans on
    return widened(evidence, before[-1][0])


def understood(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Each with the sentence that it leans on, unless that one is there by itself."""
    wide = [(item, with_context(item)) for item in evidence]
    return [
        item if any(o is not item and _overlap(context, o) for o in evidence) else context
        for item, context in wide
    ]


def quoted_sentences(
    question: Question, chosen: Sequence[Evidence], numbering: Numbering, sure: float
) -> list[Sentence]:
    """Sentences of the answer, verbatim but for line breaks, with the short answer marked."""
    sentences = []
    for rank, item in enumerate(chosen):
        text = " ".join(item.text.split())
        number = numbering.cite([item], sure)
        short = short_answer(text, question) if rank == 0 else None
        sentences.append(Sentence(text, number, short))
    return sentences
