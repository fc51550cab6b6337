"""Bytes to text: what is stated, else what the bytes themselves say, else a guess.

Knows nothing about files or addresses.
"""

from __future__ import annotations

import codecs
import re

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_DECLARATION = re.compile(
    rb"""<(?:meta|\?xml)\b[^<>]*?(?:charset|encoding)\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE
)
SAMPLE_BYTES = 65_536
_MIN_BYTES_TO_GUESS = 32
"""Bytes below which a guess would be a throw of dice."""


def declared_encoding(raw: bytes) -> str | None:
    """The character set that a page or an XML file names in its first lines."""
    found = _DECLARATION.search(raw[:4096])
    return found.group(1).decode("ascii", errors="replace") if found else None


def detect_encoding(raw: bytes) -> str | None:
    """The encoding of a beginning of text, or None when it is in none that is known."""
    for mark, name in _BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            return name
    if b"\x00" in raw:
        return None
    if _is_utf8(raw):
        return "utf-8"
    return "cp1252" if _is_western(raw) else _guess(raw)


def _is_utf8(raw: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(raw, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _is_western(raw: bytes) -> bool:
    """Whether it reads as the old Windows encoding of Western Europe: all bytes have a meaning,
    and letters with accents are few (in Cyrillic read like this, all letters have accents)."""
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError:
        return False
    accented = [char for char in text if ord(char) > 127]
    usual = sum(char in _WESTERN_LETTERS for char in accented)
    letters = sum(char.isalpha() for char in text)
    return usual >= 0.95 * len(accented) and len(accented) < 0.25 * max(letters, 1)


_WESTERN_LETTERS = frozenset(
    "àâäáãåæçèéêëìíîïñòóôöõøœùúûüýÿßÀÂÄÁÃÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖÕØŒÙÚÛÜÝ“”‘’«»‹›–—…•·°§©®™€£¥¿¡ºª„\u00a0"
)


def _guess(raw: bytes) -> str | None:
    from charset_normalizer import from_bytes

    if len(raw) < _MIN_BYTES_TO_GUESS:
        return None
    best = from_bytes(raw[:SAMPLE_BYTES]).best()
    return best.encoding if best is not None else None


def decode(raw: bytes, stated: str | None = None) -> str:
    """Text whatever happens: by the stated character set, by a guess, else UTF-8 with marks for
    what cannot be read."""
    for name in (stated, declared_encoding(raw), detect_encoding(raw[:SAMPLE_BYTES])):
        if name:
            try:
                return raw.decode(name, errors="replace").removeprefix("\ufeff")
            except LookupError:
                continue
    return raw.decode("utf-8", errors="replace")
