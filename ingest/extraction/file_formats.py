"""Converts PDF, Word and e-mail files to text (or HTML) and the facts they state about themselves.

A creation time is when the file was made, never a publication date; only an e-mail has the day on
which it was sent. Knows nothing about articles, folders or stores.
"""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

from ingest.errors import BadInput
from ingest.extraction.paragraphs import single_line
from ingest.sources.documents import Document
from ingest.sources.encoding import decode
from ingest.sources.limits import MAX_FILE_BYTES, parse_within_limit

MAX_PDF_PAGES = 2_000

_NO_TITLE = re.compile(
    r"^(?:untitled|document\d*|microsoft word\b.*|.*\.(?:docx?|pdf|indd|qxd|tmp))$", re.IGNORECASE
)


def convert_to_text(document: Document) -> Document:
    """The same document as text (or, for an e-mail, HTML) with its facts as fields.

    Raises BadInput when it cannot be read, or takes longer than it may.
    """
    name, reader = {"pdf": ("a PDF", _read_pdf), "docx": ("a Word file", _read_docx),
                    "eml": ("an e-mail", _read_email)}[document.kind]  # fmt: skip
    return parse_within_limit(
        document.source, f"not {name} that can be read", lambda: reader(document)
    )


# -- PDF ----------------------------------------------------------------------------------


def _read_pdf(document: Document) -> Document:
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it reports every flaw of every file
    reader = PdfReader(io.BytesIO(document.data), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise BadInput(document.source, "it is locked with a password")
    if len(reader.pages) > MAX_PDF_PAGES:
        raise BadInput(document.source, f"more than {MAX_PDF_PAGES} pages")
    pages = [(page.extract_text() or "").strip() for page in reader.pages]
    text = "\n\n".join(_without_running_heads(pages)).strip()
    if not text:
        raise BadInput(document.source, "no text in it: it may be a scan")
    about = reader.metadata
    title, content = _without_printed_title(
        _usable_title(about.title if about else None), _join_printed_lines(text)
    )
    author = about.author if about else None
    fields = {"title": title, "authors": author if author and " " in author.strip() else None}
    return replace(document, kind="text", content=content, fields=_present(fields))


def _without_printed_title(title: str | None, content: str) -> tuple[str | None, str]:
    """``(title, text)``: the title as it is printed, taken out of the text, when the file states
    its title."""
    first, _, rest = content.partition("\n\n")
    if title and rest and len(first) > 5 and title.casefold().startswith(first.casefold()):
        return first, rest
    return title, content


_NUMBER = re.compile(r"\d+")


def _without_running_heads(pages: Sequence[str]) -> list[str]:
    """Pages without page numbers, and without first and last lines that half the pages repeat."""
    split = [[line.strip() for line in page.split("\n") if line.strip()] for page in pages]
    edges: Counter[str] = Counter()
    for lines in split:
        edges.update({_NUMBER.sub("#", line) for line in (*lines[:2], *lines[-2:])})
    repeated = {line for line, seen in edges.items() if seen >= max(3, len(pages) / 2)}
    kept: list[str] = []
    for lines in split:
        last = len(lines) - 2
        kept.append("\n".join(
            line for place, line in enumerate(lines)
            if not ((place < 2 or place >= last) and _is_running_head(line, repeated))
        ))  # fmt: skip
    return kept


def _is_running_head(line: str, repeated: set[str]) -> bool:
    bare = _NUMBER.sub("#", line)
    return bare in repeated or bool(re.fullmatch(r"(?:page )?#(?: ?(?:of|/) ?#)?", bare.lower()))


_DIVIDED_WORD = re.compile(r"(?<=[a-z])-\n(?=[a-z])")
_ENDS = (".", "!", "?", "”", '"', ":", "’", ")")


def _join_printed_lines(text: str) -> str:
    """Joins printed lines to paragraphs: a line that stops short of the margin after a full stop
    ends one; a word divided at the margin is joined; the end of a page ends no paragraph."""
    lines = [line for line in _DIVIDED_WORD.sub("", text).split("\n") if line.strip()]
    margin = sorted(map(len, lines))[int(len(lines) * 0.9)] if lines else 0
    paragraphs: list[str] = []
    open_ended = False
    for place, line in enumerate(lines):
        headline = place == 0 and len(line) < 0.8 * margin and not line.endswith(_ENDS)
        if open_ended:
            paragraphs[-1] += f" {line}"
        else:
            paragraphs.append(line)
        ended = len(line) < 0.85 * margin and line.rstrip().endswith(_ENDS)
        following = lines[place + 1 : place + 2]
        alone = len(line) < 0.4 * margin and bool(following) and not following[0][0].islower()
        open_ended = not (headline or ended or alone)
    return "\n\n".join(paragraphs)


# -- Word ---------------------------------------------------------------------------------


def _read_docx(document: Document) -> Document:
    import docx

    with zipfile.ZipFile(io.BytesIO(document.data)) as parts:
        if sum(part.file_size for part in parts.infolist()) > MAX_FILE_BYTES:
            raise BadInput(
                document.source, f"larger than {MAX_FILE_BYTES // 1_000_000} MB unpacked"
            )
    word = docx.Document(io.BytesIO(document.data))
    title = _usable_title(word.core_properties.title)
    lines: list[str] = []
    for paragraph in word.paragraphs:
        style = (paragraph.style.name if paragraph.style else "") or ""
        text = single_line(paragraph.text)
        if text and not lines and not title and style in ("Title", "Heading 1"):
            title = text
        elif text and style != "Caption" and text != title:
            lines.append(text)
    author = word.core_properties.author
    fields = {"title": title, "authors": author if author and " " in author.strip() else None,
              "language": word.core_properties.language or None}  # fmt: skip
    content = "\n\n".join(lines)
    return replace(document, kind="text", content=content, fields=_present(fields))


# -- e-mail -------------------------------------------------------------------------------

_REPLY = re.compile(r"^\s*(?:re|fwd?|aw|wg|tr)\s*:", re.IGNORECASE)
_MIN_PLAIN_CHARS = 200
"""A shorter plain part only says to look at the HTML part."""


def _read_email(document: Document) -> Document:
    from email import message_from_bytes, policy

    mail = message_from_bytes(document.data, policy=policy.default)
    if not isinstance(mail, EmailMessage) or not mail.keys():
        raise BadInput(document.source, "not an e-mail: it has no headers")
    subject = _header(mail, "subject")
    senders = getattr(mail["from"], "addresses", ())
    sender = senders[0].display_name if senders else ""
    bulk = mail["list-id"] or mail["list-unsubscribe"]
    passed_on = bool(_REPLY.match(subject)) or mail["in-reply-to"] is not None
    fields = {
        "title": _REPLY.sub("", subject).strip(),
        "publisher": sender if bulk else None,
        "authors": None if bulk else sender,
        "published": None if passed_on else _header(mail, "date"),
        "language": _header(mail, "content-language"),
    }
    kind, content = _body(mail)
    if not content.strip():
        raise BadInput(document.source, "no text in this e-mail")
    return replace(
        document, kind=kind, content=content, fields=_present(fields), fields_from="meta"
    )


def _header(mail: EmailMessage, name: str) -> str:
    return single_line(mail[name])


def _body(mail: EmailMessage) -> tuple[str, str]:
    """``(kind, text)``: the plain part if it is long enough, else the HTML part."""
    plain = _part(mail, "plain")
    html = _part(mail, "html")
    if len(plain.strip()) >= _MIN_PLAIN_CHARS or not html.strip():
        return "text", plain
    return "html", html


def _part(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body((subtype,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError):  # an unknown character set
        raw = part.get_payload(decode=True)
        return decode(raw) if isinstance(raw, bytes) else ""


# -- all three -----------------------------------------------------------------------------


def _usable_title(stated: str | None) -> str | None:
    title = single_line(stated)
    return None if not title or _NO_TITLE.match(title) else title


def _present(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}
