"""Is a timeline asked for, of what, and of which days?

    "What happened in Turkey in June?" -> Turkey, 1 - 30 June
    "What has happened since the truce began?" -> truce, from the day on which that is told

Pure functions of the question and the day that its relative dates are resolved against.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ingest.dates.timex import Expression
from ingest.dates.timex import expressions as find_expressions
from qa.language.words import STOP, content_stems, name_keys
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


def subject_of(text: str) -> str | None:
    """What a timeline is asked about, in the question's own words; None when none is asked for.

    An empty subject means that only days are named.
    """
    text = " ".join(text.split())
    for pattern in (_HAPPENED, _EVENTS):
        if match := pattern.search(text):
            return " ".join(text[match.end() :].rstrip(" ?.!").split())
    if _LIST.search(text):
        return " ".join(_FILLER.sub(" ", _LIST.sub(" ", text)).split())
    return None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the events are about, and the days they must lie in (both inclusive, None for open)."""

    subject: str
    stems: frozenset[str]
    names: frozenset[str]
    first: date | None = None
    last: date | None = None
    since: str = ""
    """The event that opens the timeline, when it is told from there."""

    def holds(self, first: date, last: date) -> bool:
        """Whether an event's days lie inside the days that are asked for."""
        return (self.first is None or first >= self.first) and (
            self.last is None or last <= self.last
        )


_SINCE = re.compile(r"\b(?:since|after)\s+(.+)$", re.IGNORECASE)
_LINKS = frozenset(
    "in on during since between over with after before around until from began begin begun started "
    "start ended took effect happened disaster crisis story events case affair".split()
)
"""Words of a subject that no article need repeat."""


def wanted_of(question: Question, today: date, *, again: bool = False) -> Wanted | None:
    """The subject and the days of a question that asks for a timeline; None for any other.

    ``today``: the day that "in June" and "last week" are resolved against. ``again``: whatever
    days the question was interpreted to mean, resolve them anew.
    """
    subject = subject_of(question.text)
    if subject is None:
        return None
    found = [e for e in find_expressions(subject, today) if e.first and e.last]
    period = None if again else question.period
    first, last = (period.first, period.last) if period else (_first(found), _last(found))
    bare = subject
    for expression in sorted(found, key=lambda e: -e.start):
        bare = bare[: expression.start] + " " + bare[expression.end :]
    since = _SINCE.search(bare)
    if first and re.search(r"\bsince\s*$", subject[: found[0].start] if found else ""):
        last = None if not period else last
    parts = [w for w in bare.split() if w.lower() not in _LINKS | STOP]
    return Wanted(
        subject=" ".join(parts),
        stems=frozenset(content_stems(" ".join(parts))),
        names=frozenset(name_keys(" ".join(parts))),
        first=first,
        last=last,
        since=since.group(1) if since and content_stems(since.group(1)) else "",
    )


def _first(found: Sequence[Expression]) -> date | None:
    return min((e.first for e in found if e.first), default=None)


def _last(found: Sequence[Expression]) -> date | None:
    return max((e.last for e in found if e.last), default=None)
