"""The only code that opens addresses. Everything it meets is untrusted.

http and https only; every hop's address is resolved and refused if it is not public, and the
address actually connected to is checked again before a byte of the body is read.
"""

from __future__ import annotations

import ipaddress
import re
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
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise FetchRefused(url, f"cannot be fetched ({error})") from error


def _follow(client: httpx.Client, url: str, allow_private: bool) -> Page:
    current = url
    for _ in range(MAX_REDIRECTS + 1):
        check_address(current, allow_private=allow_private)
        with client.stream("GET", current) as response:
            _check_peer(current, response, allow_private)
            if response.has_redirect_location:
                current = urljoin(current, response.headers["location"])
                continue
            if not response.is_success:
                raise FetchRefused(current, f"answered {response.status_code}")
            body = _read(current, response)
            kind = response.headers.get("content-type", "text/html").split(";")[0].strip()
            return Page(current, kind, _decode(body, response.charset_encoding))
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


_CHARSET = re.compile(rb"""<meta\b[^<>]*?charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)


def _decode(body: bytes, encoding: str | None) -> str:
    """Text by the header's character set, else by the page's own word for it, else UTF-8."""
    if encoding is None and (stated := _CHARSET.search(body[:4096])):
        encoding = stated.group(1).decode("ascii", errors="replace")
    try:
        return body.decode(encoding or "utf-8", errors="replace")
    except LookupError:
        return body.decode("utf-8", errors="replace")


def check_address(url: str, *, allow_private: bool = False) -> None:
    """Raise FetchRefused unless ``url`` is http(s) and every address of its host is public."""
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError as error:
        raise FetchRefused(url, f"not an address ({error})") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise FetchRefused(url, "only http and https addresses can be fetched")
    if allow_private:
        return
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
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
    if not all(map(_is_public, _readings(ip))):
        raise FetchRefused(url, f"{address} is not a public address")


_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _is_public(ip: _Address) -> bool:
    site_local = isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local
    return ip.is_global and not ip.is_multicast and not site_local


def _readings(ip: _Address) -> list[_Address]:
    """The address, and the IPv4 address that it carries for a gateway to unwrap, if any."""
    if ip.version == 4:
        return [ip]
    if ip.ipv4_mapped:
        return [ip.ipv4_mapped]
    if ip.sixtofour:
        return [ip, ip.sixtofour]
    if ip.packed[:12] in (bytes(12), bytes.fromhex("0064ff9b") + bytes(8)):  # compatible, NAT64
        return [ip, ipaddress.IPv4Address(ip.packed[12:])]
    return [ip]
