"""Evaluation where the extra ``eval`` is not installed: one line says so, the rest goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.storage.library import Library
from tests.test_evaluate import small as small

INSTALL = "pip install -c constraints.txt '.[eval]'"

BLOCKED = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("ir_measures", "matplotlib") or name == "llama_index.vector_stores.chroma":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
from qa.interfaces.cli.main import app
app()
"""  # noqa: E501

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(samples: Library, tmp_path: Path) -> Run:
    """Runs ``citewire eval`` over the samples in a process that cannot import what is extra."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", BLOCKED, "eval", *arguments],
            cwd=Path(__file__).parent.parent, capture_output=True, text=True, timeout=250,
            check=False,
        )  # fmt: skip

    return run


def test_answers_are_measured_without_the_extra(
    run: Run, samples: Library, small: Path, tmp_path: Path
) -> None:
    """Retrieval measures and plots are left out with one line; the rest is there."""
    out = tmp_path / "out"
    done = run(str(small), "--home", str(samples.home), "--mode", "quoted", "--out", str(out))
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stderr.splitlines() if INSTALL in line]
    assert len(lines) == 1
    assert "retrieval measures and plots" in lines[0]
    figures = json.loads((out / "summary.json").read_text(encoding="utf-8"))["figures"]
    assert "answer_in_quotes" in figures
    assert "hit@1" not in figures
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "Left out: plots" in page
    assert 'class="plot"' not in page

    assert run("compare", str(out), str(out)).returncode == 0
    assert run("table", str(out)).stdout.count("|") > 10
    drawn = run("compare", str(out), str(out), "--svg", str(tmp_path / "drawn.svg"))
    assert (drawn.returncode, drawn.stderr) == (
        1, f"citewire: Plots need the extra eval: {INSTALL}\n"
    )  # fmt: skip
    paged = run("page", str(out), "--out", str(tmp_path / "page.html"))
    assert paged.returncode == 0
    assert paged.stderr == f"citewire: Left out: plots, which need the extra eval: {INSTALL}\n"


@pytest.mark.parametrize("arguments", [("--mode", "retrieval"), ("--system", "all")])
def test_what_cannot_do_without_the_extra_ends_in_one_line(
    run: Run, small: Path, arguments: tuple[str, ...]
) -> None:
    """A run that needs the extra fails before it asks anything, and says what to install."""
    done = run(str(small), *arguments)
    assert done.returncode == 1
    assert INSTALL in done.stderr
    assert len(done.stderr.splitlines()) == 1
