"""Reads files and folders into documents, with the reader that a file's kind calls for.

Files whose names end in ``.gz`` are decompressed on the way, within limits. A bad file is yielded
as its BadInput. Knows nothing about what is inside the formats.
"""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from ingest.errors import BadInput
from ingest.sources.documents import Document, DocumentOrError
from ingest.sources.encoding import decode, decode_strictly
from ingest.sources.folders import KINDS, file_kind, files_in_folder
from ingest.sources.limits import MAX_FILE_BYTES, TooLarge, read_pieces
from ingest.sources.record_files import read_records
from ingest.sources.web_archives import read_archive


def read_path(path: Path, exclude: Iterable[str] = ()) -> Iterator[DocumentOrError]:
    """Documents of one file, or of every file below a folder but the excluded ones."""
    if not os.path.exists(path):  # unlike Path's own, this one survives a name that is too long
        yield BadInput(str(path), "no such file or folder")
    elif path.is_dir():
        try:
            files = files_in_folder(path, exclude)
        except OSError as error:
            yield BadInput(str(path), f"cannot be read ({error.strerror})")
            return
        except BadInput as error:
            yield error
            return
        if not files:
            yield BadInput(str(path), f"no article files in it ({', '.join(KINDS)})")
        for file in files:
            yield from read_file(file)
    else:
        yield from read_file(path)


def read_file(path: Path) -> Iterator[DocumentOrError]:
    """Documents of one file: one of most kinds, any number of record files and archives."""
    kind = file_kind(path)
    if kind is None:
        yield BadInput(str(path), f"not a supported kind of file ({', '.join(KINDS)})")
        return
    source = str(path)
    if path.exists() and not path.is_file():  # reading a pipe would wait for ever
        yield BadInput(source, "not a regular file")
        return
    try:
        if kind in ("jsonl", "csv", "tsv", "parquet", "json"):
            yield from read_records(path, kind)
        elif kind == "warc":
            yield from read_archive(path)
        else:
            yield _read_single(path, kind)
    except BadInput as error:
        yield error
    except TooLarge:
        yield BadInput(source, f"larger than {MAX_FILE_BYTES // 1_000_000} MB")
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        yield BadInput(source, f"its compression is broken ({error})")
    except OSError as error:
        yield BadInput(source, f"cannot be read ({error.strerror or error})")


def _read_single(path: Path, kind: str) -> Document:
    origin = path.resolve().as_uri()
    raw = b"".join(read_pieces(path))
    if kind in ("pdf", "docx", "eml"):
        return Document(str(path), kind, origin=origin, data=raw)
    if kind == "html":
        return Document(str(path), kind, decode(raw), origin=origin)
    text = decode_strictly(str(path), raw)
    if kind == "markdown":
        fields, text = split_front_matter(str(path), text)
        return Document(str(path), kind, text, fields, origin=origin, fields_from="front matter")
    return Document(str(path), kind, text, origin=origin)


def split_front_matter(source: str, text: str) -> tuple[dict[str, object], str]:
    """``(fields, text)`` of a Markdown file. Raises BadInput when its front matter is not YAML."""
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
