"""Does what takes long after the page was sent: jobs of named steps, one job after another.

    jobs.submit("3 addresses", steps) -> Job
    thread: for each step: step.work(report) -> outcomes, and a closing remark or a failure
    page:   job.view() -> JobView, as far as it is

Jobs live in the memory of the process; which are not over is told to whoever keeps it for after a
restart (``job_journal``). Knows nothing about what a step does.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_hex
from typing import Literal, TypeAlias

from ingest.errors import IngestError
from ingest.records import IngestReport, Outcome, ReportBuilder
from qa.errors import QaError

log = logging.getLogger(__name__)

MAX_JOBS_KEPT = 50
"""Finished jobs that can still be looked at."""

MAX_JOBS_WAITING = 20

MAX_OUTCOMES_KEPT = 200
"""Outcomes of one step that its page can show, and beyond them as many rejected ones."""

State: TypeAlias = Literal["waiting", "working", "done", "failed", "stopped"]

Report: TypeAlias = Callable[[Outcome], None]
"""Is told each outcome, or how far a step is, at once."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. ``work`` is given whom to tell its outcomes, and returns a closing remark.

    ``clean_up`` is called when the step is over, or will never be done.
    """

    name: str
    work: Callable[[Report], str]
    clean_up: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class StepView:
    """A step as it is now; ``remark`` says how it ended, or why it failed."""

    name: str
    state: State
    remark: str
    report: IngestReport


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as it is now."""

    id: str
    title: str
    state: State
    created: datetime
    ahead: int
    steps: tuple[StepView, ...]

    @property
    def over(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in ("done", "failed", "stopped")

    @property
    def counts(self) -> dict[str, int]:
        """Outcomes by kind, of all steps."""
        kinds = {kind for step in self.steps for kind in step.report.counts}
        return {kind: sum(s.report.counts.get(kind, 0) for s in self.steps) for kind in kinds}


class QueueFull(QaError):
    """So many jobs are waiting that no further one is taken."""


class _Running:
    """A step and what became of it so far."""

    def __init__(self, step: Step) -> None:
        self.step = step
        self.state: State = "waiting"
        self.remark = ""
        self.outcomes = ReportBuilder(MAX_OUTCOMES_KEPT)

    def view(self) -> StepView:
        report = self.outcomes.report(0, 0.0)
        return StepView(self.step.name, self.state, self.remark, report)


class Job:
    """Steps done in order. A step that fails does not stop the rest."""

    def __init__(
        self, title: str, steps: Sequence[Step], changed: Callable[[], object] = lambda: None
    ) -> None:
        self.id = token_hex(6)
        self.title = title
        self.created = datetime.now(UTC)
        self._steps = [_Running(step) for step in steps]
        self._lock = threading.Lock()
        self._stopped = False
        self._changed = changed

    def stop(self) -> None:
        """Do no further step; the one that is being done is finished."""
        self._stopped = True

    def view(self, ahead: int = 0) -> JobView:
        """The job as it is now; ``ahead`` jobs come before it."""
        with self._lock:
            steps = tuple(step.view() for step in self._steps)
        return JobView(self.id, self.title, self._state(steps), self.created, ahead, steps)

    @property
    def over(self) -> bool:
        """Whether nothing will change any more."""
        return self.view().over

    def run(self) -> None:
        """Do the steps; returns when all are over."""
        for running in self._steps:
            if self._stopped:
                self._set(running, "stopped", "")
            else:
                self._do(running)
            try:
                running.step.clean_up()
            except Exception:  # the job and those behind it go on
                log.exception("what a step leaves behind was not deleted: %s", running.step.name)

    def _do(self, running: _Running) -> None:
        def tell(outcome: Outcome) -> None:
            with self._lock:
                running.outcomes.add(outcome)

        self._set(running, "working", "")
        try:
            self._set(running, "done", running.step.work(tell))
        except (IngestError, QaError) as error:
            self._set(running, "failed", str(error))
        except Exception:
            log.exception("a step of a job failed: %s", running.step.name)
            self._set(running, "failed", "Something went wrong inside Citewire; see its log.")

    def _set(self, running: _Running, state: State, remark: str) -> None:
        with self._lock:
            running.state, running.remark = state, remark
        self._changed()

    @staticmethod
    def _state(steps: Sequence[StepView]) -> State:
        states = {step.state for step in steps}
        if "working" in states or ("waiting" in states and states != {"waiting"}):
            return "working"
        if "waiting" in states:
            return "waiting"
        if "stopped" in states:
            return "stopped"
        return "failed" if states == {"failed"} else "done"


class Jobs:
    """The jobs of one server: one is done at a time, the others wait in order.

    ``interrupted`` are those of an earlier server, which are only shown. ``keep`` is given the jobs
    that are not over, whenever one changes.
    """

    def __init__(
        self,
        interrupted: Sequence[JobView] = (),
        keep: Callable[[Sequence[JobView]], object] = lambda _: None,
    ) -> None:
        self._interrupted = {job.id: job for job in interrupted}
        self._keep = keep
        self._keeping = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._waiting: deque[Job] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def submit(self, title: str, steps: Sequence[Step]) -> Job:
        """Queue a job. Raises QueueFull."""
        job = Job(title, steps, self._keep_unfinished)
        with self._changed:
            if len(self._waiting) >= MAX_JOBS_WAITING:
                for step in steps:
                    step.clean_up()
                raise QueueFull("Too many jobs are waiting; try again when some are done.")
            self._jobs[job.id] = job
            self._waiting.append(job)
            self._forget_oldest()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="library-jobs", daemon=True)
                self._thread.start()
            self._changed.notify_all()
        self._keep_unfinished()
        return job

    def _keep_unfinished(self) -> None:
        with self._keeping:
            views = [job.view() for job in list(self._jobs.values())]
            self._keep([view for view in views if not view.over])

    def find(self, job_id: str) -> Job | None:
        """The job of this id, unless it is forgotten."""
        return self._jobs.get(job_id)

    def look(self, job_id: str) -> JobView | None:
        """The job of this id as it is now, or as a restart interrupted it."""
        job = self.find(job_id)
        return self.view(job) if job else self._interrupted.get(job_id)

    def view(self, job: Job) -> JobView:
        """A job as it is now, with how many come before it."""
        waiting = list(self._waiting)
        return job.view(waiting.index(job) + 1 if job in waiting else 0)

    def recent(self) -> list[JobView]:
        """All jobs that are not forgotten, newest first."""
        ours = [self.view(job) for job in reversed(list(self._jobs.values()))]
        return [*ours, *self._interrupted.values()]

    def _forget_oldest(self) -> None:
        over = [job for job in self._jobs.values() if job.over]
        for job in over[: max(0, len(self._jobs) - MAX_JOBS_KEPT)]:
            del self._jobs[job.id]

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._waiting))
                job = self._waiting.popleft()
            job.run()
