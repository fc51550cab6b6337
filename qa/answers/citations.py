"""Citations, written by code: which evidence sentences stand behind a sentence, and numbering.

Quotes are cut from stored text by offset. Knows nothing about models.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from ingest.records import Article, day_of
from qa.language.words import content_stems
from qa.reading.evidence import Evidence
from qa.records import Citation
from qa.support.checker import Support, support

MOST = 3
"""Citations behind one sentence."""

BRIEF = 5
"""Content words up to which a sentence says one thing, which one quote must tell: "He served under
President Joe Biden" was put together from what Biden said and from who served under Clinton. Of 20
sentences of a 1.5B model with two quotes or more (80 development questions, 2026-11-24) the rule
meets 3: 2 of them wrong, and one whose second quote told nothing."""

WORTH_ANOTHER = 0.15
"""Probability that a further quote must add once the sentence is supported. On 218 answer sentences
that editors wrote for RealTime QA development questions, 136 of them supported (2026-11-23): 1.31
quotes a sentence and ALCE precision .96 at 0.1, 1.27 and .99 at 0.15 and 0.2. Read by hand beside
44 sentences of a 1.5B model, 16 of 57 quotes at 0.1 told nothing that was needed (2026-11-24)."""

TELLS = 0.02
"""Probability that a quote of several must add by its own words: "zero people are unaccounted for"
stood behind "dozens of people were unaccounted for early Thursday" for its article's day."""


def context_of(article: Article | Citation) -> str:
    """What stands beside every quote of an article for the reader: title, outlet and date."""
    published = f"{day_of(article.published_at):%A %d %B %Y}" if article.published_at else ""
    return f"{article.title} {article.publisher or ''} {published}"


Annotate = Callable[[Citation], Citation]
"""Adds to a citation what the library knows about its words."""

Beside = Callable[[Evidence], str]
"""What stands beside a quote for the reader."""


def beside(citation: Citation) -> str:
    """What stands beside a quote once the library has said what it knows: title, outlet and date,
    the speaker, and the days that its words mean."""
    days = (when.days for when in citation.dates if when.tells_more)
    return " . ".join(filter(None, (context_of(citation), citation.said_by, *dict.fromkeys(days))))


def of_article(evidence: Evidence) -> str:
    """What stands beside a quote of which no more is known than its article."""
    return context_of(evidence.article)


def align(
    sentence: str, evidence: Sequence[Evidence], beside: Beside = of_article
) -> tuple[list[Evidence], Support]:
    """The fewest evidence sentences that support a sentence best, and how well.

    Greedy: the sentence that covers most words, then any that mends what is still missing.
    ``beside`` tells what may explain a name or a date without being a quote's own words.
    """
    chosen: list[Evidence] = []
    verdict = Support(0.0, ("no evidence",))
    remaining = list(evidence)
    most = MOST if len(content_stems(sentence)) > BRIEF else 1
    while remaining and len(chosen) < most:
        trials = [(_judge(sentence, [*chosen, e], beside), e) for e in remaining]
        best, addition = max(trials, key=lambda t: (t[0].score, t[1].score))
        if best.score <= verdict.score + (WORTH_ANOTHER if verdict.ok else 0.05):
            break
        chosen.append(addition)
        remaining.remove(addition)
        verdict = best
    return _needed(sentence, chosen, verdict, beside)


def _needed(
    sentence: str, chosen: list[Evidence], verdict: Support, beside: Beside
) -> tuple[list[Evidence], Support]:
    """Without the quotes that later ones have made superfluous, and without those that bring a day
    or a name beside them but tell nothing themselves."""
    for item in list(chosen) if len(chosen) > 1 else ():
        rest = [e for e in chosen if e is not item]
        if rest and _own(sentence, chosen) - _own(sentence, rest) < TELLS:
            chosen, verdict = rest, _judge(sentence, rest, beside)
    for item in chosen[:-1] if verdict.ok else ():
        rest = [e for e in chosen if e is not item]
        without = _judge(sentence, rest, beside)
        if without.ok and without.score >= verdict.score - WORTH_ANOTHER:
            chosen, verdict = rest, without
    return chosen, verdict


def _own(sentence: str, chosen: Sequence[Evidence]) -> float:
    """How well quotes support a sentence by their own words."""
    return support(sentence, [e.text for e in chosen]).score


def _judge(sentence: str, chosen: Sequence[Evidence], beside: Beside) -> Support:
    explained = dict.fromkeys(beside(e) for e in chosen)
    return support(sentence, [e.text for e in chosen], " ".join(explained))


def as_it_is(citation: Citation) -> Citation:
    """Nothing more is known about a quote than its words."""
    return citation


@dataclass(slots=True)
class Numbering:
    """Gives each distinct quote one number, in order of first use; ``annotate`` adds to each
    citation what the library knows about its words."""

    annotate: Annotate = as_it_is
    citations: list[Citation] = field(default_factory=list)
    cited: list[Evidence] = field(default_factory=list)
    _known: dict[tuple[str, int, int], int] = field(default_factory=dict)

    def cite(self, evidence: Iterable[Evidence], score: float) -> tuple[int, ...]:
        numbers = []
        for item in evidence:
            if item.place not in self._known:
                self._known[item.place] = len(self.citations) + 1
                made = citation(item, len(self.citations) + 1, score)
                self.citations.append(self.annotate(made))
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
