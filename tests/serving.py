"""The app as a user starts it: a process of its own, stopped at the end."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
