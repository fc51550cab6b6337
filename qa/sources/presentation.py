"""Puts a comparison of reports into the answer: order of quotes, cited values, the value in bold.

Decides nothing about which report is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from ingest.records import format_day
from qa.answers.citations import CitationList
from qa.answers.quoting import MAX_QUOTES
from qa.answers.speaker_attribution import speaker_with_role
from qa.reading.evidence import Evidence
from qa.records import Reported, Sentence
from qa.sources.consistency import Comparison
from qa.sources.reported_quantities import Report


def order_quotes(chosen: Sequence[Evidence], comparison: Comparison) -> list[Evidence]:
    """The quotes with the latest figure first, then every figure that is set against it, then as
    many of the others as fit into ``MAX_QUOTES``."""
    if not comparison.differs or comparison.latest is None:
        return list(chosen)
    sides = comparison.disputed or (comparison.latest, *comparison.superseded)
    first = [_containing(report.evidence, chosen) for report in sides]
    rest = [item for item in chosen if not any(item is one for one in first)]
    kept = [e for e in rest if not any(e.contains(one) or one.contains(e) for one in first)]
    ordered = [*first, *kept[: max(0, MAX_QUOTES - len(first))]]
    return list({item.place: item for item in ordered}.values())


def _containing(item: Evidence, chosen: Sequence[Evidence]) -> Evidence:
    """The quote that already holds a sentence, or the sentence itself."""
    return next((quote for quote in chosen if quote.contains(item)), item)


def cite_report(
    report: Report, citations: CitationList, confidence: float
) -> tuple[CitationList, Reported]:
    """The citations with the quote of a report, and the report as the answer gives it."""
    quote = _containing(report.evidence, citations.evidence)
    citations, numbers = citations.cite([quote], confidence)
    said_by = "" if report.corrected else speaker_with_role(report.speaker, report.citation.role)
    day = date.fromordinal(int(report.amount.value)) if report.is_calendar_day else None
    means = format_day(day) if day else ""
    return citations, Reported(report.value, numbers, report.day, said_by, report.corrected, means)


def mark_latest_value(
    sentences: Sequence[Sentence], comparison: Comparison, citations: CitationList
) -> list[Sentence]:
    """The sentences with the latest figure as the short answer where it stands."""
    latest = comparison.latest
    if latest is None or not comparison.differs:
        return list(sentences)
    numbers = {
        citation.number
        for citation, evidence in zip(citations.citations, citations.evidence, strict=True)
        if evidence.contains(latest.evidence)
    }
    return [
        _marked(sentence, latest) if numbers & set(sentence.citations)
        else replace(sentence, short=None)
        for sentence in sentences
    ]  # fmt: skip


def _marked(sentence: Sentence, latest: Report) -> Sentence:
    words_before = " ".join(latest.evidence.text[: latest.amount.start].split())
    at = sentence.text.find(latest.value, max(0, sentence.text.find(words_before)))
    return replace(sentence, short=(at, at + len(latest.value))) if at >= 0 else sentence
