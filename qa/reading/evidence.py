"""Evidence: a sentence of a retrieved passage, with its exact place in the article.

Splits passages into candidate sentences. Knows nothing about questions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ingest.records import Article
from ingest.segmentation import sentence_spans
from qa.retrieval.ranking import Hit

MAX_PASSAGES_READ = 10


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a passage: ``article.text[start:end] == text``."""

    hit: Hit
    start: int
    end: int
    text: str
    features: Mapping[str, float] = field(default_factory=dict)
    """What speaks for and against it as an answer: see ``sentence_ranking`` and ``answerability``.
    """
    score: float = 0.0
    """Relevance to the question; higher is better, comparable within one question only."""

    @property
    def article(self) -> Article:
        return self.hit.article

    @property
    def place(self) -> tuple[str, int, int]:
        """Article id, start and end: equal for equal quotes."""
        return self.article.id, self.start, self.end

    def contains(self, other: Evidence) -> bool:
        """Whether the other's words are part of these."""
        return (
            self.article.id == other.article.id
            and self.start <= other.start
            and other.end <= self.end
        )


def candidate_sentences(hits: Sequence[Hit]) -> list[Evidence]:
    """The sentences of the best passages, each once (a copy of a wire story repeats them)."""
    seen: set[str] = set()
    found = []
    for hit in hits[:MAX_PASSAGES_READ]:
        text = hit.article.text
        for start, end in sentence_spans(text, hit.passage.start, hit.passage.end):
            key = words_alone(text[start:end])
            if key not in seen:
                seen.add(key)
                found.append(Evidence(hit, start, end, text[start:end]))
    return found


def words_alone(text: str) -> str:
    """The words of a text without case, spacing and punctuation: equal for equal sentences."""
    return " ".join(re.findall(r"\w+", text.casefold()))
