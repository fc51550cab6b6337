"""Decides whether a name and a password open a session, and slows down who guesses.

    name, password, address -> User | None (wrong) | TooManyAttempts

One password is hashed at a time, an unknown name takes as long as a known one, and both are counted
alike, so that neither time nor answer tells which names exist. Knows nothing about pages.
"""

from __future__ import annotations

import asyncio
import logging

from qa.interfaces.access.sliding_limit import SlidingLimit
from qa.interfaces.access.users_file import COST, User, UsersFile, password_matches
from qa.interfaces.access.visitor import MAX_NAME_CHARACTERS

log = logging.getLogger(__name__)

FAILURES_PER_ADDRESS = 20
"""Wrong passwords from one address in a window: an office behind one address mistypes sometimes."""

FAILURES_PER_NAME = 50
"""Wrong passwords for one name in a window, from wherever."""

WINDOW_SECONDS = 15 * 60

_HASH_OF_NOBODY = "$".join(["scrypt", *map(str, COST), "00" * 16, "00" * 32])
"""What the passwords of unknown names are compared with, which takes as long as for known ones."""


class TooManyAttempts(Exception):
    """Too many wrong passwords lately; ``seconds`` from now another try is looked at."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(seconds)


class SignIn:
    """Checks passwords against a users file; used on one event loop."""

    def __init__(self, users: UsersFile) -> None:
        self._users = users
        self._by_address = SlidingLimit(FAILURES_PER_ADDRESS, WINDOW_SECONDS)
        self._by_name = SlidingLimit(FAILURES_PER_NAME, WINDOW_SECONDS)
        self._hashing = asyncio.Semaphore(1)

    async def check(self, name: str, password: str, address: str, now: float) -> User | None:
        """The user, when the password is right. Raises TooManyAttempts."""
        name = name[:MAX_NAME_CHARACTERS]
        limits = ((self._by_address, address), (self._by_name, name))
        if seconds := max(limit.seconds_to_wait(key, now) for limit, key in limits):
            raise TooManyAttempts(seconds)
        for limit, key in limits:  # before the check, so that tries at one time are counted too
            limit.record(key, now)
        user = self._users.users().get(name)
        async with self._hashing:
            hashed = user.password if user else _HASH_OF_NOBODY
            right = await asyncio.to_thread(password_matches, password, hashed)
        if user is None or not right:
            log.warning("sign-in failed: %r from %s", name[:64], address)
            return None
        for limit, key in limits:
            limit.take_back(key)
        return user
