"""Recognises questions about the library itself, which its catalogue answers and no article.

    "How many articles do you have?" -> count
    "How many articles did the court rule on?" -> None: the news is asked

A question counts only when all of its words are those of a known form: to take one about the news
for one about the library would be worse than to search for it. Of the 609 questions of the RealTime
QA development set and those in tests/data none is taken (tests/test_library_questions.py,
2026-11-28). Pure functions; knows nothing about libraries.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from qa.questions.interpretation import Query

LibraryRequest = Literal["count", "outlets", "newest", "period", "about"]

_POLITE = re.compile(r"^(?:(?:hi|hello|hey|please|so|and|ok|okay)\b[ ,]*)+|[ ,]*\bplease$")

_LIBRARY = (
    r"(?:(?:your|this) (?:library|collection|archive|catalogue|catalog|database|corpus)|"
    r"the library)"
)
_ARTICLES = r"(?:news )?(?:articles|stories|documents)"
_OUTLETS = r"(?:news )?(?:outlets|sources|publishers|publications|newspapers)"
_HELD = (
    rf"(?:do you (?:have|hold|know|search|use|cover)|have you got|are (?:there )?in {_LIBRARY}|"
    rf"does {_LIBRARY} (?:have|hold|contain|cover)|can you search|are (?:available|indexed) here)"
)
_TOLD = r"(?:(?:list|show|name)(?: me)?|what are|which are|give me)"

_FORMS: Mapping[LibraryRequest, str] = {
    "count": rf"how many {_ARTICLES} {_HELD}(?: (?:in total|altogether))?|"
    rf"how (?:big|large) is {_LIBRARY}|what (?:is in|does) {_LIBRARY}(?: (?:hold|contain))?",
    "outlets": rf"(?:which|what|how many) {_OUTLETS} {_HELD}|"
    rf"{_TOLD} (?:all )?(?:the |your )?outlets(?: (?:you have|in {_LIBRARY}))?|"
    rf"where do (?:your|the) {_ARTICLES} come from",
    "newest": rf"{_TOLD} (?:the |your )?(?:newest|latest|most recent) (?:\d{{1,2}} )?"
    rf"(?:news )?articles(?: (?:that )?you have| in {_LIBRARY})?",
    "period": rf"how (?:recent|fresh|current|up[ -]to[ -]date|old) (?:is {_LIBRARY}|"
    rf"are (?:your|the) {_ARTICLES})|what (?:period|dates|days|years) (?:do you cover|"
    rf"does {_LIBRARY} cover|do (?:your|the) {_ARTICLES} cover)|"
    r"(?:what|which) is (?:the|your) (?:newest|oldest|latest) article(?: (?:that )?you have)?",
    "about": r"who are you|what are you|what is citewire|who is citewire|what (?:can|do) you do|"
    r"how do you work|what can i ask(?: you)?|how can you help(?: me)?|help",
}
_MAY_BE_OF_THE_NEWS = re.compile(r"\b(?:the|this) ")
"""After another question "the library" may be the one that was spoken of."""

_ALONE: Mapping[LibraryRequest, str] = {
    "outlets": rf"(?:which|what) outlets(?: are there)?|what are your {_OUTLETS}",
    "count": rf"how many {_ARTICLES}(?: are there)?",
}
"""Forms that would mean something else after another question."""


def library_request(query: Query) -> LibraryRequest | None:
    """What of the library is asked for; None for a question about the news, and where only some of
    the articles may answer."""
    if query.filters:
        return None
    text = " ".join(query.text.casefold().replace("’", "'").split())
    text = text.replace("what's ", "what is ").replace("who's ", "who is ").strip(" ?.!")
    text = _POLITE.sub("", text).strip(" ?.!,")
    if query.history and _MAY_BE_OF_THE_NEWS.search(text):
        return None
    for forms in (_FORMS,) if query.history else (_FORMS, _ALONE):
        for request, form in forms.items():
            if re.fullmatch(form, text):
                return request
    return None
