"""Finds whom a sentence itself names as its speaker: "X said", "said X", "according to X".

    cue verb outside quotation marks -> the noun phrase before or after it -> speaker or pronoun
    "according to", ", calling it “...”" -> the same

A pure function of one sentence: knows nothing about who spoke before, so that a pronoun is returned
as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

from ingest.attribution.lexicon import (
    CUE_VERB,
    PRONOUNS,
    QUOTATION_CUES,
    SPEAKER_NOUNS,
    TITLES,
    UNCONDITIONAL_CUES,
)
from ingest.attribution.quotation_marks import Sentence, Span, quoted_chars
from ingest.attribution.speaker_names import (
    FUNCTION_WORDS,
    NAME,
    Speaker,
    parse_speaker,
    without_article,
)

Mention: TypeAlias = Speaker | str
"""A named speaker, or a pronoun in lower case."""

MAX_SPEAKER_WORDS = 12
MAX_SOURCE_WORDS = 14
"""Words in a noun phrase before a cue verb, and after "according to"; longer ones are clauses."""


def speaker_mentions(sentence: Sentence) -> Iterator[Mention]:
    """The speakers or pronouns that a sentence names as its source, the likeliest first."""
    for verb in CUE_VERB.finditer(sentence.text, sentence.start, sentence.end):
        if sentence.is_quoted_at(verb.start()):
            continue
        for find_subject in (_subject_before, _subject_after):
            span = find_subject(sentence, verb)
            if span is None or not _is_cue(sentence, verb, find_subject is _subject_after):
                continue
            mention = _parse_mention(sentence.text, *span)
            if isinstance(mention, Speaker) and mention.person and not mention.role:
                mention = replace(mention, role=_role_after(sentence, mention.end))
            if mention:
                yield mention
    yield from _source_of_according_to(sentence)


# -- is the verb a cue here? ----------------------------------------------------------------

_EMBEDDED = re.compile(r"\bwhat (?:\w+ )?(?:he|she|it|they|\w+) $")
"""What he termed a “bone breaking” bill: the verb attributes two words of another sentence."""

_ASIDE = re.compile(
    r"(?: (?:in|on|late|early|last|to|at|earlier|this|Monday|Tuesday|Wednesday|Thursday"
    r"|Friday|Saturday|Sunday)\b[^,]{0,60})?(?:[.,]|$)"
)
_QUOTATION_FOLLOWS = re.compile(r"[^“\"]{0,40}[“\"]")
_CLAUSE_FOLLOWS = re.compile(
    r"(?: (?:in|on|to|at|with|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
    r"|also|it|him|her|them)\b[^,.;]{0,50}?)?"
    r"(?: that\b| how\b| he\b| she\b| they\b| it (?:would|will|was|is|had|has)\b|: )"
)
_BARE_CLAUSE_CUES = frozenset(
    "added adds claimed claims noted notes warned warns warn acknowledged predicted "
    "alleged alleges asserted confirmed".split()
)
_BARE_CLAUSE_FOLLOWS = re.compile(
    r" (?:the|a|an|his|her|its|their|[A-Z]\w+)\b.* (?:is|are|was|were|will|would|has|had|could"
    r"|might|may)\b"
)
MIN_CHARS_BEFORE_ASIDE = 30
"""A sentence that ends in "..., he confirmed" holds a whole clause before its cue."""


def _is_cue(sentence: Sentence, verb: re.Match[str], inverted: bool) -> bool:
    """Whether a verb attributes here: by itself, beside a quotation, or before a clause."""
    word = verb.group()
    if _EMBEDDED.search(sentence.before(verb)):
        return False
    if word in UNCONDITIONAL_CUES or inverted:
        return True
    has_quotation = sentence.quoted_chars > 0
    if word in QUOTATION_CUES:
        return has_quotation
    after = sentence.after(verb)
    if _ASIDE.match(after) and verb.start() - sentence.start > MIN_CHARS_BEFORE_ASIDE:
        return True
    return bool(
        (has_quotation and _QUOTATION_FOLLOWS.match(after))
        or _CLAUSE_FOLLOWS.match(after)
        or (word in _BARE_CLAUSE_CUES and _BARE_CLAUSE_FOLLOWS.match(after))
        or (word.startswith("recommend") and re.match(r" \w+ing\b", after))
    )


# -- the noun phrase before a cue verb ------------------------------------------------------

_ADVERBIAL = re.compile(
    r"(?:\s+|^)(?:has|have|had|also|then|later|previously|recently|once|repeatedly|now|first|still|"
    r"further|simply|then-|even|often|publicly|reportedly|would later|\w+ly|himself|herself|"
    r"(?:late |early |earlier )?(?:on )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?: (?:morning"
    r"|afternoon|evening|night))?|"
    r"(?:earlier |later )?(?:this|last) (?:week|month|year)|in an? (?:statement|tweet|interview"
    r"|news release|press release|email|report|letter)|in \d{4})$"
)
_CLAUSE_START = re.compile(
    r"(?:[,;:—–()“”\"]| - |\b(?:[Bb]ut|[Aa]nd|[Tt]hat|[Ww]hile|[Ww]hen|[Bb]ecause|[Ww]hich|[Ww]hom"
    r"|[Aa]s|[Aa]fter|[Aa]lthough|[Tt]hough|[Ii]f|[Bb]efore|[Ss]ince|[Ww]hat|[Ss]o|[Hh]ow|[Ww]hy|[Ww]here|[Mm]eanwhile|[Ll]ater|[Tt]han"
    r"|[Ii]n a move|[Ss]ame day|[Ww]ho(?= (?:he|she|they)\b))\b)(?=\s)"
)


def _subject_before(sentence: Sentence, verb: re.Match[str]) -> Span | None:
    """The span of the noun phrase in front of a verb that can be its subject."""
    text, low = sentence.text, sentence.start
    end = low + len(sentence.before(verb).rstrip())
    while adverbial := _ADVERBIAL.search(text, max(low, end - 40), end):
        end = adverbial.start()
    if end <= low:
        return None
    if text[end - 1] == ",":
        return _name_before_apposition(sentence, end - 1)
    start = low
    for cut in _CLAUSE_START.finditer(text, low, end):
        if not (cut.group() == "and" and _joins_names(text, cut, end)):
            start = cut.end()
    closed = [b for a, b in sentence.quotations if a < end and low <= b <= end]
    return _trimmed(text, max([start, *closed]), end)


def _joins_names(text: str, cut: re.Match[str], end: int) -> bool:
    """Whether "and" stands between two names or roles: "president and CEO Matthew Haller"."""
    before = text[: cut.start()].rstrip()[-40:].split()
    after = text[cut.end() : end].split()
    if not before or not after or len(after) > 5:
        return False
    name = before[-1][:1].isupper() and len(before) > 1
    return (before[-1].lower() in TITLES or name) and after[0][:1].isupper()


_NAME_SUFFIX = re.compile(r"(?:Jr|Sr|M\.?D|Ph\.?D|R-|D-|I-)")
_APPOSITION_START = re.compile(
    r"(?:an?|the|who|\d\d?(?=,|$)|[RDI]-|whose|[A-Z][\w ]*[’']s [a-z]|[a-z’-]+(?:or|er|ist"
    r"|ian|ent|man|son|ief|ary|ive|ate)\b|Jr|one|co-)"
)
_FULL_NAME = re.compile(rf"{NAME} {NAME}$")
MAX_QUOTED_CHARS_IN_APPOSITION = 20
MAX_APPOSITION_CHARS = 170


def _name_before_apposition(sentence: Sentence, end: int) -> Span | None:
    """The name in "NAME, chief executive of X," in front of a verb."""
    text = sentence.text
    commas = [m.start() for m in re.finditer(r", ", text[sentence.start : end])]
    starts = [sentence.start, *(sentence.start + comma + 2 for comma in commas)]
    ends = [*(sentence.start + comma for comma in commas), end]
    pieces = list(zip(starts, ends, strict=True))
    for index, (a, b) in reversed(list(enumerate(pieces[:-1]))):
        a = max([a, *(closed for _, closed in sentence.quotations if a < closed <= b)])
        words = text[a:b].strip(' "“”')
        quoted = quoted_chars(sentence.quotations, a, end)
        if quoted > MAX_QUOTED_CHARS_IN_APPOSITION or end - b > MAX_APPOSITION_CHARS:
            return None
        if _NAME_SUFFIX.match(words):
            continue
        apposed = _APPOSITION_START.match(text, starts[index + 1], end)
        if not (apposed and re.search(rf"{NAME}$", words)):
            continue
        if (
            index
            and words.startswith(("the ", "a ", "an "))
            and _FULL_NAME.search(text[slice(*pieces[index - 1])])
        ):
            continue  # the apposition itself
        span = _trimmed(text, a, b)
        cuts = list(_CLAUSE_START.finditer(text, *span)) if span else []
        return _trimmed(text, cuts[-1].end(), span[1]) if span and cuts else span
    return None


# -- the noun phrase after a cue verb -------------------------------------------------------

_SUBJECT_END = re.compile(
    r"(?:[,;:—–()“”\"]|(?<![A-Z])(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!Mrs)(?<!\bSt)(?<!Sen)(?<!Rep)(?<!Gov)(?<!Gen)(?<!\bLt)(?<!Jr)\.(?=\s|$|”|\")"
    r"| (?:who|whose|in|on|at|during|when|as|while|after|before|to|about|via|following|by|that"
    r"|last|late|early|Monday|Tuesday|Wednesday|Thursday"
    r"|Friday|Saturday|Sunday|with|told|if|through|earlier|from|since|is|was|are|were)\b)"
)


def _subject_after(sentence: Sentence, verb: re.Match[str]) -> Span | None:
    """The span of the noun phrase after an inverted verb: ``,” said X`` or ``..., said X``."""
    before = sentence.before(verb).rstrip()
    if not before or before[-1] not in ',”"“?!—–':
        return None
    if verb.group() in ("told", "tells", "found", "finds"):
        return None
    text, high = sentence.text, sentence.end
    stop = _SUBJECT_END.search(text, verb.end(), high)
    span = _trimmed(text, verb.end(), stop.start() if stop else high)
    if span is None or text[slice(*span)].lower() in PRONOUNS:
        return None
    if not re.search(NAME, text[slice(*span)]) and stop and stop.group() == ",":
        name = re.compile(rf" ({NAME}(?: {NAME})+)(?=[.,])").match(text, stop.end(), high)
        return name.span(1) if name else span
    return span


def _trimmed(text: str, start: int, end: int) -> Span | None:
    """A span without quotation marks, dashes and the full stop at its ends; None when empty."""
    while start < end and text[start] in ' \t"“”‘-–—►•':
        start += 1
    while end > start and text[end - 1] in ' \t,"“”':
        end -= 1
    if text[start:end].endswith(".") and not re.search(
        r"\b(?:[A-Z]|Jr|Sr|Inc|Co|Corp|Ltd)\.$", text[start:end]
    ):
        end -= 1
    return (start, end) if start < end else None


# -- sources without a cue verb -------------------------------------------------------------

_ACCORDING_TO = re.compile(r"\b[Aa]ccording to (?!plan\b|schedule\b)")
_SOURCE_END = re.compile(
    r"(?:(?<![A-Z])(?<!\b[A-Z]r)(?<!Sen)(?<!Gov)(?<!Gen)(?<!Rep)"
    r"\.(?=\s|$)|,(?!\d)|[;:()—–“”\"]| - | (?:shared|obtained|released|published"
    r"|viewed|seen|cited|who|which|whose|that|in an?|as of|on|and (?:the |was|is|has|have)"
    r"|earlier|late"
    r"|last)\b)"
)


def _source_of_according_to(sentence: Sentence) -> Iterator[Mention]:
    """According to X: whatever stands there is the source, a speaker or not."""
    match = _ACCORDING_TO.search(sentence.text, sentence.start, sentence.end)
    if match is None or sentence.is_quoted_at(match.start()):
        return
    stop = _SOURCE_END.search(sentence.text, match.end(), sentence.end)
    span = _trimmed(sentence.text, match.end(), stop.start() if stop else sentence.end)
    if span and len(sentence.text[slice(*span)].split()) <= MAX_SOURCE_WORDS:
        mention = _parse_mention(sentence.text, *span)
        yield mention or Speaker(*span, sentence.text[slice(*span)])


# -- from words to a speaker ----------------------------------------------------------------

_ARTICLE_ITSELF = re.compile(
    r"\b(?:earlier|previous|original) version of\b|^this (?:article|story|report)$"
)
"""In a correction the article speaks of itself, and nobody says that."""


def _parse_mention(text: str, start: int, end: int) -> Mention | None:
    """The speaker or pronoun that a noun phrase names, or None if it names nobody."""
    phrase = text[start:end].lower()
    words = phrase.split()
    if not words or len(words) > MAX_SPEAKER_WORDS:
        return None
    if len(words) <= 2 and words[-1] in PRONOUNS:
        return words[-1]
    if (
        words[0] in FUNCTION_WORDS
        or words[0] in ("who", "i", "we", "you", "he", "she", "it", "they")
        or _ARTICLE_ITSELF.search(phrase)
    ):
        return None
    if _is_possessive(text, start, end):
        return None
    return parse_speaker(text, start, end)


_POSSESSIVE = re.compile(r"(\w[\w.&-]*)(?:[’']s|(?<=s)[’'])$")


def _is_possessive(text: str, start: int, end: int) -> bool:
    """Whether a noun phrase ends in a possessive ("Editor's" note), and not in a name with one.

    Sotheby's is a name: the text has it with its ending everywhere, and Sotheby is no noun.
    """
    possessive = _POSSESSIVE.search(text, start, end)
    if possessive is None:
        return False
    owner = possessive.group(1)
    known = owner.lower() in TITLES | SPEAKER_NOUNS | _CONTRACTED
    return known or bool(re.search(rf"(?<!\w){re.escape(owner)}(?![\w’'])", text))


_CONTRACTED = frozenset("it let that what who here there he she".split())
_INNER_STOP = r"\.(?=[\w’'-]|\s+\w|,)"
"""A full stop inside a sentence belongs to an abbreviation: "chief U.S. economist"."""

_APPOSITION = re.compile(
    rf", ((?:(?:an?|the|one of the) )?[a-z](?:[^,.;:“”\"()]|{_INNER_STOP}){{3,90}}?)"
    rf"(?=(?!{_INNER_STOP})[,.;:”]| who\b| whose\b| which\b|$)"
)


def _role_after(sentence: Sentence, end: int) -> str:
    """The role in an apposition: "Lawrence West, chief executive officer of X, said"."""
    match = _APPOSITION.match(sentence.text, end, sentence.end)
    if match is None:
        return ""
    words = [word.lower().strip(".") for word in match.group(1).split()]
    is_role = any(word in TITLES or word in SPEAKER_NOUNS for word in words[:6])
    if not is_role or len(words) > MAX_SPEAKER_WORDS or CUE_VERB.search(match.group(1)):
        return ""
    return without_article(match.group(1))
