"""Drafts questions from sentences by rules: cloze gaps, and wh-questions where that is safe.

    sentence -> without dateline and trailing attribution -> targets -> drafts

A target is one name, day, quantity or place. Where the sentence is simple enough the draft is a
question ("Who opened the talks?"), else the sentence with a gap. English only. Knows nothing
about libraries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.records import Article
from ingest.segmentation import sentence_spans
from qa.evaluate.question_sets.standalone_sentences import (
    ACCORDING_TO,
    ANAPHORA,
    Name,
    name_variants,
    standalone_sentence,
    typed_names,
)
from qa.language.entity_names import name_spans
from qa.language.numbers import find_numbers
from qa.language.time_spans import time_expression_spans
from qa.language.words import word_tokens

GAP = "____"
FILL = "Fill the gap: "
MAX_SENTENCES_READ = 12
"""Sentences of an article that are drafted from: news says first what it is about."""

_CLOZE_WORDS = range(6, 31)
_WORDS_AFTER_VERB = range(3, 21)
"""How many words a cloze, and what follows the verb of a wh-question, may have."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A question, the words of the sentence that answer it, and how good it looks (lower first)."""

    kind: str
    question: str
    answers: tuple[str, ...]
    sentence: str
    rank: float


def drafts(article: Article) -> list[Draft]:
    """Every draft of an article's first sentences, best first."""
    found: list[Draft] = []
    for order, (start, end) in enumerate(sentence_spans(article.text)[:MAX_SENTENCES_READ]):
        sentence = standalone_sentence(article.text[start:end])
        if sentence:
            found += _drafts_of(sentence, article.text, order)
    return sorted(found, key=lambda draft: draft.rank)


# -- gaps -----------------------------------------------------------------------------------


def _drafts_of(sentence: str, article: str, order: int) -> Iterator[Draft]:
    found = typed_names(sentence, article)
    vague = bool(order and _UNDERSPECIFIED.search(sentence))
    for kind, question, answers in _wh_questions(sentence, found):
        yield Draft(kind, question, answers, sentence, order * 0.1 - 1)
    for kind, start, end, answers in _targets(sentence, found):
        if shown := _cloze(sentence, start, end, found, answers):
            span_of_time = kind == "how_many" and _TIME_UNIT.match(sentence[end:])
            rank = order * 0.1 + (0.3 if span_of_time else 0.0) + (1.5 if vague else 0.0)
            yield Draft(kind, shown, answers, sentence, rank)


Target = tuple[str, int, int, tuple[str, ...]]

_DAY = re.compile(
    r"(?:(?:last|next|this|on|early|late|since|until|by|in|from|during|of)\s)*"
    r"(?P<day>(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|[A-Z][a-z]{2,8}\.?\s\d{1,2}(?:,?\s\d{4})?|"
    r"\d{1,2}\s[A-Z][a-z]+(?:\s\d{4})?|[A-Z][a-z]+\s\d{4}|(?:19|20)\d{2})$"
)
_UNDERSPECIFIED = re.compile(r"^(?:The|A|An|Some|Many)\s[a-z]|\balso\b")
"""Which one, or besides what, an earlier sentence says."""

_NOT_QUANTITY_AFTER = re.compile(
    r"[-\s]?(?:year|month|week|day)s?[-\s]old|\w|\s(?:of|to\s[$£€]?\d)|[-’'](?!\w+ing)"
)
"""What follows an age, a part of a whole, the lower end of a range or part of a word."""

_NOT_QUANTITY_BEFORE = re.compile(
    r"(?:\b(?:No|of|one|in|to|and|or|between|page|number)\.?|[-–/.,])\s?$", re.IGNORECASE
)
_PER_CENT = re.compile(r"per\s?cent$")
_TIME_UNIT = re.compile(r"[\s-](?:more\s)?(?:hour|day|week|month|year|decade|minute)s?\b")
_UNIT = re.compile(r"[\s-](?:[a-z]+[\s-]){0,2}?[a-z]{3,}")


def _targets(sentence: str, found: list[Name]) -> Iterator[Target]:
    for name in found:
        if name.kind:
            answers = name_variants(name.text) if name.kind == "who" else (name.text,)
            yield name.kind, name.start, name.end, answers
    timed = time_expression_spans(sentence)
    for start, end in timed:
        day = _DAY.match(sentence[start:end])
        named = re.match(r"\s[A-Z]", sentence[end:]) and not sentence[:start].endswith("on ")
        if day and start and not named and sentence[end : end + 1] not in ("’", "'"):
            yield "when", start + day.start("day"), end, (day.group("day"),)
    for start, end, answers in _quantities(sentence, timed):
        yield "how_many", start, end, answers


def _quantities(
    sentence: str, timed: list[tuple[int, int]]
) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Numbers that count or measure something, as digits too where they are spelled out."""
    for number in find_numbers(sentence):
        start, end = number.start, number.end
        written = sentence[start:end]
        dated = any(a < end and start < b for a, b in timed)
        if dated or number.value < 2 or not _is_quantity(sentence, start, end):
            continue
        spelled = written[0].isalpha() and number.value < 100
        yield start, end, (written.lower(), f"{number.value:.0f}") if spelled else (written,)


def _is_quantity(sentence: str, start: int, end: int) -> bool:
    """Whether a number counts or measures: not a year, an age, a label or a part of a name."""
    before, written, after = sentence[:start], sentence[start:end], sentence[end:]
    named = start > 0 and any(a < end and start < b for a, b in name_spans(sentence))
    label = start > 4 and re.search(r"(?:[A-Z][\w&]*|[a-z][A-Z]\w*)\s$", before)
    spelled_the = written[0].isalpha() and re.search(r"\b[Tt]he\s$", before)
    unit = written[0] in "$£€¥" or written[-1] == "%" or _PER_CENT.search(written)
    return not (
        named
        or label
        or spelled_the
        or not (unit or _UNIT.match(after))
        or _year(written)
        or written == "911"
        or re.search(r"\d(?:st|nd|rd|th)", sentence[start : end + 2])
        or _NOT_QUANTITY_AFTER.match(after)
        or _NOT_QUANTITY_BEFORE.search(before)
    )


def _year(written: str) -> bool:
    return bool(re.fullmatch(r"(?:1[6-9]|20)\d\d", written))


def _cloze(
    sentence: str, start: int, end: int, found: list[Name], answers: tuple[str, ...]
) -> str | None:
    """The sentence with a gap, if what is left says what it is about and not what is missing."""
    shown = _main_clause(f"{sentence[:start]}{GAP}{sentence[end:]}")
    told = ACCORDING_TO.sub("", shown)  # who reports it does not say what it is about
    anchors = [n for n in found if (n.end <= start or n.start >= end) and n.text in told]
    leans = _has_dangling_pronoun(shown, [*anchors, *(n for n in found if n.start == start)])
    leaks = any(part in word_tokens(shown) for part in word_tokens(answers[0]) if len(part) > 2)
    if not anchors or leans or leaks or len(word_tokens(shown)) not in _CLOZE_WORDS:
        return None
    return f"{FILL}“{shown}”"


def _has_dangling_pronoun(shown: str, told: list[Name]) -> bool:
    """Whether a pronoun has nothing before it to stand for: a person for he and she."""
    for match in ANAPHORA.finditer(shown):
        person = match.group().lower() in ("he", "she", "him", "his", "her", "hers")
        before = shown[: match.start()]
        if not any(
            (n.text in before or (GAP in before and n.text not in shown))
            for n in told
            if n.kind == "who" or not person
        ):
            return True
    return False


def _main_clause(shown: str) -> str:
    """Without a last part after a comma that does not hold the gap, when enough is left."""
    head, comma, tail = shown.rpartition(", ")
    short = (
        comma
        and GAP in head
        and len(word_tokens(head)) >= 10
        and not re.match(r"(?:and|or)\b", tail)
    )
    return f"{head}." if short and not re.search(r",\s*[^,]{0,40}$", head) else shown


# -- questions ------------------------------------------------------------------------------

_PAST_VERB = (
    r"(?:(?!named\b|based\b|called\b|armed\b|dubbed\b|titled\b|need\b|speed\b|used\b)[a-z]{2,}ed|"
    r"won|met|led|became|took|made|left|held|beat|sank|began|hit|set|cut|lost|gave|got|went|came|"
    r"ran|saw|found|bought|sold|sent|spent|built|wrote|broke|spoke|drew|threw|flew|stood|struck|"
    r"sought|fought|brought|kept|paid|rose|fell|will|is|was|has)"
)
_WHO = re.compile(rf"(?:,[^,]{{3,70}},)?\s(?P<verb>{_PAST_VERB})\s(?!by\b)(?P<rest>.+)\.$")
_HOW_MANY = re.compile(
    r"^(?:(?:At least|More than|About|Nearly|Some|Around|Almost|Up to|As many as|Over)\s)?"
    r"(?P<number>[\w,.-]+(?:\s(?:hundred|thousand|million|billion))?)\s(?P<unit>(?:[a-z]+\s){1,3}?)"
    r"(?P<verb>were|are|died|have been|had been|have)\s(?P<rest>.+)\.$"
)
_PASSIVE = re.compile(
    r"^(?P<what>[^,]{3,70}?)\s(?P<be>was|were|will be)\s"
    r"(?P<rest>[a-z]+(?:ed|en|wn|ld|nt|nd|t)\b[^,]*?)"
    r"\s(?P<how>on|in|near|outside)\s(?P<target>[^,]+?)(?:,.*)?\.$"
)
_CLAUSE_BOUNDARY = re.compile(
    r"[,;—–(]|\s(?:but|while|after|before|because|which|who|whose|where|amid|as|saying|when|"
    r"although|though|since|than)\s"
)

_DANGLING_TIME_WORD = re.compile(
    r"\b(?:shortly|just|soon|even|only|long|hours?|days?|weeks?|months?|years?)$"
)
"""What stood before an "after" that is gone."""


def _wh_questions(sentence: str, found: list[Name]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    yield from _who(sentence, found)
    yield from _how_many(sentence, found)
    yield from _when_and_where(sentence, found)


def _who(sentence: str, found: list[Name]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    subject = found[0] if found and found[0].kind == "who" else None
    begins = (
        subject and name_spans(sentence)[0][0] <= 4 and name_spans(sentence)[0][1] == subject.end
    )
    match = _WHO.match(sentence, subject.end) if subject and begins else None
    if subject is None or match is None:
        return
    rest = _CLAUSE_BOUNDARY.split(match["rest"])[0]
    if _is_specific(rest, found) and not set(word_tokens(subject.text)) & set(word_tokens(rest)):
        yield "who", f"Who {match['verb']} {rest}?", name_variants(subject.text)


def _how_many(sentence: str, found: list[Name]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    match = _HOW_MANY.match(sentence)
    first = next(_quantities(sentence, time_expression_spans(sentence)), None)
    if not match or not first or first[:2] != match.span("number"):
        return
    rest = re.split(r"\s(?:and|or)\s", _CLAUSE_BOUNDARY.split(match["rest"])[0])[0]
    if _is_specific(rest, found) and not find_numbers(rest):
        yield "how_many", f"How many {match['unit']}{match['verb']} {rest}?", first[2]


def _when_and_where(sentence: str, found: list[Name]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    match = _PASSIVE.match(sentence)
    if (
        not match
        or _CLAUSE_BOUNDARY.search(f" {match['what']} ")
        or not _names_something(match["what"], found)
    ):
        return
    what, rest, target = match["what"], match["rest"], match["target"]
    if not any(name.start == 0 for name in found):
        what = what[0].lower() + what[1:]
    be, be_rest = ("will", f"be {rest}") if match["be"] == "will be" else (match["be"], rest)
    if ANAPHORA.search(f"{what} {rest}") or _CLAUSE_BOUNDARY.search(f" {rest} "):
        return
    if match["how"] in ("on", "in") and (day := _DAY.fullmatch(target)):
        yield "when", f"When {be} {what} {be_rest}?", (day["day"],)
    elif any(n.kind == "where" and n.text == target for n in found):
        yield "where", f"Where {be} {what} {be_rest}?", (target,)


def _names_something(text: str, found: list[Name]) -> bool:
    return any(name.text in text for name in found)


def _is_specific(rest: str, found: list[Name]) -> bool:
    """Whether what follows the verb says enough to be looked for, and nothing left open."""
    sized = len(rest.split()) in _WORDS_AFTER_VERB
    return (
        _names_something(rest, found)
        and sized
        and not ANAPHORA.search(rest)
        and not _DANGLING_TIME_WORD.search(rest)
    )
