"""Renders the page of one article: facts, notices, text, versions and copies.

Every text passes ``html.escape``; only http and https addresses become links, all others of the
page are relative, so that it works behind any path prefix. Knows nothing about requests or stores.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from urllib.parse import quote, urlsplit

from ingest.records import Article, When, format_day
from ingest.storage.catalogue.archive import Version
from ingest.versions.notices import Notice
from qa.interfaces.article_page.annotated_text import QUOTE_ID, placed, render_text
from qa.interfaces.article_page.article_request import ArticleRequest
from qa.interfaces.article_page.article_view import ArticleView, Copy
from qa.interfaces.article_page.version_comparison import render_comparison
from qa.interfaces.frame.page_frame import render_page
from qa.interfaces.links import web_address
from qa.interfaces.page.markup import date_provenance, isolated, publication_day
from qa.records import counted

_NEW_TAB = '<span class="hidden"> (opens in a new tab)</span>'

_NOTICE_HEADINGS = {
    "correction": "Correction",
    "clarification": "Clarification",
    "update": "Update",
    "retraction": "Retraction",
}


def render_article(view: ArticleView, request: ArticleRequest, *, beside_chat: bool = False) -> str:
    """The page of a version, or of two compared. Raises ArticleNotFound.

    ``beside_chat``, in a frame of its page, it has no header.
    """
    article = view.article
    if request.compare:
        old, new = (view.version(number) for number in request.compare)
        article = new.article
        body = render_comparison(old.article, new.article)
    else:
        body = _body(view, request)
    main = (
        f"{_heading(article)}{'' if request.compare else _warnings(view)}{body}"
        f"{_versions(view, article, reading=not request.compare)}{_copies(view)}{_about(view)}"
    )
    title = f"{article.title or 'Untitled'} – {article.publisher or 'unknown outlet'}"
    return _page(title, main, beside_chat)


def render_not_found(message: str, *, beside_chat: bool = False) -> str:
    """The page for an article or version that is not there, and what can be done."""
    return _page(
        "Not in the library",
        f"<h1>Not in the library</h1><p>{escape(message)}</p><p>It may have been removed, or the "
        "address was not copied as a whole. What you can do:</p><ul><li>Ask the question again: "
        'the answer cites what is in the library now. <a href="../" target="_top">'
        "Open the chat</a></li><li>List the articles and their ids: "
        "<code>citewire status --articles</code></li></ul>",
        beside_chat,
    )


def _page(title: str, main: str, beside_chat: bool) -> str:
    return render_page(
        title,
        main,
        "article.css",
        root="../",
        head='<meta name="referrer" content="no-referrer">',
        header="none" if beside_chat else "links",
    )


# -- above the text -------------------------------------------------------------------------


def _heading(article: Article) -> str:
    by = f"<span>By {escape(', '.join(article.authors))}</span>" if article.authors else ""
    updated = f"<span>Updated {_time(article.updated_at)}</span>" if article.updated_at else ""
    return (
        f'<p class="outlet" dir="auto">{escape(article.publisher or "Unknown outlet")}</p>'
        f'<h1 dir="auto">{escape(article.title or "Untitled")}</h1>'
        f'<p class="facts">{isolated(by)}<span>{_published(article)}</span>{updated}'
        f"<span>{_original(article)}</span><span>{_ask_only(article)}</span></p>"
    )


def _ask_only(article: Article) -> str:
    """A link to the chat, in which this article alone is asked."""
    return (
        f'<a href="../?only={quote(article.id, safe="")}" target="_blank" rel="noopener">'
        f"Ask only this article{_NEW_TAB}</a>"
    )


def _published(article: Article) -> str:
    if article.published_at is None:
        return "No publication date is known"
    how = escape(date_provenance(article.published_from))
    return f"{_time(article.published_at)} <small>({how})</small>"


def _time(when: When) -> str:
    return f'<time datetime="{when.isoformat()}">{format_day(when)}</time>'


def _original(article: Article) -> str:
    address = web_address(article.url) or web_address(article.canonical_url)
    if address is None:
        return "No web address is known"
    host = (urlsplit(address).hostname or "").removeprefix("www.")
    return (
        f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer">'
        f"Original at {escape(host)}{_NEW_TAB}</a>"
    )


def _warnings(view: ArticleView) -> str:
    """What a reader must know before the text: notices, and that it was replaced."""
    parts = [_notice(notice) for notice in view.shown.notices]
    if not view.shown.current:
        newest = view.versions[-1].article.version
        parts.append(
            f"<h2>An earlier version</h2><p>This is version {view.article.version} of "
            f'{len(view.versions)}; it was replaced. <a href="?version={newest}">Read version '
            f'{newest}</a> or <a href="?compare={view.article.version}-{newest}">see what changed'
            "</a>.</p>"
        )
    parts += [_notice(notice, " in a later version") for notice in view.later_notices]
    return "".join(f'<section class="notice">{part}</section>' for part in parts)


def _notice(notice: Notice, where: str = "") -> str:
    day = f", {_time(notice.day)}" if notice.day else ""
    return (
        f"<h2>{_NOTICE_HEADINGS[notice.kind]}{where}{day}</h2>"
        f'<p dir="auto">{escape(notice.text)}</p>'
    )


# -- the text -------------------------------------------------------------------------------


def _body(view: ArticleView, request: ArticleRequest) -> str:
    text = view.article.text
    asked = [placed(text, span) for span in request.quotes]
    quotes = [span for span in asked if span]
    missing = len(asked) - len(quotes) + request.malformed
    parts = []
    if quotes:
        passages = "the quote" if len(quotes) == 1 else f"the first of {len(quotes)} quotes"
        parts.append(f'<p class="marked"><a href="#{QUOTE_ID}">Go to {passages}</a></p>')
    if missing:
        parts.append(
            f'<p class="marked">{counted(missing, "place")} that this address names '
            f"{'is' if missing == 1 else 'are'} not in this version of the text.</p>"
        )
    words = render_text(text, quotes, view.statements, view.expressions)
    return (
        f'{"".join(parts)}<article class="text" {_language(view.article.language)}dir="auto">'
        f"{words}</article>"
    )


def _language(code: str | None) -> str:
    return (
        f'lang="{code}" ' if code and re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]+)*", code) else ""
    )


# -- below the text -------------------------------------------------------------------------


def _versions(view: ArticleView, article: Article, *, reading: bool) -> str:
    """The stored versions, when there are several; ``reading`` when one of them is shown."""
    if len(view.versions) < 2:
        return ""
    items = []
    for before, version in zip((None, *view.versions), view.versions, strict=False):
        number = version.article.version
        here = ' aria-current="page"' if reading and number == article.version else ""
        changes = (
            f' · <a href="?compare={before.article.version}-{number}">changes from version '
            f"{before.article.version}</a>"
            if before
            else ""
        )
        items.append(
            f'<li><a href="?version={number}"{here}>Version {number}</a>, stored '
            f"{_time(version.ingested_at)}{_state(version)}{changes}</li>"
        )
    return _section("Versions", items)


def _state(version: Version) -> str:
    kinds = dict.fromkeys(notice.kind for notice in version.notices)
    return "".join(
        [", current" if version.current else "", *(f", with a {kind}" for kind in kinds)]
    )


def _copies(view: ArticleView) -> str:
    if not view.copies:
        return ""
    role = "This is the original, as far as credits and dates tell." if view.original else ""
    return _section(f"Copies of this story ({len(view.copies)})", map(_copy, view.copies), role)


def _copy(copy: Copy) -> str:
    other = copy.article
    if copy.same_words:
        likeness = "the same words"
    elif copy.shared:
        likeness = f"near-duplicate, {copy.shared:.0%} of the words in common"
    else:
        likeness = "related through another copy"
    original = ", the original" if copy.original else ""
    return (
        f'<li><a href="{quote(other.id, safe="")}" dir="auto">{escape(other.title or "Untitled")}'
        f"</a><br>{isolated(escape(other.publisher or 'Unknown outlet'))} · "
        f"{publication_day(other.published_at)} · {likeness}{original}</li>"
    )


def _section(heading: str, items: Sequence[str] | map[str], lead: str = "") -> str:
    name = heading.split()[0].lower()
    told = f"<p>{lead}</p>" if lead else ""
    return (
        f'<section aria-labelledby="{name}"><h2 id="{name}">{heading}</h2>{told}'
        f"<ul>{''.join(items)}</ul></section>"
    )


def _about(view: ArticleView) -> str:
    article = view.article
    key = quote(article.id, safe="")
    return (
        '<footer class="about"><p>Version '
        f"{article.version} of {len(view.versions)}, stored {_time(view.shown.ingested_at)} · "
        f'<a href="../api/articles/{key}?version={article.version}">as JSON</a> · id '
        f"<code>{escape(article.id)}</code></p><p>The notes on who said it and on days are "
        "what Citewire makes of the text by rules, not the article’s words.</p></footer>"
    )
