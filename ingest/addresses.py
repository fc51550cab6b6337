"""Addresses and titles: which article is meant, and which outlet's it is.

Knows nothing about pages or stores.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

_SUFFIX = re.compile(r"^(.+?)\s+[-–—|]\s+([^-–—|]{2,40})$")
_PUBLIC_SUFFIX = re.compile(r"(?:\.(?:com?|org|net|gov|ac))?\.\w+$")
_TRACKING = re.compile(
    r"^(?:utm_.*|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|cmpid|ref|ref_src|ito|ocid|smid|"
    r"ns_.*|at_.*|xtor|guccounter|amp|output|__twitter_impression)$",
    re.IGNORECASE,
)


def split_url(url: str | None) -> SplitResult | None:
    """The parts of an address, or None if it is none: pages link to all sorts of things."""
    try:
        parts = urlsplit((url or "").strip())
        _ = parts.port  # raises for a port that is no number
    except ValueError:
        return None
    return parts if parts.hostname else None


def site_domain(url: str | None) -> str | None:
    """The host of an address without www and the like."""
    parts = split_url(url)
    host = parts.hostname if parts else None
    return re.sub(r"^(?:www|m|amp|edition)\.", "", host) if host else None


def split_title(
    title: str, url: str | None, publisher: str | None = None
) -> tuple[str, str | None]:
    """``(title, publisher)``: a trailing " - Name" is the publisher if it is the site's name, or
    the name that the page gives its publisher."""
    title = " ".join(title.split())
    match = _SUFFIX.match(title)
    host = site_domain(url)
    if not match or not (host or publisher):
        return title, None
    squeezed = _squeezed(match.group(2))
    label = re.sub(r"\W", "", _PUBLIC_SUFFIX.sub("", host or ""))
    named = bool(publisher) and squeezed == _squeezed(publisher or "")
    sited = bool(label) and (squeezed in label or label.removeprefix("the") in squeezed)
    if squeezed and (named or sited):
        return match.group(1), match.group(2).strip()
    return title, None


def _squeezed(name: str) -> str:
    return re.sub(r"\W|^the\s", "", name.lower())


_IS_DOMAIN = re.compile(r"^(?:https?://\S+|@\w+|[\w-]+(?:\.[\w-]+)+/?)$")


def is_outlet_name(text: str | None) -> bool:
    """Whether an outlet's name is one for readers: no address, no domain, no account."""
    return bool(text and text.strip()) and not _IS_DOMAIN.match((text or "").strip())


def trusted_canonical_url(stated: str | None, address: str | None) -> str | None:
    """The address a page states for itself, if it is an article's address at the same site.

    Some sites state their front page on every page, and anyone can state another outlet's
    article: believing that would make one article a revision of another.
    """
    parts = split_url(stated)
    if not (parts and parts.path.strip("/")):
        return address
    return stated if not address or site_domain(stated) == site_domain(address) else address


_VIEWS = frozenset(
    (key, value)
    for key in ("print", "printable", "printpage", "amp", "output", "outputtype", "view", "m")
    for value in ("", "1", "true", "yes", "amp", "print", "mobile")
)
"""Parameters that ask for another view of the same article."""


def canonical_url(url: str | None) -> str | None:
    """The address without what does not name the article: scheme, www, tracking, fragment, AMP and
    print views."""
    parts = split_url(url)
    if parts is None:
        return None
    host = re.sub(r"^(?:www|amp|m)\.", "", (parts.hostname or "").lower())
    port = f":{parts.port}" if parts.port and parts.port not in (80, 443) else ""
    path = re.sub(r"(?:/amp|/print|/index\.html?|\.amp)?/*$", "", parts.path)
    query = parse_qsl(parts.query, keep_blank_values=True)
    if parts.fragment.startswith("!"):  # a page that its script fills by the fragment
        path += f"/#{parts.fragment}"
    if not path and not query:
        return None  # a front page names no article
    kept = sorted(
        (key, value)
        for key, value in query
        if not _TRACKING.match(key) and (key.lower(), value.lower()) not in _VIEWS
    )
    return urlunsplit(("https", host + port, path, urlencode(kept), ""))
