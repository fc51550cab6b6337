"""Finds numbers in English text, in digits or in words, and gives their values.

"$300 billion" and "300bn" are both 3e11, "twelve" is 12. Pure functions of text; knows nothing
about units other than the percent, or about what is counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.language.words import word_tokens

CARDINALS = {
    word: value for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen".split()
    )
}  # fmt: skip
TENS = {
    word: 10 * value for value, word in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(), 2
    )
}  # fmt: skip
ORDINALS = {
    word: rank for rank, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
        "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth".split(), 1
    )
} | {word[:-1] + "ieth": value for word, value in TENS.items()} | {"hundredth": 100}  # fmt: skip
_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "million": 1e6, "mn": 1e6, "m": 1e6,
    "billion": 1e9, "bn": 1e9, "b": 1e9, "trillion": 1e12, "tn": 1e12, "dozen": 12.0,
}  # fmt: skip
NUMBER_WORDS = frozenset({*CARDINALS, *TENS, *ORDINALS, *(w for w in _SCALES if len(w) > 2)})

_SPELLED = "|".join([*CARDINALS, *TENS, "hundred", "dozen"])
_NUMBER = re.compile(
    rf"(?P<digits>(?<![\w.])(?<![A-Za-z]-)[$£€¥]?\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?"
    rf"|(?<![\w.])(?<![A-Za-z]-)[$£€¥]?\d+(?:\.\d+)?"
    rf"|(?<![\w-])(?:{_SPELLED})(?:[-\s](?:{_SPELLED}))*(?![\w-]))"
    rf"(?:(?:st|nd|rd|th)\b)?(?P<scale>(?:[\s-]?(?:hundred|thousand|million|billion|trillion|dozen)\b)+"
    rf"|(?:k|m|mn|b|bn|tn)\b)?(?P<percent>\s?%|\s(?:percent|per cent)\b)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written in ``text[start:end]``, its scale word and percent sign included."""

    value: float
    start: int
    end: int
    percent: bool = False


def find_numbers(text: str) -> list[Number]:
    """Return the numbers of a text in reading order."""
    found = []
    for match in _NUMBER.finditer(text):
        value = _value_of(match.group("digits").lower())
        for scale in re.findall(r"[a-z]+", (match.group("scale") or "").lower()):
            value *= _SCALES[scale]
        found.append(Number(value, *match.span(), percent=bool(match.group("percent"))))
    return found


def _value_of(written: str) -> float:
    plain = written.lstrip("$£€¥").replace(",", "")
    try:
        return float(plain)
    except ValueError:
        pass
    total = 0.0
    for word in re.split(r"[-\s]+", plain):
        if word in _SCALES:
            total = max(total, 1.0) * _SCALES[word]
        else:
            total += CARDINALS.get(word, TENS.get(word, 0))
    return total


def number_values(text: str) -> set[float]:
    """Return the values of a text's numbers; ordinals in words ("third") count as well."""
    ordinals = {float(ORDINALS[w]) for w in word_tokens(text) if w in ORDINALS}
    return {number.value for number in find_numbers(text)} | ordinals
