"""Finds the files of a folder that can be read, once or as they change.

Hidden files, files matched by patterns written as in .gitignore, and files of unsupported kinds are
left out. A file's kind is told by the ending of its name. Knows nothing about what is in the files.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from ingest.errors import BadInput

if TYPE_CHECKING:
    from pathspec import PathSpec

KINDS = {
    ".txt": "text", ".text": "text", ".md": "markdown", ".markdown": "markdown",
    ".html": "html", ".htm": "html", ".xhtml": "html", ".pdf": "pdf", ".docx": "docx",
    ".eml": "eml", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv",
    ".tsv": "tsv", ".parquet": "parquet", ".warc": "warc",
}  # fmt: skip
IGNORE_FILE = ".citewireignore"
"""Patterns of files to leave out, in the folder they apply to, written as in .gitignore."""

DEBOUNCE_MILLISECONDS = 1_000
"""Changes closer together than this are reported together, so that half-written files are few."""


def file_kind(path: Path) -> str | None:
    """What a file is by its name, ``.gz`` aside; None if it is nothing that is read."""
    name = path.name.lower().removesuffix(".gz")
    return KINDS.get(os.path.splitext(name)[1])


def expand_pattern(path: Path) -> Iterable[Path]:
    """The paths that a pattern stands for (shells on Windows leave ``*`` to the program)."""
    text = str(path)
    if not os.path.lexists(path) and "\x00" not in text and glob.has_magic(text):
        return map(Path, sorted(glob.iglob(text, recursive=True)))
    return [path]


def files_in_folder(folder: Path, exclude: Iterable[str] = ()) -> list[Path]:
    """The files below a folder that can be read, sorted by path.

    Raises BadInput for a pattern that is none, and OSError for a folder that cannot be listed.
    """
    return sorted(_walk(folder, folder, _ignore_patterns(folder, exclude)))


def watch_folder(
    folder: Path, exclude: Iterable[str] = (), *, stop: Event | None = None
) -> Iterator[list[Path]]:
    """Lists of files that were added or changed, as it happens, until ``stop`` is set."""
    import watchfiles

    patterns = list(exclude)
    for found in watchfiles.watch(
        folder, stop_event=stop, debounce=DEBOUNCE_MILLISECONDS, raise_interrupt=True
    ):
        ignored = _ignore_patterns(folder, patterns)
        paths = sorted({Path(path) for kind, path in found if kind != watchfiles.Change.deleted})
        if wanted := [path for path in paths if _is_wanted(path, folder, ignored)]:
            yield wanted


def _walk(folder: Path, top: Path, ignored: PathSpec[Any]) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in entries:
            path = Path(entry.path)
            relative = path.relative_to(top).as_posix()
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                if not ignored.match_file(relative + "/"):
                    yield from _walk(path, top, ignored)
            elif entry.is_file() and file_kind(path) and not ignored.match_file(relative):
                yield path


def _is_wanted(path: Path, folder: Path, ignored: PathSpec[Any]) -> bool:
    relative = path.resolve().relative_to(folder.resolve())
    return bool(
        path.is_file()
        and file_kind(path)
        and not any(part.startswith(".") for part in relative.parts)
        and not ignored.match_file(relative.as_posix())
    )


def _ignore_patterns(folder: Path, exclude: Iterable[str] = ()) -> PathSpec[Any]:
    """The patterns of a folder's ignore file and of the user, later ones winning."""
    from pathspec import GitIgnoreSpec

    file = folder / IGNORE_FILE
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    try:
        return GitIgnoreSpec.from_lines([*lines, *exclude])
    except ValueError as error:
        raise BadInput(
            str(folder), f"a pattern of files to leave out is wrong ({error})"
        ) from error
