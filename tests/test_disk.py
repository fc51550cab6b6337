"""A disk that is really full, under each store in turn: told as such, and nothing is lost.

The disk is a small tmpfs in a mount namespace of its own; skipped where the system grants none.
Run as a program, this module is the process that writes there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.errors import DiskFull
from ingest.pipeline import ingest
from ingest.storage.library import Library
from tests.fakes_ingest import WordEmbedding, story

ROOT = Path(__file__).parents[1]
STORIES = 24
ROOM = 8_000
"""Bytes left: less than any store needs for the stories."""

STORES = (".", "chroma", "lexical")
INSIDE = ["unshare", "--user", "--map-root-user", "--mount"]


def _granted() -> bool:
    try:
        asked = subprocess.run([*INSIDE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
                               capture_output=True, timeout=20)  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def _write(home: Path, disk: Path) -> dict[str, object]:
    """Fill the disk, ingest until that is told, make room, and do the same again."""
    said = ""
    library = Library(home, embedder=WordEmbedding())
    library.batch_size = 30
    ingest([story(0)], library)
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    ballast = disk / "ballast"
    ballast.write_bytes(b"x" * max(0, free - ROOM))
    try:
        ingest(map(story, range(STORIES)), library)
    except DiskFull as error:
        said = str(error)
    library.close()
    ballast.unlink()
    again = Library(home, embedder=WordEmbedding())
    ingest(map(story, range(STORIES)), again)
    counts = again.counts()
    again.close()
    return {"said": said, **counts}


Told = dict[str, dict[str, object]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What one process saw of three libraries, each with another store on a full disk."""
    if not _granted():
        pytest.skip("no mount namespace here")
    folder = tmp_path_factory.mktemp("disks")
    script = ""
    for number, store in enumerate(STORES):
        (folder / str(number) / store).mkdir(parents=True)
        script += f'mount -t tmpfs -o size=12m tmpfs "$1/{number}/{store}" && '
    done = subprocess.run(
        [*INSIDE, "sh", "-c", script + 'exec "$2" -m tests.test_disk "$1"', "sh", str(folder),
         sys.executable],
        cwd=ROOT, capture_output=True, text=True, timeout=100,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    written: Told = json.loads(done.stdout.splitlines()[-1])
    return written


@pytest.mark.parametrize("store", STORES)
def test_a_full_disk_under_a_store_is_told_and_nothing_is_lost(store: str, told: Told) -> None:
    """The error says so, and with room the same command completes the library."""
    seen = told[store]
    assert "make room" in str(seen["said"])
    assert (seen["articles"], seen["pending"], seen["dead"]) == (STORIES, 0, 0)
    assert seen["passages"] == seen["vectors"] == seen["lexical"]


if __name__ == "__main__":
    folders = [Path(sys.argv[1], str(number)) for number in range(len(STORES))]
    print(json.dumps({store: _write(home, home / store)
                      for store, home in zip(STORES, folders, strict=True)}))  # fmt: skip
