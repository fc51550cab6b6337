"""Selects sentences of news copy that can be understood alone, and finds the names in them.

Rules over capitals, titles and what the rest of the article says of a name. English only. Knows
nothing about questions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.language.entity_names import name_spans
from qa.language.words import PRONOUNS, word_tokens

SENTENCE_WORDS = range(8, 36)
"""How many words a sentence may have."""

_UNSUITABLE = re.compile(
    r"[“”\"?!:;()\[\]<>|@#*•©…]|\w/[A-Z]|%\w|\bthat[’']|https?:|www\.|\b(?:I|we|our|us|my|you|your|me)\b|"
    r"\b(?:click|subscribe|sign up|newsletter|read more|follow|contributed|reporting by|"
    r"photo|image|video|editor'?s? note|copyright|this (?:story|article)|correction)\b|"
    r"(?<!\w)[‘'](?=\w)",
    re.IGNORECASE,
)
_FRAGMENT = re.compile(
    r"[A-Z][^,]*,\s(?:an?|the|who|which|whose|[a-z]+ed)\s[^,]*\.$|(?:For|With|Like|From|As|After|Since|While|When|If|"
    r"Because|Although|Though|Before|Until)\s[^,]*\.$|(?!United\b)[A-Z][a-z]+ed\s[^,]*\.$"
)
"""A name and what it is, or a circumstance: what news copy prints as a sentence without a verb."""

_DEPENDENT_FIRST_WORDS = PRONOUNS | frozenset(
    "but and or so yet also then still however meanwhile instead thus therefore if when while "
    "because although though such both another other others earlier later afterwards separately "
    "additionally moreover furthermore similarly".split()
)
ANAPHORA = re.compile(
    r"\b(?:he|she|him|they|them|their|it|its|his|her|hers|yesterday|today|tomorrow|ago|here|there|"
    r"another|others)\b",
    re.IGNORECASE,
)
"""Pronouns and relative times: they need an antecedent, or the day of asking."""

_DEMONSTRATIVE = re.compile(
    r"\b(?:these|those(?!\s(?:who|with|whose|in|from)\b)|such(?!\sas\b)|the former|latter|"
    r"above|same|this(?!\s(?:week|month|year|season|summer|winter|spring|fall|autumn|weekend)\b)|"
    r"that\s(?:basis|day|time|year|point|night|week|month|number|figure|case|way))\b",
    re.IGNORECASE,
)
"""Demonstratives that refer to an earlier sentence."""
_TRAILING_ATTRIBUTION = re.compile(
    r",\s(?:according to\s[^,]{3,90}|(?:[\w.’'-]+\s){1,9}?(?:said|says|told\s[\w\s]{2,30}|"
    r"announced|reported|added|wrote)(?:\s[^,.]{2,60})?)\.$"
)
ACCORDING_TO = re.compile(r"\baccording to\s[^,.]+")
_DASH = re.compile(r"\s*(?:—|–|--|\s-)\s+")
_DATELINE_OUTLET = re.compile(
    r"^(?:[A-Z][\w.,]*\s){0,4}\([A-Z]\w*(?:\s\w+)?\)\s(?:(?:—|–|-)\s)?(?=[A-Z])"
)
_LOWERCASE_NAME_WORDS = frozenset("of the de la and".split())


def standalone_sentence(text: str) -> str | None:
    """The sentence without dateline and trailing "the mayor said", if it can be understood without
    the sentences before it; else None."""
    tidy = re.sub(r"\s+(?=[.,])", "", " ".join(text.split()))
    sentence = _TRAILING_ATTRIBUTION.sub(".", _without_dateline(tidy))
    tokens = word_tokens(sentence)
    fit = (
        len(tokens) in SENTENCE_WORDS
        and sentence.endswith(".")
        and sentence[0].isupper()
        and tokens[0] not in _DEPENDENT_FIRST_WORDS
        and not _UNSUITABLE.search(sentence)
        and not _FRAGMENT.match(sentence)
        and not _DEMONSTRATIVE.search(sentence)
        and sum(letter.isupper() for letter in sentence) < len(sentence) / 4
    )
    return sentence if fit else None


def _without_dateline(text: str) -> str:
    """Without "SALLOWFORD —" or "New York (CNN) —": where the reporter is, not the story."""
    text = _DATELINE_OUTLET.sub("", text)
    dash = _DASH.search(text, 0, 60)
    if not dash or not text[dash.end() : dash.end() + 1].isupper():
        return text
    head = text[: dash.start()].split()
    capital = all(w[0].isupper() or not w[0].isalpha() or w in _LOWERCASE_NAME_WORDS for w in head)
    return text[dash.end() :] if capital else text


# -- names ----------------------------------------------------------------------------------

_TITLES = frozenset(
    """mr mrs ms dr sen rep gov gen cmdr col capt lt sgt prof rev adm maj president prime foreign
    minister chief secretary chancellor king queen prince princess judge justice deputy governor
    mayor director professor coach actor actress singer sheriff pope former vice attorney general
    senator representative congressman congresswoman rapper author chairman chairwoman chair ceo
    commissioner ambassador spokesman spokeswoman spokesperson captain detective officer lady sir
    lord speaker leader premier officer superintendent democrat republican commander
    envoy host star founder""".split()
)
_SPEECH_VERB = r"(?:said|says|told|added|wrote|asked|tweeted|announced|argued|testified)"
_TITLE = (
    r"(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|Cmdr|Capt|Judge|President|Minister|Mayor|Senator|Chancellor)"
)
_MONTH = re.compile(r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?")
_WEEKDAY = re.compile(r"\s(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day$")
_PLACE = re.compile(
    r"(?<!lecturer )(?<!professor )(?<!degree )(?<!expert )(?<!interest )(?<!believe )"
    r"\b(?:in|near|outside|off|across)\s+$"
)
_NO_PERSON = re.compile(
    r"\b(?:House|Palace|Sports|School|College|University|Street|Center|Centre|Hall|Park|Club|Union|Church|Hospital|"
    r"Company|Group|Bank|News|Times|Post|Journal|Agency|Association|Foundation|Institute|States?|City|"
    r"County|Commission|Authority|Federation|Board|Service|Guard|Fund|"
    r"Administration|Organi[sz]ation|Storm|Hurricane|River|Island|Islands|Office|Museum|Police|Airlines?|Airport|Team)\b"
)
_NO_PLACE = re.compile(
    r"\b(?:Congress|House|Senate|Court|Parliament|League|Cup|Series|Party|Inc|Corp|Army|Act|Bill|"
    r"Committee|Council|Department|Ministry|Twitter|Instagram|Facebook|TikTok|YouTube|COVID|Covid|"
    r"English|Spanish|French|German|Chinese|Russian|Arabic|Game|Games|Bowl|Awards?|Round|Finals?)\b"
)


_AFTER_PLACE = re.compile(
    r"(?!,\s[A-Z][\w\s]*(?:,|\sand\s)|\sand\s)(?=[.,]|\s(?:[A-Z]\w*|on|in|after|before|to|for|at|with|by|"
    r"since|during|when|as|from|last|this|next|early|late|that|who|where|were|was|is|are|has|have|"
    r"had|will|while|over|until)\b)"
)
"""What may follow a place: not a noun that makes it an adjective, not the rest of a list."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a sentence, without titles. ``kind``: who (person), where (place), or empty."""

    text: str
    start: int
    end: int
    kind: str


def typed_names(sentence: str, article: str) -> list[Name]:
    """The names of a sentence that the article confirms: a capital at the start proves nothing."""
    found = []
    for start, end in name_spans(sentence):
        end += sentence[end - 2 : end + 1] in ("Jr.", "Sr.")
        end -= len(day.group()) if (day := _WEEKDAY.search(sentence[start:end])) else 0
        begin, person = _without_titles(sentence, start, end)
        text = sentence[begin:end]
        confirmed = person or start or _occurs_inside_sentence(text, article)
        if not text or len(text.split()) > 5 or not confirmed or _MONTH.fullmatch(text):
            continue
        found.append(Name(text, begin, end, _kind(sentence, text, begin, article, person)))
    return found


def _without_titles(sentence: str, start: int, end: int) -> tuple[int, bool]:
    """Where the name begins after titles and possessives, and whether a title made it a person."""
    begin, titled = start, False
    for match in re.finditer(r"\S+", sentence[start:end]):
        token = match.group().lower().strip(".,")
        if token in _TITLES or token.endswith(("’s", "'s")):
            begin = start + match.end()
            titled = token in _TITLES
    begin += len(sentence[begin:end]) - len(sentence[begin:end].lstrip())
    return (begin, titled) if begin < end and sentence[begin].isupper() else (start, False)


def _occurs_inside_sentence(text: str, article: str) -> bool:
    """Whether a name also stands inside a sentence, where a capital means something."""
    return bool(re.search(rf"[\w,]\s{re.escape(text)}\b", article))


def _kind(sentence: str, text: str, begin: int, article: str, titled: bool) -> str:
    parts = text.split()
    if _PLACE.search(sentence[:begin]):
        after = sentence[begin + len(text) :]
        return "where" if _AFTER_PLACE.match(after) and not _NO_PLACE.search(text) else ""
    if _NO_PERSON.search(text) or _NO_PLACE.search(text) or re.search(r"[\d&]|[A-Z]{3}", text):
        return ""
    if titled and len(parts) <= 3:
        return "who"
    return "who" if 2 <= len(parts) <= 3 and _is_person(text, parts[-1], article) else ""


def _is_person(full: str, last: str, article: str) -> bool:
    """Whether the article treats the name as a person's: someone called so, who speaks or ages."""
    last, full = re.escape(last), re.escape(full)
    return not re.search(rf"\b[Tt]he\s{full}\b", article) and bool(
        re.search(
            rf"\b{_TITLE}\.?\s(?:\w+\s)?{last}\b|(?<!the\s)\b{last}(?:,[^,.]{{2,60}},)?\s{_SPEECH_VERB}\b"
            rf"|\b{_SPEECH_VERB}\s(?:\w+\s)?{last}\b|\b{full},\s(?:\d\d,|who\b)",
            article,
        )
    )


def name_variants(name: str) -> tuple[str, ...]:
    """A person's name, and the last name alone."""
    last = name.split()[-1]
    suffix = last.rstrip(".").lower() in ("jr", "sr", "ii", "iii")
    return (name,) if " " not in name or suffix else (name, last)
