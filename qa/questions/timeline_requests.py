"""Recognises questions that ask for a timeline, with its subject and its days.

    "What happened in Turkey in June?" -> Turkey, 1 - 30 June
    "What has happened since the truce began?" -> truce, from the day of that event on

Pure functions of the question and the day against which its relative dates are resolved. Knows
nothing about articles or events.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from ingest.dates.time_expressions import find_time_expressions
from qa.language.entity_names import name_stems
from qa.language.words import STOP_WORDS, content_stems
from qa.questions.interpretation import Question

_LIST = re.compile(
    r"\b(?:time ?line|chronology|sequence of events|order of events|course of events)\b"
    r"(?:\s+(?:of|for|about|on|in|from)\b)?",
    re.IGNORECASE,
)
_HAPPENED = re.compile(
    r"^(?:so\s+|and\s+)?what(?:\s+(?:has|have|had|all|else))*(?:['’]s)?\s+"
    r"(?:happened|been happening|occurred|went on|gone on|taken place)\s*"
    r"(?=\b(?:in|on|during|since|between|over|with|this|last|after|before|around|until|from|yesterday|today)\b)",
    re.IGNORECASE,
)
_EVENTS = re.compile(
    r"^(?:what (?:were|are)|list|tell me|give me)\s+(?:all\s+)?(?:the\s+)?"
    r"(?:main|key|major|most important)?\s*events\s+"
    r"(?=\b(?:of|in|on|during|since|around|that)\b)|^how did (?=.+\bunfold\b)",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"\b(?:please|give me|show me|make|draw up|write|can you|could you|a|the|so far|unfold|i want|"
    r"i need|what is|what's)\b|[?.!]",
    re.IGNORECASE,
)


def timeline_subject(text: str) -> str | None:
    """The subject of the timeline that a question asks for, in its own words: empty when it names
    only days, None when it asks for no timeline."""
    text = " ".join(text.split())
    for pattern in (_HAPPENED, _EVENTS):
        if match := pattern.search(text):
            return " ".join(text[match.end() :].rstrip(" ?.!").split())
    if _LIST.search(text):
        return " ".join(_FILLER.sub(" ", _LIST.sub(" ", text)).split())
    return None


@dataclass(frozen=True, slots=True)
class TimelineRequest:
    """The subject of a timeline, and its days (both inclusive, None for open)."""

    subject: str
    stems: frozenset[str]
    names: frozenset[str]
    first: date | None = None
    last: date | None = None
    first_event: str = ""
    """The event with which the timeline begins, when the question names one."""

    def includes(self, first: date, last: date) -> bool:
        """Whether an event's days lie inside the days of the timeline."""
        return (self.first is None or first >= self.first) and (
            self.last is None or last <= self.last
        )


_SINCE = re.compile(r"\b(?:since|after)\s+(.+)$", re.IGNORECASE)
LINKING_WORDS = frozenset(
    "in on during since between over with after before around until from began begin begun started "
    "start ended took effect happened disaster crisis story events case affair".split()
)
"""Words of a subject that an article need not repeat."""


def timeline_request(
    question: Question, today: date, *, ignore_period: bool = False
) -> TimelineRequest | None:
    """The timeline that a question asks for, or None.

    ``today``: the day against which "in June" and "last week" are resolved. ``ignore_period``:
    resolve them anew instead of taking the period that the question was interpreted to mean.
    """
    subject = timeline_subject(question.text)
    if subject is None:
        return None
    found = [e for e in find_time_expressions(subject, today) if e.first and e.last]
    first = min((e.first for e in found if e.first), default=None)
    last = max((e.last for e in found if e.last), default=None)
    period = None if ignore_period else question.period
    if period:
        first, last = period.first, period.last
    elif first and re.search(r"\bsince\s*$", subject[: found[0].start]):
        last = None
    undated = subject
    for expression in sorted(found, key=lambda e: -e.start):
        undated = undated[: expression.start] + " " + undated[expression.end :]
    since = _SINCE.search(undated)
    topic = " ".join(w for w in undated.split() if w.lower() not in LINKING_WORDS | STOP_WORDS)
    return TimelineRequest(
        subject=topic,
        stems=frozenset(content_stems(topic)),
        names=frozenset(name_stems(topic)),
        first=first,
        last=last,
        first_event=since.group(1) if since and content_stems(since.group(1)) else "",
    )
