"""Gathers a saved answer, as it was given, and what has changed behind it since.

    library + id -> AnswerView

Knows nothing about how it is shown.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ingest.storage.library import Library
from qa.answers.from_json import record_from_json
from qa.answers.recheck import Changed, recheck_answer
from qa.errors import QaError
from qa.records import Answer, to_json


class AnswerNotFound(QaError):
    """There is no such saved answer, or it cannot be read; the message says which."""


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer with the moment in which it was given, and its citations that changed since."""

    id: str
    answer: Answer
    given: datetime
    changed: tuple[Changed, ...]

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON values; ``stands`` is whether nothing has changed."""
        values: dict[str, Any] = to_json(
            {"id": self.id, "given": self.given, "stands": not self.changed,
             "changed": self.changed}
        )  # fmt: skip
        return values | {"answer": self.answer.to_dict()}


def view_answer(library: Library, answer_id: str) -> AnswerView:
    """The saved answer with this id, and its state now. Raises AnswerNotFound."""
    saved = library.catalogue.saved_answer(answer_id)
    if saved is None:
        raise AnswerNotFound("There is no saved answer with this address.")
    try:
        answer = record_from_json(Answer, json.loads(saved.answer))
    except ValueError as error:
        raise AnswerNotFound("Another version of Citewire saved this answer.") from error
    return AnswerView(saved.id, answer, saved.created, recheck_answer(library, saved).changed)
