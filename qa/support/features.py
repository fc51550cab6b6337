"""What a claim and its quotes have in common, as numbers for the support checker.

    claim -> sentences -> nearest evidence sentences -> shared words + reasons

Knows nothing about weights or probabilities.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa.language.entity_names import Naming, canonical, missing_names, mixed_names, naming
from qa.language.lexicon import LIKE
from qa.language.sentence_tokens import Sentence, Token, read
from qa.quantities.matching import missing_amounts, missing_dates
from qa.support.contradictions import contradictions

NEAREST = 3
"""Evidence sentences that a claim's sentence is compared with word by word."""
NEARLY = 0.8
"""Share of the best sentence's words that a further one must have to be compared as well."""

KNOWN_ENOUGH = 0.8
"""More shared words do not make support likelier, unless all are shared: the one word that is not
decides (SummEdits news, fit half: .64 supported at 0.7 to 0.8, .27 above; 2026-11-22)."""

CLOSE = 0.5
"""Share of a claim's words that a sentence must have for its denials and roles to be compared."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A claim beside its quotes: features by name, and reasons against it."""

    features: Mapping[str, float]
    missing: tuple[str, ...]
    """Numbers, dates and names that the quotes lack."""
    contradicted: tuple[str, ...]
    covered: float
    """Share of the claim's content words in the quotes."""


def compare(sentence: str, quotes: Sequence[str], context: str = "") -> Comparison:
    """Compare a claim (one sentence or a few) with quotes; ``context`` stands beside them."""
    evidence = [part for quote in quotes for part in read(quote)]
    claims = read(sentence)
    whole = " ".join(quotes)
    beside = f"{whole} . {context}" if context else whole
    missing = [
        *missing_amounts(sentence, beside), *missing_dates(sentence, beside),
        *missing_names(sentence, beside), *mixed_names(sentence, beside),
    ]  # fmt: skip
    near = [nearest(claim, evidence) for claim in claims]
    against = [
        reason for claim, found in zip(claims, near, strict=True)
        for reason in contradictions(claim, _close(claim, found))
    ]  # fmt: skip
    features = _features(claims, near, context)
    features["missing"] = float(min(len(missing), 2))
    features["contradicted"] = float(min(len(against), 2))
    return Comparison(
        features, tuple(missing), tuple(dict.fromkeys(against)), _covered(claims, evidence)
    )


def nearest(claim: Sentence, evidence: Sequence[Sentence]) -> list[Sentence]:
    """The sentences of the evidence that share most with the claim, best first."""
    rated = [(_shared(claim, s), s) for s in evidence]
    rated.sort(key=lambda pair: -pair[0])
    if not rated or rated[0][0] <= 0:
        return []
    floor = rated[0][0] * NEARLY
    return [s for score, s in rated[:NEAREST] if score >= floor]


def _close(claim: Sentence, found: Sequence[Sentence]) -> list[Sentence]:
    wanted = {t.stem for t in claim.content}
    return [s for s in found if len(wanted & s.stems) >= CLOSE * len(wanted)]


def _shared(claim: Sentence, other: Sentence) -> float:
    wanted = {t.stem for t in claim.content}
    return len(wanted & other.stems) - len(other.content) / 1_000  # of equals, the shorter


def _features(
    claims: Sequence[Sentence], near: Sequence[Sequence[Sentence]], context: str
) -> dict[str, float]:
    """Share of the claim's words in the evidence nearest to each sentence; what stands only
    beside the quotes counts half."""
    total = sum(len(claim.content) for claim in claims)
    side = frozenset[str]().union(*(s.stems for s in read(context)))
    known = 0.0
    for claim, found in zip(claims, near, strict=True):
        named = naming(" ".join(s.text for s in found))
        stems = frozenset[str]().union(*(s.stems for s in found))
        known += sum(
            1.0 if _known(t, stems, named) else 0.5 * (t.stem in side) for t in claim.content
        )
    share = known / total if total else 0.0
    return {
        "known": min(share, KNOWN_ENOUGH),
        "whole": float(share > 0.99),
    }


def _known(token: Token, stems: frozenset[str], named: Naming) -> bool:
    """Whether a word stands in the evidence: itself, joined, as initials, or by a synonym."""
    return (
        token.stem in stems
        or (bool(token.joined) and token.joined in stems)
        or bool(LIKE.get(token.stem, frozenset()) & stems)
        or (token.name and canonical(token.word) in named.initials | named.short | named.words)
    )


def _covered(claims: Sequence[Sentence], evidence: Sequence[Sentence]) -> float:
    words = [t for claim in claims for t in claim.content]
    stems = frozenset[str]().union(*(s.stems for s in evidence))
    return sum(t.stem in stems for t in words) / max(1, len(words))
