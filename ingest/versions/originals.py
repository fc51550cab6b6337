"""Chooses the original among the copies of a syndicated story, by its credit or else by its date.

    article -> credited source (dateline, by-line, "first published by")
    copies  -> the copy of whoever they credit, else the earliest dated one

Knows nothing about how copies are found; that is ``near_duplicates``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from ingest.records import Article, epoch_seconds

_AGENCIES = {
    "reuters": ("reuters", "thomson reuters"), "ap": ("associated press", "ap", "ap news"),
    "afp": ("agence france-presse", "afp"), "upi": ("united press international", "upi"),
    "bloomberg": ("bloomberg", "bloomberg news"), "dpa": ("dpa", "deutsche presse-agentur"),
    "pa": ("pa media", "press association", "pa"), "efe": ("efe", "agencia efe"),
    "xinhua": ("xinhua", "xinhua news agency"), "ani": ("ani", "asian news international"),
    "kyodo": ("kyodo", "kyodo news"), "ansa": ("ansa",), "tass": ("tass",), "yonhap": ("yonhap",),
    "cp": ("canadian press", "the canadian press"), "pti": ("press trust of india", "pti"),
    "aap": ("australian associated press", "aap"), "tns": ("tribune news service",),
}  # fmt: skip
_AGENCY_OF_NAME = {name: key for key, names in _AGENCIES.items() for name in names}
_OUTLET_NAME = r"(?P<name>[A-Z][\w&.’'-]*(?: (?:of|the|and|[A-Z][\w&.’'-]*)){0,5})"
_DATELINE = re.compile(r"\(\s*(?P<name>[A-Z][\w .’'-]{1,40}?)\s*\)\s*[-–—:]")
_FIRST_PUBLISHED_BY = re.compile(
    r"\b(?:story|article|report|piece)\s+(?:was\s+)?(?:first|originally)\s+"
    r"(?:published|appeared|reported|ran)\s+(?:by|in|on|at)\s+(?:[Tt]he\s+)?" + _OUTLET_NAME
    + r"|\b(?:[Ff]irst|[Oo]riginally)\s+(?:published|appeared)\s+(?:by|in|on)\s+(?:[Tt]he\s+)?"
    + _OUTLET_NAME.replace("?P<name>", "?P<other>")
)  # fmt: skip
MAX_CREDIT_CHARS = 400
"""Characters at the start of a text in which a dateline's credit or a by-line stands."""


def credited_source(article: Article) -> str | None:
    """The agency or outlet that an article names as its source, in lower case, or None.

    Read from "first published by", a dateline's "(Reuters) -", or an agency's by-line.
    """
    if match := _FIRST_PUBLISHED_BY.search(article.text):
        return _agency_or_outlet(match["name"] or match["other"])
    if match := _DATELINE.search(article.text[:MAX_CREDIT_CHARS]):
        name = _outlet_key(match["name"])
        if name in _AGENCY_OF_NAME:
            return _AGENCY_OF_NAME[name]
    first = article.text[:MAX_CREDIT_CHARS].split("\n", 1)[0].removeprefix("By ")
    for line in (*article.authors, first):
        for part in re.split(r",|/| and | for | via |\|", line):
            if _outlet_key(part) in _AGENCY_OF_NAME:
                return _AGENCY_OF_NAME[_outlet_key(part)]
    return None


def _outlet_key(name: str) -> str:
    return name.strip(" .()").casefold().removeprefix("the ")


def _agency_or_outlet(name: str) -> str:
    return _AGENCY_OF_NAME.get(_outlet_key(name), _outlet_key(name))


def is_published_by(article: Article, source: str) -> bool:
    """Whether the credited source published this copy itself."""
    host = urlsplit(article.canonical_url or "").hostname or ""
    names = {_outlet_key(article.publisher or ""), _agency_or_outlet(article.publisher or "")}
    return source in names or source.replace(" ", "") in {host.rsplit(".", 1)[0], host}


def choose_original(members: Sequence[Article]) -> Article:
    """The original: the copy of whoever the copies credit, else the earliest, else the first by id.

    Undated copies come after dated ones. Raises ValueError for no copies.
    """
    sources = {source for member in members if (source := credited_source(member))}
    own = [m for m in members if any(is_published_by(m, source) for source in sources)]
    return min(own or members, key=_order)


def _order(article: Article) -> tuple[int, int, str]:
    when = article.published_at
    return (0, epoch_seconds(when), article.id) if when else (1, 0, article.id)
