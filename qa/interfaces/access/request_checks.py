"""Judges a request by its address and headers alone: is it from this machine, from a foreign page?

    client, headers -> from this machine?
    method, headers -> sent by a page of another site?

Pure functions. Knows nothing about users or responses.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_FORWARDING_HEADERS = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


def is_loopback(host: str) -> bool:
    """Whether an address, or a name without looking it up, is this machine for itself only."""
    name = host.strip("[]").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ip_address(name)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback


def is_from_this_machine(client: str | None, headers: Mapping[str, str]) -> bool:
    """Whether somebody at this machine sent the request, and no proxy for somebody else.

    The name asked for counts too: a page whose own name was pointed at this machine (DNS rebinding)
    is not from here. ``headers`` have lower-case names.
    """
    if any(name in headers for name in _FORWARDING_HEADERS):
        return False
    pages = (headers.get(name, "") for name in ("origin", "referer"))
    if any(page and not is_loopback(_host_name(page.partition("//")[2])) for page in pages):
        return False  # the page that sends it was served under another name, through a proxy
    asked_for = _host_name(headers.get("host", ""))
    return client is not None and is_loopback(client) and is_loopback(asked_for)


def is_from_another_site(method: str, headers: Mapping[str, str], public_host: str = "") -> bool:
    """Whether a browser sent the request for a page of another origin.

    Links to this site are no such requests. What browsers say of themselves (Sec-Fetch-Site) is
    believed before Origin is compared with Host, as in Go's ``http.CrossOriginProtection``: it also
    holds behind a proxy that changes Host. Programs send neither header. ``public_host`` is another
    name, with the port if any, under which this site is reached.
    """
    origin = headers.get("origin")
    if origin is None and method in _SAFE_METHODS:
        return False
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    if origin is None:
        return False
    own = {headers.get("host", "").lower(), public_host.lower()} - {""}
    return _network_location(origin) not in own


def _network_location(origin: str) -> str:
    """Host and port of an origin, without the port that its scheme implies; empty for ``null``."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return ""
    usual = {"http": ":80", "https": ":443"}.get(parts.scheme, " ")
    return parts.netloc.lower().removesuffix(usual)


def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
