"""Citations, written by code: which evidence sentences stand behind a sentence, and numbering.

Quotes are cut from stored text by offset. Knows nothing about models.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from ingest.records import day_of
from qa.read import Evidence
from qa.records import Citation
from qa.verify import Support, support

MOST = 3
"""Citations behind one sentence."""

WORTH_ANOTHER = 0.2
"""Share of a sentence's words that a further quote must add once the sentence is supported."""


def context_of(evidence: Evidence) -> str:
    """What stands beside a quote for the reader: title, outlet and date."""
    article = evidence.article
    published = f"{day_of(article.published_at):%A %d %B %Y}" if article.published_at else ""
    return f"{article.title} {article.publisher or ''} {published}"


def align(sentence: str, evidence: Sequence[Evidence]) -> tuple[list[Evidence], Support]:
    """The fewest evidence sentences that support a sentence best, and how well.

    Greedy: the sentence that covers most words, then any that mends what is still missing.
    """
    chosen: list[Evidence] = []
    verdict = Support(0.0, ("no evidence",))
    remaining = list(evidence)
    while remaining and len(chosen) < MOST:
        trials = [(_judge(sentence, [*chosen, e]), e) for e in remaining]
        best, addition = max(trials, key=lambda t: (t[0].score, t[1].score))
        if best.score <= verdict.score + (WORTH_ANOTHER if verdict.ok else 0.05):
            break
        chosen.append(addition)
        remaining.remove(addition)
        verdict = best
    return chosen, verdict


def _judge(sentence: str, chosen: Sequence[Evidence]) -> Support:
    return support(
        sentence, [e.text for e in chosen], " ".join(dict.fromkeys(map(context_of, chosen)))
    )


@dataclass(slots=True)
class Numbering:
    """Gives each distinct quote one number, in order of first use."""

    citations: list[Citation] = field(default_factory=list)
    cited: list[Evidence] = field(default_factory=list)
    _known: dict[tuple[str, int, int], int] = field(default_factory=dict)

    def cite(self, evidence: Iterable[Evidence], score: float) -> tuple[int, ...]:
        numbers = []
        for item in evidence:
            if item.place not in self._known:
                self._known[item.place] = len(self.citations) + 1
                self.citations.append(citation(item, len(self.citations) + 1, score))
                self.cited.append(item)
            numbers.append(self._known[item.place])
        return tuple(sorted(set(numbers)))


def citation(evidence: Evidence, number: int, score: float) -> Citation:
    """The citation of an evidence sentence; its quote is the stored text between its offsets."""
    article, passage = evidence.article, evidence.hit.passage
    low, high = min(passage.start, evidence.start), max(passage.end, evidence.end)
    return Citation(
        number=number,
        article_id=article.id,
        version=article.version,
        title=article.title,
        publisher=article.publisher,
        published_at=article.published_at,
        published_from=article.published_from,
        url=article.url,
        quote=article.text[evidence.start : evidence.end],
        start=evidence.start,
        end=evidence.end,
        passage_id=passage.id,
        before=article.text[low : evidence.start],
        after=article.text[evidence.end : high],
        cluster_id=article.cluster_id,
        support=round(min(1.0, max(0.0, score)), 4),
    )


def widened(evidence: Evidence, start: int) -> Evidence:
    """The same evidence, beginning earlier in its article."""
    return replace(evidence, start=start, text=evidence.article.text[start : evidence.end])
