"""Which articles may be searched: exact conditions on publication day, outlet, author and the like.

A filter is never a wish: what does not match is not found, and an article that lacks what is
filtered by (a date, an author) does not match.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING

from ingest.errors import BadFilter
from ingest.records import format_day, format_days

if TYPE_CHECKING:
    from sqlalchemy import Column, ColumnElement


@dataclass(frozen=True, slots=True)
class Filters:
    """Every condition that is given must hold; of several values of one kind, any.

    ``first`` and ``last`` are publication days, both inclusive. Outlets, languages and sections
    match whole, authors by a part of the name, all without regard to case.
    """

    first: date | None = None
    last: date | None = None
    outlets: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.first and self.last and self.first > self.last:
            raise BadFilter(f"The first day ({self.first}) is after the last ({self.last}).")

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))

    def and_also(self, other: Filters) -> Filters:
        """Both at once: the narrower period, and where both name values, those in common.

        Raises BadFilter when nothing can match both.
        """
        first = max((day for day in (self.first, other.first) if day), default=None)
        last = min((day for day in (self.last, other.last) if day), default=None)
        named = {
            field.name: _common(field.name, getattr(self, field.name), getattr(other, field.name))
            for field in fields(self)
            if field.name not in ("first", "last")
        }
        return Filters(first, last, **named)

    def __str__(self) -> str:
        parts = []
        if self.first and self.last:
            parts.append(f"published {format_days(self.first, self.last)}")
        elif day := self.first or self.last:
            parts.append(f"published {'since' if self.first else 'until'} {format_day(day)}")
        for name, word in (("outlets", "by"), ("authors", "written by"), ("languages", "in"),
                           ("sections", "in section"), ("articles", "article")):  # fmt: skip
            if values := getattr(self, name):
                parts.append(f"{word} {' or '.join(values)}")
        return ", ".join(parts)


def _common(name: str, mine: Sequence[str], theirs: Sequence[str]) -> tuple[str, ...]:
    if not mine or not theirs:
        return tuple(mine or theirs)
    wanted = {value.casefold() for value in theirs}
    both = tuple(value for value in mine if value.casefold() in wanted)
    if not both:
        raise BadFilter(f"No article has {name} {', '.join(mine)} and {', '.join(theirs)} at once.")
    return both


def known(filters: Filters, outlets: Iterable[str]) -> Filters:
    """The same with outlets in every way the library writes them ("CNN" and "cnn.com" are one).

    Raises BadFilter for an outlet that the library has not.
    """
    if not filters.outlets:
        return filters
    names: dict[str, list[str]] = {}
    for name in outlets:
        names.setdefault(outlet_key(name), []).append(name)
    found: list[str] = []
    for wanted in filters.outlets:
        if not (spellings := names.get(outlet_key(wanted))):
            close = get_close_matches(outlet_key(wanted), names, 3, 0.6)
            some = sorted(spelled[0] for spelled in names.values())[:8]
            hint = (f"did you mean {' or '.join(names[key][0] for key in close)}?" if close else
                    f"it has {', '.join(some) or 'none'}.")  # fmt: skip
            raise BadFilter(f"The library has no outlet {wanted!r}; {hint}")
        found += spellings
    return replace(filters, outlets=tuple(dict.fromkeys(found)))


def outlet_key(name: str) -> str:
    """What spellings of one outlet share: "the-week.com", "The Week" and "THE WEEK"."""
    plain = name.casefold().strip().removeprefix("www.")
    for ending in (".com", ".org", ".net", ".co.uk"):
        plain = plain.removesuffix(ending)
    plain = "".join(c if c.isalnum() else " " for c in plain).strip()
    return plain.removeprefix("the ").replace(" ", "")


def condition(filters: Filters) -> ColumnElement[bool]:
    """The filters as a condition on the catalogue's articles and versions."""
    from sqlalchemy import and_, func, or_, true

    from ingest.storage.catalogue.schema import articles, versions

    column = versions.c
    day = func.substr(column.published_at, 1, 10)
    parts: list[ColumnElement[bool]] = [true()]
    if filters.first:  # the index on epochs narrows, the written day decides
        parts += [column.published_epoch >= _epoch(filters.first, -1),
                  day >= filters.first.isoformat()]  # fmt: skip
    if filters.last:
        parts += [column.published_epoch <= _epoch(filters.last, 2),
                  day <= filters.last.isoformat()]  # fmt: skip
    if filters.outlets:
        parts.append(column.publisher.in_(filters.outlets))
    if filters.languages:
        parts.append(
            or_(
                *(
                    part
                    for name in filters.languages
                    for part in (
                        func.lower(column.language) == name.lower(),
                        func.lower(column.language).startswith(f"{name.lower()}-", autoescape=True),
                    )
                )
            )
        )
    if filters.sections:
        parts.append(func.lower(column.section).in_([name.lower() for name in filters.sections]))
    if filters.authors:
        parts.append(or_(*(_written_by(column.authors, name) for name in filters.authors)))
    if filters.articles:
        parts.append(articles.c.id.in_(filters.articles))
    return and_(*parts)


def _written_by(stored: Column[str], name: str) -> ColumnElement[bool]:
    """Names are stored as JSON, where letters beyond ASCII are escapes that no database lowers."""
    from sqlalchemy import func, or_

    spellings = {json.dumps(form)[1:-1].lower() for form in (name, name.lower(), name.title())}
    return or_(*(func.lower(stored).contains(form, autoescape=True) for form in spellings))


def _epoch(day: date, offset: int) -> float:
    return datetime.combine(day + timedelta(days=offset), time(), UTC).timestamp()
