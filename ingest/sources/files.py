"""Files and folders -> documents: which files, unpacked, and by which reader.

    folder   recursive, hidden files and excluded ones left out, sorted by path
    .gz      unpacked on the way, within limits
    kind     by the name's ending

A bad file is yielded as its BadInput. Knows nothing about what is inside the formats.
"""

from __future__ import annotations

import glob
import gzip
import os
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from ingest.errors import BadInput
from ingest.sources.documents import Document, DocumentOrError
from ingest.sources.encoding import detect_encoding
from ingest.sources.limits import TooLarge, bounded

if TYPE_CHECKING:
    from pathspec import PathSpec

MAX_FILE_BYTES = 200_000_000
"""Bytes of a file that is read whole, after unpacking. Lists of records are read in a stream."""

KINDS = {
    ".txt": "text", ".text": "text", ".md": "markdown", ".markdown": "markdown",
    ".html": "html", ".htm": "html", ".xhtml": "html", ".pdf": "pdf", ".docx": "docx",
    ".eml": "eml", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv",
    ".tsv": "tsv", ".parquet": "parquet", ".warc": "warc",
}  # fmt: skip
IGNORE_FILE = ".citewireignore"
"""Patterns of files to leave out, in the folder they apply to, written as in .gitignore."""

_CHUNK = 1 << 20


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


def files_in_folder(folder: Path, exclude: Iterable[str] = ()) -> Iterator[Path]:
    """Files below a folder that can be read, sorted by path, without hidden and excluded ones."""
    patterns = ignore_patterns(folder, exclude)
    yield from sorted(_walk(folder, folder, patterns))


def _walk(folder: Path, top: Path, patterns: PathSpec[Any]) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in entries:
            path = Path(entry.path)
            relative = path.relative_to(top).as_posix()
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                if not patterns.match_file(relative + "/"):
                    yield from _walk(path, top, patterns)
            elif entry.is_file() and file_kind(path) and not patterns.match_file(relative):
                yield path


def ignore_patterns(folder: Path, exclude: Iterable[str] = ()) -> PathSpec[Any]:
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


def read_path(path: Path, exclude: Iterable[str] = ()) -> Iterator[DocumentOrError]:
    """Documents of one file, or of every file below a folder."""
    if not os.path.exists(path):  # unlike Path's own, this one survives a name that is too long
        yield BadInput(str(path), "no such file or folder")
    elif path.is_dir():
        nothing = True
        try:
            for file in files_in_folder(path, exclude):
                nothing = False
                yield from read_file_documents(file)
        except OSError as error:
            yield BadInput(str(path), f"cannot be read ({error.strerror})")
        except BadInput as error:
            yield error
        else:
            if nothing:
                yield BadInput(str(path), f"no article files in it ({', '.join(KINDS)})")
    else:
        yield from read_file_documents(path)


def read_file_documents(path: Path) -> Iterator[DocumentOrError]:
    """Documents of one file: one of most kinds, any number of lists of records and archives."""
    kind = file_kind(path)
    if kind is None:
        yield BadInput(str(path), f"not a supported kind of file ({', '.join(KINDS)})")
        return
    with _collect_failure(str(path)) as failed:
        if kind in ("jsonl", "csv", "tsv", "parquet", "json"):
            from ingest.sources.record_files import read_records

            yield from read_records(path, kind)
        elif kind == "warc":
            from ingest.sources.web_archives import read_archive

            yield from read_archive(path)
        else:
            yield _read_single(path, kind)
    yield from failed


@contextmanager
def _collect_failure(source: str) -> Iterator[list[DocumentOrError]]:
    """Collect what goes wrong while a file is being read, as that file's own rejection."""
    failed: list[DocumentOrError] = []
    try:
        yield failed
    except BadInput as error:
        failed.append(error)
    except TooLarge:
        failed.append(BadInput(source, f"larger than {MAX_FILE_BYTES // 1_000_000} MB"))
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        failed.append(BadInput(source, f"its compression is broken ({error})"))
    except OSError as error:
        failed.append(BadInput(source, f"cannot be read ({error.strerror or error})"))


def open_file(path: Path) -> IO[bytes]:
    """A file's bytes as a stream, unpacked when its name ends in ``.gz``."""
    if path.name.lower().endswith(".gz"):
        return cast(IO[bytes], gzip.open(path, "rb"))
    return path.open("rb")


def read_bytes(path: Path) -> bytes:
    """All bytes of a file, unpacked. Raises TooLarge beyond MAX_FILE."""
    with open_file(path) as stream:
        return bounded(iter(lambda: stream.read(_CHUNK), b""), MAX_FILE_BYTES)


def decode_file(source: str, raw: bytes) -> str:
    """A file's text in whatever encoding it is. Raises BadInput for what is not text."""
    encoding = detect_encoding(raw)
    try:
        text = raw.decode(encoding or "ascii")
    except UnicodeDecodeError:
        text = "\x00"
    if "\x00" in text:
        raise BadInput(source, "not text: save it as UTF-8")
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def _read_single(path: Path, kind: str) -> DocumentOrError:
    origin = path.resolve().as_uri()
    raw = read_bytes(path)
    if kind in ("pdf", "docx", "eml"):
        return Document(str(path), kind, origin=origin, data=raw)
    if kind == "html":
        from ingest.sources.encoding import decode

        return Document(str(path), kind, decode(raw), origin=origin)
    text = decode_file(str(path), raw)
    if kind == "markdown":
        fields, text = split_front_matter(str(path), text)
        return Document(str(path), kind, text, fields, origin=origin, fields_from="front matter")
    return Document(str(path), kind, text, origin=origin)


def split_front_matter(source: str, text: str) -> tuple[dict[str, object], str]:
    """``(facts, words)`` of a Markdown file. Raises BadInput when the facts are not YAML."""
    import yaml

    if not (text.startswith("---\n") and "\n---" in text[4:]):
        return {}, text.strip("\n ")
    head, _, rest = text[4:].partition("\n---")
    try:
        fields = yaml.safe_load(head) or {}
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: 2025-02-30
        where = (str(error).splitlines() or ["nested too deep"])[-1].strip()
        raise BadInput(source, f"its front matter is not YAML ({where})") from error
    if not isinstance(fields, dict):
        raise BadInput(source, "its front matter is not a list of keys and values")
    return fields, rest.partition("\n")[2].strip("\n ")  # without what is left of the closing line
