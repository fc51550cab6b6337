"""Does a question take for granted what the articles say otherwise?

    "Why did the bank raise its rate?"  beside  "The bank cut its key rate on Thursday"

Only what can be seen at shared words: another number of the same thing, the opposite word, a
denial, doer and done-to exchanged. The sentence must say nearly everything else that the question
says.
Precision matters far more than recall: nothing is called false that another sentence bears out.
Knows nothing about retrieval or models.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.language.lexicon import ANTONYM_STEMS, SYNONYM_STEMS
from qa.language.sentence_tokens import Sentence, Token, parse_sentence, parse_sentences
from qa.quantities.measurements import Measurement, find_measurements, measurements_match
from qa.questions.interpretation import Question
from qa.reading.answerability import probability
from qa.reading.evidence import ANSWER_AT, Evidence
from qa.support.contradictions import role_conflicts

READ = 5
"""Sentences, best first, in which a contradiction is looked for."""

CHECKED = 12
"""Sentences that may bear the premise out."""

TOLD = 0.6
"""Share of the question's other content words that the contradicting sentence must say."""

LEAST = 3
"""Content words that the two must share."""


NEARLY_SAME = 0.1
"""Figures closer than this share of each other may be the same, rounded or of another day."""

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
class Clash:
    """A sentence that contradicts the question, and what to tell the reader."""

    notice: str
    evidence: Evidence


def clash(question: Question, rated: Sequence[Evidence]) -> Clash | None:
    """The contradiction nearest to the question, or None. Yes-or-no questions take nothing for
    granted: "no" is an answer to them."""
    if question.kind == "yes_no":
        return None
    claim = (parse_sentences(question.text) or (parse_sentence(question.text),))[-1]
    if not (_supposes(claim) or any(_disputable(t, claim) for t in claim.content_tokens)
            or any(map(_counts, find_measurements(claim.text)))):  # fmt: skip
        return None
    for item in rated[:READ]:
        if not _same_story(item):
            continue
        told = parse_sentence(item.text)
        title = parse_sentence(item.article.title or "").stems
        if notice := _clash(claim, told, title, rated[:CHECKED]):
            return Clash(notice, item)
    return None


def _same_story(item: Evidence) -> bool:
    """Whether the sentence would answer but for the question's figures: another earthquake of
    another magnitude contradicts nothing."""
    features = {**item.features, "figure": 0.0, "year": 0.0}
    return not features.get("unknown") and probability(features) >= ANSWER_AT


def _clash(
    claim: Sentence, told: Sentence, title: frozenset[str], rated: Sequence[Evidence]
) -> str | None:
    for ours, theirs in _figures(claim, told):
        if _says(claim, told, title, ours.text) and not _given(ours, claim, rated):
            asked, given = _with_thing(ours, claim.text), _with_thing(theirs, told.text)
            return f"The question says “{asked}”; the articles say “{given}”."
    for word, other in _opposites(claim, told):
        if _says(claim, told, title, word.word) and not _said(word, claim, rated):
            return f"The question says “{word.word}”; the articles say “{other.word}”."
    if not _supposes(claim) or not _says(claim, told, title, ""):
        return None
    if denied := _denied(claim, told):
        return f"The question takes for granted what the articles deny: “{denied.word}”."
    if any(role_conflicts(claim, [told])):
        return "In the articles it is the other way round: who did it and to whom."
    return None


def _supposes(claim: Sentence) -> bool:
    """ "Why did ...", "How is ...": all after the auxiliary is taken for granted."""
    return bool(re.match(rf"\W*(?:why|how|when|where)\s+{_AUXILIARY.pattern}", claim.text, re.I))


def _says(claim: Sentence, told: Sentence, title: frozenset[str], but: str) -> bool:
    """Whether the sentence (its headline helps) says nearly all that the question says, but for
    the words in dispute."""
    apart = {t.stem for t in parse_sentence(but).tokens}
    wanted = [t for t in claim.content_tokens if t.stem not in apart]
    own = sum(_in(t, told.stems) for t in wanted)
    both = sum(_in(t, told.stems | title) for t in wanted)
    return own >= LEAST and both >= TOLD * len(wanted)


def _in(token: Token, stems: frozenset[str]) -> bool:
    return token.stem in stems or bool(SYNONYM_STEMS.get(token.stem, frozenset()) & stems)


# -- figures --------------------------------------------------------------------------------------


def _figures(claim: Sentence, told: Sentence) -> Iterator[tuple[Measurement, Measurement]]:
    """Amounts of the question and what the sentence counts of the same thing instead."""
    theirs = find_measurements(told.text)
    for ours in find_measurements(claim.text):
        rivals = [a for a in theirs if _same_thing(ours, claim, a, told)]
        if _counts(ours) and len(rivals) == 1 and not _near(ours, rivals[0], claim):
            yield ours, rivals[0]


def _counts(amount: Measurement) -> bool:
    """A number, not an ordinal or a fraction."""
    ordinal = re.search(r"(?:st|nd|rd|th)$|^(?:first|second|third)$", amount.text, re.I)
    return amount.is_exact and amount.value > 1 and not ordinal


def _same_thing(ours: Measurement, claim: Sentence, theirs: Measurement, told: Sentence) -> bool:
    """Same unit and a word beside both; without a unit, the thing counted is the same."""
    if ours.unit != theirs.unit or not _counts(theirs):
        return False
    if re.match(r"\s+(?:other|more|another)\b", told.text[theirs.end :]):
        return False
    if ours.unit:
        return bool(_beside(ours, claim) & _beside(theirs, told))
    return bool(_thing(ours, claim) & _thing(theirs, told))


def _thing(amount: Measurement, sentence: Sentence) -> frozenset[str]:
    """Stems of the first two content words after an amount."""
    after = [t for t in sentence.content_tokens if t.start >= amount.end]
    return frozenset(t.stem for t in after[:2])


def _beside(amount: Measurement, sentence: Sentence) -> frozenset[str]:
    """Stems of the three content words before an amount and of the three after it."""
    before = [t.stem for t in sentence.content_tokens if t.start < amount.start]
    after = [t.stem for t in sentence.content_tokens if t.start >= amount.end]
    return frozenset([*before[-3:], *after[:3]])


def _with_thing(amount: Measurement, text: str) -> str:
    """The amount with the word behind it: 500 grams, 90-day."""
    after = re.match(r"[\s-]?[^\W\d_]+", text[amount.end :])
    return text[amount.start : amount.end + (after.end() if after else 0)]


def _near(ours: Measurement, theirs: Measurement, claim: Sentence) -> bool:
    larger = max(abs(ours.value), abs(theirs.value)) or 1.0
    return (
        measurements_match(ours, theirs, claim.text)
        or abs(ours.value - theirs.value) <= NEARLY_SAME * larger
    )


def _given(ours: Measurement, claim: Sentence, rated: Sequence[Evidence]) -> bool:
    """Whether any passage read gives the question's figure."""
    passages = {item.hit.passage.text for item in rated}
    return any(
        measurements_match(ours, a, claim.text)
        for text in passages
        for a in find_measurements(text)
    )


# -- opposites ------------------------------------------------------------------------------------


def _opposites(claim: Sentence, told: Sentence) -> Iterator[tuple[Token, Token]]:
    """Words of the question whose opposite the sentence says of the same thing."""
    for word in claim.content_tokens:
        if not _disputable(word, claim) or _in(word, told.stems):
            continue
        rivals = ANTONYM_STEMS.get(word.stem, frozenset()) & told.stems - claim.stems
        for other in (t for t in told.content_tokens if t.stem in rivals and _plainly(t, told)):
            if other.is_negated == word.is_negated and _about(word, claim) & _about(other, told):
                yield word, other


def _disputable(word: Token, claim: Sentence) -> bool:
    return not word.is_name and word.stem in ANTONYM_STEMS and _claimed(word, claim)


def _about(word: Token, sentence: Sentence) -> frozenset[str]:
    """Stems of the content words that stand next to a word, on either side."""
    place = sentence.content_tokens.index(word)
    return frozenset(
        t.stem for t in sentence.content_tokens[max(0, place - 3) : place + 4] if t != word
    )


def _claimed(word: Token, claim: Sentence) -> bool:
    """Whether the question takes the word for granted: it stands in the clause of the auxiliary.
    "Who lost the final?" asks it, and "when talks began" only says when."""
    before = claim.text[: word.start]
    asked = _ASKING.search(before)
    auxiliary = _AUXILIARY.search(before, asked.end()) if asked else None
    return auxiliary is not None and not _SUBORDINATE.search(before, auxiliary.end())


def _plainly(word: Token, told: Sentence) -> bool:
    return not (word.is_name or word.is_uncertain or _HARDLY.search(told.text[: word.start]))


def _said(word: Token, claim: Sentence, rated: Sequence[Evidence]) -> bool:
    """Whether another sentence says the question's own word of the same thing."""
    wanted = _about(word, claim)
    return any(
        _in(word, found.stems) and len(wanted & found.stems) >= min(2, len(wanted))
        for found in (parse_sentence(item.text) for item in rated)
    )


# -- denials --------------------------------------------------------------------------------------


def _denied(claim: Sentence, told: Sentence) -> Token | None:
    """The word that one of the two denies ("did not attend") and the other does not."""
    ours, theirs = _after_not(claim), _after_not(told)
    for token in claim.content_tokens:
        if token.is_name or not (_claimed(token, claim) or token.stem in ours):
            continue
        twins = [t for t in told.content_tokens if t.stem == token.stem]
        if token.stem in theirs - ours and len(twins) == 1 and not ours:
            return token
        if (
            token.stem in ours - theirs
            and twins
            and not any(t.is_negated for t in told.content_tokens)
        ):
            return token
    return None


def _after_not(sentence: Sentence) -> frozenset[str]:
    """Stems of the content words that directly follow "not" or "never"."""
    found, negated = set(), False
    for token in sentence.tokens:
        if negated and token.is_content:
            found.add(token.stem)
        if token.is_content or token.word in _NOT or token.word.endswith("n't"):
            negated = not token.is_content
    return frozenset(found)
