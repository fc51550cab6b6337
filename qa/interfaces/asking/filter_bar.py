"""Renders the filters above the question: a chip for each, and the form that sets them.

Each chip carries what is left when it is taken away, so that the script only sends it. Titles and
outlets are escaped. Knows nothing about gradio or about how a filter is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import escape

from ingest.records import format_day
from ingest.storage.catalogue.filters import Filters, outlet_key
from ingest.storage.library import Library
from qa.interfaces.asking.filter_choice import Choice, choice_values
from qa.records import counted

MAX_ARTICLE_CHIPS = 4
"""Chosen articles with a chip of their own; more are one chip."""

MAX_OUTLETS_OFFERED = 300

_FUNNEL = (
    '<svg viewBox="0 0 20 20" aria-hidden="true" focusable="false">'
    '<path d="M3 4.5h14L11.8 11v5.2l-3.6-1.8V11z"/></svg>'
)


def render_filter_bar(choice: Choice, library: Library) -> str:
    """What is asked of the articles now, each condition removable, and the form behind "Filter"."""
    filters = choice.filters
    chips = "".join(_chip(words, left) for words, left in _conditions(filters, library))
    every = _removal("Clear all", Filters()) if chips.count("<li>") > 1 else ""
    only = '<span class="cw-only">Only articles</span>' if chips else ""
    problem = (
        f'<p class="cw-filter-problem" role="alert">{escape(choice.problem)}</p>'
        if choice.problem
        else ""
    )
    return (
        f'<section class="cw-filters" aria-label="Filters" '
        f'data-filters="{escape(json.dumps(choice_values(filters)))}">{problem}'
        f'<div class="cw-filter-row">{_form(filters, library)}{only}'
        f'<ul role="list">{chips}</ul>{every}</div></section>'
    )


def _conditions(filters: Filters, library: Library) -> Iterator[tuple[str, Filters]]:
    """Each condition in words, and the filters without it."""
    if filters.first:
        yield f"from {format_day(filters.first)}", replace(filters, first=None)
    if filters.last:
        yield f"to {format_day(filters.last)}", replace(filters, last=None)
    for outlet in filters.outlets:
        kept = tuple(other for other in filters.outlets if other != outlet)
        yield outlet, replace(filters, outlets=kept)
    if len(filters.articles) > MAX_ARTICLE_CHIPS:
        yield f"{counted(len(filters.articles), 'chosen article')}", replace(filters, articles=())
        return
    titles = _titles(filters, library)
    for chosen in filters.articles:
        others = tuple(other for other in filters.articles if other != chosen)
        yield f"“{titles.get(chosen) or 'Untitled'}”", replace(filters, articles=others)


def _titles(filters: Filters, library: Library) -> Mapping[str, str]:
    return {article.id: article.title for article in library.catalogue.articles(filters.articles)}


def _chip(words: str, left: Filters) -> str:
    shown = escape(words)
    return (
        f'<li><span dir="auto" title="{shown}">{shown}</span>'
        f"{_removal('×', left, f'Remove the filter: {words}')}</li>"
    )


def _removal(label: str, left: Filters, name: str = "") -> str:
    named = f' aria-label="{escape(name)}" title="Remove"' if name else ""
    return (
        f'<button type="button" class="cw-filter-set"{named} '
        f'data-set="{escape(json.dumps(choice_values(left)))}">{label}</button>'
    )


def _form(filters: Filters, library: Library) -> str:
    first, last = (day.isoformat() if day else "" for day in (filters.first, filters.last))
    return (
        f'<details class="cw-filter-menu"><summary>{_FUNNEL}Filter</summary><form><fieldset>'
        "<legend>Published</legend>"
        f'<label><span>from</span><input type="date" name="since" value="{first}"></label>'
        f'<label><span>to</span><input type="date" name="until" value="{last}"></label></fieldset>'
        f"{_outlets(filters, library)}"
        '<div class="cw-filter-end"><button type="submit">Ask only these</button>'
        '<button type="button" class="cw-filter-close">Cancel</button></div></form></details>'
    )


def _outlets(filters: Filters, library: Library) -> str:
    """Every outlet once, in its first spelling, to be ticked; a field narrows a long list."""
    names: dict[str, str] = {outlet_key(name): name for name in filters.outlets}
    for name in sorted(library.facts().outlets, key=str.casefold):
        names.setdefault(outlet_key(name), name)
    if not names:
        return ""
    items = "".join(
        f'<li><label><input type="checkbox" name="outlet" value="{escape(name)}"'
        f'{" checked" if name in filters.outlets else ""}><span dir="auto">{escape(name)}</span>'
        "</label></li>"
        for name in list(names.values())[:MAX_OUTLETS_OFFERED]
    )
    search = (
        '<input type="search" class="cw-outlet-search" placeholder="Find an outlet" '
        'aria-label="Find an outlet">'
        if len(names) > 8
        else ""
    )
    return f'<fieldset><legend>Outlets</legend>{search}<ul role="list">{items}</ul></fieldset>'
