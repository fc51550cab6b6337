"""The command line: contracts that scripts rely on, and imports that keep it quick."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qa.interfaces.cli.main import app

STORY = """---
title: Harbour bridge reopens
publisher: The Test Courier
published: 2026-05-04
url: https://test-courier.example/2026/05/04/bridge
---
PORT ELM — The harbour bridge reopened on Monday after repairs that took 19 weeks, the city said.

Mayor Ada Quill cut the ribbon at noon. "It is good to be back," she said.
"""

runner = CliRunner()


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "bridge.md"
    path.write_text(STORY, encoding="utf-8")
    return path


def run(*arguments: str) -> tuple[int, str, str]:
    result = runner.invoke(app, list(arguments))
    return result.exit_code, result.stdout, result.stderr


def test_ingest_ask_status_and_remove(story: Path) -> None:
    """The whole life of an article by commands, each with one JSON object on standard output."""
    code, out, _ = run("ingest", str(story), "--json")
    assert (code, json.loads(out)["counts"]) == (0, {"new": 1})
    code, out, _ = run("ingest", str(story), "--json")
    assert json.loads(out)["counts"] == {"unchanged": 1}
    code, out, err = run("ask", "Who cut the ribbon at the harbour bridge?", "--json",
                         "--asked-at", "2026-05-05")  # fmt: skip
    answer = json.loads(out)
    assert (code, answer["status"], answer["mode"]) == (0, "answered", "quoted")
    assert "Ada Quill" in answer["citations"][0]["quote"]
    assert answer["citations"][0]["published_at"] == "2026-05-04"
    assert answer["citations"][0]["published_from"] == "front matter"
    assert answer["asked_at"] == "2026-05-05"
    code, out, _ = run("status", "--json")
    assert (json.loads(out)["articles"], json.loads(out)["oldest"]) == (1, "2026-05-04")
    code, out, _ = run("remove", "https://test-courier.example/2026/05/04/bridge", "--json")
    assert (code, json.loads(out)) == (0, {"removed": 1})
    code, out, err = run("ask", "Who cut the ribbon?", "--json")
    assert (code, out) == (1, "")
    assert "citewire ingest" in err


def test_a_refusal_is_not_a_failure(story: Path) -> None:
    """Asking what is not there ends in not_found and exit code 0."""
    run("ingest", str(story))
    code, out, _ = run("ask", "Who won the chess title in Reykjavik?", "--json")
    assert (code, json.loads(out)["status"]) == (0, "not_found")


def test_a_given_date_is_kept(tmp_path: Path) -> None:
    """--published dates articles that do not date themselves, and says so."""
    path = tmp_path / "story.txt"
    path.write_text("The ferry sank on Monday off Port Elm. Nobody was hurt, said the coast guard. "
                    "It will be raised next week.", encoding="utf-8")  # fmt: skip
    run("ingest", str(path))
    _, out, _ = run("ask", "Where did the ferry sink?", "--json")
    assert json.loads(out)["citations"][0]["published_at"] is None
    assert json.loads(out)["as_of"] is None
    run("ingest", str(path), "--published", "2025-06-02")
    _, out, _ = run("ask", "Where did the ferry sink?", "--json")
    cited = json.loads(out)["citations"][0]
    assert (cited["published_at"], cited["published_from"]) == ("2025-06-02", "given")
    assert json.loads(out)["as_of"] == "2025-06-02"


def test_readable_answers_show_sources(story: Path) -> None:
    """Without --json: the quote, its number, outlet and date."""
    run("ingest", str(story))
    _, out, _ = run("ask", "Who cut the ribbon at the harbour bridge?")
    assert "[1]" in out
    assert "The Test Courier" in out
    assert "4 May 2026" in out


@pytest.mark.parametrize(
    "arguments",
    [["ask"], ["nonsense"], ["ingest"], ["ask", "Who?", "--asked-at", "soon"],
     ["ingest", "x", "--published", "yesterday"]],
)  # fmt: skip
def test_wrong_usage_is_exit_code_two(arguments: list[str]) -> None:
    """Usage errors are told apart from failures, and nothing is printed on standard output."""
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err


def test_failures_are_one_line(tmp_path: Path) -> None:
    """A failure is exit code 1 with one line on standard error that says what to do."""
    code, out, err = run("ask", "Who won?", "--json")
    assert (code, out, len(err.strip().splitlines())) == (1, "", 1)
    code, _, err = run("ingest", str(tmp_path / "absent.txt"), "--json")
    assert code == 1
    assert "no such file" in err


def test_a_command_that_waits_says_for_whom() -> None:
    """The word about the holder of the lock reaches standard error, though commands show no other
    warning."""
    code = """
from ingest.storage import write_lock
from qa.interfaces.cli.common import exit_on_error, log

write_lock.SECONDS_UNTIL_WORD = (0.0, 60.0)
turns = iter([False, True])
with exit_on_error():
    log.warning("nobody reads this")
    write_lock.wait_for(lambda: next(turns), lambda: "citewire on desk", "the library", 60.0)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert done.stderr == (
        "WARNING Waiting to write to the library, where another does (citewire on desk).\n"
    )


def test_another_embedder_is_refused(story: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library embedded with one model is not opened with another; the way out is named."""
    run("ingest", str(story))
    monkeypatch.setenv("CITEWIRE_EMBEDDER", "openai:text-embedding-3-small")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    code, _, err = run("ask", "Who cut the ribbon?")
    assert code == 1
    assert "citewire reindex" in err


def _modules_after(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sorted(sys.modules), sep='\\n')"],
        capture_output=True, text=True, check=True, env=os.environ | {"COLUMNS": "80"},
    )  # fmt: skip
    return set(done.stdout.splitlines())


@pytest.mark.parametrize(
    "code",
    ["import qa", "import ingest", "import qa.records, qa.settings, ingest.records",
     "from typer.testing import CliRunner; from qa.interfaces.cli.main import app; "
     "assert CliRunner().invoke(app, ['--help']).exit_code == 0"],
)  # fmt: skip
def test_light_doors_load_nothing_heavy(code: str) -> None:
    """Importing the packages and asking for help take no heavy library along."""
    loaded = _modules_after(code)
    heavy = {"llama_index", "llama_index.core", "gradio", "chromadb", "openai", "torch"}
    assert loaded & heavy == set()


def test_a_quoted_answer_loads_only_what_it_needs(story: Path) -> None:
    """``citewire ask`` without a language model imports nothing of models, of ingestion, of the
    page or of charts: what it imports is most of the time that it takes."""
    run("ingest", str(story))
    loaded = _modules_after(
        "from typer.testing import CliRunner; from qa.interfaces.cli.main import app\n"
        "done = CliRunner().invoke(app, ['ask', 'Who cut the ribbon at the harbour bridge?'])\n"
        "assert 'Ada Quill' in done.output, done.output"
    )
    heavy = {
        "llama_index", "llama_index.core", "openai", "gradio", "matplotlib", "trafilatura", "lxml",
        "feedparser", "dateparser", "datasketch", "onnxruntime", "qa.query_engine", "qa.evaluate",
        "ingest.pipeline", "ingest.extraction", "ingest.sources",
    }  # fmt: skip
    assert loaded & heavy == set()


def test_help_names_every_command() -> None:
    """``citewire --help`` lists what there is."""
    _, out, _ = run("--help")
    for command in ("ask", "ingest", "status", "remove", "reindex", "serve"):
        assert command in out


def test_a_file_is_removed_by_its_path(story: Path) -> None:
    """What was ingested from a file can be removed by naming the file."""
    run("ingest", str(story))
    assert run("status", "--articles", "--json")[1].count("Harbour bridge reopens") == 1
    assert run("remove", str(story))[0] == 0
    assert json.loads(run("status", "--json")[1])["articles"] == 0


def test_an_open_reader_learns_of_what_another_process_adds(story: Path, tmp_path: Path) -> None:
    """Dense search of a library that is already open finds what a second process ingests."""
    from ingest.storage.embedder import PackagedEmbedding
    from ingest.storage.library import Library

    home = tmp_path / "home"

    def ingest_elsewhere(path: Path) -> None:
        subprocess.run(
            [sys.executable, "-m", "qa.interfaces.cli.main", "ingest", str(path)], check=True,
            env=os.environ | {"CITEWIRE_HOME": str(home)}, capture_output=True,
        )  # fmt: skip

    ingest_elsewhere(story)
    reader = Library(home, embedder=PackagedEmbedding())
    assert len(reader.dense_search("harbour bridge", 10)) == 1
    other = tmp_path / "comet.txt"
    other.write_text("A comet named Tuck will pass the town of Elm on Friday, astronomers said.",
                     encoding="utf-8")  # fmt: skip
    ingest_elsewhere(other)
    found = reader.dense_search("a comet passes the town", 10)
    assert len(found) == 2
    assert "comet" in reader.catalogue.retrievable([found[0][0]])[0][0].text


def test_json_is_utf_8_whatever_the_terminal(story: Path) -> None:
    """A pipe with another encoding still gets one readable JSON object."""
    done = subprocess.run(
        [sys.executable, "-m", "qa.interfaces.cli.main", "ingest", str(story), "--json"],
        env=os.environ | {"PYTHONIOENCODING": "cp1252"}, capture_output=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout.decode("utf-8"))["counts"] == {"new": 1}
    done = subprocess.run(
        [sys.executable, "-m", "qa.interfaces.cli.main", "ask", "科兰 ferry 🚢 bridge?", "--json"],
        env=os.environ | {"PYTHONIOENCODING": "cp1252"}, capture_output=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout.decode("utf-8"))["question"] == "科兰 ferry 🚢 bridge?"
