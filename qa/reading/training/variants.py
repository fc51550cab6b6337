"""Varies labelled questions, so that the reader also meets what written questions are not like.

    a question with judged sentences -> without the articles' age, or their headlines, or worded as
        a follow-up is searched: "When? (harbor bridge open)"
    two questions about one article  -> one question joined by "and"

Sentences and what they answer stay the same. Knows nothing about networks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from random import Random

from qa.language.words import STOP_WORDS
from qa.questions.decomposition import split_question
from qa.reading.training.labels import Labelled, LabelledQuestion

WITHOUT_AGE = 0.15
"""Share of the lists whose articles' age is not told, since some libraries have no dates."""

WITHOUT_HEADLINE = 0.1
"""Share of the lists whose headlines are not told: pasted text has none."""

AS_FOLLOW_UP = 0.08
"""Share of the questions that are worded as ``interpretation.complete_follow_up`` does."""

MAX_JOINED_WORDS = 26
"""Words of two questions joined: the reader reads 32 tokens of a question."""

_QUESTION_WORD = re.compile(r"(?:who|what|when|where|why|how (?:many|much|long|old)|how)\b", re.I)


def varied(question: LabelledQuestion, draw: Random) -> LabelledQuestion:
    """The question as it is, mostly; else with one or more of the variations."""
    if draw.random() < WITHOUT_AGE:
        question = replace(question, asked_at=None)
    if draw.random() < WITHOUT_HEADLINE:
        question = replace(question, sentences=tuple(map(_without_headline, question.sentences)))
    if draw.random() < AS_FOLLOW_UP:
        question = replace(question, text=as_follow_up(question.text))
    return question


def _without_headline(labelled: Labelled) -> Labelled:
    return replace(labelled, candidate=replace(labelled.candidate, headline=""))


def as_follow_up(text: str) -> str:
    """The question word, and in brackets the content words that an earlier turn said; the text
    itself when it does not open with such a word."""
    opening = _QUESTION_WORD.match(text)
    if not opening:
        return text
    rest = re.findall(r"[\w’'.-]+", text[opening.end() :].rstrip("?. "))
    words = [word for word in rest if word.lower() not in STOP_WORDS]
    return f"{opening.group()}? ({' '.join(words)})" if words else text


def joined(questions: Iterable[LabelledQuestion]) -> Iterator[LabelledQuestion]:
    """For each article its first two written questions that can be joined, as one: a sentence that
    answers either answers it."""
    ordered = sorted(questions, key=lambda one: one.group)
    for _, same in groupby(ordered, key=lambda one: one.group):
        asked = list(same)
        pairs = ((one, other) for one in asked for other in asked if one is not other)
        yield from list(_joinable(pairs))[:1]


def _joinable(
    pairs: Iterable[tuple[LabelledQuestion, LabelledQuestion]],
) -> Iterator[LabelledQuestion]:
    for one, other in pairs:
        text = f"{one.text.rstrip('?')} and {other.text[:1].lower()}{other.text[1:]}"
        short = len(text.split()) <= MAX_JOINED_WORDS and _QUESTION_WORD.match(other.text)
        if one.answerable and short and len(split_question(text)) == 2:
            sentences = _either(one.sentences, other.sentences)
            yield replace(one, kind="joined", text=text, sentences=sentences)


def _either(some: tuple[Labelled, ...], others: tuple[Labelled, ...]) -> tuple[Labelled, ...]:
    """The sentences of both, each once with the higher target; in turns, as retrieval would."""
    best: dict[tuple[str, str], Labelled] = {}
    longer = max(len(some), len(others))
    turns = [row[i] for i in range(longer) for row in (some, others) if i < len(row)]
    for item in turns:
        key = item.candidate.sentence, item.candidate.before
        if key not in best or item.target > best[key].target:
            best[key] = item
    return tuple(best.values())
