"""The routes of the library page, which ``app.py`` adds to the server of the chat page.

    GET  /library                       the table; the query is that of ``table_request``
    GET  /library/add, POST .../addresses, .../text, .../files
    GET  /library/jobs/ID, POST .../stop
    GET  /library/articles/ID/edit, POST the same
    GET  /library/remove?id=ID          asks; POST removes
    GET  /library/feeds, POST the same (add), .../remove, .../update
    GET  /library/health, POST .../repair

What writes is for editors; requests of other sites' pages are refused by ``qa.interfaces.access``,
in front of all. Imports starlette, as ``qa.interfaces.api.routes`` does. Knows nothing about what
is on a page.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import parse_qs

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from ingest.sources.limits import MAX_FILE_BYTES
from qa.assistant import Assistant
from qa.interfaces.access.visitor import is_editor, visitor_of
from qa.interfaces.library.additions import Upload, safe_file_name, uploads_folder
from qa.interfaces.library.layout import Frame
from qa.interfaces.library.pages import LibraryPages, Reply, Sent, Shown, refused

Page = Callable[[Sent], Reply]
Endpoint = Callable[[Request], Awaitable[Response]]

UNNAMED_EDITOR = "an editor"
"""The name that an edit is kept under where nobody signs in."""

MAX_FORM_BYTES = 5_000_000
"""Bytes of a form without files: a pasted text in any script."""

MAX_FILES = 200
"""Files of one form."""

_FILES_PATH = "/library/add/files"


def library_routes(assistant: Assistant) -> list[BaseRoute]:
    """The routes around one assistant."""
    pages = LibraryPages(assistant)
    home = assistant.library.home

    def get(path: str, page: Page, *, editors: bool = False) -> Route:
        return Route(f"/library{path}", _endpoint(page, home, editors), methods=["GET"])

    def post(path: str, page: Page) -> Route:
        return Route(f"/library{path}", _endpoint(page, home, True), methods=["POST"])

    return [
        get("", pages.table),
        get("/add", pages.add, editors=True),
        post("/add/addresses", pages.add_addresses),
        post("/add/text", pages.add_text),
        post("/add/files", pages.add_files),
        get("/jobs/{id}", pages.job, editors=True),
        post("/jobs/{id}/stop", pages.stop_job),
        get("/articles/{id}/edit", pages.edit, editors=True),
        post("/articles/{id}/edit", pages.save_edit),
        get("/remove", pages.ask_removal, editors=True),
        post("/remove", pages.remove),
        get("/feeds", pages.feeds),
        post("/feeds", pages.add_feed),
        post("/feeds/remove", pages.remove_feed),
        post("/feeds/update", pages.update_feeds),
        get("/health", pages.health),
        post("/health/repair", pages.repair),
    ]


def _endpoint(page: Page, home: Path, editors: bool) -> Endpoint:
    """A page as an endpoint; with ``editors``, for those who may change the library."""

    async def respond(request: Request) -> Response:
        frame = Frame(str(request.scope.get("root_path", "")).rstrip("/"), is_editor(request.scope))
        if editors and not frame.may_edit:
            return _response(refused(frame, "For editors", _READERS, 403), frame)
        if request.method != "POST":
            fields = parse_qs(request.url.query)
            return _response(await asyncio.to_thread(page, _sent(request, frame, fields)), frame)
        takes_files = request.url.path.endswith(_FILES_PATH)
        if problem := _too_large(request, MAX_FILE_BYTES if takes_files else MAX_FORM_BYTES):
            return _response(refused(frame, "Too much", problem, 413), frame)
        async with request.form(max_files=MAX_FILES if takes_files else 0,
                                max_part_size=MAX_FORM_BYTES) as form:  # fmt: skip
            uploads = await asyncio.to_thread(_keep_files, form, home) if takes_files else ()
            fields = _fields(form)
        sent = _sent(request, frame, fields, uploads)
        return _response(await asyncio.to_thread(page, sent), frame)

    return respond


_READERS = "Only editors may change the library, and nobody one that is read-only."


def _sent(
    request: Request,
    frame: Frame,
    fields: dict[str, list[str]],
    uploads: tuple[Upload, ...] = (),
) -> Sent:
    return Sent(
        frame,
        visitor_of(request.scope).name or UNNAMED_EDITOR,
        str(request.path_params.get("id", "")),
        request.url.query,
        fields,
        uploads,
    )


def _response(reply: Reply, frame: Frame) -> Response:
    headers = {"cache-control": "no-store"}
    if isinstance(reply, Shown):
        return HTMLResponse(reply.html, reply.status, headers)
    return RedirectResponse(f"{frame.root}/library{reply.path}", 303, headers)


def _too_large(request: Request, limit: int) -> str:
    """Why a body is not read; empty when it is small enough. The server reads no more than the
    length that was announced."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        return "The length of what is sent must be announced."
    if int(length) > limit:
        return f"At most {limit // 1_000_000} MB can be sent at once."
    return ""


def _fields(form: FormData) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            fields.setdefault(name, []).append(value)
    return fields


def _keep_files(form: FormData, home: Path) -> tuple[Upload, ...]:
    """The files of a form, copied to where they lie until their job is over."""
    sent = [
        file for file in form.getlist("files") if isinstance(file, UploadFile) and file.filename
    ]
    if not sent:
        return ()
    folder = uploads_folder(home)
    kept: list[Upload] = []
    for number, file in enumerate(sent):
        name = str(file.filename)
        path = folder / safe_file_name(number, name)
        with path.open("wb") as stream:
            shutil.copyfileobj(file.file, stream)
        kept.append(Upload(name, path))
    return tuple(kept)
