"""One open database, SQLite or PostgreSQL: transactions, and errors that say what to do.

Knows nothing about what is stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from ingest.errors import DiskFull, LibraryBroken, LibraryBusy
from ingest.storage.catalogue.schema import migrate

_CACHE_KB = 8_000
_ADVISORY_LOCK = 0x63697465
"""PostgreSQL's lock for "someone writes to this catalogue": the letters c-i-t-e."""


class Database:
    """``url`` is an SQLAlchemy address or the path of an SQLite file."""

    def __init__(self, url: str | Path) -> None:
        address = url if "://" in str(url) else f"sqlite:///{url}"
        remote = not str(address).startswith("sqlite")
        self._engine: Engine = create_engine(str(address), pool_pre_ping=remote)
        self._one_writer = RLock()
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _tune_sqlite)
        try:
            with self._engine.begin() as connection:
                migrate(connection)
        except SQLAlchemyError as error:
            raise LibraryBroken(
                f"The catalogue {self._where} cannot be opened: {_first_line(error)}. "
                "It is the only truth of the library: restore it from a backup, or move it away "
                "and ingest the sources again."
            ) from error

    @property
    def engine(self) -> Engine:
        """For the modules that keep tables of their own in the catalogue."""
        return self._engine

    @property
    def _where(self) -> str:
        return self._engine.url.render_as_string()

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with self._told(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        """One transaction; threads of this process take turns instead of waiting for SQLite's."""
        with self._one_writer, self._told(), self._engine.begin() as connection:
            yield connection

    def check(self) -> None:
        """Raises LibraryBroken when the database itself is damaged."""
        if self._engine.dialect.name == "sqlite":
            with self._read() as connection:
                said = connection.execute(text("PRAGMA quick_check(1)")).scalar()
            if said != "ok":
                raise self._damaged(said)

    def _damaged(self, said: object) -> LibraryBroken:
        return LibraryBroken(
            f"The catalogue {self._where} is damaged: {said}. Restore it from a backup, or "
            "move it away and ingest the sources again."
        )

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            said = _first_line(error)
            if full := DiskFull.from_message(said, self._where):
                raise full from error
            if any(sign in said for sign in ("malformed", "not a database", "disk I/O error")):
                raise self._damaged(said) from error
            raise

    @contextmanager
    def writer(self) -> Iterator[None]:
        """Be the one writer among all machines: an advisory lock where the database is shared.

        Raises LibraryBusy at once when another machine writes. SQLite needs none: its file is
        guarded by the library's lock file.
        """
        if self._engine.dialect.name != "postgresql":
            yield
            return
        with self._engine.connect() as connection:
            query = text("SELECT pg_try_advisory_lock(:key)")
            if not connection.execute(query, {"key": _ADVISORY_LOCK}).scalar():
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
    cursor.execute(f"PRAGMA cache_size=-{_CACHE_KB}")
    cursor.close()
