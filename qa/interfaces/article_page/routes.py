"""The routes of the article page, which ``app.py`` adds to the server of the chat page.

    GET /article/ID          the page; ?version, ?quote and ?compare as in ``article_request``
    GET /api/articles/ID     the same as JSON

Imports starlette, as ``qa.interfaces.api.routes`` does. Knows nothing about how a page looks.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ingest.storage.library import Library
from qa.interfaces.api.api_errors import ApiError
from qa.interfaces.article_page.article_json import article_to_dict
from qa.interfaces.article_page.article_page import render_article, render_not_found
from qa.interfaces.article_page.article_request import (
    ArticleNotFound,
    ArticleRequest,
    read_article_request,
)
from qa.interfaces.article_page.article_view import ArticleView, view_article


def article_routes(library: Library) -> list[BaseRoute]:
    """The routes around one library. The endpoints are plain functions, which starlette runs in
    threads."""

    def page(request: Request) -> Response:
        beside_chat = request.headers.get("sec-fetch-dest") == "iframe"
        try:
            found = _found(library, request)
            return HTMLResponse(render_article(*found, beside_chat=beside_chat))
        except ArticleNotFound as error:
            return HTMLResponse(render_not_found(str(error), beside_chat=beside_chat), 404)

    def data(request: Request) -> Response:
        try:
            view, asked = _found(library, request)
            return JSONResponse(article_to_dict(view, asked.compare))
        except ArticleNotFound as error:
            missing = ApiError(404, str(error), code="article_not_found")
            return JSONResponse(missing.to_dict(), 404)

    return [
        Route("/article/{article_id}", page),
        Route("/api/articles/{article_id}", data),
    ]


def _found(library: Library, request: Request) -> tuple[ArticleView, ArticleRequest]:
    """What the address asks for, from the library. Raises ArticleNotFound."""
    asked = read_article_request(request.query_params.multi_items())
    return view_article(library, str(request.path_params["article_id"]), asked.version), asked
