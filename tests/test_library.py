"""The three stores as one: what is in the catalogue can be found, and nothing else can."""

from __future__ import annotations

import json
import math
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from ingest.errors import EmbedderChanged, LibraryBroken, LibraryBusy, LibraryError
from ingest.pipeline import ingest
from ingest.records import Article, Outcome, Passage, epoch_seconds
from ingest.segmentation import split_into_passages
from ingest.sources.reader import samples_folder
from ingest.storage.home_vectors import embedded_text
from ingest.storage.library import Library
from ingest.storage.search import LOCK_TIMEOUT_SECONDS
from ingest.storage.system.folders import folder_beside, replace_folder
from ingest.storage.write_lock import wait_for
from ingest.versions.near_duplicates import Sketch, build_sketch
from tests.fakes_ingest import WordEmbedding, story, text_of

Open = Callable[..., Library]


class FailingEmbedding(WordEmbedding):
    """Fails like a server that is away, until it is told to work."""

    working: bool = False

    def _get_text_embedding(self, text: str) -> list[float]:
        if not self.working:
            raise ConnectionError("the embedding server is away")
        return super()._get_text_embedding(text)


@pytest.fixture
def open_library(tmp_path: Path) -> Iterator[Open]:
    """Opens libraries on one home folder and closes them after the test."""
    opened: list[Library] = []

    def open_one(**options: Any) -> Library:
        options.setdefault("embedder", WordEmbedding())
        opened.append(Library(tmp_path / "home", **options))
        return opened[-1]

    yield open_one
    for library in opened:
        library.close()


@pytest.fixture
def library(open_library: Open) -> Library:
    return open_library()


def stories(*numbers: int, **options: Any) -> list[dict[str, str]]:
    return [story(number, **options) for number in numbers]


def found(library: Library, question: str, limit: int = 50) -> list[tuple[Passage, Article]]:
    """What both searches find, joined to the catalogue, as every answer sees it."""
    hits = library.dense_search(question, limit) + library.lexical_search(question, limit)
    return library.catalogue.retrievable(list(dict.fromkeys(key for key, _ in hits)))


def says(library: Library, word: str) -> bool:
    """Whether a passage that says ``word`` can be found by either search."""
    return any(word in passage.text for passage, _ in found(library, word))


def in_step(library: Library) -> bool:
    """Whether the three stores hold the same passages, and nothing is left half done."""
    counts = library.counts()
    ready = set(library.catalogue.passage_ids("ready"))
    return (
        counts["passages"] == counts["vectors"] == counts["lexical"]
        and counts["pending"] == counts["dead"] == 0
        and library.vectors.ids() == ready
    )


def only_id(library: Library) -> str:
    (article,) = library.catalogue.articles()
    return article.id


# -- adding -------------


def test_what_was_ingested_is_found_by_both_searches(library: Library) -> None:
    """A new article is in the catalogue, the vectors and the lexical index at once."""
    report = ingest(stories(1, 2, 3), library)
    assert report.counts == {"new": 3}
    assert report.passages == library.counts()["passages"] > 3
    ((hit, _),) = library.lexical_search("marker2x1", 5)
    ((passage, article),) = library.catalogue.retrievable([hit])
    assert "marker2x1" in passage.text
    ((nearest, similarity),) = library.dense_search(embedded_text(passage, article), 1)
    assert nearest == hit
    assert similarity == pytest.approx(1.0, abs=1e-3)
    assert in_step(library)


def test_ingesting_twice_changes_nothing(library: Library) -> None:
    """The second time every count stays the same, and every outcome says so."""
    ingest(stories(1, 2, 3), library)
    before, changes = library.counts(), library.catalogue.last_seq()
    report = ingest(stories(1, 2, 3), library)
    assert report.counts == {"unchanged": 3}
    assert report.passages == 0
    assert library.counts() == before
    assert library.catalogue.last_seq() == changes


def test_the_same_article_twice_in_one_run_is_stored_once(library: Library) -> None:
    """Articles still waiting to be written are compared with too."""
    bare = {"text": story(1)["text"]}
    report = ingest([story(1), story(1), bare, story(1, edition=2)], library)
    assert [outcome.kind for outcome in report.outcomes] == [
        "new", "unchanged", "duplicate", "revised",
    ]  # fmt: skip
    assert library.counts()["articles"] == 1
    assert in_step(library)


def test_a_revision_replaces_the_old_version_and_keeps_its_text(library: Library) -> None:
    """Search finds only the new words; the old version is still in the catalogue, word for word."""
    ingest([story(1)], library)
    name, old = only_id(library), library.catalogue.articles()[0]
    report = ingest([story(1, edition=2)], library)
    assert report.counts == {"revised": 1}
    assert not says(library, "marker1x1")
    assert says(library, "marker1x2")
    assert library.catalogue.article(name, 1) == old
    current = library.catalogue.find(article_id=name)
    assert current is not None
    assert (current.version, current.text != old.text) == (2, True)
    assert library.counts()["articles"] == 1
    assert library.counts()["versions"] == 2
    assert in_step(library)


def test_the_documented_way_to_print_changes_works(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    """The Python of docs/library.md prints each changed sentence of two versions."""
    for litres in (40, 45):
        page = {"url": "https://news.example/dam", "text": f"The dam holds {litres} litres."}
        ingest([page | {"text": f"{page['text']}\n\n{text_of('dam')}"}], library)
    docs = (Path(__file__).parents[1] / "docs" / "library.md").read_text(encoding="utf-8")
    code = docs.split("```python\n")[1].split("```")[0]
    exec(code, {"library": library, "article_id": only_id(library)})
    assert capsys.readouterr().out == "The dam holds [-40-] {+45+} litres.\n"


def test_a_revision_and_back_again_are_three_versions(library: Library) -> None:
    """An article that returns to its earlier words is findable by them again."""
    for edition in (1, 2, 1):
        ingest([story(1, edition=edition)], library)
    assert library.catalogue.articles()[0].version == 3
    assert says(library, "marker1x1")
    assert not says(library, "marker1x2")
    assert in_step(library)


def test_every_retrievable_passage_is_a_slice_of_its_article(library: Library) -> None:
    """Offsets of passages are exact, from the database as from the splitter."""
    ingest([samples_folder(), *stories(1, 2)], library)
    pairs = library.catalogue.retrievable(library.catalogue.passage_ids("ready"))
    assert len(pairs) == library.counts()["passages"] > 50
    for passage, article in pairs:
        assert passage.text == article.text[passage.start : passage.end]
        assert passage.text.strip() == passage.text != ""


def test_the_wire_copies_among_the_samples_are_one_cluster(library: Library) -> None:
    """Three outlets that carry one wire story count as one source; all others stand alone."""
    report = ingest([samples_folder()], library)
    assert report.rejected == ()
    articles = library.catalogue.articles()
    by_cluster: dict[str, list[Article]] = {}
    for article in articles:
        by_cluster.setdefault(article.cluster_id, []).append(article)
    copies = [group for group in by_cluster.values() if len(group) > 1]
    assert len(copies) == 1
    assert {article.publisher for article in copies[0]} == {
        "Meridian Wire", "Sallow Coast Post", "The Hallan Courier",
    }  # fmt: skip


def test_equal_words_at_two_outlets_are_two_articles_of_one_cluster(library: Library) -> None:
    """A reprint is kept as an article of its own, and known for a copy."""
    reprint = {**story(1), "publisher": "Courier", "url": "https://courier.example/1"}
    report = ingest([story(1), reprint, story(2)], library)
    assert report.counts == {"new": 3}
    clusters = [article.cluster_id for article in library.catalogue.articles()]
    assert sorted(clusters.count(cluster) for cluster in set(clusters)) == [1, 2]


def test_a_bad_source_does_not_stop_the_rest(library: Library, tmp_path: Path) -> None:
    """Each source ends in exactly one outcome, told as it happens."""
    lines = tmp_path / "news.jsonl"
    lines.write_text("\n".join([json.dumps(story(1)), "{torn", json.dumps(story(2))]))
    told: list[Outcome] = []
    sources = [lines, tmp_path / "none", {"text": "short"}, {**story(3), "published": "soon"}]
    report = ingest([*sources, story(4)], library, on_outcome=told.append)
    assert report.counts == {"new": 4, "rejected": 3}
    assert report.outcomes == tuple(told)
    assert report.rejected[0].source == f"{lines}:2"
    assert all(outcome.reason for outcome in report.rejected)
    assert in_step(library)


def test_a_date_of_the_user_dates_everything(library: Library) -> None:
    """``published`` is stored as the date its user vouched for, as a day."""
    from datetime import date

    ingest([{"text": text_of("undated")}], library, published=date(2025, 6, 2))
    (article,) = library.catalogue.articles()
    assert (article.published_at, article.published_from) == (date(2025, 6, 2), "given")
    assert library.catalogue.published_span() == (1748822400, 1748822400)


def test_a_missing_date_stays_missing_in_the_stores(library: Library) -> None:
    """No stage writes a date that no one knew."""
    ingest([{"text": text_of("undated")}], library)
    (article,) = library.catalogue.articles()
    assert (article.published_at, article.published_from) == (None, "unknown")
    assert library.catalogue.published_span() is None


def test_all_facts_survive_the_catalogue(library: Library) -> None:
    """An article read back equals the one that was stored, long and odd values included."""
    odd = {
        **story(1), "title": "Ünïcode “title” 👍🏽" * 20, "authors": ["A, B", 'C "D"', "É"],
        "language": "en-GB-oxendict-x-very-long-tag", "section": "x" * 300,
        "published": "2025-06-02T07:15:00.123456+05:45", "updated": "2025-06-03",
    }  # fmt: skip
    ingest([odd], library)
    (article,) = library.catalogue.articles()
    assert article.title == odd["title"]
    assert article.authors == ("A, B", 'C "D"', "É")
    assert article.language == odd["language"]
    assert article.published_at is not None
    assert article.published_at.isoformat() == odd["published"]
    assert article.updated_at is not None
    assert article.updated_at.isoformat() == "2025-06-03"
    assert ingest([odd], library).counts == {"unchanged": 1}


def test_finding_by_id_address_and_origin(library: Library, tmp_path: Path) -> None:
    """An article is found by whatever names it, and by nothing else."""
    file = tmp_path / "a.txt"
    file.write_text(text_of("file"))
    ingest([story(1), file], library)
    by_url = library.catalogue.find(canonical_url="https://gazette.example/stories/1")
    by_origin = library.catalogue.find(origin=file.resolve().as_uri())
    assert by_url is not None
    assert by_origin is not None
    assert library.catalogue.find(article_id=by_url.id) == by_url
    assert library.catalogue.find(article_id="none", canonical_url="https://none.example") is None
    assert library.catalogue.find() is None


def test_an_edited_file_is_a_revision(library: Library, tmp_path: Path) -> None:
    """A file without an address is known by where it lies."""
    file = tmp_path / "a.txt"
    for words in ("one", "two"):
        file.write_text(text_of(words))
        ingest([file], library)
    assert library.counts()["articles"] == 1
    assert library.catalogue.articles()[0].version == 2


# -- removing -------------


def test_removal_leaves_nothing_in_any_store(library: Library) -> None:
    """After removing articles no row, vector or lexical entry of theirs is left."""
    ingest(stories(1, 2, 3), library)
    ingest([story(1, edition=2)], library)
    doomed = [a.id for a in library.catalogue.articles() if a.title != "Story number 3"]
    with library.writing():
        assert library.remove(doomed) == 2
    assert library.counts()["articles"] == 1
    assert not says(library, "marker1x1")
    assert not says(library, "marker1x2")
    assert says(library, "marker3x1")
    assert library.catalogue.article(doomed[0], 1) is None
    assert in_step(library)
    with library.writing():
        assert library.remove([only_id(library), "unknown"]) == 1
    counts = library.counts()
    assert set(counts.values()) == {0}
    assert library.lexical_search("marker3x1 story", 5) == []
    assert library.dense_search("story", 5) == []


def test_a_removed_article_can_be_ingested_again(library: Library) -> None:
    """Removal leaves no trace that would make the article a duplicate or a revision."""
    ingest([story(1)], library)
    with library.writing():
        library.remove([only_id(library)])
    assert ingest([story(1)], library).counts == {"new": 1}
    assert says(library, "marker1x1")
    assert in_step(library)


def test_search_never_returns_what_is_dead(library: Library) -> None:
    """Vectors and lexical entries of old versions that are still stored reach no answer."""
    ingest(stories(1, 2), library)
    first = library.catalogue.find(canonical_url="https://gazette.example/stories/1")
    assert first is not None
    library.catalogue.remove([first.id])  # as if killed right after this transaction
    stale = library.vectors.search(library.encode(["marker1x1"])[0], 50)
    assert len(library.catalogue.retrievable([key for key, _ in stale])) < len(stale)
    assert not says(library, "marker1x1")
    with library.writing():
        assert in_step(library)


# -- what is not ready -------------


def staged(number: int) -> tuple[Article, list[Passage], list[int]]:
    """An article ready to be staged, past every decision."""
    article = Article(text=story(number)["text"], id=f"id{number}", cluster_id=f"id{number}")
    spans = split_into_passages(article)
    return article, spans, build_sketch(article.text, [(p.start, p.end) for p in spans])


def test_pending_text_is_never_retrievable(library: Library) -> None:
    """What is staged is not found, even when its vectors are already stored."""
    ingest([story(1)], library)
    article, spans, bands = staged(2)
    library.catalogue.stage([(article, spans, bands)])
    rows = [(passage, article) for passage in spans]
    library.vectors.upsert(rows, library.encode([embedded_text(*row) for row in rows]))
    assert library.dense_search("marker2x1", 50)
    assert not says(library, "marker2x1")
    assert library.catalogue.retrievable([passage.id for passage in spans]) == []
    assert library.catalogue.find(article_id="id2") is None
    assert library.catalogue.find_comparable(article) == (None, [])
    assert library.counts()["pending"] == len(spans)


def test_the_next_writer_finishes_what_is_pending(library: Library, open_library: Open) -> None:
    """A staged article becomes searchable when the library is next opened for writing."""
    library.catalogue.stage([staged(2)])
    library.close()
    again = open_library()
    with again.writing():
        assert says(again, "marker2x1")
    assert in_step(again)


def test_an_embedder_that_fails_is_told_and_loses_nothing(open_library: Open) -> None:
    """Its own error reaches the caller, nothing half done is found, and the next run completes."""
    embedder = FailingEmbedding()
    library = open_library(embedder=embedder)
    with pytest.raises(ConnectionError, match="the embedding server is away"):
        ingest(stories(1, 1, 2), library)  # the second forces the first to be written
    assert library.counts()["articles"] == 0
    embedder.working = True
    assert not says(library, "marker1x1")
    assert ingest(stories(1, 2), library).counts == {"unchanged": 1, "new": 1}
    assert says(library, "marker1x1")
    assert in_step(library)


def test_a_library_without_an_embedder_refuses_to_add(open_library: Open) -> None:
    """Opened for looking, it stages nothing that it could never make searchable."""
    library = open_library(embedder=None)
    with pytest.raises(LibraryError, match="opened without an embedder"):
        ingest([story(1)], library)
    assert library.catalogue.pending() == []


def test_a_library_without_an_embedder_can_remove(open_library: Open) -> None:
    """Looking, lexical search and removing need no model."""
    ingest(stories(1, 2), open_library())
    plain = open_library(embedder=None)
    assert plain.lexical_search("marker1x1", 5)
    with plain.writing():
        assert plain.remove([a.id for a in plain.catalogue.articles()]) == 2
    assert set(plain.counts().values()) == {0}


# -- two at once -------------


def test_a_second_writer_is_told_within_a_second(library: Library, open_library: Open) -> None:
    """While one writes, another gets LibraryBusy quickly, and may write afterwards."""
    other = open_library()
    caught: list[tuple[BaseException, float]] = []

    def write() -> None:
        started = time.monotonic()
        try:
            ingest([story(1)], other)
        except LibraryBusy as error:
            caught.append((error, time.monotonic() - started))

    with library.writing():
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
        with pytest.raises(LibraryBusy):
            other.reindex()
    ((error, seconds),) = caught
    assert "Another process is writing" in str(error)
    assert seconds < 2
    assert ingest([story(1)], other).counts == {"new": 1}


def test_a_reader_sees_what_a_writer_adds_and_removes(library: Library, open_library: Open) -> None:
    """Two open libraries on one home agree, without reopening either."""
    reader = open_library()
    assert not says(reader, "marker1x1")
    ingest(stories(1, 2), library)
    assert says(reader, "marker1x1")
    ingest([story(1, edition=2)], library)
    assert not says(reader, "marker1x1")
    assert says(reader, "marker1x2")
    with library.writing():
        library.remove([a.id for a in library.catalogue.articles()])
    assert found(reader, "marker1x2 marker2x1") == []


def test_a_reader_may_search_while_another_writes(library: Library, open_library: Open) -> None:
    """The write lock does not block reading."""
    ingest([story(1)], library)
    reader = open_library()
    with library.writing():
        assert says(reader, "marker1x1")


class SlowEmbedding(WordEmbedding):
    """Takes a moment for each batch of texts."""

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        time.sleep(0.1)
        return super()._get_text_embeddings(texts)


def test_searches_go_on_while_the_library_is_repaired(open_library: Open) -> None:
    """Neither search misses anything at any moment of a repair, in this library or in another one
    open on the same home."""
    library, other = open_library(embedder=SlowEmbedding()), open_library()
    ingest(stories(*range(12)), library)
    over = threading.Event()
    searched: list[tuple[bool, bool]] = []

    def search(where: Library) -> None:
        while not over.is_set() or not searched:
            dense, lexical = (
                where.dense_search("marker3x1", 3),
                where.lexical_search("marker3x1", 3),
            )
            searched.append((bool(dense), bool(lexical)))

    threads = [threading.Thread(target=search, args=(where,)) for where in (library, other)]
    for thread in threads:
        thread.start()
    counts = library.repair()
    over.set()
    for thread in threads:
        thread.join()
    assert len(searched) > 4
    assert set(searched) == {(True, True)}
    assert counts["vectors"] == counts["lexical"] == counts["passages"]
    assert says(other, "marker3x1")
    assert in_step(other)


def test_a_new_index_is_in_place_before_the_old_one_is_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deleting a large index takes long; whoever opens the folder meanwhile finds the new one."""
    index = tmp_path / "chroma"
    index.mkdir()
    (index / "old").touch()
    folder_beside(index).mkdir()
    (tmp_path / "chroma.new" / "new").touch()
    seen: list[list[str]] = []
    delete = shutil.rmtree

    def watched(folder: Path, **options: Any) -> None:
        if folder.exists():
            seen.append([path.name for path in index.iterdir()])
        delete(folder, **options)

    monkeypatch.setattr(shutil, "rmtree", watched)
    replace_folder(index)
    assert seen == [["new"]]
    assert [path.name for path in tmp_path.iterdir()] == ["chroma"]


def test_a_search_between_the_renames_of_a_repair_looks_again(
    library: Library, tmp_path: Path
) -> None:
    """A process that opened the folder while it was not there finds what is put in its place."""
    ingest(stories(1, 2), library)
    library.close()
    index, beside = tmp_path / "home" / "chroma", tmp_path / "home" / "chroma.new"
    index.rename(beside)

    class OpenedTooEarly(Library):
        opened = 0

        def _open_vectors(self, where: str) -> Any:
            self.opened += 1
            if self.opened == 2:
                replace_folder(index)
            return super()._open_vectors(where)

    early = OpenedTooEarly(tmp_path / "home", embedder=WordEmbedding())
    assert early.dense_search("marker2x1", 3)
    early.close()


class OnServer(Library):
    """Takes a folder for a Chroma server."""

    def _open_vectors(self, where: str) -> Any:
        return super()._open_vectors(str(self.home / "served"))


def test_while_a_server_s_index_is_filled_again_words_alone_find(tmp_path: Path) -> None:
    """Another process empties a Chroma server before it fills it: a search finds nothing there
    meanwhile, and only when nobody writes is an empty store an error."""
    library, other = (
        OnServer(tmp_path, embedder=WordEmbedding(), vectors_at="http://chroma.example")
        for _ in range(2)
    )
    ingest(stories(1, 2), library)
    with library.writing():
        library.vectors.clear()
        assert other.dense_search("marker2x1", 3) == []
        assert other.lexical_search("marker2x1", 3)
    with pytest.raises(LibraryBroken, match="citewire repair"):
        other.dense_search("marker2x1", 3)
    library.close()
    other.close()


class FailingLater(WordEmbedding):
    """Embeds until it was asked ``left`` times more, then fails like a server that is away."""

    left: int = 1_000

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        if not self.left:
            raise ConnectionError("the embedding server is away")
        self.left -= 1
        return super()._get_text_embeddings(texts)


def test_a_repair_that_failed_leaves_nothing_and_can_be_repeated(
    open_library: Open, tmp_path: Path
) -> None:
    """What was half made is removed, the old index is searched on, and the same process can repair
    again."""
    embedder = FailingLater()
    library = open_library(embedder=embedder)
    ingest(stories(1, 2, 3), library)
    library.batch_size = 4
    embedder.left = 1
    for _ in range(2):
        with pytest.raises(ConnectionError):
            library.repair()
        embedder.left = 1
    assert not (tmp_path / "home" / "chroma.new").exists()
    assert says(library, "marker2x1")
    embedder.left = 1_000
    library.repair()
    assert in_step(library)


def test_an_ingestion_waits_on_for_its_turn_and_reports_everything(open_library: Open) -> None:
    """Another writer takes the lock between two documents for longer than a writer is waited for
    at the start: what was fetched is stored, and the report has all of it."""
    library, other = open_library(), open_library()
    taken = threading.Event()

    def occupy() -> None:
        with other.writing(patience=30):
            taken.set()
            time.sleep(3 * LOCK_TIMEOUT_SECONDS)

    def sources() -> Iterator[dict[str, str]]:
        yield story(1)
        threading.Thread(target=occupy).start()
        taken.wait(30)
        yield story(2)

    assert ingest(sources(), library).counts == {"new": 2}
    assert says(library, "marker2x1")


def test_whoever_waits_is_told_for_whom() -> None:
    """The error names the holder; a long wait has no end of its own."""
    turns = iter([False, False, True])
    wait_for(lambda: next(turns), lambda: "citewire on elsewhere", "the library", math.inf)
    with pytest.raises(LibraryBusy, match=r"the library \(citewire on elsewhere\)"):
        wait_for(lambda: False, lambda: "citewire on elsewhere", "the library", 0.0)


def test_a_line_on_the_holder_that_cannot_be_written_stops_no_writer(
    library: Library, tmp_path: Path
) -> None:
    """On a full disk the stores tell what is wrong, not the lock."""
    (tmp_path / "home" / "write.holder").mkdir()  # what cannot be written to either
    assert ingest([story(1)], library).counts == {"new": 1}


# -- another embedder -------------


def test_another_embedder_is_refused_by_name(library: Library, open_library: Open) -> None:
    """The error says which model made the library, which is set, and what to do."""
    ingest([story(1)], library)
    with pytest.raises(EmbedderChanged, match="citewire reindex") as caught:
        open_library(embedder=WordEmbedding(model_name="other"))
    assert "WordEmbedding:words" in str(caught.value)
    assert "WordEmbedding:other" in str(caught.value)


def reindexed(open_library: Open, embedder: WordEmbedding) -> int:
    library = open_library(embedder=None)
    library.replace_embedder(embedder)
    return library.reindex()


def test_reindexing_takes_the_library_to_another_embedder(
    library: Library, open_library: Open
) -> None:
    """After reindex the new embedder opens the library and finds everything; the old may not."""
    ingest(stories(1, 2), library)
    ingest([story(1, edition=2)], library)
    before = library.counts()
    assert reindexed(open_library, WordEmbedding(model_name="other")) == before["passages"]
    again = open_library(embedder=WordEmbedding(model_name="other"))
    assert again.counts() == before
    assert says(again, "marker1x2")
    assert not says(again, "marker1x1")
    assert in_step(again)
    with pytest.raises(EmbedderChanged):
        open_library()


def test_a_reader_survives_a_reindex(library: Library, open_library: Open) -> None:
    """A library that was open while another one reindexed goes on answering."""
    ingest(stories(1, 2), library)
    assert says(library, "marker1x1")
    assert reindexed(open_library, WordEmbedding()) > 0
    assert says(library, "marker1x1")
    assert in_step(library)


def test_reindexing_includes_what_an_interrupted_writer_left(
    library: Library, open_library: Open
) -> None:
    """Articles still pending, new or revised, are embedded too, not emptied."""
    ingest([story(1)], library)
    article = library.catalogue.articles()[0]
    revised = Article(
        text=story(1, edition=2)["text"], id=article.id, version=2, cluster_id=article.id
    )
    library.catalogue.stage([staged(2), (revised, split_into_passages(revised), Sketch())])
    library.close()
    other = WordEmbedding(model_name="other")
    assert reindexed(open_library, other) > 0
    again = open_library(embedder=other)
    assert says(again, "marker2x1")
    assert says(again, "marker1x2")
    assert not says(again, "marker1x1")
    assert in_step(again)


def test_a_reindex_that_failed_can_be_repeated(library: Library, open_library: Open) -> None:
    """An embedder that fails in the middle of a reindex empties no article for good."""
    ingest(stories(1, 2), library)
    before = library.counts()
    library.close()
    failing = FailingEmbedding()
    with pytest.raises(ConnectionError):
        reindexed(open_library, failing)
    failing.working = True
    assert reindexed(open_library, failing) == before["passages"]
    again = open_library(embedder=failing)
    assert again.counts() == before
    assert says(again, "marker1x1")


# -- stores that were lost or broken -------------


def test_a_deleted_vector_folder_is_rebuilt(
    library: Library, open_library: Open, tmp_path: Path
) -> None:
    """Without its Chroma folder the next writer embeds everything again."""
    ingest(stories(1, 2), library)
    before = library.counts()
    library.close()
    shutil.rmtree(tmp_path / "home" / "chroma")
    again = open_library()
    with again.writing():
        assert again.counts() == before
    assert says(again, "marker2x1")
    assert in_step(again)


def test_a_deleted_lexical_folder_is_rebuilt(
    library: Library, open_library: Open, tmp_path: Path
) -> None:
    """Without its lexical folder the next search replays every change."""
    ingest(stories(1, 2), library)
    ingest([story(1, edition=2)], library)
    library.close()
    shutil.rmtree(tmp_path / "home" / "lexical")
    again = open_library()
    assert again.lexical_search("marker2x1", 5)
    assert not again.catalogue.retrievable([key for key, _ in again.lexical_search("marker1x1", 5)])
    assert in_step(again)


def test_a_lost_position_replays_everything_without_doubling(
    library: Library, open_library: Open, tmp_path: Path
) -> None:
    """Replaying changes that were already applied leaves one entry a passage."""
    ingest(stories(1, 2), library)
    before = library.counts()
    library.close()
    (tmp_path / "home" / "lexical" / "seen").write_text("")
    again = open_library()
    assert again.lexical_search("marker2x1", 5)
    assert again.counts() == before


def test_a_new_catalogue_empties_the_indexes(
    library: Library, open_library: Open, tmp_path: Path
) -> None:
    """What the indexes hold of a catalogue that is gone is dropped."""
    ingest(stories(1, 2, 3), library)
    library.close()
    for file in (tmp_path / "home").glob("catalogue.sqlite*"):
        file.unlink()
    again = open_library()
    ingest([story(4)], again)
    assert not says(again, "marker1x1")
    assert says(again, "marker4x1")
    assert in_step(again)


def test_a_catalogue_that_is_no_database_is_reported(tmp_path: Path) -> None:
    """A file that cannot be read as a catalogue names itself."""
    (tmp_path / "catalogue.sqlite").write_text("this is not a database, but a text file" * 50)
    with pytest.raises(LibraryBroken, match=r"catalogue\.sqlite cannot be opened"):
        Library(tmp_path)


def test_a_library_of_a_newer_citewire_is_refused(tmp_path: Path) -> None:
    """An older program does not touch a schema it does not know."""
    Library(tmp_path).close()
    engine = create_engine(f"sqlite:///{tmp_path / 'catalogue.sqlite'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE meta SET value = '999' WHERE key = 'schema'"))
    engine.dispose()
    with pytest.raises(LibraryBroken, match="Install a newer citewire"):
        Library(tmp_path)


def test_a_broken_lexical_folder_says_what_to_delete(library: Library, tmp_path: Path) -> None:
    """A torn index names its folder and that it can be rebuilt."""
    (tmp_path / "home" / "lexical").mkdir(parents=True)
    (tmp_path / "home" / "lexical" / "meta.json").write_text("{torn")
    with pytest.raises(LibraryBroken, match="citewire repair"):
        library.lexical_search("bridge", 5)


# -- searching -------------


@pytest.mark.parametrize(
    "question",
    ["", "   ", "???", "the of and", '"', "body:x AND (", "a" * 5000, "\x00", "日本語 👍"],
)
def test_odd_questions_are_searched_without_error(library: Library, question: str) -> None:
    """Whatever is typed, both searches return a list."""
    ingest([story(1)], library)
    assert isinstance(library.lexical_search(question, 5), list)
    assert isinstance(library.dense_search(question, 5), list)


def test_title_outlet_and_date_can_be_searched(library: Library) -> None:
    """The lexical index knows the words around the text, too."""
    ingest([{**story(1), "title": "Zanzibar", "published": "2025-06-02"}, story(2)], library)
    for word in ("zanzibar", "gazette", "june"):
        assert library.lexical_search(word, 5), word


def test_results_come_best_first_and_no_more_than_asked(library: Library) -> None:
    """Scores fall, similarities are cosines, and the limit holds."""
    ingest(stories(*range(1, 8)), library)
    for hits in (
        library.dense_search("mayor bridge", 5),
        library.lexical_search("mayor bridge", 5),
    ):
        scores = [score for _, score in hits]
        assert len(hits) == 5
        assert scores == sorted(scores, reverse=True)
    assert all(-1.001 <= score <= 1.001 for _, score in library.dense_search("mayor", 5))


def test_an_old_text_that_turns_up_again_gets_an_id_of_its_own(
    library: Library, tmp_path: Path
) -> None:
    """A file rotates: its first text, now in another file, is a new article; nothing is lost."""
    today, yesterday = tmp_path / "today.txt", tmp_path / "yesterday.txt"
    first = "The bridge at Elm closed on Monday for repairs that will last for nineteen weeks."
    second = "The ferry to Corran was cancelled on Tuesday because of a storm, the harbour said."
    today.write_text(first)
    ingest([today], library)
    today.write_text(second)
    assert ingest([today], library).counts == {"revised": 1}
    yesterday.write_text(first)
    assert ingest([yesterday], library).counts == {"new": 1}
    assert ingest([today, yesterday], library).counts == {"unchanged": 2}
    assert {a.text for a in library.catalogue.articles()} == {first, second}
    assert in_step(library)


def test_dates_that_were_corrected_do_not_count(library: Library) -> None:
    """The span of a library is that of its current versions."""
    item = {"text": "The bridge at Elm closed on Monday for repairs, said the mayor of the town."}
    ingest([item], library, published=date(1999, 1, 1))
    ingest([item], library, published=date(2025, 6, 2))
    span = library.catalogue.published_span()
    assert span is not None
    assert span[0] == span[1] == epoch_seconds(date(2025, 6, 2))
