"""Small parts of the page that several modules use: links, days, citation buttons.

Every text from an article, a model or a visitor passes ``html.escape``; an address becomes a link
only when it is http or https. Knows nothing about answers as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from html import escape

from ingest.records import When, day_of, format_day
from qa.interfaces.links import reading_address, web_address
from qa.records import Citation, Dated


def article_link(title: str, url: str | None) -> str:
    """A title that opens its article in a new tab, or only the title without a web address."""
    address = web_address(url)
    if address is None:
        return escape(title)
    return (
        f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer">{escape(title)}'
        '<span class="cw-hidden"> (opens in a new tab)</span></a>'
    )


def isolated(markup: str) -> str:
    """Markup whose writing direction (right-to-left characters) does not affect what follows."""
    return f'<span class="cw-own">{markup}</span>' if markup else ""


def outlet_name(publisher: str | None) -> str:
    """The name of an outlet as HTML."""
    return isolated(escape(publisher or "Unknown outlet"))


def publication_day(when: When | None) -> str:
    """The day of publication, or that it is not known."""
    return format_day(when) if when else "no publication date"


_DATE_PROVENANCE = {
    "front matter": "given in the file's header",
    "given": "given with the article",
    "edited": "corrected by an editor",
    "json-ld": "stated in the page's structured data",
    "meta": "stated in the page's metadata",
    "url": "read from the article's address",
    "feed": "stated by the feed",
    "dateline": "read from the article's dateline",
}


def date_provenance(published_from: str) -> str:
    """How a publication day is known, in words."""
    return _DATE_PROVENANCE.get(published_from, f"known from: {published_from}")


def provenance_line(citation: Citation, *, with_speaker: bool = True) -> str:
    """Speaker (with the day, if it is another one), outlet and publication day of a citation."""
    parts = [outlet_name(citation.publisher), publication_day(citation.published_at)]
    if citation.speaker and with_speaker:
        said_on = citation.said_on
        if citation.published_at and said_on == day_of(citation.published_at):
            said_on = None
        parts.insert(
            0, isolated(escape(citation.speaker)) + (f", {format_day(said_on)}" if said_on else "")
        )
    return " · ".join(parts)


def date_note(dated: Dated) -> str:
    """The days that a time expression means, to stand behind its words; empty if it names them.

    The days are drawn by CSS: they are neither selected nor copied with the quote.
    """
    if not dated.adds_information:
        return ""
    title = escape(f"Citewire reads “{dated.phrase}” as {dated.days}")
    return (
        f'<span class="cw-when" role="note" title="{title}" aria-label="{title}" '
        f'data-days="{escape(dated.days)}"></span>'
    )


def date_range(first: date, last: date) -> str:
    """Two days with a dash between them: 21 Aug – 22 Oct 2026."""
    if first == last:
        return f"{first.day} {first:%b %Y}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {first:%b}{year} – {last.day} {last:%b %Y}"


def citation_button(number: int, cited: Mapping[int, Citation], turn: int) -> str:
    """The number of a citation, which opens its card in the sources panel; as a link, for a new
    tab, it leads to the quote in its article."""
    citation = cited[number]
    day = publication_day(citation.published_at)
    where = escape(f"{citation.publisher or 'unknown outlet'}, {day}")
    return (
        f'<a class="cw-cite" href="{escape(quote_address(citation, cited.values()))}" '
        f'target="_blank" rel="noopener" data-turn="{turn}" data-n="{number}" '
        f'aria-label="Source {number}: {where}" title="{where}">{number}</a>'
    )


MAX_PLACES_MARKED = 30
"""Further places that the address of an article names."""


def quote_address(citation: Citation, cited: Iterable[Citation]) -> str:
    """Where a quote is read in its article, with all that is cited from that version marked."""
    version = (citation.article_id, citation.version)
    others = [c for c in cited if (c.article_id, c.version) == version and c != citation]
    others = others[:MAX_PLACES_MARKED]
    return reading_address(*version, [(c.start, c.end) for c in (citation, *others)])


def read_link(address: str, words: str = "Read in the article", about: str = "") -> str:
    """A link that opens an article beside the chat, or as a page of its own in a new tab;
    ``about`` is read aloud only."""
    hidden = f'<span class="cw-hidden">{escape(about)}</span>' if about else ""
    return (
        f'<a class="cw-read" href="{escape(address)}" target="_blank" rel="noopener">'
        f"{escape(words)}{hidden}</a>"
    )


def save_menu(summary: str) -> str:
    """A menu of the formats in which a conversation or an answer is saved; ``summary`` is HTML."""
    return (
        f'<details class="cw-save"><summary>{summary}</summary><div>'
        '<button type="button" class="cw-save-as" data-format="markdown">Markdown</button>'
        '<button type="button" class="cw-save-as" data-format="html">Web page, to print</button>'
        "</div></details>"
    )


def thumb_buttons() -> str:
    """What a reader says of an answer: good or bad; the script asks for a comment then."""
    thumb = (
        '<svg viewBox="0 0 20 20" aria-hidden="true" focusable="false"><path d="M6.5 9l3-6c1.4 0 '
        "2 .9 2 2.2L11 8h4.3c1 0 1.7 1 1.4 2l-1.6 5.4c-.2.7-.8 1.1-1.5 1.1H6.5zM6.5 9H3.5v7.5h3"
        '"/></svg>'
    )
    return "".join(
        f'<button type="button" class="cw-icon cw-thumb" data-verdict="{verdict}" '
        f'aria-pressed="false" title="{label}" aria-label="{label}">{thumb}</button>'
        for verdict, label in (("up", "A good answer"), ("down", "A bad answer"))
    )
