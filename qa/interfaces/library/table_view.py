"""The table of articles: reads the page that is asked for, and renders it.

    TableRequest -> words in the lexical index, the rest in the catalogue -> Table -> HTML

Titles and outlets are escaped. Knows nothing about requests over HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from ingest.errors import IngestError
from ingest.records import day_of
from ingest.storage.catalogue.filters import Filters, resolve_outlets
from ingest.storage.catalogue.listing import (
    MAX_ARTICLES_FOUND,
    ListedArticle,
    Listing,
    SortKey,
    articles_of_passages,
    list_articles,
)
from ingest.storage.library import Library
from ingest.versions.edits import Edit, EditedField
from qa.interfaces.library.layout import Frame, moment, note
from qa.interfaces.library.table_request import TableRequest
from qa.interfaces.links import web_address
from qa.interfaces.page.markup import publication_day
from qa.records import counted

ARTICLES_PER_PAGE = 50

MAX_PASSAGES_FOUND = 4 * MAX_ARTICLES_FOUND
"""Passages asked of the lexical index: a story that is found is often found in several."""

MAX_OUTLETS_OFFERED = 500

PROVENANCE = {
    "given": "given", "edited": "corrected", "json-ld": "from the page's data",
    "meta": "from the page", "feed": "from the feed", "front matter": "from the file's head",
    "url": "from the address", "dateline": "from the dateline",
}  # fmt: skip
"""How a publication date is known, in a few words."""

_COLUMNS: tuple[tuple[SortKey, str], ...] = (
    ("title", "Title"), ("outlet", "Outlet"), ("date", "Published"), ("added", "Added"),
    ("versions", "Versions"), ("copies", "Copies"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """One page of articles of ``total``, and the outlets that can be chosen.

    ``edits``: what was corrected of them, by article id. ``more_found``: the search found more than
    are listed.
    """

    asked: TableRequest
    articles: tuple[ListedArticle, ...]
    total: int
    outlets: tuple[str, ...]
    edits: Mapping[str, Sequence[Edit]] = field(default_factory=dict)
    more_found: bool = False
    problem: str = ""

    @property
    def pages(self) -> int:
        """At least one."""
        return max(1, -(-self.total // ARTICLES_PER_PAGE))


def read_table(library: Library, asked: TableRequest) -> Table:
    """The page that is asked for, or the last one when there are fewer."""
    outlets = library.facts().outlets
    named = (asked.outlet,) if asked.outlet else ()
    try:
        filters = resolve_outlets(Filters(asked.first, asked.last, outlets=named), outlets)
        found = _articles_with(library, asked.words) if asked.words else None
    except IngestError as error:
        return Table(asked, (), 0, outlets, problem=str(error))
    kept = found[:MAX_ARTICLES_FOUND] if found is not None else None
    listing = Listing(
        filters, tuple(kept) if kept is not None else None, asked.sort, asked.descending,
        (asked.page - 1) * ARTICLES_PER_PAGE, ARTICLES_PER_PAGE,
    )  # fmt: skip
    articles, total = list_articles(library.catalogue, listing)
    table = Table(
        asked, tuple(articles), total, outlets,
        library.catalogue.edits_of(article.id for article in articles),
        more_found=found is not None and len(found) > MAX_ARTICLES_FOUND, problem=asked.problem,
    )  # fmt: skip
    if not articles and total:
        return read_table(library, asked.on_page(table.pages))
    return table


def _articles_with(library: Library, words: str) -> list[str]:
    library.update_lexical_index()
    passages = library.lexical.search_all_words(words, MAX_PASSAGES_FOUND)
    return articles_of_passages(library.catalogue, passages)


# -- HTML -----------------------------------------------------------------------------------


def render_table(table: Table, frame: Frame) -> str:
    """The search, the table and its pages; the body of the page."""
    if not table.total and not table.asked.narrowed and not table.problem:
        return _render_empty(frame)
    rows = "".join(
        _render_row(article, table.edits.get(article.id, ()), frame) for article in table.articles
    )
    return (
        f"{_render_search(table, frame)}{note(table.problem, 'bad')}{_render_count(table, frame)}"
        + (_render_rows(table, frame, rows) if rows else "")
    )


def _render_empty(frame: Frame) -> str:
    add = f'<a class="button" href="{frame.root}/library/add">Add articles</a>'
    return f'<p class="lead">There are no articles yet.</p>{add if frame.may_edit else ""}'


def _render_search(table: Table, frame: Frame) -> str:
    asked = table.asked
    offered = "".join(
        f'<option value="{escape(name)}">' for name in sorted(table.outlets)[:MAX_OUTLETS_OFFERED]
    )
    first, last = (day.isoformat() if day else "" for day in (asked.first, asked.last))
    clear = f'<a href="{frame.root}/library">All articles</a>' if asked.narrowed else ""
    return (
        f'<form class="search" role="search" action="{frame.root}/library">'
        '<label class="wide"><span>Words in title, outlet or text</span>'
        f'<input type="search" name="q" value="{escape(asked.words)}" maxlength="200"></label>'
        '<label><span>Outlet</span><input name="outlet" list="outlets" autocomplete="off" '
        f'value="{escape(asked.outlet)}"></label><datalist id="outlets">{offered}</datalist>'
        f'<label><span>Published from</span><input type="date" name="from" value="{first}"></label>'
        f'<label><span>to</span><input type="date" name="to" value="{last}"></label>'
        f'<button class="first">Search</button>{clear}</form>'
    )


def _render_count(table: Table, frame: Frame) -> str:
    if not table.total:
        return '<p class="count" role="status">No article fits.</p>'
    text = counted(table.total, "article")
    if table.asked.narrowed:
        text += " fit" if table.total != 1 else " fits"
    if table.more_found:
        text = f"The {text} best" if table.total >= MAX_ARTICLES_FOUND else text
        text += f"; more were found than the {MAX_ARTICLES_FOUND} listed: add a word"
    first = (table.asked.page - 1) * ARTICLES_PER_PAGE + 1
    shown = f", {first:,}–{first + len(table.articles) - 1:,} shown" if table.pages > 1 else ""
    return f'<p class="count" role="status">{text}{shown}</p>'


def _render_rows(table: Table, frame: Frame, rows: str) -> str:
    heads = "".join(_render_head(table.asked, key, name, frame) for key, name in _COLUMNS)
    chosen = '<th scope="col"><span class="hidden">Chosen</span></th>'
    last = '<th scope="col"><span class="hidden">Change</span></th>' if frame.may_edit else ""
    grid = (
        f'<table class="articles"><caption class="hidden">Articles</caption><thead><tr>{chosen}'
        f"{heads}{last}</tr></thead><tbody>{rows}</tbody></table>"
    )
    pages = _render_pages(table, frame)
    remove = f'<button class="danger" formaction="{frame.root}/library/remove">Remove chosen …'
    return (
        f'<form action="{frame.root}/">{grid}<div class="below">'
        f"<button>Ask only chosen</button>{f'{remove}</button>' if frame.may_edit else ''}"
        f"{pages}</div></form>"
    )


def _render_head(asked: TableRequest, key: SortKey, name: str, frame: Frame) -> str:
    state, arrow = "", ""
    now, downwards = asked.order
    if now == key:
        state = f' aria-sort="{"descending" if downwards else "ascending"}"'
        arrow = f'<span aria-hidden="true"> {"▾" if downwards else "▴"}</span>'
    address = escape(f"{frame.root}/library{asked.sorted_by(key).to_query()}")
    return f'<th scope="col" class="{key}"{state}><a href="{address}">{name}{arrow}</a></th>'


def _render_row(article: ListedArticle, edits: Sequence[Edit], frame: Frame) -> str:
    title = escape(article.title or "Untitled")
    change = ""
    choose = (
        f'<td class="choose"><input type="checkbox" name="id" value="{escape(article.id)}" '
        f'aria-label="Choose: {title}"></td>'
    )
    if frame.may_edit:
        edit = f"{frame.root}/library/articles/{escape(article.id)}/edit"
        change = (
            f'<td class="change"><a href="{edit}">Correct<span class="hidden">: {title}</span></a>'
            "</td>"
        )
    address = web_address(article.url)
    web = (
        f' <a class="web" href="{escape(address)}" rel="noopener noreferrer" target="_blank" '
        f'title="The original on the web">↗<span class="hidden"> original, opens in a new tab'
        "</span></a>"
    ) if address else ""  # fmt: skip
    revised = "" if article.versions == 1 else f"<small>latest {moment(article.stored_at)}</small>"
    return (
        f'<tr>{choose}<td class="title" dir="auto">'
        f'<a href="{frame.root}/article/{escape(article.id)}">{title}</a>{web}</td>'
        '<td class="outlet" data-label="Outlet" dir="auto">'
        f"{escape(article.publisher or 'unknown')}{_corrected(edits, 'publisher')}"
        f'</td><td class="date" data-label="Published">{_render_date(article, edits)}</td>'
        f'<td class="added" data-label="Added">{moment(article.added_at)}{revised}</td>'
        f'<td class="number{"" if revised else " usual"}" data-label="Versions">{article.versions}'
        f'</td><td class="number{"" if article.copies else " usual"}" data-label="Copies">'
        f"{article.copies or '–'}</td>{change}</tr>"
    )


def _corrected(edits: Sequence[Edit], fact: EditedField) -> str:
    """Who corrected a fact last, with what it was before; empty when nobody did."""
    made = [edit for edit in edits if edit.field == fact]
    if not made:
        return ""
    was = (made[-1].old_value or "not known")[: 10 if fact == "published_at" else None]
    return f'<small title="was {escape(was)}">corrected by {escape(made[-1].editor)}</small>'


def _render_date(article: ListedArticle, edits: Sequence[Edit]) -> str:
    corrected = _corrected(edits, "published_at")
    if article.published_at is None:
        return f'<span class="soft">not known</span>{corrected}'
    known = PROVENANCE.get(article.published_from, article.published_from)
    return (
        f'<time datetime="{day_of(article.published_at).isoformat()}">'
        f"{publication_day(article.published_at)}</time>"
        f"{corrected or f'<small>{escape(known)}</small>'}"
    )


def _render_pages(table: Table, frame: Frame) -> str:
    if table.pages == 1:
        return ""
    here = table.asked.page
    wanted = sorted({1, here - 1, here, here + 1, table.pages} & set(range(1, table.pages + 1)))
    parts: list[str] = []
    for before, page in zip([0, *wanted], wanted, strict=False):
        if page - before > 1:
            parts.append("<span>…</span>")
        if page == here:
            parts.append(f'<span aria-current="page">{page:,}</span>')
            continue
        address = escape(f"{frame.root}/library{table.asked.on_page(page).to_query()}")
        parts.append(f'<a href="{address}" aria-label="Page {page:,}">{page:,}</a>')
    return f'<nav class="pages" aria-label="Pages">{"".join(parts)}</nav>'
