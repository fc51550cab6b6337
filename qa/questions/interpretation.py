"""A question, as it is searched for: its kind, its words and names, follow-ups made whole.

Pure functions of the question, the earlier turns and the day it was asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Literal

from ingest.records import When, day_of
from ingest.storage.catalogue.filters import Filters
from qa.errors import BadQuestion
from qa.language.words import PRONOUNS, STOP, content_stems, name_keys, names, numbers, words
from qa.questions.time_constraints import Period, outlets_of, time_of
from qa.records import Turn

Kind = Literal["who", "when", "where", "how_many", "which", "what", "why", "how", "yes_no"]

LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Question:
    """A question ready for search. ``text`` is what was asked, ``search`` what is looked for."""

    text: str
    search: str
    kind: Kind
    asked_at: date
    dated: bool
    """Whether the day of asking was given; otherwise it is today."""
    stems: tuple[str, ...]
    names: frozenset[str]
    values: frozenset[float]
    depends: bool = False
    """Whether it leans on something it does not say and nothing earlier resolves it."""
    points: bool = False
    """Whether it does so by a pronoun ("they")."""
    period: Period | None = None
    """Days it asks about: preferred, not required."""
    filters: Filters = field(default_factory=Filters)
    """What it insists on: "before June", "according to UPI"."""


_KINDS: tuple[tuple[Kind, str], ...] = (
    ("how_many", r"\bhow (?:many|much|old|long|far|tall|big|high|fast|large|often|heavy|deep)\b"
                 r"|\bwhat (?:percent(?:age)?|share|proportion|number|amount|price|fraction|rate|"
                 r"tariff|score)\b|\bwhat (?:is|was|were|are) the (?:\w+ ){0,2}(?:cost|price|"
                 r"number|toll|score|rate|percentage|population|total|amount|value|size)\b"),
    ("when", r"\bwhen\b|\b(?:what|which) (?:day|date|year|month|time|week|century|decade)\b"),
    ("where", r"\bwhere\b|\b(?:what|which) (?:country|city|state|town|place|venue|continent|region|"
              r"location|island|nation|county|province|village|port|building)\b"),
    ("who", r"\bwho(?:m|se)?\b|\b(?:what|which) (?:person|man|woman|player|actor|actress|singer|"
            r"politician|president|minister|author|artist|leader|senator|celebrity|athlete|official|"
            r"spokes\w+|star|musician|rapper|director|coach|judge)\b"),
    ("why", r"\bwhy\b|\bwhat (?:caused|led|prompted|made)\b|\b(?:for )?what reason\b"),
    ("which", r"\bwhich\b|\bname (?:the|of)\b|\bcalled\b"),
    ("how", r"^how\b"),
    ("what", r"\bwhat\b"),
)  # fmt: skip
_YES_NO = re.compile(
    r"^(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|may|might)\b", re.I
)


def kind_of(text: str) -> Kind:
    """What sort of answer is wanted."""
    plain = text.strip().lower()
    if _YES_NO.match(plain) and " or " not in plain:
        return "yes_no"
    for kind, pattern in _KINDS:
        if re.search(pattern, plain):
            return kind
    return "what"


def interpret(
    text: str,
    history: Sequence[Turn] = (),
    asked_at: When | None = None,
    outlets: Sequence[str] = (),
) -> Question:
    """Make a question searchable. ``asked_at`` defaults to today (UTC); ``outlets`` are those of
    the library, on whose reports a question may insist.

    Raises BadQuestion when it is empty or longer than 2,000 characters.
    """
    text = " ".join(re.sub(r"[\x00\ud800-\udfff]", "", text).split())
    if not re.search(r"\w", text):
        raise BadQuestion("Ask a question in words, for example: Who opened the talks?")
    if len(text) > LONGEST:
        raise BadQuestion(f"A question may have {LONGEST} characters; this one has {len(text)}.")
    day = day_of(asked_at) if asked_at else datetime.now(UTC).date()
    named, plain = outlets_of(text, outlets)
    period, filters = time_of(text, day)
    unresolved = _depends(plain)
    search = condense(plain, history) if unresolved else plain
    return Question(
        text=text,
        search=search,
        kind=kind_of(plain),
        asked_at=day,
        dated=asked_at is not None,
        stems=tuple(content_stems(search)),
        names=frozenset(name_keys(_without_openers(search))),
        values=frozenset(n.value for n in numbers(search) if n.value != 1),
        depends=unresolved and search == plain,
        points=bool(set(words(plain)) & (PRONOUNS - {"there", "this", "one"})),
        period=period,
        filters=replace(filters, outlets=named),
    )


_OPENER = re.compile(r"(?:^|[.?!:]\s+|[(“\"])([A-Z][\w-]*[a-z])(?=\s+[a-z0-9$“\"(]|[,?]|$)")


def _without_openers(text: str) -> str:
    """Without the capitals that only open a sentence. "Approximately how many", "Police said" and
    "Actor Tony Dow" name nobody by their first word; "China's", "NATO" and "Tony Dow" do."""
    lowered = _OPENER.sub(lambda m: m.group().lower(), text)
    return re.sub(_ROLES, lambda m: m.group().lower(), lowered)


_ROLES = re.compile(
    r"\b(?:Actor|Actress|Author|Singer|Rapper|President|Former|Prime|Minister|Speaker|Senator|"
    r"According|Name|The|Who|What|When|Where|Which|Why|How|Did|Does|Do|Is|Are|Was|Were|Has|Have|"
    r"Had|Will|Would|Can|Could|Should|In|On|At|By|For|From|With)(?=\s+[A-Z])"
)


def _depends(text: str) -> bool:
    """Whether the question leans on something said before: a pronoun, or hardly a word."""
    own = content_stems(text)
    spoken = set(words(text))
    points = bool(spoken & (PRONOUNS - {"there", "that", "this", "it", "one"}))
    opens = bool(re.match(r"^(?:and|but|so|what about|how about)\b", text.lower()))
    bare = len(own) <= 2 and not names(_without_openers(text))
    vague = bool(spoken & {"it", "that", "this", "there"}) and len(own) <= 3
    return opens or bare or vague or (points and len(own) <= 4)


def condense(text: str, history: Sequence[Turn]) -> str:
    """A follow-up with what it leans on: the words of the last question that it does not repeat."""
    if not history:
        return text
    last = re.sub(r"\bhow (?:many|much) \w+", "", history[-1].question, flags=re.IGNORECASE)
    own = set(content_stems(text))
    extra = [w for w in re.findall(r"[\w’'.-]+", last)
             if w.lower() not in STOP and not set(content_stems(w)) <= own]  # fmt: skip
    return f"{text} ({' '.join(extra)})" if extra else text
