"""Bounds on what untrusted input may cost: seconds of parsing, bytes of unpacking.

Knows nothing about formats or addresses.
"""

from __future__ import annotations

import ctypes
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

PARSE_SECONDS = 20.0
"""Longest that reading one document may take; ordinary pages take 0.05 s, long PDFs 5 s."""


class TookTooLong(Exception):
    """Work that did not end within its limit; it was told to stop."""


class TooLarge(Exception):
    """More bytes than the limit came out."""


class _Stop(BaseException):
    """Raised inside a thread that is no longer waited for."""


def run_within(seconds: float, work: Callable[[], T]) -> T:
    """The result of ``work()``, or TookTooLong after ``seconds``.

    The work runs in a thread of its own, so that the limit holds whatever it does. When it is
    given up, an exception is planted in that thread: it ends at its next step of Python.
    """
    done: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except _Stop:
            return
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True, name="citewire-limited")
    thread.start()
    thread.join(seconds)
    if failed:
        raise failed[0]
    if done:
        return done[0]
    if thread.ident is not None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident), ctypes.py_object(_Stop)
        )
    raise TookTooLong(f"took longer than {seconds:.0f} s")


_PIECE_BYTES = 65_536


def inflate(chunks: Iterable[bytes], encoding: str, limit: int) -> Iterator[bytes]:
    """Undo HTTP's gzip or deflate piece by piece. Raises TooLarge, or zlib.error for garbage.

    Never holds more than a piece of output, however well the input was compressed.
    """
    wbits = 47 if encoding == "gzip" else 15
    inflater = zlib.decompressobj(wbits)
    size = 0
    for first, chunk in enumerate(chunks):
        if first == 0 and encoding == "deflate" and chunk[:1] and chunk[0] & 0x0F != 8:
            inflater = zlib.decompressobj(-15)  # without the header that the standard demands
        waiting = chunk
        while waiting:
            piece = inflater.decompress(waiting, _PIECE_BYTES)
            waiting = inflater.unconsumed_tail
            size += len(piece)
            if size > limit:
                raise TooLarge
            if piece:
                yield piece


def bounded(chunks: Iterable[bytes], limit: int) -> bytes:
    """All of it as one. Raises TooLarge beyond ``limit`` bytes."""
    parts: list[bytes] = []
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise TooLarge
        parts.append(chunk)
    return b"".join(parts)
