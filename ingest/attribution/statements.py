"""Decides who says each sentence: named in it, meant by a pronoun, or carried over from beside it.

    text -> paragraphs -> sentences with their quotations
         -> the speaker that a sentence names by a cue verb or "according to"
         -> pronouns to the named speaker before
         -> quoted sentences to the speaker of their paragraph, or of the one before

Where the text does not make it plain, nobody is named: a wrong speaker is worse than none. English
only. Rules over cue verbs, in the manner of Pouliquen, Steinberger and Best (2007), and our own;
docs/time-and-speakers.md has their accuracy. Knows nothing about dates or stores.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ingest.attribution.coreference import SpeakerHistory
from ingest.attribution.quotation_marks import Sentence, Span, find_quotations, quoted_chars
from ingest.attribution.speaker_mentions import speaker_mentions
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

    ``spans`` are the sentences of the text, when they are known already.
    """
    found: list[Statement] = []
    history = SpeakerHistory(text)
    carried: Speaker | None = None
    sentences = spans if spans is not None else sentence_spans(text)
    for number, lines in enumerate(_paragraphs(text, sentences)):
        quotations, unclosed = find_quotations(text, lines[0][0], lines[-1][1])
        paragraph = [Sentence(text, start, end, quotations) for start, end in lines]
        speakers = _extended_to_quotations(
            paragraph, _named_speakers(paragraph, history, number), carried
        )
        found += [_statement(paragraph[index], speakers[index]) for index in sorted(speakers)]
        continues = unclosed or len(paragraph) - 1 in speakers
        carried = speakers[max(speakers)] if speakers and continues else None
    return tuple(found)


def _paragraphs(text: str, sentences: Sequence[Span]) -> Iterator[list[Span]]:
    """Runs of sentences without a line break between them."""
    paragraph: list[Span] = []
    for span in sentences:
        if paragraph and "\n" in text[paragraph[-1][1] : span[0]]:
            yield paragraph
            paragraph = []
        paragraph.append(span)
    if paragraph:
        yield paragraph


_INTRODUCED = re.compile(r"([A-Z][\w’'-]+(?: [A-Z][\w.’'-]*){1,2}), (?:an?|the|who|\d\d) ")
"""A person is introduced: "Emily Neenan, a physics student, ...", and may speak as "she" next."""


def _named_speakers(
    paragraph: Sequence[Sentence], history: SpeakerHistory, number: int
) -> dict[int, Speaker]:
    """The sentences of paragraph ``number`` that name their speaker, by index."""
    found: dict[int, Speaker] = {}
    for index, sentence in enumerate(paragraph):
        text, start = sentence.text, sentence.start
        if speaker := _named_speaker(sentence, history, number):
            found[index] = speaker
        elif introduced := _INTRODUCED.match(text, start, sentence.end):
            end = introduced.end(1)
            person = is_person(text, start, end, "", titled=False)
            history.add(number, Speaker(start, end, introduced.group(1), person=person))
    return found


def _named_speaker(sentence: Sentence, history: SpeakerHistory, number: int) -> Speaker | None:
    """The first mention in a sentence that is a speaker, or a pronoun that can be resolved."""
    for mention in speaker_mentions(sentence):
        if isinstance(mention, Speaker):
            return history.add(number, mention)
        if speaker := history.resolve(number, mention):
            return speaker
    return None


def _extended_to_quotations(
    paragraph: Sequence[Sentence], named: Mapping[int, Speaker], carried: Speaker | None
) -> dict[int, Speaker]:
    """The speakers of a paragraph with those of the quoted sentences around a named one.

    ``carried`` is who spoke at the end of the paragraph before.
    """
    current = carried if _is_quotation_only(paragraph) else None
    one_speaker = len({speaker.name for speaker in named.values()}) == 1
    if named and (current is None or 0 in named or one_speaker):
        current = named[min(named)]
    found: dict[int, Speaker] = {}
    for index, sentence in enumerate(paragraph):
        current = named.get(index, current)
        if current and (index in named or sentence.is_direct):
            found[index] = current
    return found


def _is_quotation_only(paragraph: Sequence[Sentence]) -> bool:
    """Whether a paragraph begins inside a quotation and consists of hardly anything else."""
    first, end = paragraph[0], paragraph[-1].end
    if not first.quoted_chars or first.quotations[0][0] - first.start > 1:
        return False
    return quoted_chars(first.quotations, first.start, end) > 0.9 * (end - first.start)


def _statement(sentence: Sentence, speaker: Speaker) -> Statement:
    return Statement(
        sentence.start,
        sentence.end,
        speaker.name,
        speaker.start,
        speaker.end,
        speaker.role,
        "direct" if sentence.is_direct else "indirect",
    )
