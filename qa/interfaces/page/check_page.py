"""The page that checks a draft: a text area, and below it every sentence with its proof.

    DraftCheck -> HTML; every text passes ``html.escape``

Knows nothing about how a draft is checked.
"""

from __future__ import annotations

from html import escape

from ingest.records import format_day
from qa.fact_check import MAX_DRAFT_SENTENCES, VERDICTS, CheckedSentence, DraftCheck, Verdict
from qa.interfaces.frame.page_frame import render_page
from qa.interfaces.page.markup import article_link, outlet_name, publication_day
from qa.records import Citation, counted

LABELS: dict[Verdict, tuple[str, str]] = {
    "supported": ("✓", "Supported"),
    "contradicted": ("✗", "Contradicted"),
    "not_found": ("?", "Not found"),
    "not_checkable": ("–", "Claims nothing"),
}
"""Mark and word of each verdict."""


def render_check_page(
    text: str = "", asked_at: str = "", checked: DraftCheck | None = None, error: str = ""
) -> str:
    """The page: before anything was sent, with a result, or with what was wrong."""
    problem = f'<p class="problem" role="alert">{escape(error)}</p>' if error else ""
    result = _result(checked) if checked else ""
    return render_page(
        "Check a draft",
        "<h1>Check a draft</h1><p>Paste a text. Every sentence is compared with the articles of "
        "this library: supported, contradicted, or not found, each with the words of the article. "
        f"No language model is asked.</p>{problem}{result}{_form(text, asked_at)}",
        "plain.css",
        here="check",
    )


def _form(text: str, asked_at: str) -> str:
    return (
        '<form method="post" action="check" accept-charset="utf-8">'
        '<label for="text">Your draft</label>'
        f'<textarea id="text" name="text" rows="12" required aria-describedby="limit">\n'
        f"{escape(text)}</textarea>"
        f'<p id="limit" class="soft">Up to {MAX_DRAFT_SENTENCES} sentences; a long draft takes '
        "some seconds. It is not stored.</p>"
        '<p class="row"><label for="day">Checked on</label> <input id="day" name="asked_at" '
        f'type="date" value="{escape(asked_at)}"><button type="submit">Check</button></p></form>'
    )


def _result(checked: DraftCheck) -> str:
    counts = checked.counts
    tally = " ".join(
        f'<li class="{verdict}"><span aria-hidden="true">{LABELS[verdict][0]}</span> '
        f"{counts[verdict]} {LABELS[verdict][1].lower()}</li>"
        for verdict in VERDICTS
        if counts[verdict]
    )
    items = "".join(_sentence(one, checked) for one in checked.sentences)
    newest = checked.newest_article
    fresh = f" · newest article {format_day(newest)}" if newest else ""
    return (
        f'<section aria-label="Result"><h2>{counted(len(checked.sentences), "sentence")}</h2>'
        f'<ul class="tally">{tally}</ul><ol class="sentences">{items}</ol>'
        f'<p class="soft">What is not found may be true: it is not in these articles{fresh}.</p>'
        "</section>"
    )


def _sentence(one: CheckedSentence, checked: DraftCheck) -> str:
    mark, label = LABELS[one.verdict]
    notes = "".join(
        f'<p class="differs" dir="auto">{escape(_capital(str(difference)))}.</p>'
        for difference in one.differences
    )
    if one.verdict == "not_found":
        lacks = f": {'; '.join(one.reasons)}" if one.reasons else ""
        near = f"The nearest sentence{lacks}." if one.citations else "Nothing is near it."
        notes = f'<p class="soft" dir="auto">{escape(near)}</p>'
    quotes = "".join(_quote(checked.citations[number - 1]) for number in one.citations)
    return (
        f'<li class="{one.verdict}"><p class="claim" dir="auto"><span class="verdict">'
        f'<span aria-hidden="true">{mark}</span> {label}</span> '
        f"{escape(' '.join(one.text.split()))}</p>{notes}{quotes}</li>"
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _quote(citation: Citation) -> str:
    quote = escape(" ".join(citation.dated_quote.split()))
    where = f"{outlet_name(citation.publisher)} · {publication_day(citation.published_at)}"
    title = article_link(citation.title or "Untitled", citation.url)
    return (
        f'<figure><blockquote dir="auto">“{quote}”</blockquote>'
        f"<figcaption>{where} · {title}</figcaption></figure>"
    )
