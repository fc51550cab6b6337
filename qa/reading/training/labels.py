"""Reads the labels of sentences, and the articles that they point into.

    judged.jsonl.gz     lists of sentences that our retrieval found for a real question, each judged
    written.jsonl.gz    questions written about one article: answered by it, or nearly
    articles.jsonl.gz   the texts, which are not part of the project

Labels name an article and the characters of a sentence. Knows nothing about networks.
"""

from __future__ import annotations

import gzip
import json
import math
import random
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ingest.segmentation import sentence_spans
from qa.language.words import content_stems
from qa.reading.reader_input import CONTEXT_CHARACTERS, Candidate, folded

PART = 0.4
"""Target of a sentence that answers in part: nearer to "no", since alone it does not answer."""

NEAREST_NEGATIVES = 5
"""Sentences of a written question's article, nearest to it by words, that do not answer it."""

MAX_SENTENCES_WITH_ANSWER = 4
"""A written question whose answer's words stand in more sentences of its article is left out:
which of them answers is not known."""

ANSWERED = ("answered", "far", "yesno", "short")
"""Kinds of written questions that their article answers: in words near to its own, in words far
from them, with yes or no, and in a few plain words."""

MAX_DAYS_ASKED_LATER = 6
"""A written question is asked so many days after its article at most."""

TEST_SHARE = 0.15
"""Share of the questions that is never trained on, drawn by a digest of the question's id."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A candidate sentence, how far it answers (0 to 1), and the answer's words in it."""

    candidate: Candidate
    target: float
    answer: str = ""


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A question with its judged sentences. ``group``: equal for what must not be split between
    training and test; ``kind``: full, without (the telling articles), answered, far, yesno, short,
    detail, short_detail, changed, joined; ``asked_at`` None: the articles' age is not told."""

    group: str
    kind: str
    text: str
    asked_at: date | None
    sentences: tuple[Labelled, ...]

    @property
    def answerable(self) -> bool:
        return any(one.target == 1.0 for one in self.sentences)

    @property
    def is_judged(self) -> bool:
        """Whether its sentences were found by retrieval and judged one by one."""
        return self.kind in ("full", "without")

    @property
    def is_test(self) -> bool:
        return zlib.crc32(self.group.encode()) % 100 < 100 * TEST_SHARE


def read_labels(labels: Path, data: Path) -> list[LabelledQuestion]:
    """Every labelled question. ``labels``: folder of the two label files; ``data``: folder with
    questions and articles. Raises FileNotFoundError."""
    articles = {row["id"]: row for row in _rows(data / "articles.jsonl.gz")}
    asked = {row["question_id"]: row for row in _rows(data / "questions.jsonl.gz")}
    judged = [_judged(row, asked, articles) for row in _rows(labels / "judged.jsonl.gz")]
    return [*judged, *_written(_rows(labels / "written.jsonl.gz"), articles)]


def _rows(path: Path) -> Iterator[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _judged(row: Row, asked: dict[str, Row], articles: dict[str, Row]) -> LabelledQuestion:
    question = asked[row["question"]]
    return LabelledQuestion(
        row["question"],
        row["list"],
        question["question"],
        _day(question["date"]),
        tuple(_labelled(articles[key], *rest) for key, *rest in row["sentences"]),
    )


def _labelled(article: Row, start: int, end: int, label: str, answer: str) -> Labelled:
    target = {"F": 1.0, "P": PART}.get(label, 0.0)
    return Labelled(_candidate(article, start, end), target, answer)


def _candidate(article: Row, start: int, end: int) -> Candidate:
    text: str = article["text"]
    return Candidate(
        text[start:end],
        text[max(0, start - CONTEXT_CHARACTERS) : start],
        article["title"] or "",
        _day(article["publish_date"]) if article["publish_date"] else None,
    )


def _day(written: str) -> date:
    return date.fromisoformat(written.replace("/", "-"))


# -- written questions ----------------------------------------------------------------------------


def _written(rows: Iterator[Row], articles: dict[str, Row]) -> Iterator[LabelledQuestion]:
    """Written questions with sentences of their article: the marked one or those that hold the
    answer's words, and those nearest to the question that do not; of a detail or change, which
    the article lacks, the nearest.
    """
    for row in rows:
        article, draw = articles[row["article"]], random.Random(row["id"])
        spans = sentence_spans(article["text"])
        texts = [article["text"][a:b] for a, b in spans]
        near = _by_words(row["question"], texts)
        marked = [i for i in near if list(spans[i]) == row.get("sentence")]
        near = [*marked, *(i for i in near if i not in marked)]
        is_answered = row["kind"] in ANSWERED
        answer = folded(row["answer"]) if is_answered else ""
        holding = [i for i in near if answer and answer.lower() in folded(texts[i]).lower()]
        holding = marked if is_answered and marked else holding
        if is_answered != (1 <= len(holding) <= MAX_SENTENCES_WITH_ANSWER):
            continue
        others = [i for i in near if i not in holding]  # it may stand in several by chance
        if is_answered and marked:  # another sentence with the answer's words may answer as well
            others = [i for i in others if answer.lower() not in folded(texts[i]).lower()]
        chosen = [*holding[:1], *others[:NEAREST_NEGATIVES]]
        chosen += draw.sample(others[NEAREST_NEGATIVES:], min(1, len(others[NEAREST_NEGATIVES:])))
        asked_at = _day(article["publish_date"]) + timedelta(draw.randint(0, MAX_DAYS_ASKED_LATER))
        sentences = tuple(
            Labelled(
                _candidate(article, *spans[i]), float(i in holding), answer if i in holding else ""
            )
            for i in chosen
        )
        yield LabelledQuestion(row["article"], row["kind"], row["question"], asked_at, sentences)


def _by_words(question: str, texts: Sequence[str]) -> list[int]:
    """Indices of sentences by the question's words in them, by how rare each is; most first."""
    asked = set(content_stems(question))
    found = [asked & set(content_stems(text)) for text in texts]
    rarity = {
        stem: math.log(1 + len(texts) / (sum(stem in one for one in found) or 1)) for stem in asked
    }
    return sorted(range(len(texts)), key=lambda i: -sum(rarity[stem] for stem in found[i]))
