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
    """Put what was made in ``folder_beside`` in the folder's place. There is no folder only between
    two renames; the old one, which can be large, is deleted afterwards."""
    beside = folder.with_name(f"{folder.name}.new")
    discarded = _move_away(folder)
    for attempt in range(_ATTEMPTS):
        try:
            beside.rename(folder)
            break
        except OSError:  # another process looked just then, and made an empty one
            if attempt + 1 == _ATTEMPTS:
                raise
            shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(discarded, ignore_errors=True)


def discard_folder(folder: Path) -> None:
    """Remove a folder, renamed first. One that is not there is removed already."""
    shutil.rmtree(_move_away(folder), ignore_errors=True)


def _move_away(folder: Path) -> Path:
    """Rename a folder, if there is one; returns where it is now."""
    discarded = folder.with_name(f"{folder.name}.discarded")
    shutil.rmtree(discarded, ignore_errors=True)  # of an earlier process that was killed
    if folder.exists():
        folder.rename(discarded)
    return discarded
