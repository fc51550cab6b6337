"""Decides who may change the library, and which requests come from a page of this server.

Pure functions of a request's scope and headers. Knows nothing about how a visitor signs in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from qa.interfaces.access.visitor import SCOPE_KEY


def may_edit(scope: Mapping[str, Any]) -> bool:
    """Whether the visitor may change the library: everyone who is not known to be a reader.

    Where nobody signs in, as on loopback, there is no visitor and everyone may.
    """
    return getattr(scope.get(SCOPE_KEY), "role", "editor") != "reader"


def editor_name(scope: Mapping[str, Any]) -> str:
    """The name that an edit is kept under."""
    return str(getattr(scope.get(SCOPE_KEY), "name", "") or "an editor")


def is_cross_site(headers: Mapping[str, str]) -> bool:
    """Whether a form was sent by a page of another site, which a visitor's browser may do unasked.

    Browsers say so in Sec-Fetch-Site, and older ones by Origin. A program that sends neither is no
    browser, and nobody's sign-in goes along with what it sends.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host", "")
