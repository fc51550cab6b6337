"""The scripts of docs/gallery, run as a user runs them: each prints what one would send."""

from __future__ import annotations

import email
import email.policy
import re
import runpy
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ingest.storage.library import Library
from tests.fakes import FakeOpenAI

GALLERY = Path(__file__).parent.parent / "docs" / "gallery"
SANK = "How many people died when the Corran Star sank?"


@pytest.fixture(autouse=True)
def _library(samples: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scripts find the samples, and no model but the one that a test sets."""
    monkeypatch.setenv("CITEWIRE_HOME", str(samples.home))


def run(monkeypatch: pytest.MonkeyPatch, script: str, *arguments: str) -> str | int:
    """Run a script with its arguments; what it exits with."""
    monkeypatch.setattr(sys, "argv", [script, *arguments])
    # In a thread of its own: a script may run an event loop, and ends the one of its thread.
    with ThreadPoolExecutor(1) as threads:
        ended = threads.submit(runpy.run_path, str(GALLERY / script), run_name="__main__")
        try:
            ended.result()
        except SystemExit as exited:
            return exited.code or 0
    return 0


def test_a_brief_is_an_e_mail_with_its_proof(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """A subject, a section for each topic, and behind each [n] the words it stands for."""
    run(monkeypatch, "daily_brief.py", "2026-09-16", "the truce talks", "the moon landing")
    message = email.message_from_bytes(capfdbinary.readouterr().out, policy=email.policy.default)
    text = message.get_content()
    assert message["subject"] == "The news until 16 September 2026"
    top, talks, moon = re.split(r"\n\n\n(?=[A-Z])", text)[1:]
    assert "[1]" in top
    assert re.search(r"^\[1\] .+ · 1\d September 2026", talks, re.MULTILINE)
    assert "cease-fire" in talks
    assert all(len(line) <= 76 for line in text.splitlines() if "://" not in line)
    assert "Nothing new." in moon


def test_a_draft_goes_back_with_what_to_correct(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The wrong figure with the article's words, what has no source, and an exit code."""
    draft = tmp_path / "draft.txt"
    draft.write_text(
        "Nine people died when the Corran Star sank. The mayor of Orvane sold a zeppelin.",
        encoding="utf-8",
    )
    code = run(monkeypatch, "check_draft.py", str(draft))
    printed = capsys.readouterr().out
    assert code == 1
    assert "Please correct:\n- “Nine people died when the Corran Star sank.”" in printed
    assert "“Nine people” is “three” there" in printed
    assert "three were confirmed dead" in printed
    assert "give a source:\n- “The mayor of Orvane sold a zeppelin.”" in printed


def test_an_agent_replies_with_what_it_was_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], server: FakeOpenAI
) -> None:
    """Its reply, and below it the tool's answer with the exact quotes."""
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    action = (
        f'Thought: I need the tool.\nAction: ask_articles\nAction Input: {{"question": "{SANK}"}}'
    )
    server.replies = [action, "Eight people died when the Corran Star sank."]
    server.reply = "Thought: I can answer.\nAnswer: Eight people died."
    run(monkeypatch, "agent.py", "Was", "the", "toll", "revised?")
    said, proof = capsys.readouterr().out.split("\n\n----\n\n")
    assert said == "Eight people died."
    assert SANK in proof
    assert re.search(r"\[1\] .+ · \d+ \w+ 2026", proof)


def test_an_agent_without_a_model_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key and no server: one line that names the command."""
    assert "citewire models" in str(run(monkeypatch, "agent.py", "Who?"))


@pytest.mark.parametrize("script", sorted(GALLERY.glob("*.py")), ids=lambda path: path.name)
def test_a_script_is_short_and_shown(script: Path) -> None:
    """Under 60 lines, public names only, and on the page as it stands."""
    text = script.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 60
    assert not re.search(r"^\s*(from|import) (qa|ingest)\.", text, re.MULTILINE)
    assert script.name in (GALLERY.parent / "gallery.md").read_text(encoding="utf-8")
