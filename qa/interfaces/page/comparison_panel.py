"""What stands above the quotes as HTML: the newest figure, figures that differ, a timeline.

Built from records and nothing else; looks are in ``assets/citewire.css``. Knows nothing about
gradio, sessions or how answers come about.
"""

from __future__ import annotations

from collections.abc import Mapping

from ingest.records import format_day
from qa.interfaces.page.markup import chip, escaped, origin, own, published
from qa.records import Answer, Citation, Entry, Reported, capitalized


def superseded(answer: Answer, cited: Mapping[int, Citation], turn: int) -> str:
    """As of 4 September: eight, and what earlier reports said."""
    if answer.latest is None or not answer.superseded:
        return ""
    latest = answer.latest
    day = f"As of {format_day(latest.day)}" if latest.day else "Now"
    older = "; ".join(
        f"{own(escaped(one.figure))}{escaped(one.days_on)}{_chips(one, cited, turn)}"
        for one in answer.superseded
    )
    return (
        '<section class="cw-latest-figure" aria-label="The newest figure">'
        f'<h3>{day}</h3><p class="cw-figure" dir="auto">{escaped(capitalized(latest.figure))}'
        f"{_chips(latest, cited, turn)}</p>"
        f'<p class="cw-earlier" dir="auto">{capitalized(answer.earlier_said)} {older}</p></section>'
    )


def disagreements(answer: Answer, cited: Mapping[int, Citation], turn: int) -> str:
    """What different sources gave for the same fact, side by side: who says what, and when."""
    if not answer.disagreements:
        return ""
    cells = "".join(_side(one, cited, turn) for one in answer.disagreements)
    return (
        '<section class="cw-differ" aria-label="The sources differ"><h3>The sources differ</h3>'
        f"<dl>{cells}</dl></section>"
    )


def _side(one: Reported, cited: Mapping[int, Citation], turn: int) -> str:
    first = next((cited[n] for n in one.citations if n in cited), None)
    said = f'<dd class="cw-who" dir="auto">{escaped(capitalized(one.said_by))}</dd>'
    where = f"<dd>{_outlet(first)} · {_day(one, first)}</dd>" if first else ""
    return (
        f'<div><dt dir="auto">{escaped(capitalized(one.figure))}{_chips(one, cited, turn)}</dt>'
        f"{said if one.said_by else ''}{where}</div>"
    )


def _outlet(citation: Citation) -> str:
    return own(escaped(citation.publisher or "Unknown outlet"))


def _day(one: Reported, citation: Citation) -> str:
    return format_day(one.day) if one.day else published(citation.published_at)


def _chips(one: Reported | Entry, cited: Mapping[int, Citation], turn: int) -> str:
    return "".join(chip(cited[n], turn) for n in one.citations if n in cited)


# -- timeline -------------------------------------------------------------------------------


def timeline(answer: Answer, cited: Mapping[int, Citation], turn: int) -> str:
    """A dated list; a day that stands above already is not shown again."""
    items, before = [], ""
    for entry in answer.timeline:
        items.append(_entry(entry, cited, turn, again=entry.days == before))
        before = entry.days
    return f'<ol class="cw-timeline" aria-label="Timeline">{"".join(items)}</ol>' if items else ""


def _entry(entry: Entry, cited: Mapping[int, Citation], turn: int, *, again: bool) -> str:
    first = next((cited[n] for n in entry.citations if n in cited), None)
    hidden = ' class="cw-hidden"' if again else ""
    only = (
        '<span class="cw-reported" title="The sentence does not say when; this is the day of the '
        'report">reported</span>'
        if entry.dated_by == "publication"
        else ""
    )
    words, last = _tail(entry.text)
    where = f'<p class="cw-where">{origin(first, speaker=False)}</p>' if first else ""
    return (
        f'<li><p class="cw-day"><time datetime="{entry.first.isoformat()}"{hidden}>'
        f'{escaped(entry.days)}</time>{only}</p><div><p class="cw-event" dir="auto">'
        f'{escaped(words)}<span class="cw-tail">{escaped(last)}{_chips(entry, cited, turn)}</span>'
        f"</p>{where}</div></li>"
    )


def _tail(text: str) -> tuple[str, str]:
    """The last word apart, so that the number stays on its line; a long one may be broken."""
    cut = text.rfind(" ") + 1
    return (text[:cut], text[cut:]) if len(text) - cut <= 24 else (text, "")
