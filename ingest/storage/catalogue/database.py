"""One open database, SQLite or PostgreSQL: transactions, locking and readable errors.

Knows nothing about what is stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Any

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ingest.errors import DiskFull, LibraryBroken, LibraryReadOnly
from ingest.storage.catalogue.schema import migrate
from ingest.storage.write_lock import OnWait, process_name, wait_for

_CACHE_KILOBYTES = 8_000

_ADVISORY_LOCK = 0x63697465
"""PostgreSQL's lock for "someone writes to this catalogue": the letters c-i-t-e."""

_MIGRATION_LOCK = _ADVISORY_LOCK + 1

_LOCK_HOLDER = text(
    "SELECT a.application_name, a.client_addr FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
    "WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = :key AND "
    "l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)

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
        self._writer: Connection | None = None
        event.listen(self.engine, "connect", _tune_postgres if self.shared else _tune_sqlite)
        try:
            with self.engine.begin() as connection:
                if self.shared:  # two machines may open a new database at the same time
                    query = text("SELECT pg_advisory_xact_lock(:key)")
                    connection.execute(query, {"key": _MIGRATION_LOCK})
                migrate(connection)
        except SQLAlchemyError as error:
            raise LibraryBroken(
                f"The catalogue {self._address} cannot be opened: {_first_line(error)}. "
                "It is the only truth of the library: restore it from a backup, or move it away "
                "and ingest the sources again."
            ) from error

    @property
    def shared(self) -> bool:
        """Whether several machines can have this catalogue open."""
        return self.engine.dialect.name == "postgresql"

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

        Inside ``writer()`` of a shared database it is made on the connection that holds the lock: a
        writer that lost its lock cannot write. Raises DiskFull, LibraryBroken or
        LibraryReadOnly.
        """
        self.refuse_if_read_only()
        with self._write_lock, self._readable_errors():
            if (held := self._writer) is None:
                with self.engine.begin() as connection:
                    yield connection
            elif held.invalidated:  # SQLAlchemy would connect again, without the lock
                raise self._lost("the write lock went with an earlier error")
            else:
                with held.begin():
                    yield held

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

    def _lost(self, reason: str) -> LibraryBroken:
        return LibraryBroken(
            f"The connection to the catalogue {self._address} broke: {reason}. What was stored is "
            "intact, and the next writer finishes what was begun: run the same command again."
        )

    @contextmanager
    def _readable_errors(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            message = _first_line(error)
            if error.connection_invalidated:
                raise self._lost(message) from error
            if full := DiskFull.from_message(message, self._address):
                raise full from error
            if any(sign in message for sign in _DAMAGE_SIGNS):
                raise self._damaged(message) from error
            raise

    @contextmanager
    def writer(self, patience: float, on_wait: OnWait) -> Iterator[None]:
        """Be the one writer among all machines: an advisory lock where the database is shared,
        which the server takes back when the connection breaks or its holder dies.

        Raises LibraryBusy when another machine still writes after ``patience`` seconds. SQLite
        needs none: its file is guarded by the library's lock file.
        """
        if not self.shared:
            yield
            return
        key = {"key": _ADVISORY_LOCK}
        with self._readable_errors(), self.engine.connect() as connection:

            def take() -> bool:
                found = connection.execute(text("SELECT pg_try_advisory_lock(:key)"), key).scalar()
                connection.commit()
                return bool(found)

            wait_for(take, self._lock_holder, self._address, patience, on_wait)
            self._writer = connection
            try:
                yield
            finally:
                # suppressed: a broken connection has let go of it already
                with self._write_lock, suppress(SQLAlchemyError):
                    self._writer = None
                    connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)
                    connection.commit()

    def is_write_locked(self) -> bool:
        """Whether a machine holds the write lock of a shared database at this moment."""
        return self.shared and self._lock_row() is not None

    def _lock_row(self) -> Any:
        with self.read() as connection:
            return connection.execute(_LOCK_HOLDER, {"key": _ADVISORY_LOCK}).first()

    def _lock_holder(self) -> str:
        """Who has the write lock of a shared database, as far as its server tells."""
        row = self._lock_row()
        if row is None or not row.application_name:
            return "unknown"
        return f"{row.application_name}, at {row.client_addr}" if row.client_addr else str(row[0])


def _first_line(error: SQLAlchemyError) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _tune_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA busy_timeout=5000")
    cursor.execute(f"PRAGMA cache_size=-{_CACHE_KILOBYTES}")
    cursor.close()


def _tune_postgres(connection: Any, _record: Any) -> None:
    """Name the process to whoever waits for it, and let the server notice within a minute that a
    machine is gone which did not say so."""
    cursor = connection.cursor()
    cursor.execute("SELECT set_config('application_name', %s, false)", (process_name(),))
    for name, value in (("idle", "30"), ("interval", "10"), ("count", "3")):
        cursor.execute(f"SELECT set_config('tcp_keepalives_{name}', '{value}', false)")
    cursor.close()
    connection.commit()
