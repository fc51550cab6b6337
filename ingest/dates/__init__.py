"""Dates: when an article was published, and which days the expressions of its text mean.

    a written date, address or line          -> parsing -> publication day
    text, publication day -> recognition -> normalization of days | of periods -> TimeExpressions
                             (which words)  (which days; uses tense and intervals)

A publication date that is misread is mended in ``parsing`` (which of a page's dates counts:
``ingest.extraction.publication_date``), a phrase that is missed or wrongly taken for a time in
``recognition``, wrong days of a phrase in ``day_normalization`` or ``period_normalization``, and a
wrong "past or future" in ``tense``. Knows nothing about where texts come from, nor about questions.
"""
