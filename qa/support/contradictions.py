"""Finds where quotes contradict a claim in words that both share.

    negation, certainty, quantifiers, antonyms, roles, speakers, numbers -> reasons for a reader

Each check compares the claim with the evidence sentences nearest to it. A shared word is needed: a
contradiction in wholly other words is not found. Knows nothing about scores.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from qa.language.entity_names import canonical_name_word, name_spans
from qa.language.lexicon import (
    ANTONYM_STEMS,
    HEDGE_WORDS,
    SPEECH_VERB_STEMS,
    SYMMETRIC_VERB_STEMS,
    SYNONYM_STEMS,
)
from qa.language.sentence_tokens import Sentence, Token, all_stems
from qa.quantities.measurements import Measurement, find_measurements


def find_contradictions(claim: Sentence, nearest: Sequence[Sentence]) -> list[str]:
    """Return every reason found, each once, in a fixed order.

    ``nearest`` are the sentences of the evidence that are about the claim, best first.
    """
    if not nearest:
        return []
    checks = (
        negation_conflicts, certainty_conflicts, quantifier_conflicts, antonym_conflicts,
        role_conflicts, speaker_conflicts, number_conflicts,
    )  # fmt: skip
    return list(dict.fromkeys(reason for check in checks for reason in check(claim, nearest)))


def _tokens_of(stem: str, sentences: Sequence[Sentence]) -> list[Token]:
    return [t for s in sentences for t in s.content_tokens if t.stem == stem]


def _antonyms(stem: str) -> frozenset[str]:
    return ANTONYM_STEMS.get(stem, frozenset())


# -- negation -------------------------------------------------------------------------------


def negation_conflicts(claim: Sentence, nearest: Sequence[Sentence]) -> Iterator[str]:
    """Yield a reason for a word negated on one side and affirmed on the other.

    A negated antonym is no contradiction: "did not win" and "lost".
    """
    stems = all_stems(nearest)
    ours = frozenset(t.stem for t in claim.content_tokens)
    negated = [t for t in claim.content_tokens if t.is_negated]
    if negated and not any(_antonyms(t.stem) & stems for t in negated):
        affirmed = any(_always(t.stem, nearest, negated=False) for t in negated)
        agreed = any(o.is_negated for t in negated for o in _tokens_of(t.stem, nearest))
        if affirmed and not agreed:
            yield "it denies what the quotes affirm"
        elif not agreed and not any(t.is_negated for s in nearest for t in s.content_tokens):
            yield "it denies what the quotes do not deny"
    theirs = [t for t in nearest[0].content_tokens if t.is_negated]
    if negated or any(_antonyms(t.stem) & ours for t in theirs):
        return
    shared = [t for t in theirs if t.stem in ours]
    if shared and all(_always(t.stem, nearest, negated=True) for t in shared):
        yield "it affirms what the quotes deny"


def _always(stem: str, sentences: Sequence[Sentence], *, negated: bool) -> bool:
    found = _tokens_of(stem, sentences)
    return bool(found) and all(t.is_negated == negated for t in found)


# -- certainty and quantifiers ----------------------------------------------------------------


def certainty_conflicts(claim: Sentence, nearest: Sequence[Sentence]) -> Iterator[str]:
    """Yield a reason for "may resign" told as "will resign"; a claim with any hedge passes."""
    if any(t.word in HEDGE_WORDS for t in claim.tokens):
        return
    for token in claim.content_tokens:
        found = _tokens_of(token.stem, nearest)
        if found and not token.is_name and all(t.is_uncertain for t in found):
            yield f"the quotes say only that it may be so ({token.word})"
            return


def quantifier_conflicts(claim: Sentence, nearest: Sequence[Sentence]) -> Iterator[str]:
    """Yield a reason for "some officials" told as "all officials"."""
    for token in claim.content_tokens:
        ranks = [t.quantifier_rank for t in _tokens_of(token.stem, nearest) if t.quantifier_rank]
        if ranks and max(ranks) < token.quantifier_rank:
            yield f"the quotes say it of fewer {token.word}"


# -- antonyms -------------------------------------------------------------------------------


def antonym_conflicts(claim: Sentence, nearest: Sequence[Sentence]) -> Iterator[str]:
    """Yield a reason for a claim's word that the evidence lacks while it has an antonym: rose for
    fell, before for after, named for unnamed. A negation on one side cancels."""
    stems, ours = all_stems(nearest), claim.stems
    for token in claim.content_tokens:
        if token.stem in stems or SYNONYM_STEMS.get(token.stem, frozenset()) & stems:
            continue
        for antonym in _antonyms(token.stem) & stems - ours:
            theirs = _tokens_of(antonym, nearest)
            if any(t.is_negated == token.is_negated for t in theirs):
                yield f"the quotes say {theirs[0].word}, not {token.word}"
                break
        else:
            yield from _prefix_conflicts(token, stems, ours)


def _prefix_conflicts(token: Token, stems: frozenset[str], ours: frozenset[str]) -> Iterator[str]:
    """Yield a reason for "named" against "unnamed"."""
    for prefix in ("un", "non"):
        bare = token.stem.removeprefix(prefix)
        if len(bare) > 3 and bare != token.stem and bare in stems and bare not in ours:
            yield f"the quotes do not say {token.word}"
        if len(token.stem) > 3 and prefix + token.stem in stems - ours:
            yield f"the quotes say {prefix}{token.word}, not {token.word}"


# -- roles ------------------------------------------------------------------------------------


def role_conflicts(claim: Sentence, nearest: Sequence[Sentence]) -> Iterator[str]:
    """Yield a reason when agent and patient are exchanged.

    Found by the words on both sides of a shared verb, the passive turned; verbs that mean the same
    both ways are left out.
    """
    for sentence in nearest:
        for verb in claim.content_tokens:
            if verb.is_name or verb.stem in SYMMETRIC_VERB_STEMS:
                continue
            for twin in (t for t in sentence.content_tokens if t.stem == verb.stem):
                if not twin.is_name and _is_exchanged(verb, claim, twin, sentence):
                    yield f"who did it and to whom is exchanged ({verb.word})"
                    return


def _is_exchanged(verb: Token, claim: Sentence, twin: Token, sentence: Sentence) -> bool:
    agents, patients = _roles(verb, claim)
    their_agents, their_patients = _roles(twin, sentence)
    crossed = agents & their_patients and patients & their_agents
    straight = agents & their_agents or patients & their_patients
    return bool(crossed and not straight)


_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being|got)\s+(?:\w+ly\s+)?$", re.IGNORECASE)
_BY = re.compile(r"\w+\s+(?:\S+\s+){0,4}?by\b", re.IGNORECASE)


def _roles(verb: Token, sentence: Sentence) -> tuple[frozenset[str], frozenset[str]]:
    """Return the stems of agents and of patients: up to four content words on each side of a verb,
    names alone where both sides have one."""
    place = sentence.content_tokens.index(verb)
    row = sentence.content_tokens
    before, after = (
        [t for t in side if t.is_name or t.clause == verb.clause]
        for side in (row[max(0, place - 4) : place], row[place + 1 : place + 5])
    )
    if any(t.is_name for t in before) and any(t.is_name for t in after):
        before, after = [t for t in before if t.is_name], [t for t in after if t.is_name]
    left, right = frozenset(t.stem for t in before), frozenset(t.stem for t in after)
    is_passive = _BY.match(sentence.text, verb.start) and (
        _PASSIVE.search(sentence.text[: verb.start]) or verb.word.endswith("ed")
    )
    return (right, left) if is_passive else (left, right)


# -- speakers -----------------------------------------------------------------------------------

_VERBS = "|".join(
    "said says say told tells added adds argued argues claimed claims warned warns announced "
    "announces stated states declared declares wrote insisted insists explained noted suggested "
    "replied testified promised vowed conceded acknowledged complained estimated predicted denied "
    "demanded criticized accused asked urged called".split()
)
_VERB_BEHIND = re.compile(
    rf"\s*(?:,[^,]{{0,80}},)?\s*(?:\w+ly\s+|has\s+|had\s+|also\s+)?(?:{_VERBS})\b"
)
_VERB_BEFORE = re.compile(
    r"(?:\b(?:said|says|told \w+|added|according to|argued|claimed|warned|wrote|insisted|explained)"
    r"\s+(?:(?:the|a|an|mr|mrs|ms|dr)\.?\s+)?(?:[\w-]+\s+){0,3})$",
    re.IGNORECASE,
)
_AFFILIATION = re.compile(r"\s+(?:of|from)\s")


def speaker_conflicts(claim: Sentence, nearest: Sequence[Sentence]) -> Iterator[str]:
    """Yield a reason for words given to another speaker, who is named in the evidence as well."""
    ours = {name for name, _, _ in _statements(claim)}
    if not ours:
        return
    words = {
        t.stem for t in claim.content_tokens if not t.is_name and t.stem not in SPEECH_VERB_STEMS
    }
    shared: dict[str, int] = {}
    for name, start, end in _statements(nearest[0]):
        theirs = {t.stem for t in nearest[0].content_tokens if start <= t.start < end}
        shared[name] = max(shared.get(name, 0), len(words & theirs))
    named = {canonical_name_word(t.word) for s in nearest for t in s.tokens}
    best = max(shared, key=lambda name: shared[name], default="")
    for name in sorted(ours & named):
        if best and best not in ours and shared.get(name, 0) * 2 < shared[best]:
            yield f"the quotes give these words to {best.title()}, not {name.title()}"


def _statements(sentence: Sentence) -> list[tuple[str, int, int]]:
    """Return (last name of a speaker, start and end offset of the words that are theirs)."""
    text, found = sentence.text, list[tuple[str, int, int]]()
    begun = 0
    for start, end in name_spans(text):
        # "Cmdr. Halvane of the Coast Guard said": it is not the guard that speaks
        last_name = canonical_name_word(_AFFILIATION.split(text[start:end])[0].split()[-1])
        if verb := _VERB_BEHIND.match(text, end):
            after = text[verb.end() :].lstrip()
            if start > begun + 3 and after[:1] in (*",.;", "") and verb.end() - end < 30:
                found.append((last_name, begun, start))  # "...," NAME said.
            else:
                if found and found[-1][2] > start:
                    found[-1] = (*found[-1][:2], start)
                found.append((last_name, end, len(text)))
            begun = verb.end()
        elif _VERB_BEFORE.search(text[:start]):
            speech_before = text[begun:start].count(" ") > 4
            found.append(
                (last_name, begun, start) if speech_before else (last_name, end, len(text))
            )
            begun = end
    return found


# -- numbers --------------------------------------------------------------------------------------


def number_conflicts(claim: Sentence, nearest: Sequence[Sentence]) -> Iterator[str]:
    """Yield a reason for a number that counts something else in the evidence: "12 died and 30 were
    hurt" told as "30 died"."""
    theirs = [found for s in nearest for found in _counted(s)]
    for measurement, verb, things in _counted(claim):
        same = [(v, row) for m, v, row in theirs if m.value == measurement.value]
        others = {m.value for m, _, row in theirs if row[:1] == things[:1]}
        if not same or not things or measurement.value in others or not others:
            continue
        if not any(things[0] in row or (verb and verb == v) for v, row in same):
            yield f"{measurement.text} counts something else in the quotes"


def _counted(sentence: Sentence) -> Iterator[tuple[Measurement, str, list[str]]]:
    """Yield each measurement, the stem of the content word before it, and up to four after it."""
    found = find_measurements(sentence.text)
    ends = [0, *(m.end for m in found)]
    starts = [*(m.start for m in found[1:]), len(sentence.text)]
    for low, measurement, high in zip(ends, found, starts, strict=False):
        before = [t for t in sentence.content_tokens if low <= t.start < measurement.start]
        after = [t for t in sentence.content_tokens if measurement.end <= t.start < high]
        yield measurement, before[-1].stem if before else "", [t.stem for t in after[:4]]
