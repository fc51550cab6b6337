"""Killed at any point, run again: as if nothing had happened.

One helper process imports the heavy libraries once and forks a child for every attempt, so that
each attempt is a process of its own that can really be killed. The child counts every boundary it
passes: each statement that writes to the catalogue, each commit, and both ends of each write to
the vectors and to the lexical index. Run as a program, this module is that helper: it reads tasks
as JSON lines and answers each with the child's exit status.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

import pytest
from sqlalchemy import event

from ingest.extraction.article import extract
from ingest.pipeline import ingest
from ingest.segmentation import split_into_passages
from ingest.sources.documents import Document
from ingest.storage.catalogue.catalogue import Catalogue
from ingest.storage.library import Library
from ingest.versions.decision import decide
from ingest.versions.near_duplicates import build_sketch
from tests.fakes_ingest import WordEmbedding, story

ROOT = Path(__file__).parents[1]
ARTICLES = 12
SENTENCES = 22
GROUP = 12
"""Passages to a group: with about three an article, an ingest is three groups."""

POINTS = {"ingest": 14, "revise": 12, "remove": 9, "reindex": 10, "repair": 8}
"""Kills by task, spread evenly over the boundaries it passes: 53 in all."""


# -- the child --------------------------------------------------------------------------------


class Fuse:
    """Counts boundaries, and kills this process at one of them, as ``kill -9`` does."""

    def __init__(self, at: int) -> None:
        self._at, self.passed = at, 0
        self._counting = Lock()

    def burn(self) -> None:
        with self._counting:
            self.passed += 1
            if self.passed == self._at:
                os.kill(os.getpid(), signal.SIGKILL)


class DyingCatalogue(Catalogue):
    """Burns the fuse before every statement that writes, and before every commit."""

    def __init__(self, path: Path, fuse: Fuse) -> None:
        super().__init__(path)

        def executing(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if statement.startswith(("INSERT", "UPDATE", "DELETE")):
                fuse.burn()

        event.listen(self.engine, "before_cursor_execute", executing)
        event.listen(self.engine, "commit", lambda _connection: fuse.burn())


class DyingLibrary(Library):
    """A library that dies at one boundary of its writing."""

    def __init__(self, home: Path, fuse: Fuse, embedder: WordEmbedding | None) -> None:
        super().__init__(home, embedder=embedder)
        self.batch_size = GROUP
        self.fuse = fuse
        self.catalogue.close()
        self.catalogue = DyingCatalogue(home / "catalogue.sqlite", fuse)

    def _open_vectors(self, where: str) -> Any:
        from ingest.storage.vector_index import VectorIndex

        fuse = self.fuse

        class DyingVectors(VectorIndex):
            def upsert(self, rows: Any, vectors: Any) -> None:
                fuse.burn()
                super().upsert(rows, vectors)
                fuse.burn()

            def delete(self, passage_ids: Iterable[str]) -> None:
                fuse.burn()
                super().delete(passage_ids)
                fuse.burn()

            def clear(self) -> None:
                super().clear()
                fuse.burn()

        return DyingVectors(where)

    def _open_lexical(self, folder: Path) -> Any:
        from ingest.storage.lexical_index import LexicalIndex

        fuse, mark = self.fuse, folder / "seen"

        class DyingLexical(LexicalIndex):
            def rebuild(self, seq: int, batches: Any) -> None:
                fuse.burn()
                super().rebuild(seq, batches)
                fuse.burn()

            def replay(self, changes: Any, lookup: Any) -> None:
                fuse.burn()
                before = mark.read_text() if mark.exists() else ""
                super().replay(changes, lookup)
                after = mark.read_text() if mark.exists() else ""
                mark.write_text(before)  # committed, but its position not yet written
                fuse.burn()
                mark.write_text(after)
                fuse.burn()

        return DyingLexical(folder)


_story = cache(story)


def _stories(edition: int, numbers: Iterable[int]) -> list[dict[str, str]]:
    return [_story(number, edition=edition, sentences=SENTENCES) for number in numbers]


def _do(library: Library, kind: str) -> None:
    if kind == "ingest":
        ingest(_stories(1, range(ARTICLES)), library)
    elif kind == "revise":
        ingest(_stories(2, range(5)), library)
    elif kind == "reindex":
        library.replace_embedder(WordEmbedding(model_name="other"))
        library.reindex()
    elif kind == "repair":
        library.repair()
    elif kind == "remove":
        with library.writing():
            every = library.catalogue.articles()
            library.remove([a.id for a in every if a.title.endswith("5")])


def _seen(library: Library) -> dict[str, Any]:
    """All that a user could tell two libraries apart by."""
    words = [f"marker{number}x{edition}" for number in range(ARTICLES) for edition in (1, 2)]
    lexical = {word: [key for key, _ in library.lexical_search(word, 5)] for word in words}
    ready = library.catalogue.passage_ids("ready")
    pairs = library.catalogue.retrievable(sorted(ready))
    exact = all(p.text == a.text[p.start : p.end] for p, a in pairs)
    dense = {p.id: library.dense_search(f"{a.title}\n{p.text}", 1)[0][0] for p, a in pairs[::9]}
    return {
        "counts": library.counts(),
        "lexical": lexical,
        "dense": dense,
        "passages": sorted(ready),
        "vectors": sorted(library.vectors.ids()),
        "articles": sorted((a.id, a.version, a.cluster_id) for a in library.catalogue.articles()),
        "exact": exact and len(pairs) == len(ready),
    }


def _attempt(task: dict[str, Any]) -> None:
    """In the child: do the task, perhaps die on the way, and write down what can be seen."""
    kind = task["kind"]
    embedder = None if kind == "reindex" else WordEmbedding()
    fuse = Fuse(task["at"])
    library = DyingLibrary(Path(task["home"]), fuse, embedder)
    _do(library, kind)
    passed = fuse.passed
    Path(task["home"], "seen.json").write_text(json.dumps(_seen(library)))
    Path(task["home"], "passed").write_text(str(passed))
    library.close()


def _warm_up() -> None:
    """Do once what every child would do again: write the stories, compile patterns and SQL. No
    thread is started that a fork would lose."""
    with TemporaryDirectory() as folder:
        catalogue = Catalogue(Path(folder, "catalogue.sqlite"))
        for number, fields in enumerate(_stories(1, range(ARTICLES))):
            found = extract(Document("story", "fields", fields=fields))
            article = decide(found, *catalogue.find_comparable(found)).article
            passages = split_into_passages(article)
            prints = build_sketch(article.text, [(p.start, p.end) for p in passages])
            catalogue.count_shared_signatures(prints)
            catalogue.stage([(article, passages, prints)])
            catalogue.mark_ready([(article.id, 1)])
            catalogue.retrievable([p.id for p in passages])
            if number == 1:
                break
        catalogue.close()


def _helper() -> None:
    import chromadb.api.rust  # noqa: F401
    import datasketch  # noqa: F401
    import dateparser  # noqa: F401

    import ingest.storage.embedder
    import ingest.storage.lexical_index
    import ingest.storage.vector_index  # noqa: F401

    _warm_up()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                _attempt(json.loads(line))
                code = 0
            finally:
                sys.stderr.flush()
                os._exit(code)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


# -- the tests --------------------------------------------------------------------------------

Run = Callable[..., int]


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Runs one task in a process of its own and returns its exit status."""
    helper = subprocess.Popen(
        [sys.executable, "-m", "tests.test_crash"], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"},
    )  # fmt: skip
    asked, answered = helper.stdin, helper.stdout
    assert asked is not None
    assert answered is not None

    def one(home: Path, kind: str, at: int = 0) -> int:
        asked.write(json.dumps({"home": str(home), "kind": kind, "at": at}) + "\n")
        asked.flush()
        return int(answered.readline())

    yield one
    asked.close()
    helper.wait(timeout=30)
    answered.close()


def seen(home: Path) -> dict[str, Any]:
    written: dict[str, Any] = json.loads((home / "seen.json").read_text())
    return written


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where libraries are made: in memory where the system has such a folder, because waiting for
    a disk takes half of the time, and a process is killed the same there."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with TemporaryDirectory(dir=memory, ignore_cleanup_errors=True) as made:
        yield Path(made)


@pytest.fixture(scope="module")
def whole(run: Run, folder: Path) -> Path:
    """A library of all articles that was never interrupted; to be copied, not touched."""
    home = folder / "whole"
    assert run(home, "ingest") == 0
    return home


@pytest.fixture(scope="module")
def finished(run: Run, whole: Path) -> Callable[[str], Path]:
    """The library that a task leaves behind when nothing interrupts it."""
    known = {"ingest": whole}

    def of(kind: str) -> Path:
        if kind not in known:
            home = whole.with_name(kind)
            shutil.copytree(whole, home)
            assert run(home, kind) == 0
            known[kind] = home
        return known[kind]

    return of


def test_the_uninterrupted_library_is_whole(whole: Path) -> None:
    """The measure of the other tests: three stores in step, every word found exactly once."""
    measure = seen(whole)
    counts = measure["counts"]
    assert counts["articles"] == ARTICLES
    assert counts["passages"] == counts["vectors"] == counts["lexical"] > 2 * GROUP
    assert measure["passages"] == measure["vectors"]
    assert measure["exact"]
    assert all(len(measure["lexical"][f"marker{n}x1"]) == 1 for n in range(ARTICLES))
    assert all(key == nearest for key, nearest in measure["dense"].items())


@pytest.mark.parametrize(
    ("kind", "part"), [(kind, part) for kind, points in POINTS.items() for part in range(points)]
)
def test_a_killed_task_run_again_leaves_no_trace(
    run: Run, whole: Path, finished: Callable[[str], Path], folder: Path, kind: str, part: int
) -> None:
    """After SIGKILL at this boundary and a second run, all stores equal an uninterrupted run's."""
    boundaries = int((finished(kind) / "passed").read_text())
    assert boundaries >= POINTS[kind]
    at = 1 + part * (boundaries - 1) // (POINTS[kind] - 1)
    home = folder / f"{kind}-{part}"
    if kind != "ingest":
        shutil.copytree(whole, home)
        (home / "seen.json").unlink()
    assert run(home, kind, at) == -signal.SIGKILL
    assert not (home / "seen.json").exists()
    assert run(home, kind) == 0
    assert seen(home) == seen(finished(kind))
    shutil.rmtree(home)


if __name__ == "__main__":
    _helper()
