"""Whether what a word in a sentence belongs to is over or still to come.

The nearest verb form before the word decides, or the first one after it. English news, by short
lists and endings, without a parser; knows nothing about dates.
"""

from __future__ import annotations

import re
from typing import Literal

Tense = Literal["past", "future", "unknown"]

_AWAITED = "expected|anticipated|scheduled|slated|poised|supposed|projected|forecast"
_AWAITED_AFTER_BE = _AWAITED + "|set|due|planned|likely|about"
_SCHEDULED = """begins starts opens airs premieres departs arrives heads kicks goes takes meets
returns ends hosts plays travels visits speaks debuts launches comes reopens expires resumes unveils
decides faces gets hits marks holds""".split()
"""Present forms that, beside a day, announce what will happen."""

_IRREGULAR = """said told was were had did began became came went took made got gave found met won
    lost left led held hit cut put sent shot struck spoke wrote ran rose fell fed kept felt
    brought bought caught taught thought fought broke drew drove ate flew grew knew saw
    swore threw wore stood sold paid laid sat sank sang shook beat bet bid built burst
    cast chose dealt died fled forgot froze heard hurt knocked lay lit lent let meant quit
    read rode rang sought shut slid slept spent spread stole stuck swept swam tore
    underwent understood upheld woke withdrew dated hasn't wasn't weren't didn't hadn't
    couldn't been""".split()

_MARK = re.compile(
    r"\b(?:"
    rf"(?P<awaited>(?:is|are|was|were|be|been|remains?)\s+(?:\w+ly\s+|also\s+|not\s+|still\s+)?"
    rf"(?:{_AWAITED_AFTER_BE})\s+(?:to|for|in|on|at)\b|(?:{_AWAITED})\s+(?:to|for|on)\b"
    r"|(?:is|are)\s+(?:\w+\s+)?expected)"
    r"|(?P<plan>(?:plans?|planning|planned|hopes?|hoping|aims?|aiming|intends?|vows?|vowed|wants?|going|ready"
    r"|preparing|prepares?|agreed|promises?|promised|threatened|threatens?)\s+to\b)"
    r"|(?P<will>(?:will|won['’]t|shall|would|may|might|could|can|must|should)(?:\s+(?:not\s+|also\s+)?be"
    rf"\s+(?:\w+ly\s+)?(?:\w+ed|{'|'.join(_IRREGULAR)})\b)?|upcoming)"
    r"|(?P<doing>(?:is|are|['’]re)\s+(?:\w+ly\s+|also\s+|not\s+)?\w{2,}ing)"
    r"|(?P<perfect>(?:has|have|had|['’]ve)\b)"
    rf"|(?P<past>{'|'.join(_IRREGULAR)})"
    r"|(?P<ed>(?!need|speed|indeed|hundred|seed|feed|breed|united|red|bed|shed\b)[a-z’-]{2,}ed)"
    rf"|(?P<present>{'|'.join(_SCHEDULED)})"
    r"|(?P<be>is|are)"
    r")\b|(?P<short>['’]ll\b)"
)
_FUTURE = frozenset({"awaited", "plan", "will", "doing", "present", "be", "short"})


def tense_at(text: str, start: int, end: int, low: int, high: int) -> Tense:
    """The tense around ``text[start:end]`` inside the sentence ``text[low:high]``.

    Only present and modal forms count as future, so that what reporters told of is past.
    """
    before = [m for m in _MARK.finditer(text, low, start) if m.end() <= start]
    mark = before[-1] if before else _MARK.search(text, end, high)
    if mark is None:
        return "unknown"
    return "future" if mark.lastgroup in _FUTURE else "past"
