"""A run of words as a name with its role: "Turkish Foreign Minister Hakan Fidan".

Knows nothing about sentences or who says what.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.attribution.lexicon import (
    HONORIFICS,
    SPEAKING,
    TITLES,
)


@dataclass(frozen=True, slots=True)
class Speaker:
    start: int
    end: int
    name: str
    role: str = ""
    person: bool = False
    plural: bool = False


NAME = r"[A-Z][\w’'.&-]*"
_AFTER_NAME = re.compile(r"\s(?:of|from|in|at|with|for|on|by|familiar with|close to|briefed on)\s")
FIRST_WORDS = frozenset(
    """of this that these those some many most several other such in on at by for with to from as if
    when although because while after before since what why how where asked despite
    according more""".split()
)

_RUN = re.compile(
    rf"{NAME}(?:\s(?:(?:de|del|van|von|der|den|bin|al|la|le|du|da|of|the|for|and|&"
    rf"|\+)\s)*{NAME})*$"
)
_DETERMINERS = (
    "the",
    "a",
    "an",
    "his",
    "her",
    "their",
    "its",
    "one",
    "two",
    "three",
    "another",
    "both",
)


def _office(pieces: list[re.Match[str]], index: int) -> int:
    """The first piece behind "of State", "of Defense" in "Secretary of State NAME"."""
    if index < len(pieces) and pieces[index].group() == "of":
        index += 3 if index + 1 < len(pieces) and pieces[index + 1].group() == "the" else 2
    return index


def name_and_role(text: str, start: int, end: int) -> Speaker | None:
    """Split "Turkish Foreign Minister Hakan Fidan" into its role and its name."""
    words = text[start:end].split()
    last = re.sub(r"(?:[’']s)?\W*$", "", words[-1]).lower()
    run = _RUN.search(text, start, end)
    if run is None or not words[-1][:1].isupper():
        name = re.compile(rf"(?:[Tt]he )?{NAME}(?: {NAME})+").match(text, start, end)
        preposition = _AFTER_NAME.search(text, start, end)
        if last in SPEAKING or (preposition and _heads(text[start : preposition.start()])):
            plural = last.endswith("s") or last in ("police", "people", "media")
            return Speaker(start, end, text[start:end], plural=plural)
        if name and preposition and name.end() == preposition.start():
            return Speaker(start, name.end(), name.group(), person=True)
        return None
    preposition = _AFTER_NAME.search(text, start, run.start() + 1)
    if preposition and _heads(text[start : preposition.start()]):
        return Speaker(
            start,
            end,
            text[start:end],
            plural=_heads(text[start : preposition.start()]).endswith("s"),
        )
    begin = run.start()
    pieces = list(re.finditer(r"\S+", text[begin:end]))
    titles = [i for i, p in enumerate(pieces[:-1]) if p.group().lower().strip(".,") in TITLES]
    following = _office(pieces, titles[-1] + 1) if titles else 0
    if titles and following < len(pieces):
        after = begin + pieces[following].start()
        begin = begin if _ORGANISATION.match(text, after, end) else after
    if particle := _PARTICLE.search(text, start, begin):
        begin = particle.start()
    role = text[start:begin].strip(" ,")
    if _PREPOSITION_LAST.search(role):
        return Speaker(start, end, text[start:end])
    if (titles or _heads(role)) and (home := re.search(r" (?:of|from|at) ", text[begin:end])):
        end = begin + home.start()
    if role.lower() in ("the", "a", "an"):
        return Speaker(start, end, text[start:end])
    if len(role.split()) > 4 and not titles and not _heads(role):  # prose, not a role
        return None
    called = text[begin:end]
    return Speaker(
        begin,
        end,
        called,
        bare(role),
        person=is_person(text, begin, end, role, titled=bool(titles)),
    )


_PARTICLE = re.compile(r"\b(?:da|de|del|der|van|von|al|bin|el|la|le|di|dos)(?: la| der| den)? $")
_PREPOSITION_LAST = re.compile(r"\b(?:of|in|at|for|from|with|by|on|to)(?: the)?$")
_ADJECTIVES = frozenset("former longtime veteran senior top".split())


def _heads(words: str) -> str:
    """The last word of a noun phrase when it is one that can speak, or nothing."""
    last = words.split()[-1].lower().strip(".,") if words.split() else ""
    return last if last in SPEAKING else ""


def bare(role: str) -> str:
    return re.sub(r"^(?:[Tt]he|[Aa]n?|[Hh]is|[Hh]er|[Tt]heir) ", "", role)


_ORGANISATION = re.compile(
    r"\b(?:House|Department|Ministry|Committee|Commission|Agency|Association|University"
    r"|Institute|Center|Centre|Bank|Fed|Reserve|Police|Council"
    r"|Court|Bureau|Service|Services|Office|Company|Corp|Inc|Group|Union|Times|Post|News"
    r"|Foundation|Party|Army|Navy|Board|Fund|Treasury|Pentagon"
    r"|Kremlin|Congress|Senate|Academy|Organization|Federation|Society|Hospital|County|City"
    r"|Airlines|Authority|Administration|Survey|Network|Team|Media|Data)\b"
    r"|^[A-Z&]{2,6}$|^[Tt]he "
)


def is_person(text: str, start: int, end: int, role: str, *, titled: bool) -> bool:
    """Whether "he" can mean this name. A single word is a person when it has been a surname
    before: Moscow and Apple have no first names."""
    name = text[start:end]
    if titled or name.split()[0].lower().strip(".") in HONORIFICS:
        return True
    if _ORGANISATION.search(name):
        return False
    return " " in name or bool(role) or _surname(name, text, start)


def _surname(name: str, text: str, before: int) -> bool:
    place = text.find(f" {name}", 0, before)
    while place >= 0:
        first = re.search(r"(?:^|[\s“\"(])([A-Z][\w.’'-]*)$", text[max(0, place - 30) : place])
        if first and first.group(1).lower() not in FIRST_WORDS and first.group(1) != "The":
            return True
        place = text.find(f" {name}", place + 1, before)
    return False
