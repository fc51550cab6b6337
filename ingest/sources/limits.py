"""Bounds what untrusted input may cost: seconds of parsing, bytes read or decompressed.

Knows nothing about formats or addresses.
"""

from __future__ import annotations

import ctypes
import gzip
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, TypeVar, cast

from ingest.errors import BadInput, summary_of

T = TypeVar("T")

PARSE_SECONDS = 20.0
"""Longest that parsing one document may take; ordinary pages take 0.05 s, long PDFs 5 s."""

MAX_FILE_BYTES = 200_000_000
"""Bytes of a file that is read whole, after decompression. Lists of records are streamed."""

MAX_PAGE_BYTES = 10_000_000
"""Bytes of a web page, after decompression."""

_PIECE_BYTES = 65_536
"""Bytes read or decompressed at a time."""


class TookTooLong(Exception):
    """Work that did not end within its limit; it was told to stop."""


class TooLarge(Exception):
    """More bytes than the limit came out."""


class _Stop(BaseException):
    """Raised inside a thread whose result is no longer awaited."""


# -- time ---------------------------------------------------------------------------------


def parse_within_limit(source: str, failure: str, parse: Callable[[], T]) -> T:
    """The result of ``parse()`` within PARSE_SECONDS.

    ``failure`` says in a few words what could not be read. Raises BadInput for a time-out and for
    anything that the parser raises: parsers raise many kinds of exceptions for broken input.
    """
    try:
        return run_within(PARSE_SECONDS, parse)
    except BadInput:
        raise
    except TookTooLong as error:
        raise BadInput(source, f"reading it {error}") from error
    except Exception as error:
        raise BadInput(source, f"{failure} ({summary_of(error)})") from error


def run_within(seconds: float, work: Callable[[], T]) -> T:
    """The result of ``work()``. Raises TookTooLong after ``seconds``, else what the work raises.

    The work runs in a thread of its own, so that the limit holds whatever it does. When it is
    given up, an exception is raised inside that thread: it ends at its next step of Python.
    """
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except _Stop:
            return
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True, name="citewire-limited")
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if results:
        return results[0]
    if thread.ident is not None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident), ctypes.py_object(_Stop)
        )
    raise TookTooLong(f"took longer than {seconds:.0f} s")


# -- bytes --------------------------------------------------------------------------------


def limit_bytes(chunks: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """The same chunks. Raises TooLarge as soon as they are more than ``limit`` bytes together."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise TooLarge
        yield chunk


def inflate(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Undo HTTP's gzip or deflate piece by piece. Raises zlib.error for broken input.

    Never holds more than a piece of output, however well the input was compressed.
    """
    inflater = zlib.decompressobj(47 if encoding == "gzip" else 15)
    for number, chunk in enumerate(chunks):
        if number == 0 and encoding == "deflate" and chunk[:1] and chunk[0] & 0x0F != 8:
            inflater = zlib.decompressobj(-15)  # without the header that RFC 9110 demands
        waiting = chunk
        while waiting:
            piece = inflater.decompress(waiting, _PIECE_BYTES)
            waiting = inflater.unconsumed_tail
            if piece:
                yield piece


def open_file(path: Path) -> IO[bytes]:
    """A file's bytes as a stream, decompressed when its name ends in ``.gz``."""
    if path.name.lower().endswith(".gz"):
        return cast(IO[bytes], gzip.open(path, "rb"))
    return path.open("rb")


def read_pieces(path: Path, limit: int = MAX_FILE_BYTES) -> Iterator[bytes]:
    """All bytes of a file, decompressed, in pieces. Raises TooLarge beyond ``limit`` bytes."""
    with open_file(path) as stream:
        yield from limit_bytes(iter(lambda: stream.read(_PIECE_BYTES), b""), limit)
