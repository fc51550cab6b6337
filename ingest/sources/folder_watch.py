"""A folder's files as they are added or changed. Knows nothing about what is done with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from ingest.sources.files import file_kind, ignore_patterns

if TYPE_CHECKING:
    from pathspec import PathSpec

DEBOUNCE_MILLISECONDS = 1_000
"""Changes closer together than this come together, so that half-written files are few."""


def watch_folder(
    folder: Path, exclude: Iterable[str] = (), *, stop: Event | None = None
) -> Iterator[list[Path]]:
    """Lists of files that were added or changed, as it happens, until ``stop`` is set.

    Hidden, excluded and unreadable kinds of files are left out, and so is what was deleted.
    """
    import watchfiles

    patterns = list(exclude)
    for found in watchfiles.watch(
        folder, stop_event=stop, debounce=DEBOUNCE_MILLISECONDS, raise_interrupt=True
    ):
        left_out = ignore_patterns(folder, patterns)
        files = sorted({Path(path) for kind, path in found if kind != watchfiles.Change.deleted})
        wanted = [path for path in files if _is_wanted(path, folder, left_out)]
        if wanted:
            yield wanted


def _is_wanted(path: Path, folder: Path, left_out: PathSpec[Any]) -> bool:
    relative = path.resolve().relative_to(folder.resolve())
    hidden = any(part.startswith(".") for part in relative.parts)
    return bool(
        path.is_file()
        and file_kind(path)
        and not hidden
        and not left_out.match_file(relative.as_posix())
    )
