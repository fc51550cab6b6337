"""Renders the forms that add, correct and remove articles.

Titles, outlets and what was typed before are escaped. Knows nothing about how a form is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from ingest.records import Article, day_of, format_day
from ingest.sources.folders import KINDS
from ingest.sources.limits import MAX_FILE_BYTES
from ingest.versions.edits import Edit
from qa.interfaces.library.additions import MAX_ADDRESSES
from qa.interfaces.library.layout import Frame, hidden, moment, note
from qa.interfaces.library.table_view import PROVENANCE
from qa.interfaces.page.markup import publication_day
from qa.records import counted

MAX_TITLES_SHOWN = 20
"""Titles listed before a removal is confirmed."""


def render_add(frame: Frame, jobs: str, typed: Mapping[str, str], problem: str = "") -> str:
    """The forms for addresses, a text and files. ``jobs`` is HTML, ``typed`` what was sent and not
    taken."""
    at = f"{frame.root}/library/add"

    def old(name: str) -> str:
        return escape(typed.get(name, ""))

    kinds = ", ".join(KINDS)
    return (
        f"{note(problem, 'bad')}"
        f'<section><h2>Addresses</h2><form method="post" action="{at}/addresses">'
        f"<label><span>One a line, at most {MAX_ADDRESSES}: pages, PDFs, feeds, "
        "sitemaps</span>"
        f'<textarea name="addresses" rows="5" required placeholder="https://example.org/story">'
        f'{old("addresses")}</textarea></label><button class="first">Add addresses</button></form>'
        f'</section><section><h2>Files</h2><form method="post" action="{at}/files" '
        'enctype="multipart/form-data"><label class="drop"><span>Choose files, or drop them here; '
        f"up to {MAX_FILE_BYTES // 1_000_000} MB together</span>"
        f'<input type="file" name="files" multiple required></label><p class="soft">{kinds}, and '
        'any of them as .gz</p><button class="first">Add files</button></form></section>'
        f'<section><h2>Text</h2><form method="post" action="{at}/text" class="fields">'
        f'<label class="wide"><span>Title</span><input name="title" value="{old("title")}"></label>'
        f'<label><span>Outlet</span><input name="publisher" value="{old("publisher")}"></label>'
        f'<label><span>Published</span><input type="date" name="published" '
        f'value="{old("published")}"></label>'
        '<label class="wide"><span>Address, if it has one</span>'
        f'<input type="url" name="url" value="{old("url")}"></label>'
        f'<label class="wide"><span>Text</span><textarea name="text" rows="9" required>'
        f'{old("text")}</textarea></label><button class="first">Add text</button></form></section>'
        f"{jobs}"
    )


def render_edit(article: Article, edits: Sequence[Edit], frame: Frame, problem: str = "") -> str:
    """The form that corrects an article's date and outlet, with what was corrected before."""
    day = day_of(article.published_at).isoformat() if article.published_at else ""
    known = PROVENANCE.get(article.published_from, article.published_from)
    now = f"{publication_day(article.published_at)}, {known}" if day else "not known"
    earlier = "".join(f"<li>{describe_edit(edit)}</li>" for edit in reversed(edits))
    listed = f"<section><h2>Corrected before</h2><ul>{earlier}</ul></section>" if earlier else ""
    return (
        f'{note(problem, "bad")}<p class="lead" dir="auto"><a href="{frame.root}/article/'
        f'{escape(article.id)}">{escape(article.title or "Untitled")}</a></p>'
        f'<form method="post" action="{frame.root}/library/articles/{escape(article.id)}/edit" '
        'class="fields"><label><span>Published (empty: not known)</span>'
        f'<input type="date" name="published" value="{day}">'
        f"<small>now: {escape(now)}</small></label>"
        '<label class="wide"><span>Outlet (empty: not known)</span>'
        f'<input name="publisher" maxlength="200" '
        f'value="{escape(article.publisher or "")}"></label>'
        '<button class="first">Save as a new version</button>'
        f'<a href="{frame.root}/library">Cancel</a></form>'
        '<p class="soft">The version before is kept. '
        "What its source says when it is read again does not undo a correction.</p>"
        f'{listed}<section><h2>Remove</h2><form action="{frame.root}/library/remove">'
        f'{hidden("id", article.id)}<button class="danger">Remove this article …</button></form>'
        "</section>"
    )


def describe_edit(edit: Edit) -> str:
    """Who corrected what, when, and what it was before, as HTML."""
    field = "Date" if edit.field == "published_at" else "Outlet"
    old, new = (escape(_value(edit, text)) for text in (edit.old_value, edit.value))
    known = PROVENANCE.get(edit.old_from, edit.old_from)
    origin = f" ({escape(known)})" if known and edit.old_value else ""
    return (
        f"{field} corrected by {escape(edit.editor)}, {moment(edit.edited_at)}: "
        f"{old}{origin} → {new}"
    )


def _value(edit: Edit, text: str | None) -> str:
    if text is None:
        return "not known"
    return text[:10] if edit.field == "published_at" else text


def render_remove(articles: Sequence[Article], frame: Frame) -> str:
    """The page that asks before articles are removed."""
    titles = "".join(
        f'<li dir="auto">{escape(article.title or "Untitled")} <span class="soft">'
        f"{escape(article.publisher or 'unknown outlet')}, "
        f"{format_day(article.published_at) if article.published_at else 'no date'}</span></li>"
        for article in articles[:MAX_TITLES_SHOWN]
    )
    more = len(articles) - MAX_TITLES_SHOWN
    rest = f'<p class="soft">… and {counted(more, "article")} more</p>' if more > 0 else ""
    ids = "".join(hidden("id", article.id) for article in articles)
    return (
        f'<p class="lead">Remove {counted(len(articles), "article")} with all versions, vectors '
        f'and index entries? This cannot be undone.</p><ul class="titles">{titles}</ul>{rest}'
        f'<form method="post" action="{frame.root}/library/remove" class="line">{ids}'
        f'<button class="danger">Remove</button><a href="{frame.root}/library">Cancel</a></form>'
    )
