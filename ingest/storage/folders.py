"""Replaces the folder of an index by a new one, so that a crash leaves no half of either.

Knows nothing about what is in them.
"""

from __future__ import annotations

import shutil
from pathlib import Path

_ATTEMPTS = 20


def folder_beside(folder: Path) -> Path:
    """Where the next form of a folder is made; what a crash left there is removed."""
    beside = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    return beside


def replace_folder(folder: Path) -> None:
    """Put what was made in ``folder_beside`` in the folder's place."""
    beside = folder.with_name(f"{folder.name}.new")
    for attempt in range(_ATTEMPTS):
        discard_folder(folder)
        try:
            beside.rename(folder)
            return
        except OSError:  # another process looked just then, and made an empty one
            if attempt + 1 == _ATTEMPTS:
                raise


def discard_folder(folder: Path) -> None:
    """Remove a folder, renamed first. One that is not there is removed already."""
    if not folder.exists():
        return
    discarded = folder.with_name(f"{folder.name}.discarded")
    shutil.rmtree(discarded, ignore_errors=True)
    folder.rename(discarded)
    shutil.rmtree(discarded, ignore_errors=True)
