"""Saves answers in a thread of its own, so that nobody waits for the catalogue to see one.

    Answer -> its id, at once; the answer is in the catalogue as soon as that can be written to

Knows nothing about pages.
"""

from __future__ import annotations

import logging
import threading
from queue import SimpleQueue

from ingest.errors import IngestError
from qa.assistant import Assistant
from qa.records import Answer

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 60
"""Attempts to save one answer while another process writes; the catalogue waits 5 seconds in each.
A library that is indexed anew is one transaction of minutes."""


class AnswerSaver:
    """One for each server. What still waits when the process ends is lost."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._waiting: SimpleQueue[Answer] = SimpleQueue()
        threading.Thread(target=self._save_all, name="citewire-save", daemon=True).start()

    def save(self, answer: Answer) -> str:
        """The id under which the answer will be found; does not wait until it is."""
        self._waiting.put(answer)
        return self._assistant.saved_id(answer)

    def _save_all(self) -> None:
        while True:
            self._save(self._waiting.get())

    def _save(self, answer: Answer) -> None:
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                self._assistant.save(answer)
                return
            except Exception as error:
                if isinstance(error, IngestError) or attempt == MAX_ATTEMPTS:
                    log.warning("an answer was not saved", exc_info=True)
                    return
