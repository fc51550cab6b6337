"""Sentences as tokens that carry what turns their meaning: stem, denial, hedge, quantifier.

Reading is pure and cached, since one quote is compared with many sentences. Knows nothing about
which sentence supports which.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from ingest.segmentation import sentence_spans
from qa.language.lexicon import LEXICAL_NEGATORS, NEGATORS, QUANTIFIERS, WEAK, lemma
from qa.language.words import STOP, names

_WORD = re.compile(r"[^\W_]+(?:[’'.][^\W_]+)*|%")
_BOUNDARY = re.compile(
    r"[,;:—–()“”\"]|\b(?:but|while|although|though|whereas|because|and|or|which|who)\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"[\d.,]+(?:st|nd|rd|th|k|m|mn|b|bn|tn)?$", re.IGNORECASE)
_SPELLED = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety "
    "hundred thousand million billion trillion dozen percent cent per dollar dollars first second "
    "third fourth fifth sixth seventh eighth ninth tenth".split()
)
_CALENDAR = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february april june july "
    "august september october november december".split()
)
"""Dates are compared as dates (qa/quantities/matching.py), not as words."""
_LIGHT = STOP - {"before", "after", "since", "until", "above", "under", "over", "without"}
_IDLE_NOT = re.compile(r"not\s+(?:only|just|merely|least)\b", re.IGNORECASE)
SCOPE = 3
"""Content words that a denial or hedge reaches, within its clause."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word: as written in lower case, its stem, and where and in which clause it stands."""

    word: str
    stem: str
    start: int
    clause: int
    content: bool
    name: bool
    denied: bool = False
    weak: bool = False
    amount: int = 0
    """Rank of the quantifier in front, 0 for none."""
    joined: str = ""
    """Stem of the hyphenated word it is part of: ceasefire for cease and for fire."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: its tokens, and the stems of its content words in order."""

    text: str
    tokens: tuple[Token, ...]
    content: tuple[Token, ...]
    stems: frozenset[str]
    """Every stem, joined forms and function words included."""


@lru_cache(maxsize=8_000)
def read_sentence(text: str) -> Sentence:
    """Tokens of one sentence."""
    tokens = tuple(_scoped(_tokens(text), text))
    content = tuple(t for t in tokens if t.content)
    stems = frozenset(t.stem for t in tokens) | {t.joined for t in tokens if t.joined}
    return Sentence(text, tokens, content, stems)


@lru_cache(maxsize=2_000)
def read(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text, those without a word left out."""
    found = (read_sentence(text[start:end]) for start, end in sentence_spans(text))
    return tuple(sentence for sentence in found if sentence.tokens)


def _tokens(text: str) -> list[Token]:
    named = [(start, end) for start, end in names(text)]
    breaks = [match.start() for match in _BOUNDARY.finditer(text)]
    tokens: list[Token] = []
    clause = 0
    for match in _WORD.finditer(text):
        while clause < len(breaks) and breaks[clause] <= match.start():
            clause += 1
        word = match.group().lower().replace("’", "'")
        if word == "us" and match.group() == "US":
            word = "u.s"
        figure = bool(_FIGURE.match(word)) or word in _SPELLED | _CALENDAR
        content = word.removesuffix("'s") not in _LIGHT and not figure and word != "%"
        name = match.group()[0].isupper() and any(a <= match.start() < b for a, b in named)
        tokens.append(
            Token(word, lemma(word), match.start(), clause, content, name,
                  joined=_joined(text, match.start(), match.end()))
        )  # fmt: skip
    return tokens


def _joined(text: str, start: int, end: int) -> str:
    """ "ceasefire" for a part of "cease-fire"."""
    if text[end : end + 1] != "-" and text[start - 1 : start] != "-":
        return ""
    left = re.search(r"[\w-]*$", text[:start])
    right = re.match(r"[\w-]*", text[end:])
    whole = (left.group() if left else "") + text[start:end] + (right.group() if right else "")
    return lemma(whole.replace("-", "").lower())


_ON_TRACK = re.compile(r"on (?:track|course|the verge)\b", re.IGNORECASE)


def _scoped(tokens: list[Token], text: str) -> Iterable[Token]:
    """Tokens with what reaches them: two denials cancel."""
    flips, weak, amount, left = 0, False, 0, 0
    clause = -1
    for token in tokens:
        if token.clause != clause or left == 0:
            flips, weak, amount = 0, False, 0
        clause = token.clause
        if token.content:
            yield _with(token, denied=flips % 2 == 1, weak=weak, amount=amount)
            left = max(0, left - 1)
            amount = amount if left == SCOPE - 1 else 0
        else:
            yield token
        negates = token.word in NEGATORS or token.word.endswith("n't")
        if negates and _IDLE_NOT.match(text, token.start):
            negates = False
        if negates or token.stem in LEXICAL_NEGATORS:
            flips, left = flips + 1, SCOPE
        if token.word in WEAK or _ON_TRACK.match(text, token.start - 3):
            weak, left = True, SCOPE
        if rank := QUANTIFIERS.get(token.word, 0):
            amount, left = rank, max(left, SCOPE)


def _with(token: Token, *, denied: bool, weak: bool, amount: int) -> Token:
    return Token(
        token.word, token.stem, token.start, token.clause, token.content, token.name,
        denied, weak, amount, token.joined,
    )  # fmt: skip
