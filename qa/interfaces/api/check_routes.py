"""The routes that check drafts.

    POST /api/check    a draft -> its check as JSON
    GET  /check        the page with a text area
    POST /check        the same page with the result: works without script

Knows nothing about how a draft is checked.
"""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from qa.assistant import Assistant
from qa.interfaces.api.answer_queue import AnswerQueue
from qa.interfaces.api.api_errors import ApiError
from qa.interfaces.api.ask_request import CHECK, read_body
from qa.interfaces.api.requests import error_route, json_body, limited_body
from qa.interfaces.page.check_page import render_check_page


def check_routes(assistant: Assistant, queue: AnswerQueue) -> list[BaseRoute]:
    """The routes around one assistant."""

    async def respond(request: Request) -> Response:
        asked = read_body(await json_body(request), CHECK)
        checked = await queue.result(
            lambda: assistant.check(
                asked.text, asked_at=asked.asked_at, filters=asked.only.filters
            ),
            field="text",
        )
        return JSONResponse(checked.to_dict())

    async def form(_: Request) -> Response:
        return HTMLResponse(render_check_page())

    async def submit(request: Request) -> Response:
        text = day = ""
        try:
            fields = parse_qs((await limited_body(request)).decode("utf-8", "replace"))
            text, day = (fields.get(name, [""])[0] for name in ("text", "asked_at"))
            checked = await queue.result(
                lambda: assistant.check(text, asked_at=day or None), field="text"
            )
        except ApiError as error:
            return HTMLResponse(render_check_page(text, day, error=error.message), error.status)
        return HTMLResponse(render_check_page(text, day, checked))

    return [
        error_route("/api/check", respond, ["POST"]),
        Route("/check", form, methods=["GET"]),
        Route("/check", submit, methods=["POST"]),
    ]
