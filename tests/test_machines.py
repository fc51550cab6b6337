"""Several machines on one PostgreSQL catalogue, each with a home of its own.

Run where CITEWIRE_TEST_POSTGRES names a server, as ``test_postgres`` is.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine, text

from ingest.errors import EmbedderChanged, LibraryBroken, LibraryBusy
from ingest.pipeline import ingest
from ingest.storage.catalogue.feed_subscriptions import Subscription, Subscriptions
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


def at_once(*tasks: Callable[[], object]) -> list[object]:
    """Does the tasks in a thread each, which begin together."""
    together = threading.Barrier(len(tasks))

    def begin(task: Callable[[], object]) -> object:
        together.wait(30)
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(begin, tasks))


def test_of_several_servers_one_reads_a_feed(homes: Homes) -> None:
    """Of two that ask at the same moment one may read a feed, and nobody may until it is due."""
    one, two = (Subscriptions(library.catalogue) for library in homes)
    for number in range(10):
        url = f"https://news.example/feed/{number}"
        one.add(url)
        claims = [partial(kept.claim, url, timedelta(minutes=15)) for kept in (one, two)]
        assert sorted(map(bool, at_once(*claims))) == [False, True]
        assert not any(claim() for claim in claims)
        assert one.claim(url, timedelta(0))


def test_two_results_of_one_feed_can_be_saved_at_once(homes: Homes) -> None:
    """Somebody reads a feed by hand while a server reads it: neither fails."""
    one, two = (Subscriptions(library.catalogue) for library in homes)
    feed = Subscription("https://news.example/feed", status="read")
    one.add(feed.url)
    states = {f"entry {number}": "read" for number in range(50)}
    for _ in range(20):
        at_once(*(partial(kept.save_update, feed, states) for kept in (one, two)))
    assert one.entry_states(feed.url) == states
