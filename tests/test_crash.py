"""Killed at any point, run again: as if nothing had happened.

One helper process imports the heavy libraries once and forks a child for every attempt, so that
each attempt is a process of its own that can really be killed. Run as a program, this module is
that helper: it reads tasks as JSON lines and answers each with the child's exit status.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest

from ingest.catalogue import Catalogue
from ingest.library import Library
from ingest.pipeline import ingest
from ingest.records import Passage
from tests.fakes_ingest import WordEmbedding, story

ROOT = Path(__file__).parents[1]
ARTICLES = 40
SENTENCES = 64
"""Makes about 300 passages: more than one group, so that a kill can fall between two."""


# -- the child --------------------------------------------------------------------------------


class Fuse:
    """Kills this process, as ``kill -9`` does, the nth time a point is passed."""

    def __init__(self, point: str | None, nth: int) -> None:
        self._point, self._left = point, nth

    def burn(self, point: str) -> None:
        if point == self._point:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


class Burning(list[Passage]):
    """Passages whose writing burns the fuse: a kill in the middle of a transaction."""

    fuse: Fuse

    def __iter__(self) -> Iterator[Passage]:
        self.fuse.burn("in stage")
        return super().__iter__()


class DyingCatalogue(Catalogue):
    """Burns the fuse around every transaction that writes."""

    fuse: Fuse

    def stage(self, staged: Sequence[Any]) -> None:
        def burning(spans: list[Passage]) -> list[Passage]:
            wrapped = Burning(spans)
            wrapped.fuse = self.fuse
            return wrapped

        super().stage([(article, burning(spans), bands) for article, spans, bands in staged])

    def mark_ready(self, keys: Sequence[tuple[str, int]]) -> None:
        super().mark_ready(keys)
        self.fuse.burn("after ready")

    def remove(self, article_ids: Iterable[str]) -> int:
        removed = super().remove(article_ids)
        self.fuse.burn("after remove")
        return removed

    def restage(self, resplit: Callable[..., list[Passage]]) -> int:
        staged = super().restage(resplit)
        self.fuse.burn("after restage")
        return staged


class DyingLibrary(Library):
    """A library that dies at one point of its writing."""

    def __init__(self, home: Path, fuse: Fuse, embedder: WordEmbedding | None) -> None:
        super().__init__(home, embedder=embedder)
        self.fuse = fuse
        self.catalogue.close()
        self.catalogue = DyingCatalogue(home / "catalogue.sqlite")
        self.catalogue.fuse = fuse

    def encode(self, texts: list[str]) -> Any:
        self.fuse.burn("embed")
        return super().encode(texts)

    @cached_property
    def vectors(self) -> Any:
        from ingest.vectors import VectorIndex

        fuse = self.fuse

        class DyingVectors(VectorIndex):
            def upsert(self, rows: Any, vectors: Any) -> None:
                super().upsert(rows, vectors)
                fuse.burn("after upsert")

            def delete(self, passage_ids: Iterable[str]) -> None:
                super().delete(passage_ids)
                fuse.burn("after delete")

        return DyingVectors(str(self.home / "chroma"))

    @cached_property
    def lexical(self) -> Any:
        from ingest.lexical import LexicalIndex

        fuse, mark = self.fuse, self.home / "lexical" / "seen"

        class DyingLexical(LexicalIndex):
            def replay(self, changes: Any, lookup: Any) -> None:
                before = mark.read_text() if mark.exists() else ""
                super().replay(changes, lookup)
                after = mark.read_text() if mark.exists() else ""
                mark.write_text(before)  # committed, but its position not yet written
                fuse.burn("before mark")
                mark.write_text(after)

        return DyingLexical(self.home / "lexical")


_story = cache(story)


def _stories(edition: int, numbers: Iterable[int]) -> list[dict[str, str]]:
    return [_story(number, edition=edition, sentences=SENTENCES) for number in numbers]


def _do(library: Library, kind: str) -> None:
    if kind == "ingest":
        ingest(_stories(1, range(ARTICLES)), library)
    elif kind == "revise":
        ingest(_stories(2, range(5)), library)
    elif kind == "reindex":
        library.use(WordEmbedding(model_name="other"))
        library.reindex()
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
    dense = {p.id: library.dense(f"{a.title}\n{p.text}", 1)[0][0] for p, a in pairs[::10]}
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
    library = DyingLibrary(Path(task["home"]), Fuse(task["point"], task["nth"]), embedder)
    _do(library, kind)
    Path(task["home"], "seen.json").write_text(json.dumps(_seen(library)))
    library.close()


def _helper() -> None:
    import chromadb.api.rust  # noqa: F401
    import datasketch  # noqa: F401
    import dateparser  # noqa: F401

    import ingest.embed
    import ingest.lexical
    import ingest.vectors  # noqa: F401

    _stories(1, range(ARTICLES))  # written once, inherited by every child
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

    def one(home: Path, kind: str, point: str | None = None, nth: int = 1) -> int:
        asked.write(
            json.dumps({"home": str(home), "kind": kind, "point": point, "nth": nth}) + "\n"
        )
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
def whole(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of all articles that was never interrupted; to be copied, not touched."""
    home = tmp_path_factory.mktemp("whole") / "home"
    assert run(home, "ingest") == 0
    return home


@pytest.fixture(scope="module")
def expected(run: Run, whole: Path) -> Callable[[str], dict[str, Any]]:
    """What a task leaves behind when nothing interrupts it."""
    known = {"ingest": seen(whole)}

    def of(kind: str) -> dict[str, Any]:
        if kind not in known:
            home = whole.with_name(kind)
            shutil.copytree(whole, home)
            assert run(home, kind) == 0
            known[kind] = seen(home)
        return known[kind]

    return of


def test_the_uninterrupted_library_is_whole(expected: Callable[[str], dict[str, Any]]) -> None:
    """The measure of the other tests: three stores in step, every word found exactly once."""
    measure = expected("ingest")
    counts = measure["counts"]
    assert counts["articles"] == ARTICLES
    assert counts["passages"] == counts["vectors"] == counts["lexical"] > 256
    assert measure["passages"] == measure["vectors"]
    assert measure["exact"]
    assert all(len(measure["lexical"][f"marker{n}x1"]) == 1 for n in range(ARTICLES))
    assert all(key == nearest for key, nearest in measure["dense"].items())


@pytest.mark.parametrize(
    ("kind", "point", "nth"),
    [
        ("ingest", "in stage", 20),
        ("ingest", "embed", 2),
        ("ingest", "after upsert", 1),
        ("ingest", "after ready", 2),
        ("ingest", "before mark", 1),
        ("revise", "after ready", 1),
        ("revise", "after delete", 1),
        ("remove", "after remove", 1),
        ("reindex", "after restage", 1),
        ("reindex", "embed", 2),
    ],
)
def test_a_killed_task_run_again_leaves_no_trace(
    run: Run,
    whole: Path,
    expected: Callable[[str], dict[str, Any]],
    tmp_path: Path,
    kind: str,
    point: str,
    nth: int,
) -> None:
    """After SIGKILL at this point and a second run, all stores equal an uninterrupted run's."""
    measure = expected(kind)
    home = tmp_path / "home"
    if kind != "ingest":
        shutil.copytree(whole, home)
        (home / "seen.json").unlink()
    assert run(home, kind, point, nth) == -signal.SIGKILL
    assert not (home / "seen.json").exists()
    assert run(home, kind) == 0
    assert seen(home) == measure


if __name__ == "__main__":
    _helper()
