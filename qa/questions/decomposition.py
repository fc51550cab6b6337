"""A question that asks several things, cut into the things it asks.

    "Who won and how many goals were scored?" -> "Who won?", "How many goals were scored?"

Rules over question words: a part is cut off where a question word opens a new question, not where
it opens a relative or an indirect clause ("the man who won and who ...", "did they say when it
sank and why it did"). In doubt the question stays whole. What is joined without a question word
("the name and the age of the captain") is one part. Knows nothing about answers.
"""

from __future__ import annotations

import re

from qa.language.words import PRONOUNS, STOP, content_stems

MOST = 4
"""Parts of a question; what follows stays with the last."""

ENOUGH = 3
"""Content words from which a part without a pronoun is searched for by itself as well."""

_WH = r"(?:what|who|whom|whose|which|when|where|why|how)"
_BEFORE = (
    r"(?:(?:in|on|at|by|to|for|from|of|with|under|after|before|since|until|about|against|into|"
    r"through|during|over)\s+)?"
)
_JOINT = re.compile(
    r"\s*(?:[;,—–]\s*|\s)(?:and|but|plus|as well as)\s+(?:(?:also|then|if so,?)\s+)?"
    rf"(?={_BEFORE}{_WH}\b)|\s*;\s*(?={_BEFORE}{_WH}\b)",
    re.IGNORECASE,
)
_YES_NO_JOINT = re.compile(
    r"\s*(?:[;,—–]\s*|\s)(?:and|but)\s+(?=(?:is|are|was|were|do|does|did|has|have|had|will|would|"
    r"can|could|should)\s+(?:it|he|she|they|there|anyone|anybody|anything|any|this|that|these|"
    r"those)\b)",
    re.IGNORECASE,
)
_COMMA = re.compile(rf",\s+(?={_BEFORE}{_WH}\b)", re.IGNORECASE)
_SHARED = re.compile(
    r"^(?P<one>when|where|why|how)\s+and\s+(?P<other>when|where|why|how)\s+(?P<rest>(?:is|are|was|"
    r"were|do|does|did|has|have|had|will|would|can|could|should)\b.*)$",
    re.IGNORECASE | re.DOTALL,
)
_AUXILIARIES = frozenset(
    "is are was were am be do does did has have had will would can could shall should may might "
    "must isn't aren't wasn't weren't don't doesn't didn't hasn't haven't hadn't won't wouldn't "
    "can't couldn't shouldn't".split()
)
_SUBJECTS = (PRONOUNS - {"them", "him", "theirs", "hers", "ones"}) | frozenset(
    "i we you the a an its his her their our your my".split()
)
_DEGREES = frozenset(
    "many much old long far tall big high fast large often heavy deep wide soon well good bad low "
    "likely close strong serious severe few small".split()
)
_YES_NO = re.compile(r"^(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should)\b",
                     re.IGNORECASE)  # fmt: skip


def parts(text: str) -> tuple[str, ...]:
    """The questions that a text asks, each ending in "?"; ``(text,)`` when it asks one thing.

    Statements stay with the question they stand before. A later part may lean on an earlier one
    ("Why?"): see ``in_context``.
    """
    asked = [piece for sentence in _sentences(text) for piece in _split(sentence)]
    if len(asked) < 2:
        return (text,)
    asked = [*asked[: MOST - 1], " ".join(asked[MOST - 1 :])] if len(asked) > MOST else asked
    return tuple(_as_question(piece) for piece in asked)


def in_context(part: str, whole: str) -> str:
    """What to search for a part: its own words and, in brackets, what it leans on. One that names
    nobody takes the names and numbers of the earlier parts along; one that says hardly anything or
    points back by a pronoun ("Why?", "What did they do?") all their words."""
    every = parts(whole)
    first = part not in every[1:]
    own = set(content_stems(part))
    bare = len(own) <= (1 if first else 3) or (_points(part) and not first)
    if not bare and (first or re.search(r"(?<!^)\b[A-Z]", part)):
        return part
    others = [p for p in every if p != part] if first else every[: every.index(part)]
    extra = [
        word
        for other in others
        for index, word in enumerate(re.findall(r"\w+(?:[-’'.]\w+)*", other))
        if word.lower() not in STOP | _DEGREES
        and not set(content_stems(word)) <= own
        and (bare or (index > 0 and word[0].isupper()) or word[0].isdigit())
    ]
    return f"{part} ({' '.join(dict.fromkeys(extra))})" if extra else part


def stands_alone(part: str) -> bool:
    """Whether a part can be understood without the others: it points at nothing and says enough."""
    return not _points(part) and len(set(content_stems(part))) >= ENOUGH


def _points(part: str) -> bool:
    """Whether it points back by a pronoun; "that" and "one" mostly do not."""
    return bool(set(re.findall(r"\w+", part.lower())) & (PRONOUNS - {"there", "that", "one"}))


def _sentences(text: str) -> list[str]:
    """Cut after each question mark that another question follows; statements go along."""
    pieces = [p for p in re.split(r"(?<=[?])[”\"’)]*\s+(?=\S)", text.strip()) if p]
    while len(pieces) > 1 and "?" not in pieces[-1]:
        pieces[-2:] = [" ".join(pieces[-2:])]
    return pieces


def _split(sentence: str) -> list[str]:
    if shared := _SHARED.match(sentence.strip()):
        return [f"{shared[word]} {shared['rest']}" for word in ("one", "other")]
    cuts = [
        match.span()
        for pattern in (_JOINT, _YES_NO_JOINT)
        for match in pattern.finditer(sentence)
        if _asks_anew(sentence[: match.start()], sentence[match.end() :])
    ]
    if not cuts:
        return [sentence]
    first = min(cuts)[0]
    if _opens(sentence):  # "Who won, who lost and who scored?"
        cuts += [
            match.span()
            for match in _COMMA.finditer(sentence, 0, first)
            if _asks_anew(sentence[: match.start()], sentence[match.end() :])
        ]
    pieces, begin = [], 0
    for start, end in sorted(cuts):
        if start < begin:
            continue
        pieces.append(sentence[begin:start])
        begin = end
    return [*pieces, sentence[begin:]]


def _opens(text: str) -> bool:
    return bool(re.match(rf"{_BEFORE}{_WH}\b", text.strip(), re.IGNORECASE))


def _asks_anew(left: str, right: str) -> bool:
    """Whether what stands right of a joint is a question of its own."""
    left = re.split(r"[.!?:][”\"’)]*\s+", left)[-1].strip()
    before = left.lower().split()
    after = re.findall(r"[\w’'-]+|[?,;.]", right.lower().replace("’", "'"))
    while after and not re.fullmatch(_WH, after[0]) and after[0] not in _AUXILIARIES:
        after.pop(0)
    asks = re.search(rf"\b{_WH}\b", left, re.IGNORECASE) or _YES_NO.match(left)
    ended = left.endswith((".", "!", ".”", '."')) or re.fullmatch(_WH, before[-1] if before else "")
    if not after or not asks or ended or len(before) < 2:
        return False
    if after[0] in _AUXILIARIES:
        return True
    return _elliptic(after) or (
        _direct(after) and not _continues_clause(left, after) and not _indirect(left, after)
    )


def _elliptic(after: list[str]) -> bool:
    """ "..., and why?", "..., and to what level?"."""
    ends = next((place for place, word in enumerate(after) if word in "?.;,"), len(after))
    return ends <= 1 or (ends <= 2 and after[0] in ("what", "which", "how", "whose"))


def _direct(after: list[str]) -> bool:
    """Word order of a question: "when did it", "who won", "how many died"; not "when it did"."""
    word, following = after[0], after[1] if len(after) > 1 else ""
    if word in ("when", "where", "why") or (word == "how" and following not in _DEGREES):
        return following in _AUXILIARIES
    if word in ("who", "whom"):
        return following not in _SUBJECTS
    for other in after[1:7]:
        if other in _AUXILIARIES:
            return True
        if other in _SUBJECTS and other not in ("a", "an", "the", "one", "his", "her", "its"):
            return False
    return following not in ("the", "a", "an")


def _continues_clause(left: str, after: list[str]) -> bool:
    """ "The man who won and who ...": the same word opened a relative clause before."""
    if after[0] not in ("who", "whom", "whose", "which", "where", "when"):
        return False
    if len(after) > 1 and after[1] in _AUXILIARIES and after[0] in ("when", "where"):
        return False
    return bool(re.search(rf"\w\s+{after[0]}\b", left, re.IGNORECASE))


def _indirect(left: str, after: list[str]) -> bool:
    """ "Did they say who won and how many died?": one question, about what was said. A question
    with its own auxiliary ("..., and how many have died?") is never taken for that."""
    inverted = any(word in _AUXILIARIES for word in after[1:3])
    return bool(_YES_NO.match(left.strip())) and not inverted


def _as_question(piece: str) -> str:
    plain = piece.strip().rstrip(",;—–").strip()
    plain = plain[:1].upper() + plain[1:]
    return plain if plain.endswith(("?", ".", "!", "”", '"')) else f"{plain}?"
