"""Decides whether an answer is right by its words alone: exact match, token F1, containment.

Two normalisations. SQuAD's (lower case, no punctuation, no articles) for exact match and token F1;
for containment a milder one that keeps words apart. Both turn curly quotes straight and "$1,000"
into "1000". A match is of whole words: "four" is not in "fourteen". Knows nothing about citations.

Sources: Rajpurkar et al. 2016 (SQuAD) for exact match and token F1; ALCE's STR-EM (Gao et al. 2023)
for containment and claim recall.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from qa.evaluate.records import Case, Reply

_ARTICLES = frozenset(("a", "an", "the"))


def words(text: str) -> list[str]:
    """The words of a text as they are compared: lower case, without punctuation inside or around,
    accents kept; "U.S." is "us", "1,000" is "1000"."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = re.sub(r"[’'](?=s\b)", " ", plain)
    plain = re.sub(r"(?<=[^\W\d])[.’'](?=\w)|(?<=\d),(?=\d{3})", "", plain)
    return re.findall(r"\d+(?:\.\d+)?%?|[^\W\d]+", plain)


def _compared_words(text: str) -> list[str]:
    return [word for word in words(text) if word not in _ARTICLES]


def contains(text: str, answer: str) -> bool:
    """Whether the answer's words stand in the text, in order and side by side."""
    wanted, found = _compared_words(answer), _compared_words(text)
    size = len(wanted)
    return size > 0 and any(found[i : i + size] == wanted for i in range(len(found) - size + 1))


def contains_any(text: str, answers: Sequence[str]) -> bool:
    """Whether any accepted answer stands in the text."""
    return any(contains(text, answer) for answer in answers)


def exact_match(prediction: str, answers: Sequence[str]) -> bool:
    """SQuAD's exact match: equal after normalisation to any accepted answer."""
    predicted = _compared_words(prediction)
    return any(predicted == _compared_words(answer) for answer in answers)


def token_f1(prediction: str, answers: Sequence[str]) -> float:
    """SQuAD's F1 over words, the best over the accepted answers, 0 to 1."""
    return max((_f1(prediction, answer) for answer in answers), default=0.0)


def _f1(prediction: str, answer: str) -> float:
    predicted, gold = Counter(_compared_words(prediction)), Counter(_compared_words(answer))
    shared = (predicted & gold).total()
    return 2 * shared / (predicted.total() + gold.total()) if shared else 0.0


def choice_closeness(reply: Reply, choices: Sequence[str]) -> list[float]:
    """How close each option is to what the reply says, higher is closer.

    An option whose words stand whole in a sentence beats one of which only some do; the earlier
    sentence wins; the short answer, where there is one, comes first of all.
    """
    texts = ([reply.short_answer] if reply.short_answer else []) + [s.text for s in reply.sentences]
    return [
        max((_closeness(text, choice) / (1 + 0.1 * i) for i, text in enumerate(texts)), default=0.0)
        for choice in choices
    ]


def _closeness(text: str, choice: str) -> float:
    if contains(text, choice):
        return 2.0
    wanted = Counter(_compared_words(choice))
    shared = (wanted & Counter(_compared_words(text))).total()
    return shared / wanted.total() if wanted else 0.0


def choice_credit(case: Case, reply: Reply) -> float:
    """1 when the closest option is the right one, shared among ties, 0 when nothing fits."""
    closeness = choice_closeness(reply, case.choices)
    best = max(closeness, default=0.0)
    if reply.refused or best == 0.0:
        return 0.0
    tied = [c for c, value in zip(case.choices, closeness, strict=True) if value == best]
    return sum(exact_match(choice, case.answers) for choice in tied) / len(tied)


def claim_recall(case: Case, text: str) -> float:
    """Share of the expected claims of which one wording stands in the text (ALCE's STR-EM)."""
    return sum(contains_any(text, claim) for claim in case.claims) / len(case.claims)
