"""Classifies the tense of the verb that governs a place in a sentence: past or future.

The nearest verb form before the place decides, or the first one after it. English news, by word
lists and endings instead of a parser; knows nothing about dates.
"""

from __future__ import annotations

import re
from typing import Literal

Tense = Literal["past", "future", "unknown"]

_EXPECTED = "expected|anticipated|scheduled|slated|poised|supposed|projected|forecast"
_EXPECTED_AFTER_BE = _EXPECTED + "|set|due|planned|likely|about"
_SCHEDULED_PRESENT = """
    begins starts opens airs premieres departs arrives heads kicks goes takes meets
    returns ends hosts plays travels visits speaks debuts launches comes reopens expires resumes
    unveils decides faces gets hits marks holds""".split()
"""Present forms that announce a future event when they stand beside a day."""

_IRREGULAR_PAST = """
    said told was were had did began became came went took made got gave found met won
    lost left led held hit cut put sent shot struck spoke wrote ran rose fell fed kept felt
    brought bought caught taught thought fought broke drew drove ate flew grew knew saw
    swore threw wore stood sold paid laid sat sank sang shook beat bet bid built burst
    cast chose dealt died fled forgot froze heard hurt knocked lay lit lent let meant quit
    read rode rang sought shut slid slept spent spread stole stuck swept swam tore
    underwent understood upheld woke withdrew dated hasn't wasn't weren't didn't hadn't
    couldn't been""".split()

_VERB_FORM = re.compile(
    r"\b(?:"
    rf"(?P<expected>(?:is|are|was|were|be|been|remains?)\s+(?:\w+ly\s+|also\s+|not\s+|still\s+)?"
    rf"(?:{_EXPECTED_AFTER_BE})\s+(?:to|for|in|on|at)\b|(?:{_EXPECTED})\s+(?:to|for|on)\b"
    r"|(?:is|are)\s+(?:\w+\s+)?expected)"
    r"|(?P<plan>(?:plans?|planning|planned|hopes?|hoping|aims?|aiming|intends?|vows?|vowed|wants?|going|ready"
    r"|preparing|prepares?|agreed|promises?|promised|threatened|threatens?)\s+to\b)"
    r"|(?P<will>(?:will|won['’]t|shall|would|may|might|could|can|must|should)(?:\s+(?:not\s+|also\s+)?be"
    rf"\s+(?:\w+ly\s+)?(?:\w+ed|{'|'.join(_IRREGULAR_PAST)})\b)?|upcoming)"
    r"|(?P<perfect>(?:has|have|had|['’]ve)\b)"
    rf"|(?P<past>{'|'.join(_IRREGULAR_PAST)})"
    r"|(?P<ed>(?!need|speed|indeed|hundred|seed|feed|breed|united|red|bed|shed\b)[a-z’-]{2,}ed)"
    rf"|(?P<present>{'|'.join(_SCHEDULED_PRESENT)})"
    r"|(?P<be>is|are)"
    r")\b|(?P<short>['’]ll\b)"
)
_FUTURE_FORMS = frozenset({"expected", "plan", "will", "present", "be", "short"})


def tense_at(text: str, start: int, end: int, sentence_start: int, sentence_end: int) -> Tense:
    """The tense around ``text[start:end]`` inside ``text[sentence_start:sentence_end]``.

    Present and modal forms, and plans in any tense ("was expected to", "agreed to"), count as
    future; every other verb counts as past.
    """
    before = [m for m in _VERB_FORM.finditer(text, sentence_start, start) if m.end() <= start]
    verb = before[-1] if before else _VERB_FORM.search(text, end, sentence_end)
    if verb is None:
        return "unknown"
    return "future" if verb.lastgroup in _FUTURE_FORMS else "past"
