"""Keeps, in a file of the library's home, which jobs are not over, so that a restart can name them.

    JobViews that are not over -> jobs.json -> after a restart: the same, stopped, with what to do

Knows nothing about how a job is done.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ingest.records import IngestReport
from qa.interfaces.library.jobs import JobView, StepView

log = logging.getLogger(__name__)

FILE_NAME = "jobs.json"

KEPT_DAYS = 7
"""Days for which a job that a restart interrupted is named."""

_NOT_DONE = "The server was stopped before this was done. Do it again."
_IN_PART = "The server was stopped while it was done. Do it again: nothing is stored twice."


class JobJournal:
    """The jobs of one home that are not over. ``interrupted`` are those that an earlier server
    left, newest first."""

    def __init__(self, home: Path) -> None:
        self._path = home / FILE_NAME
        self.interrupted = tuple(map(_interrupted, self._read()))

    def write(self, unfinished: Iterable[JobView]) -> None:
        """Replace what the file says. A full disk is told in the log and stops no job."""
        jobs = [_to_json(job) for job in (*unfinished, *self.interrupted)]
        try:
            if jobs:
                beside = self._path.with_suffix(".new")
                beside.write_text(json.dumps(jobs), encoding="utf-8")
                os.replace(beside, self._path)
            else:
                self._path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("which jobs are not over was not kept: %s", error)

    def _read(self) -> list[JobView]:
        oldest = datetime.now(UTC) - timedelta(days=KEPT_DAYS)
        try:
            jobs = [_from_json(job) for job in json.loads(self._path.read_text(encoding="utf-8"))]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError, KeyError) as error:
            log.warning("%s cannot be read: %s", self._path, error)
            return []
        return [job for job in jobs if job.created > oldest]


def _interrupted(job: JobView) -> JobView:
    steps = [
        replace(step, state="stopped", remark=_IN_PART if step.state == "working" else _NOT_DONE)
        if step.state in ("waiting", "working") else step
        for step in job.steps
    ]  # fmt: skip
    return replace(job, state="stopped", ahead=0, steps=tuple(steps))


def _to_json(job: JobView) -> dict[str, Any]:
    steps = [[step.name, step.state, step.remark] for step in job.steps]
    created = job.created.isoformat()
    return {"id": job.id, "title": job.title, "created": created, "steps": steps}


def _from_json(job: dict[str, Any]) -> JobView:
    steps = tuple(
        StepView(name, state, remark, IngestReport()) for name, state, remark in job["steps"]
    )
    created = datetime.fromisoformat(job["created"])
    return JobView(job["id"], job["title"], "stopped", created, 0, steps)
