"""Reads a question set: a file in one of five formats becomes cases; draws samples of them.

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
from qa.evaluate.question_sets.file_items import (
    Item,
    csv_items,
    decode_text,
    json_items,
    read_bytes,
)
from qa.evaluate.question_sets.formats import (
    FORMATS,
    KINDS,
    ReadCase,
    as_unanswerable,
    detect_format,
)
from qa.evaluate.records import Case
from qa.records import to_json


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The questions of one file. ``articles`` are mappings for ``ingest()`` when the file brings
    its own, as SQuAD does; ``sha256`` is that of the file as stored."""

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
    found, articles = _read_items(_items(str(path), decode_text(str(path), raw), kind), kind)
    if unanswerable:
        found = [as_unanswerable(f) if f.unlabelled else f for f in found]
    if not found:
        raise BadQuestions(str(path), "no question in it")
    digest = hashlib.sha256(raw).hexdigest()
    return QuestionSet(path.name, _with_ids(found), tuple(articles), digest)


def _items(source: str, text: str, kind: str | None) -> list[Item]:
    is_json = text.lstrip()[:1] in ("{", "[")
    if kind == "csv" or (kind is None and not is_json):
        return csv_items(source, text)
    return json_items(source, text)


def _read_items(
    items: list[Item], kind: str | None
) -> tuple[list[ReadCase], list[Mapping[str, Any]]]:
    if not items:
        return [], []
    if items[0].flat:  # CSV holds our own schema only
        kind = "citewire"
    return FORMATS[kind or detect_format(items[0])](items)


def _with_ids(found: Iterable[ReadCase]) -> tuple[Case, ...]:
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


def case_to_dict(case: Case) -> dict[str, Any]:
    """A case as one JSON object of our own format, without unknown fields. ``read_questions`` of
    such lines gives equal cases."""
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
    generator = random.Random(seed)
    answerable = sorted(case.id for case in cases if not case.unanswerable)
    unanswerable = sorted(case.id for case in cases if case.unanswerable)
    size = _sampled_unanswerable(len(unanswerable), len(cases), n)
    drawn = {*generator.sample(answerable, n - size), *generator.sample(unanswerable, size)}
    return tuple(case for case in cases if case.id in drawn)


def _sampled_unanswerable(some: int, total: int, n: int) -> int:
    """How many of a sample of ``n`` are unanswerable when ``some`` of ``total`` are: the share,
    rounded; neither half is left out entirely when there is room for both."""
    share = (2 * n * some + total) // (2 * total)
    if n > 1 and 0 < some < total:
        share = min(max(share, 1), n - 1)
    return max(min(share, some), n - (total - some))
