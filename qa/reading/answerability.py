"""Do the articles answer the question at all? Signals of a sentence, and the probability.

    question -> names, figures, years -> which of them the article, the passage, the sentence lacks

What is near in meaning but about another person, place, body, year or figure is the usual trap, so
each name of the question is looked for where the answer would stand. Knows nothing about retrieval
or models; it cannot see that a detail of the right story is missing ("the salary of ...").
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from ingest.records import Article
from ingest.segmentation import sentence_spans
from qa.language.entity_names import (
    NameIndex,
    canonical_name_word,
    index_names,
    name_spans,
    name_stem,
)
from qa.language.lexicon import HONORIFICS
from qa.language.numbers import number_values
from qa.language.words import STOP_WORDS, content_stems
from qa.quantities.calendar_dates import find_calendar_dates
from qa.questions.interpretation import Question

GATE: Mapping[str, float] = {
    "bias": -4.41, "cosine": 3.2, "retrieved": 3.17, "context": 2.16, "article": 2.19,
    "unknown": -1.61, "apart": -1.43, "figure": -1.4, "year": -1.97, "size": -0.57,
    "named": -1.29,
}  # fmt: skip
"""Logistic regression on the best sentence's features, fitted on the RealTime QA development set
(409 answerable, 200 not), our questions on the bundled samples and the fitted half of the perturbed
ones (`python -m tests.benchmarks.answerability`, 2026-11-23). ``size`` is there because the
nearest of many passages is nearer by chance."""

LEAD = 300
"""Characters at the start of an article that say what it is about."""

AROUND = 600
"""Characters to each side in which the neighbours of a sentence are looked for."""

UNSEEN = "\N{NO-BREAK SPACE}"
"""No word at all: its rarity tells how many passages there are."""

_UNLISTED = 4.0
"""Weight of a name's word that carries no stem of its own: that of a word in one of 50 passages."""

_ACRONYM = 0.5
"""Weight of an acronym that is not found, beside that of a word: it may be written out."""

_HOME = "america"
"""American outlets rarely name their own country."""

_IDLE = STOP_WORDS | HONORIFICS | frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may "
    "june july august september october november december".split()
)  # fmt: skip


Name: TypeAlias = tuple[tuple[str, float], ...]
"""A run of capitalised words, each with its weight."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a question must be near its answer."""

    names: tuple[Name, ...]
    figures: frozenset[float]
    years: frozenset[int]
    weight: float
    """Of all that the question says."""
    size: float
    """Decimal logarithm of the number of passages, in thousands."""


def asked(question: Question, weights: Mapping[str, float], rarest: float) -> Asked:
    """``weights``: how telling each stem of the question is; ``rarest``: how telling a word would
    be that no passage has (``Library.idf``)."""
    years = frozenset(day.year for day in find_calendar_dates(question.query) if day.year)
    return Asked(
        names=tuple(_runs(question, weights)),
        figures=frozenset(number_values(question.query) - years - {1.0}),
        years=years,
        weight=sum(weights.values()) or 1.0,
        size=rarest / math.log(10) - 3,
    )


def _runs(question: Question, weights: Mapping[str, float]) -> Iterable[Name]:
    text = question.query
    for start, end in name_spans(text):
        found = [m.group() for m in re.finditer(r"[\w.’'-]+", text[start:end])]
        run = tuple(
            (word, max((weights.get(s, 0.0) for s in content_stems(word)), default=0.0)
             or _UNLISTED)
            for word in found if name_stem(word) in question.names and _tells(word)
        )  # fmt: skip
        if run:
            yield run


def _tells(word: str) -> bool:
    return word.lower().strip(".") not in _IDLE and canonical_name_word(word) != _HOME


def signals(
    question: Asked, article: Article, passage: str, start: int, end: int
) -> dict[str, float]:
    """What speaks against a sentence of an article (``start:end``), 0 to 1 each.

    ``unknown`` and ``apart``: the largest share of a name that the article lacks, and that the
    sentence with its neighbours, the headline and the opening lack; ``figure`` and ``year``: the
    question has one that the passage lacks; ``named``: the share of the question that is names
    found there, since names alone make a passage look nearer than it is.
    """
    beside = f"{article.title}. {article.publisher or ''}. {article.text[:LEAD]}"
    near = f"{passage} . {beside}"
    years = (
        {day.year for day in find_calendar_dates(near) if day.year}
        if question.years
        else set[int]()
    )
    if article.published_at:
        years.add(article.published_at.year)
    return {
        "unknown": _lacking(question.names, f"{article.text} . {beside}"),
        "apart": _apart(question, article.text, start, end, beside),
        "figure": float(bool(question.figures) and not question.figures <= _figures(near)),
        "year": float(bool(question.years - years)),
        "named": _named(question, near),
        "size": question.size,
    }


def _apart(question: Asked, text: str, start: int, end: int, beside: str) -> float:
    if not _lacking(question.names, beside):  # the usual case, and the cheap one
        return 0.0
    return _lacking(question.names, f"{_neighbours(text, start, end)} . {beside}")


def _neighbours(text: str, start: int, end: int) -> str:
    """A sentence with the one before it and the one after."""
    spans = sentence_spans(text, max(0, start - AROUND), min(len(text), end + AROUND))
    here = next((i for i, (a, b) in enumerate(spans) if a <= start < b), 0)
    row = spans[max(0, here - 1) : here + 2]
    return text[min(row[0][0], start) : max(row[-1][1], end)] if row else text[start:end]


def _named(question: Asked, text: str) -> float:
    keys = _keys(text)
    found = (w for run in question.names for word, w in run if name_stem(word) in keys)
    return min(1.0, sum(found) / question.weight)


@lru_cache(maxsize=2_000)
def _keys(text: str) -> frozenset[str]:
    return frozenset(name_stem(word) for word in set(re.findall(r"[\w.’'-]+", text)))


@lru_cache(maxsize=2_000)
def _figures(text: str) -> frozenset[float]:
    return frozenset(number_values(text))


def _lacking(runs: Sequence[Name], text: str) -> float:
    """The largest share of a name, by weight, that a text lacks."""
    return max((_share_lacking(run, text) for run in runs), default=0.0)


def _share_lacking(run: Name, text: str) -> float:
    keys = _keys(text)
    strange = [(word, weight) for word, weight in run if name_stem(word) not in keys]
    if not strange:
        return 0.0
    known = index_names(text)  # the slower look: nations, initials, titles
    initials = "".join(word[0] for word, _ in run).lower()
    if len(run) > 1 and initials in known.abbreviations:
        return 0.0
    missing = sum(
        weight * (_ACRONYM if word.replace(".", "").isupper() else 1.0)
        for word, weight in strange if not _known(word, known)
    )  # fmt: skip
    return missing / sum(weight for _, weight in run)


def _known(word: str, known: NameIndex) -> bool:
    form = canonical_name_word(word)
    if form in known.words or form.removesuffix("s") in known.words:
        return True
    letters = word.replace(".", "")
    if letters.isupper() and letters.lower() in known.initials | known.abbreviations:
        return True
    parts = [part for part in word.split("-") if part]
    return len(parts) > 1 and all(
        canonical_name_word(part) in known.words or not part[0].isupper() for part in parts
    )


def probability(features: Mapping[str, float]) -> float:
    """Estimated probability that a sentence with these features answers the question."""
    logit = GATE["bias"] + sum(w * features.get(k, 0.0) for k, w in GATE.items() if k != "bias")
    return 1.0 / (1.0 + math.exp(-logit))
