"""The project as a reader of the repository meets it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import ingest
import qa
from qa.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("package", [ingest, qa])
def test_public_names_are_sorted_and_there(package: object) -> None:
    """``__all__`` is sorted and every name in it can be fetched."""
    names = package.__all__  # type: ignore[attr-defined]
    assert names == sorted(names)
    assert all(hasattr(package, name) for name in names)


def test_the_readme_documents_every_setting() -> None:
    """The table of settings is complete and its defaults are the code's."""
    for name, field in Settings.model_fields.items():
        alias = name.upper() if name.startswith("openai_") else f"CITEWIRE_{name.upper()}"
        row = next((line for line in README.splitlines() if f"`{alias}`" in line), "")
        assert row, f"{alias} is not in the README"
        if isinstance(field.default, str | int | float) and field.default not in ("", False, True):
            assert str(field.default).removesuffix(".0") in row, row


def test_the_readmes_test_command_is_what_ci_runs() -> None:
    """.ci/run calls the README's second command, word for word."""
    commands = re.findall(r"^(python3 -m venv .+)$", README, re.MULTILINE)
    assert len(commands) == 2
    assert commands[1] in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_openvino_brings_no_telemetry() -> None:
    """The analytics package that openvino would call is never imported."""
    import sys

    from ingest.storage.minilm import WEIGHTS, open_runtime, packaged_file

    open_runtime(packaged_file(*WEIGHTS))
    assert sys.modules.get("openvino_telemetry") is None


def test_constraints_name_no_host() -> None:
    """Pins only: no address of any registry."""
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert re.search(r"^openai==2\.", text, re.MULTILINE)


def test_the_samples_are_as_promised() -> None:
    """Fifteen to twenty-five articles, several outlets, one undated, all with front matter."""
    heads = [yaml.safe_load(path.read_text(encoding="utf-8").split("---\n")[1])
             for path in sorted((ROOT / "ingest" / "samples").glob("*.md"))]  # fmt: skip
    assert 15 <= len(heads) <= 25
    assert len({head["publisher"] for head in heads}) >= 4
    assert sum("published" not in head for head in heads) == 1


def test_the_walk_shows_every_picture_and_they_stay_small() -> None:
    """docs/walk.md shows each picture once, and all together are quick to load."""
    shown = re.findall(
        r"!\[[^\]]+\]\((walk/[\w-]+\.png)\)", (ROOT / "docs" / "walk.md").read_text()
    )
    pictures = {f"walk/{path.name}": path for path in (ROOT / "docs" / "walk").glob("*.png")}
    assert sorted(shown) == sorted(pictures)
    assert sum(path.stat().st_size for path in pictures.values()) < 1_500_000
