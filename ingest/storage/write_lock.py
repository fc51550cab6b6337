"""Takes the lock that lets one process at a time write, and tells whom it waits for.

The lock is a file in the library's home; the operating system lets go of it when its holder dies. A
database that several machines share has a lock of its own (``ingest.storage.catalogue.database``),
waited for in the same way. Knows nothing about what is written.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep

from filelock import FileLock, Timeout

from ingest.errors import LibraryBusy

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.1

SECONDS_UNTIL_WORD = (1.0, 60.0)
"""Seconds of waiting before the first word about it, and between that and the next ones."""


def process_name() -> str:
    """This process as others are told of it."""
    return f"citewire on {socket.gethostname()}, process {os.getpid()}"


OnWait = Callable[[str], None]
"""Is told who holds a lock that is waited for, and "" when it is waited for no more."""


def _ignore_wait(_: str) -> None:
    """No one is watching who waits."""


def wait_for(
    take: Callable[[], bool],
    holder: Callable[[], str],
    where: str,
    patience: float,
    on_wait: OnWait = _ignore_wait,
) -> None:
    """Try to ``take`` a lock until it is taken, with a word in the log about who holds it.

    Raises LibraryBusy, with the holder's name, when it is not taken after ``patience`` seconds.
    """
    began = monotonic()
    first, between = SECONDS_UNTIL_WORD
    next_word = began + first
    try:
        while not take():
            now = monotonic()
            if now - began >= patience:
                raise LibraryBusy(
                    f"Another process is writing to {where} ({holder()}). Wait for it to finish, "
                    "then try again."
                )
            if now >= next_word:
                on_wait(holder())
                log.warning("Waiting to write to %s, where another does (%s).", where, holder())
                next_word = now + between
            sleep(_POLL_SECONDS)
    finally:
        on_wait("")


class NamedLock:
    """A lock file of this machine's processes, and beside it a line on who holds it."""

    def __init__(self, path: Path) -> None:
        self._lock = FileLock(path, timeout=0)
        self._line = path.with_suffix(".holder")

    def take(self, more: str = "") -> bool:
        """Take the lock, unless another holds it; ``more`` is told of this process."""
        try:
            self._lock.acquire()
        except Timeout:
            return False
        since = f"since {datetime.now(UTC):%H:%M:%S} UTC"
        with suppress(OSError):  # a courtesy: on a full disk the stores are who must say so
            self._line.write_text(", ".join(filter(None, (process_name(), more, since))), "utf-8")
        return True

    def release(self) -> None:
        """Let go of the lock."""
        with suppress(OSError):
            self._line.unlink(missing_ok=True)
        self._lock.release()

    def holder(self) -> str:
        """Who holds the lock, as far as it is known."""
        with suppress(OSError):
            return self._line.read_text("utf-8") or "unknown"
        return "unknown"


@contextmanager
def write_lock(home: Path, patience: float = 0.0, on_wait: OnWait = _ignore_wait) -> Iterator[None]:
    """Hold the write lock of one home. Raises LibraryBusy when another process still does after
    ``patience`` seconds."""
    lock = NamedLock(home / "write.lock")
    wait_for(lock.take, lock.holder, str(home), patience, on_wait)
    try:
        yield
    finally:
        lock.release()


def is_write_locked(home: Path) -> bool:
    """Whether somebody holds the write lock of a home at this moment."""
    lock = FileLock(home / "write.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        return True
    lock.release()
    return False
