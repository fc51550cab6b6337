"""The library's main tests with its catalogue in PostgreSQL.

Run where CITEWIRE_TEST_POSTGRES holds an SQLAlchemy address of a server on which databases may be
made, such as ``postgresql+psycopg://postgres@127.0.0.1:5432/postgres``. Each test has a database
of its own, dropped afterwards.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from ingest.errors import LibraryBroken
from ingest.pipeline import ingest
from ingest.storage.catalogue.filters import Filters
from ingest.storage.catalogue.listing import SORT_KEYS, Listing, list_articles
from ingest.storage.corrections import correct_article
from ingest.storage.library import Library
from tests import test_library as main
from tests.fakes_ingest import WordEmbedding, story

SERVER = os.environ.get("CITEWIRE_TEST_POSTGRES", "")

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(not SERVER, reason="CITEWIRE_TEST_POSTGRES is not set"),
]


@pytest.fixture
def database() -> Iterator[str]:
    """The address of a new, empty database."""
    name = f"citewire_test_{uuid4().hex[:12]}"
    engine = create_engine(SERVER, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def open_library(database: str, tmp_path: Path) -> Iterator[main.Open]:
    """Opens libraries on one home folder and one PostgreSQL catalogue."""
    opened: list[Library] = []

    def open_one(**options: Any) -> Library:
        options.setdefault("embedder", WordEmbedding())
        options.setdefault("catalogue_url", database)
        opened.append(Library(tmp_path / "home", **options))
        return opened[-1]

    yield open_one
    for library in opened:
        library.close()


@pytest.fixture
def library(open_library: main.Open) -> Library:
    return open_library()


test_found = main.test_what_was_ingested_is_found_by_both_searches
test_twice = main.test_ingesting_twice_changes_nothing
test_twice_in_one_run = main.test_the_same_article_twice_in_one_run_is_stored_once
test_revision = main.test_a_revision_replaces_the_old_version_and_keeps_its_text
test_slices = main.test_every_retrievable_passage_is_a_slice_of_its_article
test_clusters = main.test_the_wire_copies_among_the_samples_are_one_cluster
test_bad_source = main.test_a_bad_source_does_not_stop_the_rest
test_undated = main.test_a_missing_date_stays_missing_in_the_stores
test_facts = main.test_all_facts_survive_the_catalogue
test_finding = main.test_finding_by_id_address_and_origin
test_removal = main.test_removal_leaves_nothing_in_any_store
test_dead = main.test_search_never_returns_what_is_dead
test_pending = main.test_pending_text_is_never_retrievable
test_recovery = main.test_the_next_writer_finishes_what_is_pending
test_failing = main.test_an_embedder_that_fails_is_told_and_loses_nothing
test_reader = main.test_a_reader_sees_what_a_writer_adds_and_removes
test_other_embedder = main.test_another_embedder_is_refused_by_name
test_reindex = main.test_reindexing_takes_the_library_to_another_embedder
test_reindex_pending = main.test_reindexing_includes_what_an_interrupted_writer_left
test_lost_lexical = main.test_a_deleted_lexical_folder_is_rebuilt
test_lost_vectors = main.test_a_deleted_vector_folder_is_rebuilt


def test_another_machine_rebuilds_its_indexes_from_the_catalogue(
    library: Library, open_library: main.Open, tmp_path: Path
) -> None:
    """A home folder that knows nothing finds everything the shared catalogue holds."""
    ingest([story(1), story(2)], library)
    before = library.counts()
    library.close()
    shutil.rmtree(tmp_path / "home")
    again = open_library()
    with again.writing():
        assert again.counts() == before
    assert main.says(again, "marker2x1")


def test_a_server_that_is_away_is_reported_without_its_password(tmp_path: Path) -> None:
    """The error names the address, not the secret in it."""
    away = "postgresql+psycopg://someone:secret@127.0.0.1:1/none"
    with pytest.raises(LibraryBroken, match="cannot be opened") as caught:
        Library(tmp_path, catalogue_url=away)
    assert "secret" not in str(caught.value)


def test_text_that_postgres_cannot_hold_never_reaches_it(library: Library) -> None:
    """NULs and half characters in a source are dropped, not an error of the database."""
    odd = {key: f"a\x00{value}\ud800" for key, value in story(1).items() if key != "published"}
    assert ingest([odd], library).counts == {"new": 1}


def test_the_table_of_articles_and_corrections_work(library: Library) -> None:
    """Every order pages through all articles once, undated ones last by date, also where a title
    is longer than an index takes; a correction is stored and outlives its source."""
    undated = {key: value for key, value in story(9).items() if key != "published"}
    long = story(8) | {"title": "long " * 2_000}
    ingest([story(1), story(2), undated, long], library)
    for key in SORT_KEYS:
        for descending in (False, True):
            pages = [
                list_articles(library.catalogue, Listing(Filters(), None, key, descending, at, 1))
                for at in range(4)
            ]
            ids = [article.id for listed, _ in pages for article in listed]
            assert len(set(ids)) == 4
            if key == "date":
                assert pages[-1][0][0].published_at is None
    (key,) = (a.id for a in library.catalogue.articles() if a.title == "Story number 1")
    correct_article(library, key, {"published_at": "2024-01-17"}, "ann")
    assert ingest([story(1)], library).counts == {"unchanged": 1}
    january = Listing(Filters(first=date(2024, 1, 1), last=date(2024, 1, 31)), sort="title")
    assert [a.versions for a in list_articles(library.catalogue, january)[0]] == [2]
