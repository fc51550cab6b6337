"""Reads the bytes of a question file into items: mappings, each with its place in the file.

    bytes -> (gzip) -> UTF-8 text -> JSON | JSON lines | CSV -> Item(place, values)

An item hands out its values checked: what has the wrong type is an error that names the place.
Knows nothing about what the keys mean.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from ingest.dates.parsing import parse_date
from ingest.records import When, day_of
from qa.errors import BadQuestions

MAX_BYTES = 1 << 30
"""Size of a question set, also after unpacking; more is not one."""

_PLAUSIBLE_YEARS = range(1600, 3000)
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False, "": False}
_DELIMITERS = (",", ";", "\t")
_LIST_SEPARATOR = "|"
"""Between the values of one CSV cell."""


@dataclass(frozen=True, slots=True)
class Item:
    """One mapping of a question file, whose values are read with a check of their type.

    Every method raises BadQuestions, which names the place in the file, for a wrong value.
    """

    source: str
    place: str
    values: Mapping[str, Any]
    flat: bool = False
    """Whether all values are text, as in CSV, where a list is written ``one|two``."""

    def fail(self, reason: str) -> NoReturn:
        raise BadQuestions(self.source, reason, place=self.place)

    def has(self, *keys: str) -> bool:
        return all(key in self.values for key in keys)

    def text(self, key: str) -> str:
        """A text on one line, stripped; empty when the key is absent or null."""
        return _one_line(self, key, self.values.get(key))

    def required_text(self, key: str) -> str:
        """A text that must be there."""
        if not (text := self.text(key)):
            self.fail(f"`{key}` is missing: expected a text")
        return text

    def identifier(self, key: str) -> str:
        """A text or a whole number, as identifiers are."""
        value = self.values.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return self.text(key)

    def texts(self, key: str) -> tuple[str, ...]:
        """Different texts, in order. A single text is a list of one."""
        found = (_one_line(self, key, value) for value in self._list(key))
        return tuple(dict.fromkeys(text for text in found if text))

    def wordings(self, key: str) -> tuple[tuple[str, ...], ...]:
        """Texts, or lists of alternative wordings of one."""
        listed = (v if isinstance(v, list) else [v] for v in self._list(key))
        found = (tuple(t for v in some if (t := _one_line(self, key, v))) for some in listed)
        return tuple(wordings for wordings in found if wordings)

    def items(self, key: str) -> list[Item]:
        """The mappings of a list; their places go on from this one."""
        value = self.values.get(key)
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            self.fail(f"`{key}` is {_kind(value)}: expected a list of objects")
        joint = ", " if self.place.startswith("line") else ""  # JSON pointers just go on
        return [
            Item(self.source, f"{self.place}{joint}/{key}/{number}", v)
            for number, v in enumerate(value)
        ]

    def boolean(self, key: str) -> bool:
        """True or false; absent and null are false."""
        value = self.values.get(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        if not isinstance(value, str) or value.strip().lower() not in _FLAGS:
            self.fail(f"`{key}` is {_shown(value)}: expected true or false")
        return _FLAGS[value.strip().lower()]

    def day(self, key: str) -> When | None:
        """A day or an aware moment; None when absent, null or empty."""
        value = self.values.get(key)
        if value is None or value == "":
            return None
        when = parse_date(value) if isinstance(value, str) else None
        if when is None or day_of(when).year not in _PLAUSIBLE_YEARS:
            self.fail(f"`{key}` is {_shown(value)}: expected a day like 2025-06-02")
        return when

    def whole_number(self, key: str) -> int | None:
        """A whole number from 0; None when absent, null or empty."""
        value = self.values.get(key)
        if value is None or value == "":
            return None
        if self.flat and value.strip().isdecimal() and len(value) < 10:
            return int(value)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            self.fail(f"`{key}` is {_shown(value)}: expected a whole number")
        return value

    def check_keys(self, known: Iterator[str] | tuple[str, ...]) -> None:
        """Fail on a key that is not known, with the nearest that is; ``_x`` and ``meta`` may be."""
        names = sorted(known)
        for key in self.values:
            if key in names or key == "meta" or key.startswith("_"):
                continue
            near = get_close_matches(key, names, n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"known are {', '.join(names)}"
            self.fail(f"unknown key `{key[:60]}`: {hint}")

    def _list(self, key: str) -> list[Any]:
        value = self.values.get(key)
        if self.flat and isinstance(value, str):
            return value.split(_LIST_SEPARATOR)
        if value is None:
            return []
        return value if isinstance(value, list) else [value]


def _one_line(item: Item, key: str, value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        item.fail(f"`{key}` is {_kind(value)}: expected a text")
    if any("\ud800" <= letter <= "\udfff" or letter == "\0" for letter in value):
        item.fail(f"`{key}` holds half a character or a NUL")
    return " ".join(value.split())


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "a boolean",
             int: "a number", float: "a number", type(None): "missing"}  # fmt: skip
    return kinds.get(type(value), type(value).__name__)


def _shown(value: Any) -> str:
    return repr(value[:40]) if isinstance(value, str) else _kind(value)


# -- from bytes -----------------------------------------------------------------------------


def decode_text(source: str, raw: bytes) -> str:
    """The text of a file's bytes, unpacked when they are gzip. Raises BadQuestions."""
    if raw.startswith(b"\x1f\x8b"):
        raw = _gunzip(source, raw)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadQuestions(
            source, "not UTF-8 text: save the file as UTF-8", place=f"line {line}"
        ) from error
    if not text.strip():
        raise BadQuestions(source, "the file is empty")
    return text


def _gunzip(source: str, raw: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as packed:
            unpacked = packed.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise BadQuestions(source, f"its gzip packing is broken ({error})") from error
    if len(unpacked) > MAX_BYTES:
        raise BadQuestions(source, "it unpacks to more than 1 GiB, which is no question set")
    return unpacked


def json_items(source: str, text: str) -> list[Item]:
    """Items of one JSON value (an object, or a list of them) or of JSON lines."""
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if len(lines) > 1 and _is_json_object(lines[0][1]):
        return [
            _object_item(source, f"line {number}", _load_json(source, line, number))
            for number, line in lines
        ]
    value = _load_json(source, text)
    if isinstance(value, list):
        return [_object_item(source, f"/{index}", v) for index, v in enumerate(value)]
    return [_object_item(source, "", value)]


def _object_item(source: str, place: str, value: Any) -> Item:
    if not isinstance(value, dict):
        raise BadQuestions(source, f"{_kind(value)}: expected an object", place=place)
    return Item(source, place, value)


def _is_json_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _load_json(source: str, text: str, line: int = 0) -> Any:
    """The value of a JSON text, which is one line of the file when ``line`` is given."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {line or error.lineno}"
        raise BadQuestions(source, f"not JSON ({error.msg})", place=place) from error
    except (ValueError, RecursionError) as error:
        place = f"line {line}" if line else ""
        raise BadQuestions(source, f"not JSON ({error})", place=place) from error


def csv_items(source: str, text: str) -> list[Item]:
    """Items of CSV with a header row; commas, semicolons or tabs, found by the header."""
    rows = _csv_rows(source, text, _detect_delimiter(text))
    line, header = next(rows, (1, []))
    keys = [name.strip().lower() for name in header]
    if "question" not in keys:
        raise BadQuestions(
            source,
            "expected JSON, JSON lines, or CSV whose header row has a column `question`",
            place=f"line {line}",
        )
    if len(set(filter(None, keys))) < len(list(filter(None, keys))):
        raise BadQuestions(source, "two columns have the same name", place=f"line {line}")
    return [_csv_item(source, number, keys, row) for number, row in rows]


def _csv_item(source: str, line: int, keys: list[str], row: list[str]) -> Item:
    place = f"line {line}"
    if any(cell.strip() for cell in row[len(keys) :]):
        reason = f"{len(row)} cells, but the header names {len(keys)}: quote cells with separators"
        raise BadQuestions(source, reason, place=place)
    pairs = [(key, cell) for key, cell in zip(keys, row, strict=False)]
    if any(cell.strip() for key, cell in pairs if not key):
        raise BadQuestions(source, "a cell stands in a column without a name", place=place)
    return Item(source, place, {key: cell for key, cell in pairs if key}, flat=True)


def _detect_delimiter(text: str) -> str:
    header = text.lstrip().split("\n", 1)[0].lower()
    return max(_DELIMITERS, key=header.count)


def _csv_rows(source: str, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """``(line where it starts, cells)`` of every row that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadQuestions(source, f"not CSV ({error})", place=f"line {line}") from error
        if any(cell.strip() for cell in row):
            yield line, row


def read_bytes(path: Path) -> bytes:
    """The bytes of a file. Raises BadQuestions when it cannot be read."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadQuestions(str(path), "it is larger than 1 GiB, which is no question set")
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        raise BadQuestions(str(path), f"cannot be read ({reason})") from error
