"""Where a claim and its quotes contradict each other in words they share: denials, hedges,
quantifiers, opposites, exchanged roles, speakers and figures.

Each check reads the sentences of the evidence that are nearest to the claim and gives reasons that
a reader understands. A shared word is needed: who contradicts in wholly other words is not caught.
Knows nothing about scores.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from qa.language.entity_names import canonical
from qa.language.lexicon import HEDGES, LIKE, SPEECH, SYMMETRIC, UNLIKE, lemma
from qa.language.sentence_tokens import Sentence, Token
from qa.language.words import names
from qa.quantities.matching import Amount, amounts

_SPEECH = frozenset(lemma(word) for word in SPEECH)
_SYMMETRIC = frozenset(lemma(word) for word in SYMMETRIC) | _SPEECH
_AROUND = frozenset("before after since until above under over without with".split())


def contradictions(claim: Sentence, nearest: Sequence[Sentence]) -> list[str]:
    """Every reason found, in a fixed order. ``nearest``: the evidence that is about the claim."""
    if not nearest:
        return []
    return list(dict.fromkeys([
        *denial(claim, nearest), *certainty(claim, nearest), *extent(claim, nearest),
        *opposites(claim, nearest), *exchanged(claim, nearest), *speakers(claim, nearest),
        *moved_figures(claim, nearest),
    ]))  # fmt: skip


def _where(stem: str, nearest: Sequence[Sentence]) -> list[Token]:
    return [t for s in nearest for t in s.content if t.stem == stem]


# -- denials --------------------------------------------------------------------------------


def denial(claim: Sentence, nearest: Sequence[Sentence]) -> Iterator[str]:
    """A word denied on one side and affirmed on the other. A denied opposite is no contradiction:
    "did not win" and "lost"."""
    stems = frozenset().union(*(s.stems for s in nearest))
    ours = frozenset(t.stem for t in claim.content)
    denied = [t for t in claim.content if t.denied]
    if denied and not any(UNLIKE.get(t.stem, frozenset()) & stems for t in denied):
        affirmed = [t for t in denied if _only(t.stem, nearest, denied=False)]
        agreed = [t for t in denied if any(o.denied for o in _where(t.stem, nearest))]
        any_denial = any(t.denied for s in nearest for t in s.content)
        if affirmed and not agreed:
            yield "it denies what the quotes affirm"
        elif not (agreed or any_denial):
            yield "it denies what the quotes do not deny"
    for sentence in nearest[:1]:
        theirs = [t for t in sentence.content if t.denied and t.stem in ours]
        if any(UNLIKE.get(t.stem, frozenset()) & ours for t in sentence.content if t.denied):
            continue
        if (
            theirs
            and not any(t.denied for t in claim.content)
            and all(_only(t.stem, nearest, denied=True) for t in theirs)
        ):
            yield "it affirms what the quotes deny"


def _only(stem: str, nearest: Sequence[Sentence], *, denied: bool) -> bool:
    found = _where(stem, nearest)
    return bool(found) and all(t.denied == denied for t in found)


# -- certainty and extent -------------------------------------------------------------------


def certainty(claim: Sentence, nearest: Sequence[Sentence]) -> Iterator[str]:
    """ "May resign" told as "will resign". A claim with any hedge is let through."""
    if any(t.word in HEDGES for t in claim.tokens):
        return
    for token in claim.content:
        found = _where(token.stem, nearest)
        if found and not token.name and all(t.weak for t in found):
            yield f"the quotes say only that it may be so ({token.word})"
            return


def extent(claim: Sentence, nearest: Sequence[Sentence]) -> Iterator[str]:
    """ "Some officials" told as "all officials"."""
    for token in claim.content:
        found = [t for t in _where(token.stem, nearest) if t.amount]
        if token.amount and found and all(t.amount < token.amount for t in found):
            yield f"the quotes say it of fewer {token.word}"


# -- opposites ------------------------------------------------------------------------------


def opposites(claim: Sentence, nearest: Sequence[Sentence]) -> Iterator[str]:
    """The claim's word is absent and its opposite stands in the evidence: rose for fell, before
    for after, named for unnamed. A denial on one side cancels."""
    stems = frozenset().union(*(s.stems for s in nearest))
    ours = claim.stems
    for token in claim.content:
        if token.stem in stems or LIKE.get(token.stem, frozenset()) & stems:
            continue
        for other in UNLIKE.get(token.stem, frozenset()) & stems - ours:
            theirs = _where(other, nearest)
            if token.word in _AROUND and not _same_landmark(token, claim, other, nearest):
                continue
            if theirs and any(t.denied == token.denied for t in theirs):
                yield f"the quotes say {theirs[0].word}, not {token.word}"
                break
        else:
            yield from _unlike_by_prefix(token, stems, ours)
    yield from _crossed(claim, nearest)


def _unlike_by_prefix(token: Token, stems: frozenset[str], ours: frozenset[str]) -> Iterator[str]:
    for prefix in ("un", "non"):
        bare = token.stem.removeprefix(prefix)
        if len(bare) > 3 and bare != token.stem and bare in stems and bare not in ours:
            yield f"the quotes do not say {token.word}"
        if len(token.stem) > 3 and prefix + token.stem in stems - ours:
            yield f"the quotes say {prefix}{token.word}, not {token.word}"


def _same_landmark(token: Token, claim: Sentence, other: str, nearest: Sequence[Sentence]) -> bool:
    """ "Before the vote" contradicts "after the vote", not "after the war"."""
    ours = _following(token, claim)
    return any(ours & _following(t, s) for s in nearest for t in s.content if t.stem == other)


def _following(token: Token, sentence: Sentence) -> frozenset[str]:
    place = sentence.content.index(token)
    return frozenset(t.stem for t in sentence.content[place + 1 : place + 3])


def _crossed(claim: Sentence, nearest: Sequence[Sentence]) -> Iterator[str]:
    """ "Profits rose and costs fell" told as "profits fell and costs rose"."""
    ours = list(_subjects(claim))
    theirs = [pair for s in nearest[:1] for pair in _subjects(s)]
    for subject, word in ours:
        mine = {w for s, w in theirs if s == subject}
        if mine and word not in mine and any(w == word for _, w in theirs):
            far = UNLIKE.get(word, frozenset()) & mine
            if far:
                yield f"the quotes say the opposite of {subject}"


def _subjects(sentence: Sentence) -> Iterator[tuple[str, str]]:
    before: Token | None = None
    for token in sentence.content:
        if before is not None and token.stem in UNLIKE and before.clause == token.clause:
            yield before.stem, token.stem
        before = token


# -- roles and speakers -----------------------------------------------------------------------


def exchanged(claim: Sentence, nearest: Sequence[Sentence]) -> Iterator[str]:
    """Who did it and to whom, the other way round. Found by the words on both sides of a shared
    verb, the passive turned; verbs that mean the same both ways are left out."""
    for sentence in nearest:
        for pivot in claim.content:
            if pivot.name or pivot.stem in _SYMMETRIC:
                continue
            for twin in (t for t in sentence.content if t.stem == pivot.stem and not t.name):
                left, right = _sides(pivot, claim)
                their_left, their_right = _sides(twin, sentence)
                crossed = left & their_right and right & their_left
                straight = left & their_left or right & their_right
                if crossed and not straight and _is_act(pivot, claim) and _is_act(twin, sentence):
                    yield f"who did it and to whom is exchanged ({pivot.word})"
                    return


_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being|got)\s+(?:\w+ly\s+)?$", re.IGNORECASE)
_BY = re.compile(r"\w+\s+(?:\S+\s+){0,4}?by\b", re.IGNORECASE)


def _sides(pivot: Token, sentence: Sentence) -> tuple[frozenset[str], frozenset[str]]:
    """Stems left and right of a verb, doer first; names alone where both sides have one."""
    place = sentence.content.index(pivot)
    before = _near(pivot, sentence.content[max(0, place - 4) : place])
    after = _near(pivot, sentence.content[place + 1 : place + 5])
    if any(t.name for t in before) and any(t.name for t in after):
        before, after = [t for t in before if t.name], [t for t in after if t.name]
    left, right = frozenset(t.stem for t in before), frozenset(t.stem for t in after)
    passive = _BY.match(sentence.text, pivot.start) and (
        _PASSIVE.search(sentence.text[: pivot.start]) or pivot.word.endswith("ed")
    )
    return (right, left) if passive else (left, right)


def _near(pivot: Token, row: Sequence[Token]) -> list[Token]:
    return [t for t in row if t.name or t.clause == pivot.clause]


_NOUN_BEFORE = re.compile(r"(?:\b(?:the|a|an|of|in|for|his|her|its|their)\s+|[’']s?\s+)$", re.I)


def _is_act(pivot: Token, sentence: Sentence) -> bool:
    """Whether the word can be a verb here: no article or preposition stands right before it."""
    return not _NOUN_BEFORE.search(sentence.text[: pivot.start])


_VERBS = "|".join(
    "said says say told tells added adds argued argues claimed claims warned warns announced "
    "announces stated states declared declares wrote insisted insists explained noted suggested "
    "replied testified promised vowed conceded acknowledged complained estimated predicted denied "
    "demanded criticized accused asked urged called".split()
)
_SPOKE_AFTER = re.compile(
    rf"\s*(?:,[^,]{{0,80}},)?\s*(?:\w+ly\s+|has\s+|had\s+|also\s+)?(?:{_VERBS})\b"
)
_SPOKE_BEFORE = re.compile(
    r"(?:\b(?:said|says|told \w+|added|according to|argued|claimed|warned|wrote|insisted|explained)"
    r"\s+(?:(?:the|a|an|mr|mrs|ms|dr)\.?\s+)?(?:[\w-]+\s+){0,3})$",
    re.IGNORECASE,
)


_OF = re.compile(r"\s+(?:of|from)\s")


def speakers(claim: Sentence, nearest: Sequence[Sentence]) -> Iterator[str]:
    """Words of one speaker given to another, who is named in the evidence as well."""
    ours = {name for name, _, _ in _speeches(claim)}
    if not ours or not nearest:
        return
    said = {t.stem for t in claim.content if not t.name and t.stem not in _SPEECH}
    shares: dict[str, int] = {}
    for name, start, end in _speeches(nearest[0]):
        told = {t.stem for t in nearest[0].content if start <= t.start < end}
        shares[name] = max(shares.get(name, 0), len(said & told))
    named = {canonical(t.word) for s in nearest for t in s.tokens}
    best = max(shares, key=lambda name: shares[name], default="")
    for name in sorted(ours & named):
        if best and best not in ours and shares.get(name, 0) * 2 < shares[best]:
            yield f"the quotes give these words to {best.title()}, not {name.title()}"


def _speeches(sentence: Sentence) -> list[tuple[str, int, int]]:
    """(last name of a speaker, where the words that are his begin, where they end)."""
    text, found = sentence.text, list[tuple[str, int, int]]()
    begun = 0
    for start, end in names(text):
        # "Cmdr. Halvane of the Coast Guard said": it is not the guard that speaks
        last = canonical(_OF.split(text[start:end])[0].split()[-1])
        if verb := _SPOKE_AFTER.match(text, end):
            after = text[verb.end() :].lstrip()
            if start > begun + 3 and after[:1] in (*",.;", "") and verb.end() - end < 30:
                found.append((last, begun, start))  # "...," NAME said.
            else:
                found.append((last, end, len(text)))
                if len(found) > 1 and found[-2][2] > start:
                    found[-2] = (found[-2][0], found[-2][1], start)
            begun = verb.end()
        elif _SPOKE_BEFORE.search(text[:start]):
            before = begun if text[begun:start].count(" ") > 4 else end
            found.append((last, before, start if before == begun else len(text)))
            begun = end
    return found


# -- figures ----------------------------------------------------------------------------------


def moved_figures(claim: Sentence, nearest: Sequence[Sentence]) -> Iterator[str]:
    """A number that counts something else in the evidence: "12 died and 30 were hurt" told as "30
    died"."""
    theirs = [pair for s in nearest for pair in _counted(s)]
    for amount, verb, things in _counted(claim):
        same = [(v, row) for a, v, row in theirs if a.value == amount.value]
        others = {a.value for a, _, row in theirs if row[:1] == things[:1]}
        if not same or not things or amount.value in others or not others:
            continue
        if not any(things[0] in row or (verb and verb == v) for v, row in same):
            yield f"{amount.written} counts something else in the quotes"


def _counted(sentence: Sentence) -> Iterator[tuple[Amount, str, list[str]]]:
    """Amounts, the stem of the content word before each, and of up to four after it."""
    found = amounts(sentence.text)
    edges = [0, *(a.end for a in found)]
    for place, amount in enumerate(found):
        stop = found[place + 1].start if place + 1 < len(found) else len(sentence.text)
        before = [t for t in sentence.content if edges[place] <= t.start < amount.start]
        after = [t for t in sentence.content if amount.end <= t.start < stop]
        yield amount, before[-1].stem if before else "", [t.stem for t in after[:4]]
