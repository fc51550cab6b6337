"""Annotates citations: the calendar days that a quote's words mean, and who says them.

    citation + temporal expressions + attributed statements of its article version
        -> citation with dates, speaker, role and the day it was said

The quote itself is never touched. Knows nothing about how the rules of ``ingest`` find these.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from ingest.attribution.lexicon import CUE_VERB, TITLES
from ingest.attribution.statements import Statement
from ingest.dates.time_expressions import TimeExpression
from ingest.storage.library import Library
from qa.answers.citations import Annotator
from qa.language.lexicon import HONORIFICS
from qa.records import Citation, Dated

MAX_CHARACTERS_TO_SAYING_DAY = 30
"""Characters between a verb of saying and the day it was said: "told reporters late on Monday"."""

_RULES_OF_SINGLE_DAYS = frozenset({"weekday", "day", "month day", "day month", "iso"})


def annotator(library: Library) -> Annotator:
    """The annotator that takes dates and speakers from the catalogue of a library."""

    def annotate(citation: Citation) -> Citation:
        place = (citation.article_id, citation.version, citation.start, citation.end)
        found = dated(citation, library.expressions(*place), library.statements(*place))
        if not found.speaker or " " in found.speaker:
            return found
        return with_full_name(found, library.statements(citation.article_id, citation.version))

    return annotate


def dated(
    citation: Citation, expressions: Sequence[TimeExpression], statements: Sequence[Statement]
) -> Citation:
    """The citation with the dates of its quote and, if one speaker says most of it, the speaker."""
    found = tuple(
        Dated(
            e.phrase, e.start - citation.start, e.end - citation.start, e.first, e.last, e.rule
        )
        for e in expressions
        if e.first and e.last and citation.start <= e.start and e.end <= citation.end
    )  # fmt: skip
    citation = replace(citation, dates=found)
    main = _main_statement(citation, statements)
    if main is None:
        return citation
    return replace(
        citation, speaker=main.speaker, role=main.role, said_on=_said_on(citation, statements)
    )


def _main_statement(citation: Citation, statements: Sequence[Statement]) -> Statement | None:
    """The statement of the only speaker of a quote, when that is most of the quote."""
    if not statements or len({s.speaker.split()[-1] for s in statements}) > 1:
        return None
    covered = sum(min(s.end, citation.end) - max(s.start, citation.start) for s in statements)
    if 2 * covered <= len(citation.quote):
        return None
    return max(statements, key=lambda s: len(s.speaker))


def with_full_name(citation: Citation, statements: Sequence[Statement]) -> Citation:
    """A speaker known by surname alone, with the name under which the article lets them speak
    elsewhere: Bexmoor is Chief Superintendent Lorna Bexmoor of the city police.

    When people of two first names share the surname nobody is chosen.
    """
    surname = re.escape(citation.speaker or "")
    full_name = re.compile(rf"([A-Z][\w’'-]+)\.?(?: [A-Z]\.)* {surname}\b(?! (?!Jr|Sr)[A-Z]|[’'])")
    fuller = [
        (s, found)
        for s in statements
        if (found := full_name.search(s.speaker)) and not _OF.search(s.speaker, 0, found.start())
    ]
    first_names = {found.group(1) for _, found in fuller}
    if not fuller or len([n for n in first_names if n.lower() not in _NO_FIRST_NAMES]) > 1:
        return citation
    best = max((s for s, _ in fuller), key=lambda s: len(s.speaker))
    known = citation.role and citation.role in best.speaker
    return replace(citation, speaker=best.speaker, role="" if known else citation.role or best.role)


_NO_FIRST_NAMES = TITLES | HONORIFICS
_OF = re.compile(r"\b(?:of|for|to|with|from|by|at)\b")
"""A spokesman for Mara Quill is not Mara Quill."""


def _said_on(citation: Citation, statements: Sequence[Statement]) -> date | None:
    """The day beside the verb of saying, in the quote itself; unknown otherwise."""
    for when in citation.dates:
        if when.rule not in _RULES_OF_SINGLE_DAYS or when.first != when.last:
            continue
        before = citation.quote[max(0, when.start - MAX_CHARACTERS_TO_SAYING_DAY) : when.start]
        verb = CUE_VERB.search(before)
        if verb and not re.search(r"[.,;:“”\"]|\bthat\b|\bwill\b", before[verb.end() :]):
            return when.first
    return None
