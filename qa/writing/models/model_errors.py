"""Reads what a client raises: a quirk to adapt to, a pause to make, or a reason for people.

Knows nothing about requests.
"""

from __future__ import annotations

import logging
from json import JSONDecodeError
from typing import TYPE_CHECKING

from qa.errors import ContextTooLong, ModelError
from qa.writing.models.known_models import Quirk, remember_context
from qa.writing.models.server_replies import filtered, quota_is_used_up, read_rejection

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

PAUSE_SECONDS = 0.5
"""Pause before a busy server is asked once more."""
MAX_PAUSE_SECONDS = 5.0
"""A server that asks for a longer pause is not asked again: the reader waits."""

log = logging.getLogger(__name__)


class Misfit(Exception):
    """A reply without text, perhaps because of a quirk that was not known."""

    def __init__(self, quirk: Quirk) -> None:
        self.quirk = quirk
        super().__init__(quirk.value)


_UNREADABLE = (TypeError, AttributeError, IndexError, JSONDecodeError)
"""What the client raises over chunks and replies that are not in OpenAI's form."""


def supposed_quirk(error: Exception) -> Quirk | None:
    """A quirk that may be behind an answer without text, or one that cannot be read."""
    if isinstance(error, Misfit):
        return error.quirk
    return Quirk.NO_STREAM if isinstance(error, _UNREADABLE) else None


def quirk_in_error(error: Exception, llm: LLM) -> Quirk | None:
    """The quirk that a server complains of. Raises ContextTooLong."""
    import openai

    if isinstance(error, openai.APIStatusError):
        status = error.status_code
    elif type(error) is openai.APIError:  # inside a stream that began well
        status = None
    else:
        return None
    rejection = read_rejection(status, error.body)
    if rejection.too_long:
        if rejection.limit:
            remember_context(llm, rejection.limit)
        raise ContextTooLong(rejection.limit) from error
    return rejection.quirk


def pause_after(error: Exception) -> float | None:
    """Seconds after which a busy server may be asked once more; None when it should not be."""
    import openai

    if not isinstance(error, openai.RateLimitError | openai.InternalServerError):
        return None
    if quota_is_used_up(error.body):
        return None
    try:
        pause = float(error.response.headers.get("retry-after", PAUSE_SECONDS))
    except ValueError:  # a date
        return None
    return max(PAUSE_SECONDS, pause) if pause <= MAX_PAUSE_SECONDS else None


def model_error(error: Exception) -> ModelError:
    """A reason a reader can understand, for anything a client may raise."""
    import httpx
    import openai

    if isinstance(error, ModelError):
        return error
    if isinstance(error, Misfit):
        return ModelError("it gave no answer", retryable=True)
    if isinstance(error, openai.APITimeoutError | httpx.TimeoutException | TimeoutError):
        return ModelError("it did not answer in time", retryable=True)
    if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        return ModelError("the server refused the key; check OPENAI_API_KEY")
    if isinstance(error, openai.RateLimitError):
        return ModelError("its rate limit or quota is used up (429)", retryable=True)
    if isinstance(error, openai.NotFoundError):
        return ModelError("the server does not know the model; check CITEWIRE_MODEL (404)")
    if isinstance(error, openai.APIError) and filtered(error.body):
        return ModelError("it refused to answer (stopped by the server's content filter)")
    if isinstance(error, openai.APIStatusError):
        retryable = error.status_code >= 500
        return ModelError(f"the server answered {error.status_code}", retryable=retryable)
    if isinstance(error, openai.APIConnectionError):
        return ModelError("the server cannot be reached; check OPENAI_BASE_URL", retryable=True)
    if isinstance(error, httpx.HTTPError):
        return ModelError("its answer broke off", retryable=True)
    if isinstance(error, _UNREADABLE):
        log.info("unreadable answer: %r", error)
        return ModelError("its answer is not in the form that OpenAI's servers have")
    said = " ".join(str(error).split())[:120]
    return ModelError(f"it failed ({type(error).__name__}: {said})")
