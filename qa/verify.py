"""Does this quote support this sentence? Numbers, names, negations and words are compared.

What it catches: changed numbers, dates, names and negations, and sentences about something else.
What it cannot: swapped roles ("A sued B"), paraphrases without common words, changed meaning in
words that are neither names nor numbers. Knows nothing about models or articles.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.words import STOP, WORD, content_stems, name_key, names, values

SUPPORTED_AT = 0.5
"""Share of a sentence's content words that must stand in its quotes."""

_NEGATION = re.compile(
    r"\b(?:not|never|no|none|nobody|without|neither|nor|cannot|den(?:y|ied|ies)|refus\w+|reject\w+|"
    r"fail(?:ed|s)?)\b|n[’']t\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Support:
    """How well quotes support a sentence: a score from 0 to 1 and what is missing."""

    score: float
    reasons: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.reasons


def support(sentence: str, quotes: Sequence[str], context: str = "") -> Support:
    """Compare a sentence with the quotes behind it.

    ``context`` is what the reader sees beside the quotes (title, outlet, date): it may explain a
    name or a date, but not the words of the claim.
    """
    evidence = " ".join(quotes)
    reasons = [
        *_missing_numbers(sentence, f"{evidence} {context}"),
        *_missing_names(sentence, f"{evidence} {context}"),
        *_changed_negation(sentence, evidence),
    ]
    covered = coverage(sentence, evidence, context)
    if covered < SUPPORTED_AT:
        reasons.append(f"only {covered:.0%} of its words are in the quotes")
    return Support(0.0 if len(reasons) > 2 else covered / (1 + len(reasons)), tuple(reasons))


def coverage(sentence: str, evidence: str, context: str = "") -> float:
    """Share of the sentence's content words found in the evidence (context counts half)."""
    wanted = content_stems(sentence)
    if not wanted:
        return 0.0
    own, beside = set(content_stems(evidence)), set(content_stems(context))
    return sum(1.0 if s in own else 0.5 if s in beside else 0.0 for s in wanted) / len(wanted)


def _missing_numbers(sentence: str, evidence: str) -> list[str]:
    missing = values(sentence) - values(evidence) - {1.0}
    return [f"the number {value:g} is not in the quotes" for value in sorted(missing)]


def _missing_names(sentence: str, evidence: str) -> list[str]:
    known = {name_key(word.lower()) for word in re.findall(r"[\w’'.-]+", evidence)}
    known |= {key[:5] for key in known}
    lowered = evidence.lower()
    missing = []
    for start, end in names(sentence):
        for match in WORD.finditer(sentence, start, end):
            word = match.group()
            if word[0].isupper() and word.lower() not in STOP and match.start() > 0:
                key = name_key(word)
                if key not in known and key[:5] not in known and not _initials(word, lowered):
                    missing.append(f"the name {word} is not in the quotes")
    return missing


def _initials(word: str, evidence: str) -> bool:
    """Whether an abbreviation stands for words of the evidence: EU for European Union."""
    letters = word.replace(".", "").lower()
    if not 2 <= len(letters) <= 5 or not word.replace(".", "").isupper():
        return False
    return letters in "".join(w[0] for w in re.findall(r"\w+", evidence))


def _changed_negation(sentence: str, evidence: str) -> list[str]:
    if bool(_NEGATION.search(sentence)) and not _NEGATION.search(evidence):
        return ["it denies what the quotes do not deny"]
    return []
