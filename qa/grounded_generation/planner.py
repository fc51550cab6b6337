"""Plans the search for an open question or a follow-up with a model: one call, a few lines.

    question + conversation -> the question complete in itself, and the searches for it

Knows nothing about retrieval.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ingest.segmentation import sentence_spans
from qa.grounded_generation.reply_parser import SearchRequest, search_request
from qa.language.words import STOP_WORDS, word_tokens
from qa.questions.interpretation import MAX_QUESTION_CHARACTERS, Query, Question
from qa.questions.open_requests import open_request
from qa.questions.timeline_requests import timeline_request

MAX_SEARCHES = 4
MAX_PLAN_TOKENS = 300

MIN_STOP_WORD_SHARE = 0.2
"""Share of stop words from which a question counts as an English sentence; a
bare topic and a question in another language have fewer. 7 of the 609 RealTime QA development
questions have fewer too, at least .14 (2026-11-25): they are planned without need."""


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """What to search for."""

    question: str
    """The question, complete in itself."""
    searches: tuple[SearchRequest, ...]


def needs_plan(query: Query, question: Question) -> bool:
    """Whether a question is planned before it is searched for: a follow-up, an open question, a
    bare topic, one told in several sentences, or one that is not in English, the language of the
    rules. Of any other the model sees the excerpts first, and may ask for a search itself."""
    return (
        bool(query.history)
        or is_open(question)
        or len(sentence_spans(question.text)) > 1
        or not _is_english_sentence(question.text)
    )


def is_open(question: Question) -> bool:
    """Whether it asks for more than facts, as far as rules tell; the model sees for itself."""
    request = timeline_request(question, question.asked_at)
    return request is not None or open_request(question) is not None


def _is_english_sentence(text: str) -> bool:
    words = word_tokens(text)
    return sum(word in STOP_WORDS for word in words) >= MIN_STOP_WORD_SHARE * len(words)


def parse_plan(reply: str, question: str, outlets: Iterable[str]) -> SearchPlan:
    """The plan in a model's reply. What is missing or unusable is made up from the question:
    without searches it is searched for as it is; an unknown outlet is no condition."""
    complete, searches = "", []
    for line in reply.splitlines():
        name, _, value = line.strip(" -*#`").partition(":")
        if name.strip().upper() == "QUESTION":
            complete = " ".join(value.split())
        elif name.strip().upper() == "SEARCH" and (found := search_request(value)):
            searches.append(found)
    if not complete or len(complete) > MAX_QUESTION_CHARACTERS or not re.search(r"\w", complete):
        complete = question
    return SearchPlan(complete, known_outlets(searches, outlets)[:MAX_SEARCHES])


def known_outlets(
    searches: Sequence[SearchRequest], outlets: Iterable[str]
) -> tuple[SearchRequest, ...]:
    """The searches with outlets as the library spells them; an unknown one is no condition."""
    known = {outlet.casefold(): outlet for outlet in outlets}
    return tuple(replace(one, outlet=known.get(one.outlet.casefold(), "")) for one in searches)
