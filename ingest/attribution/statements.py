"""Who says what: the speaker of each sentence of a news text.

    text -> paragraphs -> quotations and sentences
         -> each verb of saying outside quotations: its subject is the speaker
         -> pronouns to the named speaker before; quotations to the speaker of their paragraph

"X said", "said X, who ...", "according to X", "X, a Y, told Z", "he added". Where the text does not
make it plain, nobody is named: a wrong speaker is worse than none. English; single quotation marks
are not read as quotations, because apostrophes look the same. The rules are ours: see
docs/time-and-speakers.md for their accuracy. Knows nothing about dates or stores.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ingest.attribution.quotation_marks import Span, quotations, quoted
from ingest.attribution.speaker_mentions import Memory, named
from ingest.attribution.speaker_names import Speaker, is_person
from ingest.segmentation import sentence_spans

Kind = Literal["direct", "indirect"]


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence ``text[start:end]`` and who says it: ``text[speaker_start:speaker_end]``.

    ``role`` is what the article calls the speaker, such as "Turkish Foreign Minister", or empty.
    ``kind`` is direct when most of the sentence stands in quotation marks.
    """

    start: int
    end: int
    speaker: str
    speaker_start: int
    speaker_end: int
    role: str
    kind: Kind


def find_statements(text: str, spans: Sequence[Span] | None = None) -> tuple[Statement, ...]:
    """The sentences of a text that somebody says, in order.

    ``spans``: its sentences, when they are known already.
    """
    sentences = list(spans if spans is not None else sentence_spans(text))
    found: list[Statement] = []
    memory = Memory()
    carried: Speaker | None = None
    for number, paragraph in enumerate(_paragraphs(text, sentences)):
        quotes, unclosed = quotations(text, paragraph[0][0], paragraph[-1][1])
        said = _in_paragraph(text, paragraph, quotes, memory, number)
        carried = _fill(text, paragraph, quotes, said, carried)
        for index, speaker in sorted(said.items()):
            found.append(_statement(paragraph[index], speaker, quotes))
        if (said and (len(paragraph) - 1) not in said and not unclosed) or not said:
            carried = None
    return tuple(found)


def _paragraphs(text: str, sentences: Sequence[Span]) -> Iterator[list[Span]]:
    paragraph: list[Span] = []
    for span in sentences:
        if paragraph and "\n" in text[paragraph[-1][1] : span[0]]:
            yield paragraph
            paragraph = []
        paragraph.append(span)
    if paragraph:
        yield paragraph


def _in_paragraph(
    text: str, paragraph: list[Span], quotes: list[Span], memory: Memory, number: int
) -> dict[int, Speaker]:
    """The sentences of a paragraph that name their speaker, by index."""
    said: dict[int, Speaker] = {}
    for index, (low, high) in enumerate(paragraph):
        if speaker := named(text, low, high, quotes, memory, number):
            said[index] = speaker
        elif presented := _PRESENTED.match(text, low, high):
            name = presented.group(1)
            memory.note(
                number,
                Speaker(
                    low,
                    presented.end(1),
                    name,
                    person=is_person(text, low, presented.end(1), "", titled=False),
                ),
                text,
            )
    return said


_PRESENTED = re.compile(r"([A-Z][\w’'-]+(?: [A-Z][\w.’'-]*){1,2}), (?:an?|the|who|\d\d) ")
"""A person is presented: "Emily Neenan, a physics student, ...", and may speak as "she" next."""


def _fill(
    text: str,
    paragraph: list[Span],
    quotes: list[Span],
    said: dict[int, Speaker],
    carried: Speaker | None,
) -> Speaker | None:
    """Give the quoted sentences around their speaker; returns who speaks at the paragraph's end."""
    current = carried if quoted(quotes, *paragraph[0]) and _opens(text, paragraph, quotes) else None
    names = {speaker.name for speaker in said.values()}
    if said and (current is None or 0 in said or len(names) == 1):
        current = said[min(said)]
    for index, (low, high) in enumerate(paragraph):
        if index in said:
            current = said[index]
        elif current and 2 * quoted(quotes, low, high) > high - low:
            said[index] = current
    return said[max(said)] if said else None


def _opens(text: str, paragraph: list[Span], quotes: list[Span]) -> bool:
    """Whether a paragraph begins inside a quotation and consists of nothing else."""
    start, end = paragraph[0][0], paragraph[-1][1]
    return quotes[0][0] - start <= 1 and quoted(quotes, start, end) > 0.9 * (end - start)


def _statement(span: Span, speaker: Speaker, quotes: list[Span]) -> Statement:
    low, high = span
    kind: Kind = "direct" if 2 * quoted(quotes, low, high) > high - low else "indirect"
    return Statement(low, high, speaker.name, speaker.start, speaker.end, speaker.role, kind)
