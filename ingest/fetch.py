"""The only code that opens addresses. Everything it meets is untrusted.

http and https only; every hop's address is resolved and refused if it is not public, and the
address actually connected to is checked again before a byte of the body is read.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from importlib import metadata
from urllib.parse import urljoin, urlsplit

import httpx

from ingest.errors import FetchRefused

MAX_BYTES = 10_000_000
MAX_REDIRECTS = 5
TIMEOUT = httpx.Timeout(20.0, connect=10.0)


@dataclass(frozen=True, slots=True)
class Page:
    """What an address answered: its text, and the address after redirects."""

    url: str
    content_type: str
    text: str


def fetch(
    url: str, *, allow_private: bool = False, transport: httpx.BaseTransport | None = None
) -> Page:
    """Get one page.

    Raises FetchRefused with the reason: not http(s), a private address, too many redirects,
    too large, an HTTP error, a time-out.
    """
    agent = f"citewire/{metadata.version('citewire')} (news question answering)"
    with httpx.Client(
        timeout=TIMEOUT, headers={"User-Agent": agent}, transport=transport, trust_env=True
    ) as client:
        try:
            return _follow(client, url, allow_private)
        except httpx.TimeoutException as error:
            raise FetchRefused(url, "no answer in time") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise FetchRefused(url, f"cannot be fetched ({error})") from error


def _follow(client: httpx.Client, url: str, allow_private: bool) -> Page:
    current = url
    for _ in range(MAX_REDIRECTS + 1):
        check_address(current, allow_private=allow_private)
        with client.stream("GET", current) as response:
            _check_peer(current, response, allow_private)
            if response.is_redirect:
                current = urljoin(current, response.headers["location"])
                continue
            if response.is_error:
                raise FetchRefused(current, f"answered {response.status_code}")
            body = _read(current, response)
            kind = response.headers.get("content-type", "text/html").split(";")[0].strip()
            encoding = response.charset_encoding or "utf-8"
            return Page(current, kind, _decode(body, encoding))
    raise FetchRefused(url, f"more than {MAX_REDIRECTS} redirects")


def _read(url: str, response: httpx.Response) -> bytes:
    parts: list[bytes] = []
    size = 0
    for chunk in response.iter_bytes():
        size += len(chunk)
        if size > MAX_BYTES:
            raise FetchRefused(url, f"larger than {MAX_BYTES // 1_000_000} MB")
        parts.append(chunk)
    return b"".join(parts)


def _decode(body: bytes, encoding: str) -> str:
    try:
        return body.decode(encoding, errors="replace")
    except LookupError:
        return body.decode("utf-8", errors="replace")


def check_address(url: str, *, allow_private: bool = False) -> None:
    """Raise FetchRefused unless ``url`` is http(s) and every address of its host is public."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise FetchRefused(url, "only http and https addresses can be fetched")
    if allow_private:
        return
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchRefused(url, f"unknown host {parts.hostname}") from error
    for *_, address in found:
        _refuse_private(url, str(address[0]))


def _check_peer(url: str, response: httpx.Response, allow_private: bool) -> None:
    stream = response.extensions.get("network_stream")
    peer = stream.get_extra_info("server_addr") if stream is not None else None
    if peer and not allow_private:
        _refuse_private(url, str(peer[0]))


def _refuse_private(url: str, address: str) -> None:
    ip = ipaddress.ip_address(address.split("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    if not (mapped or ip).is_global or (mapped or ip).is_multicast:
        raise FetchRefused(url, f"{address} is not a public address")
