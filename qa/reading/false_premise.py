"""Detects a false premise: a question that presupposes what the articles contradict.

    "Why did the bank raise its rate?"  against  "The bank cut its key rate on Thursday"

Four kinds, all seen at words that question and sentence share: another number of the same thing, an
antonym, a negation, agent and patient exchanged. The sentence must say nearly everything else that
the question says, and would have to answer it. Precision matters far more than recall: no premise
is called false that another sentence supports. Knows nothing about retrieval or models.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.language.lexicon import ANTONYM_STEMS
from qa.language.sentence_tokens import Sentence, Token, parse_sentence, parse_sentences
from qa.quantities.measurements import Measurement, find_measurements, states_measurement
from qa.questions.interpretation import Question
from qa.reading.evidence import Evidence
from qa.support.contradictions import role_conflicts
from qa.support.differences import different_figures, is_among, is_count, with_noun, words_but

MAX_SENTENCES_CONTRADICTING = 5
"""Sentences, best first, in which a contradiction is looked for."""

MAX_SENTENCES_SUPPORTING = 12
"""Sentences, best first, any of which may support the premise after all."""

MIN_SHARE_SHARED = 0.6
"""Share of the question's other content words that the contradicting sentence must say."""

MIN_WORDS_SHARED = 3
"""Content words that the two must share."""

_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|may|might)\b", re.I
)
_ASKING = re.compile(r"\b(?:who|whom|whose|which|what|why|how|when|where)\b", re.I)
_SUBORDINATE = re.compile(
    r"\b(?:when|after|before|while|as|if|because|that|who|which|whose|where|to|for|until|since)\b",
    re.I,
)
_HARDLY = re.compile(r"\b(?:nearly|almost|hardly|barely)\s+$", re.I)
_NOT = frozenset({"not", "never"})


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A sentence that contradicts the question, and what to tell the reader."""

    notice: str
    evidence: Evidence


def find_contradiction(question: Question, evidence: Sequence[Evidence]) -> Contradiction | None:
    """The best sentence that contradicts a premise of the question, or None. ``evidence``: best
    first. Yes-or-no questions have no premise: "no" is an answer to them."""
    if question.kind == "yes_no":
        return None
    claim = (parse_sentences(question.text) or (parse_sentence(question.text),))[-1]
    if not (_presupposes(claim) or any(_may_be_false(t, claim) for t in claim.content_tokens)
            or any(map(is_count, find_measurements(claim.text)))):  # fmt: skip
        return None
    for item in evidence[:MAX_SENTENCES_CONTRADICTING]:
        if not _is_same_story(item):
            continue
        sentence = parse_sentence(item.text)
        title = parse_sentence(item.article.title or "").stems
        others = evidence[:MAX_SENTENCES_SUPPORTING]
        if notice := _contradiction_notice(claim, sentence, title, others):
            return Contradiction(notice, item)
    return None


def _is_same_story(item: Evidence) -> bool:
    """Whether every name of the question stands near the sentence: another earthquake of another
    magnitude contradicts nothing."""
    return not (item.features.get("unknown", 1.0) or item.features.get("apart", 1.0))


def _contradiction_notice(
    claim: Sentence, sentence: Sentence, title: frozenset[str], evidence: Sequence[Evidence]
) -> str | None:
    """How the sentence contradicts the question, in words for the reader; None if it does not.
    ``title``: stems of its article's headline; ``evidence``: what may support the premise."""
    for ours, theirs in different_figures(claim, sentence):
        if _says_the_rest(claim, sentence, title, ours.text) and not _is_reported(ours, evidence):
            asked, given = with_noun(ours, claim.text), with_noun(theirs, sentence.text)
            return f"The question says “{asked}”; the articles say “{given}”."
    for word, antonym in _antonyms(claim, sentence):
        if _says_the_rest(claim, sentence, title, word.word) and not _is_said(
            word, claim, evidence
        ):
            return f"The question says “{word.word}”; the articles say “{antonym.word}”."
    if not _presupposes(claim) or not _says_the_rest(claim, sentence, title, ""):
        return None
    if negated := _negated_in_one(claim, sentence):
        return f"The question takes for granted what the articles deny: “{negated.word}”."
    if any(role_conflicts(claim, [sentence])):
        return "In the articles it is the other way round: who did it and to whom."
    return None


def _presupposes(claim: Sentence) -> bool:
    """ "Why did ...", "How is ...": all after the auxiliary is presupposed."""
    return bool(re.match(rf"\W*(?:why|how|when|where)\s+{_AUXILIARY.pattern}", claim.text, re.I))


def _says_the_rest(
    claim: Sentence, sentence: Sentence, title: frozenset[str], disputed: str
) -> bool:
    """Whether the sentence (its headline helps) says nearly all that the question says, but for
    the disputed words."""
    wanted = words_but(claim, disputed)
    own = sum(is_among(t, sentence.stems) for t in wanted)
    both = sum(is_among(t, sentence.stems | title) for t in wanted)
    return own >= MIN_WORDS_SHARED and both >= MIN_SHARE_SHARED * len(wanted)


# -- figures --------------------------------------------------------------------------------------


def _is_reported(ours: Measurement, evidence: Sequence[Evidence]) -> bool:
    """Whether any passage gives the question's figure."""
    return any(states_measurement(item.hit.passage.text, ours) for item in evidence)


# -- antonyms -------------------------------------------------------------------------------------


def _antonyms(claim: Sentence, sentence: Sentence) -> Iterator[tuple[Token, Token]]:
    """Words of the question whose antonym the sentence says of the same thing."""
    for word in claim.content_tokens:
        if not _may_be_false(word, claim) or is_among(word, sentence.stems):
            continue
        rivals = ANTONYM_STEMS.get(word.stem, frozenset()) & sentence.stems - claim.stems
        for other in (
            t for t in sentence.content_tokens if t.stem in rivals and _is_plain(t, sentence)
        ):
            same = _neighbors(word, claim) & _neighbors(other, sentence)
            if same and other.is_negated == word.is_negated:
                yield word, other


def _may_be_false(word: Token, claim: Sentence) -> bool:
    return not word.is_name and word.stem in ANTONYM_STEMS and _is_presupposed(word, claim)


def _neighbors(word: Token, sentence: Sentence) -> frozenset[str]:
    """Stems of the content words that stand next to a word, on either side."""
    place = sentence.content_tokens.index(word)
    return frozenset(
        t.stem for t in sentence.content_tokens[max(0, place - 3) : place + 4] if t != word
    )


def _is_presupposed(word: Token, claim: Sentence) -> bool:
    """Whether the question presupposes the word: it stands in the clause of the auxiliary.
    "Who lost the final?" asks it, and "when talks began" only says when."""
    before = claim.text[: word.start]
    asked = _ASKING.search(before)
    auxiliary = _AUXILIARY.search(before, asked.end()) if asked else None
    return auxiliary is not None and not _SUBORDINATE.search(before, auxiliary.end())


def _is_plain(word: Token, sentence: Sentence) -> bool:
    return not (word.is_name or word.is_uncertain or _HARDLY.search(sentence.text[: word.start]))


def _is_said(word: Token, claim: Sentence, evidence: Sequence[Evidence]) -> bool:
    """Whether any sentence says the question's own word of the same thing."""
    wanted = _neighbors(word, claim)
    return any(
        is_among(word, found.stems) and len(wanted & found.stems) >= min(2, len(wanted))
        for found in (parse_sentence(item.text) for item in evidence)
    )


# -- negation -------------------------------------------------------------------------------------


def _negated_in_one(claim: Sentence, sentence: Sentence) -> Token | None:
    """The word that one of the two negates ("did not attend") and the other does not."""
    ours, theirs = _stems_after_not(claim), _stems_after_not(sentence)
    for token in claim.content_tokens:
        if token.is_name or not (_is_presupposed(token, claim) or token.stem in ours):
            continue
        twins = [t for t in sentence.content_tokens if t.stem == token.stem]
        if token.stem in theirs - ours and len(twins) == 1 and not ours:
            return token
        if (
            token.stem in ours - theirs
            and twins
            and not any(t.is_negated for t in sentence.content_tokens)
        ):
            return token
    return None


def _stems_after_not(sentence: Sentence) -> frozenset[str]:
    """Stems of the content words that directly follow "not" or "never"."""
    found, negated = set(), False
    for token in sentence.tokens:
        if negated and token.is_content:
            found.add(token.stem)
        if token.is_content or token.word in _NOT or token.word.endswith("n't"):
            negated = not token.is_content
    return frozenset(found)
