"""Words, names, numbers and dates as they are compared between questions, answers and quotes.

Pure functions of text. Knows nothing about articles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import snowballstemmer

WORD = re.compile(r"\w+(?:[-’'.]\w+)*|[$£€¥%]")

STOP = frozenset(
    "a an the of to in on at by for from with without and or but nor so yet is are was were be "
    "been being am do does did done has have had having will would can could shall should may "
    "might must it its itself this that these those there here as than then if whether while when "
    "where who whom whose which what why how i me my you your he him his she her they them their "
    "we us our not no any some such own same too very just also into onto out up down over under "
    "about above after before during since until between through again more most less least each "
    "every both either other another much many few all only ever even still now s t ’s 's "
    "according say says said tell told".split()
)

PRONOUNS = frozenset("he him his she her hers they them their theirs it its this that these those "
                     "there one ones".split())  # fmt: skip

_stemmer = snowballstemmer.stemmer("english")
_stemming = Lock()


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The English Snowball stem of a lower-case word, possessive endings removed."""
    word = re.sub(r"[’']s?$", "", word)
    with _stemming:  # the stemmer keeps its work on itself
        return str(_stemmer.stemWord(word))


def words(text: str) -> list[str]:
    """Lower-case words, hyphenated ones also in their parts."""
    found: list[str] = []
    for match in WORD.findall(text):
        lowered = match.lower().replace("’", "'").removesuffix("'s").rstrip(".")
        found.append(lowered)
        if "-" in lowered:
            found.extend(part for part in lowered.split("-") if part)
    return found


def content_stems(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order, each once."""
    return list(dict.fromkeys(stem(w) for w in words(text) if w not in STOP and w.strip("$£€¥%")))


# -- names --------------------------------------------------------------------------------

_PART = r"(?:(?:[A-Z]\.){2,}|[A-Z][a-z]{0,4}\.(?=\s[A-Z])(?<!\bIt\.)|[A-Z](?:[\w’'&-]*\w)?)"
_NAME = re.compile(
    rf"{_PART}(?:\s+(?:(?:of|the|de|van|von|der|bin|al|for|la|du)\s+){{0,2}}{_PART})*"
)
_ABBREVIATED = frozenset("mr mrs ms dr gen sen rep gov lt col sgt st prof maj capt adm rev".split())
_NOT_A_NAME = STOP | frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may "
    "june july august september october november december officials police one two three four "
    "five six "
    "seven eight nine ten meanwhile however yes mr mrs ms dr last next earlier later".split()
)


def names(text: str) -> list[tuple[int, int]]:
    """Spans of runs of capitalised words: people, places, bodies. A capital that only starts the
    sentence and is a common word does not count."""
    spans = []
    for match in _NAME.finditer(text):
        for start, end in _without_stops(match.group(), match.start()):
            pieces = [(m.start() + start, m.group()) for m in re.finditer(r"\S+", text[start:end])]
            while pieces and pieces[0][1].lower().strip(".’'") in _NOT_A_NAME:
                pieces.pop(0)
            if pieces:
                possessive = re.search(r"(?:[’']s?)?$", text[start:end])
                spans.append((pieces[0][0], end - len(possessive.group() if possessive else "")))
    return spans


def _without_stops(name: str, offset: int) -> Iterator[tuple[int, int]]:
    """Cut a run of capitals at full stops that end a sentence: "Women's Cup. It" is two."""
    begin = 0
    for match in re.finditer(r"(\w+)\.\s+(?=\S)", name):
        if len(match.group(1)) > 1 and match.group(1).lower() not in _ABBREVIATED:
            yield offset + begin, offset + match.end(1)
            begin = match.end()
    yield offset + begin, offset + len(name)


@lru_cache(maxsize=20_000)
def name_key(word: str) -> str:
    """What a name and its adjective share: Russia/Russian/Russian's -> russ, China/Chinese -> chin.

    Five letters tell most names apart; shorter names are compared whole.
    """
    plain = re.sub(r"[’']s?$", "", word.lower()).replace(".", "")
    for ending in ("ians", "ian", "ese", "ish", "ans", "an", "i", "ia", "a"):
        if plain.endswith(ending) and len(plain) - len(ending) >= 4:
            return plain.removesuffix(ending)
    return plain


def name_keys(text: str) -> set[str]:
    """Keys of every capitalised word inside the names of a text."""
    return {
        name_key(word)
        for start, end in names(text)
        for word in re.findall(r"[\w’'.-]+", text[start:end])
        if word[0].isupper()
        and len(word.replace(".", "")) > 2
        and word.lower().strip(".") not in _NOT_A_NAME
    }


# -- numbers ------------------------------------------------------------------------------

_UNITS = dict(zip(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen".split(), range(20), strict=True))  # fmt: skip
_TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(),
                 range(20, 100, 10), strict=True))  # fmt: skip
_ORDINALS = dict(zip(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(),
    range(1, 13), strict=True))  # fmt: skip
_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "million": 1e6, "mn": 1e6, "m": 1e6,
    "billion": 1e9, "bn": 1e9, "b": 1e9, "trillion": 1e12, "tn": 1e12, "dozen": 12.0,
}  # fmt: skip
_SPELLED = "|".join([*_UNITS, *_TENS, "hundred", "dozen"])

NUMBER = re.compile(
    rf"(?P<digits>(?<![\w.])(?<![A-Za-z]-)[$£€¥]?\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?"
    rf"|(?<![\w.])(?<![A-Za-z]-)[$£€¥]?\d+(?:\.\d+)?"
    rf"|(?<![\w-])(?:{_SPELLED})(?:[-\s](?:{_SPELLED}))*(?![\w-]))"
    rf"(?:(?:st|nd|rd|th)\b)?(?P<scale>(?:[\s-]?(?:hundred|thousand|million|billion|trillion|dozen)\b)+"
    rf"|(?:k|m|mn|b|bn|tn)\b)?(?P<percent>\s?%|\s(?:percent|per cent)\b)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Number:
    """A quantity as written: its value in plain units, and where it stands."""

    value: float
    start: int
    end: int
    percent: bool = False


def numbers(text: str) -> list[Number]:
    """Quantities in a text: ``$300 billion`` and ``300bn`` are both 3e11, ``twelve`` is 12."""
    found = []
    for match in NUMBER.finditer(text):
        value = _value(match.group("digits").lower())
        for scale in re.findall(r"[a-z]+", (match.group("scale") or "").lower()):
            value *= _SCALES[scale]
        found.append(Number(value, *match.span(), percent=bool(match.group("percent"))))
    return found


def _value(written: str) -> float:
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
            total += _UNITS.get(word, _TENS.get(word, 0))
    return total


def values(text: str) -> set[float]:
    """The quantities of a text as a set; ordinals in words ("third") count as well."""
    ordinal = {float(_ORDINALS[w]) for w in words(text) if w in _ORDINALS}
    return {number.value for number in numbers(text)} | ordinal


# -- dates --------------------------------------------------------------------------------

_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|"
    r"Aug(?:ust|\.)?|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
DATE = re.compile(
    rf"\b{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s\d{{4}})?\b|\b\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?"
    rf"{_MONTH}(?:\s\d{{4}})?\b|\b{_MONTH}(?:\sof)?\s\d{{4}}\b|\b(?:in|since|by|until|from|during|of)\s"
    r"(?:19|20)\d{2}\b|\b(?:(?:last|next|this|on|early|late|since|until|by)\s)?(?:Mon|Tues|Wednes|Thurs|"
    r"Fri|Satur|Sun)day(?:\s(?:morning|afternoon|evening|night))?\b|\b(?:yesterday|today|tomorrow|"
    r"tonight)\b|\b(?:last|next|this|earlier this|later this|the previous|the following)\s"
    r"(?:week|month|year|night|weekend|summer|winter|spring|autumn|fall|century|decade)\b|"
    r"\b(?:\d+|a|an|one|two|three|four|five|six|seven|eight|nine|ten|a few|several)\s"
    r"(?:days?|weeks?|months?|years?|hours?|decades?)\s(?:ago|later|earlier|before|after)\b|"
    rf"\bin\s{_MONTH}\b|\b\d{{1,2}}(?::\d{{2}})?\s?[ap]\.?m\b\.?",
)


def dates(text: str) -> list[tuple[int, int]]:
    """Spans of time expressions, as written."""
    return [match.span() for match in DATE.finditer(text)]
