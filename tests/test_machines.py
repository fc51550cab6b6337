"""Several machines on one PostgreSQL catalogue, each with a home of its own.

Run where CITEWIRE_TEST_POSTGRES names a server, as ``test_postgres`` is.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine, text

from ingest.errors import EmbedderChanged, LibraryBroken, LibraryBusy
from ingest.pipeline import ingest
from ingest.storage.catalogue.feed_subscriptions import Subscriptions
from ingest.storage.library import Library
from tests.fakes_ingest import WordEmbedding, story
from tests.test_library import in_step, says
from tests.test_postgres import SERVER, database  # noqa: F401

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(not SERVER, reason="CITEWIRE_TEST_POSTGRES is not set"),
]

Homes = tuple[Library, Library]


@pytest.fixture
def homes(database: str, tmp_path: Path) -> Iterator[Homes]:  # noqa: F811
    """Two homes on a new database, opened at the same time."""
    opened: list[Library] = []

    def open_one(name: str) -> None:
        opened.append(Library(tmp_path / name, embedder=WordEmbedding(), catalogue_url=database))

    threads = [threading.Thread(target=open_one, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    one, two = opened
    yield one, two
    one.close()
    two.close()


def test_each_machine_finds_what_the_others_wrote(homes: Homes) -> None:
    """Added, revised, removed: both searches of the other machine know it, without writing, and
    its own vectors are brought up to the same passages."""
    one, two = homes
    ingest([story(1), story(2)], one)
    assert says(two, "marker1x1")
    ingest([story(1, edition=2)], two)
    ingest([story(3)], one)
    assert not says(one, "marker1x1")
    for library in homes:
        assert says(library, "marker1x2")
        assert says(library, "marker3x1")
    with two.writing():
        two.remove([a.id for a in two.catalogue.articles() if a.title.endswith("2")])
    assert not says(one, "marker2x1")
    for library in homes:
        library.follow()
        assert in_step(library)
        assert library.vectors.ids() == set(one.catalogue.passage_ids("ready"))


def test_an_equal_number_of_other_passages_is_noticed(homes: Homes) -> None:
    """A machine that missed a revision brings its vectors up before it writes, though their number
    fits."""
    one, two = homes
    ingest([story(1)], one)
    two.follow()
    ingest([story(1, edition=2)], one)
    with two.writing():
        assert two.vectors.ids() == set(two.catalogue.passage_ids("ready"))


@pytest.mark.parametrize("how", ["follow", "write"])
def test_a_home_embeds_anew_after_another_machine_changed_the_embedder(
    homes: Homes, how: str, tmp_path: Path
) -> None:
    """A home that runs on with the old embedder is told so; opened with the new one it replaces its
    old vectors, whose ids are the same."""
    one, two = homes
    ingest([story(number) for number in range(3)], one)
    two.follow()
    one.replace_embedder(WordEmbedding(model_name="other"))
    one.reindex()
    with pytest.raises(EmbedderChanged):
        two.follow()
    url = two.catalogue.engine.url.render_as_string(hide_password=False)
    two.close()
    again = Library(tmp_path / "two", embedder=WordEmbedding(model_name="other"), catalogue_url=url)
    if how == "follow":
        again.follow()
    else:
        with again.writing():
            pass
    assert in_step(again)
    ids = again.catalogue.passage_ids("ready")
    rows = again.catalogue.retrievable(ids)
    stored = again.vectors.get([passage.id for passage, _ in rows])
    assert np.allclose(stored, again.embed(rows), atol=1e-4)
    again.close()


def test_one_machine_writes_at_a_time_and_is_named(homes: Homes) -> None:
    """The other is told which process of which machine it waits for, and then writes."""
    one, two = homes
    with one.writing():
        with pytest.raises(LibraryBusy) as caught:
            ingest([story(1)], two)
        assert f"citewire on {socket.gethostname()}, process {os.getpid()}" in str(caught.value)
    assert ingest([story(1)], two).counts == {"new": 1}


def test_a_writer_whose_connection_breaks_loses_the_lock_and_writes_no_more(
    homes: Homes,
    database: str,  # noqa: F811
) -> None:
    """The database gives the lock to the next; whoever lost it is stopped, and told what to do."""
    one, two = homes
    ingest([story(1)], one)
    held = one.writing()
    held.__enter__()
    engine = create_engine(database)
    with engine.begin() as connection:
        ended = connection.execute(text(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND "
            "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        ))  # fmt: skip
        assert ended.scalars().all() == [True]
    engine.dispose()
    assert ingest([story(2)], two).counts == {"new": 1}
    for _ in range(2):  # also when it is tried again
        with pytest.raises(LibraryBroken, match="run the same command again"):
            one.remove([article.id for article in one.catalogue.articles()])
    held.__exit__(None, None, None)
    assert ingest([story(3)], one).counts == {"new": 1}
    assert len(two.catalogue.articles()) == 3


def test_of_several_servers_one_reads_a_feed(homes: Homes) -> None:
    """Subscriptions are shared, and what one machine has read is not due at the other."""
    one, two = (Subscriptions(library.catalogue) for library in homes)
    one.add("https://news.example/feed")
    assert two.due(timedelta(minutes=15)) == ["https://news.example/feed"]
    two.save_status("https://news.example/feed", "unchanged")
    assert one.due(timedelta(minutes=15)) == []
