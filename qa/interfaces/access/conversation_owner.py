"""Tells the browser whose conversations it may list: a cookie that the script of the page reads.

    name of the visitor -> hash -> cookie -> part of the keys under which the browser stores

Two who share a browser each see their own. Knows nothing about what is stored.
"""

from __future__ import annotations

import hashlib

COOKIE = "citewire_owner"


def owner_cookie(name: str, path: str, *, secure: bool) -> str:
    """The header of the cookie; its value is empty where nobody signs in."""
    owner = hashlib.sha256(name.encode()).hexdigest()[:16] if name else ""
    return f"{COOKIE}={owner}; Path={path}; SameSite=Lax{'; Secure' if secure else ''}"
