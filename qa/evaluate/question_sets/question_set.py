"""Question sets: a file of questions in one of five formats into cases.

    read_questions(path) -> QuestionSet(name, cases, articles, sha256)
    sample(cases, n, seed) -> the same n of them everywhere

docs/question-sets.md describes the formats. Knows nothing about libraries or systems.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qa.errors import BadQuestions
from qa.evaluate.question_sets.file_items import Item, csv_items, json_items, read_bytes, text_of
from qa.evaluate.question_sets.formats import FORMATS, KINDS, Found, marked, recognised
from qa.evaluate.records import Case
from qa.records import to_json


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The questions of one file. ``articles`` are mappings for ``ingest()`` when the file brings
    its own, as SQuAD does; ``sha256`` is that of the file as it lies on the disk."""

    name: str
    cases: tuple[Case, ...]
    articles: tuple[Mapping[str, Any], ...]
    sha256: str


def read_questions(
    path: Path, *, kind: str | None = None, unanswerable: bool = False
) -> QuestionSet:
    """Read a question set: JSON, JSON lines or CSV in UTF-8, packed with gzip or not.

    ``kind`` is citewire, realtimeqa, multihop-rag, squad or csv; None: told from the content.
    ``unanswerable``: the user vouches that questions of which the file does not say whether the
    articles hold an answer (no ``unanswerable``, no field that names articles) have none. It is
    never guessed.

    Raises BadQuestions, which names the file, the place in it and what was expected.
    """
    path = Path(path)
    if kind is not None and kind not in KINDS:
        raise BadQuestions(str(path), f"{kind!r} is no format; known are {', '.join(KINDS)}")
    raw = read_bytes(path)
    found, articles = _found(_items(str(path), text_of(str(path), raw), kind), kind)
    if unanswerable:
        found = [marked(f) if f.silent else f for f in found]
    if not found:
        raise BadQuestions(str(path), "no question in it")
    return QuestionSet(
        path.name, _identified(found), tuple(articles), hashlib.sha256(raw).hexdigest()
    )


def _items(source: str, text: str, kind: str | None) -> list[Item]:
    jsonic = text.lstrip()[:1] in ("{", "[")
    if kind == "csv" or (kind is None and not jsonic):
        return csv_items(source, text)
    return json_items(source, text)


def _found(items: list[Item], kind: str | None) -> tuple[list[Found], list[Mapping[str, Any]]]:
    if not items:
        return [], []
    flat = items[0].flat  # CSV holds our own schema only
    told = "citewire" if flat else recognised(items[0]) if kind is None else kind
    return FORMATS[told](items)


def _identified(found: Iterable[Found]) -> tuple[Case, ...]:
    """Cases with ids: their own, or q1, q2, ... by position. Each id once."""
    places: dict[str, str] = {}
    cases = []
    for number, one in enumerate(found, 1):
        case = one.case if one.case.id else replace(one.case, id=f"q{number}")
        if case.id in places:
            one.item.fail(f"the id {case.id!r} is that of {places[case.id]} already")
        places[case.id] = one.item.place
        cases.append(case)
    return tuple(cases)


def line_of(case: Case) -> dict[str, Any]:
    """A case as one line of our own format, without what is not known. ``read_questions`` of the
    lines gives equal cases."""
    return {
        key: value for key, value in to_json(case).items() if value not in (None, "", [], False)
    }


def sample(cases: Sequence[Case], n: int, seed: int = 0) -> tuple[Case, ...]:
    """``n`` of the cases in their own order, with the same share of unanswerable ones.

    The same ids and seed give the same sample on every platform, in whatever order the cases
    come. All of them when there are not more than ``n``. Raises ValueError for n below 1.
    """
    if n < 1:
        raise ValueError(f"a sample of {n} questions: expected at least 1")
    if n >= len(cases):
        return tuple(cases)
    chance = random.Random(seed)
    strata = [sorted(c.id for c in cases if c.unanswerable is flag) for flag in (False, True)]
    taken = _quota(len(strata[1]), len(cases), n)
    kept = {i for ids, k in zip(strata, (n - taken, taken), strict=True)
            for i in chance.sample(ids, k)}  # fmt: skip
    return tuple(case for case in cases if case.id in kept)


def _quota(some: int, total: int, n: int) -> int:
    """How many of ``n`` come from ``some`` of ``total``: the share, rounded; none is left out
    entirely when there is room for both."""
    share = (2 * n * some + total) // (2 * total)
    if n > 1 and 0 < some < total:
        share = min(max(share, 1), n - 1)
    return max(min(share, some), n - (total - some))
