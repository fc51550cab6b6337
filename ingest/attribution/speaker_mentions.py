"""Who a sentence itself names as its speaker: "X said", "said X, who ...", "according to X".

    verb of saying outside quotations -> the words before or behind it -> name and role

What has been said so far is kept in a ``Memory``, for pronouns and roles. Knows nothing about
paragraphs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from ingest.attribution.lexicon import (
    CUE_VERB,
    NOT_SPEAKERS,
    PARTICIPLE,
    PERSONS,
    PLAIN,
    PRONOUNS,
    QUOTING,
    SPEAKING,
    TITLES,
)
from ingest.attribution.quotation_marks import Span, inside, quoted
from ingest.attribution.speaker_names import FIRST_WORDS, NAME, Speaker, bare, name_and_role

REACH = 3
"""Paragraphs back in which "he said" may find its name; news changes speakers soon."""


@dataclass(slots=True)
class Memory:
    """Who has spoken so far, for pronouns and roles."""

    said: list[tuple[int, Speaker]] = field(default_factory=list)
    genders: dict[str, str] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)

    def note(self, paragraph: int, speaker: Speaker, text: str) -> Speaker:
        """Remember a named speaker; returns them with the role known from the text before."""
        surname = speaker.name.split()[-1]
        if speaker.role:
            self.roles.setdefault(surname, speaker.role)
        elif speaker.person:
            if surname not in self.roles:
                self.roles[surname] = _role_before(surname, text, speaker.start)
            speaker = replace(speaker, role=self.roles[surname])
        self.said.append((paragraph, speaker))
        return speaker

    def resolve(self, pronoun: str, paragraph: int) -> Speaker | None:
        """The named speaker that a pronoun stands for, if it is plain."""
        for where, speaker in reversed(self.said):
            if paragraph - where > REACH:
                return None
            if pronoun in PERSONS:
                surname = speaker.name.split()[-1]
                if speaker.person and self.genders.get(surname, pronoun) == pronoun:
                    self.genders[surname] = pronoun
                    return speaker
            elif paragraph - where <= 1 and not speaker.person:
                return speaker if speaker.plural == (pronoun == "they") else None
        return None


# -- one sentence ---------------------------------------------------------------------------

_ACCORDING = re.compile(r"\b[Aa]ccording to (?!plan\b|schedule\b)")
_SOURCE_END = re.compile(
    r"(?:(?<![A-Z])(?<!\b[A-Z]r)(?<!Sen)(?<!Gov)(?<!Gen)(?<!Rep)"
    r"\.(?=\s|$)|,(?!\d)|[;:()—–“”\"]| - | (?:shared|obtained|released|published"
    r"|viewed|seen|cited|who|which|whose|that|in an?|as of|on|and (?:the |was|is|has|have)"
    r"|earlier|late"
    r"|last)\b)"
)
_BE = frozenset(
    "is was were are be been being not to can could would might may must should cannot never "
    "didn't didn’t don't don’t doesn't doesn’t won't won’t wouldn’t wouldn't help please".split()
)


_APPOSITION = re.compile(
    r", ((?:(?:an?|the|one of the) )?[a-z][^,.;:“”\"()]{3,90}?)"
    r"(?=[,.;:”]| who\b| whose\b| which\b|$)"
)


def _role_behind(text: str, end: int, high: int) -> str:
    """What a name is called right after it: "Lawrence West, chief executive officer of X, said"."""
    match = _APPOSITION.match(text, end, high)
    if match is None:
        return ""
    words = [word.lower().strip(".") for word in match.group(1).split()]
    known = any(word in TITLES or word in SPEAKING for word in words[:6])
    return (
        bare(match.group(1))
        if known and len(words) <= 12 and CUE_VERB.search(match.group(1)) is None
        else ""
    )


def _role_before(surname: str, text: str, end: int) -> str:
    """The title with which a text first gave a full name: "U.S. Senator Lindsay Graham"."""
    titled = re.compile(rf"(?:[A-Z][\w.’'-]* ){{2,5}}{re.escape(surname)}\b")
    first = titled.search(text, 0, end)
    speaker = name_and_role(text, *first.span()) if first else None
    return speaker.role if speaker and speaker.person else ""


def named(
    text: str, low: int, high: int, quotes: list[Span], memory: Memory, number: int
) -> Speaker | None:
    """The speaker that a sentence itself names, if it does."""
    for match in CUE_VERB.finditer(text, low, high):
        if inside(quotes, match.start()):
            continue
        quoting = quoted(quotes, low, high) > 0
        for subject in (_before, _behind):
            written = subject(text, low, high, match, quotes)
            if written is None:
                continue
            if not _says(text, low, high, match, quoting, inverted=subject is _behind):
                continue
            speaker = _speaker(text, *written)
            if isinstance(speaker, str):
                speaker = memory.resolve(speaker, number)
            elif speaker:
                if speaker.person and not speaker.role:
                    speaker = replace(speaker, role=_role_behind(text, speaker.end, high))
                speaker = memory.note(number, speaker, text)
            if speaker:
                return speaker
    return _according(text, low, high, quotes, memory, number) or _participle(
        text, low, high, quotes, memory, number
    )


def _says(
    text: str, low: int, high: int, verb: re.Match[str], quoting: bool, *, inverted: bool
) -> bool:
    """Whether the verb is one of saying here: by itself, beside a quotation, or before "that"."""
    word = verb.group()
    if re.search(r"\bwhat (?:\w+ )?(?:he|she|it|they|\w+) $", text[low : verb.start()]):
        return False  # "what he termed a “bone breaking” bill" says two words of another sentence
    if word in PLAIN or inverted:
        return True
    if word in QUOTING:
        return quoting
    after = text[verb.end() : high]
    aside = re.match(
        r"(?: (?:in|on|late|early|last|to|at|earlier|this|Monday|Tuesday|Wednesday|Thursday"
        r"|Friday|Saturday|Sunday)\b[^,]{0,60})?(?:[.,]|$)",
        after,
    )
    if aside and verb.start() - low > 30:
        return True
    if quoting and re.match(r"[^“\"]{0,40}[“\"]", after):
        return True
    return bool(
        re.match(
            r"(?: (?:in|on|to|at|with|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
            r"|also|it|him|her|them)\b[^,.;]{0,50}?)?"
            r"(?: that\b| how\b| he\b| she\b| they\b| it (?:would|will|was|is|had|has)\b|: )", after
        )
        or (word in _BARE and re.match(r" (?:the|a|an|his|her|its|their|[A-Z]\w+)\b.* (?:is|are"
            r"|was|were|will|would|has|had|could|might|may)\b", after))
        or (word.startswith("recommend") and re.match(r" \w+ing\b", after))
    )  # fmt: skip


_BARE = frozenset(
    "added adds claimed claims noted notes warned warns warn acknowledged predicted "
    "alleged alleges asserted confirmed".split()
)

_AUX = re.compile(
    r"(?:\s+|^)(?:has|have|had|also|then|later|previously|recently|once|repeatedly|now|first|still|"
    r"further|simply|then-|even|often|publicly|reportedly|would later|\w+ly|himself|herself|"
    r"(?:late |early |earlier )?(?:on )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?: (?:morning"
    r"|afternoon|evening|night))?|"
    r"(?:earlier |later )?(?:this|last) (?:week|month|year)|in an? (?:statement|tweet|interview"
    r"|news release|press release|email|report|letter)|in \d{4})$"
)
_CUT = re.compile(
    r"(?:[,;:—–()“”\"]| - |\b(?:[Bb]ut|[Aa]nd|[Tt]hat|[Ww]hile|[Ww]hen|[Bb]ecause|[Ww]hich|[Ww]hom"
    r"|[Aa]s|[Aa]fter|[Aa]lthough|[Tt]hough|[Ii]f|[Bb]efore|[Ss]ince|[Ww]hat|[Ss]o|[Hh]ow|[Ww]hy|[Ww]here|[Mm]eanwhile|[Ll]ater|[Tt]han"
    r"|[Ii]n a move|[Ss]ame day|[Ww]ho(?= (?:he|she|they)\b))\b)(?=\s)"
)


def _before(text: str, low: int, high: int, verb: re.Match[str], quotes: list[Span]) -> Span | None:
    """The span of the words in front of a verb that can be its subject."""
    end = verb.start()
    while end > low and text[end - 1].isspace():
        end -= 1
    while aux := _AUX.search(text, max(low, end - 40), end):
        end = aux.start()
    if end <= low:
        return None
    if text[end - 1] == ",":
        return _with_apposition(text, low, end - 1, quotes)
    start = low
    for cut in _CUT.finditer(text, low, end):
        if not (cut.group() == "and" and _joins_names(text, cut, end)):
            start = cut.end()
    for a, b in quotes:
        if a < end and low <= b <= end:
            start = max(start, b)
    return _tight(text, start, end)


def _joins_names(text: str, cut: re.Match[str], end: int) -> bool:
    """Whether "and" stands between two names or roles: "president and CEO Matthew Haller"."""
    before = text[: cut.start()].rstrip()[-40:].split()
    after = text[cut.end() : end].split()
    if not before or not after or len(after) > 5:
        return False
    name = before[-1][:1].isupper() and len(before) > 1
    return (before[-1].lower() in TITLES or name) and after[0][:1].isupper()


def _with_apposition(text: str, low: int, end: int, quotes: list[Span]) -> Span | None:
    """The name in "NAME, chief executive of X," in front of a verb, with all that follows it."""
    pieces: list[Span] = []
    start = low
    for comma in re.finditer(r", ", text[low:end]):
        pieces.append((start, low + comma.start()))
        start = low + comma.end()
    pieces.append((start, end))
    for first, (a, b) in reversed(list(enumerate(pieces[:-1]))):
        a = max([a, *(closed for _, closed in quotes if a < closed <= b)])
        words = text[a:b].strip(' "“”')
        rest = text[pieces[first + 1][0] : end]
        if quoted(quotes, a, end) > 20 or end - b > 170:
            return None
        if re.match(r"(?:Jr|Sr|M\.?D|Ph\.?D|R-|D-|I-)", words):
            continue
        if re.match(
            r"(?:an?|the|who|\d\d?(?=,|$)|[RDI]-|whose|[A-Z][\w ]*[’']s [a-z]|[a-z’-]+(?:or|er|ist"
            r"|ian|ent|man|son|ief|ary|ive|ate)\b|Jr|one|co-)",
            rest,
        ) and re.search(rf"{NAME}$", words):
            if (
                first
                and words.startswith(("the ", "a ", "an "))
                and _FULL_NAME.search(text[slice(*pieces[first - 1])])
            ):
                continue
            span = _tight(text, a, b)
            if span and (inner := list(_CUT.finditer(text, *span))):
                span = _tight(text, inner[-1].end(), span[1])
            return span
    return None


_FULL_NAME = re.compile(rf"{NAME} {NAME}$")

_RIGHT_END = re.compile(
    r"(?:[,;:—–()“”\"]|(?<![A-Z])(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!Mrs)(?<!\bSt)(?<!Sen)(?<!Rep)(?<!Gov)(?<!Gen)(?<!\bLt)(?<!Jr)\.(?=\s|$|”|\")"
    r"| (?:who|whose|in|on|at|during|when|as|while|after|before|to|about|via|following|by|that"
    r"|last|late|early|Monday|Tuesday|Wednesday|Thursday"
    r"|Friday|Saturday|Sunday|with|told|if|through|earlier|from|since|is|was|are|were)\b)"
)


def _behind(text: str, low: int, high: int, verb: re.Match[str], quotes: list[Span]) -> Span | None:
    """The span of the words behind an inverted verb: ``,” said X`` or ``..., said X``."""
    before = text[low : verb.start()].rstrip()
    if not before or before[-1] not in ',”"“?!—–':
        return None
    if verb.group() in ("told", "tells", "found", "finds"):
        return None
    stop = _RIGHT_END.search(text, verb.end(), high)
    span = _tight(text, verb.end(), stop.start() if stop else high)
    if span is None or text[span[0] : span[1]].lower() in PRONOUNS | NOT_SPEAKERS:
        return None
    if not re.search(NAME, text[slice(*span)]) and stop and stop.group() == ",":
        name = re.compile(rf" ({NAME}(?: {NAME})+)(?=[.,])").match(text, stop.end(), high)
        return (name.start(1), name.end(1)) if name else span
    return span


def _tight(text: str, start: int, end: int) -> Span | None:
    while start < end and text[start] in ' \t"“”‘-–—►•':
        start += 1
    while end > start and text[end - 1] in ' \t,"“”':
        end -= 1
    if text[start:end].endswith(".") and not re.search(
        r"\b(?:[A-Z]|Jr|Sr|Inc|Co|Corp|Ltd)\.$", text[start:end]
    ):
        end -= 1
    return (start, end) if start < end else None


_LEADING = re.compile(
    r"(?:(?:And|But|Yet|So|Still|However|Meanwhile|Then|Also|Instead|Nearby|Asked[^,]*|In response|"
    r"(?:On )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\s+)+"
)


def _speaker(text: str, start: int, end: int) -> Speaker | str | None:
    """Who the words name: a speaker, a pronoun still to be resolved, or None if nobody."""
    if leading := _LEADING.match(text, start, end):
        start = leading.end() if leading.end() < end else start
    written = text[start:end]
    words = written.split()
    if not words or len(words) > 12:
        return None
    lower = written.lower()
    if len(words) <= 2 and words[-1].lower() in PRONOUNS:
        return words[-1].lower()
    if lower in NOT_SPEAKERS or words[0].lower() in FIRST_WORDS or words[-1].lower() in _BE:
        return None
    if _ITSELF.search(lower):
        return None
    if words[0].lower() in ("who", "i", "we", "you", "he", "she", "it", "they"):
        return None
    return name_and_role(text, start, end)


_ITSELF = re.compile(
    r"\b(?:earlier|previous|original) version of\b|^this (?:article|story|report)$"
)
"""An article speaks of itself in a correction: nobody says that."""


def _according(
    text: str, low: int, high: int, quotes: list[Span], memory: Memory, number: int
) -> Speaker | None:
    match = _ACCORDING.search(text, low, high)
    if match is None or inside(quotes, match.start()):
        return None
    stop = _SOURCE_END.search(text, match.end(), high)
    span = _tight(text, match.end(), stop.start() if stop else high)
    if span is None or len(text[slice(*span)].split()) > 14:
        return None
    speaker = _speaker(text, *span)
    if isinstance(speaker, str):
        return memory.resolve(speaker, number)
    return memory.note(number, speaker or Speaker(*span, text[slice(*span)]), text)


_SUBJECT = re.compile(
    rf"(?:(?:He|She|They|It)\b|(?:The |A |An )?(?:{NAME} )*{NAME})(?= (?:also |has |had "
    rf"|have )?[a-z]+(?:ed|s|ook|ew|ote)\b)"
)


def _participle(
    text: str, low: int, high: int, quotes: list[Span], memory: Memory, number: int
) -> Speaker | None:
    """``X took issue with the bill, calling it “...”``: the subject of the sentence speaks."""
    match = PARTICIPLE.search(text, low, high)
    if match is None or inside(quotes, match.start()) or not quoted(quotes, match.end(), high):
        return None
    subject = _SUBJECT.match(text, low, match.start())
    if subject is None or subject.group().split()[0].lower() in FIRST_WORDS:
        return None
    speaker = _speaker(text, *subject.span())
    if isinstance(speaker, str):
        return memory.resolve(speaker, number)
    return memory.note(number, speaker, text) if speaker else None
