"""Reads which articles a visitor wants to be asked, as the script of the page or a link says it.

    JSON or the query of an address -> read_choice -> Choice
    Filters -> choice_values -> JSON in the page -> read_filters -> the same Filters

The names are those of the command line and of ``only`` in the API. Knows nothing about HTML.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ingest.errors import BadFilter
from ingest.records import storable
from ingest.storage.catalogue.filters import Filters, resolve_outlets
from ingest.storage.library import Library
from qa.records import counted

MAX_OUTLETS_CHOSEN = 50

MAX_ARTICLES_CHOSEN = 100

MAX_ARRIVAL_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True)
class Choice:
    """The articles that may answer, as far as the library has them; ``problem`` says what could not
    be taken over."""

    filters: Filters
    problem: str = ""


def read_choice(values: Mapping[str, Any], library: Library, before: Filters) -> Choice:
    """What a visitor chose, or what held ``before`` when it makes no sense. Never raises for what
    a stranger sent."""
    try:
        wanted = _filters(values)
        resolve_outlets(wanted, library.facts().outlets)
    except BadFilter as error:
        return Choice(before, str(error))
    there = {article.id for article in library.catalogue.articles(wanted.articles)}
    filters = replace(wanted, articles=tuple(one for one in wanted.articles if one in there))
    gone = len(wanted.articles) - len(filters.articles)
    if gone and not filters.articles:
        return Choice(before, "None of the chosen articles is in the library.")
    problem = f"{counted(gone, 'chosen article')} not in the library, left out." if gone else ""
    return Choice(filters, problem)


def read_arrival(stored: str, library: Library) -> Choice:
    """The filters of a link to the page, which the script sends in place of a conversation."""
    sent = _object(stored if len(stored) <= MAX_ARRIVAL_CHARACTERS else "")
    values = sent.get("filters")
    return read_choice(values if isinstance(values, dict) else {}, library, Filters())


def read_filters(shown: str) -> Filters:
    """The filters that stand above a question, as the page has them in JSON; none where it has
    none. The library is not asked: what it has no more, the answer will tell."""
    try:
        return _filters(_object(shown))
    except BadFilter:
        return Filters()


def choice_values(filters: Filters) -> dict[str, Any]:
    """The filters as JSON values that ``read_choice`` reads again."""
    return {
        "since": filters.first.isoformat() if filters.first else "",
        "until": filters.last.isoformat() if filters.last else "",
        "outlets": list(filters.outlets),
        "articles": list(filters.articles),
    }


def bounded(filters: Filters) -> Filters:
    """Filters that come back from a browser, no larger than a visitor could have chosen."""
    return Filters(
        first=filters.first,
        last=filters.last,
        outlets=_texts(list(filters.outlets), MAX_OUTLETS_CHOSEN),
        articles=_texts(list(filters.articles), MAX_ARTICLES_CHOSEN),
    )


def _object(text: str) -> Mapping[str, Any]:
    """A JSON object; an empty one for any other text."""
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _filters(values: Mapping[str, Any]) -> Filters:
    """Raises BadFilter."""
    return Filters(
        first=_day(values.get("since")),
        last=_day(values.get("until")),
        outlets=_texts(values.get("outlets"), MAX_OUTLETS_CHOSEN),
        articles=_texts(values.get("articles"), MAX_ARTICLES_CHOSEN),
    )


def _day(written: object) -> date | None:
    text = str(written or "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadFilter(f"{text[:40]!r} is not a day; write it as 2026-06-02.") from error


def _texts(values: object, most: int) -> tuple[str, ...]:
    """Texts of a list, or of one text with commas between them, each once."""
    listed: Sequence[object] = values if isinstance(values, list) else str(values or "").split(",")
    found = (storable(one).strip() for one in listed if isinstance(one, str))
    return tuple(dict.fromkeys(one for one in found if one))[:most]
