"""Keeps what readers say of answers: one JSON line each, with the whole answer, in one file.

    reader's verdict + Answer -> append_feedback -> feedback.jsonl -> read_feedback

A line is written at once and flushed to the disk, under a lock between processes; a line that a
crash cut off is passed over. Knows nothing about pages or evaluation.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from filelock import FileLock

from qa.answers.from_json import record_from_json
from qa.errors import FeedbackRefused
from qa.records import Answer, to_json

Verdict = Literal["up", "down", "wrong_citation"]

FEEDBACK_FILE = "feedback.jsonl"
MAX_COMMENT_CHARACTERS = 2_000
MAX_FILE_BYTES = 200_000_000
"""More is not taken: a page that anyone may reach must not fill the disk."""

MAX_LINE_BYTES = 300_000
"""Bytes of one answer with what is said of it; a long answer has fifty thousand."""

LOCK_TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Feedback:
    """What one reader said of one answer, or of one citation of it."""

    verdict: Verdict
    answer: Answer
    created: datetime
    citation: int | None = None
    """Number of the citation that is called wrong."""
    comment: str = ""


def append_feedback(home: Path, feedback: Feedback) -> None:
    """Append one line. Raises FeedbackRefused for a citation that is not there, a comment that is
    too long and a full file, and OSError."""
    numbers = {citation.number for citation in feedback.answer.citations}
    if feedback.verdict == "wrong_citation" and feedback.citation not in numbers:
        raise FeedbackRefused(f"the answer has no citation {feedback.citation}")
    if len(feedback.comment) > MAX_COMMENT_CHARACTERS:
        raise FeedbackRefused(f"a comment has at most {MAX_COMMENT_CHARACTERS:,} characters")
    values = to_json(feedback) | {"answer": feedback.answer.to_dict()}
    line = json.dumps(values, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    if len(line) > MAX_LINE_BYTES:
        raise FeedbackRefused("the answer is too long to be kept")
    path = home / FEEDBACK_FILE
    with FileLock(home / "feedback.lock", timeout=LOCK_TIMEOUT_SECONDS), path.open("ab+") as file:
        size = file.seek(0, os.SEEK_END)
        if size + len(line) > MAX_FILE_BYTES:
            raise FeedbackRefused(f"{path} is full")
        if size:
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                line = b"\n" + line  # what a crash left unfinished ends here
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


def read_feedback(home: Path) -> list[Feedback]:
    """All feedback that can be read, oldest first. Raises OSError."""
    path = home / FEEDBACK_FILE
    if not path.exists():
        return []
    with path.open("rb") as file:
        return [found for line in file if (found := _read_line(line))]


def _read_line(line: bytes) -> Feedback | None:
    try:
        return record_from_json(Feedback, json.loads(line))
    except ValueError:
        return None
