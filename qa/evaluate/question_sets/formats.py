"""Converts the items of each question format to cases, and to articles where it brings its own.

    citewire      our own schema (docs/question-sets.md)
    realtimeqa    RealTime QA, as released and as prepared with article ids
    multihop-rag  MultiHop-RAG's queries
    squad         SQuAD 1.1 and 2.0, whose paragraphs become articles

Other people's formats may hold keys that are not read here; ours may not. Knows nothing about
files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from qa.evaluate.question_sets.file_items import Item
from qa.evaluate.records import Case

Fields = Mapping[str, Any]

OWN_KEYS = (
    "id", "question_id", "question", "asked_at", "answers", "evidence_ids", "evidence",
    "unanswerable", "claims", "choices", "kind", "forbidden", "independent_sources", "speaker",
    "happened_on",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReadCase:
    """One case and the item it was read from."""

    case: Case
    item: Item
    unlabelled: bool = False
    """Whether the item does not say if the articles hold an answer."""


FormatReader = Callable[[Sequence[Item]], tuple[list[ReadCase], list[Fields]]]


def _one_case_each(one: Callable[[Item], ReadCase]) -> FormatReader:
    return lambda items: ([one(item) for item in items], [])


# -- our own --------------------------------------------------------------------------------


def _citewire_case(item: Item) -> ReadCase:
    item.check_keys(OWN_KEYS)
    files = (
        [e.required_text("file") for e in item.items("evidence")] if item.has("evidence") else []
    )
    case = Case(
        id=item.identifier("id") or item.identifier("question_id"),
        question=item.required_text("question"),
        asked_at=item.day("asked_at"),
        answers=item.texts("answers"),
        evidence_ids=tuple(dict.fromkeys([*item.texts("evidence_ids"), *files])),
        unanswerable=item.boolean("unanswerable"),
        claims=item.wordings("claims"),
        choices=item.texts("choices"),
        kind=item.text("kind"),
        forbidden=item.texts("forbidden"),
        independent_sources=item.whole_number("independent_sources"),
        speaker=item.text("speaker") or None,
        happened_on=item.day("happened_on"),
    )
    if case.unanswerable and (case.answers or case.claims):
        item.fail("it is unanswerable and has an answer: leave out one of the two")
    labelled = item.values.get("unanswerable") not in (None, "") or case.evidence_ids
    return ReadCase(case, item, unlabelled=not labelled)


# -- RealTime QA ----------------------------------------------------------------------------

_LINK = re.compile(r"""<a\s[^<>]*?href\s*=\s*["']([^"'<>]+)["']""", re.IGNORECASE)
_ARTICLE_KEYS = ("gold_article_ids", "silver_article_ids", "relevant_article_ids",
                 "retrieved_article_ids", "evidence_links")  # fmt: skip


def _realtimeqa_case(item: Item) -> ReadCase:
    released = item.has("question_sentence")
    choices = tuple(_unquoted(text) for text in item.texts("choices"))
    answers = _answers_by_number(item, choices) if released and choices else item.texts("answer")
    case = Case(
        id=item.identifier("question_id"),
        question=item.required_text("question_sentence" if released else "question"),
        asked_at=item.day("question_date" if released else "date"),
        answers=tuple(_unquoted(text) for text in answers),
        evidence_ids=_linked_addresses(item) if released else _gold_addresses(item),
        choices=choices,
    )
    if not case.answers:
        item.fail("`answer` is missing or empty: expected the right answers")
    linked = released and bool(case.evidence_ids)
    return ReadCase(case, item, unlabelled=not linked and not any(map(item.has, _ARTICLE_KEYS)))


def _unquoted(text: str) -> str:
    """A title that the quiz wraps in quotation marks, without them: a case names the words."""
    inside = text[1:-1]
    wrapped = len(text) > 2 and text[0] + text[-1] in ("“”", '""', "““")
    return inside if wrapped and not set(inside) & set('“”"') else text


def _answers_by_number(item: Item, choices: Sequence[str]) -> tuple[str, ...]:
    """The options whose numbers, from 0, the release gives as answers."""
    found = []
    for written in item.texts("answer"):
        if not written.isdecimal() or len(written) > 3 or int(written) >= len(choices):
            item.fail(f"`answer` is {written[:40]!r}: expected a number below {len(choices)}")
        found.append(choices[int(written)])
    return tuple(found)


def _linked_addresses(item: Item) -> tuple[str, ...]:
    """Addresses that the quiz's editors linked in the text that explains the answer."""
    return tuple(dict.fromkeys(_LINK.findall(item.text("evidence"))))


def _gold_addresses(item: Item) -> tuple[str, ...]:
    """The ids are addresses without a scheme. Silver ids are left out: they were found by word
    overlap, and would favour systems that search by words."""
    ids = item.texts("gold_article_ids")
    return tuple(i if "://" in i or "/" not in i else f"https://{i}" for i in ids)


# -- MultiHop-RAG ---------------------------------------------------------------------------


def _multihop_case(item: Item) -> ReadCase:
    kind = item.text("question_type")
    evidence = item.items("evidence_list") if item.has("evidence_list") else []
    unanswerable = kind == "null_query"
    case = Case(
        id=item.identifier("id") or item.identifier("question_id"),
        question=item.required_text("query"),
        answers=() if unanswerable else (item.required_text("answer"),),
        evidence_ids=()
        if unanswerable
        else tuple(dict.fromkeys(url for e in evidence if (url := e.text("url")))),
        unanswerable=unanswerable,
        kind=kind,
    )
    return ReadCase(case, item)


# -- SQuAD ----------------------------------------------------------------------------------


def _squad_cases(items: Sequence[Item]) -> tuple[list[ReadCase], list[Fields]]:
    """Each paragraph an article with an address of its own, which is its questions' evidence.

    A paragraph that stands twice in the file is one article: a library would keep it once.
    """
    found: list[ReadCase] = []
    articles: dict[str, Fields] = {}
    for topic in (t for item in items for t in item.items("data")):
        title = topic.text("title").replace("_", " ") or "untitled"
        for number, paragraph in enumerate(topic.items("paragraphs")):
            text = paragraph.required_text("context")
            url = f"squad://squad/{quote(title, safe='')}/{number}"
            fields = {"url": url, "title": title, "text": text, "publisher": "SQuAD"}
            stored = articles.setdefault(" ".join(text.casefold().split()), fields)
            found += [_squad_case(qa, str(stored["url"])) for qa in paragraph.items("qas")]
    return found, list(articles.values())


def _squad_case(item: Item, url: str) -> ReadCase:
    impossible = item.boolean("is_impossible")
    answers = () if impossible else _squad_answers(item)
    case = Case(
        id=item.identifier("id"),
        question=item.required_text("question"),
        answers=answers,
        evidence_ids=() if impossible else (url,),
        unanswerable=impossible,
        kind="unanswerable_on_topic" if impossible else "",
    )
    return ReadCase(case, item)


def _squad_answers(item: Item) -> tuple[str, ...]:
    answers = tuple(dict.fromkeys(answer.required_text("text") for answer in item.items("answers")))
    if not answers:
        item.fail("it has no answer and `is_impossible` is not true")
    return answers


# -- which is which -------------------------------------------------------------------------

FORMATS: Mapping[str, FormatReader] = {
    "citewire": _one_case_each(_citewire_case),
    "realtimeqa": _one_case_each(_realtimeqa_case),
    "multihop-rag": _one_case_each(_multihop_case),
    "squad": _squad_cases,
}
KINDS = (*FORMATS, "csv")
"""What ``read_questions`` takes as ``kind``; CSV holds our own schema."""


def detect_format(item: Item) -> str:
    """The format of a file whose first item this is."""
    if item.has("data") and not item.has("question"):
        return "squad"
    if item.has("question_sentence") or item.has("question_id", "answer", "choices"):
        return "realtimeqa"
    if item.has("query", "question_type") or item.has("query", "evidence_list"):
        return "multihop-rag"
    return "citewire"


def as_unanswerable(found: ReadCase) -> ReadCase:
    """A case that its user vouches for as unanswerable. What would be the answer elsewhere is
    dropped: nothing that a system says can be right."""
    return replace(found, case=replace(found.case, unanswerable=True, answers=(), claims=()))
