"""Quoted answers: which evidence sentences to show, how much of each, and what to make bold.

    rated evidence -> choose_quotes (direct, no repetition) -> with its antecedent -> sentences

Pure functions. Knows nothing about retrieval or models.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from ingest.segmentation import sentence_spans
from qa.answers.citations import CitationList, starting_at
from qa.language.entity_names import name_spans
from qa.language.words import content_stems
from qa.questions.interpretation import Question
from qa.reading.answer_span import short_answer
from qa.reading.answerability import MIN_ANSWER_PROBABILITY, answer_probability
from qa.reading.evidence import Evidence
from qa.reading.prompt_injection import is_injection
from qa.records import Sentence

MAX_QUOTES = 3
"""Quotes in an answer."""

MAX_SCORE_BELOW_BEST = 2.5
"""How far below the best sentence's score (log-odds) a further quote may lie. On the 409 RealTime
QA development questions one of the quotes holds the answer for .787; for .778 with 2.0, and for
.800 with no bound and whatever the ``_probability_alone``, when .31 of the further quotes hold it
instead of .43. A third condition, to cover half of the question's words that the best one covers,
cost .031 (2026-11-28)."""

REPEATS_AT = 0.6
"""Share of common content words from which a further quote says the same again."""

MAX_QUOTE_CHARACTERS = 600

_OPENS_WITH_REFERENCE = re.compile(
    r"^[“\"‘]?(?:He|She|They|It|His|Her|Their|Its|That|This|Those|These|The (?:two|pair|move|"
    r"decision|deal|measure|bill|company|group|man|woman|couple|agency|ministry))\b"
)


def choose_quotes(
    rated: Sequence[Evidence], answer_at: float = MIN_ANSWER_PROBABILITY
) -> list[Evidence]:
    """At most three sentences, most direct first, that do not repeat each other. ``answer_at``: the
    probability from which on a question is answered."""
    chosen: list[Evidence] = []
    for item in rated:
        if len(chosen) == MAX_QUOTES or item.score < rated[0].score - MAX_SCORE_BELOW_BEST:
            break
        wide = with_antecedent(item)
        if (item is rated[0] or _probability_alone(item) >= answer_at) and not any(
            _repeats(item.text, other.text) or _overlaps(wide, other) for other in chosen
        ):
            chosen.append(wide)
    return chosen


def _probability_alone(evidence: Evidence) -> float:
    """The probability that it answers if it were the best sentence the reader read."""
    return answer_probability(
        {**evidence.features, "best": evidence.features.get("reader", -math.inf)}
    )


def _overlaps(one: Evidence, other: Evidence) -> bool:
    return one.article.id == other.article.id and one.start < other.end and other.start < one.end


def _repeats(one: str, other: str) -> bool:
    a, b = set(content_stems(one)), set(content_stems(other))
    return len(a & b) >= REPEATS_AT * max(1, min(len(a), len(b)))


_REFERENCE_AFTER_OPENING = re.compile(
    r"^[“\"‘]?((?:[\w’'-]+ ){0,6}[\w’'-]+, |(?:In|On|At|By|Last|This|Later|Earlier|Then|Now|Since|"
    r"During|Before|After|\w+day)(?: [\w’'-]+){0,3} )(?:he|she|they)\b"
)
"""A pronoun behind a few words: "Tuesday night, he picked up his first Hart Trophy"."""


def needs_antecedent(text: str) -> bool:
    """Whether a sentence says whom it speaks of only by a pronoun or "the two" (anaphora)."""
    if _OPENS_WITH_REFERENCE.match(text):
        return True
    later = _REFERENCE_AFTER_OPENING.match(text)
    return later is not None and not name_spans(later.group(1))


def with_antecedent(evidence: Evidence) -> Evidence:
    """The sentence, with the one before it when that says whom it speaks of ("He added ...")."""
    if not needs_antecedent(evidence.text):
        return evidence
    before = sentence_spans(evidence.article.text, 0, evidence.start)
    if not before or evidence.end - before[-1][0] > MAX_QUOTE_CHARACTERS:
        return evidence
    if is_injection(evidence.article.text[slice(*before[-1])]):
        return evidence  # planted text is no antecedent
    return starting_at(evidence, before[-1][0])


def with_antecedents(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Each sentence with its antecedent, unless the antecedent is among them by itself."""
    wide = [(item, with_antecedent(item)) for item in evidence]
    return [
        item if any(o is not item and _overlaps(context, o) for o in evidence) else context
        for item, context in wide
    ]


def quoted_sentences(
    question: Question, chosen: Sequence[Evidence], citations: CitationList, confidence: float
) -> tuple[CitationList, list[Sentence]]:
    """Evidence as sentences of an answer, verbatim but for line breaks, with the short answer of
    the first one marked; and the citations with theirs."""
    sentences = []
    for rank, item in enumerate(chosen):
        text = " ".join(item.text.split())
        citations, numbers = citations.cite([item], confidence)
        short = short_answer(text, question) if rank == 0 else None
        sentences.append(Sentence(text, numbers, short))
    return citations, sentences
