"""Selects what a model reads: passages with their neighbours, each text once, within a budget.

    ranked passages of each search, in turns -> their sentences and those around them
        -> without boilerplate, injected instructions and repetitions
        -> until the budget of tokens is filled -> numbered lines, by article in reading order

Knows nothing about models or about how lines look in a prompt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from ingest.records import Article
from ingest.segmentation import sentence_spans
from qa.reading.boilerplate import is_boilerplate
from qa.reading.evidence import Evidence, words_alone
from qa.reading.prompt_injection import is_injection
from qa.retrieval.ranking import Hit

CHARACTERS_PER_TOKEN = 4
"""A rule of thumb for English; what a model really read is in the usage that its server reports."""

LINE_OVERHEAD_TOKENS = 6
"""The number in front of a line, and the line break."""

ARTICLE_OVERHEAD_TOKENS = 40
"""The line above an article: outlet, day and headline."""

TOKENS_PER_PASSAGE = 150
"""A passage has about 800 characters; with its neighbours, and without what was shown before, each
takes about this much of the budget, so this many are retrieved for it."""

NEIGHBOUR_CHARACTERS = 400
"""How much of the text in front of a passage and behind it is read with it, in whole sentences."""

MAX_MISFITS = 3
"""Passages that do not fit any more after which the budget counts as filled."""


@dataclass(frozen=True, slots=True)
class Excerpts:
    """What is shown to a model. ``lines[n - 1]`` is the sentence with the number n; those of one
    article stand together, in reading order, the best article first."""

    lines: tuple[Evidence, ...]
    tokens: int
    """Estimated tokens of all lines with what stands above and in front of them."""
    passages: int
    """Retrieved passages of which at least one sentence is shown."""

    def numbered(self, numbers: Sequence[int]) -> list[Evidence]:
        """The lines with these numbers, in their order; numbers that do not exist are left out."""
        return [self.lines[n - 1] for n in dict.fromkeys(numbers) if 0 < n <= len(self.lines)]

    def number_of(self, evidence: Evidence) -> int:
        """The number of a line, 1 for the first. Raises ValueError for what is not shown."""
        return self.lines.index(evidence) + 1

    def by_article(self) -> Iterator[tuple[Article, list[tuple[int, Evidence]]]]:
        """Each article with its numbered lines."""
        groups: dict[str, list[tuple[int, Evidence]]] = {}
        for number, line in enumerate(self.lines, 1):
            groups.setdefault(line.article.id, []).append((number, line))
        for group in groups.values():
            yield group[0][1].article, group


def passages_for_budget(budget: int) -> int:
    """How many passages to retrieve for a budget of so many tokens."""
    return max(6, -(-budget // TOKENS_PER_PASSAGE))


def select_excerpts(rankings: Sequence[Sequence[Hit]], budget: int) -> Excerpts:
    """The best passages of each ranking in turns, with their neighbours, until about ``budget``
    tokens are filled. The first passage is shown whatever the budget."""
    chosen: dict[tuple[str, int, int], Evidence] = {}
    shown: set[str] = set()
    articles: set[str] = set()
    tokens = passages = misfits = 0
    for hit in _in_turns(rankings):
        fresh = [e for e in _sentences_around(hit) if e.place not in chosen]
        fresh = [e for e in _each_once(fresh, shown) if _is_readable(e)]
        cost = sum(map(_tokens, fresh))
        cost += 0 if hit.article.id in articles else _heading_tokens(hit.article)
        if not fresh:
            continue
        if chosen and tokens + cost > budget:
            fresh = _inside(hit, fresh)
            cost = sum(map(_tokens, fresh)) + ARTICLE_OVERHEAD_TOKENS
            if not fresh or tokens + cost > budget:
                misfits += 1
                if misfits == MAX_MISFITS:
                    break
                continue
        tokens, passages = tokens + cost, passages + 1
        articles.add(hit.article.id)
        for evidence in fresh:
            chosen[evidence.place] = evidence
            shown.add(words_alone(evidence.text))
    ranked = _story_order(chosen.values())
    lines = sorted(chosen.values(), key=lambda e: (ranked[e.article.id], e.start))
    return Excerpts(tuple(lines), tokens, passages)


def _in_turns(rankings: Sequence[Sequence[Hit]]) -> Iterator[Hit]:
    """The first of each ranking, then the second of each; no passage twice."""
    seen: set[str] = set()
    for column in zip_longest(*rankings):
        for hit in column:
            if hit is not None and hit.passage.id not in seen:
                seen.add(hit.passage.id)
                yield hit


def _sentences_around(hit: Hit) -> list[Evidence]:
    """The sentences of a passage, of its neighbourhood, and the first one of its article, which
    says what the article is about."""
    text, passage = hit.article.text, hit.passage
    low = max(0, passage.start - NEIGHBOUR_CHARACTERS)
    high = min(len(text), passage.end + NEIGHBOUR_CHARACTERS)
    spans = [
        *(sentence_spans(text, 0, passage.start) if passage.start else []),
        *sentence_spans(text, passage.start, passage.end),
        *sentence_spans(text, passage.end, min(len(text), high + NEIGHBOUR_CHARACTERS)),
    ]
    return [
        Evidence(hit, start, end, text[start:end])
        for number, (start, end) in enumerate(spans)
        if number == 0 or (start >= low and end <= high)
    ]


def _inside(hit: Hit, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The sentences of the passage itself, where its neighbourhood does not fit."""
    return [e for e in evidence if hit.passage.start <= e.start and e.end <= hit.passage.end]


def _each_once(evidence: Sequence[Evidence], shown: set[str]) -> list[Evidence]:
    """Those whose words were not shown before: copies of a wire story repeat them."""
    return [e for e in evidence if words_alone(e.text) not in shown]


def _is_readable(evidence: Evidence) -> bool:
    text = evidence.text
    return not (is_boilerplate(text, evidence.article, evidence.start) or is_injection(text))


def _story_order(chosen: Iterable[Evidence]) -> dict[str, int]:
    """The place of each article: by its best passage, copies of one wire story side by side."""
    first_of_story: dict[str, int] = {}
    found: dict[str, tuple[int, int]] = {}
    for rank, evidence in enumerate(chosen):
        article = evidence.article
        story = first_of_story.setdefault(article.cluster_id or article.id, rank)
        found.setdefault(article.id, (story, rank))
    return {key: place for place, key in enumerate(sorted(found, key=lambda key: found[key]))}


def _tokens(evidence: Evidence) -> int:
    return len(evidence.text) // CHARACTERS_PER_TOKEN + LINE_OVERHEAD_TOKENS


def _heading_tokens(article: Article) -> int:
    return ARTICLE_OVERHEAD_TOKENS + len(article.title) // CHARACTERS_PER_TOKEN
