"""Finds the spans of time expressions in a text, without their days (those: ``ingest/dates``).

They are not resolved to days: ``ingest/dates`` does that when an article is stored.
"""

from __future__ import annotations

import re

WEEKDAYS = tuple("monday tuesday wednesday thursday friday saturday sunday".split())
MONTHS = tuple(
    "january february march april may june july august september october november december".split()
)
MONTH_PATTERN = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_TIME_EXPRESSION = re.compile(
    rf"\b{MONTH_PATTERN}\s\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s\d{{4}})?\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{MONTH_PATTERN}(?:\s\d{{4}})?\b"
    rf"|\b{MONTH_PATTERN}(?:\sof)?\s\d{{4}}\b|\b(?:in|since|by|until|from|during|of)\s(?:19|20)\d{{2}}\b"
    r"|\b(?:(?:last|next|this|on|early|late|since|until|by)\s)?(?:Mon|Tues|Wednes|Thurs|"
    r"Fri|Satur|Sun)day(?:\s(?:morning|afternoon|evening|night))?\b|\b(?:yesterday|today|tomorrow|"
    r"tonight)\b|\b(?:last|next|this|earlier this|later this|the previous|the following)\s"
    r"(?:week|month|year|night|weekend|summer|winter|spring|autumn|fall|century|decade)\b|"
    r"\b(?:\d+|a|an|one|two|three|four|five|six|seven|eight|nine|ten|a few|several)\s"
    r"(?:days?|weeks?|months?|years?|hours?|decades?)\s(?:ago|later|earlier|before|after)\b|"
    rf"\bin\s{MONTH_PATTERN}\b|\b\d{{1,2}}(?::\d{{2}})?\s?[ap]\.?m\b\.?",
)


def time_expression_spans(text: str) -> list[tuple[int, int]]:
    """Return the (start, end) character offsets of the time expressions of a text."""
    return [match.span() for match in _TIME_EXPRESSION.finditer(text)]
