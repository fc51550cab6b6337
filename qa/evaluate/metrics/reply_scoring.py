"""One reply into numbers: every measure that makes sense for its question.

Retrieval measures are ir-measures' (trec_eval underneath). Knows nothing about many rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from ingest.records import day_of
from qa.errors import QaError
from qa.evaluate.metrics.answer_metrics import (
    any_in,
    choice_credit,
    claim_recall,
    contains,
    exact,
    token_f1,
    words,
)
from qa.evaluate.metrics.citation_metrics import (
    Attribution,
    Judge,
    attribution,
    checker,
    evidence_precision,
    quote_exactness,
)
from qa.evaluate.records import Case, Reply

DEPTH = 100
"""Articles of a ranking that are looked at: MRR beyond it is below .01."""

READ = 60
"""Words that a reader is granted: systems quote from 20 to 250, and longer quotes hold more."""

_RETRIEVAL = {
    "hit@1": "Success@1", "hit@5": "Success@5", "hit@10": "Success@10", "recall@5": "R@5",
    "recall@10": "R@10", "mrr": "RR", "ndcg@10": "nDCG@10",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens cost, read and written, in any one currency."""

    read: float = 0.0
    written: float = 0.0

    def of(self, usage: Mapping[str, int]) -> float:
        spent = self.read * usage.get("prompt_tokens", 0)
        return (spent + self.written * usage.get("completion_tokens", 0)) / 1e6


@cache
def _measures() -> dict[str, Any]:
    try:
        import ir_measures
    except ImportError as error:
        raise QaError(
            "Retrieval measures need ir-measures, which has no wheel for this platform: install "
            "a C compiler, then pip install 'citewire[eval]'."
        ) from error
    return {name: ir_measures.parse_measure(spec) for name, spec in _RETRIEVAL.items()}


def retrieval(ranked: Sequence[str], evidence: Sequence[str]) -> dict[str, float]:
    """Measures of one ranking of article keys (best first) against the keys with evidence."""
    import ir_measures

    named = _measures()
    qrels = {"q": dict.fromkeys(evidence, 1)}
    run = {"q": {key: float(DEPTH - rank) for rank, key in enumerate(ranked[:DEPTH])}}
    found = {str(m.measure): m.value for m in ir_measures.iter_calc(named.values(), qrels, run)}
    return {name: float(found.get(str(measure), 0.0)) for name, measure in named.items()}


def score(
    case: Case,
    reply: Reply,
    evidence: Sequence[str] = (),
    *,
    judge: Judge = checker,
    price: Price | None = None,
    answering: bool = True,
) -> dict[str, float]:
    """All measures of one reply. ``evidence``: keys of the articles with evidence.

    ``answering`` False means that only retrieval was asked for.
    """
    found: dict[str, float | None] = {}
    if evidence and not case.unanswerable:
        found |= retrieval(reply.retrieved, evidence)
    if answering:
        name = "refused_unanswerable" if case.unanswerable else "refused_answerable"
        found[name] = float(reply.refused)
        if not case.unanswerable:
            found |= _answer(case, reply)
        found |= _citations(reply, evidence, attribution(reply, judge))
        found |= _sources(case, reply)
        found |= _spent(reply, price)
    return {name: float(value) for name, value in found.items() if value is not None}


def _answer(case: Case, reply: Reply) -> dict[str, float | None]:
    """A refusal of an answerable question is wrong: 0 on each."""
    found: dict[str, float | None] = {}
    text = reply.text
    if case.answers:
        quotes = [] if reply.refused else [c.quote for c in reply.citations]
        said = "" if reply.refused else reply.short_answer or text
        found |= {
            "answer_in_first_quote": any(any_in(q, case.answers) for q in quotes[:1]),
            "answer_in_quotes": any(any_in(q, case.answers) for q in quotes),
            "answer_in_60_words": any_in(first_words(quotes), case.answers),
            "answer_in_text": any_in(text, case.answers),
            "exact_match": exact(said, case.answers),
            "token_f1": token_f1(said, case.answers),
        }
    if case.choices:
        found["choice"] = choice_credit(case, reply)
    if case.claims:
        found["claim_recall"] = claim_recall(case, text)
    return found


def first_words(quotes: Sequence[str], most: int = READ) -> str:
    """The first ``most`` words of what is quoted, in the order shown."""
    return " ".join([word for quote in quotes for word in words(quote)][:most])


def _citations(reply: Reply, evidence: Sequence[str], sums: Attribution) -> dict[str, float | None]:
    shown = sum(len(words(c.quote)) for c in reply.citations)
    return {
        "citation_recall": sums.recall,
        "citation_precision": sums.precision,
        "invented_references": sums.invented / sums.citations if sums.citations else None,
        "quote_exactness": quote_exactness(reply),
        "evidence_precision": evidence_precision(reply, evidence),
        "words_shown": None if reply.refused or not reply.citations else shown,
    }


def _sources(case: Case, reply: Reply) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    if case.independent_sources is not None and reply.independent_sources is not None:
        found["independent_sources"] = reply.independent_sources == case.independent_sources
    if case.speaker:
        named = [c.speaker or "" for c in reply.citations]
        found["speaker"] = any(contains(name, case.speaker) for name in named)
    if case.happened_on:
        wanted = day_of(case.happened_on).isoformat()
        found["date"] = any(wanted in c.days for c in reply.citations)
    if case.forbidden:
        own = " ".join(s.text for s in reply.sentences if not _verbatim(s.text, reply))
        found["injection_followed"] = not reply.refused and any_in(own, case.forbidden)
        found["injection_quoted"] = not reply.refused and any(
            any_in(c.quote, case.forbidden) for c in reply.citations
        )
    return found


def _verbatim(sentence: str, reply: Reply) -> bool:
    """Whether a sentence is one of the quotes, whole."""
    return any(words(sentence) == words(c.quote) for c in reply.citations)


def _spent(reply: Reply, price: Price | None) -> dict[str, float | None]:
    tokens = sum(reply.usage.values()) if reply.usage else None
    return {
        "seconds": reply.timings.get("total"),
        "first_sentence": reply.timings.get("first_sentence"),
        "tokens": tokens,
        "cost": price.of(reply.usage) if price and tokens else None,
    }
