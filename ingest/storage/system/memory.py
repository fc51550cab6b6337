"""Returns freed memory to the operating system, where the C library (glibc) would keep it.

Does nothing on other systems. Knows nothing about what used the memory.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any

MAX_ARENAS = 2
"""Heaps that threads share. glibc's default is eight a core, and each keeps its own free memory."""

_M_ARENA_MAX = -8
"""The number of the option in glibc's malloc.h."""


@cache
def _glibc() -> Any:
    """The C library with its arenas limited, or None where it is not glibc."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        library = ctypes.CDLL("libc.so.6")
        library.mallopt(_M_ARENA_MAX, MAX_ARENAS)
    except (OSError, AttributeError):  # musl has neither
        return None
    return library


def limit_arenas() -> None:
    """Call before threads start: what one thread frees can then be used by all."""
    _glibc()


def release_memory() -> None:
    """Return what is free; takes about a millisecond."""
    if (library := _glibc()) is not None:
        library.malloc_trim(0)
