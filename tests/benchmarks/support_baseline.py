"""Keeps the first support checker, from before calibration, as a baseline to compare with.

What it catches: changed numbers, units, weekdays, months, names and negations, and sentences about
something else.
What it cannot: swapped roles ("A sued B"), paraphrases without common words, changed meaning in
words that are neither names nor numbers. Knows nothing about models or articles.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.language.entity_names import name_spans, name_stem
from qa.language.numbers import Number, find_numbers, number_values
from qa.language.words import STOP_WORDS, WORD_PATTERN, content_stems
from qa.support.checker import Support

SUPPORTED_AT = 0.5
"""Share of a sentence's content words that must stand in its quotes."""

_NEGATION = re.compile(
    r"\b(?:not|never|no|none|nobody|without|neither|nor|cannot|den(?:y|ied|ies)|refus\w+|reject\w+|"
    r"fail(?:ed|s)?)\b|n[’']t\b",
    re.IGNORECASE,
)


_VERB_NEGATION = re.compile(
    r"\b(?:did|do|does|is|was|were|are|has|have|had|would|will|could|can)\s+not\b|\w+n[’']t\b|"
    r"\b(?:never|cannot)\b",
    re.IGNORECASE,
)


def support(sentence: str, quotes: Sequence[str], context: str = "") -> Support:
    """Compare a sentence with the quotes behind it.

    ``context`` is what the reader sees beside the quotes (title, outlet, date): it may explain a
    name or a date, but not the words of the claim.
    """
    evidence = " ".join(quotes)
    reasons = [
        *_missing_numbers(sentence, f"{evidence} {context}"),
        *_missing_days(sentence, f"{evidence} {context}"),
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
    found = {(number.value, _unit(number, evidence)) for number in find_numbers(evidence)}
    known = {value for value, _ in found} | number_values(evidence)
    missing = []
    for number in find_numbers(sentence):
        unit = _unit(number, sentence)
        written = sentence[number.start : number.end]
        if written.lower() == "one" and number.value not in known:
            pronoun = re.match(
                r"\s+(?:of|that|which|who|another|side|day)\b", sentence[number.end :]
            )
            if pronoun:
                continue
        if number.value not in known:
            missing.append(f"the number {written} is not in the quotes")
        elif unit and (number.value, unit) not in found:
            missing.append(f"{written} has another unit in the quotes")
    return missing


def _unit(number: Number, text: str) -> str:
    """What tells amounts apart that are equal in value: currency, percent, or a minus sign."""
    if number.percent or re.match(r"\s*(?:%|percent\b|per cent\b)", text[number.end :]):
        return "%"
    if re.search(r"(?:^|\s)[-−–]$|\bminus\s$", text[: number.start]):
        return "-"
    mark = text[number.start]
    if mark in "$£€¥":
        return mark
    money = re.match(r"\s*(dollar|euro|pound|yen|yuan)s?\b", text[number.end :])
    return {"dollar": "$", "euro": "€", "pound": "£", "yen": "¥"}.get(money[1], "") if money else ""


_CALENDAR = re.compile(
    r"\b(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May(?=\s\d)|June|"
    r"July|August|September|October|November|December)\b"
)
_SHORT_MONTH = re.compile(r"\b(Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?(?=\s\d)")


def _calendar(text: str) -> set[str]:
    """Weekdays and months named in a text, by their first three letters."""
    return {m.group()[:3] for m in _CALENDAR.finditer(text)} | {
        m.group(1)[:3] for m in _SHORT_MONTH.finditer(text)
    }


def _missing_days(sentence: str, evidence: str) -> list[str]:
    return [
        f"{day} is not in the quotes" for day in sorted(_calendar(sentence) - _calendar(evidence))
    ]


def _missing_names(sentence: str, evidence: str) -> list[str]:
    known = {name_stem(word) for word in re.findall(r"[\w’'.-]+", evidence.lower())}
    lowered = set(re.findall(r"[\w’'-]+", evidence.lower()))
    missing = []
    for start, end in name_spans(sentence):
        for match in WORD_PATTERN.finditer(sentence, start, end):
            word = match.group()
            plain = word.lower()
            if not word[0].isupper() or plain in STOP_WORDS or plain in lowered:
                continue
            opens = not sentence[: match.start()].strip("“\"‘'( ")
            if opens and not _is_a_name(word, sentence[match.end() :]):
                continue
            if name_stem(word) not in known and not _initials(word, evidence.lower()):
                missing.append(f"the name {word} is not in the quotes")
    return missing


_ACTS = re.compile(r"[’']s\b|\s+(?:[A-Z]|\w+(?:ed|s)\b|was\b|is\b|has\b|will\b|won\b|led\b|met\b)")


def _is_a_name(word: str, after: str) -> bool:
    """Whether a capitalised first word names somebody: it is followed by another capital or by a
    verb, and is no participle or adverb."""
    return bool(_ACTS.match(after)) and not word.lower().endswith(("ing", "ly"))


def _initials(word: str, evidence: str) -> bool:
    """Whether an abbreviation stands for words of the evidence: EU for European Union."""
    letters = word.replace(".", "").lower()
    if not 2 <= len(letters) <= 5 or not word.replace(".", "").isupper():
        return False
    return letters in "".join(w[0] for w in re.findall(r"\w+", evidence))


def _changed_negation(sentence: str, evidence: str) -> list[str]:
    """A denial on one side only, judged on the clause of the evidence nearest to the sentence."""
    wanted = set(content_stems(sentence))
    clauses = [
        c for c in re.split(r"[,;:—–]|\bbut\b|\bwhile\b|(?<=[.!?])\s", evidence) if c.strip()
    ]
    nearest = max(clauses, key=lambda c: len(wanted & set(content_stems(c))), default="")
    if _NEGATION.search(sentence) and not _NEGATION.search(evidence):
        return ["it denies what the quotes do not deny"]
    if _VERB_NEGATION.search(nearest) and not _NEGATION.search(sentence):
        return ["it affirms what the quotes deny"]
    return []
