"""What people point at -> documents: files, folders, JSONL, addresses, mappings.

A bad item is yielded as its BadInput, so that it never stops the rest. Knows nothing about
articles or stores.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from ingest.errors import BadInput
from ingest.extract import Document
from ingest.fetch import Page

Source: TypeAlias = "str | Path | Mapping[str, Any]"
Found: TypeAlias = "Document | BadInput"
Fetch: TypeAlias = Callable[[str], Page]

_KINDS = {
    ".txt": "text", ".text": "text", ".md": "markdown", ".markdown": "markdown",
    ".html": "html", ".htm": "html", ".xhtml": "html", ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".json": "json",
}  # fmt: skip


def samples() -> Path:
    """The folder of bundled sample articles, our own writing about an invented country."""
    return Path(__file__).parent / "samples"


def documents(sources: Iterable[Source], fetch: Fetch) -> Iterator[Found]:
    """Documents of all sources in order, one at a time."""
    for source in sources:
        if isinstance(source, Mapping):
            yield Document(str(source.get("url") or source.get("title") or "item"), "fields",
                           fields=source)  # fmt: skip
        elif "://" in str(source) and not os.path.exists(str(source)):
            yield _from_address(str(source), fetch)
        else:
            yield from _from_path(Path(source))


def _from_address(url: str, fetch: Fetch) -> Found:
    try:
        page = fetch(url)
    except BadInput as error:
        return error
    if page.content_type in ("text/plain", "text/markdown"):
        return Document(url, "text", page.text, url=page.url)
    if "html" in page.content_type or "xml" in page.content_type:
        return Document(url, "html", page.text, url=page.url)
    return BadInput(url, f"{page.content_type} is not supported; expected an HTML or text page")


def _from_path(path: Path) -> Iterator[Found]:
    if not os.path.exists(path):  # unlike Path's own, this one survives a name that is too long
        yield BadInput(str(path), "no such file or folder")
    elif path.is_dir():
        inside = sorted(
            p for p in path.rglob("*")
            if p.is_file() and p.suffix.lower() in _KINDS
            and not any(part.startswith(".") for part in p.relative_to(path).parts)
        )  # fmt: skip
        if not inside:
            yield BadInput(str(path), f"no article files in it ({', '.join(_KINDS)})")
        for file in inside:
            yield from _from_file(file)
    else:
        yield from _from_file(path)


def _from_file(path: Path) -> Iterator[Found]:
    kind = _KINDS.get(path.suffix.lower())
    if kind is None:
        yield BadInput(str(path), f"not a supported kind of file ({', '.join(_KINDS)})")
        return
    origin = path.resolve().as_uri()
    try:
        if kind == "jsonl":
            yield from _from_jsonl(path)
        elif kind == "json":
            yield from _from_json(path)
        elif kind == "markdown":
            yield _from_markdown(path, origin)
        else:
            yield Document(str(path), kind, _read(path), origin=origin)
    except OSError as error:
        yield BadInput(str(path), f"cannot be read ({error.strerror})")
    except BadInput as error:
        yield error


def _read(path: Path) -> str:
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text.replace("\r\n", "\n")
    raise BadInput(str(path), "not text: save it as UTF-8")


def _from_markdown(path: Path, origin: str) -> Found:
    import yaml

    text = _read(path)
    fields: Any = {}
    if text.startswith("---\n") and "\n---" in text[4:]:
        head, _, text = text[4:].partition("\n---")
        try:
            fields = yaml.safe_load(head) or {}
        except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: 2025-02-30
            where = str(error).splitlines()[-1].strip()
            return BadInput(str(path), f"its front matter is not YAML ({where})")
        if not isinstance(fields, dict):
            return BadInput(str(path), "its front matter is not a list of keys and values")
        text = text.partition("\n")[2]  # what is left of the closing line
    return Document(str(path), "markdown", text.strip("\n "), fields, origin=origin)


def _from_jsonl(path: Path) -> Iterator[Found]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _from_item(f"{path}:{number}", line)


def _from_json(path: Path) -> Iterator[Found]:
    try:
        items = json.loads(_read(path))
    except (ValueError, RecursionError) as error:
        yield BadInput(str(path), f"not JSON ({error})")
        return
    for number, item in enumerate(items if isinstance(items, list) else [items], 1):
        yield _from_item(f"{path}#{number}", item)


def _from_item(source: str, item: Any) -> Found:
    if isinstance(item, bytes):
        try:
            item = json.loads(item)
        except (ValueError, RecursionError) as error:
            return BadInput(source, f"not JSON ({error})")
    if not isinstance(item, dict):
        return BadInput(source, "not a JSON object")
    return Document(source, "fields", fields=item)
