"""Lays answers out as a document: blocks of text, and footnotes numbered through.

Knows nothing about the formats that a document is written in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ingest.records import format_day
from qa.interfaces.links import web_address
from qa.records import NOT_FOUND, Answer, Citation, Sentence, capitalized

BlockKind = Literal["question", "heading", "paragraph", "quote", "item", "note"]

MAX_NAME_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Span:
    """Some words, and the numbers of the footnotes that stand behind them."""

    text: str
    notes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a quotation, a list item, ... of spans; ``lead`` stands in front: a day, or who
    said it."""

    kind: BlockKind
    spans: tuple[Span, ...]
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Footnote:
    """The words of an article behind a number, and where they stand."""

    number: int
    quote: str
    title: str
    source: str
    """Outlet, day of publication and what else identifies the article."""
    address: str | None
    remarks: tuple[str, ...]
    """Who said it, which days its words mean, and what the article corrects."""


@dataclass(frozen=True, slots=True)
class Document:
    """One answer or a whole conversation, laid out."""

    title: str
    blocks: tuple[Block, ...]
    footnotes: tuple[Footnote, ...]


def lay_out(answers: Sequence[Answer], title: str = "", *, questions: bool = True) -> Document:
    """The document of these answers; without ``questions`` only what was answered."""
    blocks: list[Block] = []
    footnotes: list[Footnote] = []
    for answer in answers:
        numbers = {c.number: len(footnotes) + n for n, c in enumerate(answer.citations, 1)}
        if questions:
            blocks.append(Block("question", (Span(_one_line(answer.question)),)))
        blocks += _blocks(answer, numbers)
        footnotes += [_footnote(c, numbers[c.number]) for c in answer.citations]
    title = _one_line(title) or (_one_line(answers[0].question) if answers else "Conversation")
    alone = questions and len(answers) == 1 and blocks[0].spans[0].text == title
    return Document(title, tuple(blocks[alone:]), tuple(footnotes))


def file_name(title: str, suffix: str) -> str:
    """A name for the file that is safe on every system: citewire-who-opened-the-talks.md."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MAX_NAME_CHARACTERS].strip("-")
    return f"citewire-{words or 'conversation'}.{suffix}"


def quotation_marks(text: str) -> tuple[str, str]:
    """Quotation marks that can be told from those inside the text, which stays as it is."""
    return ("‘", "’") if any(mark in text for mark in '“”"') else ("“", "”")


# -- blocks ---------------------------------------------------------------------------------


def _blocks(answer: Answer, numbers: Mapping[int, int]) -> Iterator[Block]:
    def span(text: str, cited: Sequence[int] = ()) -> Span:
        return Span(_one_line(text), tuple(numbers[n] for n in cited if n in numbers))

    if answer.lead:
        yield Block("note", (span(answer.lead),))
    if answer.latest and answer.superseded:
        newest, older = answer.latest, answer.superseded
        day = f"As of {format_day(newest.day)}" if newest.day else "Now"
        earlier = [span(f"{one.figure}{one.days_on}", one.citations) for one in older]
        said = (span(newest.figure, newest.citations), span(f"– {answer.earlier_said}"), *earlier)
        yield Block("paragraph", said, f"{day}:")
    if answer.disagreements:
        yield Block("heading", (Span("The sources differ"),))
    for report in answer.disagreements:
        day = format_day(report.day) if report.day else "undated"
        who = ", ".join(part for part in (report.said_by, day) if part)
        yield Block("item", (span(f"({who})", report.citations),), capitalized(report.figure))
    for entry in answer.timeline:
        reported = "" if entry.dated_by == "text" else " (reported)"
        yield Block("item", (span(entry.text, entry.citations),), f"{entry.days}{reported}:")
    if not answer.timeline:
        yield from _sentence_blocks(answer, numbers)
    if answer.status == "not_found":
        nearest = " The nearest articles:" if answer.nearest else ""
        yield Block("paragraph", (span(NOT_FOUND + nearest),))
        for near in answer.nearest:
            published = format_day(near.published_at) if near.published_at else "undated"
            where = f"{near.publisher or 'unknown outlet'}, {published}"
            yield Block("item", (span(f"{near.title or near.excerpt} ({where})"),))
    for note in (*answer.notices, answer.understood_as, answer.freshness):
        if note and note != answer.lead:
            yield Block("note", (span(note),))


def _sentence_blocks(answer: Answer, numbers: Mapping[int, int]) -> Iterator[Block]:
    """Quotations one by one, with who said it in front; written sentences in their paragraphs."""
    quotes = {c.number: " ".join(c.quote.split()) for c in answer.citations}
    paragraph: list[Span] = []
    for sentence in answer.sentences:
        text = _one_line(sentence.text)
        verbatim = any(quotes.get(n) == text for n in sentence.citations)
        if paragraph and (verbatim or sentence.heading or sentence.paragraph):
            yield Block("paragraph", tuple(paragraph))
            paragraph = []
        if sentence.heading:
            yield Block("heading", (Span(_one_line(sentence.heading)),))
        notes = tuple(numbers[n] for n in sentence.citations if n in numbers)
        if verbatim:
            said = f"{capitalized(sentence.said_by)} said:" if sentence.said_by else ""
            yield Block("quote", (Span(text, notes),), said)
        else:
            paragraph.append(Span(text + _according_to(sentence), notes))
    if paragraph:
        yield Block("paragraph", tuple(paragraph))


def _according_to(sentence: Sentence) -> str:
    return f" (according to {sentence.said_by})" if sentence.said_by else ""


def _footnote(citation: Citation, number: int) -> Footnote:
    published: date | None = citation.published_at
    day = format_day(published) if published else "no publication date"
    version = f", version {citation.version}" if citation.version > 1 else ""
    said_on = f", {format_day(citation.said_on)}" if citation.said_on else ""
    remarks = [f"Said by {citation.said_by}{said_on}."] if citation.said_by else []
    remarks += [
        f"Citewire takes “{when.phrase}” to mean {when.days}."
        for when in citation.dates
        if when.adds_information
    ]
    remarks += [f"The article says of itself: {notice}" for notice in citation.notices]
    return Footnote(
        number,
        _one_line(citation.quote),
        _one_line(citation.title) or "Untitled",
        _one_line(f"{citation.publisher or 'Unknown outlet'}, {day}{version}"),
        web_address(citation.url),
        tuple(map(_one_line, remarks)),
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())
