"""What the tools of agents take: their fields, bounds and defaults, told to the agent as schemas.

Knows nothing about how a tool does its work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import ConfigDict, Field, with_config

from ingest.storage.catalogue.filters import Filters

MAX_ARTICLES = 20
MAX_CHARACTERS = 12_000
"""Characters of an article in one result, about 3,000 tokens."""

_STRICT = ConfigDict(extra="forbid")

Since = Annotated[date | None, Field(description="Only articles published on or after this day.")]
Until = Annotated[date | None, Field(description="Only articles published on or before this day.")]
Outlets = Annotated[
    tuple[str, ...], Field(description="Only articles of these outlets, by name.", max_length=20)
]


@with_config(_STRICT)
@dataclass(frozen=True, slots=True)
class AskArguments:
    """A question, the day it is asked on, and which articles may answer."""

    question: Annotated[str, Field(description="A question in plain words, complete in itself.")]
    asked_at: Annotated[
        date | None, Field(description="The day that 'last week' counts from; today if left out.")
    ] = None
    since: Since = None
    until: Until = None
    outlets: Outlets = ()

    @property
    def filters(self) -> Filters:
        """Which articles may answer."""
        return Filters(first=self.since, last=self.until, outlets=self.outlets)


@with_config(_STRICT)
@dataclass(frozen=True, slots=True)
class SearchArguments:
    """What to search for, in which articles, and how many to name."""

    query: Annotated[str, Field(description="Words or a question; both are understood.")]
    since: Since = None
    until: Until = None
    outlets: Outlets = ()
    limit: Annotated[int, Field(ge=1, le=MAX_ARTICLES, description="Articles at most.")] = 8

    @property
    def filters(self) -> Filters:
        """Which articles are searched."""
        return Filters(first=self.since, last=self.until, outlets=self.outlets)


@with_config(_STRICT)
@dataclass(frozen=True, slots=True)
class ReadArguments:
    """Which article to read, from where, and how much of it."""

    article_id: Annotated[str, Field(description="An `article_id` of another result.")]
    offset: Annotated[
        int, Field(ge=0, description="Character to begin at: `next_offset` of the page before.")
    ] = 0
    characters: Annotated[int, Field(ge=200, le=MAX_CHARACTERS, description="At most.")] = 6_000
    version: Annotated[
        int | None, Field(description="A stored version, as a citation names it; else the current.")
    ] = None
