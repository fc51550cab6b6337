"""The route of the style sheets and scripts of the pages, which need no sign-in.

    GET /page-assets/NAME

Knows nothing about pages.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from qa.interfaces.frame.assets import read_asset
from qa.interfaces.frame.page_frame import ASSETS_FOLDER

_SERVED = {
    "theme.css": "text/css",
    "frame.css": "text/css",
    "article.css": "text/css",
    "library.css": "text/css",
    "library.js": "text/javascript",
    "plain.css": "text/css",
    "favicon.svg": "image/svg+xml",
    "sign_in.css": "text/css",
}


def asset_routes() -> list[BaseRoute]:
    """The one route."""
    return [Route(f"/{ASSETS_FOLDER}/{{name}}", _asset)]


async def _asset(request: Request) -> Response:
    name = str(request.path_params["name"])
    if name not in _SERVED:
        return Response(status_code=404)
    headers = {"cache-control": "max-age=300"}
    return Response(read_asset(name), media_type=_SERVED[name], headers=headers)
