"""Metadata filters of a search: publication days, outlets, authors, languages, sections, articles.

A filter is exact: what does not match is not found, and an article that lacks what is filtered by
(a date, an author) does not match. Knows nothing about SQL (``conditions``) or about questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from difflib import get_close_matches

from ingest.errors import BadFilter
from ingest.records import format_day, format_days


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

    def intersect(self, other: Filters) -> Filters:
        """Both filters at once: the narrower period, and where both name values, those in common.

        Raises BadFilter when nothing can match both.
        """
        first = max((day for day in (self.first, other.first) if day), default=None)
        last = min((day for day in (self.last, other.last) if day), default=None)
        named = {
            field.name: _in_common(
                field.name, getattr(self, field.name), getattr(other, field.name)
            )
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
                           ("sections", "in section")):  # fmt: skip
            if values := getattr(self, name):
                parts.append(f"{word} {' or '.join(values)}")
        if self.articles:
            parts.append(f"chosen one by one ({len(self.articles)})")
        return ", ".join(parts)


def _in_common(name: str, mine: Sequence[str], theirs: Sequence[str]) -> tuple[str, ...]:
    if not mine or not theirs:
        return tuple(mine or theirs)
    wanted = {value.casefold() for value in theirs}
    both = tuple(value for value in mine if value.casefold() in wanted)
    if not both:
        raise BadFilter(f"No article has {name} {', '.join(mine)} and {', '.join(theirs)} at once.")
    return both


def resolve_outlets(filters: Filters, outlets: Iterable[str]) -> Filters:
    """The filters with each outlet in every spelling that the library has of it, given its
    ``outlets``: "CNN" and "cnn.com" are one.

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
    """The key that all spellings of one outlet share: "the-week.com", "The Week" and "THE WEEK"."""
    plain = name.casefold().strip().removeprefix("www.")
    for ending in (".com", ".org", ".net", ".co.uk"):
        plain = plain.removesuffix(ending)
    plain = "".join(c if c.isalnum() else " " for c in plain).strip()
    return plain.removeprefix("the ").replace(" ", "")
