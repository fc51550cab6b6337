"""Corrections, clarifications, updates and retractions that an article prints about itself.

    title + text + updated_at -> notices, each with its kind, span, words and day

Rules only: a label at the start of a line ("Correction:", "Editor's note:", "UPDATE 2-"), or a
sentence in which the article speaks of itself ("This story has been corrected to ..."). Reports
*about* a correction or a retraction elsewhere are not notices. Knows nothing about stores.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ingest.dates.parsing import parse_date
from ingest.records import When, day_of
from ingest.segmentation import sentence_spans

NoticeKind = Literal["correction", "clarification", "update", "retraction"]


@dataclass(frozen=True, slots=True)
class Notice:
    """What an article says about its own earlier form.

    ``start`` and ``end`` are offsets in the article's text, or None when it stands in the title.
    ``day`` is the day it names, else the day of the article's last update, else None.
    """

    kind: NoticeKind
    text: str
    start: int | None = None
    end: int | None = None
    day: date | None = None


_PIECE = r"(?:story|article|report|piece|post|headline|item|column|dispatch|page|caption)"
_EARLIER = r"(?:an earlier|a previous|the original|a prior) version of (?:this|the|our)"
_ITSELF = rf"(?:this|our|{_EARLIER})\s+(?:\w+\s+)?{_PIECE}"
_BEEN = r"\s+(?:was|were|has been|have been|is|had been|has since been)\s+(?:\w+ly\s+)?"
_WRONG = (
    r"(?:incorrectly|misstated|mistakenly|erroneously|wrongly|misspelled|misidentified|"
    r"misattributed|gave (?:an incorrect|the wrong)|contained (?:an error|errors)|inaccurately|"
    r"omitted)"
)
_SPEAKS: list[tuple[NoticeKind, str]] = [
    ("retraction", rf"\b{_ITSELF}{_BEEN}(?:retracted|withdrawn|removed|taken down)\b"),
    ("retraction", r"\b(?:retract(?:s|ed|ing)?|withdr(?:aws|awn|ew|awing)|unpublished) "
                   rf"(?:this|our) (?:\w+ )?{_PIECE}\b"),
    ("correction", rf"\b{_ITSELF}{_BEEN}(?:corrected|amended|(?:revised|changed) to correct|"
                   r"updated to (?:correct|fix|accurately|reflect the correct))\b"),
    ("correction", rf"\b{_EARLIER} (?:\w+\s+)?{_PIECE}[^.]{{0,80}}?\b{_WRONG}"),
    ("correction", rf"\bthis {_PIECE} corrects\b|\bcorrects (?:the )?(?:name|spelling|date|day|"
                   r"figure|number|headline|paragraph|title|age)\b"),
    ("correction", r"\bwe (?:regret|apologi[sz]e for) the (?:error|mistake)\b"),
    ("clarification", rf"\b{_ITSELF}{_BEEN}(?:clarified|(?:updated|changed|revised) to "
                      r"clarify)\b"),
    ("update", rf"\b{_ITSELF}{_BEEN}(?:updated|revised)\b"),
]  # fmt: skip
"""Sentences in which an article speaks of itself; the first that fits names the kind."""

_LABEL = re.compile(
    r"(?:editor(?:s|['’]s|s['’])?['’]?\s+note\s*[:—–-]\s*)?\(?\[?\*{0,2}"
    r"(?P<label>retraction|retracted|withdrawn|corrections?|corrected|clarifications?|clarified|"
    r"updates?|updated|update\s?\d+|advisory[-–— ]correction)"
    r"(?:\s*\([^)\n]{4,40}\)|,?\s+[A-Z0-9&][\w., &]{4,30}?)?\*{0,2}\s*[:—–|](?:\s|$)",
    re.IGNORECASE,
)
"""Links to other stories are printed without a space: "Update:Town council meets"."""

_NOTE = re.compile(r"[\[(*\s]*editor(?:s|['’]s|s['’])?['’]?\s+note\s*[:—–-]", re.IGNORECASE)
_TITLE = re.compile(
    r"^\s*[\[(]?(?P<label>retraction|retracted|withdrawn|correction|corrected|clarification|"
    r"update(?:d)?(?:\s?\d+)?)[\])]?\s*[:—–|-]\s*(?=\S)|"
    r"[\[(](?P<after>retracted|withdrawn|corrected|updated)[\])]\s*$",
    re.IGNORECASE,
)
_BARE = 40
"""A labelled line shorter than this, in characters, only announces the notice."""

_CLOCK = re.compile(r"^\W*(?:this (?:story|article) )?(?:last )?updated\W", re.IGNORECASE)
_CLOCK_LENGTH = 60
_DAY = re.compile(
    r"\b(?:(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.? \d{1,2},? \d{4}"
    r"|\d{1,2} (?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.? \d{4}"
    r"|\d{4}-\d{2}-\d{2})\b"
)


def find_notices(title: str, text: str, updated_at: When | None = None) -> tuple[Notice, ...]:
    """The notices of one article version: the title's first, then in the order of the text."""
    fallback = day_of(updated_at) if updated_at else None
    found: list[Notice] = []
    if match := _TITLE.search(title):
        found.append(Notice(_kind(match["label"] or match["after"]), title, day=fallback))
    spans = _paragraph_spans(text)
    for number, (start, end) in enumerate(spans):
        if number + 1 < len(spans) and _announces(text[start:end]):
            end = spans[number + 1][1]  # "Correction: May 3, 2024", and below it what was wrong
        if notice := _in_paragraph(text, start, end, fallback):
            found.append(notice)
    return tuple(found)


def _announces(line: str) -> bool:
    """Whether a labelled line is only the head of a notice, such as a date."""
    if len(line) >= _BARE or line.rstrip()[-1:] in ".!?" or not _STEMS.search(line):
        return False
    return bool(_LABEL.match(line))


def _paragraph_spans(text: str) -> list[tuple[int, int]]:
    return [m.span() for m in re.finditer(r"[^\n]+", text)]


def _in_paragraph(text: str, start: int, end: int, fallback: date | None) -> Notice | None:
    """A labelled paragraph is a notice as a whole; else the first sentence that speaks of the
    article itself, up to the end of the paragraph."""
    paragraph = text[start:end]
    if not _STEMS.search(paragraph):
        return None
    if label := _LABEL.match(paragraph):
        if _CLOCK.match(paragraph) and len(paragraph) < _CLOCK_LENGTH:
            return None  # "Updated: 4:15 p.m.": a clock, not a notice
        kind = _spoken(paragraph) or _kind(label["label"])
        if _kind(label["label"]) in ("retraction", "correction"):
            kind = _kind(label["label"])
        return Notice(kind, paragraph, start, end, _day_in(paragraph, fallback))
    if _NOTE.match(paragraph):
        if kind_or_none := _spoken(paragraph):
            return Notice(kind_or_none, paragraph, start, end, _day_in(paragraph, fallback))
        return None
    for low, high in sentence_spans(text, start, end):
        if kind_or_none := _spoken(text[low:high]):
            return Notice(kind_or_none, text[low:end], low, end, _day_in(text[low:end], fallback))
    return None


_STEMS = re.compile(
    r"retract|withdr|removed|taken down|unpublished|correct|amend|revis|updat|clarif|changed|"
    r"misst|mistak|erron|error|wrong|missp|misid|misattr|inaccurate|omitted",
    re.IGNORECASE,
)
"""One of these is in whatever ``_SPEAKS`` or ``_LABEL`` finds, and in few paragraphs."""


def _spoken(words: str) -> NoticeKind | None:
    return next(
        (kind for kind, pattern in _SPEAKS if re.search(pattern, words, re.IGNORECASE)), None
    )


def _kind(label: str) -> NoticeKind:
    word = label.casefold()
    if word.startswith(("retract", "withdraw")):
        return "retraction"
    if word.startswith("clarif"):
        return "clarification"
    return "update" if word.startswith("update") else "correction"


def _day_in(words: str, fallback: date | None) -> date | None:
    written = _DAY.search(words)
    when = parse_date(written.group().replace(".", "")) if written else None
    return day_of(when) if when else fallback
