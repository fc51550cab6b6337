"""Polite fetching: robots.txt, pauses, retries, unpacking, asking only for what changed."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator

import httpx
import pytest

from ingest.errors import FetchRefused
from ingest.sources.fetch import MAX_ATTEMPTS, USER_AGENT, CacheValidators, Fetcher, fetch
from tests.test_fetch import PUBLIC, Answers

Reply = Callable[[httpx.Request], httpx.Response]


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def polite(reply: Reply, delay: float = 1.0) -> tuple[Fetcher, Answers, Time]:
    transport, time = Answers(reply), Time()
    fetcher = Fetcher(transport=transport, sleep=time.sleep, clock=lambda: time.now, delay=delay)
    return fetcher, transport, time


def with_robots(text: str, status: int = 200) -> Reply:
    def reply(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/robots.txt":
            return httpx.Response(status, text=text)
        return httpx.Response(200, html="<p>hello</p>")

    return reply


def test_robots_txt_is_asked_once_and_honoured() -> None:
    """What a host asks robots to leave alone is left alone."""
    fetcher, transport, _ = polite(with_robots("User-agent: *\nDisallow: /private\n"))
    assert fetcher(f"{PUBLIC}/a").text == "<p>hello</p>"
    with pytest.raises(FetchRefused, match=r"robots\.txt asks not to"):
        fetcher(f"{PUBLIC}/private/b")
    assert transport.asked == [f"{PUBLIC}/robots.txt", f"{PUBLIC}/a"]


def test_rules_for_citewire_by_name_are_honoured() -> None:
    """A group for this agent goes before the group for all."""
    fetcher, _, _ = polite(
        with_robots("User-agent: citewire\nDisallow: /\n\nUser-agent: *\nAllow: /")
    )
    with pytest.raises(FetchRefused, match=r"robots\.txt"):
        fetcher(f"{PUBLIC}/a")


@pytest.mark.parametrize(("status", "allowed"), [(404, True), (403, True), (503, False)])
def test_a_missing_robots_txt_permits_and_a_failing_one_does_not(
    status: int, allowed: bool
) -> None:
    """No rules are no rules; a server in trouble is not taken for permission."""
    fetcher, _, _ = polite(with_robots("", status))
    if allowed:
        assert fetcher(f"{PUBLIC}/a").text
    else:
        with pytest.raises(FetchRefused, match=r"robots\.txt cannot be read"):
            fetcher(f"{PUBLIC}/a")


def test_visits_to_one_host_are_spaced() -> None:
    """Between two pages of a host lies the pause, or the longer one that the host asks for."""
    fetcher, _, time = polite(with_robots(""))
    for name in "abc":
        fetcher(f"{PUBLIC}/{name}")
    assert time.slept == [1.0, 1.0]
    fetcher, _, time = polite(with_robots("User-agent: *\nCrawl-delay: 7\n"))
    for name in "ab":
        fetcher(f"{PUBLIC}/{name}")
    assert time.slept == [7.0]


def test_other_hosts_are_not_waited_for() -> None:
    """Each host has its own pace."""
    fetcher, _, time = polite(with_robots(""))
    fetcher(f"{PUBLIC}/a")
    fetcher("http://93.184.216.35/a")
    assert time.slept == []


def test_what_fails_for_the_moment_is_tried_again() -> None:
    """A 503 is retried with growing pauses, and then the page comes."""
    answers = iter([503, 503, 200])

    def reply(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/robots.txt":
            return httpx.Response(404)
        return httpx.Response(next(answers), html="<p>hello</p>")

    fetcher, _, time = polite(reply, delay=0.0)
    assert fetcher(f"{PUBLIC}/a").text == "<p>hello</p>"
    assert time.slept == [1.0, 2.0]


def test_a_server_s_wish_to_wait_is_followed() -> None:
    """Retry-After decides the pause, up to a limit; after a few attempts it is given up."""

    def reply(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/robots.txt":
            return httpx.Response(404)
        return httpx.Response(429, headers={"Retry-After": "9"})

    fetcher, transport, time = polite(reply, delay=0.0)
    with pytest.raises(FetchRefused, match="answered 429"):
        fetcher(f"{PUBLIC}/a")
    assert time.slept == [9.0, 9.0]
    assert len(transport.asked) == MAX_ATTEMPTS + 1


def test_what_is_refused_for_good_is_not_tried_again() -> None:
    """A 404 is asked for once."""
    fetcher, transport, _ = polite(lambda _: httpx.Response(404))
    with pytest.raises(FetchRefused, match="answered 404"):
        fetcher(f"{PUBLIC}/a")
    assert len(transport.asked) == 2


def test_a_page_that_did_not_change_is_not_sent_again() -> None:
    """ETag and Last-Modified go back to the server, and its 304 is an answer."""
    asked: list[httpx.Headers] = []

    def reply(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers)
        if request.headers.get("if-none-match") == '"v1"':
            return httpx.Response(304)
        headers = {"ETag": '"v1"', "Last-Modified": "Mon, 02 Jun 2025 07:15:00 GMT"}
        return httpx.Response(200, html="<p>hello</p>", headers=headers)

    first = fetch(f"{PUBLIC}/feed", transport=Answers(reply))
    seen = CacheValidators(first.etag, first.last_modified)
    second = fetch(f"{PUBLIC}/feed", transport=Answers(reply), validators=seen)
    assert (first.unchanged, second.unchanged) == (False, True)
    assert asked[1]["if-modified-since"] == "Mon, 02 Jun 2025 07:15:00 GMT"
    assert asked[0]["user-agent"] == USER_AGENT
    assert USER_AGENT.startswith("citewire/")


def streamed(body: bytes, encoding: str) -> Reply:
    def pieces() -> Iterator[bytes]:
        yield from (body[place : place + 1000] for place in range(0, len(body), 1000))

    headers = {"Content-Encoding": encoding, "Content-Type": "text/html"}
    return lambda _: httpx.Response(200, headers=headers, content=pieces())


@pytest.mark.parametrize(
    ("body", "encoding"),
    [(gzip.compress(b"<p>hello</p>", mtime=0), "gzip"), (zlib.compress(b"<p>hello</p>"), "deflate"),
     (zlib.compress(b"<p>hello</p>")[2:-4], "deflate"), (b"<p>hello</p>", "identity")],
)  # fmt: skip
def test_packed_pages_are_unpacked(body: bytes, encoding: str) -> None:
    """gzip, and deflate with and without its header."""
    page = fetch(f"{PUBLIC}/a", transport=Answers(streamed(body, encoding)))
    assert page.text == "<p>hello</p>"


@pytest.mark.parametrize(
    ("body", "encoding", "reason"),
    [(gzip.compress(b"a" * 50_000_000, mtime=0), "gzip", "larger than 10 MB"),
     (b"not gzip", "gzip", "compression is broken"), (b"x", "br", "not asked for")],
)  # fmt: skip
def test_packing_that_hides_too_much_is_refused(body: bytes, encoding: str, reason: str) -> None:
    """A bomb is stopped at the limit, and only what was asked for is unpacked."""
    with pytest.raises(FetchRefused, match=reason):
        fetch(f"{PUBLIC}/a", transport=Answers(streamed(body, encoding)))
