"""Looks after a library: whether its stores agree, how fresh it is, and the step that repairs it.

    Library -> Health (counts, what is wrong, newest article) -> HTML elsewhere
    Library -> a Step that makes both indexes anew

Knows nothing about HTML or requests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ingest.errors import IngestError
from ingest.records import format_day
from ingest.storage.catalogue.feed_subscriptions import Subscription, Subscriptions
from ingest.storage.library import Library
from qa.interfaces.library.jobs import Report, Step
from qa.records import counted

STALE_AFTER_DAYS = 3
"""A library with feeds is stale when its newest article is older: feeds bring something nearly
every day. Without feeds nothing is expected to come."""


@dataclass(frozen=True, slots=True)
class Health:
    """How a library is. ``problems`` are what a repair mends; ``alarms`` need somebody to look.
    ``coming`` are passages of other machines that this home's vectors do not have yet."""

    counts: dict[str, int]
    newest: date | None
    feeds: int
    problems: tuple[str, ...]
    alarms: tuple[str, ...]
    coming: int = 0


def examine(library: Library, today: date) -> Health:
    """Compare the stores by their counts, and the newest article with today."""
    counts = library.catalogue.counts()
    problems: list[str] = []
    coming = 0
    try:
        library.update_lexical_index()
        coming = library.unfollowed()
        counts = library.counts()
        problems = _disagreements(counts, ("lexical",) if coming else ("vectors", "lexical"))
    except IngestError as error:
        problems.append(str(error))
    subscribed = Subscriptions(library.catalogue).all()
    newest = library.facts().newest
    return Health(
        counts, newest, len(subscribed), tuple(problems),
        tuple(alarms(newest, subscribed, today)), coming,
    )  # fmt: skip


_STORE_NAMES = {"vectors": "vector index", "lexical": "lexical index"}


def _disagreements(counts: dict[str, int], stores: Sequence[str]) -> list[str]:
    """What the indexes lack, or hold too much, beside the catalogue."""
    found: list[str] = []
    for store in stores:
        name = _STORE_NAMES[store]
        difference = counts[store] - counts["passages"]
        if difference:
            word = "lacks" if difference < 0 else "holds too many:"
            found.append(f"The {name} {word} {counted(abs(difference), 'passage')}.")
    if counts["pending"]:
        found.append(f"{counted(counts['pending'], 'passage')} of an interrupted job wait for the "
                     "next writer.")  # fmt: skip
    return found


def alarms(newest: date | None, feeds: list[Subscription], today: date) -> list[str]:
    """What is wrong with what comes in: feeds that fail, and nothing new in spite of feeds."""
    found = [f"The feed {feed.title or feed.url} failed: {feed.failure}." for feed in feeds
             if feed.failing]  # fmt: skip
    if feeds and (newest is None or today - newest > timedelta(days=STALE_AFTER_DAYS)):
        since = f"is of {format_day(newest)}" if newest else "has no date"
        found.insert(0, f"The newest article {since}, though {counted(len(feeds), 'feed')} should "
                        "bring news.")  # fmt: skip
    return found


def repair_step(library: Library) -> Step:
    """The step that makes both indexes anew from the catalogue, after checking it."""

    def work(_: Report) -> str:
        counts = library.repair()
        return (
            f"Rebuilt: {counted(counts['vectors'], 'vector')}, "
            f"{counted(counts['lexical'], 'lexical document')}."
        )

    return Step("Check the catalogue, rebuild both indexes", work)
