"""What the development data beside the project must show, article by article."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random

import pytest

from ingest.extraction.paragraphs import clean_paragraphs
from ingest.pipeline import ingest
from ingest.storage.embedder import PackagedEmbedding
from ingest.storage.library import Library
from qa import Assistant, Settings
from qa.evaluate.metrics.annotation_accuracy import date_accuracy, speaker_accuracy
from tests.benchmarks.annotation_accuracy import LABELS, stories
from tests.benchmarks.realtimeqa import rows
from tests.fakes_ingest import WordEmbedding
from tests.rewrites import KINDS, retitled, rewrite

pytestmark = pytest.mark.data

CORPUS = "mini_corpus.jsonl"


@pytest.fixture(scope="module")
def seed(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """The seed article, dated by its user."""
    library = Library(tmp_path_factory.mktemp("seed"), embedder=PackagedEmbedding())
    ingest([data / "seed"], library, published=date(2025, 6, 2))
    return Assistant(Settings(model="none"), library=library)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Who opened the talks?", "Hakan Fidan"),
        ("Where were they held?", "Turkey"),
        ("How much Russian money is frozen in Europe?", "$300 billion"),
        ("What tariff would the bill impose?", "500%"),
        ("Which four regions?", "Donetsk, Luhansk, Zaporizhzhia and Kherson"),
        ("When did the first round's prisoner swap come?", "May 16"),
        ("Who called for direct talks, according to the State Department?", "Rubio"),
    ],
)
def test_the_seed_article_answers(seed: Assistant, question: str, words: str) -> None:
    """The first quote holds the answer."""
    answer = seed.ask(question)
    assert answer.status == "answered"
    assert words in answer.citations[0].quote


@pytest.mark.parametrize("question", ["Who won the match?", "What did China say about the talks?"])
def test_the_seed_article_does_not_answer(seed: Assistant, question: str) -> None:
    """What the article does not say is refused, with the article offered."""
    answer = seed.ask(question)
    assert answer.status == "not_found"
    assert answer.nearest


def test_time_expressions_on_hand_labels(data: Path) -> None:
    """On the half whose errors were not listed, resolved and correct hold their floors. Measured:
    .964 of 112 and .954 of 109 (2026-11-22); not a blind figure, see tests/labels/README.md."""
    dates = date_accuracy(stories(data), "held", LABELS)
    print(dates.resolved, dates.correct, *dates.errors, sep="\n")
    assert dates.resolved.value >= 0.95
    assert dates.correct.value >= 0.94


def test_speakers_on_hand_labels(data: Path) -> None:
    """On the half whose errors were not listed, precision and recall hold their floors. Measured:
    .990 of 99 and .916 of 107 (2026-11-22); not a blind figure."""
    speakers = speaker_accuracy(stories(data), "held", LABELS)
    print(speakers.precision, speakers.recall, *speakers.errors, sep="\n")
    assert speakers.precision.value >= 0.97
    assert speakers.recall.value >= 0.9


def test_the_seed_story_knows_its_days_and_speakers(seed: Assistant) -> None:
    """Monday is 2 June 2025, next week follows, and Hakan Fidan opened the talks."""
    (article,) = seed.library.catalogue.articles()
    dates = seed.library.expressions(article.id, 1)
    assert {str(e.first) for e in dates if e.phrase == "Monday"} == {"2025-06-02"}
    assert {(str(e.first), str(e.last)) for e in dates if e.phrase == "next week"} == {
        ("2025-06-09", "2025-06-15")
    }
    said = {(s.speaker, s.role) for s in seed.library.statements(article.id, 1)}
    assert ("Hakan Fidan", "Turkish Foreign Minister") in said


FOUND = 0.95
"""Floor of copies found. Measured: 240 of 240 (2026-11-22)."""


def test_reports_of_one_event_by_different_outlets_do_not_merge(data: Path, tmp_path: Path) -> None:
    """300 articles, three outlets to each of 100 events: every one is a cluster of its own."""
    library = Library(tmp_path / "outlets", embedder=WordEmbedding())
    articles = list(rows(data / "outlets" / "basil_articles.jsonl"))
    report = ingest(articles, library)
    assert report.counts == {"new": 300}
    assert len({a.cluster_id for a in library.catalogue.articles()}) == 300


def test_rewrites_of_a_story_join_its_cluster(data: Path, tmp_path: Path) -> None:
    """Of 240 stories, cut, reordered, reworded, with a local paragraph or all of it, at another
    outlet and under another headline, at least 95 per cent are known for copies."""
    library = Library(tmp_path / "rewrites", embedder=WordEmbedding())
    every = {row["text"]: row for row in rows(data / "realtimeqa_mini" / CORPUS)}  # some repeat
    stories = [row for text, row in every.items() if len(text.split()) > 150]
    Random(7).shuffle(stories)
    known: dict[str, str] = {}
    sources: list[dict[str, str]] = []
    for number, row in enumerate(stories[:240]):
        first = {"title": row["title"], "text": row["text"], "publisher": "First",
                 "url": f"https://first.example/{number}"}  # fmt: skip
        kind = list(KINDS)[number % len(KINDS)]
        other = {"title": retitled(row["title"] or "", number), "publisher": "Other",
                 "text": rewrite(clean_paragraphs(row["text"]), kind, number),
                 "url": f"https://other.example/{number}"}  # fmt: skip
        known[f"https://other.example/{number}"] = f"https://first.example/{number}"
        sources += [other, first] if number % 2 else [first, other]
    ingest(sources, library)
    clusters = {a.canonical_url: a.cluster_id for a in library.catalogue.articles()}
    found = [clusters.get(a) == clusters.get(b) is not None for a, b in known.items()]
    print(f"{sum(found)} of {len(found)} rewrites found")
    assert sum(found) >= FOUND * len(found)
