"""Normalises article URLs, and tells outlets by their names and hosts.

Canonical form and site domain of a URL, a publisher's name in a title, and whether two articles are
of one outlet.
Knows nothing about pages, fetching or stores.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from ingest.records import Article

_TITLE_SUFFIX = re.compile(r"^(.+?)\s+[-–—|]\s+([^-–—|]{2,40})$")
_PUBLIC_SUFFIX = re.compile(r"(?:\.(?:com?|org|net|gov|ac))?\.\w+$")
_TRACKING_PARAMETER = re.compile(
    r"^(?:utm_.*|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|cmpid|ref|ref_src|ito|ocid|smid|"
    r"ns_.*|at_.*|xtor|guccounter|amp|output|__twitter_impression)$",
    re.IGNORECASE,
)


def split_url(url: str | None) -> SplitResult | None:
    """The parts of a URL with a host, or None for anything else that a page may link to."""
    try:
        parts = urlsplit((url or "").strip())
        _ = parts.port  # raises for a port that is no number
    except ValueError:
        return None
    return parts if parts.hostname else None


def is_script_address(url: str | None) -> bool:
    """Whether an address would run or hold something instead of naming a page. Browsers pass over
    white space and control characters in a scheme."""
    bare = re.sub(r"[\x00-\x20]", "", url or "").lower()
    return bare.startswith(("javascript:", "data:", "vbscript:"))


def site_domain(url: str | None) -> str | None:
    """The host of a URL without a prefix such as ``www.`` or ``m.``."""
    parts = split_url(url)
    host = parts.hostname if parts else None
    return re.sub(r"^(?:www|m|amp|edition)\.", "", host) if host else None


def split_title(
    title: str, url: str | None, publisher: str | None = None
) -> tuple[str, str | None]:
    """``(title, publisher)``: a trailing " - Name" is the publisher if it is the name of the
    ``url``'s site or the ``publisher`` that the page states; else the publisher is None."""
    title = " ".join(title.split())
    match = _TITLE_SUFFIX.match(title)
    host = site_domain(url)
    if not match or not (host or publisher):
        return title, None
    squeezed = _normalized_name(match.group(2))
    label = re.sub(r"\W", "", _PUBLIC_SUFFIX.sub("", host or ""))
    named = bool(publisher) and squeezed == _normalized_name(publisher or "")
    sited = bool(label) and (squeezed in label or label.removeprefix("the") in squeezed)
    if squeezed and (named or sited):
        return match.group(1), match.group(2).strip()
    return title, None


def _normalized_name(name: str) -> str:
    return re.sub(r"\W|^the\s", "", name.lower())


_ADDRESS_OR_HANDLE = re.compile(r"^(?:https?://\S+|@\w+|[\w-]+(?:\.[\w-]+)+/?)$")


def is_outlet_name(text: str | None) -> bool:
    """Whether a stated publisher is a name to show: no URL, no domain, no social media handle."""
    return bool(text and text.strip()) and not _ADDRESS_OR_HANDLE.match((text or "").strip())


def trusted_canonical_url(stated: str | None, address: str | None) -> str | None:
    """The canonical URL that a page states, if it is an article's URL at the page's own site.

    Some sites state their front page on every page, and anyone can state another outlet's
    article: believing that would make one article a revision of another.
    """
    parts = split_url(stated)
    if not (parts and parts.path.strip("/")):
        return address
    return stated if not address or site_domain(stated) == site_domain(address) else address


_VIEW_PARAMETERS = frozenset(
    (key, value)
    for key in ("print", "printable", "printpage", "amp", "output", "outputtype", "view", "m")
    for value in ("", "1", "true", "yes", "amp", "print", "mobile")
)
"""Parameters that ask for another view of the same article."""


def canonical_url(url: str | None) -> str | None:
    """The URL without what does not identify the article: scheme, ``www.``, tracking parameters,
    fragment, AMP and print views. None for a front page and for what is no URL."""
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
        if not _TRACKING_PARAMETER.match(key)
        and (key.lower(), value.lower()) not in _VIEW_PARAMETERS
    )
    return urlunsplit(("https", host + port, path, urlencode(kept), ""))


_SUBDOMAIN = re.compile(r"^(?:www|edition|amp|m|mobile|eu|us|uk|live)\.")
_ENDING = re.compile(r"\.(?:com?|org|net|example|info|news)?(?:\.[a-z]{2})?$")


def outlet_names(publisher: str | None, url: str | None) -> set[str]:
    """The names of an outlet: CNN, cnn.com and CNN Politics at cnn.com have one in common.

    The host counts only where it is the outlet's own: many outlets share a portal.
    """
    name = _ENDING.sub("", publisher.lower().removeprefix("www.")) if publisher else ""
    parts = split_url(url)
    site = _ENDING.sub("", _SUBDOMAIN.sub("", (parts.hostname if parts else None) or ""))
    first = name.split()[0] if name.split() else ""
    owns_site = not name or (
        len(first) > 2 and (first in site or (len(site) > 2 and site in first))
    )
    return ({name} if name else set()) | ({site} if site and owns_site else set())


def same_outlet(one: Article, other: Article) -> bool:
    """Whether two articles are from one outlet, as far as names and addresses tell."""
    names = outlet_names(one.publisher, one.canonical_url or one.url) or {one.id}
    others = outlet_names(other.publisher, other.canonical_url or other.url) or {other.id}
    return bool(names & others)
