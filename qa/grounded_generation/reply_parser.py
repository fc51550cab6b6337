"""Parses what a capable model writes into claims with line numbers, gaps and further searches.

    The talks ended without a deal. [3][7]        Claim, resting on lines 3 and 7
    NOT IN THE ARTICLES: who paid for the ship    Gap: what was asked and is not there
    FALSE PREMISE: The vote was postponed. [4]    Claim that contradicts the question
    SEARCH: harbour strike | from 2026-09-01      SearchRequest: not enough was shown

The marked lines are what ``prompts`` asks for. A model's numbers only say where to look: code
cites. Gaps that a model words as prose instead are recognised by ``claim_check.is_refusal``. Knows
nothing about evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from ingest.dates.parsing import parse_date
from ingest.records import day_of
from ingest.segmentation import sentence_spans
from qa.writing.claim_check import is_refusal
from qa.writing.sentence_stream import without_markup, without_reasoning


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of a model, without marks; ``numbers`` are the lines that it names."""

    text: str
    numbers: tuple[int, ...] = ()
    paragraph: bool = False
    """Whether a new paragraph or item of a list begins with it."""
    denies_premise: bool = False
    """Whether it says what the articles tell instead of what the question takes for granted."""


@dataclass(frozen=True, slots=True)
class Gap:
    """What was asked and is not in the articles, in the model's words."""

    text: str


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search that a model asks for: words, publication days (both inclusive), an outlet."""

    words: str
    first: date | None = None
    last: date | None = None
    outlet: str = ""

    def __str__(self) -> str:
        days = " to ".join(d.isoformat() if d else "…" for d in (self.first, self.last))
        parts = [self.words, days if self.first or self.last else "", self.outlet]
        return ", ".join(part for part in parts if part)


ReplyItem: TypeAlias = Claim | Gap | SearchRequest

_GAP = re.compile(r"^\W*NOT IN (?:THE )?(?:ARTICLES?|EXCERPTS?)\b\W*", re.IGNORECASE)
_PREMISE = re.compile(r"^\W*FALSE PREMISE\b\W*", re.IGNORECASE)
_SEARCH = re.compile(r"^\W*SEARCH\s*:\s*", re.IGNORECASE)
_MARKS = re.compile(r"\s*\[\s*(?:lines?\s*)?(\d+(?:\s*(?:,|;|and|-|–)\s*\d+)*)\s*\]", re.IGNORECASE)
_MARKS_BEHIND_STOP = re.compile(
    r"([.!?…]['’”\"»)]*)((?:\s*\[\s*(?:lines?\s*)?\d[\d\s,;–-]*\])+)", re.IGNORECASE
)
_HEADING = re.compile(r"^\s*(?:#+\s+.*|\*\*[^*]+\*\*:?|[-*_=]{3,})\s*$")
_ITEM = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")
MAX_RANGE = 12
"""Lines that one range of numbers ("4-9") may name."""


def reply_items(pieces: Iterable[str]) -> Iterator[ReplyItem]:
    """The items of a streamed reply, each as soon as it is complete."""
    paragraph = False
    for line, blank_before in _lines(without_reasoning(pieces)):
        paragraph = paragraph or blank_before or bool(_ITEM.match(line))
        for item in _items_of_line(line):
            if isinstance(item, Claim):
                item = Claim(item.text, item.numbers, paragraph, item.denies_premise)
                paragraph = False
            yield item


def _lines(pieces: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Text up to each line break, and the sentences of an unfinished line that are complete; with
    whether an empty line stood before."""
    buffer, blank, begun = "", False, False
    for piece in pieces:
        buffer += piece
        while "\n" in buffer:
            line, _, buffer = buffer.partition("\n")
            if line.strip():
                yield line, blank and not begun
                blank = False
            elif not begun:
                blank = True
            begun = False
            blank = blank or not line.strip()
        ready, rest = _complete_sentences(buffer)
        if ready:
            yield ready, blank and not begun
            blank, begun, buffer = False, True, rest
    if buffer.strip():
        yield buffer, blank and not begun


def _complete_sentences(line: str) -> tuple[str, str]:
    """The sentences of an unfinished line behind which another has begun, and the rest. Nothing of
    a line that may be a marked one: those are read whole."""
    if _may_be_marked(line):
        return "", line
    joined = _MARKS_BEHIND_STOP.sub(r"\2\1", line)
    spans = sentence_spans(joined)
    if len(spans) < 2:
        return "", line
    rest = joined[spans[-1][0] :]
    if rest.lstrip().startswith("[") or not re.search(r"\w\s+\w", rest):
        return "", line
    return joined[: spans[-1][0]], rest


def _may_be_marked(line: str) -> bool:
    return any(pattern.match(line) for pattern in (_GAP, _PREMISE, _SEARCH)) or len(line) < 25


def _items_of_line(line: str) -> Iterator[ReplyItem]:
    if _HEADING.match(line) and not _MARKS.search(line):
        return
    if match := _GAP.match(line):
        text = _plain(line[match.end() :])
        yield Gap(text)
    elif match := _SEARCH.match(line):
        if request := search_request(line[match.end() :]):
            yield request
    else:
        premise = _PREMISE.match(line)
        yield from _claims(line[premise.end() :] if premise else line, bool(premise))


def _claims(line: str, denies_premise: bool) -> Iterator[ReplyItem]:
    joined = _MARKS_BEHIND_STOP.sub(r"\2\1", line)
    for start, end in sentence_spans(joined):
        text = _plain(joined[start:end])
        if not text:
            continue
        if is_refusal(text):
            yield Gap(text)
        else:
            yield Claim(text, _numbers(joined[start:end]), denies_premise=denies_premise)


def _plain(text: str) -> str:
    plain = " ".join(without_markup(_MARKS.sub("", text)).split())
    return plain if re.search(r"\w", plain) else ""


def marks_and_text(text: str) -> tuple[tuple[int, ...], str]:
    """The line numbers in a text, and the text without them."""
    return _numbers(text), _plain(_MARKS_BEHIND_STOP.sub(r"\2\1", text))


def _numbers(text: str) -> tuple[int, ...]:
    found: list[int] = []
    for marks in _MARKS.findall(text):
        for part in re.split(r"\s*(?:,|;|and)\s*", marks):
            bounds = [int(n) for n in re.findall(r"\d+", part)]
            if len(bounds) == 2 and bounds[0] < bounds[1] <= bounds[0] + MAX_RANGE:
                found += range(bounds[0], bounds[1] + 1)
            else:
                found += bounds
    return tuple(dict.fromkeys(found))


def search_request(text: str) -> SearchRequest | None:
    """``words | from 2026-09-01 | to 2026-09-30 | outlet NAME``; None without words."""
    words, *conditions = [part.strip() for part in text.split("|")]
    first = last = None
    outlet = ""
    for condition in conditions:
        name, _, value = condition.replace(":", " ").partition(" ")
        if name.lower() == "outlet":
            outlet = value.strip()
        elif (day := parse_date(value.strip())) is not None:
            if name.lower() in ("from", "since", "after"):
                first = day_of(day)
            elif name.lower() in ("to", "until", "before"):
                last = day_of(day)
    words = _plain(words)
    if first and last and first > last:
        first, last = last, first
    return SearchRequest(words, first, last, outlet) if words else None
