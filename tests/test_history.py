"""Versions, notices, copies and removal: what a library remembers, and what it forgets."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import combinations
from pathlib import Path

import pytest

from ingest.errors import DiskFull, LibraryBroken
from ingest.pipeline import ingest
from ingest.records import Article, Outcome, ReportBuilder
from ingest.storage.catalogue.archive import Selection
from ingest.storage.library import Library
from ingest.versions.near_duplicates import assign_cluster
from ingest.versions.notices import find_notices
from ingest.versions.originals import choose_original, credited_source, is_published_by
from ingest.versions.text_diff import diff_articles
from tests.fakes_ingest import WordEmbedding, story, text_of


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "home", embedder=WordEmbedding())


# -- the same article again -------------------------------------------------------------------


@pytest.mark.parametrize(
    "variant",
    ["http://gazette.example/stories/1", "https://www.gazette.example/stories/1/",
     "https://m.gazette.example/stories/1", "https://gazette.example/stories/1?utm_source=x",
     "https://gazette.example/stories/1/amp", "https://amp.gazette.example/stories/1",
     "https://gazette.example/stories/1?fbclid=abc#top",
     "https://gazette.example/stories/1?print=true", "https://gazette.example/stories/1/print",
     "https://gazette.example/stories/1?output=amp"],
)  # fmt: skip
def test_the_same_article_at_another_form_of_its_address(library: Library, variant: str) -> None:
    """Tracking, AMP, print view, scheme and mobile hosts are the same address."""
    ingest([story(1)], library)
    report = ingest([story(1) | {"url": variant}], library)
    assert report.counts == {"unchanged": 1}


def test_versions_are_listed_and_compared(library: Library) -> None:
    """Old text is kept, not retrieved, and shown as what changed, by sentence and by word."""
    first = story(1) | {"text": "The dam holds 40 litres. Nobody was hurt.\n\n" + text_of("dam")}
    note = "\n\nCorrection: An earlier version of this story misstated the volume."
    second = first | {"text": first["text"].replace("40 litres", "45 litres") + note}
    ingest([first], library)
    ingest([second], library)
    article = library.catalogue.articles()[0]
    old, new = library.history(article.id)
    assert [old.article.version, new.article.version] == [1, 2]
    assert (old.current, new.current) == (False, True)
    assert old.notices == ()
    assert [notice.kind for notice in new.notices] == ["correction"]
    edited, added = diff_articles(old.article, new.article)
    assert str(edited) == "The dam holds [-40-] {+45+} litres."
    assert str(added).startswith("{+Correction: An earlier version")
    assert all("40 litres" not in a.text[p.start : p.end] for p, a in library.catalogue.retrievable(
        [key for key, _ in library.lexical_search("dam litres", 20)]))  # fmt: skip


def test_equal_versions_have_no_changes() -> None:
    """An article compared with itself is the same."""
    one = Article(text=text_of("same"), title="Same")
    assert diff_articles(one, one) == []


# -- notices ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "paragraph", "kind"),
    [
        ("", "Correction: An earlier version of this story misspelled a name.", "correction"),
        ("", "CORRECTION (3 May 2024): The vote was on Tuesday.", "correction"),
        ("", "Corrections & clarifications: A prior version of this story misstated a remark.",
         "correction"),
        ("", "This article was amended on 4 May 2024 to give the right street.", "correction"),
        ("", "An earlier version of this article incorrectly said that the bridge was closed.",
         "correction"),
        ("", "Clarification: The mayor spoke of the old harbour.", "clarification"),
        ("", "This story has been updated to clarify who owns the ferry.", "clarification"),
        ("", "This story has been updated with additional reporting.", "update"),
        ("", "UPDATE: The mayor has answered since.", "update"),
        ("", "This article has been retracted because its source was invented.", "retraction"),
        ("", "Editor's note: The Gazette has retracted this story.", "retraction"),
        ("RETRACTED: Bridge to close", "The bridge will close.", "retraction"),
        ("Corrected: Bridge to close", "The bridge will close.", "correction"),
        ("Bridge to close (retracted)", "The bridge will close.", "retraction"),
    ],
)  # fmt: skip
def test_notices_are_recognised(title: str, paragraph: str, kind: str) -> None:
    """Each kind of notice is found where it stands, word for word."""
    text = f"{text_of('before')}\n\n{paragraph}\n\n{text_of('after')}"
    (notice,) = find_notices(title, text)
    assert notice.kind == kind
    if notice.start is not None:
        assert text[notice.start : notice.end] == notice.text == paragraph
    else:
        assert notice.text == title


@pytest.mark.parametrize(
    "paragraph",
    [
        "The journal retracted the study on Monday, and its authors apologized.",
        "The minister issued a correction: the figure was 40.",
        "The department of corrections said the prison would close.",
        "Update:Read how the storm began",
        "Updated 4:15 p.m. EDT:",
        "The website was updated on Monday with new rules.",
        "The article in the other paper has since been removed, she said.",
        "He corrected himself twice.",
    ],
)
def test_reports_about_corrections_are_no_notices(paragraph: str) -> None:
    """Only what an article says of itself counts."""
    assert find_notices("Bridge to close", f"{text_of('x')}\n\n{paragraph}") == ()


def test_a_notice_has_its_day() -> None:
    """The day it names, else that of the update, else none."""
    dated = "Correction, May 3, 2024: The vote was on Tuesday."
    assert find_notices("", dated)[0].day == date(2024, 5, 3)
    bare = "Correction: The vote was on Tuesday."
    assert find_notices("", bare, datetime(2024, 5, 4, 12, tzinfo=UTC))[0].day == date(2024, 5, 4)
    assert find_notices("", bare)[0].day is None


# -- copies -----------------------------------------------------------------------------------

WIRE = text_of("wire story", sentences=24)


def copy(name: str, text: str = WIRE, **facts: object) -> Article:
    made = Article(text=text, id=name, publisher=name.title(), cluster_id=name)
    return replace(made, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "authors", "source"),
    [
        ("LONDON (Reuters) - The bridge closed.", (), "reuters"),
        ("PORT ELM (AP) — The bridge closed.", (), "ap"),
        ("The bridge closed.", ("Ann Lee", "Associated Press"), "ap"),
        ("By Ann Lee, Agence France-Presse\nThe bridge closed.", (), "afp"),
        ("The bridge closed.\nThis story was first published by the Harbour Post.", (),
         "harbour post"),
        ("The bridge closed (again) - nobody knows why.", (), None),
        ("Reuters said that the bridge closed.", (), None),
    ],
)  # fmt: skip
def test_a_copy_names_its_source(text: str, authors: tuple[str, ...], source: str | None) -> None:
    """A dateline's credit, an agency's by-line, or "first published by"; a mention is none."""
    assert credited_source(Article(text=text, authors=authors)) == source


def test_the_original_is_who_the_copies_credit_else_the_earliest() -> None:
    """A credit line outweighs the date; undated copies come last."""
    late = date(2025, 5, 3)
    reuters = copy("r", publisher="Reuters", published_at=late)
    credited = copy("a", "PORT ELM (Reuters) - " + WIRE, published_at=date(2025, 5, 1))
    undated, early = copy("u"), copy("e", published_at=date(2025, 5, 2))
    assert is_published_by(reuters, "reuters")
    assert choose_original([credited, reuters, early]) is reuters
    assert choose_original([undated, early, copy("l", published_at=late)]) is early


def test_a_library_knows_the_original_of_a_cluster(library: Library) -> None:
    """Copies share a cluster, whose original can be asked for."""
    base = {"text": WIRE, "title": "Bridge closes"}
    ingest(
        [base | {"publisher": "Post", "published": "2025-05-02", "url": "https://post.example/1"},
         base | {"publisher": "Star", "published": "2025-05-01", "url": "https://star.example/1"},
         story(9)],
        library,
    )  # fmt: skip
    clusters = {a.publisher: a.cluster_id for a in library.catalogue.articles()}
    assert clusters["Post"] == clusters["Star"] != clusters["Test Gazette"]
    original = library.original(clusters["Post"])
    assert original is not None
    assert original.publisher == "Star"
    assert library.original("nothing") is None


def test_shared_quotations_are_not_copies() -> None:
    """Two outlets that quote the same speech at length, each in its own words, stay apart."""
    speech = " ".join(f"“{text_of('speech', n, sentences=4)}”" for n in range(3)).replace("\n", " ")
    one = copy("one", f"{text_of('own one')}\n\n{speech}")
    other = copy("other", f"{text_of('own other')}\n\n{speech}")
    assert assign_cluster(one, [other]).cluster_id == "one"


def test_a_follow_up_of_the_same_outlet_is_not_a_copy() -> None:
    """An outlet repeats its background: that makes no wire story."""
    background = text_of("background", sentences=16)
    first = copy("one", f"{text_of('news one')}\n\n{background}", publisher="Post")
    then = copy("two", f"{text_of('news two')}\n\n{background}", publisher="Post")
    assert assign_cluster(then, [first]).cluster_id == "two"
    elsewhere = replace(then, publisher="Star")
    assert assign_cluster(elsewhere, [first]).cluster_id == "one"


def test_the_whole_story_joins_its_halves(library: Library) -> None:
    """Two cuts without a sentence in common become one cluster when the whole arrives."""
    sentences = WIRE.replace("\n\n", " ").split(". ")
    halves = [". ".join(sentences[:12]) + ".", ". ".join(sentences[12:])]
    for number, text in enumerate([*halves, WIRE]):
        ingest([{"text": text, "title": f"Cut {number}", "publisher": f"Outlet {number}",
                 "url": f"https://outlet{number}.example/1"}], library)  # fmt: skip
    assert len({a.cluster_id for a in library.catalogue.articles()}) == 1


def test_different_stories_do_not_merge(library: Library) -> None:
    """No two of many unlike stories share a cluster."""
    ingest([story(n, publisher=f"Outlet {n}") for n in range(12)], library)
    clusters = [a.cluster_id for a in library.catalogue.articles()]
    assert all(one != other for one, other in combinations(clusters, 2))


# -- removal ----------------------------------------------------------------------------------

TABLES = ("articles", "versions", "passages", "bands", "sketches", "notices")


@pytest.mark.parametrize(
    ("selection", "left"),
    [
        (Selection(publisher="the star"), 4),
        (Selection(before=date(2025, 3, 3)), 4),
        (Selection(after=date(2025, 3, 3)), 2),
        (Selection(matching="marker2x1 MONDAY"), 5),
        (Selection(publisher="The Star", after=date(2025, 3, 6)), 5),
        (Selection(), 0),
    ],
)
def test_removal_by_choice_leaves_nothing(
    library: Library, tmp_path: Path, selection: Selection, left: int
) -> None:
    """After removing what was chosen, all three stores hold exactly what an unchosen library
    would; no vector, passage, lexical entry, band, sketch or notice of it is left."""
    note = "\n\nCorrection: An earlier version of this story misspelled a name."
    outlets = ["The Star", "Post", "Post", "Post", "Post", "The Star"]
    sources = [story(n, publisher=outlet) for n, outlet in enumerate(outlets)]
    ingest([s | {"text": s["text"] + note} for s in sources], library)
    ids = [article.id for article in library.catalogue.select(selection)]
    assert len(ids) == len(sources) - left
    with library.writing():
        assert library.remove(ids) == len(ids)
    counts = library.counts()
    assert counts["articles"] == left
    assert counts["passages"] == counts["vectors"] == counts["lexical"]
    assert (counts["pending"], counts["dead"]) == (0, 0)
    with sqlite3.connect(library.home / "catalogue.sqlite") as database:
        for table in TABLES:
            column = "id" if table == "articles" else "article_id"
            rows = database.execute(f"SELECT {column} FROM {table}")
            assert not {row[0] for row in rows} & set(ids), table
        if not left:
            assert all(not database.execute(f"SELECT 1 FROM {t}").fetchone() for t in TABLES)
    database.close()


# -- damage -----------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["sqlite", "emptied", "deleted", "lexical", "lexical meta"])
def test_a_damaged_index_says_to_repair_and_is_repaired(tmp_path: Path, damage: str) -> None:
    """A search either works or names `citewire repair`, which makes both indexes whole again."""
    home = tmp_path / "home"
    library = Library(home, embedder=WordEmbedding())
    ingest([story(n) for n in range(5)], library)
    before = library.counts()
    library.close()
    if damage == "sqlite":
        (home / "chroma" / "chroma.sqlite3").write_bytes(b"garbage" * 1000)
    elif damage == "emptied":
        (home / "chroma" / "chroma.sqlite3").write_bytes(b"")
    elif damage == "deleted":
        (home / "chroma").rename(tmp_path / "elsewhere")
    elif damage == "lexical":
        for file in (home / "lexical").glob("*.*"):
            if file.suffix != ".json":
                file.write_bytes(b"garbage" * 10)
    else:
        (home / "lexical" / "meta.json").write_text("garbage")
    again = Library(home, embedder=WordEmbedding())
    search = again.lexical_search if damage.startswith("lexical") else again.dense_search
    with pytest.raises(LibraryBroken, match="citewire repair"):
        search("marker2x1", 5)
    assert again.repair() == before
    assert len(again.dense_search("marker2x1", 3)) == 3
    assert len(again.lexical_search("marker2x1", 5)) == 1
    again.close()


def test_a_full_disk_is_told_and_loses_nothing(library: Library) -> None:
    """A catalogue that cannot grow stops with a clear error; with room the same run completes."""
    ingest([story(1)], library)
    before = library.counts()
    from sqlalchemy import event

    def limit(pages: int) -> None:
        def bound(connection: sqlite3.Connection, *_: object) -> None:
            connection.execute(f"PRAGMA max_page_count={pages}")

        library.catalogue.close()
        event.listen(library.catalogue.engine, "checkout", bound)

    limit(1)  # SQLite takes it as "no larger than now"
    with pytest.raises(DiskFull, match="make room"):
        ingest([story(n, sentences=200) for n in range(2, 30)], library)
    assert library.counts() == before
    limit(1_000_000)
    assert ingest([story(n) for n in range(2, 9)], library).counts == {"new": 7}


# -- reports ----------------------------------------------------------------------------------


def test_a_report_of_very_many_outcomes_stays_small() -> None:
    """Counts are complete; of the outcomes the first and the rejected ones are kept."""
    tally = ReportBuilder(max_kept=3)
    for number in range(100):
        kind = "rejected" if number % 10 == 9 else "new"
        tally.add(Outcome(kind, f"source {number}"))
    report = tally.report(0, 0.0)
    assert report.counts == {"new": 90, "rejected": 10}
    assert (len(report.outcomes), report.left_out) == (6, 94)
    assert [o.source for o in report.rejected] == ["source 9", "source 19", "source 29"]
