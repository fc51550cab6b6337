"""Fetches web pages safely (public http(s) addresses only, bounded) and politely (robots.txt).

    fetch()     one page, at once
    Fetcher     pages with regard to robots.txt, a delay between visits to a host, and retries

Every redirect's target is checked before it is requested, and the peer actually connected to is
checked again before a byte of the body is read (``ingest.sources.address_guard``). Size, redirects,
decompression and time are limited. The only code that opens article addresses; knows nothing about
what the pages say.
"""

from __future__ import annotations

import re
import threading
import time
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import httpx

from ingest.addresses import split_url
from ingest.errors import FetchRefused
from ingest.sources.address_guard import check_address, check_ip
from ingest.sources.documents import Page
from ingest.sources.encoding import decode
from ingest.sources.limits import (
    MAX_PAGE_BYTES,
    TookTooLong,
    TooLarge,
    inflate,
    limit_bytes,
    run_within,
)

if TYPE_CHECKING:
    from protego import Protego
    from tenacity import RetryCallState

MAX_REDIRECTS = 5
MAX_ROBOTS_CHARS = 512_000
"""The least that RFC 9309, section 2.5, demands to be read (500 KiB)."""

TIMEOUT = httpx.Timeout(20.0, connect=10.0)
"""Seconds for each read, and for connecting."""

PAGE_DEADLINE_SECONDS = 60.0
"""For one page, redirects included: a server that drips bytes is given up."""

HOST_DELAY_SECONDS = 1.0
"""Between two visits to one host, unless its robots.txt asks for more."""

MAX_DELAY_SECONDS = 30.0
"""Longest delay that a robots.txt or a Retry-After header is granted."""

MAX_ATTEMPTS = 3
"""Requests for one page, when the failures are temporary."""

USER_AGENT = f"citewire/{metadata.version('citewire')} (news question answering)"
_COMPRESSIONS = {"gzip", "x-gzip", "deflate"}
_TEMPORARY_STATUSES = {408, 425, 429, 500, 502, 503, 504}


@dataclass(frozen=True, slots=True)
class CacheValidators:
    """The validators of an earlier response, for a conditional request (RFC 9110, section 13)."""

    etag: str | None = None
    last_modified: str | None = None

    def headers(self) -> dict[str, str]:
        """The request headers that ask for the page only if it changed since."""
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in headers.items() if value}


def fetch(
    url: str,
    *,
    allow_private: bool = False,
    transport: httpx.BaseTransport | None = None,
    validators: CacheValidators | None = None,
) -> Page:
    """Get one page, without regard to robots.txt and without trying again.

    ``transport`` replaces the network in tests. Raises FetchRefused with the reason: not http(s), a
    private address, too many redirects, too large, an HTTP error, a time-out.
    """
    work = partial(_get, url, allow_private, transport, validators or CacheValidators())
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
    url: str,
    allow_private: bool,
    transport: httpx.BaseTransport | None,
    validators: CacheValidators,
) -> Page:
    conditional = validators.headers()
    headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip, deflate", **conditional}
    with httpx.Client(timeout=TIMEOUT, headers=headers, transport=transport) as client:
        return _follow_redirects(client, url, allow_private, conditional=bool(conditional))


def _follow_redirects(
    client: httpx.Client, url: str, allow_private: bool, *, conditional: bool
) -> Page:
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
                raise _refusal_of_status(current, response)
            return _page(current, response)
    raise FetchRefused(url, f"more than {MAX_REDIRECTS} redirects")


def _refusal_of_status(url: str, response: httpx.Response) -> FetchRefused:
    status = response.status_code
    seconds = response.headers.get("retry-after", "")
    return FetchRefused(
        url, f"answered {status}", temporary=status in _TEMPORARY_STATUSES,
        retry_after=float(seconds) if re.fullmatch(r"\d{1,4}", seconds) else 0.0,
    )  # fmt: skip


def _page(url: str, response: httpx.Response) -> Page:
    body = b"".join(limit_bytes(_body_pieces(url, response), MAX_PAGE_BYTES))
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


def _body_pieces(url: str, response: httpx.Response) -> Iterable[bytes]:
    """The body, decompressed piece by piece: httpx would inflate a whole chunk at once."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if response.is_stream_consumed:  # a transport that had the whole answer already
        return [response.content]
    if encoding in _COMPRESSIONS:
        return inflate(response.iter_raw(), encoding.removeprefix("x-"))
    if encoding in ("identity", ""):
        return response.iter_raw()
    raise FetchRefused(url, f"packed as {encoding}, which was not asked for")


def _check_peer(url: str, response: httpx.Response, allow_private: bool) -> None:
    stream = response.extensions.get("network_stream")
    peer = stream.get_extra_info("server_addr") if stream is not None else None
    if peer and not allow_private:
        check_ip(url, str(peer[0]))


class Fetcher:
    """Fetches politely, for as long as one ingestion lasts. Safe to share between threads.

    robots.txt is honoured (RFC 9309), with its crawl delay; visits to one host are ``delay``
    seconds apart; a temporary failure is tried again with growing delays, or when the server says.
    ``transport``, ``sleep`` and ``clock`` are there for tests.
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
        self._robots: dict[str, Protego | FetchRefused] = {}
        self._next_visit: dict[str, float] = {}
        self._lock = threading.Lock()

    def __call__(self, url: str) -> Page:
        """One page. Raises FetchRefused like ``fetch()``, and when robots.txt forbids it."""
        return self.get(url)

    def get(self, url: str, validators: CacheValidators | None = None) -> Page:
        """One page; with ``validators``, only if it changed since (else ``Page.unchanged``)."""
        from tenacity import Retrying, retry_if_exception, stop_after_attempt

        host = _origin(url)
        delay = self._permitted_delay(url, host) if host else self._delay
        attempts = Retrying(
            retry=retry_if_exception(lambda e: isinstance(e, FetchRefused) and e.temporary),
            stop=stop_after_attempt(MAX_ATTEMPTS), wait=_retry_delay, sleep=self._sleep,
            reraise=True,
        )  # fmt: skip

        def attempt() -> Page:
            self._wait_for_turn(host, delay)
            return self._fetch(url, validators=validators)

        return attempts(attempt)

    def _permitted_delay(self, url: str, host: str) -> float:
        """Seconds between visits to the host. Raises FetchRefused when robots.txt forbids ``url``
        or cannot be read."""
        robots = self._robots_of(host)
        if isinstance(robots, FetchRefused):
            raise FetchRefused(url, f"its robots.txt cannot be read ({robots.reason})",
                               temporary=True)  # fmt: skip
        if not robots.can_fetch(url, USER_AGENT):
            raise FetchRefused(url, "its robots.txt asks not to fetch it")
        return max(self._delay, min(float(robots.crawl_delay(USER_AGENT) or 0), MAX_DELAY_SECONDS))

    def _wait_for_turn(self, host: str, delay: float) -> None:
        with self._lock:
            now = self._clock()
            turn = max(now, self._next_visit.get(host, now))
            self._next_visit[host] = turn + delay
        if turn > now:
            self._sleep(turn - now)

    def _robots_of(self, host: str) -> Protego | FetchRefused:
        """The host's robots.txt; no rules when it has none, the error when its server fails.

        A server that fails is not taken for permission (RFC 9309, section 2.3.1.4); a host that
        cannot be reached at all will say so itself when the page is asked for.
        """
        from protego import Protego

        if host not in self._robots:
            text = ""
            try:
                text = self._fetch(f"{host}/robots.txt").text[:MAX_ROBOTS_CHARS]
            except FetchRefused as error:
                if error.temporary and error.reason.startswith("answered"):
                    self._robots[host] = error
                    return error
            self._robots[host] = Protego.parse(text)
        return self._robots[host]


def _retry_delay(state: RetryCallState) -> float:
    """Seconds before the next attempt: what the server asked for, else 1, 2, 4..."""
    error = state.outcome.exception() if state.outcome is not None else None
    asked = error.retry_after if isinstance(error, FetchRefused) else 0.0
    return min(max(asked, 2.0 ** (state.attempt_number - 1)), MAX_DELAY_SECONDS)


def _origin(url: str) -> str:
    """``scheme://host:port`` of an address, or "" when it is no web address."""
    parts = split_url(url)
    if parts is None or parts.scheme not in ("http", "https"):
        return ""
    return f"{parts.scheme}://{parts.netloc}"
