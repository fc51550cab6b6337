"""Finds the likely short answer inside a sentence, by the type of answer that is asked for.

    who, where -> names     when -> temporal expressions     how many -> quantities

Rules over spans that the question does not contain itself. ``answer_type_match`` is a feature of
``sentence_ranking``; ``short_answer`` only tells what to make bold, if anything. Knows nothing
about whether the sentence answers the question.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from qa.language.entity_names import name_spans, name_stem
from qa.language.numbers import find_numbers
from qa.language.time_spans import time_expression_spans
from qa.language.words import STOP_WORDS, content_stems, word_tokens
from qa.questions.interpretation import Kind, Question

Span = tuple[int, int]

_PLACE_BEFORE = re.compile(
    r"\b(?:in|at|to|from|near|outside|off|across|into|around|inside|through)\s+"
    r"(?:(?:the|downtown|central|northern|southern|eastern|western|nearby|a|its)\s+)*$",
    re.IGNORECASE,
)  # fmt: skip
_UNIT_AFTER = re.compile(
    r"^[\s-]*(?:(?:of|in|more|other|metric|square|cubic|basis|u\.s\.)\s+)?[a-z][\w-]*",
    re.IGNORECASE,
)
_REASON = re.compile(
    r"\b(?:because|due to|as a result of|in order to|caused|so that|blam\w+|citing|reasons?)\b",
    re.I,
)
_POSSIBLE_REASON = re.compile(r"\b(?:after|since|over|amid|as|to)\b", re.I)
_QUOTED = re.compile(r"[“\"‘]([^”\"’]{2,60})[”\"’]")


def answer_type_match(text: str, question: Question) -> float:
    """How far a sentence holds something of the type that is asked for and that the question does
    not say itself: 1, 0, or 0.3 for what only may be a reason."""
    if question.kind == "where":
        return float(any(_PLACE_BEFORE.search(text[: s[0]]) for s in _new_names(text, question)))
    if question.kind == "why" and not _REASON.search(text):
        return 0.3 if _POSSIBLE_REASON.search(text) else 0.0
    return float(bool(_spans(question.kind, text, question)))


def short_answer(text: str, question: Question) -> Span | None:
    """Start and end of the likely short answer in a sentence, or None."""
    spans = _spans(question.kind, text, question)
    if question.kind == "what":
        return spans[0] if len(spans) == 1 else None
    if not spans or question.kind in ("why", "how", "yes_no"):
        return None
    asked = set(question.stems)
    return min(spans, key=lambda span: _distance(text, span, asked, question))


def _distance(text: str, span: Span, asked: set[str], question: Question) -> float:
    """Mean distance in words from a span to the nearest four of the question's words in the
    sentence, less a bonus for what makes it likely to be of the type that is asked for."""
    positions = [
        len(text[min(m.end(), span[1]) : max(m.start(), span[0])].split())
        for m in re.finditer(r"[\w’'-]+", text)
        if set(content_stems(m.group())) & asked
    ]
    nearest = sorted(positions)[:4]
    bonus = 3.0 if question.kind == "where" and _PLACE_BEFORE.search(text[: span[0]]) else 0.0
    if question.kind == "who" and " " in text[slice(*span)]:
        bonus = 4.0
    if question.kind == "how_many" and _unit_asked(text, span, asked):
        bonus = 6.0
    return (sum(nearest) / len(nearest) if nearest else 0.0) - bonus


def _unit_asked(text: str, span: Span, asked: set[str]) -> bool:
    around = text[span[0] : span[1]] + " " + " ".join(text[span[1] :].split()[:3])
    return bool(set(content_stems(around)) & asked)


def _spans(kind: Kind, text: str, question: Question) -> list[Span]:
    finders: dict[Kind, Callable[[str, Question], list[Span]]] = {
        "who": _people,
        "where": _places,
        "when": _new_dates,
        "how_many": _new_numbers,
        "which": _things,
        "what": _things,
        "why": _reasons,
    }
    finder = finders.get(kind)
    return finder(text, question) if finder else []


def _new_names(text: str, question: Question) -> list[Span]:
    return [
        span
        for span in name_spans(text)
        if not {name_stem(w) for w in word_tokens(text[slice(*span)])} <= question.names
        and not set(content_stems(text[slice(*span)])) <= set(question.stems)
    ]


def _people(text: str, question: Question) -> list[Span]:
    """New names, those first that no preposition of place makes a place."""
    asked = set(question.stems)
    spans = [
        span
        for span in _new_names(text, question)
        if not asked & set(content_stems(text[slice(*span)])) and not text[slice(*span)].isupper()
    ]
    return [s for s in spans if not _PLACE_BEFORE.search(text[: s[0]])] or spans


def _places(text: str, question: Question) -> list[Span]:
    spans = _new_names(text, question)
    placed = [span for span in spans if _PLACE_BEFORE.search(text[: span[0]])]
    return placed or spans


def _new_dates(text: str, question: Question) -> list[Span]:
    asked = set(word_tokens(question.text))
    return [
        s
        for s in time_expression_spans(text)
        if not set(word_tokens(text[slice(*s)])) - STOP_WORDS <= asked
    ]


def _new_numbers(text: str, question: Question) -> list[Span]:
    spans = []
    for number in find_numbers(text):
        dated = any(a <= number.start < b for a, b in time_expression_spans(text))
        if number.value in question.values or dated:
            continue
        unit = _UNIT_AFTER.match(text[number.end :])
        word = unit.group().strip(" -").lower() if unit else ""
        end = number.end + (unit.end() if unit and word.split()[-1] not in STOP_WORDS else 0)
        spans.append((number.start, number.end if number.percent else end))
    return spans


def _things(text: str, question: Question) -> list[Span]:
    quoted = [m.span(1) for m in _QUOTED.finditer(text)]
    new = [s for s in quoted if not set(content_stems(text[slice(*s)])) <= set(question.stems)]
    return _new_names(text, question) or new or _new_numbers(text, question)


def _reasons(text: str, question: Question) -> list[Span]:
    return [(m.start(), len(text)) for m in _REASON.finditer(text)]
