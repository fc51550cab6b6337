"""Compares a claim with its quotes: word coverage, missing facts and contradictions.

    claim -> sentences -> nearest evidence sentences -> features and reasons

Knows nothing about weights or probabilities.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa.language.entity_names import (
    NameIndex,
    canonical_name_word,
    conflicting_first_names,
    index_names,
    missing_names,
)
from qa.language.lexicon import SYNONYM_STEMS
from qa.language.sentence_tokens import Sentence, Token, all_stems, parse_sentences
from qa.quantities.calendar_dates import missing_dates
from qa.quantities.measurements import missing_measurements
from qa.support.contradictions import find_contradictions

MAX_NEAREST_SENTENCES = 3
"""Evidence sentences that a sentence of the claim is compared with word by word."""

MIN_RELATIVE_OVERLAP = 0.8
"""Share of the best sentence's overlap that a further sentence must have to be compared as well."""

MAX_COVERAGE = 0.8
"""More shared words do not make support likelier, unless all are shared: the one word that is not
decides (SummEdits news, fit half: .64 supported at 0.7 to 0.8, .27 above; 2026-11-22)."""

MIN_SHARED_WORDS = 0.5
"""Share of a claim's words that a sentence must have to be able to contradict it."""

CONTEXT_WEIGHT = 0.5
"""What a word counts that stands only in the context of the quotes."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A claim beside its quotes."""

    features: Mapping[str, float]
    """``coverage``: share of the claim's content words in the evidence nearest to each sentence,
    synonyms included, up to ``MAX_COVERAGE``. ``full_coverage``: 1 if all are there.
    ``missing`` and ``contradicted``: number of facts, up to 2."""
    missing: tuple[str, ...]
    """Reasons: numbers, dates and names that the quotes lack."""
    contradicted: tuple[str, ...]
    """Reasons: what the quotes say otherwise."""
    literal_coverage: float
    """Share of the claim's content words that stand in the quotes."""


def compare_claim(claim: str, quotes: Sequence[str], context: str = "") -> Comparison:
    """Compare a claim (one sentence or a few) with quotes; ``context`` stands beside them."""
    evidence = [sentence for quote in quotes for sentence in parse_sentences(quote)]
    claims = parse_sentences(claim)
    known = " ".join(quotes) + (f" . {context}" if context else "")
    missing = [
        *missing_measurements(claim, known), *missing_dates(claim, known),
        *missing_names(claim, known), *conflicting_first_names(claim, known),
    ]  # fmt: skip
    pairs = [(sentence, nearest_sentences(sentence, evidence)) for sentence in claims]
    contradicted = [
        reason
        for sentence, nearest in pairs
        for reason in find_contradictions(sentence, _about_the_same(sentence, nearest))
    ]
    coverage = _coverage(pairs, context)
    features = {
        "coverage": min(coverage, MAX_COVERAGE), "full_coverage": float(coverage > 0.99),
        "missing": float(min(len(missing), 2)), "contradicted": float(min(len(contradicted), 2)),
    }  # fmt: skip
    literal = _literal_coverage(claims, evidence)
    return Comparison(features, tuple(missing), tuple(dict.fromkeys(contradicted)), literal)


def nearest_sentences(claim: Sentence, evidence: Sequence[Sentence]) -> list[Sentence]:
    """Return the sentences of the evidence that share most words with the claim, best first."""
    rated = sorted(((_overlap(claim, s), s) for s in evidence), key=lambda pair: -pair[0])
    if not rated or rated[0][0] <= 0:
        return []
    floor = rated[0][0] * MIN_RELATIVE_OVERLAP
    return [s for overlap, s in rated[:MAX_NEAREST_SENTENCES] if overlap >= floor]


def _overlap(claim: Sentence, other: Sentence) -> float:
    """Return the number of shared stems; of equals, the shorter sentence is above."""
    wanted = {t.stem for t in claim.content_tokens}
    return len(wanted & other.stems) - len(other.content_tokens) / 1_000


def _about_the_same(claim: Sentence, nearest: Sequence[Sentence]) -> list[Sentence]:
    wanted = {t.stem for t in claim.content_tokens}
    return [s for s in nearest if len(wanted & s.stems) >= MIN_SHARED_WORDS * len(wanted)]


def _coverage(pairs: Sequence[tuple[Sentence, Sequence[Sentence]]], context: str) -> float:
    """Return the share of the claim's content words in the evidence nearest to each sentence."""
    total = sum(len(claim.content_tokens) for claim, _ in pairs)
    context_stems = all_stems(parse_sentences(context))
    covered = 0.0
    for claim, nearest in pairs:
        names = index_names(" ".join(s.text for s in nearest))
        stems = all_stems(nearest)
        covered += sum(
            1.0 if _is_known(t, stems, names) else CONTEXT_WEIGHT * (t.stem in context_stems)
            for t in claim.content_tokens
        )
    return covered / total if total else 0.0


def _is_known(token: Token, stems: frozenset[str], names: NameIndex) -> bool:
    """Whether a word stands in the evidence: itself, as initials or by a synonym."""
    return (
        token.stem in stems
        or not stems.isdisjoint(SYNONYM_STEMS.get(token.stem, ()))
        or (
            token.is_name
            and canonical_name_word(token.word)
            in names.initials | names.abbreviations | names.words
        )
    )


def _literal_coverage(claims: Sequence[Sentence], evidence: Sequence[Sentence]) -> float:
    tokens = [t for claim in claims for t in claim.content_tokens]
    stems = all_stems(evidence)
    return sum(t.stem in stems for t in tokens) / max(1, len(tokens))
