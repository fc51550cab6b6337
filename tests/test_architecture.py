"""The shape of the code: who may import whom, how large a folder is, and that its drawing is true.

The contracts stand in pyproject.toml and are checked by import-linter, which reads every import
statement, those inside functions included.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = [path.parent for top in ("ingest", "qa") for path in (ROOT / top).rglob("__init__.py")]
MODULES = [path for package in PACKAGES for path in package.glob("*.py")]
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")

MAX_MODULES = 12
"""Modules in one folder, ``__init__`` not counted; and the same of packages."""


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of the tree in a folder."""
    code = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", code, "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        env={"PYTHONPATH": str(folder), "PATH": "", "COLUMNS": "200"},
    )


def test_the_contracts_hold() -> None:
    """No cycles, layers one way, one owner for each library."""
    found = lint_imports(ROOT)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("ingest/records.py", "def f():\n    from qa import records\n", "ingest never imports qa"),
        ("qa/language/words.py", "def f():\n    import qa.engine\n", "Layers of qa"),
        ("ingest/sources/files.py", "import ingest.storage.library\n", "Layers of ingest"),
        ("qa/settings.py", "def f():\n    import qa.errors\n", "Layers of qa"),
        ("qa/writing/prompts.py", "def f():\n    import qa.writing.writer\n", "No cycles"),
        ("qa/assistant.py", "def f():\n    import chromadb\n", "chromadb has one owner"),
        ("qa/retrieval/ranking.py", "import llama_index.core\n", "llama-index"),
        ("qa/interfaces/links.py", "import starlette.responses\n", "starlette has its owners"),
        ("qa/interfaces/page/markup.py", "def f():\n    import gradio\n", "gradio is app.py's"),
    ],
)
def test_a_planted_violation_is_found(tmp_path: Path, module: str, line: str, broken: str) -> None:
    """Each contract fails when its rule is broken, also by an import inside a function."""
    for top in ("ingest", "qa"):
        ignored = shutil.ignore_patterns("__pycache__", "*.md", "assets")
        shutil.copytree(ROOT / top, tmp_path / top, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    planted = tmp_path / module
    planted.write_text(planted.read_text(encoding="utf-8") + f"\n\n{line}", encoding="utf-8")
    found = lint_imports(tmp_path)
    assert found.returncode == 1, found.stdout + found.stderr
    assert re.search(rf"^{re.escape(broken)}.* BROKEN$", found.stdout, re.MULTILINE), found.stdout


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_folder_can_be_taken_in_at_a_glance(package: Path) -> None:
    """No folder of code holds more modules than a reader keeps in mind."""
    modules = [entry for entry in entries(package) if entry.is_file()]
    assert len(modules) <= MAX_MODULES
    assert len(entries(package)) - len(modules) <= MAX_MODULES


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_says_what_it_does(module: Path) -> None:
    """Its docstring opens with one whole sentence."""
    first = first_line(module)
    assert first.endswith((".", "?")), first
    assert len(first.split()) >= 3, first


def test_a_package_defines_nothing() -> None:
    """An ``__init__`` tells about its package and at most exports names, perhaps lazily."""
    for package in PACKAGES:
        tree = ast.parse((package / "__init__.py").read_text(encoding="utf-8"))
        defined = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef)]
        assert {node.name for node in defined} <= {"__getattr__"}, package


# -- docs/architecture.md -------------------------------------------------------------------


def test_the_diagram_shows_every_package_and_no_other() -> None:
    """A node for each package and module at the top of ``ingest`` and ``qa``."""
    drawn = set(re.findall(r"^ +(\w+)\[", ARCHITECTURE, re.MULTILINE))
    there = {entry.stem for top in ("ingest", "qa") for entry in entries(ROOT / top)}
    assert {name.removeprefix("qa_") for name in drawn} == there


def test_what_the_diagram_says_is_exchanged_is_exchanged() -> None:
    """Both ends of each labelled arrow use the type that stands on it, and the type is defined."""
    arrows = re.findall(r'^ +(\w+) -- "?(\w+)"? --> (\w+)$', ARCHITECTURE, re.MULTILINE)
    assert len(arrows) > 10
    code = {path: path.read_text(encoding="utf-8") for path in MODULES}
    for giver, exchanged, taker in arrows:
        assert any(
            re.search(rf"^class {exchanged}\b", text, re.MULTILINE) for text in code.values()
        )
        for end in (giver, taker):
            assert re.search(rf"\b{exchanged}\b", text_of(end)), f"{end} knows no {exchanged}"


def test_the_layers_are_told_as_they_are_checked() -> None:
    """The two lists of layers in the document are those of the contracts."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for contract in contracts["tool"]["importlinter"]["contracts"]:
        if contract["type"] == "layers":
            assert "\n".join(contract["layers"]) in ARCHITECTURE


def test_every_module_in_the_docs_is_there() -> None:
    """Paths of modules, tests and documents that a document names exist."""
    for document in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        if document.name == "CHANGELOG.md":
            continue  # tells of what was
        text = document.read_text(encoding="utf-8")
        for path in re.findall(r"`((?:ingest|qa|tests|docs)/[\w/.-]+)`", text):
            assert (ROOT / path).exists(), f"{document.name}: {path}"


def entries(package: Path) -> list[Path]:
    """Modules and packages of a folder."""
    return [
        path
        for path in package.iterdir()
        if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").exists()
    ]


def first_line(module: Path) -> str:
    """The first line of a module's docstring, or its first sentence when that is longer."""
    told = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    return " ".join(told.split("\n\n")[0].split())


def text_of(name: str) -> str:
    """All code of a package or module at the top of ``ingest`` or ``qa``; ``qa_sources`` is the one
    of ``qa``."""
    tops = ("qa",) if name.startswith("qa_") else ("ingest", "qa")
    for top in tops:
        path = ROOT / top / name.removeprefix("qa_")
        if path.is_dir():
            return "\n".join(p.read_text(encoding="utf-8") for p in path.rglob("*.py"))
        if path.with_suffix(".py").exists():
            return path.with_suffix(".py").read_text(encoding="utf-8")
    raise AssertionError(f"there is no {name}")
