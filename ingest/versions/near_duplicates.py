"""Detects near-duplicates, such as copies of a wire story, and clusters them (``cluster_id``).

    article  -> sketch: LSH bands of its MinHash, and MinHash values of its passages
    sketches -> candidates that share signatures
             -> containment of the reporters' own words -> cluster

MinHash over five-word shingles with locality-sensitive hashing (Broder 1997; Leskovec, Rajaraman
and Ullman 2014, ch. 3) proposes; exact containment decides. Reports of one event share what people
said, copies share what reporters wrote: words in quotation marks do not count. Pure functions;
knows nothing about stores, nor which copy is the original (``originals``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from zlib import crc32

from ingest.addresses import same_outlet
from ingest.records import Article, digest

SHINGLE_WORDS = 5
PERMUTATIONS = 128
ROWS_PER_BAND = 4
"""32 bands of 4 rows: two texts with Jaccard 0.42 meet in a band with probability one half."""

MINHASHES_PER_PASSAGE = 6
"""MinHash values kept of each passage, each a band of one row: two passages that share a third of
their shingles meet with probability 0.91, wherever the passages of a copy begin.
Of 240 rewrites of RealTime QA stories all were met (2026-11-22)."""

MIN_CONTAINMENT_WHOLE_TEXT = 0.5
"""Share of the shorter text's shingles, quotations included, that also stand in the longer one."""

MIN_CONTAINMENT_OTHER_OUTLET = 0.25
"""The same for the reporters' own words, at different outlets. Highest among independent reports
of one event: .05 (300 articles of the `outlets` set; .35 with quotations); lowest of 60 rewrites
with everything changed at once: .38 (RealTime QA development corpus, 2026-11-22)."""

MIN_CONTAINMENT_SAME_OUTLET = 0.9
"""The same within one outlet, whose follow-ups repeat their background: up to .81 is a new story
(read by eye, RealTime QA development corpus, 2026-11-22)."""

MIN_CONTAINMENT_TO_MERGE = 0.5
"""Containment at which a copy of articles in two clusters merges these."""

MIN_OWN_SHINGLES = 40
"""With fewer shingles outside quotation marks, a text is compared as a whole."""

MIN_SHARED_SHINGLES = 20
"""Shingles that copies at different outlets share at least."""

MAX_CANDIDATES = 12
"""Articles compared word by word with a new one."""

MAX_VALUES_OF_SHORT_TEXT = 12
"""Up to so many values (two passages), one signature in common makes a candidate, else two."""

_WORD = re.compile(r"\w+")
_QUOTED = re.compile(r"“[^”\n]*(?:”|\n|$)|\"[^\"\n]*(?:\"|\n|$)")


def shingles(text: str) -> set[bytes]:
    """Runs of five words, without case and punctuation, in UTF-8; of fewer words all of them."""
    words = _words(text.casefold())
    return set(_runs(words)) if len(words) >= SHINGLE_WORDS else {b" ".join(words)}


def unquoted_shingles(text: str) -> set[bytes]:
    """The shingles outside quotation marks; none crosses a quotation."""
    found: set[bytes] = set()
    for run in _QUOTED.split(text.casefold()):
        found.update(_runs(_words(run)))
    return found


def _words(text: str) -> list[bytes]:
    return " ".join(_WORD.findall(text)).encode().split()


def _runs(words: list[bytes]) -> Iterator[bytes]:
    return map(b" ".join, zip(*(words[first:] for first in range(SHINGLE_WORDS)), strict=False))


def containment(one: set[bytes], other: set[bytes]) -> float:
    """Shared shingles as a share of the smaller set, 0 to 1."""
    return len(one & other) / max(1, min(len(one), len(other)))


# -- candidates -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is stored of an article to find its copies by; all are signed 63-bit numbers.

    ``bands`` are 32 LSH band values of the whole, ``values`` six MinHash values of each passage.
    """

    bands: tuple[int, ...] = ()
    values: frozenset[int] = frozenset()

    def signatures(self) -> Iterator[int | tuple[int, int]]:
        """Bands with their place, and values; near-copies have some of them in common."""
        yield from enumerate(self.bands)
        yield from self.values


def rank_candidates(shared: Mapping[str, int], sketch: Sketch) -> list[str]:
    """The ids of articles to compare word by word, those with most shared signatures first.

    ``shared`` counts the signatures that each article has in common with ``sketch``.
    """
    min_shared = 2 if len(sketch.values) > MAX_VALUES_OF_SHORT_TEXT else 1
    likely = [item for item in shared.items() if item[1] >= min_shared]
    ranked = sorted(likely, key=lambda item: (-item[1], item[0]))
    return [article_id for article_id, _ in ranked[:MAX_CANDIDATES]]


def build_sketch(text: str, spans: Iterable[tuple[int, int]]) -> Sketch:
    """The sketch of a text with the passages ``spans``."""
    values: set[int] = set()
    for start, end in spans:
        passage = text[start:end]
        own = unquoted_shingles(passage)
        compared = own if len(own) >= MIN_OWN_SHINGLES // 2 else shingles(passage)
        least = _minhash(compared, MINHASHES_PER_PASSAGE)
        values.update((place << 32) | value for place, value in enumerate(least))
    return Sketch(tuple(lsh_bands(text)), frozenset(values))


def lsh_bands(text: str) -> list[int]:
    """LSH: 32 signed 63-bit numbers, of which near-copies share one at the same place."""
    rows = _minhash(shingles(text), PERMUTATIONS)
    return [
        int(digest(*map(str, rows[i : i + ROWS_PER_BAND]), length=15), 16)
        for i in range(0, PERMUTATIONS, ROWS_PER_BAND)
    ]


def _minhash(items: set[bytes], permutations: int) -> list[int]:
    signature = _empty_minhash(permutations).copy()
    signature.update_batch(items)
    return [int(v) for v in signature.hashvalues]


@cache
def _empty_minhash(permutations: int) -> Any:
    """A template to copy: drawing the permutations anew takes half of a signature's time."""
    from datasketch import MinHash

    return MinHash(num_perm=permutations, hashfunc=crc32)


# -- decision -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ClusterAssignment:
    """The cluster of an article, and the clusters that it shows to be the same one."""

    cluster_id: str
    merged: tuple[str, ...] = ()


def copied_share(one: Article, other: Article) -> float:
    """The containment of two articles' own words, 0 to 1; 0 when neither is a copy of the other."""
    mine, theirs = unquoted_shingles(one.text), unquoted_shingles(other.text)
    if min(len(mine), len(theirs)) < MIN_OWN_SHINGLES:
        share = containment(shingles(one.text), shingles(other.text))
        return share if share >= MIN_CONTAINMENT_WHOLE_TEXT else 0.0
    share = containment(mine, theirs)
    if same_outlet(one, other):
        return share if share >= MIN_CONTAINMENT_SAME_OUTLET else 0.0
    if len(mine & theirs) < MIN_SHARED_SHINGLES:
        return 0.0
    return share if share >= MIN_CONTAINMENT_OTHER_OUTLET else 0.0


def assign_cluster(article: Article, candidates: Iterable[Article]) -> ClusterAssignment:
    """The cluster of the closest copy among the candidates, or the article's own."""
    others = (other for other in candidates if other.id != article.id)
    scored = [(copied_share(article, other), other.cluster_id) for other in others]
    share, best = max(scored, default=(0.0, ""))
    if not share:
        return ClusterAssignment(article.cluster_id or article.id)
    close = {cluster for shared, cluster in scored if shared >= MIN_CONTAINMENT_TO_MERGE}
    return ClusterAssignment(best, tuple(sorted(close - {best})))
