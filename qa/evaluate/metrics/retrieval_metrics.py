"""Scores one ranking of articles against the articles that hold the evidence.

The measures are ir-measures' (trec_eval underneath), which the extra ``eval`` installs. Knows
nothing about answers or about many rankings.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from qa.evaluate.extras import require_extra

MAX_RANK = 100
"""Articles of a ranking that are looked at: MRR beyond it is below .01."""

_IR_MEASURES = {
    "hit@1": "Success@1", "hit@5": "Success@5", "hit@10": "Success@10", "recall@5": "R@5",
    "recall@10": "R@10", "mrr": "RR", "ndcg@10": "nDCG@10",
}  # fmt: skip


@cache
def _parsed_measures() -> dict[str, Any]:
    require_extra("ir_measures", "Retrieval measures")
    import ir_measures

    return {name: ir_measures.parse_measure(spec) for name, spec in _IR_MEASURES.items()}


def retrieval_measures(ranked: Sequence[str], evidence: Sequence[str]) -> dict[str, float]:
    """Measures of one ranking of article keys, best first, against the keys with evidence.

    Raises EvaluationError when ir-measures is not installed.
    """
    measures = _parsed_measures()
    import ir_measures

    qrels = {"q": dict.fromkeys(evidence, 1)}
    run = {"q": {key: float(MAX_RANK - rank) for rank, key in enumerate(ranked[:MAX_RANK])}}
    found = {str(m.measure): m.value for m in ir_measures.iter_calc(measures.values(), qrels, run)}
    return {name: float(found.get(str(measure), 0.0)) for name, measure in measures.items()}
