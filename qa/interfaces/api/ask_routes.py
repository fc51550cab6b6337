"""The routes of our own API for questions, and its description.

    POST /api/ask             a question -> server-sent events: status, sentence, at last answer
                              (Accept: application/json -> the answer alone)
    GET  /api/openapi.json    the API as OpenAPI describes it
    GET  /api                 the same, for people

Knows nothing about how answers are made.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from qa.assistant import Assistant
from qa.interfaces.api.answer_queue import AnswerQueue
from qa.interfaces.api.api_errors import ApiError
from qa.interfaces.api.ask_request import ASK, event_value, read_body
from qa.interfaces.api.openapi import description
from qa.interfaces.api.requests import UNBUFFERED, error_route, json_body, named_event
from qa.interfaces.page.api_page import render_api_page
from qa.records import AnswerEvent, Event


def ask_routes(assistant: Assistant, queue: AnswerQueue) -> list[BaseRoute]:
    """The routes around one assistant."""

    async def respond(request: Request) -> Response:
        asked = read_body(await json_body(request), ASK)
        events = queue.events(
            lambda: assistant.stream(
                asked.question,
                history=asked.turns,
                asked_at=asked.asked_at,
                filters=asked.only.filters,
            ),
            field="question",
        )
        first = await anext(events)  # what is wrong with a question shows before anything is sent
        if not _wants_json(request):
            sent = _server_sent(first, events)
            return StreamingResponse(sent, media_type="text/event-stream", headers=UNBUFFERED)
        async with aclosing(events):
            async for event in events:
                if isinstance(event, AnswerEvent):
                    return JSONResponse(event.answer.to_dict())
        raise AssertionError("a stream ends with an answer")

    return [
        error_route("/api/ask", respond, ["POST"]),
        Route("/api/openapi.json", openapi),
        Route("/api", api_page),
    ]


def _wants_json(request: Request) -> bool:
    """Whether JSON is accepted by name, and events are not."""
    accepted = request.headers.get("accept", "").lower()
    return "application/json" in accepted and "text/event-stream" not in accepted


async def _server_sent(first: Event, events: AsyncGenerator[Event, None]) -> AsyncIterator[str]:
    """Every event as it comes; what breaks later is an event ``error``."""
    yield named_event(*event_value(first))
    try:
        async with aclosing(events):
            async for event in events:
                yield named_event(*event_value(event))
    except ApiError as error:
        yield named_event("error", error.to_dict())


async def openapi(_: Request) -> Response:
    """The description of the API."""
    return JSONResponse(description())


async def api_page(_: Request) -> Response:
    """The description of the API as a page."""
    return HTMLResponse(render_api_page(description()))
