"""Decodes bytes to text: by a declared character set, else a detected one, else a guess.

Byte order marks, UTF-8 and Windows-1252 are recognised here; other encodings are guessed by
charset-normalizer. Knows nothing about files or addresses.
"""

from __future__ import annotations

import codecs
import re

from ingest.errors import BadInput

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_DECLARATION = re.compile(
    rb"""<(?:meta|\?xml)\b[^<>]*?(?:charset|encoding)\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE
)
SAMPLE_BYTES = 65_536
"""Bytes from the beginning of a file in which its encoding is looked for."""

_MIN_BYTES_TO_GUESS = 32
"""Fewer bytes than this hold too little evidence of an encoding."""

MAX_CONTROLS = 0.01
"""Share of control characters in a text: of bytes at random, read as Windows-1252, a tenth are."""

_CONTROLS = re.compile(r"[\x01-\x08\x0b\x0e-\x1f\x7f-\x9f]")


def decode(raw: bytes, declared: str | None = None) -> str:
    """Text in any case: by the ``declared`` character set, by the one that the text declares
    itself, by detection, else as UTF-8 with replacement characters."""
    for name in (declared, declared_encoding(raw), detect_encoding(raw[:SAMPLE_BYTES])):
        if name:
            try:
                return raw.decode(name, errors="replace").removeprefix("\ufeff")
            except LookupError:
                continue
    return raw.decode("utf-8", errors="replace")


def decode_strictly(source: str, raw: bytes) -> str:
    """A file's text in whatever encoding is detected, with line feeds as line ends.

    Raises BadInput for what is not text.
    """
    try:
        text = raw.decode(detect_encoding(raw) or "ascii")
    except UnicodeDecodeError:
        text = "\x00"
    if "\x00" in text or len(_CONTROLS.findall(text)) > MAX_CONTROLS * len(text):
        raise BadInput(source, "not text: save it as UTF-8")
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def declared_encoding(raw: bytes) -> str | None:
    """The character set that an HTML page or XML file declares in its first 4 KB."""
    found = _DECLARATION.search(raw[:4096])
    return found.group(1).decode("ascii", errors="replace") if found else None


def detect_encoding(raw: bytes) -> str | None:
    """The encoding of the beginning of a text, or None when it is in none that is known."""
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


_WESTERN_LETTERS = frozenset(
    "àâäáãåæçèéêëìíîïñòóôöõøœùúûüýÿßÀÂÄÁÃÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖÕØŒÙÚÛÜÝ“”‘’«»‹›–—…•·°§©®™€£¥¿¡ºª„\u00a0"
)


def _is_western(raw: bytes) -> bool:
    """Whether it reads as Windows-1252: all bytes have a meaning, and letters with accents are few
    (Cyrillic text read as Windows-1252 has an accent on every letter)."""
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError:
        return False
    accented = [char for char in text if ord(char) > 127]
    usual = sum(char in _WESTERN_LETTERS for char in accented)
    letters = sum(char.isalpha() for char in text)
    return usual >= 0.95 * len(accented) and len(accented) < 0.25 * max(letters, 1)


def _guess(raw: bytes) -> str | None:
    from charset_normalizer import from_bytes

    if len(raw) < _MIN_BYTES_TO_GUESS:
        return None
    best = from_bytes(raw[:SAMPLE_BYTES]).best()
    return best.encoding if best is not None else None
