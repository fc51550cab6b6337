"""Whose copy is this article? Wire stories, however cut, retitled, reordered or reworded.

    MinHash bands of the article + MinHash values of its passages -> candidates
        -> share of the reporters' own words in common -> cluster, with one original

MinHash over five-word shingles (Broder 1997) proposes; exact containment decides. Reports of one
event share what people said, copies share what reporters wrote: words in quotation marks do not
count. Pure functions; knows nothing about stores.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

from ingest.addresses import site_domain
from ingest.records import Article, digest, epoch_seconds

SHINGLE = 5
PERMUTATIONS = 128
BAND_ROWS = 4
"""32 bands of 4 rows: two texts with Jaccard 0.42 meet in a band with probability one half."""

PASSAGE_VALUES = 6
"""MinHash values kept of each passage, each a band of one row: however short the cut, and wherever
the passages of a copy begin, two that share a third of their shingles meet with probability 0.91.
Of 240 rewrites of RealTime QA stories all were met (2026-11-22)."""

MIN_WHOLE_TEXT_SHARED = 0.5
"""Share of the shorter text's shingles, quotations included, that also stand in the longer one."""

COPIED = 0.25
"""The same for the reporters' own words, at different outlets. Highest among independent reports
of one event: .05 (300 articles of the `outlets` set; .35 with quotations); lowest of 60 rewrites
with everything changed at once: .38 (RealTime QA development corpus, 2026-11-22)."""

OWN_OUTLET = 0.9
"""The same within one outlet, whose follow-ups repeat their background: up to .81 is a new story
(read by eye, RealTime QA development corpus, 2026-11-22)."""

BRIDGED = 0.5
"""What an article must share with the copies of two clusters to make them one."""

FEWEST = 40
"""With fewer shingles of its own words, a text is compared as a whole."""

FEWEST_SHARED = 20

_CANDIDATES = 12

_FEW = 12
"""Up to so many values (two passages), one in common is enough to look closer."""

_WORD = re.compile(r"\w+")
_QUOTED = re.compile(r"“[^”\n]*(?:”|\n|$)|\"[^\"\n]*(?:\"|\n|$)")


def shingles(text: str) -> set[bytes]:
    """Runs of five words, without case and punctuation, in UTF-8; of fewer words all of them."""
    words = _words(text.casefold())
    return set(_runs(words)) if len(words) >= SHINGLE else {b" ".join(words)}


def own_shingles(text: str) -> set[bytes]:
    """The same outside quotation marks; none crosses a quotation."""
    found: set[bytes] = set()
    for run in _QUOTED.split(text.casefold()):
        found.update(_runs(_words(run)))
    return found


def _words(text: str) -> list[bytes]:
    return " ".join(_WORD.findall(text)).encode().split()


def _runs(words: list[bytes]) -> Iterator[bytes]:
    return map(b" ".join, zip(*(words[first:] for first in range(SHINGLE)), strict=False))


def containment(one: set[bytes], other: set[bytes]) -> float:
    """Shared shingles as a share of the smaller set, 0 to 1."""
    return len(one & other) / max(1, min(len(one), len(other)))


# -- candidates -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is kept of an article to find its copies by: 32 band values of the whole, and six
    MinHash values of each passage. All are signed 63-bit numbers."""

    bands: tuple[int, ...] = ()
    values: frozenset[int] = frozenset()

    def prints(self) -> Iterator[int | tuple[int, int]]:
        """What two near-copies share some of: bands with their place, values as they are."""
        yield from enumerate(self.bands)
        yield from self.values


def rank_candidates(shared: Mapping[str, int], sketch: Sketch) -> list[str]:
    """The articles worth comparing word by word, by how many prints they share with a sketch."""
    enough = 2 if len(sketch.values) > _FEW else 1
    likely = [item for item in shared.items() if item[1] >= enough]
    ranked = sorted(likely, key=lambda item: (-item[1], item[0]))
    return [article_id for article_id, _ in ranked[:_CANDIDATES]]


def build_sketch(text: str, spans: Iterable[tuple[int, int]]) -> Sketch:
    """The sketch of a text and its passages, given as spans."""
    values: set[int] = set()
    for start, end in spans:
        passage = text[start:end]
        own = own_shingles(passage)
        prints = own if len(own) >= FEWEST // 2 else shingles(passage)
        least = _minhash(prints, PASSAGE_VALUES)
        values.update((place << 32) | value for place, value in enumerate(least))
    return Sketch(tuple(lsh_bands(text)), frozenset(values))


def lsh_bands(text: str) -> list[int]:
    """32 signed 63-bit numbers; near-copies share at least one at the same place."""
    rows = _minhash(shingles(text), PERMUTATIONS)
    return [
        int(digest(*map(str, rows[i : i + BAND_ROWS]), length=15), 16)
        for i in range(0, PERMUTATIONS, BAND_ROWS)
    ]


def _minhash(prints: set[bytes], permutations: int) -> list[int]:
    signature = _blank(permutations).copy()
    signature.update_batch(prints)
    return [int(v) for v in signature.hashvalues]


@cache
def _blank(permutations: int) -> Any:
    """To copy from: drawing the permutations anew takes half of a signature's time."""
    from datasketch import MinHash

    return MinHash(num_perm=permutations, hashfunc=crc32)


# -- decision -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Joined:
    """The cluster an article belongs to, and other clusters that it shows to be the same."""

    cluster_id: str
    merged: tuple[str, ...] = ()


def copied(one: Article, other: Article) -> float:
    """How much of the shorter text the two have in common, 0 to 1; 0 when it is not a copy."""
    mine, theirs = own_shingles(one.text), own_shingles(other.text)
    if min(len(mine), len(theirs)) < FEWEST:
        share = containment(shingles(one.text), shingles(other.text))
        return share if share >= MIN_WHOLE_TEXT_SHARED else 0.0
    share = containment(mine, theirs)
    if _of_one_outlet(one, other):
        return share if share >= OWN_OUTLET else 0.0
    return share if share >= COPIED and len(mine & theirs) >= FEWEST_SHARED else 0.0


def _of_one_outlet(one: Article, other: Article) -> bool:
    """Whether two articles have a publisher or a host in common: pages of one outlet may call it
    "CNN", "CNN Business" or only "cnn.com"."""
    return not _outlet(one).isdisjoint(_outlet(other))


def _outlet(article: Article) -> set[str]:
    names = {article.publisher.casefold()} if article.publisher else set()
    return names | ({host} if (host := site_domain(article.canonical_url)) else set())


def assign_cluster(article: Article, candidates: Iterable[Article]) -> Joined:
    """The cluster of the closest copy among the candidates, or the article's own."""
    scored = sorted(
        ((copied(article, other), other.cluster_id) for other in candidates
         if other.id != article.id),
        reverse=True,
    )  # fmt: skip
    if not scored or not scored[0][0]:
        return Joined(article.cluster_id or article.id)
    best = scored[0][1]
    close = {cluster for share, cluster in scored if share >= BRIDGED}
    return Joined(best, tuple(sorted(close - {best})) if scored[0][0] >= BRIDGED else ())


# -- the original ---------------------------------------------------------------------------

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
_NAMES = {name: key for key, names in _AGENCIES.items() for name in names}
_NAME = r"(?P<name>[A-Z][\w&.’'-]*(?: (?:of|the|and|[A-Z][\w&.’'-]*)){0,5})"
_DATELINE = re.compile(r"\(\s*(?P<name>[A-Z][\w .’'-]{1,40}?)\s*\)\s*[-–—:]")
_FIRST_BY = re.compile(
    r"\b(?:story|article|report|piece)\s+(?:was\s+)?(?:first|originally)\s+"
    r"(?:published|appeared|reported|ran)\s+(?:by|in|on|at)\s+(?:[Tt]he\s+)?" + _NAME
    + r"|\b(?:[Ff]irst|[Oo]riginally)\s+(?:published|appeared)\s+(?:by|in|on)\s+(?:[Tt]he\s+)?"
    + _NAME.replace("?P<name>", "?P<other>")
)  # fmt: skip
_HEAD = 400
"""Characters at the start in which a dateline's credit or a by-line stands."""


def credit(article: Article) -> str | None:
    """Whom the article itself names as its source: a dateline's "(Reuters) -", an agency's
    by-line, or "first published by". None when it names nobody."""
    if match := _FIRST_BY.search(article.text):
        return _known(match["name"] or match["other"])
    if match := _DATELINE.search(article.text[:_HEAD]):
        name = _bare(match["name"])
        if name in _NAMES:
            return _NAMES[name]
    first = article.text[:_HEAD].split("\n", 1)[0].removeprefix("By ")
    for line in (*article.authors, first):
        for part in re.split(r",|/| and | for | via |\|", line):
            if _bare(part) in _NAMES:
                return _NAMES[_bare(part)]
    return None


def _bare(name: str) -> str:
    return name.strip(" .()").casefold().removeprefix("the ")


def _known(name: str) -> str:
    return _NAMES.get(_bare(name), _bare(name))


def is_by(article: Article, source: str) -> bool:
    """Whether the credited source published this copy itself."""
    host = urlsplit(article.canonical_url or "").hostname or ""
    names = {_bare(article.publisher or ""), _known(article.publisher or "")}
    return source in names or source.replace(" ", "") in {host.rsplit(".", 1)[0], host}


def choose_original(members: Sequence[Article]) -> Article:
    """The one original among copies: the copy of whoever the copies credit, else the earliest
    dated, else the first by id. Raises ValueError for none."""
    sources = {member.id: credit(member) for member in members}
    named = {source for source in sources.values() if source}
    own = [m for m in members if any(is_by(m, source) for source in named)]
    return min(own or members, key=_earliness)


def _earliness(article: Article) -> tuple[int, int, str]:
    when = article.published_at
    return (0, epoch_seconds(when), article.id) if when else (1, 0, article.id)
