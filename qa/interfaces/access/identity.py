"""Tells who sends a request, by proxy header, token or cookie, and whether signing in is needed.

    headers, client -> Visitor | None (has to sign in) | NotShared (nobody outside this machine may)

Users signed in by a proxy have the role that the users file gives their name, else reader. Where
nobody has to sign in, visitors from this machine are editors and all others readers, if they are
let in at all. Knows nothing about pages and responses.
"""

from __future__ import annotations

from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers

from qa.errors import SettingsError
from qa.interfaces.access.request_checks import is_from_this_machine, is_loopback
from qa.interfaces.access.session_cookie import COOKIE, SessionCookies
from qa.interfaces.access.users_file import User, UsersFile
from qa.interfaces.access.visitor import MAX_NAME_CHARACTERS, NOBODY, Role, Visitor
from qa.settings import Settings


class NotShared(Exception):
    """A request from outside this machine, to an app that is not shared."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Recognizes visitors by the users file, its sessions, and a header if one is trusted."""

    users: UsersFile
    sessions: SessionCookies
    trusted_header: str
    open_to_everyone: bool
    read_only: bool = False
    """Whether everybody is a reader, whatever the users file says."""

    def sign_in_needed(self) -> bool:
        """Whether visitors have to sign in."""
        return bool(self.users.users()) or bool(self.trusted_header)

    def _editor_or_reader(self, role: Role) -> Role:
        return "reader" if self.read_only else role

    def visitor(self, headers: Headers, client: str | None, now: float) -> Visitor | None:
        """Who sends a request; None for one who has to sign in first. Raises NotShared."""
        token = _bearer_token(headers)
        if name := self._name_by_proxy(headers):
            known = self.users.users().get(name)
            return Visitor(name, self._editor_or_reader(known.role if known else "reader"))
        if self.sign_in_needed():
            user = self._signed_in_user(headers, token, now)
            return Visitor(user.name, self._editor_or_reader(user.role)) if user else None
        if self.open_to_everyone:
            return NOBODY
        if is_from_this_machine(client, headers):
            return Visitor("", self._editor_or_reader("editor"), limited=False)
        raise NotShared

    def _name_by_proxy(self, headers: Headers) -> str:
        """The name in the trusted header; empty when it is missing, or there more than once."""
        values = headers.getlist(self.trusted_header) if self.trusted_header else []
        name = values[0].strip() if len(values) == 1 else ""
        return name if name.isprintable() and len(name) <= MAX_NAME_CHARACTERS else ""

    def _signed_in_user(self, headers: Headers, token: str, now: float) -> User | None:
        if token and (user := self.users.with_token(token)):
            return user
        cookie = _session_cookie(headers)
        return self.sessions.user_of(cookie, self.users.users(), now) if cookie else None


def identity_of(settings: Settings) -> Identity:
    """How visitors are recognized under these settings.

    Raises SettingsError when others could reach the app and nobody would have to sign in, and
    UsersError for a users file that cannot be read.
    """
    identity = Identity(
        UsersFile(settings.folder),
        SessionCookies(settings.folder),
        settings.trusted_user_header.strip(),
        settings.open_to_everyone,
        settings.read_only,
    )
    signed_in = identity.sign_in_needed()
    if not (is_loopback(settings.host) or settings.open_to_everyone or signed_in):
        raise SettingsError(
            f"CITEWIRE_HOST is {settings.host}, which others can reach, and nobody has to sign in. "
            "Add a user with `citewire users add NAME`, or set CITEWIRE_TRUSTED_USER_HEADER behind "
            "a proxy that signs users in, or CITEWIRE_OPEN_TO_EVERYONE=true to let everybody who "
            "reaches the port read and ask (docs/sharing.md)."
        )
    return identity


def _bearer_token(headers: Headers) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _session_cookie(headers: Headers) -> str:
    """The value of the session cookie; other applications' cookies may be anything."""
    for part in headers.get("cookie", "").split(";"):
        try:
            found = SimpleCookie(part).get(COOKIE)
        except CookieError:
            continue
        if found is not None:
            return found.value
    return ""
