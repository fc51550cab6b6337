"""Asks the configured model for one word, to tell whether it answers and how long that takes.

    settings -> ModelCheck (name, address, seconds, or what is wrong)

Knows nothing about articles.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from qa.errors import QaError
from qa.settings import Settings
from qa.writing.models.completion import Completion
from qa.writing.models.known_models import model_key
from qa.writing.models.opening import open_model

MAX_TOKENS = 16
"""Enough for one word; a model that reasons is given more room, as for answers."""


@dataclass(frozen=True, slots=True)
class ModelCheck:
    """What came of asking the model that is set; ``name`` is empty when none is."""

    name: str = ""
    address: str = ""
    """Where it is served; empty for OpenAI."""
    seconds: float = 0.0
    problem: str = ""
    """Why there is no answer; empty when there is one."""


def check_model(settings: Settings) -> ModelCheck:
    """Open the model that the settings name, and ask it for one word."""
    try:
        llm = open_model(settings)
    except QaError as error:
        return ModelCheck(settings.model or "", settings.openai_base_url or "", problem=str(error))
    if llm is None:
        return ModelCheck()
    address, name = model_key(llm)
    started, problem = time.perf_counter(), ""
    asked = Completion(
        llm, "Answer in one word.", "Say yes.",
        patience=settings.model_timeout, max_tokens=MAX_TOKENS,
    )  # fmt: skip
    try:
        "".join(asked)
    except QaError as error:
        problem = str(error)
    return ModelCheck(name, address, time.perf_counter() - started, problem)
