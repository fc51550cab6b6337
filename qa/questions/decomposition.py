"""Splits a text that asks several questions into the single questions.

    "Who won and how many goals were scored?" -> "Who won?", "How many goals were scored?"

A text is cut where "and" or a semicolon is followed by a question word and the word order of a
question ("and when did it sink", not "and when it sank"). What is joined without a question word
("the name and the age of the captain") is one part. Knows nothing about answers.
"""

from __future__ import annotations

import re

from qa.language.words import PRONOUNS, STOP_WORDS, content_stems

MAX_PARTS = 4
"""Questions that a text is split into; whatever follows stays with the last."""

MIN_STEMS_SELF_CONTAINED = 3
"""Content words from which a part without a pronoun can be searched without the other parts."""

_QUESTION_WORD = r"(?:what|who|whom|whose|which|when|where|why|how)"
_PREPOSITION = (
    r"(?:(?:in|on|at|by|to|for|from|of|with|under|after|before|since|until|about|against|into|"
    r"through|during|over)\s+)?"
)
_OPENING = rf"{_PREPOSITION}{_QUESTION_WORD}\b"
_AUXILIARY = r"(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should)"
_JOINT = re.compile(
    r"\s*(?:[;,—–]\s*|\s)(?:and|but|plus|as well as)\s+(?:(?:also|then|if so,?)\s+)?"
    rf"(?={_OPENING})|\s*;\s*(?={_OPENING})",
    re.IGNORECASE,
)
_SHARED_CLAUSE = re.compile(
    r"^(?P<one>when|where|why|how)\s+and\s+(?P<other>when|where|why|how)\s+"
    rf"(?P<rest>{_AUXILIARY}\b.*)$",
    re.IGNORECASE | re.DOTALL,
)
_YES_NO = re.compile(rf"^{_AUXILIARY}\b", re.IGNORECASE)
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


def split_question(text: str) -> tuple[str, ...]:
    """The questions that a text asks, each ending in "?"; ``(text,)`` when it asks one thing.

    Statements stay with the question that they stand before. A later part may depend on an earlier
    one ("Why?"): see ``query_for_part``.
    """
    parts = [piece for sentence in _sentences(text) for piece in _split_sentence(sentence)]
    if len(parts) < 2:
        return (text,)
    if len(parts) > MAX_PARTS:
        parts = [*parts[: MAX_PARTS - 1], " ".join(parts[MAX_PARTS - 1 :])]
    return tuple(_as_question(piece) for piece in parts)


def query_for_part(part: str, whole: str) -> str:
    """A part of ``whole`` as it is searched for: its own words, then, in brackets, the words of
    other parts that it depends on.

    A part without a name takes the names and numbers of the earlier parts; one with hardly a
    content word or with a pronoun ("Why?", "What did they do?") takes all their words.
    """
    parts = split_question(whole)
    is_first = part not in parts[1:]
    own = set(content_stems(part))
    incomplete = len(own) <= (1 if is_first else 3) or (_has_pronoun(part) and not is_first)
    if not incomplete and (is_first or re.search(r"(?<!^)\b[A-Z]", part)):
        return part
    others = [p for p in parts if p != part] if is_first else parts[: parts.index(part)]
    added = [
        word
        for other in others
        for index, word in enumerate(re.findall(r"\w+(?:[-’'.]\w+)*", other))
        if word.lower() not in STOP_WORDS | _DEGREES
        and not set(content_stems(word)) <= own
        and (incomplete or (index > 0 and word[0].isupper()) or word[0].isdigit())
    ]
    return f"{part} ({' '.join(dict.fromkeys(added))})" if added else part


def is_self_contained(part: str) -> bool:
    """Whether a part can be understood without the others: no pronoun, and enough content words."""
    return not _has_pronoun(part) and len(set(content_stems(part))) >= MIN_STEMS_SELF_CONTAINED


def _has_pronoun(part: str) -> bool:
    """Whether a pronoun may refer to another part; "that" and "one" mostly do not."""
    return bool(set(re.findall(r"\w+", part.lower())) & (PRONOUNS - {"there", "that", "one"}))


def _sentences(text: str) -> list[str]:
    """The text cut behind each question mark that another question follows."""
    pieces = [p for p in re.split(r"(?<=[?])[”\"’)]*\s+(?=\S)", text.strip()) if p]
    while len(pieces) > 1 and "?" not in pieces[-1]:
        pieces[-2:] = [" ".join(pieces[-2:])]
    return pieces


def _split_sentence(sentence: str) -> list[str]:
    """A sentence cut at the joints behind which a new question begins."""
    if shared := _SHARED_CLAUSE.match(sentence.strip()):
        return [f"{shared[word]} {shared['rest']}" for word in ("one", "other")]
    pieces, begin = [], 0
    for joint in _JOINT.finditer(sentence):
        if _starts_question(sentence[: joint.start()], sentence[joint.end() :]):
            pieces.append(sentence[begin : joint.start()])
            begin = joint.end()
    return [*pieces, sentence[begin:]]


def _starts_question(left: str, right: str) -> bool:
    """Whether what stands right of a joint is a question of its own."""
    left = re.split(r"[.!?:][”\"’)]*\s+", left)[-1].strip()
    before = left.lower().split()
    after = re.findall(r"[\w’'-]+|[?,;.]", right.lower().replace("’", "'"))
    while after and not re.fullmatch(_QUESTION_WORD, after[0]):
        after.pop(0)
    asks = re.search(rf"\b{_QUESTION_WORD}\b", left, re.IGNORECASE) or _YES_NO.match(left)
    last = before[-1] if before else ""
    ended = left.endswith((".", "!", ".”", '."')) or re.fullmatch(_QUESTION_WORD, last)
    if not after or not asks or ended or len(before) < 2:
        return False
    return _is_elliptic(after) or _has_question_order(after)


def _is_elliptic(after: list[str]) -> bool:
    """ "..., and why?", "..., and to what level?"."""
    ends = next((place for place, word in enumerate(after) if word in "?.;,"), len(after))
    return ends <= 1 or (ends <= 2 and after[0] in ("what", "which", "how", "whose"))


def _has_question_order(after: list[str]) -> bool:
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


def _as_question(piece: str) -> str:
    plain = piece.strip().rstrip(",;—–").strip()
    plain = plain[:1].upper() + plain[1:]
    return plain if plain.endswith(("?", ".", "!", "”", '"')) else f"{plain}?"
