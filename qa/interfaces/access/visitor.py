"""Names who sends a request: a visitor with a role, as the middleware found it.

    reader    may ask and read
    editor    may also change the library

Knows nothing about how a visitor is recognized.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

Role: TypeAlias = Literal["reader", "editor"]

ROLES: tuple[Role, ...] = get_args(Role)

MAX_NAME_CHARACTERS = 200
"""Characters of a name that a proxy may give, or that is looked at when somebody signs in."""

SCOPE_KEY = "citewire.user"
"""Where the middleware leaves the visitor in the ASGI scope of a request."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who sends a request; ``name`` is empty where nobody has to sign in.

    ``limited`` visitors may ask so many questions a minute.
    """

    name: str
    role: Role
    limited: bool = True


NOBODY = Visitor("", "reader")


def visitor_of(scope: Mapping[str, Any]) -> Visitor:
    """The visitor of a request; a reader without a name where the middleware left none."""
    visitor = scope.get(SCOPE_KEY)
    return visitor if isinstance(visitor, Visitor) else NOBODY


def is_editor(scope: Mapping[str, Any]) -> bool:
    """Whether the sender of a request may change the library."""
    return visitor_of(scope).role == "editor"
