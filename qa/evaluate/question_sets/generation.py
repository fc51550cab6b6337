"""A starter question set from someone's own articles.

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
from qa.evaluate.question_sets.standalone_sentences import Name, names_in
from qa.evaluate.records import Case

if TYPE_CHECKING:
    from ingest.storage.library import Library
    from qa.writing.models import LLM

UNANSWERABLE = 5
"""One question in this many has a name swapped."""

KINDS = ("who", "when", "where", "how_many")
_ROUNDS = 3
"""Drafts taken of one article at most."""

_ON_TOPIC = "unanswerable_on_topic"


def _silent(_: str) -> None:
    """No one reads the notices."""


def make_questions(
    library: Library,
    *,
    number: int = 50,
    seed: int = 0,
    llm: LLM | None = None,
    on_notice: Callable[[str], None] = _silent,
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
    shelf = _Shelf.of(library.catalogue.articles(), random.Random(seed))
    swapped = number // UNANSWERABLE
    made = 0
    answered: list[tuple[Article, Draft]] = []
    for article, draft in _answerable(shelf, number - swapped, llm, on_notice):
        answered.append((article, draft))
        made += 1
        yield shelf.case(article, draft)
    for case in shelf.swapped(answered, swapped):
        made += 1
        yield case
    if made < number:
        on_notice(f"Only {made} of {number} questions could be made from these articles.")


@dataclass(slots=True)
class _Shelf:
    """The articles to ask about, in the order of asking."""

    articles: Sequence[Article]
    every: Sequence[Article]
    chance: random.Random
    _texts: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, articles: Iterable[Article], chance: random.Random) -> _Shelf:
        """One article of each wire story, shuffled; those in another language left out."""
        every = sorted(articles, key=lambda a: a.id)
        first = {a.cluster_id or a.id: a for a in reversed(every) if _english(a)}
        chosen = sorted(first.values(), key=lambda a: a.id)
        chance.shuffle(chosen)
        return cls(chosen, every, chance, {a.id: f"{a.title}\n{a.text}" for a in every})

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

    def swapped(self, made: Sequence[tuple[Article, Draft]], number: int) -> Iterator[Case]:
        """Up to ``number`` cases with one name of a question swapped: questions that were made,
        the last first, then others."""
        pool = [n for a, d in made for n in names_in(d.sentence, a.text) if n.kind]
        kinds = {n.text: n.kind for n in pool}
        more = ((a, d) for a in self.articles for d in drafts(a)[:1])
        asked: set[str] = set()
        for article, draft in chain(reversed(made), more):
            if len(asked) == number:
                return
            case = self._swapped(article, draft, kinds)
            if case and article.id not in asked:
                asked.add(article.id)
                yield case

    def _swapped(self, article: Article, draft: Draft, kinds: dict[str, str]) -> Case | None:
        told = [n for n in names_in(draft.sentence, article.text)
                if n.kind and n.text in draft.question]  # fmt: skip
        if not told:
            return None
        new = self._stranger(article, draft, told[0], kinds)
        question = re.sub(rf"(?<!\w){re.escape(told[0].text)}(?!\w)", lambda _: new, draft.question)
        case = self.case(article, replace(draft, question=question, kind=_ON_TOPIC))
        return replace(case, answers=(), evidence_ids=(), unanswerable=True)

    def _stranger(self, article: Article, draft: Draft, old: Name, kinds: dict[str, str]) -> str:
        """A name of the same kind that stands in no article beside what the question keeps."""
        kept = [n.text for n in names_in(draft.sentence, article.text) if n.text != old.text]
        size = len(old.text.split())
        others = [n for n, kind in kinds.items() if kind == old.kind and len(n.split()) == size]
        for name in self.chance.sample(others, min(len(others), 8)):
            last = name.split()[-1]
            if last not in self._texts[article.id] and not any(
                last in text and any(one in text for one in kept) for text in self._texts.values()
            ):
                return name
        return _invented(self.chance, size, self._texts.values())


def _english(article: Article) -> bool:
    return (article.language or "en").lower().startswith("en")


_SYLLABLES = "bran dor vel mir tas kel nor osk lin gar fen sol rud wex hal pem".split()


def _invented(chance: random.Random, parts: int, texts: Iterable[str]) -> str:
    """A name of made-up syllables that no article holds."""
    known = "\n".join(texts)
    while True:
        made = [("".join(chance.sample(_SYLLABLES, 3))).capitalize() for _ in range(parts)]
        if not any(part in known for part in made):
            return " ".join(made)


# -- answerable -----------------------------------------------------------------------------


def _answerable(
    shelf: _Shelf, number: int, llm: LLM | None, on_notice: Callable[[str], None]
) -> Iterator[tuple[Article, Draft]]:
    """Drafts by the model as far as it goes, then by rules."""
    asked: set[str] = set()
    if llm is not None:
        try:
            for article, draft in _by_model(shelf, number, llm):
                asked.add(article.id)
                yield article, draft
        except ModelError as error:
            on_notice(f"The language model failed: {error}. The rest are gaps to fill.")
        else:
            if len(asked) < number:
                on_notice(f"The language model made {len(asked)} usable questions of {number}; "
                          "the rest are gaps to fill.")  # fmt: skip
    yield from _by_rules([a for a in shelf.articles if a.id not in asked], number - len(asked))


def _by_rules(articles: Sequence[Article], number: int) -> Iterator[tuple[Article, Draft]]:
    """The best draft of each article, of the kind that is rarest so far; then second drafts."""
    kinds: Counter[str] = Counter()
    used: dict[str, list[Draft]] = {}
    for turn in range(_ROUNDS):
        for article in articles:
            if number <= 0:
                return
            before = used.setdefault(article.id, [])
            fresh = [d for d in drafts(article) if d.sentence not in {b.sentence for b in before}]
            if len(before) == turn and fresh:
                draft = min(fresh, key=lambda d: (d.rank + 0.5 * _surplus(kinds, d.kind), d.rank))
                before.append(draft)
                kinds[draft.kind] += 1
                number -= 1
                yield article, draft


def _surplus(kinds: Counter[str], kind: str) -> int:
    """How many more there are of a kind than of the rarest."""
    return kinds[kind] - min(kinds[k] for k in KINDS)


# -- by a model -----------------------------------------------------------------------------

_ATTEMPTS = 3
"""Passages shown for each question wanted, at most: small models often miss."""

_WRITTEN = re.compile(
    r"Question:\s*(?P<question>[^\n]+?)\s*\n+\s*Answer:\s*(?P<answer>[^\n]+)", re.IGNORECASE
)
_ABOUT_TEXT = re.compile(
    r"\b(?:passage|article|text|excerpt|author|mentioned|according to)\b", re.I
)


def _by_model(shelf: _Shelf, number: int, llm: LLM) -> Iterator[tuple[Article, Draft]]:
    """Questions on the first passage of one article each. Raises ModelError."""
    from qa.writing.models import Completion
    from qa.writing.prompts import QUESTION_SYSTEM, question_message
    from qa.writing.sentence_stream import without_reasoning

    made = 0
    for article in shelf.articles[: number * _ATTEMPTS]:
        passage = split_into_passages(article)[0].text
        message = question_message(article, passage)
        written = "".join(without_reasoning(Completion(llm, QUESTION_SYSTEM, message)))
        if draft := checked(written, passage):
            made += 1
            yield article, draft
        if made == number:
            return


def checked(written: str, passage: str) -> Draft | None:
    """What a model wrote, if its answer stands in the passage and its question does not tell it."""
    from qa.questions.interpretation import interpret

    match = _WRITTEN.search(written)
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
        and not _ABOUT_TEXT.search(question)
        and GAP not in question
        and not question.startswith(FILL)
    )
    if not (good and place):
        return None
    return Draft(interpret(question).kind, question, (place.group(),), text, 0.0)
