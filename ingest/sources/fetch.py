"""The only code that opens addresses. Everything it meets is untrusted.

http and https only; every hop's address is resolved and refused if it is not public, and the
address actually connected to is checked again before a byte of the body is read. Size, redirects,
unpacking and time are limited.

    fetch()     one page, at once
    Fetcher     pages politely: robots.txt, a pause between visits to a host, retries

Knows nothing about what the pages say.
"""

from __future__ import annotations

import re
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import httpx

from ingest.errors import FetchRefused
from ingest.sources.address_guard import check_address, check_ip
from ingest.sources.encoding import decode
from ingest.sources.limits import TookTooLong, TooLarge, inflate, run_within

if TYPE_CHECKING:
    from protego import Protego

MAX_PAGE_BYTES = 10_000_000
MAX_REDIRECTS = 5
MAX_ROBOTS_CHARS = 500_000
TIMEOUT = httpx.Timeout(20.0, connect=10.0)
PAGE_DEADLINE_SECONDS = 60.0
"""Seconds for one page, redirects included: a server that drips bytes is given up."""

HOST_DELAY_SECONDS = 1.0
"""Seconds between two visits to one host, unless its robots.txt asks for more."""

MAX_DELAY_SECONDS = 30.0
MAX_ATTEMPTS = 3

USER_AGENT = f"citewire/{metadata.version('citewire')} (news question answering)"
_COMPRESSIONS = {"gzip", "x-gzip", "deflate"}
_TEMPORARY_STATUSES = {408, 425, 429, 500, 502, 503, 504}


@dataclass(frozen=True, slots=True)
class Page:
    """What an address answered: its text and bytes, and the address after redirects.

    ``etag`` and ``last_modified`` are for asking again; ``unchanged`` when that is the answer.
    """

    url: str
    content_type: str
    text: str
    body: bytes = b""
    etag: str | None = None
    last_modified: str | None = None
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class CacheValidators:
    """What a server said about an address when it was last read."""

    etag: str | None = None
    last_modified: str | None = None

    def headers(self) -> dict[str, str]:
        wanted = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in wanted.items() if value}


def fetch(
    url: str,
    *,
    allow_private: bool = False,
    transport: httpx.BaseTransport | None = None,
    seen: CacheValidators | None = None,
) -> Page:
    """Get one page, without asking robots.txt and without trying again.

    Raises FetchRefused with the reason: not http(s), a private address, too many redirects,
    too large, an HTTP error, a time-out.
    """
    work = partial(_get, url, allow_private, transport, seen or CacheValidators())
    try:
        return run_within(PAGE_DEADLINE_SECONDS, work)
    except (TookTooLong, httpx.TimeoutException) as error:
        raise FetchRefused(url, "no answer in time", temporary=True) from error
    except TooLarge as error:
        raise FetchRefused(url, f"larger than {MAX_PAGE_BYTES // 1_000_000} MB") from error
    except zlib.error as error:
        raise FetchRefused(url, "its compression is broken") from error
    except httpx.TransportError as error:
        raise FetchRefused(url, f"cannot be fetched ({error})", temporary=True) from error
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise FetchRefused(url, f"cannot be fetched ({error})") from error


def _get(
    url: str, allow_private: bool, transport: httpx.BaseTransport | None, seen: CacheValidators
) -> Page:
    headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip, deflate", **seen.headers()}
    with httpx.Client(timeout=TIMEOUT, headers=headers, transport=transport) as client:
        return _follow(client, url, allow_private, conditional=bool(seen.headers()))


def _follow(client: httpx.Client, url: str, allow_private: bool, *, conditional: bool) -> Page:
    current = url
    for _ in range(MAX_REDIRECTS + 1):
        check_address(current, allow_private=allow_private)
        with client.stream("GET", current) as response:
            _check_peer(current, response, allow_private)
            if response.has_redirect_location:
                current = urljoin(current, response.headers["location"])
                continue
            if response.status_code == 304 and conditional:
                return Page(current, "", "", unchanged=True)
            if not response.is_success:
                raise _refusal(current, response)
            return _page(current, response)
    raise FetchRefused(url, f"more than {MAX_REDIRECTS} redirects")


def _refusal(url: str, response: httpx.Response) -> FetchRefused:
    status = response.status_code
    wait = response.headers.get("retry-after", "")
    return FetchRefused(
        url, f"answered {status}", temporary=status in _TEMPORARY_STATUSES,
        wait=float(wait) if re.fullmatch(r"\d{1,4}", wait) else 0.0,
    )  # fmt: skip


def _page(url: str, response: httpx.Response) -> Page:
    body = b"".join(_body(url, response))
    kind = response.headers.get("content-type", "text/html").split(";")[0].strip().lower()
    text = "" if _is_binary(kind, body) else decode(body, response.charset_encoding)
    return Page(
        url, kind, text, body,
        response.headers.get("etag"), response.headers.get("last-modified"),
    )  # fmt: skip


def _is_binary(kind: str, body: bytes) -> bool:
    return body[:5] == b"%PDF-" or body[:2] in (b"PK", b"\x1f\x8b") or kind.startswith(
        ("image/", "audio/", "video/", "font/")
    )  # fmt: skip


def _body(url: str, response: httpx.Response) -> Iterator[bytes]:
    """The body unpacked, in pieces; the limit counts what comes out."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if response.is_stream_consumed:  # a transport that had the whole answer already
        pieces: Iterable[bytes] = [response.content]
    elif encoding in _COMPRESSIONS:
        pieces = inflate(response.iter_raw(), encoding.removeprefix("x-"), MAX_PAGE_BYTES)
    elif encoding in ("identity", ""):
        pieces = response.iter_raw()
    else:
        raise FetchRefused(url, f"packed as {encoding}, which was not asked for")
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > MAX_PAGE_BYTES:
            raise TooLarge
        yield piece


def _check_peer(url: str, response: httpx.Response, allow_private: bool) -> None:
    stream = response.extensions.get("network_stream")
    peer = stream.get_extra_info("server_addr") if stream is not None else None
    if peer and not allow_private:
        check_ip(url, str(peer[0]))


class Fetcher:
    """Fetches politely, for as long as one ingestion lasts. Safe to share between threads.

    robots.txt is honoured, with its crawl delay; visits to one host are ``delay`` seconds apart;
    what failed for the moment is tried again with growing pauses, or when the server says.
    ``sleep`` and ``clock`` are there for tests.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        delay: float = HOST_DELAY_SECONDS,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = partial(fetch, allow_private=allow_private, transport=transport)
        self._delay = delay
        self._sleep = sleep
        self._clock = clock
        self._rules: dict[str, Protego | FetchRefused] = {}
        self._next: dict[str, float] = {}
        self._lock = threading.Lock()

    def __call__(self, url: str) -> Page:
        """One page. Raises FetchRefused like ``fetch()``, and when robots.txt forbids it."""
        return self.get(url)

    def get(self, url: str, seen: CacheValidators | None = None) -> Page:
        """One page; with ``seen``, only if it changed since (else ``Page.unchanged``)."""
        host = _host(url)
        pause = self._delay
        if host:
            rules = self._rules_of(host)
            if isinstance(rules, FetchRefused):
                raise FetchRefused(url, f"its robots.txt cannot be read ({rules.reason})",
                                   temporary=True)  # fmt: skip
            if not rules.can_fetch(url, USER_AGENT):
                raise FetchRefused(url, "its robots.txt asks not to fetch it")
            pause = max(pause, min(float(rules.crawl_delay(USER_AGENT) or 0), MAX_DELAY_SECONDS))
        return self._patiently(url, host, pause, seen)

    def _patiently(self, url: str, host: str, pause: float, seen: CacheValidators | None) -> Page:
        from tenacity import Retrying, retry_if_exception, stop_after_attempt

        tries = Retrying(
            retry=retry_if_exception(lambda e: isinstance(e, FetchRefused) and e.temporary),
            stop=stop_after_attempt(MAX_ATTEMPTS), wait=_wait, sleep=self._sleep, reraise=True,
        )  # fmt: skip

        def once() -> Page:
            self._wait_for_turn(host, pause)
            return self._fetch(url, seen=seen)

        return tries(once)

    def _wait_for_turn(self, host: str, pause: float) -> None:
        with self._lock:
            now = self._clock()
            turn = max(now, self._next.get(host, now))
            self._next[host] = turn + pause
        if turn > now:
            self._sleep(turn - now)

    def _rules_of(self, host: str) -> Protego | FetchRefused:
        """What the host asks of robots; no rules when it has no such file.

        A server that fails is not taken for permission (RFC 9309, section 2.3.1.4); a host that
        cannot be reached at all will say so itself when the page is asked for.
        """
        from protego import Protego

        if host not in self._rules:
            text = ""
            try:
                text = self._fetch(f"{host}/robots.txt").text[:MAX_ROBOTS_CHARS]
            except FetchRefused as error:
                if error.temporary and error.reason.startswith("answered"):
                    self._rules[host] = error
                    return error
            self._rules[host] = Protego.parse(text)
        return self._rules[host]


def _wait(state: object) -> float:
    """Seconds before the next attempt: what the server asked for, else 1, 2, 4..."""
    outcome = getattr(state, "outcome", None)
    error = outcome.exception() if outcome is not None else None
    asked = error.wait if isinstance(error, FetchRefused) else 0.0
    grown = 2.0 ** (getattr(state, "attempt_number", 1) - 1)
    return min(max(asked, grown), MAX_DELAY_SECONDS)


def _host(url: str) -> str:
    """``scheme://host:port`` of an address, or "" when it has none."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return ""
    web = parts.scheme in ("http", "https") and parts.hostname
    return f"{parts.scheme}://{parts.netloc}" if web else ""


__all__ = [
    "MAX_PAGE_BYTES",
    "MAX_REDIRECTS",
    "Fetcher",
    "Page",
    "CacheValidators",
    "check_address",
    "fetch",
]
