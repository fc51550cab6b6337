"""What the routes of the API share: bodies with a limit, errors as JSON, server-sent events.

Knows nothing about what is asked.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from qa.interfaces.api.api_errors import ApiError

Endpoint = Callable[[Request], Awaitable[Response]]

MAX_BODY_BYTES = 1_000_000
"""Bytes of one request: a long conversation has tens of thousands."""

UNBUFFERED = {"cache-control": "no-cache", "x-accel-buffering": "no"}
"""Headers that keep proxies from holding a stream back."""


def error_route(path: str, endpoint: Endpoint, methods: list[str]) -> Route:
    """A route whose errors are told in OpenAI's shape."""

    async def respond(request: Request) -> Response:
        try:
            return await endpoint(request)
        except ApiError as error:
            return JSONResponse(error.to_dict(), error.status)

    return Route(path, respond, methods=methods)


async def json_body(request: Request) -> bytes:
    """The body, when it is JSON and not too large. Raises ApiError."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json":
        # A page of another site can send any other type without asking the browser first.
        raise ApiError(415, "Send JSON, with the header `Content-Type: application/json`.")
    return await limited_body(request)


async def limited_body(request: Request) -> bytes:
    """The body, when it is not too large. Raises ApiError."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise ApiError(413, f"The request is larger than {MAX_BODY_BYTES:,} bytes.")
    return body


def named_event(name: str, value: dict[str, Any]) -> str:
    """A server-sent event with a name; its value is JSON on one line."""
    return f"event: {name}\ndata: {json.dumps(value, ensure_ascii=False)}\n\n"
