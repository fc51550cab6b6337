"""Turns what goes wrong with a request into a status and an error body of OpenAI's shape.

    QaError | IngestError | anything unexpected -> ApiError -> {"error": {...}}

Knows nothing about the web framework.
"""

from __future__ import annotations

import logging
from typing import Any

from ingest.errors import BadFilter, IngestError
from qa.errors import BadDraft, BadQuestion, EmptyLibrary, QaError

log = logging.getLogger(__name__)


class ApiError(QaError):
    """A request that is not answered: the HTTP ``status``, and what was wrong with which field.

    ``param`` is the field of the request, ``code`` a word for programs; either may be None.
    """

    def __init__(
        self, status: int, message: str, *, param: str | None = None, code: str | None = None
    ) -> None:
        self.status = status
        self.message = message
        self.param = param
        self.code = code
        super().__init__(message)

    def to_dict(self) -> dict[str, Any]:
        """The body of the response."""
        kind = "invalid_request_error" if self.status < 500 else "server_error"
        kind = "rate_limit_error" if self.status == 429 else kind
        return {
            "error": {
                "message": self.message,
                "type": kind,
                "param": self.param,
                "code": self.code,
            }
        }


def as_api_error(error: Exception, field: str = "messages") -> ApiError:
    """The error as a visitor of the API is told it, ``field`` being where the question stood; what
    is unexpected goes to the log."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, BadQuestion | BadFilter):
        return ApiError(400, str(error), param=field, code="bad_question")
    if isinstance(error, BadDraft):
        return ApiError(400, str(error), param=field, code="bad_draft")
    if isinstance(error, EmptyLibrary):
        return ApiError(503, str(error), code="empty_library")
    if isinstance(error, QaError | IngestError):
        return ApiError(503, str(error), code="library_unavailable")
    log.error("answering a request of the API failed", exc_info=error)
    return ApiError(500, UNEXPECTED)


UNEXPECTED = "Something went wrong inside Citewire. The log of the server says what."
