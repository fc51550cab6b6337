"""Interprets a question or a follow-up: kind of answer wanted, query to search for, filters.

    text (+ history, + day of asking, + outlets of the library) -> Question

A follow-up is completed with words of the question before it. Pure functions; knows nothing about
articles.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Literal

from ingest.records import When, day_of, storable
from ingest.storage.catalogue.filters import Filters
from qa.errors import BadQuestion
from qa.language.entity_names import name_spans, name_stems
from qa.language.numbers import find_numbers
from qa.language.words import PRONOUNS, STOP_WORDS, content_stems, word_tokens
from qa.questions.time_constraints import (
    Period,
    named_periods,
    required_outlets,
    time_constraints,
)
from qa.records import Turn

Kind = Literal["who", "when", "where", "how_many", "which", "what", "why", "how", "yes_no"]

MAX_QUESTION_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True)
class Query:
    """What a user asked, as it arrived: nothing about it is understood yet.

    ``asked_at`` is the day of asking (None: today), ``history`` the earlier exchanges of the same
    conversation, oldest first, and ``filters`` the articles that may answer.
    """

    text: str
    asked_at: When | None = None
    history: tuple[Turn, ...] = ()
    filters: Filters = field(default_factory=Filters)


@dataclass(frozen=True, slots=True)
class Question:
    """A question ready for retrieval."""

    text: str
    """What was asked."""
    query: str
    """What is searched for: the question, completed where it depends on an earlier one."""
    kind: Kind
    """The kind of answer that is wanted."""
    asked_at: date
    asked_at_given: bool
    """Whether the day of asking was given; otherwise ``asked_at`` is today."""
    stems: tuple[str, ...]
    """Stems of the query's content words."""
    names: frozenset[str]
    """Stems of the words inside its names (``qa.language.entity_names.name_stem``)."""
    values: frozenset[float]
    """The query's numbers, without 1."""
    unresolved: bool = False
    """Whether it depends on something that neither it nor an earlier turn says."""
    has_pronoun: bool = False
    """Whether it refers to something by a pronoun ("they")."""
    period: Period | None = None
    """Days it asks about: preferred, not required."""
    named_periods: tuple[Period, ...] = ()
    """All days that it names and that have begun, "this week" among them."""
    filters: Filters = field(default_factory=Filters)
    """What it requires of articles: "before June", "according to UPI"."""


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
    """The kind of answer that a question wants, by its question word or what stands for one."""
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
    """Interpret a question. ``history``: the earlier turns, oldest first; ``asked_at`` defaults to
    today (UTC); ``outlets``: those of the library, whose reports a question may require.

    Raises BadQuestion when it is empty or longer than 2,000 characters.
    """
    text = " ".join(storable(text).split())
    if not re.search(r"\w", text):
        raise BadQuestion("Ask a question in words, for example: Who opened the talks?")
    if len(text) > MAX_QUESTION_CHARACTERS:
        raise BadQuestion(
            f"A question may have {MAX_QUESTION_CHARACTERS} characters; this one has {len(text)}."
        )
    day = day_of(asked_at) if asked_at else datetime.now(UTC).date()
    required, plain = required_outlets(text, outlets)
    period, filters = time_constraints(text, day)
    dependent = _depends_on_context(plain)
    query = complete_follow_up(plain, history) if dependent else plain
    return Question(
        text=text,
        query=query,
        kind=kind_of(plain),
        asked_at=day,
        asked_at_given=asked_at is not None,
        stems=tuple(content_stems(query)),
        names=frozenset(name_stems(_without_opening_capitals(query))),
        values=frozenset(n.value for n in find_numbers(query) if n.value != 1),
        unresolved=dependent and query == plain,
        has_pronoun=bool(set(word_tokens(plain)) & (PRONOUNS - {"there", "this", "one"})),
        period=period,
        named_periods=named_periods(query, day, recently=asked_at is not None),
        filters=replace(filters, outlets=required),
    )


_OPENER = re.compile(r"(?:^|[.?!:]\s+|[(“\"])([A-Z][\w-]*[a-z])(?=\s+[a-z0-9$“\"(]|[,?]|$)")


_ROLES = re.compile(
    r"\b(?:Actor|Actress|Author|Singer|Rapper|President|Former|Prime|Minister|Speaker|Senator|"
    r"According|Name|The|Who|What|When|Where|Which|Why|How|Did|Does|Do|Is|Are|Was|Were|Has|Have|"
    r"Had|Will|Would|Can|Could|Should|In|On|At|By|For|From|With)(?=\s+[A-Z])"
)


def _without_opening_capitals(text: str) -> str:
    """The text with a small letter where a capital only opens a sentence or a title: "Police said"
    and "Actor Tony Dow" name nobody by their first word; "China's" and "NATO" do."""
    lowered = _OPENER.sub(lambda m: m.group().lower(), text)
    return _ROLES.sub(lambda m: m.group().lower(), lowered)


def _depends_on_context(text: str) -> bool:
    """Whether the question refers to something said before: a pronoun, or hardly a word."""
    own, found = content_stems(text), set(word_tokens(text))
    pronoun = bool(found & (PRONOUNS - {"there", "that", "this", "it", "one"}))
    continues = bool(re.match(r"^(?:and|but|so|what about|how about)\b", text.lower()))
    bare = len(own) <= 2 and not name_spans(_without_opening_capitals(text))
    vague = bool(found & {"it", "that", "this", "there"}) and len(own) <= 3
    return continues or bare or vague or (pronoun and len(own) <= 4)


MAX_TURNS_COMPLETED = 4
"""Earlier turns from which a follow-up takes words: a conversation changes its subject."""


def complete_follow_up(text: str, history: Sequence[Turn]) -> str:
    """A follow-up and, in brackets, the words of the last question that it does not repeat.

    The last question may be a follow-up itself ("Who won in Hallan?", "When?", "And how many?"): it
    is completed first, unless its turn says what was searched for.
    """
    whole = ""
    for turn in history[-MAX_TURNS_COMPLETED:]:
        dependent = not turn.search and _depends_on_context(turn.question)
        whole = _completed(turn.question, whole) if dependent else turn.search or turn.question
    return _completed(text, whole)


def _completed(text: str, earlier: str) -> str:
    """The text and, in brackets, the words of an earlier question that it does not repeat."""
    earlier = earlier[:MAX_QUESTION_CHARACTERS]
    last = re.sub(r"\bhow (?:many|much) \w+", "", earlier, flags=re.IGNORECASE)
    own = set(content_stems(text))
    added = [w for w in dict.fromkeys(re.findall(r"[\w’'.-]+", last))
             if w.lower() not in STOP_WORDS and not set(content_stems(w)) <= own]  # fmt: skip
    return f"{text} ({' '.join(added)})" if added else text
