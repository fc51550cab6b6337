"""Fetching: only public http(s) addresses, at every hop, within limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

from ingest.errors import FetchRefused
from ingest.sources.address_guard import check_address
from ingest.sources.fetch import MAX_REDIRECTS, fetch
from ingest.sources.limits import MAX_PAGE_BYTES
from tests.fakes_ingest import serving

PUBLIC = "http://93.184.216.34"
"""A literal address: resolving it needs no network."""


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


class Answers(httpx.MockTransport):
    """A transport that answers with ``reply`` and remembers what was asked."""

    def __init__(self, reply: Callable[[httpx.Request], httpx.Response]) -> None:
        self.asked: list[str] = []
        super().__init__(self._keep)
        self._reply = reply

    def _keep(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        return self._reply(request)


def page(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, html="<p>hello</p>")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost/", "http://127.1/", "http://0x7f000001/",
        "http://2130706433/", "http://0.0.0.0/", "http://10.0.0.1/", "http://172.16.0.1/",
        "http://192.168.1.1:8080/", "http://100.64.0.1/", "http://169.254.169.254/latest/meta-data/",
        "http://224.0.0.1/", "http://255.255.255.255/", "http://[::1]/", "http://[::]/",
        "http://[fe80::1]/", "http://[fc00::1]/", "http://[fec0::1]/", "http://[ff02::1]/",
        "http://[::ffff:127.0.0.1]/", "http://[::ffff:169.254.169.254]/", "http://[::127.0.0.1]/",
        "http://[2002:7f00:1::]/", "http://[64:ff9b::a9fe:a9fe]/", "http://[fd00:ec2::254]/",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public_are_refused_without_a_request(url: str) -> None:
    """Loopback, private, link-local, metadata, multicast, and IPv6 spellings of them."""
    transport = Answers(page)
    with pytest.raises(FetchRefused, match="is not a public address"):
        fetch(url, transport=transport)
    assert transport.asked == []


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://93.184.216.34/", "gopher://93.184.216.34/", "data:text/html,a",
     "javascript:alert(1)", "//93.184.216.34/", "http://", "http:///path", ""],
)  # fmt: skip
def test_other_schemes_are_refused_without_a_request(url: str) -> None:
    """Only http and https are fetched."""
    transport = Answers(page)
    with pytest.raises(FetchRefused, match="only http and https"):
        fetch(url, transport=transport, allow_private=True)
    assert transport.asked == []


@pytest.mark.parametrize(
    "url",
    ["http://[", "http://[::1", "http://93.184.216.34:99999/", "http://93.184.216.34:x/",
     "http://a..b/", "http://" + "a" * 300 + "/"],
)  # fmt: skip
def test_malformed_addresses_are_refused(url: str) -> None:
    """What cannot be an address is refused like any other, not a crash."""
    with pytest.raises(FetchRefused):
        fetch(url, transport=Answers(page))


def test_a_public_page_is_fetched() -> None:
    """A page comes with its address, its type without parameters, and its text."""
    transport = Answers(page)
    got = fetch(f"{PUBLIC}/a", transport=transport)
    assert (got.url, got.content_type, got.text) == (f"{PUBLIC}/a", "text/html", "<p>hello</p>")
    assert transport.asked == [f"{PUBLIC}/a"]


def test_redirects_are_followed_and_the_last_address_is_told() -> None:
    """A relative redirect leads on from the page that sent it."""

    def reply(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/a":
            return httpx.Response(302, headers={"Location": "/b"})
        return page(request)

    assert fetch(f"{PUBLIC}/a", transport=Answers(reply)).url == f"{PUBLIC}/b"


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1/", "http://169.254.169.254/", "//[::1]/", "file:///etc/passwd", "http://["],
)
def test_redirects_to_where_one_may_not_go_are_refused(target: str) -> None:
    """Every hop is checked like the first, before it is asked."""
    transport = Answers(lambda _: httpx.Response(301, headers={"Location": target}))
    with pytest.raises(FetchRefused):
        fetch(f"{PUBLIC}/a", transport=transport)
    assert transport.asked == [f"{PUBLIC}/a"]


def test_a_redirect_loop_ends() -> None:
    """After a few redirects the address is given up."""
    transport = Answers(lambda r: httpx.Response(302, headers={"Location": str(r.url)}))
    with pytest.raises(FetchRefused, match=f"more than {MAX_REDIRECTS} redirects"):
        fetch(f"{PUBLIC}/a", transport=transport)
    assert len(transport.asked) == MAX_REDIRECTS + 1


@pytest.mark.parametrize("status", [304, 403, 404, 410, 451, 500, 503])
def test_an_error_status_is_refused_with_its_number(status: int) -> None:
    """An error page is not an article, nor is an answer without one."""
    with pytest.raises(FetchRefused, match=f"answered {status}"):
        fetch(f"{PUBLIC}/a", transport=Answers(lambda _: httpx.Response(status, text="sorry")))


def test_a_page_without_end_is_cut_off() -> None:
    """No more than the limit is read, whatever the length announced."""
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        while True:
            read += 1_000_000
            yield b"x" * 1_000_000

    transport = Answers(lambda _: httpx.Response(200, content=endless()))
    with pytest.raises(FetchRefused, match="larger than 10 MB"):
        fetch(f"{PUBLIC}/a", transport=transport)
    assert read <= MAX_PAGE_BYTES + 2_000_000


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (httpx.ReadTimeout("slow"), "no answer in time"),
        (httpx.ConnectError("refused"), "cannot be fetched"),
        (httpx.RemoteProtocolError("nonsense"), "cannot be fetched"),
    ],
)
def test_failures_on_the_way_say_why(error: httpx.HTTPError, reason: str) -> None:
    """Time-outs and broken connections are refusals with their reason."""

    def fail(_: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(FetchRefused, match=reason):
        fetch(f"{PUBLIC}/a", transport=Answers(fail))


class Peer:
    """A connection that turned out to lead elsewhere."""

    def __init__(self, address: str) -> None:
        self._address = address

    def get_extra_info(self, name: str) -> tuple[str, int] | None:
        return (self._address, 80) if name == "server_addr" else None


def test_the_address_actually_connected_to_is_checked_again() -> None:
    """A name that resolves to a public address first and a private one later gains nothing."""
    transport = Answers(
        lambda _: httpx.Response(
            200, text="secret", extensions={"network_stream": Peer("10.0.0.1")}
        )
    )
    with pytest.raises(FetchRefused, match=r"10\.0\.0\.1 is not a public address"):
        fetch(f"{PUBLIC}/a", transport=transport)


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        ({"Content-Type": "text/html; charset=iso-8859-1"}, "é".encode("latin-1"), "é"),
        ({"Content-Type": "text/html"}, "é".encode(), "é"),
        ({"Content-Type": "text/html"}, b'<meta charset="windows-1252">\x93', "“"),
        ({"Content-Type": "text/html; charset=utf-8"}, b"<meta charset=latin-1>\xc3\xa9", "é"),
        ({"Content-Type": "text/html; charset=nonsense"}, "é".encode(), "é"),
        ({"Content-Type": "text/html"}, b"\xff", "\ufffd"),
        ({}, b"a", "a"),
    ],
)
def test_text_is_decoded_as_header_or_page_say(
    headers: dict[str, str], body: bytes, expected: str
) -> None:
    """The header's character set first, then the page's own, then UTF-8; never an error."""
    transport = Answers(lambda _: httpx.Response(200, headers=headers, content=body))
    assert fetch(f"{PUBLIC}/a", transport=transport).text.endswith(expected)


def test_a_loopback_server_is_fetched_only_when_private_addresses_are_allowed() -> None:
    """The user's own server can be read when the user says so, through real sockets."""
    pages = {"/a": (200, {"Content-Type": "text/html; charset=utf-8"}, b"<p>hi</p>")}
    with serving(pages) as web:
        with pytest.raises(FetchRefused, match="not a public address"):
            fetch(f"{web.base}/a")
        assert web.asked == []
        assert fetch(f"{web.base}/a", allow_private=True).text == "<p>hi</p>"
        with pytest.raises(FetchRefused, match="answered 404"):
            fetch(f"{web.base}/none", allow_private=True)
        assert web.asked == ["/a", "/none"]


def test_a_public_address_passes_the_check() -> None:
    """Ordinary addresses of both families are not refused."""
    check_address(f"{PUBLIC}:8080/a?b=c#d")
    check_address("https://[2606:4700:4700::1111]/")
