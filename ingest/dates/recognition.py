"""Recognises temporal expressions in English news text: which words name a time, of which kind.

One regular expression for each kind, its parts as named groups, and the numbers that month,
weekday and number words stand for. Case matters: "may" is a verb, "May" a month. Knows nothing
about which days an expression means; that is ``day_normalization`` and ``period_normalization``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache

from ingest.dates.tense import Tense, tense_at

MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
         "august aug", "september sept sep", "october oct", "november nov", "december dec"), 1)
    for name in names.split()
}  # fmt: skip
WEEKDAYS = {
    name: number
    for number, name in enumerate(
        "monday tuesday wednesday thursday friday saturday sunday".split()
    )
}
NUMBERS = {
    word: number
    for number, words in enumerate(
        "no|a an one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve".split("|")
    )
    for word in words.split()
} | {"couple": 2, "a couple of": 2, "a couple": 2, "couple of": 2, "dozen": 12, "a dozen": 12,
     "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "eighteen": 18, "twenty": 20,
     "thirty": 30, "forty": 40, "fifty": 50}  # fmt: skip
ORDINALS = {
    word: number
    for number, words in enumerate(("first 1st", "second 2nd", "third 3rd", "fourth 4th"), 1)
    for word in words.split()
}

_FULL_MONTH = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
)
_UNAMBIGUOUS_MONTH = "January|February|April|June|July|September|October|November|December"
_MONTH = rf"(?:{_FULL_MONTH}|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?![\d%:]|[.,]\d|\s?(?:per ?cent|percent))"
_YEAR = r"(?:1[5-9]|20)\d\d"
_WEEKDAY = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_TO = r"\s?(?:-|–|—|to|through|until|and)\s?"
_THROUGH = r"(?:\s?(?:-|–|—)\s?| (?:to|through|until) )"
_UP_TO = r"(?:-|–|—| to | through | until )"
_DATED_THINGS = (
    "report|study|studies|survey|poll|census|elections?|campaign|primary|law|bill|act|ruling"
    "|case|deal"
    "|agreement|treaty|film|movie|book|novel|memoir|album|song|interview|speech|season|attacks?"
    "|shooting|murder|trial|moratorium|referendum|invasion|war|crisis|recession|pandemic|budget"
    "|data"
    "|figures|estimates?|paper|article|Olympics|World Cup|Games"
)
_UNIT = "day|week|month|year|decade"
_COUNT = (
    r"(?:a couple(?: of)?|couple of|a dozen|\d{1,3}|"
    + "|".join(sorted((w for w in NUMBERS if " " not in w and w not in ("no", "couple")), key=len,
                      reverse=True))
    + ")"
)  # fmt: skip
_HEDGE = (
    r"(?P<hedge>(?:just\s+)?(?:a (?:little|bit) )?(?:more than|over|less than|fewer than|under"
    r"|nearly|almost)"
    r"|just|about|around|roughly|approximately|some)"
)
_PART = (
    r"(?P<part>[Ee]arly|[Mm]id|[Ll]ate|(?:the )?(?:very )?(?:end|close|start|beginning|middle) of)"
)
_NOT_A_COUNT = (
    r"(?![\d%]|[-–][A-Za-z]|[.,]\d|\s(?:people|miles|feet|dollars|votes|points|meters"
    r"|metres|pounds|square|times|jobs|homes|customers|soldiers|troops|students|employees"
    r"|workers|calories|years|a\.m|p\.m))"
)
_NOT_A_NAME = (
    r"(?! (?:Times|Telegraph|Mirror|Express|Mail|Herald|Tribune|Post|Night Live"
    r"|Night Football|Service|School|Mass|Today|Night Lights|the 13th))"
)

PATTERNS: dict[str, re.Pattern[str]] = {
    "iso": re.compile(r"\b(?P<y>(?:1[5-9]|20)\d\d)-(?P<m>\d\d)-(?P<d>\d\d)\b"),
    "month day": re.compile(
        rf"\b(?:(?P<weekday>{_WEEKDAY})(?: (?:morning|afternoon|evening|night))?,? )?"
        rf"(?P<m>{_MONTH}) (?P<d>{_DAY})"
        rf"(?:{_THROUGH}(?:(?P<m2>{_MONTH}) )?(?P<d2>{_DAY})(?!,? (?!{_YEAR})[\d]|\s?(?:people|p\.m"
        rf"|a\.m)))?"
        rf"(?:,? (?P<y>{_YEAR})\b)?"
    ),
    "day month": re.compile(
        rf"\b(?:(?P<weekday>{_WEEKDAY}),? (?:the )?)?(?:(?P<d>{_DAY}){_THROUGH})?"
        rf"(?P<d2>{_DAY}) (?:of )?(?P<m>{_FULL_MONTH}|(?:Jan|Feb|Apr|Aug|Sept|Oct|Nov"
        rf"|Dec)\b)(?: (?P<y>{_YEAR})\b)?(?!\s\d{{1,2}}[,\s])"
    ),
    "part of month": re.compile(
        rf"\b{_PART}[- ](?P<m>{_MONTH})(?:,? (?P<y>{_YEAR})\b)?"
    ),
    "month range": re.compile(
        rf"\b(?:[Bb]etween|[Ff]rom) (?P<m>{_MONTH})(?:,? (?P<y1>{_YEAR}))?{_TO}(?P<m2>{_MONTH})"
        rf"(?:,? (?P<y>{_YEAR}))?\b(?! \d)"
    ),
    "month year": re.compile(rf"\b(?P<m>{_MONTH})(?: of|,)? (?P<y>{_YEAR})\b"),
    "month": re.compile(
        rf"\b(?:(?P<lead>[Ii]n|[Ss]ince|[Uu]ntil|[Ll]ast|[Nn]ext|[Tt]his|[Ee]arlier in"
        rf"|[Ll]ater in) (?P<m>{_FULL_MONTH}|(?:Jan|Feb|Sept|Oct|Nov|Dec)\.)"
        rf"|(?P<lead2>[Bb]y|[Ff]rom|[Tt]hrough|[Dd]uring|[Bb]efore|[Aa]fter|[Tt]hroughout"
        rf"|of) (?P<m2>{_UNAMBIGUOUS_MONTH}|August)"
        rf"|(?:[Aa]|[Aa]n|[Tt]he|its|his|her|their) (?P<m3>{_UNAMBIGUOUS_MONTH}|August"
        rf"|May(?= [A-Z\d])) ?(?=[A-Za-z]*[a-z]{{3}}))"
        r"(?! \d|\w)"
    ),
    "quarter": re.compile(
        rf"\b(?:[Tt]he )?(?P<fiscal>fiscal )?(?:(?P<nth>first|second|third|fourth|1st|2nd|3rd"
        rf"|4th)[- ]quarter|Q(?P<q>[1-4]))"
        rf"(?:,? (?:of )?(?:(?P<y>{_YEAR})|(?P<rel>this|last|next) year))?\b"
    ),
    "season": re.compile(
        rf"\b(?:(?:[Tt]he )?(?P<name>[Ss]pring|[Ss]ummer|[Ff]all|[Aa]utumn"
        rf"|[Ww]inter),? (?:of )?(?P<y>{_YEAR})(?:[-–]\d\d)?"
        r"|(?P<lead>[Tt]his past|[Tt]his|[Ll]ast|[Nn]ext|[Tt]his coming|(?:[Ii]n|[Dd]uring"
        r"|[Ss]ince|[Bb]y|[Uu]ntil|[Oo]ver|[Ee]arlier in) the)"
        r" (?P<part>early |late )?(?P<name2>spring|summer|fall|autumn|winter)(?! (?:of|when"
        r"|season|months)\b)(?! (?!on\b|and\b|to\b|the\b)[a-z]+s\b))(?!\w)"
    ),
    "year range": re.compile(
        rf"\b(?:[Bb]etween (?P<y>{_YEAR})(?: and |{_TO})|(?:[Ff]rom|[Ii]n|the"
        rf"|[Dd]uring) (?P<y5>{_YEAR}){_UP_TO})"
        rf"(?P<y2>{_YEAR}|\d\d)\b{_NOT_A_COUNT}"
    ),
    "decade": re.compile(
        r"\b(?:[Tt]he )?(?:(?P<part>early|mid|late)[- ])?(?:(?P<y>(?:1[5-9]|20)\d0)"
        r"|['’‘]?(?P<s>[2-9]0))['’]?s\b"
        r"(?<!\bhis [4-9]0s)"
    ),
    "part of year": re.compile(rf"\b{_PART}[- ](?P<y>{_YEAR})\b{_NOT_A_COUNT}"),
    "year": re.compile(
        rf"\b(?:(?P<lead>[Ii]n|[Ss]ince|[Bb]y|[Uu]ntil|[Ff]rom|[Dd]uring|[Bb]efore|[Aa]fter"
        rf"|[Tt]hrough|[Tt]hroughout|to|of|and|[Aa]s of|[Tt]he|[Aa]n?|[Hh]is|[Hh]er|[Ii]ts"
        rf"|[Tt]heir|late as|back to|was|year) )"
        rf"(?P<y>{_YEAR})(?:['’]s)?\b{_NOT_A_COUNT}"
        rf"|\((?P<y3>{_YEAR})\)|(?m:^)(?P<y4>{_YEAR})(?= [A-Z])"
        rf"|(?:(?<=['’]s )|\b)(?P<y5>{_YEAR})(?= (?:\w+ )?(?:{_DATED_THINGS})\b)"
        rf"|(?<=['’]s )(?P<y6>{_YEAR})(?= [a-z])"
    ),
    "ago": re.compile(
        rf"\b(?:(?P<part>[Ee]arlier|[Ll]ater) )?(?:{_HEDGE} )?(?P<n>{_COUNT}) (?P<u>hour|minute"
        rf"|{_UNIT}|century|decade)s?"
        r" (?P<dir>ago|from now)\b", re.IGNORECASE,
    ),
    "rolling": re.compile(
        rf"\b(?:(?:[Tt]he|[Tt]hese|[Tt]his) )?(?P<dir>past|last|next|coming|previous) "
        rf"(?:(?P<n>{_COUNT})[- ])?(?P<u>{_UNIT}|hour|quarter)(?P<s>s)?(?:['’]s)?\b",
        re.IGNORECASE,
    ),
    "this unit": re.compile(
        r"\b(?:(?P<part>early|earlier|later|late|mid|the end of|the start of"
        r"|the beginning of) ?-?)?"
        r"(?P<dir>this coming|this past|this|last|next|later in the|later|earlier in the|the) "
        r"(?P<u>week|weekend|month|year|quarter|decade|century)(?:['’]s)?(?![\w-])",
        re.IGNORECASE,
    ),
    "day": re.compile(
        r"\b(?<!I am )(?<!they are )(?:(?:(?P<part>earlier|later|late|early"
        r"|on) )?(?P<w>yesterday|tomorrow|today|tonight)(?: (?:morning|afternoon|evening|night))?"
        r"|(?P<w2>this (?:morning|afternoon|evening)|last night|the day before yesterday"
        r"|the day after tomorrow))\b"
        r"(?!['’]s (?:world|society|culture|woke|generation|youth|standards|kids|teens|young"
        r"|market|economy|dollars|terms|children))"
        r"(?!\w)"
        r"|\b(?P<w3>Yesterday|Tomorrow|Today|Tonight|This (?:morning|afternoon|evening)"
        r"|Last night)\b(?! (?:Show|show|[Ss]ports))"
    ),
    "weekday": re.compile(
        rf"\b(?:(?P<lead>[Ee]arly|[Ll]ate|[Ee]arlier|[Ll]ater|[Tt]his past|[Tt]his coming"
        rf"|[Tt]his|[Ll]ast|[Nn]ext|[Cc]oming|[Ee]very|[Ee]ach|[Aa]|[Pp]er) (?:on )?)?"
        rf"(?P<name>{_WEEKDAY})(?P<plural>s)?\b(?: (?:morning|afternoon|evening|night|midnight"
        rf"|noon)s?\b)?(?:\s?(?:through|to|until|[-–])\s?(?P<name2>{_WEEKDAY})\b)?{_NOT_A_NAME}"
    ),
}  # fmt: skip
"""In order of precedence: a longer kind claims its characters before a shorter one sees them."""

_MONTH_KINDS = "month day|day month|part of month|month range|month year|month"
_YEAR_KINDS = "iso|year range|decade|part of year|year|season"
_TRIGGERS = {
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday": "weekday",
    "Jan Feb Mar Apr May June July Aug Sep Oct Nov Dec": _MONTH_KINDS,
    r"20[0-9][0-9] 1[5-9][0-9][0-9]": _YEAR_KINDS,
    r"20s 30s 40s 50s 60s 70s 80s 90s": "decade",
    r"week month year decade day(?!light) hour minute": "ago|rolling|this unit",
    r"morning afternoon evening night\b": "day",
    r"quarter Q[1-4]": "quarter|this unit|rolling|ago",
    "entury": "ago",
    "spring summer fall autumn winter Spring Summer Fall Autumn Winter": "season",
    "today Today tonight Tonight yesterday Yesterday tomorrow Tomorrow": "day",
}  # fmt: skip


def _compile_triggers() -> tuple[re.Pattern[str], list[tuple[re.Pattern[str], frozenset[str]]]]:
    """All triggers as one alternation by first letters, and each with its kinds of expression.

    Without word boundaries, the regular expression engine skips what starts none of them.
    """
    pairs = [(one, frozenset(kinds.split("|")))
             for words, kinds in _TRIGGERS.items() for one in words.split()]  # fmt: skip
    tails: dict[str, list[str]] = {}
    for one, _ in pairs:
        first = one[: one.index("]") + 1] if one[0] == "[" else one[0]
        tails.setdefault(first, []).append(one[len(first) :])
    joined = "|".join(f"{first}(?:{'|'.join(rest)})" for first, rest in tails.items())
    return re.compile(joined), [(re.compile(one), kinds) for one, kinds in pairs]


TRIGGER_WORD, _KINDS_BY_TRIGGER = _compile_triggers()
"""A word that every expression contains: sentences without one are not searched."""


@cache
def kinds_of(trigger: str) -> frozenset[str]:
    """The kinds of expression that a trigger word can belong to."""
    return next(kinds for pattern, kinds in _KINDS_BY_TRIGGER if pattern.fullmatch(trigger))


class Unresolved(Exception):
    """The expression is temporal, but the text does not say which days it means."""


class NotTemporal(Exception):
    """The words are no temporal expression in this context."""


@dataclass(frozen=True, slots=True)
class TimexMatch:
    """A recognised expression with the context that its normalization may need.

    ``sentence_start`` and ``sentence_end`` are the sentence's offsets in ``text``.
    """

    match: re.Match[str]
    kind: str
    text: str
    sentence_start: int
    sentence_end: int
    publication_day: date | None

    def group(self, *names: str) -> str:
        """The first of the named groups that matched, in lower case, or an empty text."""
        groups = self.match.groupdict()
        return next((groups[name].lower() for name in names if groups.get(name)), "")

    def number(self, *names: str) -> int | None:
        """The number in the first of the named groups that matched, in digits or as a word."""
        written = self.group(*names)
        return int(written) if written.isdigit() else NUMBERS.get(written)

    @property
    def published(self) -> date:
        """The day of publication. Raises Unresolved when it is unknown."""
        if self.publication_day is None:
            raise Unresolved
        return self.publication_day

    @property
    def tense(self) -> Tense:
        """The tense of the sentence around the expression."""
        start, end = self.match.span()
        return tense_at(self.text, start, end, self.sentence_start, self.sentence_end)

    @property
    def before(self) -> str:
        """The sentence up to the expression."""
        return self.text[self.sentence_start : self.match.start()]

    @property
    def after(self) -> str:
        """The sentence behind the expression."""
        return self.text[self.match.end() : self.sentence_end]

    @property
    def sentence(self) -> str:
        """The whole sentence."""
        return self.text[self.sentence_start : self.sentence_end]
