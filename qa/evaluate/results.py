"""Keeps the results of a run in a folder, resumably, and reads them back.

    run.json       the key: everything that decides what the rows will be
    rows.jsonl     one row a question, appended as it is answered
    summary.json   estimates and curves of the finished run

Knows nothing about how questions are asked or scored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from qa.errors import EvaluationError
from qa.evaluate.metrics.aggregation import estimates, estimates_by_kind
from qa.evaluate.metrics.curves import curves
from qa.evaluate.records import Report, Row

ROWS, RUN, SUMMARY, PAGE = "rows.jsonl", "run.json", "summary.json", "report.html"


@dataclass(slots=True)
class ResultFolder:
    """A folder with one run's rows, the key of what was run, and later its summary and page.

    Raises EvaluationError when the folder holds another run.
    """

    path: Path
    key: Mapping[str, Any]
    fresh: bool = False
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        known = self.path / RUN
        if self.fresh:
            for name in (ROWS, RUN, SUMMARY, PAGE):
                (self.path / name).unlink(missing_ok=True)
        elif known.exists() and (was := _json(known)) != (now := json.loads(json.dumps(self.key))):
            differ = ", ".join(k for k in {**was, **now} if was.get(k) != now.get(k))
            raise EvaluationError(
                f"{self.path} holds another run ({differ} differ). Choose another --out, or start "
                "anew with --fresh."
            )
        write_atomically(known, json.dumps(self.key, indent=2, ensure_ascii=False))

    def rows(self) -> dict[str, Row]:
        """Finished rows by case id; what failed or was cut off in writing is asked again."""
        path = self.path / ROWS
        if not path.exists():
            return {}
        found = {row.case.id: row for row in read_rows(path, lenient=True) if not row.error}
        write_atomically(path, "".join(map(_line, found.values())))
        return found

    def add(self, row: Row) -> None:
        """Append one row; safe between threads."""
        with self._lock, (self.path / ROWS).open("a", encoding="utf-8") as file:
            file.write(_line(row))

    def finish(self, report: Report) -> None:
        """Write the rows as they are in the report, and the summary."""
        write_atomically(self.path / ROWS, "".join(map(_line, report.rows)))
        summary = json.dumps(report.summary(), indent=2, ensure_ascii=False)
        write_atomically(self.path / SUMMARY, summary + "\n")


def write_atomically(path: Path, text: str) -> None:
    """Write UTF-8 text in place of what the file holds, whole or not at all.

    Missing folders are made. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_text(text, encoding="utf-8", newline="\n")
    unfinished.replace(path)


def read_rows(path: Path, *, lenient: bool = False) -> list[Row]:
    """Rows of a ``rows.jsonl``. Raises EvaluationError naming the line; ``lenient`` skips it."""
    found = []
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"{path} cannot be read ({error}).") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found.append(Row.from_dict(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            if not lenient:
                raise EvaluationError(f"{path}:{number} is not a row of results.") from error
    return found


def read_report(folder: Path) -> Report:
    """The report of a finished or unfinished folder, its estimates computed anew from its rows.

    Curves over ranks need the library and are taken from the summary, where there is one.
    Raises EvaluationError.
    """
    if not (folder / ROWS).exists():
        raise EvaluationError(f"{folder} holds no results: there is no {ROWS} in it.")
    rows = tuple(read_rows(folder / ROWS))
    summary = _json(folder / SUMMARY) if (folder / SUMMARY).exists() else {}
    run = summary.get("run") or (_json(folder / RUN) if (folder / RUN).exists() else {})
    name = str(summary.get("system") or run.get("system") or folder.name)
    drawn = curves(rows, {}) | dict(summary.get("curves") or {})
    return Report(name, run, rows, estimates(rows), estimates_by_kind(rows), drawn)


def _line(row: Row) -> str:
    return json.dumps(row.to_dict(), ensure_ascii=False) + "\n"


def _json(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EvaluationError(f"{path} cannot be read ({error}).") from error
    return values if isinstance(values, dict) else {}
