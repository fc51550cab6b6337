"""Turns a question and a sentence of an article into the token sequence that the reader reads.

    [CLS] question [SEP] sentence [SEP] age. headline [SEP] words before the sentence [SEP]

Training and inference share this module, so both see the same sequences. The sentence's tokens have
type 1, all others type 0. Knows nothing about networks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

import numpy as np
from tokenizers import Tokenizer

from ingest.storage.minilm import TOKENIZER, TokenBatch, packaged_file

MAX_QUESTION_TOKENS = 32
MAX_SENTENCE_TOKENS = 56
MAX_HEADLINE_TOKENS = 18
MAX_CONTEXT_TOKENS = 32
"""Tokens of age, headline and the words before, together. Of the sequences of the training labels
(2026-11-28) the mean length is 85 tokens, the longest has 125."""

CONTEXT_CHARACTERS = 240
"""Text before a sentence from which its context is taken."""

CLS, SEP = 101, 102

AGES = (
    (1, "published this day"),
    (8, "published this week"),
    (31, "published this month"),
    (300, "published months ago"),
)
"""Most days between publication and question, and how the age is told to the reader."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence with what the reader is told about it."""

    sentence: str
    before: str
    headline: str
    published: date | None


@dataclass(frozen=True, slots=True)
class TokenSequence:
    """Token ids and types of one candidate, and where its sentence stands among them."""

    ids: tuple[int, ...]
    types: tuple[int, ...]
    first: int
    """Place of the sentence's first token."""
    offsets: tuple[tuple[int, int], ...]
    """Characters of the sentence (white space folded) that each of its tokens covers."""


def age_of(published: date | None, asked_at: date | None) -> str:
    """The age of an article on the day of asking, in words; empty when either is unknown."""
    if published is None or asked_at is None:
        return ""
    days = (asked_at - published).days
    if days < -1:
        return "published later"
    return next((words for most, words in AGES if days <= most), "published years ago")


def folded(text: str) -> str:
    """The text with every run of white space as one blank."""
    return " ".join(text.split())


def encode(question: str, candidate: Candidate, asked_at: date | None) -> TokenSequence:
    """The sequence of one candidate. ``asked_at`` None: the age is not told."""
    asked = _tokens(question)[0]
    if len(asked) > MAX_QUESTION_TOKENS:
        half = MAX_QUESTION_TOKENS // 2
        asked = asked[:half] + asked[-half:]
    sentence, offsets = _tokens(folded(candidate.sentence))
    sentence, offsets = sentence[:MAX_SENTENCE_TOKENS], offsets[:MAX_SENTENCE_TOKENS]
    age = age_of(candidate.published, asked_at)
    headline = _tokens(f"{age}. {candidate.headline}" if age else candidate.headline)[0]
    headline = headline[:MAX_HEADLINE_TOKENS]
    room = MAX_CONTEXT_TOKENS - len(headline)
    before = _tokens(folded(candidate.before))[0][-room:]
    ids = (CLS, *asked, SEP, *sentence, SEP, *headline, SEP, *before, SEP)
    first = len(asked) + 2
    inside = range(first, first + len(sentence) + 1)
    return TokenSequence(ids, tuple(int(i in inside) for i in range(len(ids))), first, offsets)


def pad(sequences: Sequence[TokenSequence], multiple: int = 8) -> TokenBatch:
    """The network's inputs, each of shape (sequences, tokens), padded to a multiple of tokens."""
    longest = max(len(one.ids) for one in sequences)
    shape = (len(sequences), -(-longest // multiple) * multiple)
    ids, mask, types = (np.zeros(shape, np.int64) for _ in range(3))
    for row, one in enumerate(sequences):
        ids[row, : len(one.ids)] = one.ids
        types[row, : len(one.ids)] = one.types
        mask[row, : len(one.ids)] = 1
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}


@lru_cache(maxsize=4_000)
def _tokens(text: str) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
    found = _tokenizer().encode(text, add_special_tokens=False)
    return tuple(found.ids), tuple(found.offsets)


@cache
def _tokenizer() -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(packaged_file(*TOKENIZER)))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer
