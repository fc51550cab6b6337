"""Scores citations: ALCE's citation recall and precision, and whether quotes are exact.

    recall of a sentence       1 if all its citations together support it
    precision of a citation    1 if the sentence is supported, and the citation supports it alone
                               or cannot be left out

Both after Gao et al. 2023, "Enabling Large Language Models to Generate Text with Citations", with
a judge in the place of their NLI model. A mark that leads to no source counts as a citation that
supports nothing. Knows nothing about where replies come from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qa.evaluate.records import CitedQuote, Reply
from qa.records import Sentence
from qa.support.checker import check_support

Judge = Callable[[str, Sequence[str], str], bool]
"""(sentence, quotes, their titles and dates) -> whether the quotes support the sentence."""


def checker(sentence: str, quotes: Sequence[str], context: str) -> bool:
    """The support checker that answers are made with, as a judge."""
    return check_support(sentence, list(quotes), context).supported


@dataclass(frozen=True, slots=True)
class AttributionCounts:
    """Counts over one reply, from which citation recall and precision are shares."""

    sentences: int = 0
    supported: int = 0
    citations: int = 0
    needed: int = 0
    invented: int = 0

    @property
    def recall(self) -> float | None:
        return self.supported / self.sentences if self.sentences else None

    @property
    def precision(self) -> float | None:
        """None of a reply without sentences; 0 of one that cites nothing."""
        if not self.sentences:
            return None
        return self.needed / self.citations if self.citations else 0.0


def attribution(reply: Reply, judge: Judge = checker) -> AttributionCounts:
    """ALCE's counts over the sentences of a reply; a refusal has none."""
    if reply.refused:
        return AttributionCounts()
    sources = {cited.number: cited for cited in reply.citations}
    counts = [_sentence_counts(sentence, sources, judge) for sentence in reply.sentences]
    return AttributionCounts(*map(sum, zip(*counts, strict=True)))


def _sentence_counts(
    sentence: Sentence, sources: dict[int, CitedQuote], judge: Judge
) -> tuple[int, int, int, int, int]:
    cited = [sources[n] for n in sentence.citations if n in sources]
    invented = len(sentence.citations) - len(cited)
    supported = bool(cited) and _supports(sentence.text, cited, judge)
    needed = sum(_needed(sentence.text, cited, i, judge) for i in range(len(cited))) * supported
    return 1, int(supported), len(sentence.citations), needed, invented


def _needed(sentence: str, cited: list[CitedQuote], index: int, judge: Judge) -> bool:
    """Whether a citation is relevant: it supports alone, or the others do not without it."""
    if len(cited) == 1 or _supports(sentence, [cited[index]], judge):
        return True
    return not _supports(sentence, cited[:index] + cited[index + 1 :], judge)


def _supports(sentence: str, cited: list[CitedQuote], judge: Judge) -> bool:
    quotes = [c.quote for c in cited]
    if any(" ".join(sentence.split()) in " ".join(quote.split()) for quote in quotes):
        return True  # quoted, not written
    return judge(sentence, quotes, " ".join(dict.fromkeys(c.context for c in cited)))


def quote_exactness(reply: Reply) -> float | None:
    """Share of the checked quotes that stand word for word in the stored article."""
    checked = [c.exact for c in reply.citations if c.exact is not None]
    return sum(checked) / len(checked) if checked and not reply.refused else None


def evidence_precision(reply: Reply, evidence: Sequence[str]) -> float | None:
    """Share of the citations whose article is one that holds the evidence."""
    if reply.refused or not reply.citations or not evidence:
        return None
    return sum(c.article in evidence for c in reply.citations) / len(reply.citations)
