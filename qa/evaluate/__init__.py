"""Measures any library, model and question set, and keeps quality from falling.

question files                -> cases                         (question_sets)
for each case: system.answer  -> reply                         (systems)
               reply scored   -> row in rows.jsonl, resumable  (metrics, run, results)
rows                          -> estimates with intervals, curves -> Report
report                        -> summary.json, report.html     (report)
two reports                   -> paired differences            (metrics.paired_differences)
report and floors             -> pass or fail                  (quality_gate)

Knows nothing about terminals. Retrieval measures, plots and the llama-index systems need the
extra ``eval``; the rest is measured without it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa.evaluate.metrics.paired_differences import compare as compare
    from qa.evaluate.records import Case as Case
    from qa.evaluate.records import Estimate as Estimate
    from qa.evaluate.records import Reply as Reply
    from qa.evaluate.records import Report as Report
    from qa.evaluate.records import Row as Row
    from qa.evaluate.run import evaluate as evaluate

_MODULES = {
    "Case": "records", "Estimate": "records", "Reply": "records", "Report": "records",
    "Row": "records", "compare": "metrics.paired_differences", "evaluate": "run",
}  # fmt: skip

__all__ = ["Case", "Estimate", "Reply", "Report", "Row", "compare", "evaluate"]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
