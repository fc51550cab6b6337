"""Keeps the users of a shared library in one JSON file: names, roles, hashes of their secrets.

    name, password, role -> User -> users.json (mode 0600, replaced atomically)

Passwords are hashed with scrypt and a salt, tokens (256 random bits) with SHA-256. The file is read
again when it has changed, so that a removed user is out at once. Knows nothing about requests.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
import tempfile
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from qa.errors import UsersError
from qa.interfaces.access.visitor import ROLES, Role

FILE_NAME = "users.json"

MIN_PASSWORD_CHARACTERS = 10

MAX_PASSWORD_CHARACTERS = 1_000

COST = (2**15, 8, 3)
"""scrypt's n, r and p: 32 MB and about a quarter of a second for each try, one of the equivalent
choices of OWASP's password storage cheat sheet (2026)."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")


@dataclass(frozen=True, slots=True)
class User:
    """One user; ``password`` and ``token`` are hashes, and ``token`` is empty without one."""

    name: str
    role: Role
    password: str
    token: str = ""


class UsersFile:
    """The users of one library. Raises UsersError for a file that cannot be understood."""

    def __init__(self, folder: Path, *, cost: tuple[int, int, int] = COST) -> None:
        self.path = folder / FILE_NAME
        self._cost = cost
        self._seen: tuple[int, int, int] | None = None
        self._users: Mapping[str, User] = {}

    def users(self) -> Mapping[str, User]:
        """Every user by name; none when there is no file."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            self._seen, self._users = None, {}
            return self._users
        seen = (found.st_mtime_ns, found.st_size, found.st_ino)
        if seen != self._seen:
            self._users = _parse_users(self.path)
            self._seen = seen
        return self._users

    def with_token(self, token: str) -> User | None:
        """The user whose token this is."""
        hashed = hash_token(token)
        found = None
        for user in self.users().values():
            if user.token and hmac.compare_digest(user.token, hashed):
                found = user
        return found

    def add(self, name: str, password: str, role: Role) -> User:
        """Add a user, or give an existing one this password and role; a token stays."""
        if not _NAME.fullmatch(name):
            raise UsersError(
                f"{name!r} cannot be a name: up to 64 letters without accents, digits and . _ @ -"
            )
        if not MIN_PASSWORD_CHARACTERS <= len(password) <= MAX_PASSWORD_CHARACTERS:
            raise UsersError(f"a password has at least {MIN_PASSWORD_CHARACTERS} characters")
        known = self.users().get(name)
        user = User(name, role, hash_password(password, self._cost), known.token if known else "")
        self._write({**self.users(), name: user})
        return user

    def remove(self, name: str) -> None:
        """Remove a user, whose sessions and token end with it."""
        self._known(name)
        self._write({key: user for key, user in self.users().items() if key != name})

    def new_token(self, name: str) -> str:
        """A new token for a user, in place of an earlier one; it is nowhere kept."""
        token = "cw_" + secrets.token_urlsafe(32)
        self._write({**self.users(), name: replace(self._known(name), token=hash_token(token))})
        return token

    def revoke_token(self, name: str) -> None:
        """Take a user's token away."""
        self._write({**self.users(), name: replace(self._known(name), token="")})

    def _known(self, name: str) -> User:
        user = self.users().get(name)
        if user is None:
            raise UsersError(f"there is no user {name!r}; `citewire users list` shows them")
        return user

    def _write(self, users: Mapping[str, User]) -> None:
        """Replace the file, so that whoever reads sees all of the old or all of the new."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"users": [asdict(user) for user in users.values()]}, indent=1)
        handle, temporary = tempfile.mkstemp(dir=self.path.parent, prefix=FILE_NAME)  # mode 0600
        try:
            with open(handle, "w", encoding="utf-8") as file:
                file.write(text + "\n")
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self.path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


def _parse_users(path: Path) -> dict[str, User]:
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["users"]
        users = [User(**entry) for entry in entries]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UsersError(f"{path} cannot be read as a file of users: {error}") from error
    for user in users:
        if user.role not in ROLES or not all(map(_is_text, (user.name, user.password, user.token))):
            raise UsersError(
                f"{path}: the user {user.name!r} is not as `citewire users` writes one"
            )
    return {user.name: user for user in users}


def _is_text(value: object) -> bool:
    return isinstance(value, str)


# -- hashing --------------------------------------------------------------------------------


def hash_password(password: str, cost: tuple[int, int, int] = COST) -> str:
    """A password as it is kept: scrypt's parameters, the salt and the digest."""
    salt = secrets.token_bytes(16)
    return "$".join(["scrypt", *map(str, cost), salt.hex(), _digest(password, salt, cost).hex()])


def password_matches(password: str, hashed: str) -> bool:
    """Whether the password is the one of the hash; takes the same time for every password."""
    try:
        _, n, r, p, salt, digest = hashed.split("$")
        found = _digest(password, bytes.fromhex(salt), (int(n), int(r), int(p)))
        return hmac.compare_digest(found, bytes.fromhex(digest))
    except ValueError:
        return False


def _digest(password: str, salt: bytes, cost: tuple[int, int, int]) -> bytes:
    n, r, p = cost
    normalized = unicodedata.normalize("NFKC", password).encode()
    memory = 128 * r * (n + p + 2) + 2**20
    return hashlib.scrypt(normalized, salt=salt, n=n, r=r, p=p, maxmem=memory, dklen=32)


def hash_token(token: str) -> str:
    """A token as it is kept. It is random and long, so that no slow hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()
