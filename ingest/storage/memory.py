"""Memory that was freed goes back to the system, where the C library (glibc) would keep it.

Knows nothing about what used it.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any

ARENAS = 2
"""Heaps that threads share. glibc's default is eight a core, and each keeps its own free memory."""

_M_ARENA_MAX = -8


@cache
def _glibc() -> Any:
    if not sys.platform.startswith("linux"):
        return None
    try:
        library = ctypes.CDLL("libc.so.6")
        library.mallopt(_M_ARENA_MAX, ARENAS)
    except (OSError, AttributeError):  # musl has neither
        return None
    return library


def few_arenas() -> None:
    """Call before threads start: what they free can then be used by all."""
    _glibc()


def give_back() -> None:
    """Return what is free; takes about a millisecond."""
    if (library := _glibc()) is not None:
        library.malloc_trim(0)
