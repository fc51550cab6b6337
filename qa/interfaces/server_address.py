"""Where a server listens, and that a home has only one.

    settings -> a free port, the lock of the home -> (served) -> the line that names it

Knows nothing about pages.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from typing import Any

from ingest.storage.write_lock import NamedLock
from qa.errors import SettingsError
from qa.records import counted
from qa.settings import Settings


def port_and_lock(settings: Settings) -> tuple[int, NamedLock]:
    """A port to listen on, and the lock of the home. Raises OSError when another program has the
    port, SettingsError when a server of this home has either."""
    try:
        port = free_port(settings.host, settings.port)
    except OSError:
        only_server(settings, settings.port).release()  # raises when that server has the port
        raise
    return port, only_server(settings, port)


def free_port(host: str, port: int) -> int:
    """The port itself, or a free one for 0. Raises OSError with what to do when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, port), family=family) as server:
            return int(server.getsockname()[1])
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise OSError(
            f"cannot listen on {host}:{port}: {reason}. Choose with CITEWIRE_HOST, CITEWIRE_PORT."
        ) from error


def only_server(settings: Settings, port: int) -> NamedLock:
    """The lock that one server of a home holds while it lives: jobs, sessions and who is signed in
    are its own. Raises SettingsError that names the server which holds it."""
    settings.folder.mkdir(parents=True, exist_ok=True)
    lock = NamedLock(settings.folder / "server.lock")
    if not lock.take(f"port {port}"):
        raise SettingsError(
            f"another server ({lock.holder()}) already serves the library {settings.folder}. Use "
            "that one, stop it, or give this one another CITEWIRE_HOME."
        )
    return lock


def startup_line(status: Mapping[str, Any], settings: Settings, port: int) -> str:
    """What a server prints when it can be reached. ``status``: of ``Assistant.status``."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)
    mode = "quoting mode" if status["mode"] == "quoted" else f"writing with {status['model']}"
    return f"Citewire is at http://{host}:{port} ({counted(status['articles'], 'article')}; {mode})"
