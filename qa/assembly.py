"""An answer in the making: what is known so far, and what becomes of it.

    Draft -> said (a checked sentence) | quote | tell -> finished -> Answer

Decides nothing about what is searched for or written.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ingest.records import day_of
from ingest.storage.library import Library
from qa.answers.citations import Numbering
from qa.answers.quoting import choose, quoted_sentences
from qa.errors import ModelError
from qa.questions.interpretation import Question
from qa.reading.evidence import ANSWER_AT, Evidence
from qa.reading.status import Outcome, Part
from qa.records import Answer, Entry, Mode, Sentence, Status, TextEvent, Turn
from qa.retrieval.nearest_articles import nearest
from qa.retrieval.ranking import Hit
from qa.sources.consistency import Comparison, independent_sources
from qa.sources.standing import attributed, marked, newest_day, ordered, reported
from qa.writing.claim_check import Written
from qa.writing.writer import Writer

CERTAIN = 0.9
"""From this confidence on, a model that sees no answer is overruled by quotations: small models
deny what is there (10 of 20 answerable questions with a 1.5B model; project facts, 2026-11)."""


@dataclass(slots=True)
class Draft:
    """What is known so far about one answer."""

    question: Question
    history: Sequence[Turn]
    started: float = field(default_factory=time.perf_counter)
    hits: list[Hit] = field(default_factory=list)
    rated: list[Evidence] = field(default_factory=list)
    numbering: Numbering = field(default_factory=Numbering)
    sentences: list[Sentence] = field(default_factory=list)
    confidence: float = 0.0
    parts: Sequence[Part] = ()
    """Those that are answered or contradicted."""
    expected: Status = "answered"
    status: Status = "answered"
    mode: Mode = "quoted"
    notices: list[str] = field(default_factory=list)
    compared: Comparison = field(default_factory=Comparison)
    timeline: tuple[Entry, ...] = ()
    timings: dict[str, float] = field(default_factory=dict)
    usage: dict[str, int] = field(default_factory=dict)

    def lap(self, name: str) -> None:
        """Seconds since the start at which a stage was done."""
        self.timings[name] = round(time.perf_counter() - self.started, 4)

    def restart(self) -> None:
        """Forget what was written: quoting begins anew."""
        self.numbering, self.sentences = Numbering(self.numbering.annotate), []
        self.status, self.mode = self.expected, "quoted"

    def take(self, found: Outcome) -> None:
        """Go by what was decided."""
        self.hits, self.rated = list(found.hits), list(found.rated)
        self.parts, self.confidence = found.parts, found.confidence
        self.status = self.expected = found.status
        self.notices += found.notices

    def on(self, one: Part, compared: Comparison) -> Draft:
        """A draft of one part of the question, sharing all else."""
        return replace(
            self,
            question=one.question,
            rated=list(one.rated),
            confidence=one.confidence,
            compared=compared,
        )


def said(draft: Draft, writer: Writer, written: Written) -> TextEvent:
    """A checked sentence becomes part of the answer."""
    seen = len(draft.numbering.citations)
    sentence = attributed(
        Sentence(written.text, draft.numbering.cite(written.evidence, written.score)),
        draft.numbering.citations,
    )
    draft.sentences.append(sentence)
    if "first_sentence" not in draft.timings:
        draft.lap("first_sentence")
        draft.timings["asked"] = round(writer.asked - draft.started, 4)
        draft.timings["first_token"] = round(writer.first_token - draft.started, 4)
    return TextEvent(sentence, tuple(draft.numbering.citations[seen:]))


def conclude(draft: Draft, dropped: int, denied: int) -> None:
    """What an answer amounts to of which so many sentences were left out. Raises ModelError when
    nothing is left and quotations are the better answer."""
    if draft.sentences and dropped > denied:
        draft.status = "partial"
        draft.notices.append(
            f"{_count(dropped - denied)} of the model's answer had no support in the articles "
            "and was left out."
        )
    elif not draft.sentences and denied and draft.confidence < CERTAIN:
        draft.status = "not_found"
    elif not draft.sentences and denied:
        raise ModelError("it found no answer in the excerpts, but these sentences come close")
    elif not draft.sentences and not dropped:
        raise ModelError("it gave no answer", retryable=True)
    elif not draft.sentences:
        raise ModelError("nothing it wrote is supported by the articles")


def _count(number: int) -> str:
    return "One sentence" if number == 1 else f"{number} sentences"


def quote(draft: Draft, said: list[Sentence], most: int) -> Iterator[TextEvent]:
    """Quote what answers, and add it to what was said; nothing is said twice."""
    told = {sentence.text for sentence in said}
    chosen = [
        item
        for item in ordered(choose(draft.rated)[:most], draft.compared)
        if " ".join(item.text.split()) not in told
    ]
    quoted = quoted_sentences(draft.question, chosen, draft.numbering, draft.confidence)
    fresh = [
        attributed(sentence, draft.numbering.citations)
        for sentence in marked(quoted, draft.compared, draft.numbering)
    ]
    said += fresh
    yield from _shown(fresh, draft.numbering)


def tell(draft: Draft) -> Iterator[TextEvent]:
    """A timeline is quoted, whatever writes the other answers."""
    draft.status, draft.mode = "answered", "quoted"
    draft.confidence = max(draft.confidence, ANSWER_AT)
    draft.sentences = [Sentence(entry.text, entry.citations) for entry in draft.timeline]
    yield from _shown(draft.sentences, draft.numbering)


def _shown(sentences: Sequence[Sentence], numbering: Numbering) -> Iterator[TextEvent]:
    for sentence in sentences:
        mine = [c for c in numbering.citations if c.number in sentence.citations]
        yield TextEvent(sentence, tuple(mine))


def finished(draft: Draft, library: Library) -> Answer:
    """The whole answer, with what the cited versions say of themselves."""
    found = draft.compared if draft.sentences else Comparison()
    superseded = found.superseded and not found.disputed
    latest, older, disputed = (
        [reported(report, draft.numbering, draft.confidence) for report in sides]
        for sides in (
            [found.latest] if superseded and found.latest else [], found.superseded, found.disputed
        )
    )  # fmt: skip
    citations = tuple(draft.numbering.citations)
    published = [day_of(c.published_at) for c in citations if c.published_at]
    answer = Answer(
        question=draft.question.text,
        status=draft.status,
        mode=draft.mode,
        sentences=tuple(draft.sentences),
        citations=citations,
        nearest=nearest(draft.hits) if draft.status == "not_found" else (),
        as_of=max(published, default=None),
        asked_at=draft.question.asked_at,
        independent_sources=independent_sources(citations),
        newest_article=newest_day(library, citations),
        latest=latest[0] if latest else None,
        superseded=tuple(older),
        disagreements=tuple(disputed),
        timeline=draft.timeline,
        notices=tuple(draft.notices),
        search=draft.question.query,
        filters=str(draft.question.filters),
        confidence=round(draft.confidence, 4),
        timings=draft.timings,
        usage=draft.usage,
    )
    return _noted(answer, library)


def _noted(answer: Answer, library: Library) -> Answer:
    """The answer with what the cited versions say of themselves; a retraction is said aloud."""
    said = library.catalogue.notices([(c.article_id, c.version) for c in answer.citations])
    if not said:
        return answer
    citations, notices = [], list(answer.notices)
    for citation in answer.citations:
        mine = [n for n in said.get((citation.article_id, citation.version), ())
                if n.kind != "update"]  # fmt: skip
        citations.append(replace(citation, notices=tuple(n.text for n in mine)))
        if retracted := next((n for n in mine if n.kind == "retraction"), None):
            notices.append(f"Source [{citation.number}] was retracted: {retracted.text}")
    return replace(answer, citations=tuple(citations), notices=tuple(notices))
