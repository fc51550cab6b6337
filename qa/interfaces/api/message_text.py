"""Lays out an answer as the text of a chat message, and keeps where its citation marks stand.

    Answer -> MessageText: the sentences with their [n], what else is to be known, the sources

``text[mark.start:mark.end] == "[n]"`` for every mark. Texts of articles are changed in one respect:
what a client that renders Markdown would make a link, a picture or a tag is broken by a space. The
exact quotes are in ``Answer.to_dict()``. Knows nothing about OpenAI's formats.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ingest.records import format_day
from qa.interfaces.links import web_address
from qa.records import (
    Answer,
    Citation,
    NearArticle,
    Sentence,
    attributed_text,
    citation_marks,
    laid_out,
)

SOURCES = "Sources:"
NEAREST = "Nearest articles:"


@dataclass(frozen=True, slots=True)
class Mark:
    """The place of a citation mark in a text; ``end`` is exclusive, in characters."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class MessageText:
    """A text and the citation marks in it, in their order."""

    text: str = ""
    marks: tuple[Mark, ...] = ()

    def then(self, other: MessageText) -> MessageText:
        """This text and the other behind it, whose marks move along."""
        by = len(self.text)
        moved = (replace(mark, start=mark.start + by, end=mark.end + by) for mark in other.marks)
        return MessageText(self.text + other.text, (*self.marks, *moved))


def answer_text(answer: Answer) -> MessageText:
    """The whole message: what is said, notes, how fresh it is, and the sources."""
    said = _timeline(answer) if answer.timeline else _said(answer)
    blocks = [
        MessageText(inert(answer.lead)),
        said,
        MessageText(inert(f"({answer.understood_as})" if answer.understood_as else "")),
        _comparison(answer),
        MessageText("\n".join(f"Note: {inert(n)}" for n in answer.notices if n != answer.lead)),
        MessageText(answer.freshness),
        MessageText(_sources(answer.citations) or _nearest(answer.nearest)),
    ]
    return _joined([block for block in blocks if block.text], "\n\n")


def sentences_text(sentences: Sequence[Sentence], citations: Iterable[Citation]) -> MessageText:
    """Sentences in their paragraphs, each with its marks and whose claim it is.

    The text of the first sentences is the beginning of the text of all.
    """
    quotes = {citation.number: citation.quote.split() for citation in citations}
    text, shown = MessageText(), []
    for sentence in sentences:
        line = _sentence(sentence, quotes)
        shown.append(replace(sentence, text=line.text, heading=inert(sentence.heading)))
        whole = laid_out(shown, lambda s: s.text)
        gap = whole[len(text.text) : len(whole) - len(line.text)]
        text = text.then(MessageText(gap)).then(line)
    return text


def without_sources(text: str) -> str:
    """A message of ours without the list at its end, for an answer that comes back as history."""
    return re.split(rf"\n\n(?:{SOURCES}|{NEAREST})\n", text, maxsplit=1)[0]


def inert(text: str) -> str:
    """Text on one line in which Markdown finds neither links nor pictures nor tags."""
    return re.sub(r"\](?=[(:])|<(?=[A-Za-z/!?])", r"\g<0> ", " ".join(text.split()))


# -- parts of the message -------------------------------------------------------------------


def _said(answer: Answer) -> MessageText:
    if answer.sentences:
        return sentences_text(answer.sentences, answer.citations)
    return MessageText(answer.text)


def _sentence(sentence: Sentence, quotes: Mapping[int, list[str]]) -> MessageText:
    """A sentence, introduced as its speaker's when it is a quotation."""
    quoted = any(quotes.get(number) == sentence.text.split() for number in sentence.citations)
    clean = replace(sentence, text=inert(sentence.text), said_by=inert(sentence.said_by))
    line = attributed_text(clean, quoted=quoted)
    return _with_marks(line, [(clean.text, sentence.citations)])


def _timeline(answer: Answer) -> MessageText:
    lines = zip(answer.timeline_text.split("\n"), answer.timeline, strict=True)
    return _joined(
        [_with_marks(inert(line), [(inert(e.text), e.citations)]) for line, e in lines], "\n"
    )


def _comparison(answer: Answer) -> MessageText:
    """Older and disputed figures, as far as there are any."""
    older = (answer.latest, *answer.superseded) if answer.latest else ()
    lines = [
        _with_marks(inert(line), [(inert(r.figure), r.citations) for r in reports])
        for line, reports in (
            (answer.superseded_text, older),
            (answer.disagreement_text, answer.disagreements),
        )
        if line
    ]
    return _joined(lines, "\n\n")


def _with_marks(line: str, proven: Iterable[tuple[str, tuple[int, ...]]]) -> MessageText:
    """A line with the places of its marks; ``proven`` are texts in it, in their order, and the
    numbers behind each. Marks that a text of an article holds itself are none."""
    marks: list[Mark] = []
    place = 0
    for text, numbers in proven:
        found = line.find(text, place)
        start = line.find(citation_marks(numbers), found + len(text)) if found >= 0 else -1
        for number in numbers if start >= 0 else ():
            end = start + len(citation_marks((number,)))
            marks.append(Mark(number, start, end))
            start = place = end
    return MessageText(line, tuple(marks))


def _sources(citations: Sequence[Citation]) -> str:
    lines = [
        _item(f"[{citation.number}] {citation.source}", citation.url) for citation in citations
    ]
    return "\n".join([SOURCES, *lines]) if lines else ""


def _nearest(articles: Sequence[NearArticle]) -> str:
    lines = []
    for near in articles:
        day = format_day(near.published_at) if near.published_at else "no publication date"
        about = (near.title or near.excerpt, near.publisher or "unknown outlet", day)
        lines.append(_item(" · ".join(about), near.url))
    return "\n".join([NEAREST, *lines]) if lines else ""


def _item(text: str, url: str | None) -> str:
    """An item of a list, with the address when it is one of the web."""
    address = web_address(url)
    return f"- {inert(f'{text} · {address}' if address else text)}"


def _joined(texts: Iterable[MessageText], separator: str) -> MessageText:
    joined = MessageText()
    for text in texts:
        joined = joined.then(MessageText(separator)).then(text) if joined.text else text
    return joined
