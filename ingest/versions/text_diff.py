"""Compares two versions of an article, by sentence and inside a changed sentence by word.

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

MIN_EDITED_RATIO = 0.5
"""Share of words in common, 0 to 1, from which two sentences are one that was edited."""

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
    """The changed title and sentences between two versions, in the order of the new one."""
    found = [Change(_word_edits(old.title, new.title))] if old.title != new.title else []
    before, after = _sentences(old.text), _sentences(new.text)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            found += _changed_sentences(before[a:b], after[c:d])
    return found


def _sentences(text: str) -> list[str]:
    return [" ".join(text[start:end].split()) for start, end in sentence_spans(text)]


def _changed_sentences(removed: Sequence[str], added: Sequence[str]) -> Iterator[Change]:
    """Sentences that stand at the same place of both versions, side by side where related."""
    for one, other in zip_longest(removed, added):
        if one and other and _similarity(one, other) >= MIN_EDITED_RATIO:
            yield Change(_word_edits(one, other))
            continue
        if one:
            yield Change((Edit("removed", one),))
        if other:
            yield Change((Edit("added", other),))


def _similarity(one: str, other: str) -> float:
    """Share of words that two sentences have in common, in order, 0 to 1."""
    return SequenceMatcher(None, one.split(), other.split()).ratio()


def _word_edits(one: str, other: str) -> tuple[Edit, ...]:
    """The runs of words of two texts that are kept, removed or added."""
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
