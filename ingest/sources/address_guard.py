"""Guards against server-side request forgery: only http(s) addresses on public networks pass.

Every address that a host name resolves to must be public, also where an IPv6 address carries an
IPv4 address inside. ``ingest.sources.fetch`` asks this module before each request and again for
the peer it is connected to. Knows nothing about HTTP.
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from ingest.errors import FetchRefused

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_IPV4_PREFIXES = (bytes(12), bytes.fromhex("0064ff9b") + bytes(8))
"""First 12 bytes of IPv4-compatible (RFC 4291) and NAT64 (RFC 6052) addresses."""


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
        resolved = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchRefused(url, f"unknown host {parts.hostname}") from error
    for *_, address in resolved:
        check_ip(url, str(address[0]))


def check_ip(url: str, address: str) -> None:
    """Raise FetchRefused unless a numeric address is public in every way it can be read."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if not all(map(_is_public, _readings(ip))):
        raise FetchRefused(
            url, f"{address} is not a public address (--allow-private permits private networks)"
        )


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
    if ip.packed[:12] in _IPV4_PREFIXES:
        return [ip, ipaddress.IPv4Address(ip.packed[12:])]
    return [ip]
