"""Composes the answer, and decides its status when a model's sentences were dropped or refuse.

    Composition -> append_written | append_quotes | append_timeline | append_digest -> Composition
        -> conclude_writing (were sentences left out? does the model deny an answer?)
        -> finish_answer (other reports, notices of the cited versions) -> Answer

Sentences are added one at a time, each with its numbered citations. A ``Composition`` is frozen:
every step returns a new one. Decides nothing about what is searched for, found or written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ingest.records import day_of
from ingest.storage.library import Library
from qa.answers.citations import CitationList
from qa.answers.quoting import MAX_QUOTES, choose_quotes, quoted_sentences
from qa.answers.speaker_attribution import attribute_sentence
from qa.cost import CostRecorder
from qa.errors import ModelError
from qa.questions.interpretation import Question
from qa.reading.answerability import MIN_ANSWER_PROBABILITY
from qa.reading.status import Outcome, Part
from qa.records import Answer, Entry, Mode, Reported, Sentence, Status, TextEvent
from qa.retrieval.nearest_articles import also_found, nearest_articles
from qa.sources.consistency import Comparison
from qa.sources.dated_events import TimelineEvent
from qa.sources.digest import Digest
from qa.sources.independent_outlets import count_independent_sources
from qa.sources.presentation import cite_report, mark_latest_value, order_quotes
from qa.sources.reported_quantities import Report
from qa.writing.claim_check import Written

OVERRULE_REFUSAL_AT = 0.8
"""From this confidence on, a model that sees no answer is overruled by quotations: small models
deny what is there (10 of 20 answerable questions with a 1.5B model; project facts, 2026-11). Of the
231 development questions with so high a probability .93 are answered by the articles (five-fold,
tests/benchmarks/answerability.py, 2026-11-28)."""


@dataclass(frozen=True, slots=True)
class Composition:
    """One answer as far as it is composed."""

    status: Status
    confidence: float
    """Probability, 0 to 1, that the articles answer."""
    mode: Mode = "quoted"
    notices: tuple[str, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    citations: CitationList = field(default_factory=CitationList)
    timeline: tuple[Entry, ...] = ()
    missing: tuple[str, ...] = ()
    """What was asked and is not in the articles, in a model's words."""
    searches: tuple[str, ...] = ()
    """What an open question was planned into."""
    evidence_read: Mapping[str, int | str] = field(default_factory=dict)
    """What a model was shown: see ``Answer.evidence_read``."""
    comparison: Comparison = field(default_factory=Comparison)
    """What several reports say of the quantity that is asked for."""

    def with_notice(self, notice: str) -> Composition:
        """The same with one more notice for the reader."""
        return replace(self, notices=(*self.notices, notice))


def append_written(
    composed: Composition, written: Written, *, paragraph: bool = False
) -> Composition:
    """The answer with one more sentence of a model, whose support was checked."""
    citations, numbers = composed.citations.cite(written.evidence, written.score)
    sentence = Sentence(written.text, numbers, paragraph=paragraph)
    sentence = attribute_sentence(sentence, citations.citations)
    return replace(composed, sentences=(*composed.sentences, sentence), citations=citations)


def append_quotes(composed: Composition, part: Part, compared: Comparison) -> Composition:
    """The answer with the sentences of articles that answer one part of the question: up to
    ``MAX_QUOTES`` for the first part, one for each further part, and none twice."""
    limit = 1 if composed.sentences else MAX_QUOTES
    shown = {sentence.text for sentence in composed.sentences}
    chosen = [
        evidence
        for evidence in order_quotes(choose_quotes(part.evidence, part.answer_at)[:limit], compared)
        if " ".join(evidence.text.split()) not in shown
    ]
    citations, quoted = quoted_sentences(part.question, chosen, composed.citations, part.confidence)
    fresh = [
        attribute_sentence(sentence, citations.citations)
        for sentence in mark_latest_value(quoted, compared, citations)
    ]
    return replace(composed, sentences=(*composed.sentences, *fresh), citations=citations)


def append_timeline(composed: Composition, events: Sequence[TimelineEvent]) -> Composition:
    """The answer as a dated list; it is quoted, whatever writes the other answers."""
    citations, entries = composed.citations, []
    for event in events:
        citations, numbers = citations.cite([event.evidence], 1.0)
        text = " ".join(event.evidence.text.split())
        entries.append(Entry(event.first, event.last, text, numbers, event.dated_by))
    return replace(
        composed,
        status="answered",
        mode="quoted",
        confidence=max(composed.confidence, MIN_ANSWER_PROBABILITY),
        sentences=tuple(Sentence(entry.text, entry.citations) for entry in entries),
        citations=citations,
        timeline=tuple(entries),
    )


def append_digest(composed: Composition, found: Digest) -> Composition:
    """The answer as stories, each a paragraph of quotations under its heading."""
    citations, sentences = composed.citations, []
    for item in found.items:
        for place, evidence in enumerate(item.sentences):
            citations, numbers = citations.cite([evidence], 1.0)
            text = " ".join(evidence.text.split())
            heading = "" if place else item.heading
            sentence = Sentence(text, numbers, paragraph=not place, heading=heading)
            sentences.append(attribute_sentence(sentence, citations.citations))
    return replace(
        composed,
        status="answered" if found.complete else "partial",
        mode="quoted",
        confidence=max(composed.confidence, MIN_ANSWER_PROBABILITY),
        notices=found.notices,
        sentences=tuple(sentences),
        citations=citations,
        searches=found.searches,
    )


def text_events(before: Composition, after: Composition) -> Iterator[TextEvent]:
    """The sentences that a step has added, each with all its citations."""
    for sentence in after.sentences[len(before.sentences) :]:
        cited = [c for c in after.citations.citations if c.number in sentence.citations]
        yield TextEvent(sentence, tuple(cited))


def left_out(composed: Composition, number: int) -> Composition:
    """The written answer with the notice that so many sentences were left out."""
    count, were = ("One sentence", "was") if number == 1 else (f"{number} sentences", "were")
    return composed.with_notice(
        f"{count} of the model's answer had no support in the articles and {were} left out."
    )


def conclude_writing(composed: Composition, dropped: int, denied: int) -> Composition:
    """The written answer after the model has ended, of which ``dropped`` sentences were left out
    for want of support, ``denied`` of them because they say that the articles do not answer.

    Raises ModelError when nothing is left and quotations are the better answer.
    """
    if composed.sentences and dropped > denied:
        return replace(left_out(composed, dropped - denied), status="partial")
    if composed.sentences:
        return composed
    if denied and composed.confidence < OVERRULE_REFUSAL_AT:
        return replace(composed, status="not_found")
    if denied:
        raise ModelError("it found no answer in the excerpts, but these sentences come close")
    if not dropped:
        raise ModelError("it gave no answer", retryable=True)
    raise ModelError("nothing it wrote is supported by the articles")


def finish_answer(
    question: Question,
    read: Outcome,
    composed: Composition,
    library: Library,
    cost: CostRecorder,
    *,
    parts: Sequence[Question] = (),
) -> Answer:
    """The whole answer: with other reports of its quantity, the day it is as of, its independent
    sources, the nearest articles when there is none, and what the cited versions print about
    themselves. ``parts``: each thing that was asked, when there are several."""
    found = composed.comparison if composed.sentences else Comparison()
    superseded = found.superseded and not found.disputed
    citations, latest = _reported(
        [found.latest] if superseded and found.latest else [], composed.citations, composed
    )
    citations, older = _reported(found.superseded, citations, composed)
    citations, disputed = _reported(found.disputed, citations, composed)
    cited = citations.citations
    published = [day_of(c.published_at) for c in cited if c.published_at]
    answer = Answer(
        question=question.text,
        status=composed.status,
        mode=composed.mode,
        sentences=composed.sentences,
        citations=cited,
        nearest=nearest_articles(read.hits) if composed.status == "not_found" else (),
        also_found=also_found(read.hits, {c.article_id for c in cited}) if cited else (),
        as_of=max(published, default=None),
        asked_at=question.asked_at,
        independent_sources=count_independent_sources(cited),
        newest_article=max(filter(None, (*published, library.facts().newest)), default=None),
        latest=latest[0] if latest else None,
        superseded=older,
        disagreements=disputed,
        timeline=composed.timeline,
        missing=composed.missing,
        notices=composed.notices,
        search=question.query,
        searches=composed.searches or tuple(one.query for one in parts),
        period=_preferred_days(question, composed),
        evidence_read=dict(composed.evidence_read),
        filters=str(question.filters),
        confidence=round(composed.confidence, 4),
        timings=dict(cost.timings),
        usage=dict(cost.usage),
    )
    return _with_article_notices(_with_copies(answer, library), library)


def _preferred_days(question: Question, composed: Composition) -> str:
    """The days whose reports were preferred; a timeline and a digest count their days anew."""
    counted_anew = composed.timeline or any(one.heading for one in composed.sentences)
    return question.period.words if question.period and not counted_anew else ""


def _with_copies(answer: Answer, library: Library) -> Answer:
    """The answer whose citations tell how many copies of their story the library has."""
    sizes = library.catalogue.cluster_sizes({c.cluster_id for c in answer.citations})
    citations = (replace(c, copies=sizes.get(c.cluster_id, 1)) for c in answer.citations)
    return replace(answer, citations=tuple(citations))


def _reported(
    reports: Sequence[Report], citations: CitationList, composed: Composition
) -> tuple[CitationList, tuple[Reported, ...]]:
    """Other reports as the answer gives them, and the citations with their quotes."""
    found = []
    for report in reports:
        citations, one = cite_report(report, citations, composed.confidence)
        found.append(one)
    return citations, tuple(found)


def _with_article_notices(answer: Answer, library: Library) -> Answer:
    """The answer with the corrections that the cited versions print; a retraction is also a notice
    of the answer itself."""
    printed = library.catalogue.notices([(c.article_id, c.version) for c in answer.citations])
    if not printed:
        return answer
    citations, notices = [], list(answer.notices)
    for citation in answer.citations:
        own = [
            notice
            for notice in printed.get((citation.article_id, citation.version), ())
            if notice.kind != "update"
        ]
        citations.append(replace(citation, notices=tuple(notice.text for notice in own)))
        if retracted := next((n for n in own if n.kind == "retraction"), None):
            notices.append(f"Source [{citation.number}] was retracted: {retracted.text}")
    return replace(answer, citations=tuple(citations), notices=tuple(notices))
