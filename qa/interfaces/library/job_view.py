"""Renders a job as HTML: how far it is, and for each step its outcomes with their reasons.

Names of sources, titles and reasons are escaped. Knows nothing about how a job is done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from ingest.records import Outcome
from qa.interfaces.library.jobs import JobView, StepView
from qa.interfaces.library.layout import Frame, moment, note, post_button
from qa.records import counted

_KINDS = ("new", "revised", "duplicate", "unchanged", "rejected")

_STATES = {
    "waiting": "waiting", "working": "working …", "done": "done", "failed": "failed",
    "stopped": "not done",
}  # fmt: skip


def render_job(job: JobView, frame: Frame, waits_for: str = "") -> str:
    """The body of a job's page; an external script replaces ``#job`` while it is not over.
    ``waits_for`` is who writes to the library meanwhile."""
    waiting = note(f"Another process is writing: {waits_for}.") if waits_for else ""
    stop = ""
    if not job.over:
        stop = post_button(f"{frame.root}/library/jobs/{job.id}/stop", "Stop after this step")
    steps = "".join(_render_step(step, frame) for step in job.steps)
    return (
        f'<div id="job" data-over="{str(job.over).lower()}"><p class="lead" role="status">'
        f'{escape(_told(job))}</p>{waiting}<p class="count">{_render_counts(job.counts)}</p>'
        f'<ol class="steps">{steps}</ol>{stop}</div>'
        f'<p class="after"><a href="{frame.root}/library?sort=-added">'
        "See the newest articles</a> · "
        f'<a href="{frame.root}/library/add">Add more</a></p>'
    )


def _told(job: JobView) -> str:
    if job.state == "waiting":
        return f"Waiting; {counted(job.ahead, 'job')} before it." if job.ahead else "Waiting."
    over = sum(step.state not in ("waiting", "working") for step in job.steps)
    if not job.over:
        return f"Working: {over} of {len(job.steps)} done."
    if job.state == "stopped":
        return "Stopped."
    failed = sum(step.state == "failed" for step in job.steps)
    return f"Finished; {failed} of {len(job.steps)} failed." if failed else "Finished."


def _render_counts(counts: Mapping[str, int]) -> str:
    return " · ".join(
        f'<span class="kind {kind}">{counts[kind]:,} {kind}</span>'
        for kind in _KINDS
        if counts.get(kind)
    )


def _render_step(step: StepView, frame: Frame) -> str:
    report = step.report
    remark = f'<p class="remark" dir="auto">{escape(step.remark)}</p>' if step.remark else ""
    outcomes = _render_outcomes(step, frame)
    more = (
        f'<p class="soft">{report.left_out:,} more are counted but not listed.</p>'
        if report.left_out else ""
    )  # fmt: skip
    return (
        f'<li class="{step.state}"><p class="step">'
        f'<span class="state">{_STATES[step.state]}</span> '
        f'<span class="name" dir="auto">{escape(step.name)}</span></p>{remark}{outcomes}{more}</li>'
    )


def _render_outcomes(step: StepView, frame: Frame) -> str:
    if not step.report.outcomes:
        return ""
    rows = "".join(_render_outcome(outcome, step.name, frame) for outcome in step.report.outcomes)
    return f'<ul class="outcomes">{rows}</ul>'


def _render_outcome(outcome: Outcome, step: str, frame: Frame) -> str:
    name = escape(outcome.title or (outcome.source if outcome.source != step else ""))
    if outcome.article_id:
        name = f'<a href="{frame.root}/article/{escape(outcome.article_id)}">{name}</a>'
    source = ""
    if outcome.title and outcome.source not in (step, outcome.title):
        source = f' <span class="soft">{escape(outcome.source)}</span>'
    reason = f'<span class="reason">{escape(outcome.reason)}</span>' if outcome.reason else ""
    return (
        f'<li><span class="kind {outcome.kind}">{outcome.kind}</span> '
        f'<span dir="auto">{name}{source}{reason}</span></li>'
    )


def render_jobs(jobs: Sequence[JobView], frame: Frame) -> str:
    """A list of jobs, newest first; empty without any."""
    if not jobs:
        return ""
    rows = "".join(
        f'<li><a href="{frame.root}/library/jobs/{job.id}">{escape(job.title)}</a> '
        f'<span class="soft">{_STATES[job.state]}, {moment(job.created)}</span> '
        f"{_render_counts(job.counts)}</li>"
        for job in jobs
    )
    return f'<section><h2>Jobs</h2><ul class="jobs">{rows}</ul></section>'
