"""Quantities and dates: found in text, compared, and matched with what a question asks for.

For checking a claim against its evidence (``qa/support``, ``qa/reading``):

    measurements.find_measurements(text) -> numbers with units, in base units
    calendar_dates.find_calendar_dates(text) -> dates as far as they are written
    missing_measurements, missing_dates (claim, evidence) -> reasons

For comparing reports of one count (``qa/sources``):

    question_targets.quantity_target(question) -> what is counted
    extraction.extract_quantities(sentence, target) -> numbers that count it, as intervals

Knows nothing about articles, outlets or when something was reported.
"""
