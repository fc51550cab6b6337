"""Generates a starter question set from a library's own articles.

    articles (shuffled, one of each wire story) -> drafts by rules, or a model's question, checked
    some of them with a name swapped for one that does not belong there -> probably unanswerable

With a model the questions read better; without one they are mostly gaps to fill. Both follow the
article's words closely, so retrieval finds them more easily than what readers ask: compare
systems on such a set, do not publish its figures. Knows nothing about how answers are made.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

from ingest.records import Article, digest
from ingest.segmentation import split_into_passages
from qa.errors import ModelError
from qa.evaluate.question_sets.cloze import FILL, GAP, Draft, drafts
from qa.evaluate.question_sets.standalone_sentences import Name, typed_names
from qa.evaluate.records import Case

if TYPE_CHECKING:
    from ingest.storage.library import Library
    from qa.writing.models import LLM

UNANSWERABLE_EVERY = 5
"""One question in this many has a name swapped, which makes it probably unanswerable."""

KINDS = ("who", "when", "where", "how_many")
MAX_DRAFTS_PER_ARTICLE = 3

_UNANSWERABLE_KIND = "unanswerable_on_topic"


def _ignore(_: str) -> None:
    """No one reads the notices."""


def make_questions(
    library: Library,
    *,
    number: int = 50,
    seed: int = 0,
    llm: LLM | None = None,
    on_notice: Callable[[str], None] = _ignore,
) -> Iterator[Case]:
    """Up to ``number`` cases from the library's current articles; the same for the same seed.

    Four fifths have an answer in the article that ``evidence_ids`` names (with its copies), and
    the day on which it was published as ``asked_at``. The rest, of kind
    ``unanswerable_on_topic``, are such questions with a name that no article mentions together
    with the rest: that makes them only *probably* unanswerable, so read them.

    ``llm`` writes the answerable questions; what it writes is kept only when the answer stands in
    the passage and not in the question. Where it fails, rules make the questions and
    ``on_notice`` is told why. English articles only.

    Raises ValueError for a number below 1.
    """
    if number < 1:
        raise ValueError(f"{number} questions: expected at least 1")
    pool = _ArticlePool.of(library.catalogue.articles(), random.Random(seed))
    unanswerable = number // UNANSWERABLE_EVERY
    made = 0
    answered: list[tuple[Article, Draft]] = []
    for article, draft in _answerable_drafts(pool, number - unanswerable, llm, on_notice):
        answered.append((article, draft))
        made += 1
        yield pool.case(article, draft)
    for case in pool.unanswerable_cases(answered, unanswerable):
        made += 1
        yield case
    if made < number:
        on_notice(f"Only {made} of {number} questions could be made from these articles.")


@dataclass(slots=True)
class _ArticlePool:
    """The articles to ask about, in the order of asking, and all articles of the library."""

    articles: Sequence[Article]
    every: Sequence[Article]
    generator: random.Random
    _texts: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, articles: Iterable[Article], generator: random.Random) -> _ArticlePool:
        """One article of each wire story, shuffled; those in another language left out."""
        every = sorted(articles, key=lambda a: a.id)
        first = {a.cluster_id or a.id: a for a in reversed(every) if _english(a)}
        chosen = sorted(first.values(), key=lambda a: a.id)
        generator.shuffle(chosen)
        return cls(chosen, every, generator, {a.id: f"{a.title}\n{a.text}" for a in every})

    def case(self, article: Article, draft: Draft) -> Case:
        return Case(
            id=f"m{digest(article.id, draft.question, length=10)}",
            question=draft.question,
            asked_at=article.published_at,
            answers=draft.answers,
            evidence_ids=tuple(self._with_copies(article, draft.sentence)),
            kind=draft.kind,
        )

    def _with_copies(self, article: Article, sentence: str) -> list[str]:
        words = " ".join(sentence.split())[:60]
        copies = [
            other.id
            for other in self.every
            if other.id != article.id
            and article.cluster_id
            and other.cluster_id == article.cluster_id
            and words in " ".join(other.text.split())
        ]
        return [article.id, *copies]

    def unanswerable_cases(
        self, made: Sequence[tuple[Article, Draft]], number: int
    ) -> Iterator[Case]:
        """Up to ``number`` cases with one name of a question swapped: questions that were made,
        the last first, then others."""
        found = [n for a, d in made for n in typed_names(d.sentence, a.text) if n.kind]
        kinds = {n.text: n.kind for n in found}
        more = ((a, d) for a in self.articles for d in drafts(a)[:1])
        asked: set[str] = set()
        for article, draft in chain(reversed(made), more):
            if len(asked) == number:
                return
            case = self._with_swapped_name(article, draft, kinds)
            if case and article.id not in asked:
                asked.add(article.id)
                yield case

    def _with_swapped_name(
        self, article: Article, draft: Draft, kinds: dict[str, str]
    ) -> Case | None:
        told = [n for n in typed_names(draft.sentence, article.text)
                if n.kind and n.text in draft.question]  # fmt: skip
        if not told:
            return None
        new = self._unrelated_name(article, draft, told[0], kinds)
        question = re.sub(rf"(?<!\w){re.escape(told[0].text)}(?!\w)", lambda _: new, draft.question)
        case = self.case(article, replace(draft, question=question, kind=_UNANSWERABLE_KIND))
        return replace(case, answers=(), evidence_ids=(), unanswerable=True)

    def _unrelated_name(
        self, article: Article, draft: Draft, old: Name, kinds: dict[str, str]
    ) -> str:
        """A name of the same kind that stands in no article beside what the question keeps."""
        kept = [n.text for n in typed_names(draft.sentence, article.text) if n.text != old.text]
        size = len(old.text.split())
        others = [n for n, kind in kinds.items() if kind == old.kind and len(n.split()) == size]
        for name in self.generator.sample(others, min(len(others), 8)):
            last = name.split()[-1]
            if last not in self._texts[article.id] and not any(
                last in text and any(one in text for one in kept) for text in self._texts.values()
            ):
                return name
        return _invented_name(self.generator, size, self._texts.values())


def _english(article: Article) -> bool:
    return (article.language or "en").lower().startswith("en")


_SYLLABLES = "bran dor vel mir tas kel nor osk lin gar fen sol rud wex hal pem".split()


def _invented_name(generator: random.Random, parts: int, texts: Iterable[str]) -> str:
    """A name of made-up syllables that no article holds."""
    known = "\n".join(texts)
    while True:
        made = [("".join(generator.sample(_SYLLABLES, 3))).capitalize() for _ in range(parts)]
        if not any(part in known for part in made):
            return " ".join(made)


# -- answerable -----------------------------------------------------------------------------


def _answerable_drafts(
    pool: _ArticlePool, number: int, llm: LLM | None, on_notice: Callable[[str], None]
) -> Iterator[tuple[Article, Draft]]:
    """Drafts by the model as far as it goes, then by rules."""
    asked: set[str] = set()
    if llm is not None:
        try:
            for article, draft in _drafts_by_model(pool, number, llm):
                asked.add(article.id)
                yield article, draft
        except ModelError as error:
            on_notice(f"The language model failed: {error}. The rest are gaps to fill.")
        else:
            if len(asked) < number:
                on_notice(f"The language model made {len(asked)} usable questions of {number}; "
                          "the rest are gaps to fill.")  # fmt: skip
    yield from _drafts_by_rules(
        [a for a in pool.articles if a.id not in asked], number - len(asked)
    )


def _drafts_by_rules(articles: Sequence[Article], number: int) -> Iterator[tuple[Article, Draft]]:
    """The best draft of each article, of the kind that is rarest so far; then second drafts."""
    kinds: Counter[str] = Counter()
    used: dict[str, list[Draft]] = {}
    for turn in range(MAX_DRAFTS_PER_ARTICLE):
        for article in articles:
            if number <= 0:
                return
            before = used.setdefault(article.id, [])
            fresh = [d for d in drafts(article) if d.sentence not in {b.sentence for b in before}]
            if len(before) == turn and fresh:
                draft = min(fresh, key=lambda d: (d.rank + 0.5 * _excess(kinds, d.kind), d.rank))
                before.append(draft)
                kinds[draft.kind] += 1
                number -= 1
                yield article, draft


def _excess(kinds: Counter[str], kind: str) -> int:
    """How many more there are of a kind than of the rarest."""
    return kinds[kind] - min(kinds[k] for k in KINDS)


# -- by a model -----------------------------------------------------------------------------

MAX_PASSAGES_PER_QUESTION = 3
"""Passages shown for each question wanted, at most: small models often miss."""

_QUESTION_AND_ANSWER = re.compile(
    r"Question:\s*(?P<question>[^\n]+?)\s*\n+\s*Answer:\s*(?P<answer>[^\n]+)", re.IGNORECASE
)
_MENTIONS_PASSAGE = re.compile(
    r"\b(?:passage|article|text|excerpt|author|mentioned|according to)\b", re.I
)


def _drafts_by_model(pool: _ArticlePool, number: int, llm: LLM) -> Iterator[tuple[Article, Draft]]:
    """Questions on the first passage of one article each. Raises ModelError."""
    from qa.writing.models import Completion
    from qa.writing.prompts import QUESTION_SYSTEM, question_message
    from qa.writing.sentence_stream import without_reasoning

    made = 0
    for article in pool.articles[: number * MAX_PASSAGES_PER_QUESTION]:
        passage = split_into_passages(article)[0].text
        message = question_message(article, passage)
        written = "".join(without_reasoning(Completion(llm, QUESTION_SYSTEM, message)))
        if draft := parse_model_question(written, passage):
            made += 1
            yield article, draft
        if made == number:
            return


def parse_model_question(written: str, passage: str) -> Draft | None:
    """What a model wrote, if its answer stands in the passage and its question does not tell it."""
    from qa.questions.interpretation import interpret

    match = _QUESTION_AND_ANSWER.search(written)
    if match is None:
        return None
    question = " ".join(match["question"].strip('*"“” ').split())
    answer = " ".join(match["answer"].strip('*"“”. ').split())
    text = " ".join(passage.split())
    place = re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", text, re.IGNORECASE)
    good = (
        place
        and 0 < len(answer.split()) <= 12
        and question.endswith("?")
        and 4 <= len(question.split()) <= 30
        and answer.lower() not in question.lower()
        and not _MENTIONS_PASSAGE.search(question)
        and GAP not in question
        and not question.startswith(FILL)
    )
    if not (good and place):
        return None
    return Draft(interpret(question).kind, question, (place.group(),), text, 0.0)
