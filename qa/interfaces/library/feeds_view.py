"""Renders the feeds with how they were last read, and the health of the library.

Titles, addresses and reasons are escaped. Knows nothing about fetching or stores.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

from ingest.records import format_day
from ingest.storage.catalogue.feed_subscriptions import Subscription
from ingest.storage.home_vectors import MAX_FOLLOWED_PER_STEP
from qa.interfaces.library.layout import Frame, hidden, moment, note, post_button
from qa.interfaces.library.maintenance import STALE_AFTER_DAYS, Health
from qa.records import counted


def render_feeds(
    feeds: Sequence[Subscription], frame: Frame, minutes: float, problem: str = ""
) -> str:
    """The subscribed feeds; ``minutes`` is how often the server reads them, 0 for never."""
    often = f"Read every {minutes:g} minutes while this server runs." if minutes else (
        "Not read by themselves: CITEWIRE_FEED_MINUTES is 0."
    )  # fmt: skip
    rows = "".join(_render_feed(feed, frame) for feed in feeds)
    table = (
        '<table class="feeds"><caption class="hidden">Feeds</caption><thead><tr>'
        '<th scope="col">Feed</th><th scope="col">Last success</th>'
        '<th scope="col">Last failure</th>'
        f'{_CHANGE if frame.may_edit else ""}</tr></thead><tbody>{rows}</tbody></table>'
        if feeds else '<p class="count">No feeds yet.</p>'
    )  # fmt: skip
    add = (
        f'<form method="post" action="{frame.root}/library/feeds" class="line">'
        '<label class="wide"><span>Address of an RSS, Atom or JSON feed</span>'
        '<input type="url" name="url" required placeholder="https://"></label>'
        '<button class="first">Add feed</button></form>'
    )
    every = post_button(f"{frame.root}/library/feeds/update", "Read all feeds now")
    edit = f"{add}{every if feeds else ''}" if frame.may_edit else ""
    return f'{note(problem, "bad")}<p class="lead">{often}</p>{edit}{table}'


_CHANGE = '<th scope="col"><span class="hidden">Change</span></th>'


def _render_feed(feed: Subscription, frame: Frame) -> str:
    known = bool(feed.succeeded_at or feed.failed_at)
    success = _when(feed.succeeded_at) + (
        f"<small>{escape(feed.status)}</small>" if feed.succeeded_at and not feed.failing else ""
    )
    failure = _when(feed.failed_at) + (
        f"<small>{escape(feed.failure)}</small>" if feed.failure else ""
    )
    if not known:
        success = f'<span class="soft">{escape(feed.status)}</span> {_when(feed.checked_at)}'
    change = ""
    if frame.may_edit:
        at, one = f"{frame.root}/library/feeds", hidden("url", feed.url)
        change = (
            f'<td class="change">{post_button(f"{at}/update", "Read now", one)}'
            f"{post_button(f'{at}/remove', 'Remove', one)}</td>"
        )
    state = ' class="failing"' if feed.failing else ""
    return (
        f'<tr{state}><td class="title" dir="auto"><strong>{escape(feed.title or feed.url)}</strong>'
        f'<small>{escape(feed.url)}</small></td><td data-label="Last success">{success or "–"}</td>'
        f'<td data-label="Last failure">{failure or "–"}</td>{change}</tr>'
    )


def _when(text: str | None) -> str:
    return moment(datetime.fromisoformat(text)) if text else ""


def render_health(health: Health, frame: Frame) -> str:
    """Whether the stores agree and how fresh the library is, with a button that repairs."""
    counts = health.counts
    alarms = "".join(note(text, "bad") for text in health.alarms)
    problems = "".join(note(text, "bad") for text in health.problems)
    fine = "" if health.problems or health.coming else note(
        "The catalogue and both indexes hold the same passages.", "good"
    )  # fmt: skip
    coming = note(
        f"{counted(health.coming, 'passage')} that other machines added or removed are still to "
        f"come to the vectors of this home: searches bring them nearer, {MAX_FOLLOWED_PER_STEP} at "
        "a time. Until then they are found by their words."
    ) if health.coming else ""  # fmt: skip
    unread = "cannot be read"
    facts = "".join(
        f"<div><dt>{name}</dt><dd>{value}</dd></div>"
        for name, value in (
            ("Articles", f"{counts['articles']:,}"), ("Versions", f"{counts['versions']:,}"),
            ("Passages", f"{counts['passages']:,}"),
            ("Vectors", f"{counts['vectors']:,}" if "vectors" in counts else unread),
            ("Lexical index", f"{counts['lexical']:,}" if "lexical" in counts else unread),
            ("Newest", format_day(health.newest) if health.newest else "no date"),
        )
    )  # fmt: skip
    rule = (
        "With feeds, an alarm is raised when the newest article is more than "
        f"{STALE_AFTER_DAYS} days old. Feeds: {health.feeds}."
    )
    repair = (
        '<p>Repairing checks the catalogue and makes both indexes anew from it. It embeds every '
        "passage again. The old indexes are searched until the new ones are whole; only the "
        "vectors of a Chroma server are emptied first: till they are there again, words alone "
        "find.</p>"
        + post_button(f"{frame.root}/library/health/repair", "Rebuild both indexes",
                      kind="first" if health.problems else "")
        if frame.may_edit else ""
    )  # fmt: skip
    return (
        f"<section><h2>Indexes</h2>{problems}{coming}{fine}"
        f'<dl class="facts">{facts}</dl>{repair}</section>'
        f"<section><h2>Freshness</h2>{alarms or note('Nothing is overdue.', 'good')}"
        f'<p class="soft">{rule}</p></section>'
    )
