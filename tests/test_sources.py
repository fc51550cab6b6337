"""Files, folders, lines and addresses into documents; a bad one never stops the rest."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ingest.errors import BadInput, FetchRefused
from ingest.extraction.article import extract
from ingest.records import Article
from ingest.sources.documents import Document, Page
from ingest.sources.reader import (
    ReadOptions,
    Source,
    read_sources,
    samples_folder,
    urls_in_file,
)
from ingest.sources.record_fields import parse_field_mapping

BODY = "The mayor of Kestrin said on Monday that the old bridge would be closed for repairs today."


def nothing(url: str) -> Page:
    raise FetchRefused(url, "not in this test")


def found(*sources: Source) -> tuple[list[Document], list[BadInput]]:
    """The documents, and the refusals, of some sources."""
    everything = list(read_sources(sources, nothing))
    return (
        [item for item in everything if isinstance(item, Document)],
        [item for item in everything if isinstance(item, BadInput)],
    )


def reasons(refused: Iterable[BadInput]) -> list[str]:
    return [error.reason for error in refused]


def test_a_folder_gives_its_articles_in_order(tmp_path: Path) -> None:
    """Every supported file below a folder is read, sorted by path; others are passed over."""
    (tmp_path / "deep").mkdir()
    for name in ("b.txt", "a.md", "deep/c.HTML", "picture.png", "notes.xls"):
        (tmp_path / name).write_text(BODY)
    read, refused = found(tmp_path)
    assert [Path(document.source).name for document in read] == ["a.md", "b.txt", "c.HTML"]
    assert [document.kind for document in read] == ["markdown", "text", "html"]
    assert refused == []


def test_hidden_files_and_folders_are_passed_over(tmp_path: Path) -> None:
    """What starts with a dot inside a folder is not an article; the folder itself may."""
    home = tmp_path / ".articles"
    (home / ".git").mkdir(parents=True)
    for name in (".hidden.txt", ".git/a.txt", "seen.txt"):
        (home / name).write_text(BODY)
    read, _ = found(home)
    assert [Path(document.source).name for document in read] == ["seen.txt"]


def test_an_empty_folder_is_said_to_be_empty(tmp_path: Path) -> None:
    """A folder without articles is reported with the kinds of file that are read."""
    assert "no article files in it (.txt" in reasons(found(tmp_path)[1])[0]


def test_a_missing_path_is_refused(tmp_path: Path) -> None:
    """A path that does not exist names itself."""
    missing = tmp_path / "none.txt"
    _, refused = found(missing, str(missing), "x" * 5000, "\x00")
    assert reasons(refused) == ["no such file or folder"] * 4
    assert str(refused[0]) == f"{missing}: no such file or folder"


def test_an_unknown_kind_of_file_is_refused_when_it_is_named(tmp_path: Path) -> None:
    """A file pointed at directly is never silently ignored."""
    file = tmp_path / "a.xls"
    file.write_text(BODY)
    assert "not a supported kind of file" in reasons(found(file)[1])[0]


def test_a_bad_line_names_its_number_and_does_not_stop_the_rest(tmp_path: Path) -> None:
    """Each line of a JSONL file stands for itself."""
    file = tmp_path / "news.jsonl"
    lines = [
        json.dumps({"title": "one", "text": BODY}).encode(),
        b'{"title": "torn',
        b"",
        b'["a list"]',
        b'{"text": "\xff\xfe"}',
        b"[" * 100_000,
        json.dumps({"title": "seven", "text": BODY}).encode(),
    ]
    file.write_bytes(b"\n".join(lines))
    read, refused = found(file)
    assert [document.fields["title"] for document in read] == ["one", "seven"]
    assert [error.source for error in refused] == [f"{file}:{number}" for number in (2, 4, 5, 6)]
    assert refused[1].reason == "not a JSON object"
    assert all("not JSON" in refused[number].reason for number in (0, 2, 3))


def test_a_byte_order_mark_is_no_obstacle(tmp_path: Path) -> None:
    """Files that Windows programs wrote are read like any other."""
    lines = tmp_path / "a.jsonl"
    lines.write_bytes(b"\xef\xbb\xbf" + json.dumps({"text": BODY}).encode())
    text = tmp_path / "a.txt"
    text.write_bytes(b"\xef\xbb\xbf" + BODY.encode())
    read, refused = found(lines, text)
    assert refused == []
    assert [extract(document).text for document in read] == [BODY, BODY]


@pytest.mark.parametrize("whole", [{"text": BODY}, [{"text": BODY}, {"text": BODY + " More."}]])
def test_a_json_file_holds_one_item_or_a_list(tmp_path: Path, whole: object) -> None:
    """Both shapes of a JSON file are read."""
    file = tmp_path / "a.json"
    file.write_text(json.dumps(whole))
    read, refused = found(file)
    assert len(read) == (len(whole) if isinstance(whole, list) else 1)
    assert refused == []


@pytest.mark.parametrize("content", ["{torn", "[" * 100_000])
def test_a_broken_json_file_is_refused(tmp_path: Path, content: str) -> None:
    """Not JSON, or nested beyond reason: an error about that file only."""
    file = tmp_path / "a.json"
    file.write_text(content)
    assert "not JSON" in reasons(found(file)[1])[0]


def test_old_encodings_are_read(tmp_path: Path) -> None:
    """A file that is not UTF-8 is read as the Western European encoding of old Windows."""
    file = tmp_path / "a.txt"
    file.write_bytes(f"{BODY} “Café.”".encode("cp1252"))
    (document,), _ = found(file)
    assert document.content.endswith("“Café.”")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-16", BODY),
        ("cp1251", "Мэр города сказал в понедельник, что мост закроют на ремонт. " * 3),
    ],
)
def test_encodings_that_the_bytes_give_away_are_read(
    tmp_path: Path, encoding: str, text: str
) -> None:
    """UTF-16 with its mark, and old encodings of other scripts, are recognised."""
    file = tmp_path / "a.txt"
    file.write_bytes(text.encode(encoding))
    (document,), _ = found(file)
    assert document.content == text


@pytest.mark.parametrize("raw", [b"\x00\x01\x02" * 50, b"GIF89a\x00\x01\xff"])
def test_what_is_not_text_is_refused(tmp_path: Path, raw: bytes) -> None:
    """Bytes in no known encoding are not turned into nonsense."""
    file = tmp_path / "a.txt"
    file.write_bytes(raw)
    assert reasons(found(file)[1]) == ["not text: save it as UTF-8"]


@pytest.mark.parametrize("seed", range(5))
def test_random_bytes_are_no_article(tmp_path: Path, seed: int) -> None:
    """Bytes at random are refused, though some encoding has a letter for each of them."""
    file = tmp_path / "a.txt"
    file.write_bytes(random.Random(seed).randbytes(200_000).replace(b"\x00", b"a"))
    assert reasons(found(file)[1]) == ["not text: save it as UTF-8"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_is_refused(tmp_path: Path) -> None:
    """Nobody may ever write into it, so it is not read."""
    os.mkfifo(tmp_path / "pipe.txt")
    assert reasons(found(tmp_path / "pipe.txt")[1]) == ["not a regular file"]


@pytest.mark.parametrize("name", ["none.jsonl", "none.csv"])
def test_a_record_file_without_records_is_refused(tmp_path: Path, name: str) -> None:
    """It was not meant to be empty, so it is told."""
    (tmp_path / name).write_text("title,text\n" if name.endswith("csv") else "")
    assert reasons(found(tmp_path / name)[1]) == ["no articles in it"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_front_matter_is_read_whatever_the_line_ends(tmp_path: Path, end: str) -> None:
    """Markdown from Windows has its facts read too."""
    file = tmp_path / "a.md"
    file.write_bytes(
        end.join(["---", "title: Bridge", "published: 2025-06-02", "---", "", BODY]).encode()
    )
    (document,), _ = found(file)
    assert document.fields["title"] == "Bridge"
    assert document.content == BODY


def test_markdown_without_front_matter_is_only_text(tmp_path: Path) -> None:
    """Front matter is optional."""
    file = tmp_path / "a.md"
    file.write_text(BODY)
    (document,), _ = found(file)
    assert (document.fields, document.content) == ({}, BODY)


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ("title: [torn", "its front matter is not YAML"),
        ("published: 2025-02-30", "its front matter is not YAML"),
        ("- a list", "not a list of keys and values"),
    ],
)
def test_bad_front_matter_is_refused(tmp_path: Path, head: str, reason: str) -> None:
    """Front matter that cannot be read is an error, not an article without facts."""
    file = tmp_path / "a.md"
    file.write_text(f"---\n{head}\n---\n{BODY}")
    assert reason in reasons(found(file)[1])[0]


def test_a_folder_s_ignore_file_and_patterns_leave_files_out(tmp_path: Path) -> None:
    """Patterns work as in .gitignore: folders, wildcards, and exceptions by a later line."""
    (tmp_path / "drafts").mkdir()
    for name in ("a.txt", "b.tmp.txt", "drafts/c.txt", "old.md", "keep.md"):
        (tmp_path / name).write_text(BODY)
    (tmp_path / ".citewireignore").write_text("# not these\ndrafts/\n*.md\n!keep.md\n")
    read = list(read_sources([tmp_path], nothing, ReadOptions(exclude=("*.tmp.txt",))))
    assert [Path(str(item.source)).name for item in read] == ["a.txt", "keep.md"]


def test_patterns_in_a_path_name_many_files(tmp_path: Path) -> None:
    """``*`` and ``**`` stand for files when no file is called so."""
    (tmp_path / "deep").mkdir()
    for name in ("a1.txt", "a2.txt", "deep/a3.txt"):
        (tmp_path / name).write_text(BODY)
    read, _ = found(tmp_path / "**" / "a*.txt")
    assert [Path(document.source).name for document in read] == ["a1.txt", "a2.txt", "a3.txt"]


def test_fields_are_mapped_by_name_and_by_path() -> None:
    """The user's names for fields, also inside other fields, win over the usual ones."""
    reading = ReadOptions(parse_field_mapping(["title=head", "text=story.body", "date=day"]))
    item = {"head": "Bridge", "Title": "wrong", "story": {"body": BODY}, "day": "2025-06-02"}
    (document,) = read_sources([item], nothing, reading)
    assert isinstance(document, Document)
    article = extract(document)
    assert (article.title, article.text) == ("Bridge", BODY)
    assert str(article.published_at) == "2025-06-02"


@pytest.mark.parametrize("pair", ["title", "=x", "title=", "colour=red"])
def test_a_wrong_mapping_is_refused(pair: str) -> None:
    """A mapping without a name, or to a field that articles do not have, is an error."""
    with pytest.raises(BadInput):
        parse_field_mapping([pair])


def test_an_article_made_in_python_is_taken_as_it_is() -> None:
    """An ``Article`` keeps its facts; a date in the future is not believed."""
    article = Article(BODY, title="Bridge", published_at=date(2025, 6, 2), authors=("Ann Lee",))
    (document,) = read_sources([article], nothing)
    assert isinstance(document, Document)
    read = extract(document)
    assert (read.text, read.title, read.authors) == (BODY, "Bridge", ("Ann Lee",))
    assert (read.published_at, read.published_from) == (date(2025, 6, 2), "given")
    late = Document("x", "article", article=replace(article, published_at=date(2999, 1, 1)))
    assert (extract(late).published_at, extract(late).published_from) == (None, "unknown")


def test_a_list_of_addresses_skips_comments_and_refuses_the_rest(tmp_path: Path) -> None:
    """One address a line; what is none is refused with its line."""
    file = tmp_path / "urls.txt"
    file.write_text("# mine\nhttps://a.example/1\n\nnonsense\n", encoding="utf-8")
    first, second = urls_in_file(str(file))
    assert first == "https://a.example/1"
    assert isinstance(second, BadInput)
    assert second.source == f"{file}:4"
    (missing,) = urls_in_file(str(tmp_path / "none"))
    assert isinstance(missing, BadInput)


def test_a_mapping_is_an_article_in_itself() -> None:
    """Items from Python need no file; their address or title names them in messages."""
    read, _ = found({"text": BODY, "url": "https://a.example/b"}, {"title": "Bridge"}, {})
    assert [document.source for document in read] == ["https://a.example/b", "Bridge", "item"]
    assert {document.kind for document in read} == {"fields"}


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [("text/html", "html"), ("application/xhtml+xml", "html"), ("text/plain", "text")],
)
def test_an_address_is_fetched(content_type: str, kind: str) -> None:
    """A page becomes a document that knows the address after redirects."""

    def fetch(url: str) -> Page:
        return Page(url + "?final", content_type, BODY)

    (document,) = read_sources(["https://a.example/b"], fetch)
    assert isinstance(document, Document)
    assert (document.kind, document.url) == (kind, "https://a.example/b?final")


def test_an_address_that_is_not_an_article_is_refused() -> None:
    """Pictures and refused addresses are reported, and the next address is still fetched."""

    def fetch(url: str) -> Page:
        if "refused" in url:
            raise FetchRefused(url, "answered 404")
        return Page(url, "image/png" if "picture" in url else "text/html", BODY)

    long = "https://a.example/" + "x" * 3000
    addresses = ["https://a.example/picture", "https://a.example/refused", long]
    picture, refused, page = read_sources(addresses, fetch)
    assert isinstance(picture, BadInput)
    assert "image/png is not supported" in picture.reason
    assert isinstance(refused, BadInput)
    assert refused.reason == "answered 404"
    assert isinstance(page, Document)


def test_the_samples_are_all_readable() -> None:
    """Every bundled article is an article with a title and an outlet."""
    read, refused = found(samples_folder())
    articles = [extract(document) for document in read]
    assert refused == []
    assert len(articles) >= 20
    assert all(article.title and article.publisher for article in articles)
