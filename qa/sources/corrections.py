"""Finds the value that an article's own correction notice takes back.

Knows nothing about other articles.
"""

from __future__ import annotations

from dataclasses import replace

from ingest.storage.library import Library
from ingest.versions.notices import Notice
from qa.quantities.extraction import retracted_quantity
from qa.quantities.question_targets import QuantityTarget
from qa.reading.evidence import Evidence
from qa.sources.reported_quantities import Cite, Report


def corrected_report(
    latest: Report, wanted: QuantityTarget, library: Library, cite: Cite
) -> Report | None:
    """The value that the article of the latest report gave before a correction that it prints."""
    article = latest.evidence.article
    key = (article.id, article.version)
    notices = library.catalogue.notices([key]).get(key, ())
    older = (_taken_back(latest, n, wanted, cite) for n in notices if n.kind == "correction")
    return next((report for report in older if report), None)


def _taken_back(
    latest: Report, notice: Notice, wanted: QuantityTarget, cite: Cite
) -> Report | None:
    if notice.start is None or notice.end is None:
        return None
    amount = retracted_quantity(notice.text, latest.amount, wanted)
    if amount is None:
        return None
    hit, text = latest.evidence.hit, latest.evidence.article.text[notice.start : notice.end]
    passage = replace(hit.passage, start=notice.start, end=notice.end, text=text)
    item = Evidence(replace(hit, passage=passage), notice.start, notice.end, text)
    value = " ".join(notice.text[amount.start : amount.end].split())
    return replace(
        latest, amount=amount, value=value, evidence=item, citation=cite(item), corrected=True
    )
