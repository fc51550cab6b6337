"""Several machines on one PostgreSQL catalogue, each with a home of its own.

Run where CITEWIRE_TEST_POSTGRES names a server, as ``test_postgres`` is.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Connection, create_engine, text

from ingest.errors import EmbedderChanged, LibraryBroken, LibraryBusy
from ingest.pipeline import ingest
from ingest.storage.catalogue.feed_subscriptions import Subscription, Subscriptions
from ingest.storage.library import Library
from ingest.storage.write_lock import is_write_locked, write_lock
from qa.interfaces.library.feeds_view import render_health
from qa.interfaces.library.layout import Frame
from qa.interfaces.library.maintenance import examine
from tests.fakes_ingest import WordEmbedding, story
from tests.test_library import in_step, says
from tests.test_postgres import SERVER, database  # noqa: F401

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(not SERVER, reason="CITEWIRE_TEST_POSTGRES is not set"),
]

Homes = tuple[Library, Library]


@contextmanager
def connected(database: str) -> Iterator[Connection]:  # noqa: F811
    """A transaction on the database past every library, as its administrator has it."""
    engine = create_engine(database)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


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


def url_of(library: Library) -> str:
    return library.catalogue.engine.url.render_as_string(hide_password=False)


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
    """A home that runs on with the old embedder is told so; opened with the new one it replaces
    its old vectors, whose ids are the same."""
    one, two = homes
    ingest([story(number) for number in range(3)], one)
    two.follow()
    one.replace_embedder(WordEmbedding(model_name="other"))
    one.reindex()
    with pytest.raises(EmbedderChanged):
        two.follow()
    url = url_of(two)
    two.close()
    again = Library(tmp_path / "two", embedder=WordEmbedding(model_name="other"), catalogue_url=url)
    if how == "follow":
        again.follow()
    else:
        with again.writing():
            pass
    again.update_lexical_index()
    assert in_step(again)
    ids = again.catalogue.passage_ids("ready")
    rows = again.catalogue.retrievable(ids)
    stored = again.vectors.get([passage.id for passage, _ in rows])
    assert np.allclose(stored, again.embed(rows), atol=1e-4)
    again.close()


class WatchedEmbedding(WordEmbedding):
    """Tells before it embeds; ``tell`` may wait."""

    tell: Callable[[], object] = bool

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        self.tell()
        return super()._get_text_embeddings(texts)


WatchedEmbedding.__name__ = WordEmbedding.__name__  # to a library it is the same embedder


def test_while_a_home_catches_up_its_searches_and_writers_go_on(homes: Homes) -> None:
    """A search that comes while passages are embedded finds what is there; the write lock of the
    home is free, and its writer waits for no more than the step that is being done."""
    one, two = homes
    ingest([story(1)], one)
    two.follow()
    ingest([story(number) for number in range(2, 30)], one)
    embedding, go_on = threading.Event(), threading.Event()

    def tell() -> None:
        embedding.set()
        go_on.wait(30)

    slow = Library(two.home, embedder=WatchedEmbedding(tell=tell), catalogue_url=url_of(two))
    with ThreadPoolExecutor(2) as pool:
        following = pool.submit(slow.follow)
        assert embedding.wait(30)
        before = slow.vectors.count()
        assert slow.dense_search("marker1x1", 3)
        assert two.dense_search("marker1x1", 3)
        assert not is_write_locked(two.home)
        writing = pool.submit(ingest, [story(30)], two)
        assert slow.vectors.count() == before
        go_on.set()
        following.result(60)
        assert writing.result(60).counts == {"new": 1}
    slow.close()
    two.follow()
    assert says(two, "marker29x1")
    assert in_step(two)


def test_a_home_catches_up_before_it_stops_the_other_machines(homes: Homes) -> None:
    """What others wrote is embedded while they can write on, and while a writer of this home
    waits for its turn."""
    one, two = homes
    ingest([story(1), story(2)], one)
    stopped: list[bool] = []
    watched = WatchedEmbedding(tell=lambda: stopped.append(one.catalogue.is_write_locked()))
    two.replace_embedder(watched)
    with two.writing():
        pass
    assert stopped
    assert not any(stopped)
    ingest([story(3)], one)
    with write_lock(two.home):
        two.follow()
    two.update_lexical_index()
    assert in_step(two)


def test_health_tells_what_is_still_to_come_and_embeds_nothing(homes: Homes) -> None:
    """Passages of another machine are no disagreement of the stores, and looking costs nothing."""
    one, two = homes
    ingest([story(1), story(2)], one)
    health = examine(two, date(2025, 6, 2))
    assert health.coming == one.counts()["passages"] > 0
    assert health.problems == ()
    assert f"{health.coming} passages that other machines added" in render_health(health, Frame())
    assert two.vectors.count() == 0
    two.follow()
    health = examine(two, date(2025, 6, 2))
    assert (health.coming, health.problems) == (0, ())
    assert "hold the same passages" in render_health(health, Frame())


def test_a_catalogue_restored_from_a_backup_is_followed(
    homes: Homes,
    database: str,  # noqa: F811
) -> None:
    """An index ahead of the catalogue drops what is no longer there and embeds what it lacks."""
    one, two = homes
    ingest([story(1)], one)
    ingest([story(2)], one)
    two.follow()
    two.vectors.delete(one.catalogue.passage_ids("ready")[:1])
    gone = [article.id for article in one.catalogue.articles() if article.title.endswith("2")]
    with one.writing():
        one.remove(gone)
    lost = two.vectors.ids() - set(one.catalogue.passage_ids("ready"))
    with connected(database) as connection:
        query = text("DELETE FROM changes WHERE passage_id = ANY(:lost)")
        assert connection.execute(query, {"lost": sorted(lost)}).rowcount
    assert two.vectors.position > two.catalogue.last_seq()
    two.follow()
    two.update_lexical_index()
    assert in_step(two)
    assert two.vectors.position == two.catalogue.last_seq()


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
    with connected(database) as connection:
        ended = connection.execute(text(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND "
            "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        ))  # fmt: skip
        assert ended.scalars().all() == [True]
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
