"""Finds corrections, clarifications, updates and retractions that an article prints about itself.

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
    """A notice of an article about an earlier version of itself.

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
_SELF_REFERENCES: list[tuple[NoticeKind, str]] = [
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
"""Sentences in which an article refers to itself; the first that fits gives the kind."""

_LABEL = re.compile(
    r"(?:editor(?:s|['’]s|s['’])?['’]?\s+note\s*[:—–-]\s*)?\(?\[?\*{0,2}"
    r"(?P<label>retraction|retracted|withdrawn|corrections?|corrected|clarifications?|clarified|"
    r"updates?|updated|update\s?\d+|advisory[-–— ]correction)"
    r"(?:\s*\([^)\n]{4,40}\)|,?\s+[A-Z0-9&][\w., &]{4,30}?)?\*{0,2}\s*[:—–|](?:\s|$)",
    re.IGNORECASE,
)
"""Links to other stories are printed without a space: "Update:Town council meets"."""

_EDITORS_NOTE = re.compile(r"[\[(*\s]*editor(?:s|['’]s|s['’])?['’]?\s+note\s*[:—–-]", re.IGNORECASE)
_TITLE = re.compile(
    r"^\s*[\[(]?(?P<label>retraction|retracted|withdrawn|correction|corrected|clarification|"
    r"update(?:d)?(?:\s?\d+)?)[\])]?\s*[:—–|-]\s*(?=\S)|"
    r"[\[(](?P<after>retracted|withdrawn|corrected|updated)[\])]\s*$",
    re.IGNORECASE,
)
MAX_HEADING_CHARS = 40
"""A labelled line shorter than this is only the heading of the notice below it."""

_TIME_STAMP = re.compile(r"^\W*(?:this (?:story|article) )?(?:last )?updated\W", re.IGNORECASE)
MAX_TIME_STAMP_CHARS = 60
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
        found.append(Notice(_label_kind(match["label"] or match["after"]), title, day=fallback))
    spans = _paragraph_spans(text)
    for number, (start, end) in enumerate(spans):
        if number + 1 < len(spans) and _is_heading(text[start:end]):
            end = spans[number + 1][1]  # "Correction: May 3, 2024", and below it what was wrong
        if notice := _in_paragraph(text, start, end, fallback):
            found.append(notice)
    return tuple(found)


def _is_heading(line: str) -> bool:
    """Whether a labelled line is only the head of a notice, such as a date."""
    if len(line) >= MAX_HEADING_CHARS or line.rstrip()[-1:] in ".!?":
        return False
    return bool(_LABEL.match(line))


def _paragraph_spans(text: str) -> list[tuple[int, int]]:
    return [m.span() for m in re.finditer(r"[^\n]+", text)]


def _in_paragraph(text: str, start: int, end: int, fallback: date | None) -> Notice | None:
    """The notice of a paragraph: all of it when labelled, else from the first sentence in which
    the article refers to itself to the end."""
    paragraph = text[start:end]
    if not _NOTICE_WORD.search(paragraph):
        return None
    label = _LABEL.match(paragraph)
    if label and _TIME_STAMP.match(paragraph) and len(paragraph) < MAX_TIME_STAMP_CHARS:
        return None  # "Updated: 4:15 p.m.": a time stamp, not a notice
    if label or _EDITORS_NOTE.match(paragraph):
        kind = _label_kind(label["label"]) if label else None
        if kind not in ("retraction", "correction"):
            kind = _self_reference_kind(paragraph) or kind
        day = _day_in(paragraph, fallback)
        return Notice(kind, paragraph, start, end, day) if kind else None
    for low, high in sentence_spans(text, start, end):
        if kind := _self_reference_kind(text[low:high]):
            return Notice(kind, text[low:end], low, end, _day_in(text[low:end], fallback))
    return None


_NOTICE_WORD = re.compile(
    r"retract|withdr|removed|taken down|unpublished|correct|amend|revis|updat|clarif|changed|"
    r"misst|mistak|erron|error|wrong|missp|misid|misattr|inaccurate|omitted",
    re.IGNORECASE,
)
"""One of these is in whatever ``_SELF_REFERENCES`` or ``_LABEL`` finds, and in few paragraphs."""


def _self_reference_kind(words: str) -> NoticeKind | None:
    """The kind of notice in which an article refers to itself, or None."""
    for kind, pattern in _SELF_REFERENCES:
        if re.search(pattern, words, re.IGNORECASE):
            return kind
    return None


def _label_kind(label: str) -> NoticeKind:
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
