"""Citations: which evidence sentences stand behind a claim, and how quotes are numbered.

    claim + evidence -> align_claim -> the fewest quotes that support it -> CitationList -> [1][2]

Code writes every reference: a quote is cut from stored text by its offsets, and whatever a model
says about its sources is ignored. Knows nothing about models or about how a citation looks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from ingest.records import Article, day_of
from qa.language.words import content_stems
from qa.reading.evidence import Evidence
from qa.records import Citation
from qa.support.checker import Support, check_support

MAX_CITATIONS_PER_CLAIM = 3

MAX_WORDS_FOR_ONE_QUOTE = 5
"""Content words up to which a claim says one thing, which one quote must tell: "He served under
President Joe Biden" was put together from what Biden said and from who served under Clinton. Of 20
sentences of a 1.5B model with two quotes or more (80 development questions, 2026-11-24) the rule
meets 3: 2 of them wrong, and one whose second quote told nothing."""

MIN_GAIN_UNSUPPORTED = 0.05
"""Probability that a further quote must add as long as the claim is not supported."""

MIN_GAIN_SUPPORTED = 0.15
"""Probability that a further quote must add once the claim is supported. On 218 answer sentences
that editors wrote for RealTime QA development questions, 136 of them supported (2026-11-23): 1.31
quotes a sentence and ALCE precision .96 at 0.1, 1.27 and .99 at 0.15 and 0.2. Read by hand beside
44 sentences of a 1.5B model, 16 of 57 quotes at 0.1 told nothing that was needed (2026-11-24)."""

MIN_GAIN_OF_OWN_WORDS = 0.02
"""Probability that a quote of several must add by its own words: "zero people are unaccounted for"
stood behind "dozens of people were unaccounted for early Thursday" for its article's day."""

Annotator = Callable[[Citation], Citation]
"""Adds to a citation what the library knows about its words: days meant, speaker."""

ContextOf = Callable[[Evidence], str]
"""What is known about an evidence sentence besides its words, as text that may explain a name or a
date of a claim."""


def source_line(article: Article | Citation) -> str:
    """Title, outlet and day of an article: what a reader sees beside each of its quotes."""
    published = f"{day_of(article.published_at):%A %d %B %Y}" if article.published_at else ""
    return f"{article.title} {article.publisher or ''} {published}"


def article_context(evidence: Evidence) -> str:
    """The context of a sentence of which no more is known than its article."""
    return source_line(evidence.article)


def citation_context(citation: Citation) -> str:
    """The context of an annotated citation: also its speaker, and the days that its words mean."""
    days = (when.days for when in citation.dates if when.adds_information)
    return " . ".join(filter(None, (source_line(citation), citation.said_by, *dict.fromkeys(days))))


def align_claim(
    claim: str, evidence: Sequence[Evidence], context_of: ContextOf = article_context
) -> tuple[list[Evidence], Support]:
    """The fewest evidence sentences that support a claim best, and how well they do.

    Greedy set cover: the sentence with the highest support, then whichever adds most to it, as long
    as it adds enough; last, the sentences that later ones made superfluous are taken out again.
    """
    chosen: list[Evidence] = []
    verdict = Support(0.0, ("no evidence",))
    remaining = list(evidence)
    several = len(content_stems(claim)) > MAX_WORDS_FOR_ONE_QUOTE
    while remaining and len(chosen) < (MAX_CITATIONS_PER_CLAIM if several else 1):
        trials = [(_support(claim, [*chosen, e], context_of), e) for e in remaining]
        best, addition = max(trials, key=lambda t: (t[0].score, t[1].score))
        gain = MIN_GAIN_SUPPORTED if verdict.supported else MIN_GAIN_UNSUPPORTED
        if best.score <= verdict.score + gain:
            break
        chosen.append(addition)
        remaining.remove(addition)
        verdict = best
    return _without_superfluous(claim, chosen, verdict, context_of)


def _without_superfluous(
    claim: str, chosen: list[Evidence], verdict: Support, context_of: ContextOf
) -> tuple[list[Evidence], Support]:
    """Without the quotes that later ones made superfluous, and without those whose context brings a
    day or a name but whose own words add nothing."""
    for item in list(chosen) if len(chosen) > 1 else ():
        rest = [e for e in chosen if e is not item]
        if rest and _own_support(claim, chosen) - _own_support(claim, rest) < MIN_GAIN_OF_OWN_WORDS:
            chosen, verdict = rest, _support(claim, rest, context_of)
    for item in chosen[:-1] if verdict.supported else ():
        rest = [e for e in chosen if e is not item]
        without = _support(claim, rest, context_of)
        if without.supported and without.score >= verdict.score - MIN_GAIN_SUPPORTED:
            chosen, verdict = rest, without
    return chosen, verdict


def _support(claim: str, chosen: Sequence[Evidence], context_of: ContextOf) -> Support:
    contexts = dict.fromkeys(context_of(e) for e in chosen)
    return check_support(claim, [e.text for e in chosen], " ".join(contexts))


def _own_support(claim: str, chosen: Sequence[Evidence]) -> float:
    return check_support(claim, [e.text for e in chosen]).score


def unannotated(citation: Citation) -> Citation:
    """The annotator of a library that knows nothing about a quote but its words."""
    return citation


@dataclass(frozen=True, slots=True)
class CitationList:
    """Numbered citations: each distinct quote has one number, in order of first use.

    Frozen: citing returns a longer list. ``citations[i]`` cites ``evidence[i]`` and has the number
    i + 1; ``annotate`` adds to each citation what the library knows about its words.
    """

    annotate: Annotator = unannotated
    citations: tuple[Citation, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    def cite(
        self, evidence: Iterable[Evidence], score: float
    ) -> tuple[CitationList, tuple[int, ...]]:
        """The list with the quotes that it did not have yet, and the numbers of all of them.

        ``score`` is the probability, 0 to 1, with which the quotes support what cites them.
        """
        citations, cited = list(self.citations), list(self.evidence)
        numbers = {item.place: number for number, item in enumerate(cited, 1)}
        wanted = set()
        for item in evidence:
            if item.place not in numbers:
                numbers[item.place] = len(citations) + 1
                citations.append(self.annotate(citation(item, len(citations) + 1, score)))
                cited.append(item)
            wanted.add(numbers[item.place])
        longer = replace(self, citations=tuple(citations), evidence=tuple(cited))
        return longer, tuple(sorted(wanted))


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


def starting_at(evidence: Evidence, start: int) -> Evidence:
    """The same evidence with an earlier beginning, a character offset in its article."""
    return replace(evidence, start=start, text=evidence.article.text[start : evidence.end])
