"""Splits the noun phrase of a speaker into role and name: "Turkish Foreign Minister | Hakan Fidan".

Knows nothing about sentences or who says what.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.attribution.lexicon import SPEAKER_NOUNS, TITLES


@dataclass(frozen=True, slots=True)
class Speaker:
    """A speaker as named at ``text[start:end]``; ``role`` is empty when none is given there."""

    start: int
    end: int
    name: str
    role: str = ""
    person: bool = False
    plural: bool = False


NAME = r"[A-Z][\w’'.&-]*"
MAX_UNKNOWN_ROLE_WORDS = 4
"""Words before a name that hold no title or speaker noun; more of them are prose, not a role."""

_AFTER_NAME = re.compile(r"\s(?:of|from|in|at|with|for|on|by|familiar with|close to|briefed on)\s")
FUNCTION_WORDS = frozenset(
    """of this that these those some many most several other such in on at by for with to from as if
    when although because while after before since what why how where asked despite
    according more""".split()
)
_NAME_AT_END = re.compile(
    rf"{NAME}(?:\s(?:(?:de|del|van|von|der|den|bin|al|la|le|du|da|of|the|for|and|&"
    rf"|\+)\s)*{NAME})*$"
)
_PARTICLE = re.compile(r"\b(?:da|de|del|der|van|von|al|bin|el|la|le|di|dos)(?: la| der| den)? $")
_PREPOSITION_LAST = re.compile(r"\b(?:of|in|at|for|from|with|by|on|to)(?: the)?$")
_ORGANISATION = re.compile(
    r"\b(?:House|Department|Ministry|Committee|Commission|Agency|Association|University"
    r"|Institute|Center|Centre|Bank|Fed|Reserve|Police|Council"
    r"|Court|Bureau|Service|Services|Office|Company|Corp|Inc|Group|Union|Times|Post|News"
    r"|Foundation|Party|Army|Navy|Board|Fund|Treasury|Pentagon"
    r"|Kremlin|Congress|Senate|Academy|Organization|Federation|Society|Hospital|County|City"
    r"|Airlines|Authority|Administration|Survey|Network|Team|Media|Data)\b"
    r"|^[A-Z&]{2,6}$|^[Tt]he "
)


def parse_speaker(text: str, start: int, end: int) -> Speaker | None:
    """The speaker that the noun phrase ``text[start:end]`` names, or None if it names nobody."""
    at_end = _NAME_AT_END.search(text, start, end)
    if at_end is None or not text[start:end].split()[-1][:1].isupper():
        return _parse_description(text, start, end)
    preposition = _AFTER_NAME.search(text, start, at_end.start() + 1)
    if preposition and (noun := _final_speaker_noun(text[start : preposition.start()])):
        return Speaker(start, end, text[start:end], plural=noun.endswith("s"))
    begin, titled = _name_after_title(text, at_end.start(), end)
    if particle := _PARTICLE.search(text, start, begin):
        begin = particle.start()
    role = text[start:begin].strip(" ,")
    if _PREPOSITION_LAST.search(role):
        return Speaker(start, end, text[start:end])
    known_role = titled or bool(_final_speaker_noun(role))
    if known_role and (home := re.search(r" (?:of|from|at) ", text[begin:end])):
        end = begin + home.start()
    if role.lower() in ("the", "a", "an"):
        return Speaker(start, end, text[start:end])
    if len(role.split()) > MAX_UNKNOWN_ROLE_WORDS and not known_role:
        return None
    person = is_person(text, begin, end, role, titled=titled)
    return Speaker(begin, end, text[begin:end], without_article(role), person=person)


def _parse_description(text: str, start: int, end: int) -> Speaker | None:
    """A phrase that does not end in a name: "health experts", "Ann Lee of the union"."""
    last = re.sub(r"(?:[’']s)?\W*$", "", text[start:end].split()[-1]).lower()
    preposition = _AFTER_NAME.search(text, start, end)
    if last in SPEAKER_NOUNS or (
        preposition and _final_speaker_noun(text[start : preposition.start()])
    ):
        plural = last.endswith("s") or last in ("police", "people", "media")
        return Speaker(start, end, text[start:end], plural=plural)
    name = re.compile(rf"(?:[Tt]he )?{NAME}(?: {NAME})+").match(text, start, end)
    if name and preposition and name.end() == preposition.start():
        return Speaker(start, name.end(), name.group(), person=True)
    return None


def _name_after_title(text: str, begin: int, end: int) -> tuple[int, bool]:
    """Where the name begins in capitalised words such as "Foreign Minister Hakan Fidan".

    Also whether there is a title before it.
    """
    words = list(re.finditer(r"\S+", text[begin:end]))
    titles = [i for i, w in enumerate(words[:-1]) if w.group().lower().strip(".,") in TITLES]
    if not titles:
        return begin, False
    following = titles[-1] + 1
    if words[following].group() == "of":  # Secretary of State NAME, Secretary of the Navy NAME
        has_article = following + 1 < len(words) and words[following + 1].group() == "the"
        following += 3 if has_article else 2
    if following < len(words):
        after = begin + words[following].start()
        begin = begin if _ORGANISATION.match(text, after, end) else after
    return begin, True


def _final_speaker_noun(phrase: str) -> str:
    """The last word of a noun phrase when it is a speaker noun, or an empty text."""
    words = phrase.split()
    last = words[-1].lower().strip(".,") if words else ""
    return last if last in SPEAKER_NOUNS else ""


def without_article(role: str) -> str:
    """A role without its article or possessive."""
    return re.sub(r"^(?:[Tt]he|[Aa]n?|[Hh]is|[Hh]er|[Tt]heir) ", "", role)


def is_person(text: str, start: int, end: int, role: str, *, titled: bool) -> bool:
    """Whether ``text[start:end]`` names a person, whom "he" can mean, and no organisation or place.

    A single word does when it was a surname before: Moscow and Apple have no first names.
    ``role`` is what stands before the name, ``titled`` whether that holds a title.
    """
    name = text[start:end]
    if titled:
        return True
    if _ORGANISATION.search(name):
        return False
    return " " in name or bool(role) or _is_surname_before(name, text, start)


def _is_surname_before(name: str, text: str, before: int) -> bool:
    """Whether the text has the name behind a capitalised first name before this place."""
    place = text.find(f" {name}", 0, before)
    while place >= 0:
        first = re.search(r"(?:^|[\s“\"(])([A-Z][\w.’'-]*)$", text[max(0, place - 30) : place])
        if first and first.group(1).lower() not in FUNCTION_WORDS and first.group(1) != "The":
            return True
        place = text.find(f" {name}", place + 1, before)
    return False
