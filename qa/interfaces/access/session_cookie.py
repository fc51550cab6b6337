"""Signs and reads the cookie of a visitor who has signed in.

    User, moment -> name.expiry.signature
    name.expiry.signature -> User, if unaltered, unexpired and the password is the same

The signature covers the hash of the password: a new password, or the user's removal, ends every
session. Nothing is kept on the server, so signing out deletes the cookie in that browser
only. Knows nothing about requests.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from qa.errors import UsersError
from qa.interfaces.access.users_file import User

COOKIE = "citewire_session"

SESSION_SECONDS = 12 * 3600
"""Seconds after which a visitor signs in again: a working day."""

SECRET_NAME = "session.key"

_SECRET_BYTES = 32


class SessionCookies:
    """The cookies of one library, signed with a secret that is made when first needed."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / SECRET_NAME

    def issue(self, user: User, now: float) -> str:
        """The value of the cookie of a user who has just signed in."""
        name = urlsafe_b64encode(user.name.encode()).decode().rstrip("=")
        signed = f"{name}.{int(now) + SESSION_SECONDS}"
        return f"{signed}.{self._signature(signed, user)}"

    def user_of(self, cookie: str, users: Mapping[str, User], now: float) -> User | None:
        """The user for whom the cookie was issued; None when it is not valid."""
        try:
            signed, signature = cookie.rsplit(".", 1)
            name, expiry = signed.split(".")
            user = users.get(urlsafe_b64decode(name + "=" * (-len(name) % 4)).decode())
            expired = int(expiry) <= now
        except ValueError:
            return None
        if user is None or expired:
            return None
        expected = self._signature(signed, user)
        return user if hmac.compare_digest(signature.encode(), expected.encode()) else None

    def _signature(self, signed: str, user: User) -> str:
        message = f"{signed}\n{user.password}".encode()
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()

    @cached_property
    def _secret(self) -> bytes:
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            secret = self._path.read_bytes()
        else:
            secret = secrets.token_bytes(_SECRET_BYTES)
            with open(handle, "wb") as file:
                file.write(secret)
        if len(secret) != _SECRET_BYTES:
            raise UsersError(f"{self._path} is damaged: delete it, and everybody signs in again")
        return secret
