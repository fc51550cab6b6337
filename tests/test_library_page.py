"""The library page over HTTP: the table, adding with jobs, correcting, removing, feeds, health."""

from __future__ import annotations

import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.routing import BaseRoute, Route

from ingest.pipeline import ingest
from ingest.storage.catalogue.feed_subscriptions import Subscriptions
from ingest.storage.corrections import correct_article
from ingest.storage.library import Library
from ingest.storage.write_lock import write_lock
from qa import Assistant, Settings
from qa.interfaces.access.visitor import SCOPE_KEY, Visitor
from qa.interfaces.library.job_journal import JobJournal
from qa.interfaces.library.job_view import render_job
from qa.interfaces.library.jobs import Jobs, Report, Step
from qa.interfaces.library.layout import Frame
from qa.interfaces.library.routes import library_routes
from tests.fakes_files import html_file, rss_file
from tests.fakes_ingest import Web, WordEmbedding, serving, story
from tests.serving import served

HOSTILE = {
    "title": "<img src=x onerror=window.hacked=1> of Quorl",
    "text": "The zeppelin museum of Quorl holds exhibits. It opened last year in the old hangar.",
    "publisher": "<b>Bold</b> Post",
    "date": "2025-10-01",
}


def signed_in(routes: list[BaseRoute]) -> list[BaseRoute]:
    """The routes for the visitor that the headers ``x-name`` and ``x-role`` tell; without them for
    an editor without a name, as everyone at this machine is where nobody signs in."""

    def wrap(route: Route) -> Route:
        inner = route.app

        async def app(scope: Any, receive: Any, send: Any) -> None:
            headers = {key.decode(): value.decode() for key, value in scope["headers"]}
            role = "reader" if headers.get("x-role") == "reader" else "editor"
            scope[SCOPE_KEY] = Visitor(headers.get("x-name", ""), role)
            await inner(scope, receive, send)

        route.app = app
        return route

    return [wrap(route) for route in routes if isinstance(route, Route)]


PAGES = {
    "/robots.txt": (404, {}, b""),
    "/story": (200, {"Content-Type": "text/html"}, html_file(title="The dam holds")),
    "/feed": (
        200, {"Content-Type": "application/rss+xml"},
        rss_file("<title>Bridge closed</title><link>/nothing-there</link>"),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    """A web server with one story and one feed."""
    with serving(PAGES) as found:
        yield found


def stocked(folder: Path) -> Library:
    """Sixty stories of two outlets, one undated, a copy, and one that tries to be markup."""
    library = Library(folder, embedder=WordEmbedding())
    stories: list[dict[str, str]] = [
        story(n, sentences=6, publisher="Test Gazette" if n % 3 else "Harbour Post")
        for n in range(60)
    ]
    copy = stories[7] | {"url": "https://post.example/7", "publisher": "Harbour Post"}
    undated = {key: value for key, value in story(77, sentences=6).items() if key != "published"}
    ingest([*stories, copy, undated, HOSTILE], library)
    ingest([story(5, sentences=6, edition=2)], library)
    return library


@contextmanager
def browsed(library: Library) -> Iterator[httpx.Client]:
    """A browser without script, on the pages around a library."""
    settings = Settings(model="none", allow_private=True, fetch_delay=0.0, feed_minutes=30)
    assistant = Assistant(settings, library=library)
    with (
        served(signed_in(library_routes(assistant))) as address,
        httpx.Client(base_url=address, follow_redirects=True, timeout=60) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """A library that tests may change."""
    return stocked(tmp_path_factory.mktemp("changed"))


@pytest.fixture(scope="module")
def site(library: Library) -> Iterator[httpx.Client]:
    """The pages of the library that tests may change."""
    with browsed(library) as client:
        yield client


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The pages of a library that no test changes."""
    with browsed(stocked(tmp_path_factory.mktemp("table"))) as client:
        yield client


def titles(page: httpx.Response) -> list[str]:
    """The titles in the table, in order."""
    return re.findall(r'<td class="title"[^>]*><a href="[^"]*">([^<]*)</a>', page.text)


def finished(client: httpx.Client, job: httpx.Response) -> str:
    """The page of a job when it is over."""
    assert job.status_code == 200
    assert "/library/jobs/" in str(job.url)
    for _ in range(600):
        page = client.get(str(job.url)).text
        if 'data-over="true"' in page:
            return page
        time.sleep(0.05)
    raise AssertionError(page)


# -- the table ------------------------------------------------------------------------------


def test_the_newest_come_first_and_pages_lead_on(table: httpx.Client) -> None:
    """All articles are on the pages, each once, newest first, undated ones last."""
    total = 63
    first, second = table.get("/library"), table.get("/library?page=2")
    assert f"{total:,} articles" in first.text
    listed = titles(first) + titles(second)
    assert len(listed) == total
    assert listed[-1] == "Story number 77"
    days = re.findall(r'class="date"[^>]*><time datetime="([^"]+)"', first.text + second.text)
    assert days == sorted(days, reverse=True)
    assert titles(table.get("/library?page=99")) == titles(second)


@pytest.mark.parametrize("key", ["title", "outlet", "date", "added", "versions", "copies"])
def test_each_column_sorts_both_ways(table: httpx.Client, key: str) -> None:
    """Downwards is upwards reversed, but for the articles that have no such value: they stay
    last, however far one pages."""
    up, down = (
        titles(table.get(f"/library?sort={sign}{key}"))
        + titles(table.get(f"/library?sort={sign}{key}&page=2"))
        for sign in ("", "-")
    )
    assert sorted(up) == sorted(down)
    unknown = ["Story number 77"] if key == "date" else []
    assert up == [t for t in reversed(down) if t not in unknown] + unknown


def test_words_are_searched_in_title_outlet_and_text(table: httpx.Client) -> None:
    """All words must occur; the search combines with filters, and what is asked stays in the
    form."""
    assert titles(table.get("/library?q=marker12x1")) == ["Story number 12"]
    assert len(titles(table.get("/library?q=zeppelin+quorl"))) == 1
    assert titles(table.get("/library?q=zeppelin+marker12x1")) == []
    assert "No article fits" in table.get("/library?q=zeppelin+marker12x1").text
    both = table.get("/library?q=marker7x1&outlet=harbour+post")
    assert len(titles(both)) == 1
    assert 'value="marker7x1"' in both.text


def test_outlet_and_period_filter(table: httpx.Client) -> None:
    """Filters are exact; an outlet that is not there is named with one that is close."""
    assert len(titles(table.get("/library?outlet=Harbour+Post"))) == 21
    march = table.get("/library?from=2025-03-02&to=2025-03-03")
    assert set(re.findall(r'<time datetime="(2025-03-\d\d)"', march.text)) == {
        "2025-03-02", "2025-03-03"
    }  # fmt: skip
    assert "did you mean Harbour Post" in table.get("/library?outlet=Harbor+Post").text
    assert "is not a date" in table.get("/library?from=yesterdayish").text
    assert "is after the last" in table.get("/library?from=2025-03-03&to=2025-03-02").text


def test_a_row_tells_versions_copies_and_how_the_date_is_known(table: httpx.Client) -> None:
    """A revised story has two versions, a copied one a copy, and a date its provenance."""
    revised = table.get("/library?q=marker5x2").text
    assert 'data-label="Versions">2<' in revised
    assert 'data-label="Copies">1<' in table.get("/library?q=marker7x1").text
    assert "<small>given</small>" in revised
    assert re.search(r'href="/article/[0-9a-f]{16}"', revised)


def test_articles_cannot_put_markup_on_the_page(table: httpx.Client) -> None:
    """Titles and outlets are shown as text; so are words that were searched."""
    page = table.get("/library?q=zeppelin").text
    assert "&lt;img src=x" in page
    assert "<img" not in page
    assert "<b>" not in page
    assert "<script>" not in table.get("/library?q=%22%3E%3Cscript%3Ealert(1)").text
    assert not re.search(r"\son\w+=|style=", re.sub(r"&lt;.*?&gt;", "", page))


def test_odd_addresses_are_no_errors(table: httpx.Client) -> None:
    """Whatever stands in the address, the page answers."""
    for query in ("page=-1", "page=x", "page=99999999999", "sort=nothing", "q=%00", "q=%22%2B",
                  "q=AND", "outlet=%FF", "from=9999-99-99", "q=*", "q=a:b"):  # fmt: skip
        assert table.get(f"/library?{query}").status_code == 200, query


# -- adding ---------------------------------------------------------------------------------


def test_addresses_are_added_by_a_job_that_tells_each_outcome(
    site: httpx.Client, library: Library, web: Web
) -> None:
    """Each address ends with its outcome and its reason, as `citewire ingest` tells them."""
    pasted = f"{web.base}/story\n\n{web.base}/missing\n"
    page = finished(site, site.post("/library/add/addresses", data={"addresses": pasted}))
    assert '<span class="kind new">new</span>' in page
    assert "The dam holds" in page
    assert '<span class="kind rejected">rejected</span>' in page
    assert "404" in page
    assert library.lexical_search("dam holds", 1)
    assert "The dam holds" in titles(site.get("/library?sort=-added"))[:4]  # with other tests' own


def test_what_is_no_address_is_told_and_kept_in_the_form(site: httpx.Client) -> None:
    """Nothing is queued, and what was typed is not lost."""
    reply = site.post("/library/add/addresses", data={"addresses": "javascript:alert(1)"})
    assert reply.status_code == 400
    assert "is no http or https address" in reply.text
    assert ">javascript:alert(1)</textarea>" in reply.text
    assert site.post("/library/add/text", data={"title": "Only a title"}).status_code == 400


def test_a_pasted_text_is_an_article(site: httpx.Client) -> None:
    """With title, outlet and day as they were given."""
    fields = {"title": "Lighthouse sold", "publisher": "Harbour Post", "published": "2025-04-02",
              "text": story(201)["text"]}  # fmt: skip
    assert "1 new" in finished(site, site.post("/library/add/text", data=fields))
    page = site.get("/library?q=lighthouse").text
    assert "2 April 2025" in page
    assert "Harbour Post" in page


def test_uploaded_files_are_read_as_files_are(site: httpx.Client, library: Library) -> None:
    """Their kind is known by their name; twice changes nothing; no file is left."""
    lines = f'{{"title": "Record one", "text": "{story(202)["text"][:400]}"}}\n'.replace(
        "\n\n", " "
    )
    files = [("files", ("../../etc/a story.txt", story(203)["text"].encode(), "text/plain")),
             ("files", ("records.jsonl", lines.encode(), "application/json")),
             ("files", ("picture.png", b"\x89PNG", "image/png"))]  # fmt: skip
    first = finished(site, site.post("/library/add/files", files=files))
    assert "2 new" in first
    assert "1 rejected" in first
    assert "not a supported kind of file" in first
    assert str(library.home) not in first
    assert "2 unchanged" in finished(site, site.post("/library/add/files", files=files))
    time.sleep(0.2)
    assert not [path for path in (library.home / "uploads").rglob("*") if path.is_file()]


def test_too_much_is_refused_before_it_is_read(site: httpx.Client) -> None:
    """A form and an upload have their limits."""
    large = {"content-length": "300000000", "content-type": "multipart/form-data; boundary=x"}
    connection = HTTPConnection(site.base_url.host, site.base_url.port or 80, timeout=20)
    connection.request("POST", "/library/add/files", headers=large)
    assert connection.getresponse().status == 413
    connection.close()
    assert site.post("/library/add/text", data={"text": "x" * 5_100_000}).status_code == 413


def test_a_job_can_be_stopped_and_a_broken_step_stops_no_other() -> None:
    """What was not begun is not done, and says so."""
    jobs = Jobs()
    done: list[str] = []

    def good(_: Report) -> str:
        done.append("good")
        job.stop()
        return "fine"

    def bad(_: Report) -> str:
        raise RuntimeError("a fault")

    cleaned: list[int] = []
    job = jobs.submit("two", [
        Step("bad", bad), Step("good", good), Step("never", bad, lambda: cleaned.append(1)),
    ])  # fmt: skip
    for _ in range(200):
        if job.over:
            break
        time.sleep(0.02)
    assert [step.state for step in job.view().steps] == ["failed", "done", "stopped"]
    assert "inside Citewire" in job.view().steps[0].remark
    assert (done, cleaned) == (["good"], [1])


def test_a_restart_names_the_jobs_that_it_interrupted(tmp_path: Path) -> None:
    """With what was done, what was not, and what to do, also where a text cannot be encoded; a job
    that is over is not named."""
    began, go_on = threading.Event(), threading.Event()

    def slow(_: Report) -> str:
        began.set()
        go_on.wait(30)
        return ""

    def jobs() -> Jobs:
        journal = JobJournal(tmp_path)
        return Jobs(journal.interrupted, journal.write)

    running = jobs()
    steps = [Step("first", lambda _: "1 \ud800"), Step("<b>second", slow), Step("third", slow)]
    job = running.submit("Adding 3 addresses", steps)
    assert began.wait(30)
    found = jobs().look(job.id)
    assert found is not None
    assert [step.state for step in found.steps] == ["done", "stopped", "stopped"]
    page = render_job(found, Frame())
    assert "nothing is stored twice" in page
    assert "Do it again" in page
    assert "&lt;b&gt;second" in page
    assert [view.title for view in jobs().recent()] == ["Adding 3 addresses"]
    go_on.set()
    for _ in range(600):
        if job.over and not jobs().recent():
            break
        time.sleep(0.02)
    assert jobs().recent() == []


def test_a_job_that_waits_says_for_whom(site: httpx.Client, library: Library) -> None:
    """While another process writes, the page of the job names it; then the job goes on."""
    with write_lock(library.home):
        job = site.post("/library/add/text", data={"text": story(204)["text"]})
        for _ in range(200):
            page = site.get(str(job.url)).text
            if "Another process is writing" in page:
                break
            time.sleep(0.05)
        assert f"citewire on {socket.gethostname()}, process {os.getpid()}" in page
    page = finished(site, job)
    assert "1 new" in page
    assert "Another process" not in page


# -- correcting and removing ----------------------------------------------------------------


def article_id(library: Library, words: str) -> str:
    (passage, _), *_ = library.lexical_search(words, 1)
    return library.catalogue.retrievable([passage])[0][1].id


def test_a_corrected_date_and_outlet_outlive_the_source(
    site: httpx.Client, library: Library
) -> None:
    """The correction is a new version with who, when and the old value; reading the same source
    again changes nothing, a changed text keeps it, and Monday is counted from the new day."""
    key = article_id(library, "marker20x1")
    form = {"published": "2024-01-17", "publisher": "Corrected Courier"}
    headers = {"x-name": "ann <b>", "x-role": "editor"}
    page = site.post(f"/library/articles/{key}/edit", data=form, headers=headers).text
    assert "Date corrected by ann &lt;b&gt;" in page
    assert "2025-03-21 (given) → 2024-01-17" in page
    assert "Test Gazette → Corrected Courier" in page
    assert "corrected by ann" in site.get("/library?q=marker20x1").text
    assert ingest([story(20, sentences=6)], library).counts == {"unchanged": 1}
    assert ingest([story(20, sentences=6, edition=2)], library).counts == {"revised": 1}
    kept = library.catalogue.find(article_id=key)
    assert kept is not None
    assert (str(kept.published_at), kept.publisher) == ("2024-01-17", "Corrected Courier")
    assert [str(e.first) for e in library.expressions(key, kept.version)] == ["2024-01-15"]
    assert len(library.history(key)) == 3


def test_a_corrected_text_without_address_is_known_again(library: Library) -> None:
    """Where only the content identifies an article, a corrected outlet makes no second one."""
    source = {"title": "No address", "text": story(301)["text"], "publisher": "Wrong Post"}
    (outcome,) = ingest([source], library).outcomes
    assert outcome.article_id
    correct_article(library, outcome.article_id, {"publisher": "Right Post"}, "ann")
    assert ingest([source], library).counts == {"unchanged": 1}


def test_an_address_read_after_its_outlet_was_corrected_is_known_again(library: Library) -> None:
    """A file whose outlet an editor corrected is the article at its address, under the outlet that
    its page still names; the same words of a third outlet are not."""
    source = {"title": "A file", "text": story(302)["text"], "publisher": "Wrong Post"}
    (outcome,) = ingest([source], library).outcomes
    assert outcome.article_id
    correct_article(library, outcome.article_id, {"publisher": "Right Post"}, "ann")
    address = {"url": "https://wrong.example/302"}
    assert ingest([source | address], library).counts == {"duplicate": 1}
    assert ingest([source | address | {"publisher": "Right Post"}], library).counts == {
        "duplicate": 1
    }
    assert ingest([source | address | {"publisher": "Third Post"}], library).counts == {"new": 1}


def test_another_outlet_s_page_is_kept_though_the_outlet_was_once_unknown(library: Library) -> None:
    """An editor named the outlet of a pasted text: the same words at the address of another outlet
    are an article of their own, and without an outlet they are still the pasted text."""
    source = {"title": "Pasted", "text": story(303)["text"]}
    (outcome,) = ingest([source], library).outcomes
    assert outcome.article_id
    correct_article(library, outcome.article_id, {"publisher": "Harbour Post"}, "ann")
    elsewhere = {"url": "https://evening.example/7", "publisher": "Evening Wire"}
    assert ingest([source | elsewhere], library).counts == {"new": 1}
    assert ingest([source], library).counts == {"unchanged": 1}


def test_removing_asks_first(site: httpx.Client, library: Library) -> None:
    """The question names the articles; only its answer removes them, from all stores."""
    key = article_id(library, "marker30x1")
    asked = site.get(f"/library/remove?id={key}").text
    assert "Story number 30" in asked
    assert library.catalogue.find(article_id=key)
    reply = site.post("/library/remove", data={"id": key})
    assert reply.url.path == "/library"
    assert library.catalogue.find(article_id=key) is None
    assert not library.lexical_search("marker30x1", 1)
    counts = library.counts()
    assert counts["vectors"] == counts["lexical"] == counts["passages"]
    assert site.get(f"/library/remove?id={key}").status_code == 404


# -- feeds and health -----------------------------------------------------------------------


def test_a_feed_is_read_at_once_and_tells_how_it_went(
    site: httpx.Client, library: Library, web: Web
) -> None:
    """Its last success and its last failure stand beside it; removed, it is gone."""
    site.post("/library/feeds", data={"url": f"{web.base}/feed"})
    broken = site.post("/library/feeds", data={"url": f"{web.base}/no-feed"})
    assert "answered 404" in finished(site, broken)
    feeds = {feed.url: feed for feed in Subscriptions(library.catalogue).all()}
    good, bad = feeds[f"{web.base}/feed"], feeds[f"{web.base}/no-feed"]
    assert (good.succeeded_at is not None, good.failing) == (True, False)
    assert (bad.succeeded_at, bad.failing) == (None, True)
    page = site.get("/library/feeds").text
    assert "answered 404" in page
    assert "of 1 entries read" in page
    assert "failed: " in site.get("/library/health").text
    nonsense = site.post("/library/feeds", data={"url": "nonsense"})
    assert (nonsense.status_code, "only http and https" in nonsense.text) == (400, True)
    for url in feeds:
        site.post("/library/feeds/remove", data={"url": url})
    assert "No feeds yet" in site.get("/library/feeds").text


def test_health_tells_what_a_repair_mends(site: httpx.Client, library: Library) -> None:
    """Lost vectors are seen, and the button brings them back."""
    page = site.get("/library/health").text
    assert "hold the same passages" in page
    assert "The old indexes are searched until the new ones are whole" in page
    lost = sorted(library.vectors.ids())[:2]
    library.vectors.delete(lost)
    assert "The vector index lacks 2 passages" in site.get("/library/health").text
    assert "Rebuilt" in finished(site, site.post("/library/health/repair"))
    assert "hold the same passages" in site.get("/library/health").text


# -- who may ---------------------------------------------------------------------------------


def test_readers_read_and_change_nothing(site: httpx.Client, library: Library) -> None:
    """A reader sees the table without what changes it, and is refused whatever writes."""
    reader = {"x-role": "reader"}
    table = site.get("/library", headers=reader).text
    assert "Story number" in table
    assert "Correct<" not in table
    assert "/library/add" not in table
    key = article_id(library, "marker31x1")
    for path in ("/library/add", f"/library/articles/{key}/edit", f"/library/remove?id={key}"):
        assert site.get(path, headers=reader).status_code == 403
    writing = (
        "add/addresses", "add/text", "add/files", f"articles/{key}/edit", "remove", "feeds",
        "feeds/remove", "feeds/update", "health/repair", "jobs/x/stop",
    )  # fmt: skip
    for path in writing:
        assert site.post(f"/library/{path}", data={"id": key}, headers=reader).status_code == 403
    assert library.catalogue.find(article_id=key)


def test_addresses_keep_the_prefix_of_a_proxy(library: Library, tmp_path: Path) -> None:
    """Behind a path prefix every link, form and redirect has it."""
    import asyncio

    from starlette.requests import Request

    routes = library_routes(Assistant(Settings(model="none"), library=library))
    table = next(route for route in routes if isinstance(route, Route) and route.path == "/library")
    scope = {"type": "http", "method": "GET", "path": "/library", "root_path": "/news",
             "query_string": b"", "headers": []}  # fmt: skip
    page = asyncio.run(table.endpoint(Request(scope))).body.decode()
    assert not re.findall(r'(?:href|action|src)="(?!/news/|https?://|#)[^"]*"', page)
