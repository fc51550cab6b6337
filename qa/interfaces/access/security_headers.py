"""Writes the headers that tell a browser what a page of ours may do.

    inline scripts of a page -> their hashes -> Content-Security-Policy

gradio's page starts with inline scripts that differ from visit to visit, turns its templates into
functions (``unsafe-eval``) and sets styles by attribute. So the scripts that the server wrote are
allowed by hash, which lets none run that came with a text. On every other page no inline script but
our own runs, and no inline style counts. What a signed-in visitor saw is not kept by the browser.
Knows nothing about requests.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable, Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Scope, Send

from qa.interfaces.access.conversation_owner import owner_cookie
from qa.interfaces.access.visitor import visitor_of

_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)

COMMON_HEADERS = (
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
"""Headers of every response. Articles that are linked to do not learn who linked."""


def script_hashes(markup: bytes) -> tuple[str, ...]:
    """The hash sources of the inline scripts in a piece of HTML, in their order."""
    return tuple(
        f"'sha256-{b64encode(hashlib.sha256(script).digest()).decode()}'"
        for script in _INLINE_SCRIPT.findall(markup)
    )


def content_security_policy(hashes: Iterable[str] = (), *, templates: bool = False) -> str:
    """The policy of a page whose inline scripts have these hashes.

    ``templates`` allows what gradio's page needs beyond them.
    """
    style = "'self' 'unsafe-inline'" if templates else "'self'"
    script = ["'self'", *dict.fromkeys(hashes), *(["'unsafe-eval'"] if templates else [])]
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src {' '.join(script)}",
            f"style-src {style}",
            "img-src 'self' data:",
            "font-src 'self' data:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        ]
    )


class SecuredSend:
    """Sends a response with security headers.

    A ``whole_page`` of gradio is held back until it is complete, for the hashes of its inline
    scripts, and comes with a cookie that tells its script whose it is; ``own_scripts`` are hashes
    of scripts that every page may have.
    """

    def __init__(
        self, send: Send, scope: Scope, own_scripts: Sequence[str], *, whole_page: bool
    ) -> None:
        self.started = False
        self._send = send
        self._scope = scope
        self._own_scripts = own_scripts
        self._whole_page = whole_page
        self._start: Message | None = None
        self._page = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(raw=list(message["headers"]))
            for name, value in COMMON_HEADERS:
                headers.setdefault(name, value)
            is_page = headers.get("content-type", "").startswith("text/html")
            if is_page and visitor_of(self._scope).name:
                headers.setdefault("cache-control", "no-store")
            policy = content_security_policy(self._own_scripts)
            headers.setdefault("content-security-policy", policy)
            message = {**message, "headers": headers.raw}
            if is_page and self._whole_page:
                name, secure = visitor_of(self._scope).name, self._scope["scheme"] == "https"
                path = str(self._scope.get("root_path", "")).rstrip("/") or "/"
                headers.append("set-cookie", owner_cookie(name, path, secure=secure))
                message = {**message, "headers": headers.raw}
                self._start = message
                return
        elif self._start is not None:
            self._page += message.get("body", b"")
            if message.get("more_body"):
                return
            await self._send(self._with_page_policy(self._start))
            self._start, message = None, {**message, "body": self._page}
        await self._send(message)

    def _with_page_policy(self, start: Message) -> Message:
        headers = MutableHeaders(raw=list(start["headers"]))
        headers["content-security-policy"] = content_security_policy(
            [*self._own_scripts, *script_hashes(self._page)], templates=True
        )
        return {**start, "headers": headers.raw}
