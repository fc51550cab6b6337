"""What the address of the table asks for: words, filters, order, page; and the addresses of others.

    q=ferry toll   words that all occur        from, to=2026-09-01   publication days, inclusive
    outlet=...     one outlet                  sort=-date            a column; - is downwards
    page=3         counted from 1

What cannot be understood is named, and otherwise passed over. Knows nothing about the library.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import parse_qsl, urlencode

from ingest.dates.parsing import parse_date
from ingest.records import day_of
from ingest.storage.catalogue.listing import SORT_KEYS, SortKey

MAX_WORDS_CHARACTERS = 200

_DOWNWARDS_FIRST = ("date", "added", "versions", "copies")
"""Columns of which one wants to see the most first."""


@dataclass(frozen=True, slots=True)
class TableRequest:
    """One view of the table. ``sort`` None is the best match first, or the newest."""

    words: str = ""
    outlet: str = ""
    first: date | None = None
    last: date | None = None
    sort: SortKey | None = None
    descending: bool = False
    page: int = 1
    problem: str = ""

    @classmethod
    def from_query(cls, query: str) -> TableRequest:
        """The request of a query string."""
        given = {name: value.strip() for name, value in parse_qsl(query)}
        problems: list[str] = []

        def day(name: str) -> date | None:
            if not (text := given.get(name, "")):
                return None
            if (when := parse_date(text)) is None:
                problems.append(f"“{text[:40]}” is not a date; write it as 2026-09-01.")
            return day_of(when) if when else None

        sort = given.get("sort", "")
        key = sort.removeprefix("-")
        page = given.get("page", "")
        return cls(
            words=given.get("q", "")[:MAX_WORDS_CHARACTERS],
            outlet=given.get("outlet", "")[:MAX_WORDS_CHARACTERS],
            first=day("from"),
            last=day("to"),
            sort=key if key in SORT_KEYS else None,
            descending=sort.startswith("-"),
            page=int(page) if page.isdecimal() and 0 < len(page) < 10 and int(page) else 1,
            problem=" ".join(problems),
        )

    def to_query(self) -> str:
        """The query string, without what is as usual; begins with ? unless it is empty."""
        sort = f"{'-' if self.descending else ''}{self.sort}" if self.sort else ""
        page = str(self.page) if self.page > 1 else ""
        first, last = (day.isoformat() if day else "" for day in (self.first, self.last))
        fields = {"q": self.words, "outlet": self.outlet, "from": first, "to": last,
                  "sort": sort, "page": page}  # fmt: skip
        said = urlencode({name: value for name, value in fields.items() if value})
        return f"?{said}" if said else ""

    def sorted_by(self, key: SortKey) -> TableRequest:
        """The same, sorted by a column: as it is best looked at, or turned round when it is already
        the order."""
        now, downwards = self.order
        descending = not downwards if now == key else key in _DOWNWARDS_FIRST
        return replace(self, sort=key, descending=descending, page=1)

    def on_page(self, page: int) -> TableRequest:
        """The same, another page."""
        return replace(self, page=page)

    @property
    def order(self) -> tuple[SortKey | None, bool]:
        """The column that the articles are in the order of, if any, and whether downwards."""
        if self.sort is None and not self.words:
            return "date", True
        return self.sort, self.descending

    @property
    def narrowed(self) -> bool:
        """Whether not all articles are asked for."""
        return bool(self.words or self.outlet or self.first or self.last)
