"""Makes the steps of a job out of what a visitor wants to add: addresses, a text, files, feeds.

    pasted addresses | text | uploaded files -> Steps that ingest them one after another

An uploaded article is known by its address or its words, not by the file it came in: two people may
call their files the same. Knows nothing about forms or HTML.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkdtemp

from ingest.errors import BadInput
from ingest.sources.documents import Document, DocumentOrError
from ingest.sources.files import read_path
from ingest.sources.reader import Source
from qa.assistant import Assistant
from qa.errors import QaError
from qa.interfaces.library.jobs import Report, Step
from qa.records import counted

DISCARD_UPLOADS_AFTER_SECONDS = 24 * 3600

UPLOADS = "uploads"
"""Folder in the library's where files lie until their job is over."""

MAX_ADDRESSES = 500
"""Addresses of one job."""

MAX_TEXT_CHARACTERS = 1_000_000

WRITER_PATIENCE_SECONDS = 3600.0
"""Longest that a job waits for another writer: what was uploaded for it is lost when it fails."""


class NothingToAdd(QaError):
    """What was sent cannot be added; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent: its name where it came from, and where it lies now."""

    name: str
    path: Path


def address_steps(assistant: Assistant, pasted: str) -> list[Step]:
    """A step for each line. Raises NothingToAdd for none or too many, and for what is no
    address."""
    lines = dict.fromkeys(line.strip() for line in pasted.splitlines() if line.strip())
    if not lines:
        raise NothingToAdd("Paste at least one address.")
    if len(lines) > MAX_ADDRESSES:
        raise NothingToAdd(f"{len(lines):,} addresses at once; at most {MAX_ADDRESSES} are taken.")
    for line in lines:
        if not line.lower().startswith(("http://", "https://")) or len(line.split()) > 1:
            raise NothingToAdd(f"“{line[:80]}” is no http or https address.")
    return [ingest_step(assistant, line, [line]) for line in lines]


def text_step(assistant: Assistant, fields: Mapping[str, str]) -> Step:
    """A step for one pasted text. ``fields``: text, title, publisher, published, url.

    Raises NothingToAdd without a text.
    """
    given = {name: value.strip() for name, value in fields.items() if value.strip()}
    if "text" not in given:
        raise NothingToAdd("Paste the text of the article.")
    if len(given["text"]) > MAX_TEXT_CHARACTERS:
        raise NothingToAdd(f"The text is longer than {MAX_TEXT_CHARACTERS:,} characters.")
    name = given.get("title") or f"{given['text'][:60]} …"
    return ingest_step(assistant, name, [given])


def upload_steps(assistant: Assistant, uploads: Sequence[Upload]) -> list[Step]:
    """A step for each file, which is deleted when its step is over. Raises NothingToAdd."""
    if not uploads:
        raise NothingToAdd("Choose at least one file.")
    return [_upload_step(assistant, upload) for upload in uploads]


def _upload_step(assistant: Assistant, upload: Upload) -> Step:
    step = ingest_step(assistant, upload.name, _documents(upload))
    return replace(step, clean_up=lambda: _discard(upload.path))


def _discard(path: Path) -> None:
    """Delete an uploaded file, and with the last one its folder."""
    path.unlink(missing_ok=True)
    with suppress(OSError):
        path.parent.rmdir()


def _documents(upload: Upload) -> Iterator[DocumentOrError]:
    """The documents of a file, under the name that it had where it came from."""
    for found in read_path(upload.path):
        source = found.source.replace(str(upload.path), upload.name)
        if isinstance(found, Document):
            yield replace(found, source=source, origin=None)
        else:
            yield BadInput(source, found.reason.replace(str(upload.path), upload.name))


def ingest_step(
    assistant: Assistant, name: str, sources: Sequence[Source] | Iterator[Source]
) -> Step:
    """A step that ingests sources and tells their outcomes."""

    def work(tell: Report) -> str:
        report = assistant.ingest(sources, on_outcome=tell, patience=WRITER_PATIENCE_SECONDS)
        return counted(report.passages, "passage") if report.passages else ""

    return Step(name, work)


def feed_step(assistant: Assistant, url: str) -> Step:
    """A step that brings in what is new in a subscribed feed."""

    def work(tell: Report) -> str:
        remark = ""
        for update in assistant.update_feeds(
            [url], on_outcome=tell, patience=WRITER_PATIENCE_SECONDS
        ):
            if update.failed:
                raise BadInput(url, update.status)
            remark = update.status
        return remark

    return Step(url, work)


def uploads_folder(home: Path) -> Path:
    """A new folder in the library's for the files of one job."""
    folder = home / UPLOADS
    folder.mkdir(exist_ok=True)
    return Path(mkdtemp(dir=folder))


def safe_file_name(number: int, name: str) -> str:
    """A name for the file system that keeps the endings by which a file's kind is known."""
    plain = re.sub(r"[^\w.-]", "_", name.replace("\\", "/").rsplit("/", 1)[-1])
    return f"{number}-{plain[-100:]}"


def discard_uploads(home: Path) -> None:
    """Delete what a server that was stopped has left; what is younger may be another server's."""
    oldest = time.time() - DISCARD_UPLOADS_AFTER_SECONDS
    folder = home / UPLOADS
    for left in folder.iterdir() if folder.is_dir() else ():
        if left.stat().st_mtime < oldest:
            shutil.rmtree(left, ignore_errors=True)
