"""The small parts of the page: escaped text, links, days, numbers that open a source.

Every text from an article, a model or a reader passes ``escaped``; an address becomes a link only
when it is http or https. Knows nothing about answers.
"""

from __future__ import annotations

import html
from datetime import date
from urllib.parse import urlsplit

from ingest.records import When, day_of, format_day
from qa.records import Citation, Dated


def escaped(plain: str) -> str:
    """Plain text as HTML that shows it and does nothing else."""
    return html.escape(plain, quote=True)


def linked(title: str, url: str | None) -> str:
    """A title that opens its article elsewhere, or just the title."""
    address = web_address(url)
    if address is None:
        return escaped(title)
    return (
        f'<a href="{escaped(address)}" target="_blank" rel="noopener noreferrer">{escaped(title)}'
        '<span class="cw-hidden"> (opens in a new tab)</span></a>'
    )


def web_address(url: str | None) -> str | None:
    """The address if it is a plain http or https one, else None."""
    if not url or any(ch.isspace() or not ch.isprintable() for ch in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def origin(citation: Citation, *, speaker: bool = True) -> str:
    """Who said it if that is known (and not shown elsewhere), the outlet, and the day."""
    parts = [own(escaped(citation.publisher or "Unknown outlet")), published(citation.published_at)]
    if citation.speaker and speaker:
        same = citation.published_at and citation.said_on == day_of(citation.published_at)
        on = None if same else citation.said_on
        parts.insert(0, own(escaped(citation.speaker)) + (f", {format_day(on)}" if on else ""))
    return " · ".join(parts)


def own(markup: str) -> str:
    """Kept to itself: characters that turn the direction of writing do not reach what follows."""
    return f'<span class="cw-own">{markup}</span>' if markup else ""


def when_mark(when: Dated) -> str:
    """Our reading of a time expression, after its words and visibly not among them.

    The days are drawn by CSS: they are neither selected nor copied with the quote.
    """
    if not when.adds_information:
        return ""
    said = escaped(f"Citewire reads “{when.phrase}” as {when.days}")
    return (
        f'<span class="cw-when" role="note" title="{said}" aria-label="{said}" '
        f'data-days="{escaped(when.days)}"></span>'
    )


def published(when: When | None) -> str:
    """The day of publication, or that it is not known."""
    return format_day(when) if when else "no publication date"


def span(first: date, last: date) -> str:
    """For example: 21 Aug - 22 Oct 2026, with a dash."""
    if first == last:
        return f"{first.day} {first:%b %Y}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {first:%b}{year} – {last.day} {last:%b %Y}"


def count(number: int, noun: str) -> str:
    """For example: 1 article, 1,582 articles."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def chip(citation: Citation, turn: int) -> str:
    """A number that opens the citation's card in the panel."""
    where = escaped(f"{citation.publisher or 'unknown outlet'}, {published(citation.published_at)}")
    return (
        f'<button type="button" class="cw-cite" data-turn="{turn}" data-n="{citation.number}" '
        f'aria-label="Source {citation.number}: {where}" title="{where}">'
        f"{citation.number}</button>"
    )
