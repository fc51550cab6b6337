"""Lists of records -> documents, one at a time: JSON, JSONL, CSV, TSV, Parquet.

A file of any length costs the memory of a few records (JSON, which has no lines, is read whole,
within a limit). A bad record is yielded as its BadInput and does not stop the rest. Knows nothing
about what the fields mean.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import IO, Any

from ingest.errors import BadInput
from ingest.sources.documents import Document, DocumentOrError
from ingest.sources.encoding import detect_encoding
from ingest.sources.files import decode_file, open_file, read_bytes
from ingest.sources.limits import TooLarge

MAX_RECORD_BYTES = 20_000_000
"""Bytes of one record: a hundred times the longest article."""

MAX_PARQUET_BYTES = 2_000_000_000
"""Bytes of a packed Parquet file, which must be unpacked to be read."""

_SAMPLE = 65_536
_ROWS = 128


def read_records(path: Path, kind: str) -> Iterator[DocumentOrError]:
    """The records of a file, by its kind. Raises what reading files raises."""
    readers = {"jsonl": _jsonl, "json": _json, "parquet": _parquet}
    return readers[kind](path) if kind in readers else _separated(path, kind)


def _jsonl(path: Path) -> Iterator[DocumentOrError]:
    with open_file(path) as stream:
        for number, line in enumerate(_lines(stream), 1):
            if line is None:
                yield BadInput(
                    f"{path}:{number}", f"longer than {MAX_RECORD_BYTES // 1_000_000} MB"
                )
            elif line.strip():
                yield _from_json(f"{path}:{number}", line)


def _lines(stream: IO[bytes]) -> Iterator[bytes | None]:
    """Lines of a file; None in the place of one that is too long to be held."""
    while line := stream.readline(MAX_RECORD_BYTES):
        if len(line) < MAX_RECORD_BYTES or line.endswith(b"\n"):
            yield line
            continue
        while (rest := stream.readline(MAX_RECORD_BYTES)) and not rest.endswith(b"\n"):
            pass
        yield None


def _from_json(source: str, line: bytes) -> DocumentOrError:
    try:
        return document_from_record(source, json.loads(line))
    except (ValueError, RecursionError) as error:
        return BadInput(source, f"not JSON ({error})")


def document_from_record(source: str, item: Any) -> DocumentOrError:
    """A record as a document, if it is one."""
    if not isinstance(item, Mapping):
        return BadInput(source, "not a JSON object")
    return Document(source, "fields", fields=item)


def _json(path: Path) -> Iterator[DocumentOrError]:
    try:
        items = json.loads(decode_file(str(path), read_bytes(path)))
    except (ValueError, RecursionError) as error:
        raise BadInput(str(path), f"not JSON ({error})") from error
    for number, item in enumerate(items if isinstance(items, list) else [items], 1):
        yield document_from_record(f"{path}#{number}", item)


def _separated(path: Path, kind: str) -> Iterator[DocumentOrError]:
    with open_file(path) as stream:
        buffered = io.BufferedReader(stream, _SAMPLE)  # type: ignore[type-var]
        sample = buffered.peek(_SAMPLE)[:_SAMPLE]
        encoding = detect_encoding(sample)
        if encoding is None:
            raise BadInput(str(path), "not text: save it as UTF-8")
        csv.field_size_limit(MAX_RECORD_BYTES)  # the module's own is too small for long articles
        name = "utf-8-sig" if encoding == "utf-8" else encoding
        text = io.TextIOWrapper(buffered, name, errors="replace", newline="")
        rows = csv.reader(text, delimiter=_delimiter(sample, kind), strict=False)
        yield from _rows(str(path), rows)


def _delimiter(sample: bytes, kind: str) -> str:
    """What separates the columns: the likeliest mark of the first line."""
    if kind == "tsv":
        return "\t"
    first = sample.replace(b"\x00", b"").split(b"\n", 1)[0]
    return max(",;\t|", key=lambda mark: first.count(mark.encode()))


def _rows(source: str, rows: Any) -> Iterator[DocumentOrError]:
    header: list[str] | None = None
    failures = 0
    for _ in count():
        try:
            row = next(rows)
        except StopIteration:
            return
        except (csv.Error, UnicodeError) as error:
            yield BadInput(f"{source}:{rows.line_num}", f"not a row of a table ({error})")
            failures += 1
            if failures > _ROWS:
                return
            continue
        if header is None:
            header = [name.strip() for name in row]
        elif any(row):
            yield Document(f"{source}:{rows.line_num}", "fields",
                           fields=dict(zip(header, row, strict=False)))  # fmt: skip


def _parquet(path: Path) -> Iterator[DocumentOrError]:
    try:
        from pyarrow import parquet
    except ImportError as error:
        reason = "Parquet needs the extra `parquet`: pip install 'citewire[parquet]'"
        raise BadInput(str(path), reason) from error
    with tempfile.TemporaryFile() as spool:
        stream: Any = _spooled(path, spool) if path.name.lower().endswith(".gz") else str(path)
        number = 0
        try:
            with parquet.ParquetFile(stream) as table:
                for batch in table.iter_batches(batch_size=_ROWS):
                    for row in batch.to_pylist():
                        number += 1
                        yield document_from_record(f"{path}#{number}", row)
        except GeneratorExit:
            raise
        except Exception as error:  # arrow raises many kinds for a broken file
            said = str(error).splitlines() or [type(error).__name__]
            raise BadInput(str(path), f"not a Parquet file ({said[0][:120]})") from error


def _spooled(path: Path, spool: IO[bytes]) -> IO[bytes]:
    """The unpacked file on disk: Parquet is read from its end."""
    size = 0
    with open_file(path) as packed:
        while chunk := packed.read(1 << 20):
            size += len(chunk)
            if size > MAX_PARQUET_BYTES:
                raise TooLarge
            spool.write(chunk)
    spool.seek(0)
    return spool
