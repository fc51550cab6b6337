"""Estimates how probably articles answer a question, and decides from which point on they do.

    question -> names, periods -> which of them article, passage and sentence lack
        + what the reader says of the best sentence -> logistic regression
        -> probability >= MIN_ANSWER_PROBABILITY: it answers

The reader takes a sentence about another person, place, body or time for an answer more
readily than one about another matter, so each name of the question is looked for where the answer
would stand, and each period in the article's day and the days that the passage dates. Knows
nothing about how passages are found or about language models.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from ingest.records import When, day_of
from ingest.segmentation import sentence_spans
from qa.language.entity_names import (
    NameIndex,
    canonical_name_word,
    index_names,
    name_spans,
    name_stem,
)
from qa.language.lexicon import HONORIFICS
from qa.language.words import STOP_WORDS, content_stems
from qa.questions.interpretation import Question
from qa.questions.time_constraints import Period
from qa.retrieval.ranking import Hit

MIN_ANSWER_PROBABILITY = 0.28
"""Probability below which a question is refused. Five-fold this refuses .95 of the 200 unanswerable
development questions, .69 of the 409 answerable ones once the articles with the answer are taken
away (.77 of the 340 that are not still answered in other words), and .04 of these 409 with them
(`python -m tests.benchmarks.answerability`, 2026-11-29). The whole curve is in docs/refusing.md.
"""

ANSWERABILITY_WEIGHTS: Mapping[str, float] = {
    "bias": -0.56, "best": 0.42, "context": 2.26, "unknown": -3.41, "apart": -0.28,
    "untimely": -3.12,
}  # fmt: skip
"""Logistic regression on features of the best sentence, and ``best``: the reader's highest log-odds
for any sentence it read. Fitted on the RealTime QA development set (409 answerable, the same with
their answer taken away, 200 unanswerable), our questions on the bundled samples and the fitted half
of the perturbed ones (2026-11-29). ``untimely`` took the place of whether the passage lacks a year
of the question: AUROC against questions whose answer is taken away .922 instead of .910, .924 with
both. Each of the vectors' nearness, the whole article's words, the library's size and the share of
names, and whether the passage lacks a figure of the question, added .002 or less once the reader
was there."""

LEAD_CHARACTERS = 300
"""The start of an article that says what it is about."""

REPORTED_BEFORE_DAYS = 1
REPORTED_AFTER_DAYS = 7
"""Days before and after a period on which its events are reported as they happen."""

NEIGHBOR_CHARACTERS = 600
"""Text to each side in which the neighbours of a sentence are looked for."""

_WEIGHT_WITHOUT_STEM = 4.0
"""Weight of a name's word that carries no stem of its own: that of a word in one of 50 passages."""

_ACRONYM_FACTOR = 0.5
"""How much a missing acronym counts beside a missing word: it may be written out."""

_UNNAMED_COUNTRY = "america"
"""American outlets rarely name their own country."""

_UNINFORMATIVE = STOP_WORDS | HONORIFICS | frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may "
    "june july august september october november december".split()
)  # fmt: skip

Name: TypeAlias = tuple[tuple[str, float], ...]
"""A run of capitalised words, each with its weight."""


def answer_probability(features: Mapping[str, float]) -> float:
    """Estimated probability that a sentence with these features answers the question."""
    logit = ANSWERABILITY_WEIGHTS["bias"] + sum(
        weight * features.get(name, 0.0)
        for name, weight in ANSWERABILITY_WEIGHTS.items()
        if name != "bias"
    )
    return 1.0 / (1.0 + math.exp(-logit))


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a question mentions that must stand near its answer."""

    names: tuple[Name, ...]
    periods: tuple[Period, ...]


def mentions_of(question: Question, weights: Mapping[str, float]) -> Mentions:
    """The names and periods of a question. ``weights``: the inverse document frequency of each of
    its stems."""
    return Mentions(tuple(_weighted_names(question, weights)), question.named_periods)


def _weighted_names(question: Question, weights: Mapping[str, float]) -> Iterable[Name]:
    text = question.query
    for start, end in name_spans(text):
        found = [m.group() for m in re.finditer(r"[\w.’'-]+", text[start:end])]
        name = tuple(
            (word, max((weights.get(s, 0.0) for s in content_stems(word)), default=0.0)
             or _WEIGHT_WITHOUT_STEM)
            for word in found if name_stem(word) in question.names and _is_informative(word)
        )  # fmt: skip
        if name:
            yield name


def _is_informative(word: str) -> bool:
    return (
        word.lower().strip(".") not in _UNINFORMATIVE
        and canonical_name_word(word) != _UNNAMED_COUNTRY
    )


def mismatch_features(mentions: Mentions, hit: Hit, start: int, end: int) -> dict[str, float]:
    """What speaks against the sentence ``article.text[start:end]`` of a passage.

    ``unknown`` and ``apart``, 0 to 1: the largest share of a name that the article lacks, and that
    the sentence with its neighbours, the headline and the opening lack; ``untimely``: see
    ``untimeliness``.
    """
    article = hit.article
    heading = f"{article.title}. {article.publisher or ''}. {article.text[:LEAD_CHARACTERS]}"
    apart = 0.0
    if _share_lacking(mentions.names, heading):  # seldom, and the slower look
        neighbours = _with_neighbours(article.text, start, end)
        apart = _share_lacking(mentions.names, f"{neighbours} . {heading}")
    return {
        "unknown": _share_lacking(mentions.names, f"{article.text} . {heading}"),
        "apart": apart,
        "untimely": 0.0 if hit.happened else untimeliness(mentions.periods, article.published_at),
    }


def untimeliness(periods: Sequence[Period], published: When | None) -> float:
    """How far an article's day lies outside the nearest of some periods: the logarithm of the days
    beyond the usual delay of a report, 1 at three years. 0 when either is unknown."""
    if published is None or not periods:
        return 0.0
    day = day_of(published)
    beyond = min(
        max(
            0,
            (period.first - day).days - REPORTED_BEFORE_DAYS if period.first else 0,
            (day - period.last).days - REPORTED_AFTER_DAYS if period.last else 0,
        )
        for period in periods
    )
    return math.log1p(beyond) / math.log1p(3 * 365)


def _with_neighbours(text: str, start: int, end: int) -> str:
    """A sentence with the one before it and the one after."""
    low, high = max(0, start - NEIGHBOR_CHARACTERS), min(len(text), end + NEIGHBOR_CHARACTERS)
    spans = sentence_spans(text, low, high)
    here = next((i for i, (a, b) in enumerate(spans) if a <= start < b), 0)
    row = spans[max(0, here - 1) : here + 2]
    return text[min(row[0][0], start) : max(row[-1][1], end)] if row else text[start:end]


@lru_cache(maxsize=2_000)
def _keys(text: str) -> frozenset[str]:
    return frozenset(name_stem(word) for word in set(re.findall(r"[\w.’'-]+", text)))


def _share_lacking(wanted: Sequence[Name], text: str) -> float:
    """The largest share of a name, by weight, that a text lacks."""
    return max((_share_of_name_lacking(name, text) for name in wanted), default=0.0)


def _share_of_name_lacking(name: Name, text: str) -> float:
    keys = _keys(text)
    strange = [(word, weight) for word, weight in name if name_stem(word) not in keys]
    if not strange:
        return 0.0
    known = index_names(text)  # the slower look: nations, initials, titles
    initials = "".join(word[0] for word, _ in name).lower()
    if len(name) > 1 and initials in known.abbreviations:
        return 0.0
    missing = sum(
        weight * (_ACRONYM_FACTOR if word.replace(".", "").isupper() else 1.0)
        for word, weight in strange if not _is_known(word, known)
    )  # fmt: skip
    return missing / sum(weight for _, weight in name)


def _is_known(word: str, known: NameIndex) -> bool:
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
