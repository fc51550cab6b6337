"""The app as a user starts it, a process of its own; or routes alone, in a thread."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute


@contextmanager
def running_app(home: Path) -> Iterator[str]:
    """Start ``python -m app`` on a free port over a library; yields the address it prints."""
    settings = {"CITEWIRE_HOME": str(home), "CITEWIRE_PORT": "0", "CITEWIRE_MODEL": "none"}
    process = subprocess.Popen(
        [sys.executable, "-m", "app"], env=os.environ | settings, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found, f"the app said {line!r}"
        yield found.group()
    finally:
        process.terminate()
        process.wait(timeout=30)
        if process.stdout:
            process.stdout.close()


@contextmanager
def served(routes: Sequence[BaseRoute], *middleware: Middleware) -> Iterator[str]:
    """Serve routes from a thread of this process, on a free port; yields the address."""
    app = Starlette(routes=routes, middleware=middleware)
    config = uvicorn.Config(app, ws="none", lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = server.force_exit = True
        thread.join(timeout=30)
