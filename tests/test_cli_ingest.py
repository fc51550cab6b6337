"""The commands that bring articles in: options, outcomes, exit codes, feeds, watching."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from ingest.sources.folders import watch_folder
from tests.fakes_files import BODY, html_file, jsonl_file, rss_file
from tests.fakes_ingest import serving
from tests.test_cli import run

URL = "https://ledger.example/bridge"
HTML = {"Content-Type": "text/html; charset=utf-8"}


def test_records_are_mapped_and_the_exit_code_tells_of_rejected_ones(tmp_path: Path) -> None:
    """A partly rejected file is exit code 3, and every outcome stands in the table with its
    reason."""
    file = tmp_path / "news.jsonl"
    file.write_bytes(jsonl_file({"head": "Bridge closed", "body": BODY, "url": URL}) + b"\n{torn")
    code, out, _ = run("ingest", str(file), "--map", "title=head")
    assert code == 3
    assert "Bridge closed" in out
    assert "news.jsonl:2" in out.replace("\n", "")
    assert "not JSON" in out
    code, out, _ = run("ingest", str(file), "--map", "title=head", "--json")
    told = json.loads(out)
    assert (code, told["counts"]) == (3, {"unchanged": 1, "rejected": 1})
    assert [one["kind"] for one in told["outcomes"]] == ["unchanged", "rejected"]


def test_excluded_files_are_left_out(tmp_path: Path) -> None:
    """--exclude works as in .gitignore."""
    stories = tmp_path / "stories"
    stories.mkdir()
    for name in ("a.txt", "draft-b.txt"):
        (stories / name).write_text(f"{name}. {BODY}")
    _, out, _ = run("ingest", str(stories), "--exclude", "draft-*", "--json")
    assert [Path(one["source"]).name for one in json.loads(out)["outcomes"]] == ["a.txt"]


@pytest.mark.parametrize("pair", ["colour=red", "title"])
def test_a_wrong_mapping_is_wrong_usage(pair: str) -> None:
    """A field that articles do not have is exit code 2, before anything is opened."""
    code, out, err = run("ingest", "x.jsonl", "--map", pair)
    assert (code, out) == (2, "")
    assert "--map" in err


def test_feeds_are_ingested_once_or_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """``ingest --feed`` follows a feed once; subscribed feeds are read by ``feeds update``."""
    monkeypatch.setenv("CITEWIRE_FETCH_DELAY", "0")
    pages = {"/bridge": (200, HTML, html_file())}
    with serving(pages) as web:
        item = f"<title>Bridge closed</title><link>{web.base}/bridge</link>"
        pages["/feed"] = (200, {"Content-Type": "application/rss+xml"}, rss_file(item))
        feed = f"{web.base}/feed"
        code, out, _ = run("ingest", "--feed", feed, "--allow-private", "--json")
        assert (code, json.loads(out)["counts"]) == (0, {"new": 1})
        assert run("feeds", "add", feed)[0] == 0
        code, out, _ = run("feeds", "update", "--allow-private", "--json")
        assert (code, json.loads(out)[0]["report"]["counts"]) == (0, {"unchanged": 1})
        code, out, _ = run("feeds", "update", "--json")
        assert code == 1
        assert "not a public address" in json.loads(out)[0]["status"]


def test_kept_feeds_are_listed_and_removed() -> None:
    """What is kept is shown, and what is not kept cannot be removed."""
    address = "https://ledger.example/feed"
    assert run("feeds", "add", address)[:2] == (0, f"Kept: {address}\n")
    assert "Kept already" in run("feeds", "add", address)[1]
    assert json.loads(run("feeds", "list", "--json")[1])[0]["url"] == address
    assert address in run("feeds", "list")[1]
    assert run("feeds", "remove", address)[0] == 0
    code, _, err = run("feeds", "remove", address)
    assert code == 1
    assert "not a subscribed feed" in err


def test_a_list_of_addresses_is_refused_item_by_item(tmp_path: Path) -> None:
    """Private addresses in a list are rejected with the way out, and nothing is added."""
    file = tmp_path / "urls.txt"
    file.write_text("http://127.0.0.1/a\nhttp://169.254.169.254/latest\n")
    code, out, err = run("ingest", "--urls", str(file), "--json")
    assert code == 1
    assert json.loads(out)["counts"] == {"rejected": 2}
    assert "--allow-private" in err


@pytest.mark.timeout(60)
def test_a_watched_folder_tells_of_new_files(tmp_path: Path) -> None:
    """Files that can be read are told when they are added; others, and excluded ones, are not."""
    stop, seen = threading.Event(), threading.Event()
    told: list[Path] = []

    def watch() -> None:
        for files in watch_folder(tmp_path, ["draft-*"], stop=stop):
            told.extend(files)
            seen.set()

    thread = threading.Thread(target=watch)
    thread.start()
    number = 0
    while not seen.wait(0.5):  # until the watching has begun
        number += 1
        for name in ("draft-a.txt", "a.xls", ".hidden.txt", "a.txt"):
            (tmp_path / name).write_text(f"{BODY} {number}")
    stop.set()
    thread.join()
    assert {path.name for path in told} == {"a.txt"}


@pytest.mark.timeout(120)
def test_kept_feeds_are_read_while_the_app_runs(tmp_path: Path) -> None:
    """The thread that the app starts brings in what a subscribed feed leads to, until stopped."""
    from ingest.storage.catalogue.feed_subscriptions import Subscriptions
    from ingest.storage.library import Library
    from qa.assistant import Assistant
    from qa.settings import Settings
    from tests.fakes_ingest import WordEmbedding

    settings = Settings(feed_minutes=0.001, allow_private=True, fetch_delay=0)
    library = Library(tmp_path / "home", embedder=WordEmbedding())
    assistant, stop = Assistant(settings, library=library), threading.Event()
    pages = {"/bridge": (200, HTML, html_file())}
    with serving(pages) as web:
        item = f"<title>Bridge closed</title><link>{web.base}/bridge</link>"
        pages["/feed"] = (200, {"Content-Type": "application/rss+xml"}, rss_file(item))
        Subscriptions(library.catalogue).add(f"{web.base}/feed")
        thread = threading.Thread(target=assistant.poll_feeds, args=(stop,))
        thread.start()
        while not library.catalogue.counts()["articles"]:
            stop.wait(0.05)
        stop.set()
        thread.join()
    assert library.counts()["vectors"] == 1
    library.close()
