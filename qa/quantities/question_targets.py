"""Reads from a question what quantity it asks for: deaths, arrests, seats, money, a share, days.

Pure functions of the interpreted question; knows nothing about what articles say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.language.words import STOP_WORDS, stem, word_tokens
from qa.questions.interpretation import Question

_PREDICATE_WORDS = {
    "missing": r"missing|unaccounted|(?:never|not) (?:been |yet )?(?:been )?found",
    "arrested": r"arrest\w*|detain\w*|detention\w*|(?:in|into) custody",
    "hurt": r"injur\w+|wound\w+|hurt",
    "hospital": r"hospital\w*",
    "rescued": r"rescu\w+|pulled (?:alive )?from|surviv\w+",
    "displaced": r"displac\w+|evacuat\w+|fled|flee\w*|(?:from|left|lost) their homes|homeless",
    "powerless": r"(?:without|lost|no) (?:power|electricity)|power outages?",
    "infected": r"infect\w+|cases?",
    "laid off": r"lay(?:ing)? ?offs?|laid off|job cuts?|redundanc\w+"
                r"|(?:lose|lost|losing) their jobs",
    "attended": r"took part|taken part|take part|taking part|attend\w*|march\w*|demonstrat\w*"
                r"|protest\w*|turn(?:ed)? ?out|crowd\w*|gather\w*|rall(?:y|ied)",
    "burned": r"burn\w*|scorch\w*|charred|balloon\w*|grown|consumed",
    "destroyed": r"destroy\w*|burned down|level(?:l)?ed",
    "violated": r"incidents?|violat\w+|breach\w*|(?:broke|broken|breaking) the \w+",
    "dead": r"dead|die[sd]?|dying|deaths?|kill\w*|tolls?|fatal\w*|perish\w*|lost their lives"
            r"|lost (?:his|her) life|claimed",
}  # fmt: skip
PREDICATES = {
    name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in _PREDICATE_WORDS.items()
}
"""Predicate of a count that news keeps updating (dead, hurt, arrested, ...) -> pattern of the words
that express it."""


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words.split())


PERSON_NOUNS = _stems(
    "people persons person victims victim civilians passengers residents fatalities deaths "
    "casualties lives protesters demonstrators marchers arrests"
)
"""Nouns that say no more than that people are counted."""
SUBGROUP_NOUNS = _stems(
    "women men children kids girls boys students teachers soldiers troops officers police "
    "journalists homes houses buildings structures"
)
"""Nouns that ask for a part, or for things: a count of people is none of these."""
DURATION_UNITS = _stems("seconds minutes hours days weeks months years")
_INANIMATE_NOUNS = DURATION_UNITS | _stems(
    "miles kilometers meters feet tons gallons dollars countries states degrees points seats votes"
)
"""What is measured or voted, and never arrested or killed."""

MONEY_PATTERN = re.compile(
    r"[$£€¥]|\b(?:dollars?|euros?|pounds?|crowns?|yen|yuan|rubles?|rupees?)\b", re.IGNORECASE
)
_ASKS_MONEY = re.compile(
    r"\bhow much (?:money|debt|(?:\w+ ){0,2}(?:did|does|do|was|is|will|would|has|have|had|were) "
    r".*\b(?:cost|pay|paid|worth|spend|spent|raise|earn|sell|sold|fined?|offer\w*|approved|damages?)\b)"
    r"|\b(?:price|cost|fine|penalty|premium|worth how much|how much in damages|how much debt)\b",
    re.IGNORECASE,
)
_ASKS_SHARE = re.compile(
    r"\b(?:percent(?:age)?|per cent|share|proportion|turnout)\b", re.IGNORECASE
)
_ASKS_DURATION = re.compile(r"\bhow long\b", re.IGNORECASE)
_ASKS_COARSE_TIME = re.compile(
    r"\b(?:what|which) (?:year|month|week|century|decade|time)\b", re.IGNORECASE
)
_COUNTED = re.compile(r"\b(?:how many|number of)\s+((?:[\w’'-]+[\s?.,]*){1,6})", re.IGNORECASE)
_SAID_OF_COUNTED = re.compile(
    r"\bhow many\s+(?:[\w’'-]+\s+){1,4}?(?:are|were|is|was|have|has|did|do)\s+"
    r"((?:[\w’'-]+[\s?]*){1,4})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class QuantityTarget:
    """What a question wants counted or measured."""

    predicate: str
    """What is said of the counted, a key of ``PREDICATES``: "dead" of "how many people died"."""
    nouns: frozenset[str]
    """Stems of the nouns that are counted."""
    dimension: str
    """"%", "money", "time" (a duration), "date" (a day), or empty for things that are counted."""


def quantity_target(question: Question) -> QuantityTarget | None:
    """Return what is to be counted, or None when the question asks for no quantity and no day."""
    if question.kind == "when" and not _ASKS_COARSE_TIME.search(question.text):
        return QuantityTarget("", frozenset(), "date")
    if question.kind != "how_many":
        return None  # years and months are not compared: a day in them is no other answer
    text = question.text
    nouns = _counted_nouns(text)
    if not nouns:
        for pattern, dimension in (
            (_ASKS_SHARE, "%"), (_ASKS_DURATION, "time"), (_ASKS_MONEY, "money"),
        ):  # fmt: skip
            if pattern.search(text):
                return QuantityTarget("", nouns, dimension)
    predicate = "" if nouns & _INANIMATE_NOUNS else _predicate(text)
    return QuantityTarget(predicate, nouns, "") if predicate or nouns else None


def _counted_nouns(text: str) -> frozenset[str]:
    """Return the stems between "how many" and the first stop word."""
    match = _COUNTED.search(text)
    found = []
    for word in word_tokens(match.group(1)) if match else ():
        if word in STOP_WORDS:
            break
        found.append(stem(word))
    return frozenset(found)


def _predicate(text: str) -> str:
    """Return the predicate said of what is counted ("in the hospital" of "how many survivors are in
    the hospital on Friday"), else the first one of the question, else an empty string."""
    said = _SAID_OF_COUNTED.search(text)
    return _first_predicate(said.group(1) if said else text) or _first_predicate(text)


def _first_predicate(text: str) -> str:
    places = [(m.start(), name) for name, p in PREDICATES.items() if (m := p.search(text))]
    return min(places)[1] if places else ""
