"""What a "how many" question wants counted: deaths or arrests, seats, money, a share, days.

Pure functions of the question's text. Knows nothing about what articles say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.language.words import STOP, stem, words
from qa.questions.interpretation import Question

MEASURES: dict[str, str] = {
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
"""What news counts again and again as it learns more, and the words for it."""

MEASURED = {
    name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in MEASURES.items()
}

PERSONS = frozenset(
    stem(word)
    for word in (
        "people persons person victims victim civilians passengers residents fatalities deaths "
        "casualties lives protesters demonstrators marchers arrests"
    ).split()
)
"""Nouns that say no more than that people are counted."""

GROUPS = frozenset(
    stem(word)
    for word in (
        "women men children kids girls boys students teachers soldiers troops officers police "
        "journalists homes houses buildings structures"
    ).split()
)
"""Nouns that ask for a part, or for things: a count of people is none of these."""

_THINGS = frozenset(
    stem(word)
    for word in (
        "seconds minutes hours days weeks months years miles kilometers meters feet "
        "tons gallons dollars countries states degrees points seats votes"
    ).split()
)
"""What is measured or voted, and never arrested or killed."""

SPANS = frozenset(stem(w) for w in "seconds minutes hours days weeks months years".split())

MONEY = re.compile(r"[$£€¥]|\b(?:dollars?|euros?|pounds?|crowns?|yen|yuan|rubles?|rupees?)\b", re.I)
_ASKS_MONEY = re.compile(
    r"\bhow much (?:money|debt|(?:\w+ ){0,2}(?:did|does|do|was|is|will|would|has|have|had|were) "
    r".*\b(?:cost|pay|paid|worth|spend|spent|raise|earn|sell|sold|fined?|offer\w*|approved|damages?)\b)"
    r"|\b(?:price|cost|fine|penalty|premium|worth how much|how much in damages|how much debt)\b",
    re.IGNORECASE,
)
_ASKS_SHARE = re.compile(
    r"\b(?:percent(?:age)?|per cent|share|proportion|turnout)\b", re.IGNORECASE
)

_COARSE = re.compile(r"\b(?:what|which) (?:year|month|week|century|decade|time)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question wants counted: a measure of the table, nouns, money or a share."""

    measure: str
    nouns: frozenset[str]
    dimension: str
    """%, money, time (a span), date (a day), or empty for things that are counted."""


def asked(question: Question) -> Asked | None:
    """What is to be counted, or None when the question asks for no quantity and no day."""
    if question.kind == "when" and not _COARSE.search(question.text):
        return Asked("", frozenset(), "date")
    if question.kind != "how_many":
        return None  # years and months are not compared: a day in them is no other answer
    text = question.text
    nouns = _nouns(text)
    if _ASKS_SHARE.search(text) and not nouns:
        return Asked("", frozenset(), "%")
    if not nouns and re.search(r"\bhow long\b", text, re.IGNORECASE):
        return Asked("", frozenset(), "time")
    if not nouns and _ASKS_MONEY.search(text):
        return Asked("", frozenset(), "money")
    measure = _first_measure(_predicate(text)) or _first_measure(text)
    if nouns & _THINGS:
        measure = ""  # seconds, miles and years are not killed
    if not measure and not nouns:
        return None
    return Asked(measure, nouns, "")


def _nouns(text: str) -> frozenset[str]:
    match = re.search(
        r"\b(?:how many|number of)\s+((?:[\w’'-]+[\s?.,]*){1,6})", text, re.IGNORECASE
    )
    found = []
    for word in words(match.group(1)) if match else ():
        if word in STOP:
            break
        found.append(stem(word))
    return frozenset(found)


def _predicate(text: str) -> str:
    """The first words said of what is counted: "in the hospital" of "how many survivors are in the
    hospital on Friday"; else the whole question."""
    match = re.search(
        r"\bhow many\s+(?:[\w’'-]+\s+){1,4}?(?:are|were|is|was|have|has|did|do)\s+"
        r"(?P<said>(?:[\w’'-]+[\s?]*){1,4})",
        text,
        re.IGNORECASE,
    )
    return match["said"] if match else text


def _first_measure(text: str) -> str:
    places = [(m.start(), name) for name, p in MEASURED.items() if (m := p.search(text))]
    return min(places)[1] if places else ""
