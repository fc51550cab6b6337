"""Streams the records of JSON, JSONL, CSV, TSV and Parquet files as documents.

A file of any length takes the memory of a few records (only JSON, which has no lines, is read
whole, within a limit). A bad record is yielded as its BadInput and does not stop the rest. Knows
nothing about what the fields mean.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from ingest.errors import BadInput, summary_of
from ingest.sources.documents import Document, DocumentOrError
from ingest.sources.encoding import SAMPLE_BYTES, decode_strictly, detect_encoding
from ingest.sources.limits import open_file, read_pieces

MAX_RECORD_BYTES = 20_000_000
"""Bytes of one record: a hundred times the longest article."""

MAX_PARQUET_BYTES = 2_000_000_000
"""Bytes of a gzipped Parquet file, decompressed: Parquet is read from its end."""

_BATCH_ROWS = 128
_MAX_BAD_ROWS = 128
"""Unreadable rows after which a table is given up."""


def read_records(path: Path, kind: str) -> Iterator[DocumentOrError]:
    """The records of a file of kind jsonl, json, parquet, csv or tsv.

    Raises BadInput, OSError or a decompression error for a file that cannot be read at all, and
    BadInput for one without any record, which was not meant to be empty.
    """
    readers = {"jsonl": _read_jsonl, "json": _read_json, "parquet": _read_parquet}
    records = readers[kind](path) if kind in readers else _read_table(path, kind)
    first = next(records, None)
    if first is None:
        raise BadInput(str(path), "no articles in it")
    yield first
    yield from records


def _read_jsonl(path: Path) -> Iterator[DocumentOrError]:
    with open_file(path) as stream:
        for number, line in enumerate(_lines(stream), 1):
            if line is None:
                yield BadInput(
                    f"{path}:{number}", f"longer than {MAX_RECORD_BYTES // 1_000_000} MB"
                )
            elif line.strip():
                yield _document_from_json(f"{path}:{number}", line)


def _lines(stream: IO[bytes]) -> Iterator[bytes | None]:
    """Lines of a file; None in the place of one that is too long to be held."""
    while line := stream.readline(MAX_RECORD_BYTES):
        if len(line) < MAX_RECORD_BYTES or line.endswith(b"\n"):
            yield line
            continue
        while (rest := stream.readline(MAX_RECORD_BYTES)) and not rest.endswith(b"\n"):
            pass
        yield None


def _document_from_json(source: str, line: bytes) -> DocumentOrError:
    try:
        return document_from_record(source, json.loads(line))
    except (ValueError, RecursionError) as error:
        return BadInput(source, f"not JSON ({error})")


def document_from_record(source: str, item: Any) -> DocumentOrError:
    """A record as a document, or the error that it is none."""
    if not isinstance(item, Mapping):
        return BadInput(source, "not a JSON object")
    return Document(source, "fields", fields=item)


def _read_json(path: Path) -> Iterator[DocumentOrError]:
    try:
        items = json.loads(decode_strictly(str(path), b"".join(read_pieces(path))))
    except (ValueError, RecursionError) as error:
        raise BadInput(str(path), f"not JSON ({error})") from error
    for number, item in enumerate(items if isinstance(items, list) else [items], 1):
        yield document_from_record(f"{path}#{number}", item)


def _read_table(path: Path, kind: str) -> Iterator[DocumentOrError]:
    with open_file(path) as stream:
        buffered = io.BufferedReader(stream, SAMPLE_BYTES)  # type: ignore[type-var]
        sample = buffered.peek(SAMPLE_BYTES)[:SAMPLE_BYTES]
        encoding = detect_encoding(sample)
        if encoding is None:
            raise BadInput(str(path), "not text: save it as UTF-8")
        csv.field_size_limit(MAX_RECORD_BYTES)  # the module's own is too small for long articles
        name = "utf-8-sig" if encoding == "utf-8" else encoding
        text = io.TextIOWrapper(buffered, name, errors="replace", newline="")
        rows = csv.reader(text, delimiter=_delimiter(sample, kind), strict=False)
        yield from _table_rows(str(path), rows)


def _delimiter(sample: bytes, kind: str) -> str:
    """What separates the columns: the most frequent candidate in the first line."""
    if kind == "tsv":
        return "\t"
    first = sample.replace(b"\x00", b"").split(b"\n", 1)[0]
    return max(",;\t|", key=lambda mark: first.count(mark.encode()))


def _table_rows(source: str, rows: Any) -> Iterator[DocumentOrError]:
    header: list[str] | None = None
    failures = 0
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except (csv.Error, UnicodeError) as error:
            yield BadInput(f"{source}:{rows.line_num}", f"not a row of a table ({error})")
            failures += 1
            if failures > _MAX_BAD_ROWS:
                return
            continue
        if header is None:
            header = [name.strip() for name in row]
        elif any(row):
            yield Document(f"{source}:{rows.line_num}", "fields",
                           fields=dict(zip(header, row, strict=False)))  # fmt: skip


def _read_parquet(path: Path) -> Iterator[DocumentOrError]:
    try:
        from pyarrow import parquet
    except ImportError as error:
        reason = "Parquet needs the extra `parquet`: pip install 'citewire[parquet]'"
        raise BadInput(str(path), reason) from error
    with tempfile.TemporaryFile() as spool:
        stream: Any = str(path)
        if path.name.lower().endswith(".gz"):
            spool.writelines(read_pieces(path, MAX_PARQUET_BYTES))
            spool.seek(0)
            stream = spool
        number = 0
        try:
            with parquet.ParquetFile(stream) as table:
                for batch in table.iter_batches(batch_size=_BATCH_ROWS):
                    for row in batch.to_pylist():
                        number += 1
                        yield document_from_record(f"{path}#{number}", row)
        except Exception as error:  # arrow raises many kinds for a broken file
            raise BadInput(str(path), f"not a Parquet file ({summary_of(error)})") from error
