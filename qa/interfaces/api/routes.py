"""The routes of the HTTP API, which ``app.py`` adds to the server of the chat page.

    POST /v1/chat/completions    a question -> a completion, or its chunks as server-sent events
    GET  /v1/models              the one model
    GET  /healthz                the process is up
    GET  /readyz                 questions can be answered; else 503 and why not

Imports starlette, the framework under gradio's server. Knows nothing about how
requests are read or answers laid out.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from ingest.errors import IngestError
from qa.assistant import Assistant
from qa.errors import QaError
from qa.interfaces.api.api_errors import UNEXPECTED, ApiError, as_api_error
from qa.interfaces.api.chat_request import MODEL, ChatQuestion, read_chat_request, unknown_model
from qa.interfaces.api.completion import Reply, Sent
from qa.interfaces.event_stream import EventStream
from qa.records import AnswerEvent, Event, StatusEvent

log = logging.getLogger(__name__)

Endpoint = Callable[[Request], Awaitable[Response]]

MAX_BODY_BYTES = 1_000_000
"""Bytes of one request: a long conversation has tens of thousands."""

MAX_OPEN_REQUESTS = 64
"""Requests that are answered or wait for it; beyond them a client is told to come back."""


def api_routes(assistant: Assistant, slots: threading.Semaphore) -> list[BaseRoute]:
    """The routes around one assistant; one of the ``slots`` is held while an answer is made."""
    chat = ChatEndpoint(assistant, slots)

    async def readyz(_: Request) -> Response:
        reason = await asyncio.to_thread(why_not_ready, assistant)
        if reason:
            return JSONResponse({"status": "unavailable", "reason": reason}, 503)
        return JSONResponse({"status": "ready"})

    # Not a mount: behind a proxy that takes a path prefix off, what is mounted is not found.
    return [
        _route("/v1/chat/completions", chat.respond, ["POST"]),
        _route("/v1/models", list_models, ["GET"]),
        _route("/v1/models/{model:path}", describe_model, ["GET"]),
        _route("/v1/{other:path}", nothing_here, ["GET", "POST", "PUT", "PATCH", "DELETE"]),
        Route("/healthz", healthz),
        Route("/readyz", readyz),
    ]


def _route(path: str, endpoint: Endpoint, methods: list[str]) -> Route:
    """A route whose errors are told in OpenAI's shape."""

    async def respond(request: Request) -> Response:
        try:
            return await endpoint(request)
        except ApiError as error:
            return JSONResponse(error.to_dict(), error.status)

    return Route(path, respond, methods=methods)


# -- chat completions -----------------------------------------------------------------------


class ChatEndpoint:
    """Answers chat completion requests; used on one event loop.

    Keeps no conversation: each request brings its own.
    """

    def __init__(self, assistant: Assistant, slots: threading.Semaphore) -> None:
        self._assistant = assistant
        self._slots = slots
        self._open_requests = 0

    async def respond(self, request: Request) -> Response:
        """The reply to one request. Raises ApiError."""
        asked = read_chat_request(await _body(request))
        events = self._events(asked)
        first = await anext(events)  # what is wrong with a question shows before anything is sent
        if asked.stream:
            chunks = _server_sent(first, events, asked)
            return StreamingResponse(chunks, media_type="text/event-stream", headers=_UNBUFFERED)
        async with aclosing(events):
            async for event in events:
                if isinstance(event, AnswerEvent):
                    return JSONResponse(Reply().completion(event.answer))
        raise AssertionError("a stream ends with an answer")

    async def _events(self, asked: ChatQuestion) -> AsyncGenerator[Event, None]:
        """The events of the answer; whatever is raised is an ApiError."""
        if self._open_requests >= MAX_OPEN_REQUESTS:
            raise ApiError(429, "Too many questions are waiting; try again shortly.", code="busy")
        self._open_requests += 1
        stream = EventStream(
            lambda: self._assistant.stream(asked.question, history=asked.history), self._slots
        )
        try:
            async for event in stream.events():
                yield event
        except Exception as error:
            raise as_api_error(error) from error
        finally:
            stream.cancel()  # the client may have gone
            self._open_requests -= 1


_UNBUFFERED = {"cache-control": "no-cache", "x-accel-buffering": "no"}
"""Headers that keep proxies from holding a stream back."""


async def _server_sent(
    first: Event, events: AsyncGenerator[Event, None], asked: ChatQuestion
) -> AsyncIterator[str]:
    """The chunks of a streamed reply, and a comment for each step, so that the line stays alive."""
    reply, sent = Reply(), Sent().after(first)
    yield _data(reply.opening_chunk())
    try:
        async with aclosing(events):
            async for event in events:
                if isinstance(event, StatusEvent):
                    yield f": {event.stage}\n\n"  # a comment, which clients pass over
                before, sent = sent, sent.after(event)
                for chunk in reply.text_chunks(sent.message.text[len(before.message.text) :]):
                    yield _data(chunk)
                if isinstance(event, AnswerEvent):
                    yield _data(reply.last_chunk(sent.message, event.answer))
                    if asked.include_usage:
                        yield _data(reply.usage_chunk(event.answer))
    except ApiError as error:
        yield _data(error.to_dict())
    yield "data: [DONE]\n\n"


def _data(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value)}\n\n"


async def _body(request: Request) -> bytes:
    """The body, when it is JSON and not too large. Raises ApiError."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json":
        # A page of another site can send any other type without asking the browser first.
        raise ApiError(415, "Send JSON, with the header `Content-Type: application/json`.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise ApiError(413, f"The request is larger than {MAX_BODY_BYTES:,} bytes.")
    return body


# -- models and probes ----------------------------------------------------------------------

_MODEL = {"id": MODEL, "object": "model", "created": 0, "owned_by": MODEL}


async def list_models(_: Request) -> Response:
    """The one model."""
    return JSONResponse({"object": "list", "data": [_MODEL]})


async def describe_model(request: Request) -> Response:
    """The model of that name. Raises ApiError for another one."""
    name = str(request.path_params["model"])
    if name != MODEL:
        raise unknown_model(name)
    return JSONResponse(_MODEL)


async def nothing_here(request: Request) -> Response:
    """Raises ApiError for what the API does not have."""
    raise ApiError(404, f"There is no {request.method} {request.url.path[:100]} here.")


async def healthz(_: Request) -> Response:
    """That the process answers at all."""
    return JSONResponse({"status": "ok"})


def why_not_ready(assistant: Assistant) -> str:
    """Why no question can be answered now; empty when one can. Searches both indexes once."""
    library = assistant.library
    try:
        if not library.facts().passages:
            return "There are no articles in the library."
        library.lexical_search("news", 1)
        library.dense_search("news", 1)
    except (QaError, IngestError) as error:
        return str(error)
    except Exception:
        log.exception("the library cannot be opened")
        return UNEXPECTED
    return ""
