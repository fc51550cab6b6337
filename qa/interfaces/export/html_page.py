"""Writes a document as a web page in one file: to be read, sent or printed, also without network.

It has no script, and its policy forbids one. Every text is escaped.
"""

from __future__ import annotations

from datetime import date
from html import escape
from itertools import groupby

from ingest.records import format_day
from qa.interfaces.export.document import Block, Document, Footnote, Span, quotation_marks
from qa.interfaces.frame.assets import read_asset

_ELEMENTS = {"question": "h2", "heading": "h3", "paragraph": "p", "item": "li"}

_STYLE = """
body { margin: 0 auto; max-width: 42rem; padding: 2.5rem 1.25rem; background: var(--cw-sheet);
  color: var(--cw-ink); font: 1.0625rem/1.6 var(--cw-serif); overflow-wrap: anywhere; }
h1, h2, h3 { line-height: 1.25; break-after: avoid; }
h1 { font-size: 1.75rem; margin: 0 0 .25rem; }
h2 { font-size: 1.25rem; margin: 2.25rem 0 .75rem; padding-top: 1rem; border-top: 1px solid var(--cw-line); }
h3 { font-size: 1.0625rem; margin: 1.5rem 0 .25rem; }
blockquote { margin: 1rem 0; padding-left: 1rem; border-left: 3px solid var(--cw-accent); break-inside: avoid; }
.note, .made, .notes { color: var(--cw-soft); font-family: var(--cw-sans); font-size: .875rem; line-height: 1.5; }
.notes { margin-top: 2.5rem; padding: 1rem 0 0 1.75rem; border-top: 1px solid var(--cw-line); }
.notes li { margin-bottom: .75rem; break-inside: avoid; }
.notes .quote { color: var(--cw-ink); font-family: var(--cw-serif); font-size: .9375rem; }
a { color: var(--cw-accent); }
sup { line-height: 0; } sup a { padding: 0 .15em; text-decoration: none; font: 700 .75em var(--cw-sans); }
@media print {
  body { max-width: none; padding: 0; font-size: 11pt; }
  @page { margin: 2cm; }
}
"""  # noqa: E501, a style sheet reads better by the rule


def to_html(document: Document, on: date) -> str:
    """The text of an HTML file, with the day ``on`` which it is made."""
    title = escape(document.title)
    notes = "".join(map(_footnote, document.footnotes))
    listed = f'<ol class="notes">{notes}</ol>' if notes else ""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">"
        f"<title>{title}</title><style>{read_asset('theme.css')}{_STYLE}</style></head><body><h1>{title}</h1>"
        f'<p class="made">Made with Citewire on {format_day(on)}. Quotes are the exact words of '
        f"the articles.</p>{render_blocks(document)}{listed}</body></html>\n"
    )


def render_blocks(document: Document) -> str:
    """The text of a document as HTML; its numbers lead to ``#note-1``, ``#note-2``, ..."""
    return "".join(
        f"<ul>{''.join(map(_block, blocks))}</ul>" if listed else "".join(map(_block, blocks))
        for listed, blocks in groupby(document.blocks, lambda block: block.kind == "item")
    )


def _block(block: Block) -> str:
    words = " ".join(map(_span, block.spans))
    lead = f"<strong>{escape(block.lead)}</strong> " if block.lead else ""
    if block.kind == "quote":
        (said,) = block.spans
        return f'<blockquote dir="auto">{lead}{_quoted(said.text)}{_marks(said)}</blockquote>'
    if block.kind == "note":
        return f'<p class="note" dir="auto">{words}</p>'
    element = _ELEMENTS[block.kind]
    return f'<{element} dir="auto">{lead}{words}</{element}>'


def _quoted(text: str) -> str:
    return escape(text).join(quotation_marks(text))


def _span(span: Span) -> str:
    return escape(span.text) + _marks(span)


def _marks(span: Span) -> str:
    return "".join(
        f'<sup><a href="#note-{n}" aria-label="Source {n}">{n}</a></sup>' for n in span.notes
    )


def _footnote(note: Footnote) -> str:
    remarks = "".join(f" {escape(remark)}" for remark in note.remarks)
    address = escape(note.address or "")
    link = f' <a href="{address}" rel="noopener noreferrer">{address}</a>' if address else ""
    return (
        f'<li id="note-{note.number}" value="{note.number}" dir="auto">'
        f'<span class="quote">{_quoted(note.quote)}</span> '
        f"— <cite>{escape(note.title)}</cite>, {escape(note.source)}.{remarks}{link}</li>"
    )
