"""Saved answers, and what became of the articles behind them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ingest.storage.library import Library
from qa import Assistant, Settings
from qa.interfaces.cli.main import app
from tests.fakes_ingest import WordEmbedding

URL = "https://courier.example/2026/05/04/bridge"
QUESTION = "Who cut the ribbon at the harbour bridge?"
BODY = (
    "The harbour bridge reopened on Monday after repairs that took 19 weeks, the city said.\n\n"
    "Mayor Ada Quill cut the ribbon at the harbour bridge at noon.\n\n"
    "The repairs of the bridge cost two million crowns, and ferries ran all the while."
)

runner = CliRunner()


def bridge(text: str = BODY, **facts: str) -> dict[str, str]:
    return {"title": "Harbour bridge reopens", "text": text, "url": URL,
            "publisher": "The Courier", "published": "2026-05-04"} | facts  # fmt: skip


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    library = Library(tmp_path / "home", embedder=WordEmbedding())
    made = Assistant(Settings(model="none", home=tmp_path / "home"), library=library)
    made.ingest([bridge()])
    yield made
    library.close()


def saved(assistant: Assistant) -> None:
    answer = assistant.ask(QUESTION, asked_at="2026-05-05")
    assert any("Ada Quill" in citation.quote for citation in answer.citations)
    assistant.save(answer)


def test_an_answer_whose_articles_did_not_change_stands(assistant: Assistant) -> None:
    """Nothing is reported of an answer whose quotes still stand, through a revision too."""
    saved(assistant)
    assistant.ingest([bridge(BODY + "\n\nA concert followed.")])
    (checked,) = assistant.recheck()
    assert (checked.question, checked.asked, checked.changed) == (QUESTION, "2026-05-05", ())


@pytest.mark.parametrize(
    ("text", "what", "detail"),
    [
        (BODY.replace("Mayor Ada Quill", "Councillor Bo Hu"), "quote gone", "no longer in it"),
        (BODY + "\n\nCorrection: An earlier version of this story misstated the cost.",
         "corrected", "misstated the cost"),
        ("This article has been retracted.\n\n" + BODY, "retracted", "has been retracted"),
    ],
)  # fmt: skip
def test_what_changed_is_told(assistant: Assistant, text: str, what: str, detail: str) -> None:
    """A quote that is gone, a correction and a retraction are each named, with their words."""
    saved(assistant)
    assistant.ingest([bridge(text)])
    (checked,) = assistant.recheck()
    item = next(item for item in checked.changed if "Ada Quill" in item.quote)
    assert item.what == what
    assert detail in item.detail
    assert (item.cited_version, item.current_version) == (1, 2)


def test_a_removed_article_is_told(assistant: Assistant) -> None:
    """An answer that cites what is no longer there says so."""
    saved(assistant)
    with assistant.library.writing():
        assistant.library.remove([a.id for a in assistant.library.catalogue.articles()])
    (checked,) = assistant.recheck()
    assert {item.what for item in checked.changed} == {"removed"}


def test_what_was_known_when_it_was_answered_is_no_news(assistant: Assistant) -> None:
    """A correction that the cited version itself printed is not reported again."""
    corrected = BODY + "\n\nCorrection: An earlier version of this story misstated the cost."
    assistant.ingest([bridge(corrected)])
    saved(assistant)
    assert assistant.recheck()[0].changed == ()


def test_a_retracted_article_is_said_to_be_so_where_it_is_cited(assistant: Assistant) -> None:
    """The answer says it, and each citation of the article carries the notice."""
    assistant.ingest([bridge("This article has been retracted.\n\n" + BODY)])
    answer = assistant.ask(QUESTION)
    assert any("was retracted" in notice for notice in answer.notices)
    assert all(c.notices == ("This article has been retracted.",) for c in answer.citations)
    assert answer.to_dict()["citations"][0]["notices"] == ["This article has been retracted."]


# -- commands ---------------------------------------------------------------------------------


@pytest.fixture
def home(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same library, for commands: none of these here needs an embedder."""
    saved(assistant)
    edited = BODY.replace("19 weeks", "20 weeks").replace("Mayor Ada Quill", "Mayor Bo Hu")
    assistant.ingest([bridge(edited)])
    assistant.ingest([bridge("The library of Elm closed on Friday for lack of readers, it said.",
                             url="https://post.example/elm", title="Library closes",
                             publisher="Post", published="2026-06-01")])  # fmt: skip
    monkeypatch.setenv("CITEWIRE_HOME", str(assistant.library.home))
    assistant.library.close()
    return assistant.library.home


def run(*arguments: str, typed: str | None = None) -> tuple[int, Any, str]:
    result = runner.invoke(app, list(arguments), input=typed)
    read = json.loads(result.stdout) if "--json" in arguments and result.stdout else result.stdout
    return result.exit_code, read, result.stderr


@pytest.mark.usefixtures("home")
def test_recheck_exits_with_three_when_an_answer_changed() -> None:
    """Scripts tell a changed answer (3) from a failure (1)."""
    code, found, _ = run("recheck", "--json")
    assert (code, found["checked"], len(found["changed"])) == (3, 1, 1)
    assert "quote gone" in {item["what"] for item in found["changed"][0]["changed"]}
    code, out, _ = run("recheck")
    assert code == 3
    assert "quote gone" in out
    assert "1 changed" in out


@pytest.mark.usefixtures("home")
def test_history_lists_versions_and_shows_the_difference() -> None:
    """Both versions, and inside a sentence the words that changed."""
    code, found, _ = run("history", URL, "--diff", "--json")
    assert code == 0
    assert [v["version"] for v in found["versions"]] == [1, 2]
    assert any("[-19-] {+20+} weeks" in change for change in found["changes"][0])
    code, out, _ = run("history", URL, "--diff")
    assert code == 0
    assert "version 1" in out
    assert "current" in out
    code, _, err = run("history", "https://nowhere.example/x")
    assert code == 1
    assert "no such article" in err


@pytest.mark.usefixtures("home")
def test_removal_by_choice_shows_and_asks() -> None:
    """What would go is listed; without agreement nothing does."""
    code, _, err = run("remove", "--publisher", "post", typed="n\n")
    assert code == 1
    assert "Library closes" in err
    assert run("remove", "--publisher", "post", typed="y\n")[0] == 0
    assert run("remove", "--matching", "ribbon", "--yes", "--json")[:2] == (0, {"removed": 1})
    assert run("remove", "--matching", "ribbon", "--yes", "--json")[:2] == (0, {"removed": 0})
    assert run("remove", "--before", "soon")[0] == 2
    assert run("remove")[0] == 2
    assert run("remove", URL, "--publisher", "x")[0] == 2
