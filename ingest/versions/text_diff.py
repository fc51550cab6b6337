"""What changed between two versions of an article, by sentence and, inside a sentence, by word.

Longest matching runs by ``difflib`` (Ratcliff and Obershelp 1988). Pure functions; knows nothing
about stores or terminals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Literal

from ingest.records import Article
from ingest.segmentation import sentence_spans

RELATED = 0.5
"""Sentences with this much in common are one sentence that was edited."""

Kind = Literal["kept", "removed", "added"]


@dataclass(frozen=True, slots=True)
class Edit:
    """A run of words that both versions have, or only one of them."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One sentence, or the title, that is not the same in both versions: its runs of words."""

    edits: tuple[Edit, ...]

    def __str__(self) -> str:
        """Plain text: [-removed-] {+added+}."""
        marks = {"kept": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
        return "".join(
            marks[edit.kind].format(edit.text.strip()) + " " * edit.text.endswith(" ")
            if edit.kind != "kept" else edit.text
            for edit in self.edits
        ).strip()  # fmt: skip


def diff_articles(old: Article, new: Article) -> list[Change]:
    """What a reader of the old version finds different in the new one, in the new order."""
    found = [Change(_words(old.title, new.title))] if old.title != new.title else []
    before, after = _sentences(old.text), _sentences(new.text)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            found += _block(before[a:b], after[c:d])
    return found


def _sentences(text: str) -> list[str]:
    return [" ".join(text[start:end].split()) for start, end in sentence_spans(text)]


def _block(removed: Sequence[str], added: Sequence[str]) -> Iterator[Change]:
    """Sentences that stand at the same place of both versions, side by side where related."""
    for one, other in zip_longest(removed, added):
        if one and other and SequenceMatcher(None, one.split(), other.split()).ratio() >= RELATED:
            yield Change(_words(one, other))
            continue
        if one:
            yield Change((Edit("removed", one),))
        if other:
            yield Change((Edit("added", other),))


def _words(one: str, other: str) -> tuple[Edit, ...]:
    before, after = re.findall(r"\S+\s*", one + " "), re.findall(r"\S+\s*", other + " ")
    found: list[Edit] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Edit("kept", "".join(before[a:b])))
            continue
        if a < b:
            found.append(Edit("removed", "".join(before[a:b])))
        if c < d:
            found.append(Edit("added", "".join(after[c:d])))
    return tuple(found)
