"""One open database, SQLite or PostgreSQL: transactions, locking and readable errors.

Knows nothing about what is stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from ingest.errors import DiskFull, LibraryBroken, LibraryBusy, LibraryReadOnly
from ingest.storage.catalogue.schema import migrate

_CACHE_KILOBYTES = 8_000

_ADVISORY_LOCK = 0x63697465
"""PostgreSQL's lock for "someone writes to this catalogue": the letters c-i-t-e."""

_LOCK_POLL_SECONDS = 0.1

_DAMAGE_SIGNS = ("malformed", "not a database", "disk I/O error")


class Database:
    """``url`` is an SQLAlchemy address or the path of an SQLite file.

    Raises LibraryBroken when it cannot be opened or was written by a newer citewire.
    """

    def __init__(self, url: str | Path) -> None:
        address = str(url) if "://" in str(url) else f"sqlite:///{url}"
        self.engine = create_engine(address, pool_pre_ping=not address.startswith("sqlite"))
        self._write_lock = RLock()
        self.read_only = False
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _tune_sqlite)
        try:
            with self.engine.begin() as connection:
                migrate(connection)
        except SQLAlchemyError as error:
            raise LibraryBroken(
                f"The catalogue {self._address} cannot be opened: {_first_line(error)}. "
                "It is the only truth of the library: restore it from a backup, or move it away "
                "and ingest the sources again."
            ) from error

    @property
    def _address(self) -> str:
        """The address without its password."""
        return self.engine.url.render_as_string()

    def close(self) -> None:
        """Close the idle connections."""
        self.engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection to read with. Raises DiskFull or LibraryBroken."""
        with self._readable_errors(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction; threads of this process take turns instead of waiting for SQLite's lock.
        Raises DiskFull, LibraryBroken or LibraryReadOnly."""
        self.refuse_if_read_only()
        with self._write_lock, self._readable_errors(), self.engine.begin() as connection:
            yield connection

    def refuse_if_read_only(self) -> None:
        """Raises LibraryReadOnly where nothing may be written."""
        if self.read_only:
            raise LibraryReadOnly

    def check(self) -> None:
        """Raises LibraryBroken when the database itself is damaged."""
        if self.engine.dialect.name == "sqlite":
            with self.read() as connection:
                result = connection.execute(text("PRAGMA quick_check(1)")).scalar()
            if result != "ok":
                raise self._damaged(result)

    def _damaged(self, reason: object) -> LibraryBroken:
        return LibraryBroken(
            f"The catalogue {self._address} is damaged: {reason}. Restore it from a backup, or "
            "move it away and ingest the sources again."
        )

    @contextmanager
    def _readable_errors(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            message = _first_line(error)
            if full := DiskFull.from_message(message, self._address):
                raise full from error
            if any(sign in message for sign in _DAMAGE_SIGNS):
                raise self._damaged(message) from error
            raise

    @contextmanager
    def writer(self, patience: float = 0.0) -> Iterator[None]:
        """Be the one writer among all machines: an advisory lock where the database is shared.

        Raises LibraryBusy when another machine still writes after ``patience`` seconds. SQLite
        needs none: its file is guarded by the library's lock file.
        """
        if self.engine.dialect.name != "postgresql":
            yield
            return
        with self.engine.connect() as connection:
            query = text("SELECT pg_try_advisory_lock(:key)")
            deadline = monotonic() + patience
            while not connection.execute(query, {"key": _ADVISORY_LOCK}).scalar():
                if monotonic() < deadline:
                    sleep(_LOCK_POLL_SECONDS)
                    continue
                raise LibraryBusy(
                    "Another machine is writing to this catalogue. Wait for it to finish, then "
                    "try again."
                )
            connection.commit()
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ADVISORY_LOCK})
                connection.commit()


def _first_line(error: SQLAlchemyError) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _tune_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA busy_timeout=5000")
    cursor.execute(f"PRAGMA cache_size=-{_CACHE_KILOBYTES}")
    cursor.close()
