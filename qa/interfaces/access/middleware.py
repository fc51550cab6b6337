"""The ASGI middleware in front of everything served: lets in, refuses, or asks to sign in.

    request -> 413 (too large) | 403 (a foreign page, or not shared) | 401 or the sign-in page
            -> 429 (asked too often) | the application, with the visitor in its scope
    response -> the same with security headers

Refusals of the API have OpenAI's shape. There are no websockets. Knows nothing about what the
application serves, but for the few paths named here.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingest.sources.limits import MAX_FILE_BYTES
from qa.errors import UsersError
from qa.interfaces.access.identity import Identity, NotShared
from qa.interfaces.access.request_checks import is_from_another_site
from qa.interfaces.access.security_headers import SecuredSend
from qa.interfaces.access.session_cookie import COOKIE, SESSION_SECONDS
from qa.interfaces.access.sign_in import SignIn, TooManyAttempts
from qa.interfaces.access.sign_in_page import local_path, render_message, render_sign_in
from qa.interfaces.access.sliding_limit import SlidingLimit
from qa.interfaces.access.visitor import NOBODY, SCOPE_KEY, Visitor
from qa.interfaces.frame.page_frame import ASSETS_FOLDER

log = logging.getLogger(__name__)

SIGN_IN, SIGN_OUT = "/sign-in", "/sign-out"

OPEN_PATHS = frozenset({"/healthz", "/readyz", "/gradio_api/startup-events", "/manifest.json"})
"""Paths that need no sign-in: probes, what gradio calls when it starts, and what browsers ask for
without cookies (there is no manifest). Style sheets, which the sign-in page has too, need none
either (``ASSETS_FOLDER``)."""

UNCOUNTED_PATHS = frozenset({"/gradio_api/cancel", "/gradio_api/reset"})
"""Paths to which a POST is no question: what gradio's page sends when an answer is abandoned."""

COUNTED_READS = ("/library", "/article/", "/api/articles/", "/answer/", "/api/answers/")
"""Beginnings of paths where reading costs the server something: a search of all articles, both
indexes looked through, versions compared."""

UNCOUNTED_READS = ("/library/jobs/",)
"""Of these the ones that are read from memory: the page of a job asks for its state each second."""

MAX_BODY_BYTES = 2_000_000
"""Bytes of one request; the API allows less."""

OTHER_BODIES = (
    ("/sign-in", 10_000),
    ("/library/", MAX_FILE_BYTES + 1_000_000),
    ("/gradio_api/", 15_000_000),
)
"""Where requests may have fewer or more bytes: a name with a password, files for the library, and a
conversation as a browser has stored it."""

CLOSED_PATHS = tuple(
    f"/gradio_api/{name}"
    for name in ("deep_link", "upload", "file=", "proxy=", "stream/", "component_server",
                 "process_recording", "run-history", "vibe")
)  # fmt: skip
"""Beginnings of paths of gradio that this page does not use: they write files, fetch addresses."""

_NOT_SHARED = (
    "This Citewire answers only at the machine on which it runs. Whoever runs it can add users "
    "(citewire users add NAME), or let everybody in with CITEWIRE_OPEN_TO_EVERYONE=true."
)
_FOREIGN = "A page of another site may not ask here."
_NO_NAME = "The proxy in front of this server did not say who you are."


class AccessMiddleware:
    """Wraps an application; one for each server, used on its event loop.

    ``root_path`` is the prefix, or the whole address, under which a proxy publishes it;
    ``own_scripts`` are the hashes of inline scripts that every page may have. ``on_response`` is
    called with the status of each response.
    """

    def __init__(
        self,
        app: ASGIApp,
        identity: Identity,
        *,
        questions_per_minute: int = 0,
        root_path: str = "",
        own_scripts: Sequence[str] = (),
        on_response: Callable[[int], object] = lambda status: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        published = urlsplit(root_path)
        self._app = app
        self._identity = identity
        self._sign_in = SignIn(identity.users)
        self._questions = SlidingLimit(questions_per_minute, 60)
        self._public_host = published.netloc
        self._prefix = published.path.rstrip("/")
        self._root = self._prefix + "/"
        self._own_scripts = tuple(own_scripts)
        self._on_response = on_response
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        receive = _limited(receive, _max_bytes(_route_path(scope)))
        send = _told(send, self._on_response)
        request = Request(scope, receive)
        sent = SecuredSend(send, scope, self._own_scripts, whole_page=_route_path(scope) == "/")
        try:
            response = await self._answer(request)
            if response is None:
                await self._app(scope, receive, sent)
                return
        except HTTPException as error:  # the body was too large, and the application let it pass
            if sent.started:
                raise
            response = _refusal(error.status_code, str(error.detail))
        except Exception:
            if not sent.started:
                self._on_response(500)  # it is answered outside of this middleware
            raise
        await response(scope, receive, sent)

    async def _answer(self, request: Request) -> Response | None:
        """What the middleware answers itself; None for what goes on to the application."""
        path, headers = _route_path(request.scope), request.headers
        request.scope[SCOPE_KEY] = NOBODY
        if _announced_bytes(request) > _max_bytes(path):
            return _refusal(413, _too_large(_max_bytes(path)))
        if is_from_another_site(request.method, headers, self._public_host):
            return _refusal(403, _FOREIGN, code="foreign_page")
        if path.startswith(CLOSED_PATHS):
            return _refusal(404, "There is nothing here.")
        if path in OPEN_PATHS or path.startswith(f"/{ASSETS_FOLDER}/"):
            return None
        try:
            visitor = self._identity.visitor(headers, _address(request), self._clock())
            if path in (SIGN_IN, SIGN_OUT):
                return await self._sign_in_or_out(request, path, visitor)
        except NotShared:
            if _wants_page(request):
                return HTMLResponse(render_message("Not shared", _NOT_SHARED, self._root), 403)
            return _refusal(403, _NOT_SHARED, code="not_shared")
        except UsersError as error:
            log.error("nobody can sign in: %s", error)
            return _refusal(503, "Signing in does not work; the log of the server says why.")
        if visitor is None:
            return self._asks_to_sign_in(request, path)
        request.scope[SCOPE_KEY] = visitor
        return self._too_often(request, path, visitor)

    def _too_often(self, request: Request, path: str, visitor: Visitor) -> Response | None:
        if not visitor.limited or not _is_counted(request.method, path):
            return None
        key = f"name {visitor.name}" if visitor.name else f"address {_address(request)}"
        now = self._clock()
        if seconds := self._questions.seconds_to_wait(key, now):
            message = f"Too many requests in one minute; try again in {seconds} seconds."
            headers = {"retry-after": str(seconds)}
            if _wants_page(request):
                page = render_message("Too many requests", message, self._root)
                return HTMLResponse(page, 429, headers)
            return _refusal(429, message, code="too_many_questions", headers=headers)
        self._questions.record(key, now)
        return None

    # -- signing in and out -----------------------------------------------------------------

    def _asks_to_sign_in(self, request: Request, path: str) -> Response:
        if not _wants_page(request):
            return _refusal(
                401,
                "Sign in first: load the page again, or send `Authorization: Bearer TOKEN`.",
                code="invalid_api_key",
                headers={"www-authenticate": 'Bearer realm="Citewire"'},
            )
        if not self._identity.users.users():  # only the proxy could say who it is
            return HTMLResponse(render_message("Who are you?", _NO_NAME, self._root), 401)
        query = request.url.query
        following = local_path(f"{path}?{query}" if query else path)
        asked = "" if following == "/" else "?" + urlencode({"next": following})
        return self._redirect(SIGN_IN + asked)

    async def _sign_in_or_out(
        self, request: Request, path: str, visitor: Visitor | None
    ) -> Response:
        if path == SIGN_OUT and request.method == "POST":
            response = self._redirect(SIGN_IN if self._identity.sign_in_needed() else "/")
            response.delete_cookie(COOKIE, path=self._prefix or "/")
            return response
        if path == SIGN_IN and request.method == "POST":
            return await self._check_password(request)
        following = local_path(request.query_params.get("next", "/"))
        if path == SIGN_OUT or visitor is not None:
            return self._redirect(following if path == SIGN_IN else "/")
        return self._form(following)

    async def _check_password(self, request: Request) -> Response:
        """Sign in with what the form sent."""
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        name, password, wanted = (form.get(key, "") for key in ("name", "password", "next"))
        following, now = local_path(wanted), self._clock()
        try:
            user = await self._sign_in.check(name.strip(), password, _address(request), now)
        except TooManyAttempts as error:
            minutes = -(-error.seconds // 60)
            problem = f"Too many attempts. Try again in {minutes} minute{'s' * (minutes > 1)}."
            response = self._form(following, name, problem, 429)
            response.headers["retry-after"] = str(error.seconds)
            return response
        if user is None:
            return self._form(following, name, "That name and password do not match.", 401)
        response = self._redirect(following)
        forwarded = request.headers.get("x-forwarded-proto", "").startswith("https")
        response.set_cookie(
            COOKIE,
            self._identity.sessions.issue(user, now),
            max_age=SESSION_SECONDS,
            path=self._prefix or "/",
            secure=forwarded or request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
        return response

    def _form(
        self, following: str, name: str = "", problem: str = "", status: int = 200
    ) -> Response:
        page = render_sign_in(self._root, following, name=name, problem=problem)
        return HTMLResponse(page, status, {"cache-control": "no-store"})

    def _redirect(self, path: str) -> Response:
        return RedirectResponse(self._prefix + path, 303, {"cache-control": "no-store"})


# -- parts of requests ----------------------------------------------------------------------


def _route_path(scope: Scope) -> str:
    """The path without the prefix that a proxy may have left, as starlette's router sees it."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    if root and (path == root or path.startswith(root.rstrip("/") + "/")):
        path = path[len(root.rstrip("/")) :]
    return path or "/"


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _wants_page(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return request.method in ("GET", "HEAD") and "text/html" in accepted


def _is_counted(method: str, path: str) -> bool:
    """Whether a request counts in the limit: questions, clicks, and pages that cost something."""
    if method == "POST":
        return path not in UNCOUNTED_PATHS
    return path.startswith(COUNTED_READS) and not path.startswith(UNCOUNTED_READS)


def _announced_bytes(request: Request) -> int:
    announced = request.headers.get("content-length", "")
    return int(announced) if announced.isdecimal() else 0


def _max_bytes(path: str) -> int:
    return next((most for start, most in OTHER_BODIES if path.startswith(start)), MAX_BODY_BYTES)


def _too_large(most: int) -> str:
    return f"The request is larger than {most:,} bytes."


def _limited(receive: Receive, most: int) -> Receive:
    """``receive`` that raises an HTTPException when a body becomes too large."""
    received = 0

    async def receive_limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > most:
            raise HTTPException(413, _too_large(most))
        return message

    return receive_limited


def _told(send: Send, on_response: Callable[[int], object]) -> Send:
    """``send`` that calls ``on_response`` with the status of what is sent."""

    async def send_and_tell(message: Message) -> None:
        if message["type"] == "http.response.start":
            on_response(message["status"])
        await send(message)

    return send_and_tell


# -- refusals ---------------------------------------------------------------------------------


def _refusal(
    status: int, message: str, *, code: str | None = None, headers: dict[str, str] | None = None
) -> Response:
    """A refusal in the shape of the API; ``detail`` is what gradio's page shows."""
    kind = "invalid_request_error" if status < 500 else "server_error"
    kind = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}.get(
        status, kind
    )
    error = {"message": message, "type": kind, "param": None, "code": code}
    return JSONResponse({"error": error, "detail": message}, status, headers)
