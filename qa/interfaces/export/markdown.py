"""Writes a document as Markdown with footnotes, as GitHub, Pandoc and Obsidian read them.

Characters with a meaning in Markdown or HTML are escaped in every text that is not ours.
"""

from __future__ import annotations

import re
from datetime import date

from ingest.records import format_day
from qa.interfaces.export.document import Block, Document, Footnote, Span, quotation_marks

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&$^!])")
_LIST_MARK = re.compile(r"^([-+=]|\d{1,9}(?=[.)]))")


def to_markdown(document: Document, on: date) -> str:
    """The text of a Markdown file, with the day ``on`` which it is made."""
    made = f"*Made with Citewire on {format_day(on)}. Quotes are the exact words of the articles.*"
    parts = [f"# {_escaped(document.title)}", _body(document), made, _footnotes(document)]
    return "\n\n".join(part for part in parts if part) + "\n"


def to_markdown_snippet(document: Document) -> str:
    """The same without a title, to be pasted into another text."""
    return "\n\n".join(part for part in (_body(document), _footnotes(document)) if part) + "\n"


def _body(document: Document) -> str:
    text, before = "", None
    for block in document.blocks:
        if text:
            text += "\n" if block.kind == before == "item" else "\n\n"
        text += _block(block)
        before = block.kind
    return text


def _block(block: Block) -> str:
    words = " ".join(map(_span, block.spans))
    lead = f"**{_escaped(block.lead)}** " if block.lead else ""
    match block.kind:
        case "question":
            return f"## {words}"
        case "heading":
            return f"### {words}"
        case "quote":
            opening, closing = quotation_marks(block.spans[0].text)
            return f"> {lead}{opening}{_span(block.spans[0], closing)}"
        case "item":
            return f"- {lead}{words}"
        case "note":
            return f"*{words}*"
        case "paragraph":
            return lead + words if lead else _LIST_MARK.sub(_backslashed, words)


def _span(span: Span, closing: str = "") -> str:
    return _escaped(span.text) + closing + "".join(f"[^{number}]" for number in span.notes)


def _footnotes(document: Document) -> str:
    return "\n\n".join(map(_footnote, document.footnotes))


def _footnote(note: Footnote) -> str:
    quote = _escaped(note.quote).join(quotation_marks(note.quote))
    parts = [quote, f"— *{_escaped(note.title)}*, {_escaped(note.source)}."]
    parts += [_escaped(remark) for remark in note.remarks]
    if note.address:
        parts.append(f"<{note.address.replace('<', '%3C').replace('>', '%3E')}>")
    return f"[^{note.number}]: {' '.join(parts)}"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _backslashed(mark: re.Match[str]) -> str:
    return f"{mark[0]}\\" if mark[0].isdigit() else f"\\{mark[0]}"
