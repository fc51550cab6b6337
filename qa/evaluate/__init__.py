"""Measures any library, any model and any question set, and keeps quality from falling.

questions -> cases
for each case: system.answer -> reply -> score -> row          (rows.jsonl, resumable)
rows -> figures with intervals, curves -> Report -> summary.json, report.html
two reports -> paired differences;  a report and floors -> pass or fail
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

_HOMES = {
    "Case": "records", "Estimate": "records", "Reply": "records", "Report": "records",
    "Row": "records", "compare": "metrics.paired_differences", "evaluate": "run",
}  # fmt: skip

__all__ = ["Case", "Estimate", "Reply", "Report", "Row", "compare", "evaluate"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
