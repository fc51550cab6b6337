"""Finds the names of people, places and bodies in a text, and compares those of two texts.

    text -> name_spans -> index_names -> missing_names, conflicting_first_names

Names are compared by whole words, so that "Niger" is not "Nigeria"; nations match their adjectives,
initials the words they stand for, titles their abbreviations. Names are runs of capitalised words:
no entity types, no knowledge base. Knows nothing about what is said of a name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from qa.language.lexicon import (
    ANTONYM_STEMS,
    HONORIFICS,
    NATION_OF_FORM,
    SYNONYM_STEMS,
    TITLE_OF_ABBREVIATION,
    lemma,
)
from qa.language.numbers import CARDINALS, NUMBER_WORDS
from qa.language.time_spans import MONTHS, WEEKDAYS
from qa.language.words import STOP_WORDS, WORD_PATTERN

# -- finding names ------------------------------------------------------------------------

_PART = r"(?:(?:[A-Z]\.){2,}|[A-Z][a-z]{0,4}\.(?=\s[A-Z])(?<!\bIt\.)|[A-Z](?:[\w’'&-]*\w)?)"
_NAME = re.compile(
    rf"{_PART}(?:\s+(?:(?:of|the|de|van|von|der|bin|al|for|la|du)\s+){{0,2}}{_PART})*"
)
_ABBREVIATED_TITLES = frozenset(
    "mr mrs ms dr gen sen rep gov lt col sgt st prof maj capt adm rev".split()
)
_NOT_A_NAME = (
    STOP_WORDS | {*WEEKDAYS, *MONTHS} | {word for word, n in CARDINALS.items() if 1 <= n <= 10}
    | frozenset("officials police meanwhile however yes mr mrs ms dr last next earlier later"
                .split())
)  # fmt: skip
"""Words that are capitalised where they begin a sentence and are no part of a name there."""


def name_spans(text: str) -> list[tuple[int, int]]:
    """Return the (start, end) offsets of the names of a text: runs of capitalised words.

    A common word that is capitalised only because it begins the sentence does not count, and a
    possessive ending is left out.
    """
    spans = []
    for match in _NAME.finditer(text):
        for start, end in _split_at_full_stops(match.group(), match.start()):
            pieces = [(m.start() + start, m.group()) for m in re.finditer(r"\S+", text[start:end])]
            while pieces and pieces[0][1].lower().strip(".’'") in _NOT_A_NAME:
                pieces.pop(0)
            if pieces:
                possessive = re.search(r"(?:[’']s?)?$", text[start:end])
                spans.append((pieces[0][0], end - len(possessive.group() if possessive else "")))
    return spans


def _split_at_full_stops(name: str, offset: int) -> Iterator[tuple[int, int]]:
    """Cut a run of capitals at full stops that end a sentence: "Women's Cup. It" is two."""
    begin = 0
    for match in re.finditer(r"(\w+)\.\s+(?=\S)", name):
        if len(match.group(1)) > 1 and match.group(1).lower() not in _ABBREVIATED_TITLES:
            yield offset + begin, offset + match.end(1)
            begin = match.end()
    yield offset + begin, offset + len(name)


@lru_cache(maxsize=20_000)
def name_stem(word: str) -> str:
    """Return what a name and its adjective share: "russ" for Russia and Russian's.

    Only words of at least four further letters lose an ending; shorter names are compared whole.
    """
    plain = re.sub(r"[’']s?$", "", word.lower()).replace(".", "")
    for ending in ("ians", "ian", "ese", "ish", "ans", "an", "i", "ia", "a"):
        if plain.endswith(ending) and len(plain) - len(ending) >= 4:
            return plain.removesuffix(ending)
    return plain


def name_stems(text: str) -> set[str]:
    """Return the name stems of every capitalised word of three letters or more in names."""
    return {
        name_stem(word)
        for start, end in name_spans(text)
        for word in re.findall(r"[\w’'.-]+", text[start:end])
        if word[0].isupper()
        and len(word.replace(".", "")) > 2
        and word.lower().strip(".") not in _NOT_A_NAME
    }


# -- one form of a name -------------------------------------------------------------------

_LINKING_WORDS = frozenset("of the and for in on de la".split())
_ALIASES = {
    "united states": "america", "united kingdom": "britain", "great britain": "britain",
    "saudi": "arabia", "sri lankan": "lanka", "costa rican": "rica", "puerto rican": "rica",
    "new zealander": "zealand", "4th of july": "fourth", "july 4": "fourth",
}  # fmt: skip
"""Phrase in lower case -> the canonical word of the name that it stands for."""


@lru_cache(maxsize=20_000)
def canonical_name_word(word: str) -> str:
    """Return one form of a capitalised word, in lower case: no accents, possessives or full stops,
    the nation for its adjective, the title for its abbreviation."""
    if word in ("US", "USA", "U.S", "U.S.", "U.S.A."):
        return "america"
    plain = unicodedata.normalize("NFKD", word.lower().replace("’", "'"))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = plain.removesuffix("'s").strip("'.-").replace(".", "")
    nation = NATION_OF_FORM.get(plain) or NATION_OF_FORM.get(plain.removesuffix("s"))
    return nation or TITLE_OF_ABBREVIATION.get(plain, plain)


@dataclass(frozen=True, slots=True)
class NameIndex:
    """The words by which names can be recognised in a text."""

    words: frozenset[str]
    """Canonical forms of all words, capitalised or not."""
    names: tuple[tuple[str, ...], ...]
    """Each name as canonical words, without linking words and honorifics."""
    initials: frozenset[str]
    """Initials of every part of a name of two to six words: "eu" for European Union."""
    abbreviations: frozenset[str]
    """Words of two to six capital letters, in lower case."""


@lru_cache(maxsize=4_000)
def index_names(text: str) -> NameIndex:
    """Return the name index of a text."""
    written = [m.group() for m in WORD_PATTERN.finditer(text)]
    pieces = [part for word in written for part in [word, *re.split(r"[-’']", word)] if part]
    forms = {canonical_name_word(part) for part in pieces}
    forms |= {form.removesuffix("s") for form in forms if len(form) > 3}
    lowered = text.lower()
    forms |= {word for phrase, word in _ALIASES.items() if phrase in lowered}
    found = tuple(_canonical_names(text))
    initials = {
        "".join(word[0] for word in name[start:end])
        for name in found
        for start in range(len(name) - 1)
        for end in range(start + 2, min(len(name), start + 6) + 1)
    }
    plain = (part.replace(".", "") for part in pieces)
    abbreviations = {part.lower() for part in plain if part.isupper() and 2 <= len(part) <= 6}
    return NameIndex(frozenset(forms), found, frozenset(initials), frozenset(abbreviations))


def _canonical_names(text: str) -> Iterator[tuple[str, ...]]:
    for start, end in name_spans(text):
        words = (
            canonical_name_word(word)
            for word in re.findall(r"[\w.’']+", text[start:end])
            if word[0].isupper() and word.lower() not in _LINKING_WORDS
        )
        if name := tuple(word for word in words if word and word not in HONORIFICS):
            yield name


# -- comparing names ----------------------------------------------------------------------

_NATIONS = frozenset(NATION_OF_FORM.values())
_UNNAMED = (
    STOP_WORDS | NUMBER_WORDS | {*WEEKDAYS, *MONTHS} | {day + "s" for day in WEEKDAYS}
    | frozenset("jan feb mar apr jun jul aug sep sept oct nov dec hundreds thousands dozens half"
                .split())
)  # fmt: skip
"""Capitalised words that numbers and dates account for, or that mean too little."""
_GROUP_NOUN = re.compile(r"(?:ers|ors|ists|ants|ents|ials|ees)$")
"""Endings of plural nouns for people: officers, editors, scientists."""
_PREDICATE_BEHIND = re.compile(
    r"[’']s\b|\s+(?:[A-Z]|\w+(?:ed|s)\b|was\b|is\b|has\b|will\b|won\b|led\b|met\b)"
)


def missing_names(sentence: str, evidence: str) -> list[str]:
    """Return a reason for every word of the sentence's names that the evidence lacks."""
    known = index_names(evidence)
    reasons = []
    for start, end in name_spans(sentence):
        name = sentence[start:end]
        letters = "".join(w[0] for w in re.findall(r"\w+", name) if w not in _LINKING_WORDS).lower()
        if letters in known.abbreviations and len(letters) > 1:
            continue
        if _ALIASES.get(name.lower().removeprefix("the ")) in known.words:
            continue
        reasons += [
            f"the name {match.group()} is not in the quotes"
            for match in WORD_PATTERN.finditer(sentence, start, end)
            if _is_missing(match, sentence, known)
        ]
    return list(dict.fromkeys(reasons))


def _is_missing(match: re.Match[str], sentence: str, known: NameIndex) -> bool:
    """Whether a word of a name must stand in the evidence and does not."""
    word = match.group()
    plain = word.lower().removesuffix("’s").removesuffix("'s")
    if not word[0].isupper() or plain in _UNNAMED or plain in HONORIFICS:
        return False
    if _is_known(word, known):
        return False
    form = canonical_name_word(word)
    if len(form) == 1 or form in _NATIONS or form in TITLE_OF_ABBREVIATION.values():
        return True
    if word.replace(".", "").isupper() and form in known.initials:
        return False
    begins = not sentence[: match.start()].strip("“\"‘'( ")
    if _GROUP_NOUN.search(plain) or lemma(plain) in SYNONYM_STEMS or lemma(plain) in ANTONYM_STEMS:
        return not begins  # a common word, capitalised because it begins the sentence
    acts = _PREDICATE_BEHIND.match(sentence[match.end() :]) and not plain.endswith(("ing", "ly"))
    return not begins or bool(acts) or bool(re.search("[A-Z]", word[1:]))


def _is_known(word: str, known: NameIndex) -> bool:
    """Whether the evidence has a word of a name, in whatever form."""
    form = canonical_name_word(word)
    if form in known.words or form.removesuffix("s") in known.words:
        return True
    if "-" in word and all(
        canonical_name_word(part) in known.words or not part[:1].isupper()
        for part in word.split("-")
    ):
        return True
    if form == "saint" and "street" in known.words:
        return True
    if len(form) == 1:  # J. for John
        return any(word[0] == form for name in known.names for word in name)
    return any(form[0] in name[:-1] for name in known.names)  # John for J.


_RANKS = frozenset(TITLE_OF_ABBREVIATION.values()) | frozenset(
    "president minister prime chancellor king queen prince princess chief justice judge mayor "
    "secretary spokesman spokeswoman pope coach captain detective officer ambassador".split()
)
_BODIES = frozenset(
    "act agreement agency army arts association bank bay board bureau center centre church city "
    "club code college commission committee company conference congress council county court cup "
    "department district east fund government group high hospital house institute island islands "
    "kingdom lake law league ministry mountain museum national navy new north office old opera "
    "organization palace parliament party police port river road royal school senate sea service "
    "south square state states station street supreme times tower trade treaty union united "
    "university valley war west world".split()
)
_NO_PERSON = _RANKS | _BODIES | _NATIONS | _UNNAMED
"""Words that no personal name in the news is made of."""


def conflicting_first_names(sentence: str, evidence: str) -> list[str]:
    """Return a reason for every person whose last name the evidence gives another first name.

    Both words may stand in the evidence: "Ben Okonjo" out of "Sara Okonjo met Ben Marsh".
    """
    theirs = [person for name in index_names(evidence).names for person in _persons(name)]
    reasons = []
    for *before, last in (p for name in index_names(sentence).names for p in _persons(name)):
        bearers = [p[: p.index(last, 1)] for p in theirs if last in p[1:]]
        if bearers and not any(_same_first_name(before[-1], b) for b in bearers):
            whole = f"{bearers[0][-1]} {last}".title()
            reasons.append(f"{before[-1].title()} {last.title()} is {whole} in the quotes")
    return reasons


def _persons(name: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the parts of a name that can be a person's: two or three words, no office."""
    part: list[str] = []
    for word in (*name, ""):
        if word and word not in _NO_PERSON:
            part.append(word)
            continue
        if 2 <= len(part) <= 3:
            yield tuple(part)
        part = []


def _same_first_name(first: str, others: tuple[str, ...]) -> bool:
    return any(
        word == first
        or (1 in (len(word), len(first)) and word[0] == first[0])
        or word.startswith(first[:3])
        or first.startswith(word[:3])
        for word in others
    )
