"""The routes of saved answers, which ``app.py`` adds to the server of the chat page.

    GET /answer/ID          the page
    GET /api/answers/ID     the same as JSON

Imports starlette, as ``qa.interfaces.api.routes`` does. Knows nothing about how a page looks.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ingest.storage.library import Library
from qa.interfaces.answer_page.answer_page import render_answer, render_not_found
from qa.interfaces.answer_page.answer_view import AnswerNotFound, AnswerView, view_answer
from qa.interfaces.api.api_errors import ApiError

_HEADERS = {"cache-control": "no-store", "x-robots-tag": "noindex"}
"""Its state may be another one the next time, and whoever has the address may read it."""


def answer_routes(library: Library) -> list[BaseRoute]:
    """The routes around one library. The endpoints are plain functions, which starlette runs in
    threads."""

    def view(request: Request) -> AnswerView:
        return view_answer(library, str(request.path_params["answer_id"]))

    def page(request: Request) -> Response:
        try:
            return HTMLResponse(render_answer(view(request)), headers=_HEADERS)
        except AnswerNotFound as error:
            return HTMLResponse(render_not_found(str(error)), 404)

    def data(request: Request) -> Response:
        try:
            return JSONResponse(view(request).to_dict(), headers=_HEADERS)
        except AnswerNotFound as error:
            missing = ApiError(404, str(error), code="answer_not_found")
            return JSONResponse(missing.to_dict(), 404)

    return [Route("/answer/{answer_id}", page), Route("/api/answers/{answer_id}", data)]
