"""PDF, Word and e-mail files into text and the facts that they hold about themselves.

Their creation times are when a file was made, never a publication date; only an e-mail has the day
on which it was sent. Knows nothing about articles, files or stores.
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
from ingest.sources.documents import Document
from ingest.sources.limits import PARSE_SECONDS, TookTooLong, run_within

MAX_UNPACKED = 200_000_000
MAX_PAGES = 2_000

_NO_TITLE = re.compile(
    r"^(?:untitled|document\d*|microsoft word\b.*|.*\.(?:docx?|pdf|indd|qxd|tmp))$", re.IGNORECASE
)


def convert_to_text(document: Document) -> Document:
    """The same document as text (or, for an e-mail, HTML) with its facts as fields.

    Raises BadInput when it cannot be read, or takes longer than it may.
    """
    reader = {"pdf": _pdf, "docx": _docx, "eml": _eml}[document.kind]
    try:
        return run_within(PARSE_SECONDS, lambda: reader(document))
    except BadInput:
        raise
    except TookTooLong as error:
        raise BadInput(document.source, f"reading it {error}") from error
    except Exception as error:  # each library raises many kinds for broken files
        said = " ".join(str(error).split())[:120] or type(error).__name__
        name = {"pdf": "a PDF", "docx": "a Word file", "eml": "an e-mail"}[document.kind]
        raise BadInput(document.source, f"not {name} that can be read ({said})") from error


# -- PDF ----------------------------------------------------------------------------------


def _pdf(document: Document) -> Document:
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it reports every flaw of every file
    reader = PdfReader(io.BytesIO(document.data), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise BadInput(document.source, "it is locked with a password")
    if len(reader.pages) > MAX_PAGES:
        raise BadInput(document.source, f"more than {MAX_PAGES} pages")
    pages = [(page.extract_text() or "").strip() for page in reader.pages]
    text = "\n\n".join(_without_furniture(pages)).strip()
    if not text:
        raise BadInput(document.source, "no text in it: it may be a scan")
    about = reader.metadata
    title, content = _titled(_title(about.title if about else None), _rejoined(text))
    author = about.author if about else None
    fields = {"title": title, "authors": author if author and " " in author.strip() else None}
    return replace(document, kind="text", content=content, fields=_stated(fields))


def _titled(title: str | None, content: str) -> tuple[str | None, str]:
    """The title as it is printed, and the text without it, when the file knows its title."""
    first, _, rest = content.partition("\n\n")
    if title and rest and len(first) > 5 and title.casefold().startswith(first.casefold()):
        return first, rest
    return title, content


_NUMBER = re.compile(r"\d+")


def _without_furniture(pages: Sequence[str]) -> list[str]:
    """Pages without page numbers, and without first and last lines that most pages repeat."""
    split = [[line.strip() for line in page.split("\n") if line.strip()] for page in pages]
    edges: Counter[str] = Counter()
    for lines in split:
        edges.update({_NUMBER.sub("#", line) for line in (*lines[:2], *lines[-2:])})
    often = {line for line, seen in edges.items() if seen >= max(3, len(pages) / 2)}
    kept: list[str] = []
    for lines in split:
        last = len(lines) - 2
        kept.append("\n".join(
            line for place, line in enumerate(lines)
            if not ((place < 2 or place >= last) and _is_furniture(line, often))
        ))  # fmt: skip
    return kept


def _is_furniture(line: str, often: set[str]) -> bool:
    bare = _NUMBER.sub("#", line)
    return bare in often or bool(re.fullmatch(r"(?:page )?#(?: ?(?:of|/) ?#)?", bare.lower()))


_SOFT = re.compile(r"(?<=[a-z])-\n(?=[a-z])")
_ENDS = (".", "!", "?", "”", '"', ":", "’", ")")


def _rejoined(text: str) -> str:
    """Paragraphs out of printed lines: a line that stops short of the margin after a full stop
    ends one; a word divided at the margin becomes whole; a page's end is no paragraph's end."""
    lines = [line for line in _SOFT.sub("", text).split("\n") if line.strip()]
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


def _docx(document: Document) -> Document:
    import docx

    with zipfile.ZipFile(io.BytesIO(document.data)) as parts:
        if sum(part.file_size for part in parts.infolist()) > MAX_UNPACKED:
            raise BadInput(document.source, f"larger than {MAX_UNPACKED // 1_000_000} MB unpacked")
    word = docx.Document(io.BytesIO(document.data))
    title = _title(word.core_properties.title)
    lines: list[str] = []
    for paragraph in word.paragraphs:
        style = (paragraph.style.name if paragraph.style else "") or ""
        text = " ".join(paragraph.text.split())
        if text and not lines and not title and style in ("Title", "Heading 1"):
            title = text
        elif text and style != "Caption" and text != title:
            lines.append(text)
    author = word.core_properties.author
    fields = {"title": title, "authors": author if author and " " in author.strip() else None,
              "language": word.core_properties.language or None}  # fmt: skip
    content = "\n\n".join(lines)
    return replace(document, kind="text", content=content, fields=_stated(fields))


# -- e-mail -------------------------------------------------------------------------------

_REPLY = re.compile(r"^\s*(?:re|fwd?|aw|wg|tr)\s*:", re.IGNORECASE)
_ENOUGH = 200
"""Characters of a plain part below which it only says to look at the HTML part."""


def _eml(document: Document) -> Document:
    from email import message_from_bytes, policy

    mail = message_from_bytes(document.data, policy=policy.default)
    if not isinstance(mail, EmailMessage) or not mail.keys():
        raise BadInput(document.source, "not an e-mail: it has no headers")
    subject = _header(mail, "subject")
    sender = mail["from"].addresses[0].display_name if _has_sender(mail) else ""
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
    return replace(document, kind=kind, content=content, fields=_stated(fields), fields_from="meta")


def _has_sender(mail: EmailMessage) -> bool:
    return mail["from"] is not None and bool(getattr(mail["from"], "addresses", ()))


def _header(mail: EmailMessage, name: str) -> str:
    return " ".join(str(mail[name] or "").split())


def _body(mail: EmailMessage) -> tuple[str, str]:
    """``(kind, text)``: the plain part if it says enough, else the HTML part."""
    plain = _part(mail, "plain")
    html = _part(mail, "html")
    if len(plain.strip()) >= _ENOUGH or not html.strip():
        return "text", plain
    return "html", html


def _part(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body((subtype,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError):  # a character set that no one knows
        from ingest.sources.encoding import decode

        raw = part.get_payload(decode=True)
        return decode(raw) if isinstance(raw, bytes) else ""


# -- both ---------------------------------------------------------------------------------


def _title(stated: str | None) -> str | None:
    text = " ".join(str(stated or "").split())
    return None if not text or _NO_TITLE.match(text) else text


def _stated(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}
