"""Splits a text into sentences of tokens marked with negation, hedges and quantifiers.

    text -> sentences -> words -> clauses -> scope of negators, hedges, quantifiers -> Sentence

Scope is a window of content words within a clause (the idea of NegEx: Chapman et al., 2001).
Results are cached, since one quote is compared with many claims. Knows nothing about which
sentence supports which.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from ingest.segmentation import sentence_spans
from qa.language.entity_names import name_spans
from qa.language.lexicon import (
    NEGATING_VERB_STEMS,
    NEGATION_WORDS,
    QUANTIFIER_RANKS,
    UNCERTAINTY_WORDS,
    lemma,
)
from qa.language.numbers import NUMBER_WORDS
from qa.language.time_spans import MONTHS, WEEKDAYS
from qa.language.words import STOP_WORDS

_WORD = re.compile(r"[^\W_]+(?:[’'.][^\W_]+)*|%")
_CLAUSE_BOUNDARY = re.compile(
    r"[,;:—–()“”\"]|\b(?:but|while|although|though|whereas|because|and|or|which|who)\b",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"[\d.,]+(?:st|nd|rd|th|k|m|mn|b|bn|tn)?$", re.IGNORECASE)
_MEASURED_ELSEWHERE = (
    NUMBER_WORDS | {*WEEKDAYS, *MONTHS} - {"may", "march"}
    | {"%", "percent", "cent", "per", "dollar", "dollars"}
)  # fmt: skip
"""Numbers and dates are compared by value (``qa/quantities``), not as words."""
_FUNCTION_WORDS = STOP_WORDS - {
    "before", "after", "since", "until", "above", "under", "over", "without",
}  # fmt: skip
_NOT_ONLY = re.compile(r"not\s+(?:only|just|merely|least)\b", re.IGNORECASE)
_ON_TRACK = re.compile(r"on (?:track|course|the verge)\b", re.IGNORECASE)
NEGATION_SCOPE_WORDS = 3
"""Content words that a negator, hedge or quantifier reaches, within its clause."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a sentence and what bears on it."""

    word: str
    """As written, in lower case."""
    stem: str
    """Stem of its lemma."""
    start: int
    """Character offset in the sentence."""
    clause: int
    """Number of its clause, from 0."""
    is_content: bool
    """False for function words, numbers and dates."""
    is_name: bool
    """Whether it is capitalised and part of a name."""
    is_negated: bool = False
    is_uncertain: bool = False
    quantifier_rank: int = 0
    """Rank of the quantifier right before it, 0 for none."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and its tokens."""

    text: str
    tokens: tuple[Token, ...]
    content_tokens: tuple[Token, ...]
    stems: frozenset[str]
    """Every stem, of function words as well."""


@lru_cache(maxsize=8_000)
def parse_sentence(text: str) -> Sentence:
    """Return the tokens of one sentence."""
    tokens = tuple(_with_scope(_tokens(text), text))
    content = tuple(t for t in tokens if t.is_content)
    return Sentence(text, tokens, content, frozenset(t.stem for t in tokens))


@lru_cache(maxsize=2_000)
def parse_sentences(text: str) -> tuple[Sentence, ...]:
    """Return the sentences of a text that have a word."""
    found = (parse_sentence(text[start:end]) for start, end in sentence_spans(text))
    return tuple(sentence for sentence in found if sentence.tokens)


def all_stems(sentences: Iterable[Sentence]) -> frozenset[str]:
    """Return every stem of some sentences."""
    return frozenset(stem for sentence in sentences for stem in sentence.stems)


def _tokens(text: str) -> list[Token]:
    names = name_spans(text)
    boundaries = [match.start() for match in _CLAUSE_BOUNDARY.finditer(text)]
    tokens: list[Token] = []
    clause = 0
    for match in _WORD.finditer(text):
        start = match.start()
        while clause < len(boundaries) and boundaries[clause] <= start:
            clause += 1
        word = match.group().lower().replace("’", "'")
        if match.group() == "US":
            word = "u.s"
        is_measured = bool(_DIGITS.match(word)) or word in _MEASURED_ELSEWHERE
        is_content = word.removesuffix("'s") not in _FUNCTION_WORDS and not is_measured
        is_name = match.group()[0].isupper() and any(a <= start < b for a, b in names)
        tokens.append(Token(word, lemma(word), start, clause, is_content, is_name))
    return tokens


def _with_scope(tokens: list[Token], text: str) -> Iterable[Token]:
    """Yield the tokens, content words marked with what reaches them; two negations cancel."""
    negations, is_uncertain, rank, words_left = 0, False, 0, 0
    clause = -1
    for token in tokens:
        if token.clause != clause or words_left == 0:
            negations, is_uncertain, rank = 0, False, 0
        clause = token.clause
        if token.is_content:
            if negations or is_uncertain or rank:
                token = replace(
                    token, is_negated=negations % 2 == 1, is_uncertain=is_uncertain,
                    quantifier_rank=rank,
                )  # fmt: skip
            yield token
            words_left = max(0, words_left - 1)
            rank = rank if words_left == NEGATION_SCOPE_WORDS - 1 else 0
        else:
            yield token
        negates = token.word in NEGATION_WORDS or token.word.endswith("n't")
        if negates and _NOT_ONLY.match(text, token.start):
            negates = False
        if negates or token.stem in NEGATING_VERB_STEMS:
            negations, words_left = negations + 1, NEGATION_SCOPE_WORDS
        if token.word in UNCERTAINTY_WORDS or _ON_TRACK.match(text, token.start - 3):
            is_uncertain, words_left = True, NEGATION_SCOPE_WORDS
        if found := QUANTIFIER_RANKS.get(token.word, 0):
            rank, words_left = found, max(words_left, NEGATION_SCOPE_WORDS)
