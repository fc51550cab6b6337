"""Checks a draft against the library: every sentence supported, contradicted or not found.

    draft -> sentences, each with the one that its pronoun refers to      read_draft
    sentence -> search -> sentences of articles about the same            FactChecker
             -> the fewest quotes that support it (claim_check)        -> supported
             -> a quote that says the rest of it otherwise (differences) -> contradicted
             -> neither: the nearest quote, and what it lacks          -> not_found

The judge is the one that checks what a model writes; no language model is asked. Knows nothing
about files, terminals or pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from ingest.records import When, day_of
from ingest.segmentation import sentence_spans
from ingest.storage.catalogue.filters import Filters
from ingest.storage.library import Library
from qa.answers.citations import CitationList
from qa.answers.quote_annotation import annotator
from qa.answers.quoting import needs_antecedent, with_antecedent
from qa.errors import BadDraft, EmptyLibrary
from qa.language.entity_names import index_names, missing_names
from qa.language.sentence_tokens import Sentence, parse_sentence
from qa.language.words import content_stems
from qa.quantities.calendar_dates import missing_dates
from qa.quantities.measurements import (
    find_measurements,
    missing_measurements,
    states_measurement,
)
from qa.questions.interpretation import MAX_QUESTION_CHARACTERS, interpret
from qa.reading.evidence import Evidence, candidate_sentences
from qa.reading.prompt_injection import without_injections
from qa.records import Citation, to_json
from qa.retrieval.ranking import Hit, stems_of, weighted_coverage
from qa.retrieval.retriever import HybridRetriever
from qa.support.differences import Difference, find_differences, gives, is_among, words_but
from qa.writing.claim_check import Written, check_claim, is_question
from qa.writing.writer import KnownEvidence

Verdict = Literal["supported", "contradicted", "not_found", "not_checkable"]

MAX_DRAFT_SENTENCES = 400
"""Sentences of a draft: a long feature has two hundred."""

MAX_DRAFT_CHARACTERS = 200_000

MAX_ANTECEDENT_CHARACTERS = 1_000
"""Characters of the sentences before one that opens with a pronoun; of more, the last alone."""

MIN_WORDS_OF_CLAIM = 2
"""Content words, with those of what a pronoun refers to: of fewer ("There were no deaths.") any
article may hold all. An exclamation of fewer ("What a day!") claims nothing."""

MAX_SENTENCES_COMPARED = 12
"""Sentences of articles, those that share most of a claim's words, that it is compared with."""

MIN_SHARE_SAID = 0.7
"""Share of the claim's other content words that a contradicting sentence must say."""

MIN_WORDS_SAID = 3
"""Content words of the claim that it must say itself, without its headline."""

MIN_SHARE_OF_AGREEING = 0.5
"""The same of a sentence that gives the disputed fact as it is claimed, and so lets it stand."""

MAX_DIFFERENCES = 2
"""Facts in which the two may differ: with more, it is another event that is told."""

MIN_NEARNESS = 0.4
"""Share of a claim's words, by weight, from which a sentence is shown as the nearest."""


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """A sentence of a draft: ``draft[start:end] == text``."""

    text: str
    start: int
    end: int
    antecedent: str = ""
    """The sentences before it that say whom its pronoun means; empty when it stands alone."""


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """A sentence of a draft with its verdict, and the numbers of the citations that it rests on:
    those that support it, the one that contradicts it, or the nearest one."""

    text: str
    start: int
    end: int
    verdict: Verdict
    citations: tuple[int, ...] = ()
    differences: tuple[Difference, ...] = ()
    """What the cited sentence says otherwise, for a contradicted one."""
    reasons: tuple[str, ...] = ()
    """What the nearest quote lacks, for one that was not found."""
    read_with: str = ""
    """The sentences before it with which it was searched."""


@dataclass(frozen=True, slots=True)
class DraftCheck:
    """A checked draft: its sentences in order, and the numbered quotes."""

    sentences: tuple[CheckedSentence, ...]
    citations: tuple[Citation, ...]
    asked_at: date | None = None
    newest_article: date | None = None
    """The newest publication day in the library: how fresh the check can be."""

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many sentences have each verdict."""
        found = [sentence.verdict for sentence in self.sentences]
        return {verdict: found.count(verdict) for verdict in VERDICTS}

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; dates as ISO 8601 strings."""
        values: dict[str, Any] = to_json(self)
        return {"counts": dict(self.counts)} | values


VERDICTS: tuple[Verdict, ...] = ("supported", "contradicted", "not_found", "not_checkable")


def read_draft(text: str) -> tuple[DraftSentence, ...]:
    """The sentences of a draft. Raises BadDraft when it has none, or too many."""
    if len(text) > MAX_DRAFT_CHARACTERS:
        raise BadDraft(
            f"A draft may have {MAX_DRAFT_CHARACTERS:,} characters; this one has {len(text):,}. "
            "Check it in parts."
        )
    found: list[DraftSentence] = []
    for start, end in sentence_spans(text):
        one = DraftSentence(text[start:end], start, end)
        if found and needs_antecedent(one.text):
            before = f"{found[-1].antecedent} {found[-1].text}".strip()
            before = before if len(before) <= MAX_ANTECEDENT_CHARACTERS else found[-1].text
            one = replace(one, antecedent=before)
        found.append(one)
    if not any(content_stems(one.text) for one in found):
        raise BadDraft("There is nothing to check: the draft has no sentence in words.")
    if len(found) > MAX_DRAFT_SENTENCES:
        raise BadDraft(
            f"A draft may have {MAX_DRAFT_SENTENCES} sentences; this one has {len(found)}. "
            "Check it in parts."
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of one claim: the verdict with the evidence behind it."""

    verdict: Verdict
    evidence: tuple[Evidence, ...] = ()
    score: float = 0.0
    differences: tuple[Difference, ...] = ()
    reasons: tuple[str, ...] = ()


class FactChecker:
    """Checks drafts against one library. Safe to share between threads."""

    def __init__(self, library: Library, retriever: HybridRetriever | None = None) -> None:
        self._library = library
        self._retriever = retriever or HybridRetriever(library)

    def check(
        self, text: str, *, asked_at: When | None = None, filters: Filters | None = None
    ) -> Iterator[DraftCheck]:
        """The check after each sentence; the last one is whole. ``asked_at``: the day on which the
        draft is checked, ``filters``: the articles that it is checked against.

        Raises BadDraft, EmptyLibrary, BadFilter.
        """
        draft = read_draft(text)
        if not self._library.facts().passages:
            raise EmptyLibrary("There are no articles to check against. Add some first.")
        quoted = CitationList(annotator(self._library))
        known = KnownEvidence(quoted.annotate)
        checked: tuple[CheckedSentence, ...] = ()
        for one in draft:
            judged = self._judge(one, asked_at, filters or Filters(), known)
            quoted, numbers = quoted.cite(judged.evidence, judged.score)
            checked += (
                CheckedSentence(
                    one.text, one.start, one.end, judged.verdict, numbers,
                    judged.differences, judged.reasons, one.antecedent,
                ),
            )  # fmt: skip
            day = day_of(asked_at) if asked_at else None
            yield DraftCheck(checked, quoted.citations, day, self._library.facts().newest)

    def _judge(
        self, one: DraftSentence, asked_at: When | None, filters: Filters, known: KnownEvidence
    ) -> Judged:
        words = {*content_stems(f"{one.text} {one.antecedent}")}
        if is_question(one.text) or not words:
            return Judged("not_checkable")
        if len(words) < MIN_WORDS_OF_CLAIM:
            exclaimed = one.text.rstrip("”\"’')").endswith("!")
            return Judged("not_checkable" if exclaimed else "not_found")
        searched = f"{one.text} {one.antecedent}"[:MAX_QUESTION_CHARACTERS]
        question = replace(interpret(searched, asked_at=asked_at), filters=filters)
        hits = self._retriever.search(question)
        weights = self._library.idf(content_stems(one.text))
        return judge_claim(one, without_injections(nearest_evidence(one, hits, weights)), known)


def nearest_evidence(
    one: DraftSentence, hits: Sequence[Hit], weights: Mapping[str, float]
) -> list[Evidence]:
    """The sentences of the passages that share most of a claim's words, best first; of those that
    name nobody whom its pronoun can mean, none."""
    meant = _names(one.antecedent)
    about = [hit for hit in hits if not meant or meant & _names_near(hit)]
    rated = [
        replace(e, score=covered, features={"covered": covered})
        for e in candidate_sentences(about)
        if not is_question(e.text)
        for covered in [weighted_coverage(weights, stems_of(e.text))]
    ]
    return sorted(rated, key=lambda e: -e.score)[:MAX_SENTENCES_COMPARED]


def _names(text: str) -> frozenset[str]:
    """The last words of the names of a text."""
    return frozenset(name[-1] for name in index_names(text).names)


def _names_near(hit: Hit) -> frozenset[str]:
    return index_names(f"{hit.article.title} . {hit.passage.text}").words


def judge_claim(one: DraftSentence, evidence: Sequence[Evidence], known: KnownEvidence) -> Judged:
    """The verdict on one claim. ``evidence``: what may support or contradict it, best first."""
    written = _best_support(one, evidence, known)
    found = find_contradiction(one, evidence, known)
    if found and not (written.supported and _may_be_overlooked(found.differences)):
        return found
    if written.supported:
        return Judged("supported", written.evidence, written.score)
    if evidence and evidence[0].score >= MIN_NEARNESS:
        return Judged("not_found", (evidence[0],), 0.0, reasons=written.reasons)
    return Judged("not_found")


def _best_support(
    one: DraftSentence, evidence: Sequence[Evidence], known: KnownEvidence
) -> Written:
    """How well the quotes of one article, the best, support a claim. Two articles together would
    support what neither says: a mayor of one for the minister of the other."""
    quotable = list({e.place: e for e in (*evidence, *map(with_antecedent, evidence))}.values())
    articles = dict.fromkeys(e.article.id for e in quotable)
    tried = [
        check_claim(one.text, [e for e in quotable if e.article.id == article], known.context)
        for article in articles
    ]
    nothing = Written(one.text, (), 0.0, supported=False)
    return max(tried, key=lambda w: (w.supported, w.score), default=nothing)


def find_contradiction(
    one: DraftSentence, evidence: Sequence[Evidence], known: KnownEvidence
) -> Judged | None:
    """The best sentence that says the rest of a claim and one or two of its facts otherwise, unless
    another one gives them as they are claimed."""
    claim = parse_sentence(one.text)
    parsed = [parse_sentence(e.text) for e in evidence]
    found = [
        find_differences(claim, sentence, known.context(item))
        for item, sentence in zip(evidence, parsed, strict=True)
    ]
    agreeing = [
        sentence
        for sentence, differences in zip(parsed, found, strict=True)
        if not differences and _share_said(claim, sentence) >= MIN_SHARE_OF_AGREEING
    ]
    for item, sentence, differences in zip(evidence, parsed, found, strict=True):
        if (
            0 < len(differences) <= MAX_DIFFERENCES
            and _says_enough(claim, sentence, item, differences)
            and _is_same_story(claim, item, known.context(item), differences)
            and not any(gives(agreeing, difference) for difference in differences)
            and not any(_stands_nearby(difference, item) for difference in differences)
        ):
            return Judged("contradicted", (item,), 0.0, tuple(differences))
    return None


def _stands_nearby(difference: Difference, item: Evidence) -> bool:
    """Whether the passage gives the figure or day as it is claimed, but in another sentence: that
    may tell it of the same thing, and what is not sure is no contradiction."""
    if difference.kind not in ("figure", "day"):
        return False
    others = item.hit.passage.text.replace(item.text, " ")
    claimed = difference.claimed
    if difference.kind == "day":
        return claimed.casefold() in others.casefold()
    amounts = find_measurements(claimed)
    here, there = (
        any(states_measurement(text, amount) for amount in amounts) for text in (item.text, others)
    )
    return there and not here


def _may_be_overlooked(differences: Sequence[Difference]) -> bool:
    """Whether the support checker, which finds no fault with the claim, is to be believed: not for
    days and figures, which it looks for anywhere in and beside a quote."""
    return not all(d.kind in ("day", "figure") for d in differences)


def _share_said(claim: Sentence, sentence: Sentence) -> float:
    told = sum(is_among(token, sentence.stems) for token in claim.content_tokens)
    return told / max(1, len(claim.content_tokens))


def _is_same_story(
    claim: Sentence, item: Evidence, context: str, differences: Sequence[Difference]
) -> bool:
    """Whether every other name, figure and day of the claim stands in the passage or beside it:
    another meeting on another day contradicts nothing."""
    disputed = " . ".join(d.claimed for d in differences if d.given)
    near = f"{item.hit.passage.text} . {context} . {disputed}"
    lacks = (missing_names, missing_measurements, missing_dates)
    return not any(missing(claim.text, near) for missing in lacks)


def _says_enough(
    claim: Sentence, sentence: Sentence, item: Evidence, differences: Sequence[Difference]
) -> bool:
    disputed = " ".join(d.claimed for d in differences if d.given)
    wanted = words_but(claim, disputed)
    title = parse_sentence(item.article.title or "").stems
    own = sum(is_among(t, sentence.stems) for t in wanted)
    both = sum(is_among(t, sentence.stems | title) for t in wanted)
    return own >= MIN_WORDS_SAID and both >= MIN_SHARE_SAID * len(wanted)
