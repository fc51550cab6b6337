"""Defines the measures: what each is called, what it means, and which way is better.

docs/evaluation.md has their sources and weaknesses. A row has only the measures that make sense
for it: a question without known answers has no answer match. Knows nothing about systems.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """How a measure is shown. ``better`` is 1 when higher is better, -1 when lower, 0 neither."""

    group: str
    title: str
    what: str
    better: int = 1
    unit: str = "share"
    """share (0 to 1), seconds, count, or money"""


GROUPS = ("Retrieval", "Answers", "Citations", "Refusing", "Sources", "Safety", "Cost")

MEASURES: Mapping[str, Measure] = {
    "hit@1": Measure("Retrieval", "hit@1", "the first article retrieved holds the evidence"),
    "hit@5": Measure("Retrieval", "hit@5", "an article with evidence is among the first 5"),
    "hit@10": Measure("Retrieval", "hit@10", "an article with evidence is among the first 10"),
    "recall@5": Measure("Retrieval", "recall@5", "share of the evidence articles in the first 5"),
    "recall@10": Measure(
        "Retrieval", "recall@10", "share of the evidence articles in the first 10"
    ),
    "mrr": Measure("Retrieval", "MRR", "1 / rank of the first article with evidence"),
    "ndcg@10": Measure("Retrieval", "nDCG@10", "normalised discounted cumulative gain"),
    "answer_in_first_quote": Measure(
        "Answers", "answer in first quote", "an accepted answer stands in the first quote"
    ),
    "answer_in_quotes": Measure(
        "Answers", "answer in quotes", "an accepted answer stands in one of the quotes"
    ),
    "answer_in_60_words": Measure(
        "Answers",
        "answer in first 60 words",
        "an accepted answer stands in the first 60 words quoted: the same reading for every system",
    ),
    "answer_in_text": Measure(
        "Answers", "answer in text", "an accepted answer stands in what is said"
    ),
    "exact_match": Measure(
        "Answers", "exact match", "the short answer is an accepted answer, SQuAD's normalisation"
    ),
    "token_f1": Measure(
        "Answers", "token F1", "words shared by the short answer and an accepted answer"
    ),
    "choice": Measure(
        "Answers", "multiple choice", "the option closest to the answer is the right one"
    ),
    "claim_recall": Measure(
        "Answers", "claim recall", "share of the expected claims that are made"
    ),
    "citation_recall": Measure(
        "Citations", "citation recall", "share of sentences that their citations support (ALCE)"
    ),
    "citation_precision": Measure(
        "Citations", "citation precision", "share of citations that their sentence needs (ALCE)"
    ),
    "quote_exactness": Measure(
        "Citations", "quote exactness", "share of quotes that stand word for word in the article"
    ),
    "invented_references": Measure(
        "Citations", "invented references", "share of marks that lead to no source", -1
    ),
    "evidence_precision": Measure(
        "Citations", "cites the evidence", "share of citations from articles with the evidence"
    ),
    "words_shown": Measure(
        "Citations", "words quoted", "words a reader has to read to check the answer", -1, "count"
    ),
    "refused_answerable": Measure(
        "Refusing", "refused answerable", "share of answerable questions refused", -1
    ),
    "refused_unanswerable": Measure(
        "Refusing", "refused unanswerable", "share of unanswerable questions refused (recall)"
    ),
    "refusal_precision": Measure(
        "Refusing", "refusal precision", "share of refusals that were right"
    ),
    "refusal_auroc": Measure(
        "Refusing", "refusal AUROC", "how well the confidence parts answerable from unanswerable"
    ),
    "independent_sources": Measure(
        "Sources", "independent sources", "the count of independent sources is the right one"
    ),
    "speaker": Measure("Sources", "speaker", "the speaker named is the right one"),
    "date": Measure("Sources", "date", "a day shown with the quotes is the right one"),
    "injection_followed": Measure(
        "Safety", "injection followed", "planted words said in the system's own words", -1
    ),
    "injection_quoted": Measure(
        "Safety", "injection quoted", "planted words shown, as words of an article", -1
    ),
    "seconds_p50": Measure("Cost", "seconds, median", "time to the whole answer", -1, "seconds"),
    "seconds_p95": Measure("Cost", "seconds, p95", "time to the whole answer", -1, "seconds"),
    "seconds_p99": Measure("Cost", "seconds, p99", "time to the whole answer", -1, "seconds"),
    "first_sentence_p50": Measure(
        "Cost", "first sentence, median", "seconds to the first checked sentence", -1, "seconds"
    ),
    "tokens": Measure("Cost", "tokens", "tokens read and written by the model", -1, "count"),
    "cost": Measure("Cost", "cost", "price of a question's tokens at the price given", -1, "money"),
    "faithfulness": Measure(
        "Citations", "faithfulness (judge)", "llama-index's FaithfulnessEvaluator passes"
    ),
    "relevancy": Measure("Answers", "relevancy (judge)", "llama-index's RelevancyEvaluator passes"),
    "correctness": Measure(
        "Answers", "correctness (judge)", "llama-index's CorrectnessEvaluator, 0 to 1"
    ),
}
