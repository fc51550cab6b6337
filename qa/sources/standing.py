"""How an answer stands: its figure beside those of other reports, and whose claim a sentence is.

    question + passages -> reports -> comparison -> newest first in the quotes, the others behind it
    sentence + citations -> said_by, where the words do not name the speaker themselves

What the engine asks of ``reported_quantities`` and ``consistency``. Decides nothing about
relevance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from ingest.records import day_of, format_day
from ingest.storage.library import Library
from ingest.versions.notices import Notice
from qa.answers.citations import Annotator, CitationList, citation
from qa.answers.quoting import MAX_QUOTES
from qa.language.entity_names import name_stems
from qa.language.words import word_tokens
from qa.quantities.extraction import retracted_quantity
from qa.quantities.question_targets import QuantityTarget, quantity_target
from qa.questions.interpretation import Question
from qa.reading.evidence import Evidence
from qa.records import Citation, Reported, Sentence
from qa.retrieval.ranking import Hit
from qa.sources.consistency import Comparison, compared
from qa.sources.reported_quantities import Cite, Report, reports

READ = 30
"""Passages whose figures are compared: more than are read for the answer, because the other side of
a dispute is seldom the best match (3 of the 5 bundled questions whose figures differ need it)."""


def depth_for(question: Question) -> int | None:
    """How many passages to search for: more where figures will be compared, else the usual."""
    return READ if quantity_target(question) else None


def comparison(
    question: Question, rated: Sequence[Evidence], hits: Sequence[Hit], library: Library,
    annotate: Annotator,
) -> Comparison:  # fmt: skip
    """What the library's reports say of the quantity that is asked for; empty when none is."""
    wanted = quantity_target(question)
    if wanted is None or not rated:
        return Comparison()

    def cite(item: Evidence) -> Citation:
        return annotate(citation(item, 0, 1.0))

    given = reports(question, hits, library.idf(question.stems), cite)
    found = compared(question, given, rated[0])
    return found if found.tells else _corrected(found, wanted, library, cite)


# -- corrections ----------------------------------------------------------------------------


def _corrected(
    found: Comparison, wanted: QuantityTarget, library: Library, cite: Cite
) -> Comparison:
    """The latest figure with the one that its own article takes back, if it prints a correction."""
    if found.latest is None:
        return found
    article = found.latest.evidence.article
    key = (article.id, article.version)
    for notice in library.catalogue.notices([key]).get(key, ()):
        if notice.kind == "correction" and (
            older := _taken_back(found.latest, notice, wanted, cite)
        ):
            return replace(found, superseded=(older,))
    return found


def _taken_back(
    latest: Report, notice: Notice, wanted: QuantityTarget, cite: Cite
) -> Report | None:
    if notice.start is None or notice.end is None:
        return None
    amount = retracted_quantity(notice.text, latest.amount, wanted)
    if amount is None:
        return None
    passage = latest.evidence.hit.passage
    text = latest.evidence.article.text[notice.start : notice.end]
    hit = replace(
        latest.evidence.hit,
        passage=replace(passage, start=notice.start, end=notice.end, text=text),
    )
    item = Evidence(hit, notice.start, notice.end, text)
    value = " ".join(notice.text[amount.start : amount.end].split())
    return replace(
        latest, amount=amount, value=value, evidence=item, citation=cite(item), corrected=True
    )


# -- in the answer --------------------------------------------------------------------------


def ordered(chosen: Sequence[Evidence], found: Comparison) -> list[Evidence]:
    """The quotes with the newest figure first, and every figure that is set against it."""
    if not found.tells or found.latest is None:
        return list(chosen)
    sides = found.disputed or (found.latest, *found.superseded)
    wanted = [_held(report.evidence, chosen) for report in sides]
    rest = [item for item in chosen if not any(item is held for held in wanted)]
    kept = [item for item in rest if not any(item.contains(w) or w.contains(item) for w in wanted)]
    return _once([*wanted, *kept[: max(0, MAX_QUOTES - len(wanted))]])


def _held(item: Evidence, chosen: Sequence[Evidence]) -> Evidence:
    """The quote that already holds a sentence, or the sentence itself."""
    return next((held for held in chosen if held.contains(item)), item)


def _once(items: Sequence[Evidence]) -> list[Evidence]:
    return list({item.place: item for item in items}.values())


def reported(
    report: Report, citations: CitationList, confidence: float
) -> tuple[CitationList, Reported]:
    """A report as the answer gives it, with its number, and the citations with its quote."""
    held = _held(report.evidence, citations.evidence)
    citations, numbers = citations.cite([held], confidence)
    cited = report.citation
    said_by = "" if report.corrected else introduced(cited.speaker or "", cited.role)
    means = format_day(date.fromordinal(int(report.amount.value))) if report.dated else ""
    return citations, Reported(report.value, numbers, report.day, said_by, report.corrected, means)


def marked(
    sentences: Sequence[Sentence], found: Comparison, citations: CitationList
) -> list[Sentence]:
    """The sentences with the latest figure in bold where it stands."""
    if found.latest is None or not found.tells:
        return list(sentences)
    return [_marked(sentence, found.latest, citations) for sentence in sentences]


def _marked(sentence: Sentence, latest: Report, citations: CitationList) -> Sentence:
    holds = [c.number for c, e in zip(citations.citations, citations.evidence, strict=True)
             if e.contains(latest.evidence)]  # fmt: skip
    if not set(holds) & set(sentence.citations):
        return replace(sentence, short=None)
    words_before = " ".join(latest.evidence.text[: latest.amount.start].split())
    at = sentence.text.find(latest.value, max(0, sentence.text.find(words_before)))
    return replace(sentence, short=(at, at + len(latest.value))) if at >= 0 else sentence


# -- whose claim it is ----------------------------------------------------------------------


def attributed(sentence: Sentence, citations: Sequence[Citation]) -> Sentence:
    """The sentence with ``said_by`` when all its quotes are one speaker's and it names nobody."""
    cited = [c for c in citations if c.number in sentence.citations]
    speakers = {c.speaker.split()[-1] for c in cited if c.speaker}
    if not cited or len(speakers) != 1 or any(not c.speaker for c in cited):
        return sentence
    fullest = max(cited, key=lambda c: len(c.said_by))
    if _names_speaker(sentence.text, fullest.speaker or ""):
        return sentence
    return replace(sentence, said_by=introduced(fullest.speaker or "", fullest.role))


def _names_speaker(text: str, speaker: str) -> bool:
    """Whether a text names a speaker: a name by its last part, "the coast guard" by all words."""
    keys = name_stems(speaker)
    if keys:
        return bool(keys & name_stems(text))
    return set(word_tokens(speaker)) <= set(word_tokens(text))


def introduced(speaker: str, role: str) -> str:
    """A speaker with their role as news writes it: Turkish Foreign Minister Hakan Fidan; Maud
    Kerrow, the union's general secretary."""
    if not role:
        return speaker
    if role[0].isupper() and len(role.split()) <= 4 and not speaker.startswith(role):
        return f"{role} {speaker}"
    if role[0].isdigit():
        return f"{speaker}, a {role}"
    article = "the " if "’s " in role or "'s " in role else ""
    return f"{speaker}, {article}{role}"


def newest_day(library: Library, cited: Sequence[Citation]) -> date | None:
    """The newest publication day in the library; never older than what is cited."""
    days = [day_of(c.published_at) for c in cited if c.published_at]
    if newest := library.facts().newest:
        days.append(newest)
    return max(days, default=None)
