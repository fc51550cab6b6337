"""Do two texts name the same people, places and bodies? Whole words are compared, so that "Niger"
is not "Nigeria"; nations match their adjectives, initials their words, titles their short forms.

Knows nothing about what is said of a name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from qa.language.lexicon import HONORIFICS, LIKE, NATION, TITLES, UNLIKE, lemma
from qa.language.words import STOP, WORD, names

_SMALL = frozenset("of the and for in on de la".split())
_CALENDAR = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may "
    "june july august september october november december jan feb mar apr jun jul aug sep sept oct "
    "nov dec mondays tuesdays wednesdays thursdays fridays saturdays sundays".split()
)
_NUMBERS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety "
    "hundred hundreds thousands million dozen dozens half first second third".split()
)
_ALIASES = {
    "united states": "america", "united kingdom": "britain", "great britain": "britain",
    "saudi": "arabia", "sri lankan": "lanka", "costa rican": "rica", "puerto rican": "rica",
    "new zealander": "zealand", "4th of july": "fourth", "july 4": "fourth",
}  # fmt: skip
"""What is said in other words: a phrase, and the name that it stands for."""
_ACTS = re.compile(r"[’']s\b|\s+(?:[A-Z]|\w+(?:ed|s)\b|was\b|is\b|has\b|will\b|won\b|led\b|met\b)")
_COMMON = re.compile(r"(?:ers|ors|ists|ants|ents|ials|ees)$")
"""Endings of what people are, in the plural: officers, editors, scientists."""
_NATIONS = frozenset(NATION.values())
_RANKS = frozenset(TITLES.values()) | frozenset(
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
_NO_PERSON = _RANKS | _BODIES | _NATIONS | STOP | _CALENDAR | _NUMBERS
"""Words that no personal name is made of, as far as news goes."""


@lru_cache(maxsize=20_000)
def canonical(word: str) -> str:
    """One form of a capitalised word: no accents, possessives or full stops; nation for adjective;
    title for its abbreviation."""
    plain = unicodedata.normalize("NFKD", word.lower().replace("’", "'"))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = plain.removesuffix("'s").strip("'.-")
    if word in ("US", "USA", "U.S", "U.S.", "U.S.A."):
        return "america"
    plain = plain.replace(".", "")
    nation = NATION.get(plain) or NATION.get(plain.removesuffix("s"))
    return nation or TITLES.get(plain, plain)


@dataclass(frozen=True, slots=True)
class Naming:
    """What a text names."""

    words: frozenset[str]
    """Canonical forms of all its words, capitalised or not."""
    runs: tuple[tuple[str, ...], ...]
    """Names as runs of canonical words, small words left out."""
    initials: frozenset[str]
    """Initials of every part of a name of two or more words: eu for European Union."""
    short: frozenset[str]
    """Abbreviations it uses: eu."""


@lru_cache(maxsize=4_000)
def naming(text: str) -> Naming:
    """The names of a text."""
    written = [m.group() for m in WORD.finditer(text)]
    pieces = [part for word in written for part in [word, *re.split(r"[-’']", word)] if part]
    forms = {canonical(part) for part in pieces}
    forms |= {form.removesuffix("s") for form in forms if len(form) > 3}
    runs = tuple(tuple(c for _, c in run) for run in _runs(text))
    initials: set[str] = set()
    for run in runs:
        for start in range(len(run) - 1):
            for end in range(start + 2, min(len(run), start + 6) + 1):
                initials.add("".join(word[0] for word in run[start:end] if word))
    short = {
        part.replace(".", "").lower() for part in pieces
        if part.replace(".", "").isupper() and 2 <= len(part.replace(".", "")) <= 6
    }  # fmt: skip
    lowered = text.lower()
    forms |= {nation for words, nation in _ALIASES.items() if words in lowered}
    return Naming(frozenset(forms), runs, frozenset(initials), frozenset(short))


def _runs(text: str) -> Iterator[list[tuple[int, str]]]:
    """Names as (offset, canonical word) lists."""
    for start, end in names(text):
        run = [
            (m.start(), canonical(m.group()))
            for m in re.finditer(r"[\w.’']+", text[start:end])
            if m.group()[0].isupper() and m.group().lower() not in _SMALL
        ]
        run = [(start + at, word) for at, word in run if word and word not in HONORIFICS]
        if run:
            yield run


def missing_names(sentence: str, evidence: str) -> list[str]:
    """Reasons: words of the sentence's names that the evidence lacks."""
    known = naming(evidence)
    reasons = []
    for start, end in names(sentence):
        run = sentence[start:end]
        letters = "".join(w[0] for w in re.findall(r"\w+", run) if w not in _SMALL).lower()
        if letters in known.short and len(letters) > 1:
            continue
        if _ALIASES.get(run.lower().removeprefix("the ")) in known.words:
            continue
        reasons += [
            f"the name {match.group()} is not in the quotes"
            for match in WORD.finditer(sentence, start, end)
            if _missing(match, sentence, known)
        ]
    return list(dict.fromkeys(reasons))


def _missing(match: re.Match[str], sentence: str, known: Naming) -> bool:
    word = match.group()
    plain = word.lower().removesuffix("’s").removesuffix("'s")
    if not word[0].isupper() or plain in STOP | _CALENDAR | _NUMBERS | HONORIFICS:
        return False
    form = canonical(word)
    if form in known.words or form.removesuffix("s") in known.words:
        return False
    if "-" in word and all(_part_known(part, known) for part in word.split("-")):
        return False
    if form == "saint" and "street" in known.words:
        return False
    if len(form) == 1:  # an initial
        return not any(word[0] == form for run in known.runs for word in run)
    if any(form[0] in run[:-1] for run in known.runs):  # J. Smith for John
        return False
    if form in _NATIONS or form in TITLES.values():
        return True
    letters = form if form != "america" else "us"
    if word.replace(".", "").isupper() and letters in known.initials:
        return False
    if _COMMON.search(plain) or lemma(plain) in LIKE or lemma(plain) in UNLIKE:
        return bool(sentence[: match.start()].strip("“\"‘'( "))
    opens = not sentence[: match.start()].strip("“\"‘'( ")
    named = _ACTS.match(sentence[match.end() :]) and not plain.endswith(("ing", "ly"))
    return not opens or bool(named) or any(c in word[1:] for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def _part_known(part: str, known: Naming) -> bool:
    return canonical(part) in known.words or not part[:1].isupper()


def mixed_names(sentence: str, evidence: str) -> list[str]:
    """Reasons: a first name that the evidence gives to nobody of that last name, which it gives
    another first name. Both words may stand there: "Ben Okonjo" out of "Sara Okonjo met Ben Marsh".
    """
    theirs = [person for run in naming(evidence).runs for person in _persons(run)]
    reasons = []
    for *before, last in (p for run in naming(sentence).runs for p in _persons(run)):
        bearers = [r[: r.index(last)] for r in theirs if last in r[1:]]
        if bearers and not any(_same_first(before[-1], b) for b in bearers):
            whole = f"{bearers[0][-1]} {last}".title()
            reasons.append(f"{before[-1].title()} {last.title()} is {whole} in the quotes")
    return reasons


def _persons(run: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Parts of a run of capitals that can be a person's name: two or three words, no office."""
    part: list[str] = []
    for word in (*run, ""):
        if word and word not in _NO_PERSON:
            part.append(word)
            continue
        if 2 <= len(part) <= 3:
            yield tuple(part)
        part = []


def _same_first(first: str, names_before: tuple[str, ...]) -> bool:
    return any(
        word == first
        or (1 in (len(word), len(first)) and word[0] == first[0])
        or word.startswith(first[:3])
        or first.startswith(word[:3])
        for word in names_before
    )
