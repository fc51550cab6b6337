"""The reader: its weights, what it says of sentences, and how many of them it reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from ingest.errors import WeightsError
from ingest.records import Article, Passage
from qa.questions.interpretation import interpret
from qa.reading import reader as reader_module
from qa.reading.evidence import candidate_sentences
from qa.reading.reader import SentenceReader, shared_reader
from qa.reading.reader_input import Candidate
from qa.reading.sentence_ranking import (
    MAX_SENTENCES_READ,
    SENTENCES_READ_FIRST,
    SURE_FROM,
    rank_sentences,
)
from qa.retrieval.ranking import Hit
from tests.fakes_reading import FERRY, OTHERS


def test_a_score_hangs_on_its_own_sentence_alone() -> None:
    """Alone or among others, in any order, by either runtime: the same log-odds."""
    question, asked = "Who was arrested over the ferry?", date(2026, 3, 4)
    together = shared_reader().read(question, [FERRY, *OTHERS], asked)
    assert shared_reader().read(question, [FERRY], asked) == pytest.approx(together[:1], abs=0.02)
    other = SentenceReader("onnxruntime").read(question, [*OTHERS, FERRY], asked)
    assert [other[2], *other[:2]] == pytest.approx(together, abs=0.2)
    assert shared_reader().read(question, [], asked) == []


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("Who was arrested over the ferry that ran aground?", 0),
        ("How much does a ticket for the ferry cost?", 1),
    ],
)
def test_the_sentence_that_answers_is_first(question: str, best: int) -> None:
    """All three are about the ferry; one says what is asked."""
    scores = shared_reader().read(question, [FERRY, *OTHERS], date(2026, 3, 4))
    others = [score for place, score in enumerate(scores) if place != best]
    assert scores[best] > max(others) + 2


def test_another_detail_is_not_answered() -> None:
    """The right story without what is asked stays far below even odds."""
    scores = shared_reader().read(
        "How old is the captain of the ferry?", [FERRY, *OTHERS], date(2026, 3, 4)
    )
    assert max(scores) < -2


def test_weights_are_checked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A missing or an altered file is an error that says what to do."""
    monkeypatch.setattr(reader_module, "WEIGHTS_FILE", tmp_path / "none.onnx")
    with pytest.raises(WeightsError, match="reinstall"):
        SentenceReader()
    (tmp_path / "none.onnx").write_bytes(b"something else")
    with pytest.raises(WeightsError, match="reinstall"):
        SentenceReader()


class CountingReader:
    """Says of each sentence that it answers less than the one before; counts what it was given."""

    def __init__(self, first: float) -> None:
        self.first, self.given = first, 0

    def read(
        self, question: str, candidates: Sequence[Candidate], asked_at: date | None
    ) -> list[float]:
        found = [self.first - self.given - place for place in range(len(candidates))]
        self.given += len(candidates)
        return found


@pytest.mark.parametrize(
    ("sure", "read"), [(True, SENTENCES_READ_FIRST), (False, MAX_SENTENCES_READ)]
)
def test_so_many_sentences_are_read_as_it_takes(sure: bool, read: int) -> None:
    """Of a long article the best few are read, fewer when one of the first answers surely; the rest
    count as the least of them, and no sentence is lost."""
    text = " ".join(f"The harbour of Korva took in {i} ships in May." for i in range(30))
    article = Article(text, title="Ships in Korva")
    passage = Passage("p", article.id, 1, 0, 0, len(text), text)
    hits = [Hit(passage, article, 0.5, 0.5, 1.0)]
    reader = CountingReader(SURE_FROM if sure else SURE_FROM - 10)
    ranked = rank_sentences(interpret("How many ships in Korva?"), hits, Even(), reader=reader)
    assert reader.given == read
    assert len(ranked) == len(candidate_sentences(hits)) == 30
    least = min(e.features["reader"] for e in ranked)
    assert sum(e.features["reader"] == least for e in ranked) == 30 - read + 1
    assert ranked == sorted(ranked, key=lambda e: -e.score)


class Even:
    """Every word is as rare as every other."""

    def idf(self, stems: Sequence[str]) -> dict[str, float]:
        return dict.fromkeys(stems, 1.0)
