"""Recognises open questions, which ask for an account of a subject and not for one fact.

    "Summarise the news about the ferry"        -> summary of "ferry"
    "Compare how Orvane and Kestrin voted"      -> comparison of "Orvane" and "Kestrin"
    "What's new about the talks since Tuesday?" -> news of "talks", from Tuesday on

The request stands at the beginning of a question ("explain", "what's new", "how has"); timelines
are recognised by ``timeline_requests`` and left to it. A pure function of the question; knows
nothing about articles.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ingest.dates.time_expressions import TimeExpression, find_time_expressions
from qa.language.words import PRONOUNS, content_stems
from qa.questions.interpretation import Question
from qa.questions.time_constraints import Period
from qa.questions.timeline_requests import timeline_subject

RequestForm = Literal[
    "summary", "explanation", "comparison", "change", "news", "pros_cons", "background"
]


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """What an open question asks for."""

    form: RequestForm
    subject: str
    """The words to search for, without those of the request and of time; empty when the news of
    all subjects are asked for."""
    sides: tuple[str, ...] = ()
    """The two or more things that a comparison compares."""
    since: Period | None = None
    """The days that the question names, both inclusive; None is open."""


_COURTESY = re.compile(
    r"^(?:(?:and|so|now|ok|okay|hi|hello|please|kindly|then|also)\b[,\s]*"
    r"|(?:can|could|would|will) you\b\s*"
    r"|i(?:['’]d| would) like (?:you to|to (?:have|get|know))?\s*|i (?:want|need) (?:you to\s*)?"
    r"|(?:give|show|get|write|send|tell|make|draw up|provide)\b"
    r"(?= (?:me|us|a|an|the|some)\b(?! (?:all |more |everything )?about))(?: (?:me|us))?\s*"
    r"|list\s+|(?:what (?:are|is|were|was)|what['’]s)\s+(?=the\b)"
    r"|(?:(?:is|are) there|have there been)\s+(?=any\b)|do you have\s+"
    r"|(?:a|an|the|some|any|short|brief(?! (?:me|us)\b)|quick|concise|detailed|full|complete|main|"
    r"key|major|simple)\s+)",
    re.IGNORECASE,
)
"""What may stand in front of the request itself; taken off as long as it matches."""

_NO_QUESTION = (
    r"(?!.*\b(?:who|what|when|where|which|why|how)\b|(?:is|are|was|were|do|does|did|has|have|can|"
    r"will|would|should|could)\b)"
)
_OF = r"(?:of|about|on|for|in|to|behind|around|regarding|concerning|from|with|between)"
_CHANGED = (
    r"(?:change[ds]?|changing|evolve[ds]?|evolving|develop(?:ed|ing)?|shift(?:ed|ing)?|"
    r"progress(?:ed|ing)?)"
)
_REQUESTS: tuple[tuple[RequestForm, str], ...] = (
    ("pros_cons", rf"(?:pros and cons|advantages and (?:the )?(?:dis|draw)\w+|"
                  rf"benefits and (?:the )?(?:risks|drawbacks|costs|disadvantages)|"
                  rf"(?:arguments?|case|reasons) (?:both )?for and against)\b(?: {_OF}\b)?"),
    ("comparison", r"(?:compare|contrast)\b(?: and contrast\b)?|(?:comparison|differences?|"
                   r"similarities) (?:of|between|in)\b|how (?:do|does|did|are|is)\b"
                   r"(?=.+\b(?:differ|compare|different)\b)"),
    ("change", rf"how (?:has|have|had|is|are)\b(?=.+\b{_CHANGED}\b)|how did\b(?=.+\b{_CHANGED}"
               r" (?:since|over|after|between|during)\b)|what(?:['’]s| has| have)? changed\b"
               rf"(?: {_OF}\b)?|changes? (?:in|to)\b"),
    ("news", rf"(?:what['’]?s|what is|anything) (?:new|going on|happening(?! to\b)|the latest)\b"
             rf"(?: {_OF}\b)?"
             rf"|(?:latest|newest|recent|new|current) (?:[\w ]{{0,40}}?)??(?:news|developments?|"
             rf"updates?|headlines|reports|stories)\b(?: {_OF}\b)?|latest {_OF}\b"
             rf"|(?:news|updates?|headlines)\b(?: {_OF}\b|$)|(?:update|catch) (?:me|us)\b(?: up)?"
             r"(?: on\b)?|how (?:is|are)\b(?=.+\b(?:going|getting on|unfolding)\b)"),
    ("background", rf"(?:background|backstory|history|story|context) {_OF}\b"
                   r"|how did we get (?:here|to)\b"
                   r"|what(?:['’]s| is) (?:the (?:story|background) )?behind\b"),
    ("explanation", rf"explain\b(?: to (?:me|us))?|explanation {_OF}\b|help (?:me|us) understand\b"
                    r"|walk (?:me|us) through\b|describe\b|discuss\b"
                    r"|(?:implications|consequences) of\b"
                    r"|what (?:do|does|did|would|will)\b(?=.+\bmean for\b)"),
    ("summary", rf"(?:summari[sz]e|sum up|recap|outline|brief (?:me|us)|tl;?dr)\b(?: {_OF}\b)?"
                r"|(?:summary|overview|recap|round-?up|run-?down|briefing|digest|outline|gist|"
                rf"synopsis|points|facts) {_OF}\b|tell (?:me|us) (?:all |more |everything )?about\b"
                r"|what (?:do|can) (?:we|you|i|they) (?:already )?(?:know|say|tell (?:me|us))"
                r"(?: about\b)?|(?:what is|what['’]s|everything|all that is) (?:already )?known\b"
                r"(?: about\b)?"
                r"|(?:what (?:do|does|did|have|has) (?:the )?)?(?:articles|reports|papers|outlets|"
                r"sources|media|press|news)\b (?:say|said|saying|report(?:ing)?) (?:about|on)\b"
                r"|how (?:has|have)\b"),
    ("comparison", r"(?-i:(?=(?:[A-Z][\w’'.]*\s){1,4}(?:versus|vs\.?)\s))"),
    ("news", rf"{_NO_QUESTION}(?=.+\b(?:news|headlines)\W*$)"),
)  # fmt: skip
_PATTERNS = tuple((form, re.compile(pattern, re.IGNORECASE)) for form, pattern in _REQUESTS)
"""Tried in this order at the beginning of a question."""

_LOOKUP_INSIDE = re.compile(
    r"^\s*(?:to me |us |me )?(?:who|whom|whose|when|where|which|whether|how (?:many|much|old|long|"
    r"far|often))\b",
    re.IGNORECASE,
)
"""A request for one fact behind a word of a request: "explain who ..."."""

_FRAME = re.compile(
    r"^(?:(?:all|everything|at|in|on|of|about|to|how|why|that|with|for|between|the|a|an|any|our|"
    r"your|briefly|latest|recent|current|main|key|major|most important)\s+"
    r"|(?:news|coverage|reporting|reports?|articles?|stor(?:y|ies)|developments?|events?|updates?|"
    r"situation|state|facts|headlines)(?:\s+(?:about|on|of|in|around|with|from|regarding|"
    r"concerning|surrounding|to)\b|\s*$)\s*"
    r"|what(?:['’]s|\s+(?:is|are|was|were|has|have|had))?\s+(?:been\s+)?(?:happen(?:ed|ing|s)?|"
    r"going on|went on|known|reported|said)\b\s*)",
    re.IGNORECASE,
)
"""Words between the request and its subject; taken off as long as it matches."""

_TRAILER = re.compile(
    r"(?:[\s,]*\b(?:please|(?:for|to) me|news|headlines|so far|briefly|"
    r"(?:in|with) (?:short|brief|detail|a nutshell|"
    r"(?:simple|plain|a few|\w+) (?:words|terms|sentences|paragraphs|points))|"
    r"(?:since|as of|from|in|on|over|during|between|until|by|for|of)(?: the)?(?: last| past)?)"
    r"|[\s,.?!:;)(])+$",
    re.IGNORECASE,
)
_TAIL_VERBS = re.compile(
    rf"\b(?:{_CHANGED}|going|getting on|unfolding|differ(?:s|ed|ent)?|compares?d?|"
    r"say(?:ing)?(?= about\b)|said(?= about\b)|mean(?= for\b))\b\s*(?:about\b|for\b|from\b)?",
    re.IGNORECASE,
)
"""Verbs that belong to the request though they stand behind its subject."""

_JOINT = re.compile(
    r"\s*(?:\b(?:and|versus|vs\.?|with|against|compared (?:to|with)|differs? from|"
    r"compares? (?:to|with))(?=\s))\s*",
    re.IGNORECASE,
)
_WEAK_JOINT = re.compile(r"\s*\b(?:to|or|than|from)\b\s*", re.IGNORECASE)
_PART_OF = re.compile(r"^(.+)\s(?:of|in|between|by|from|for|to)\s+(.+)$")
_NAME_SIDE = re.compile(
    r"(?:(?:the|in|of|by|how|that|a)\s+)*[A-Z][\w’'.-]*(?:\s+(?:of\s+(?:the\s+)?)?[A-Z][\w’'.-]*)*"
)
_PREPOSITION = re.compile(
    r"\s+(?=(on|over|about|in|of|when|regarding|during|for|at|toward|towards|concerning|by)\b)"
)
_NOT_OF_SUBJECT = re.compile(
    r"^(?:the|a|an|how|that|in|of|by|on|for|about|when|what|to|at|both|each)\s+", re.IGNORECASE
)
_TIME_PREPOSITION = re.compile(
    r"\b(?:since|in|on|during|between|from|until|by|over|before|after|for|throughout|within|as of)"
    r"(?:\s+the)?\s*$",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"^(?:the\s+)?(?:this|last|past|today|yesterday|these|since)\b", re.I)


def open_request(question: Question) -> OpenRequest | None:
    """What an open question asks for; None when one fact, or a timeline, is asked for.

    It takes none of 409 + 200 quiz questions (RealTime QA 2022 - 2025, answerable and not), of the
    176 lookups about the bundled samples, and of 2,434 lookups about news of 2023 - 2024
    (2026-11-25).
    """
    if timeline_subject(question.text) is not None:
        return None
    undated, dated = _without_days(question.query, question.asked_at)
    plain = _stripped(_COURTESY, undated)
    form, asked = _form(plain)
    if form is None or _LOOKUP_INSIDE.match(asked):
        return None
    sides, subject = _sides(asked) if form == "comparison" else ((), _subject(asked))
    if not subject and form not in ("summary", "news"):
        return None
    return OpenRequest(form, subject, sides, _days(question, dated))


def _form(plain: str) -> tuple[RequestForm | None, str]:
    """The form of a request, and what stands behind its words."""
    for form, pattern in _PATTERNS:
        if match := pattern.match(plain):
            return form, plain[match.end() :].strip()
    return None, plain


def _without_days(text: str, asked_at: date) -> tuple[str, list[TimeExpression]]:
    """The text without the days that it limits its subject to, and these; "the January 6 hearings"
    keep theirs."""
    dated = []
    for one in reversed(find_time_expressions(text, asked_at)):
        before, after = text[: one.start], text[one.end :]
        if one.first and (
            _TIME_PREPOSITION.search(before)
            or _RELATIVE.match(one.phrase)
            or not re.search(r"\w", after)
        ):
            dated.append(one)
            text = f"{_TIME_PREPOSITION.sub('', before)} {after}"
    return " ".join(text.split()), dated


def _days(question: Question, dated: list[TimeExpression]) -> Period | None:
    """The days that a question names, as it was interpreted, or else up to the day of asking."""
    if not dated:
        return None
    filters = question.filters
    if filters.first or filters.last:
        return Period(filters.first, filters.last)
    if question.period:
        return question.period
    return Period(min(e.first for e in dated if e.first), max(e.last for e in dated if e.last))


def _subject(asked: str) -> str:
    """The words to search for, of those behind the words of the request."""
    plain = _stripped(_FRAME, re.sub(r"[()]", " ", asked).strip())
    plain = _TRAILER.sub("", _TAIL_VERBS.sub(" ", plain))
    words = [word for word in plain.split() if word.lower() not in PRONOUNS]
    plain = _stripped(_NOT_OF_SUBJECT, " ".join(words))
    return plain.strip(" ,.;:?!") if content_stems(plain) or plain.isupper() else ""


def _sides(asked: str) -> tuple[tuple[str, ...], str]:
    """What is compared, and all words to search for: of "the plans of Orvane and Kestrin for the
    port" the sides "Orvane" and "Kestrin" and the words "Orvane Kestrin plans port"."""
    plain = asked.rstrip(" ?.!")
    joint = _JOINT.search(plain) or _WEAK_JOINT.search(plain)
    if not joint:
        return (), _subject(plain)
    first, rest = plain[: joint.start()], plain[joint.end() :]
    later = []
    while True:
        end = _end_of_side(first, rest)
        later.append(rest[:end])
        rest = rest[end:]
        if not (joint := _JOINT.match(rest)):
            break
        rest = rest[joint.end() :]
    shared = [_TAIL_VERBS.sub(" ", rest)]
    whole = _PART_OF.match(first)
    if whole and not any(_PART_OF.match(side) for side in later):
        shared.insert(0, whole[1])
        first = whole[2]
    sides = [_subject(side.removesuffix("’s").removesuffix("'s")) for side in
             (*first.split(","), *later)]  # fmt: skip
    sides = [side for side in sides if side]
    subject = " ".join([*sides, *filter(None, (_subject(part) for part in shared))])
    return (tuple(sides) if len(sides) > 1 else ()), subject


def _end_of_side(first: str, rest: str) -> int:
    """Where in ``rest`` the next of the compared things ends: with its name, or at a preposition
    that the first of them does not have."""
    if name := _NAME_SIDE.match(rest):
        same = re.match(r"\s+(\w+)", rest[name.end() :])
        return name.end() + (same.end() if same and same[1] in first.split() else 0)
    verb = _TAIL_VERBS.search(rest)
    ends = [verb.start()] if verb else []
    ends += [m.start() for m in _PREPOSITION.finditer(rest) if f" {m[1]} " not in first]
    return min(ends, default=len(rest))


def _stripped(pattern: re.Pattern[str], text: str) -> str:
    """The text without what the pattern takes off its beginning, as long as it does."""
    while (match := pattern.match(text)) and match.end():
        text = text[match.end() :]
    return text
