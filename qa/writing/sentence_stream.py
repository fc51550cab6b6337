"""Splits a model's token stream into complete sentences, without reasoning, markup and references.

    pieces -> without reasoning, fences, data -> sentences -> without markup and without references

Knows nothing about evidence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from ingest.segmentation import sentence_spans

_MARKUP = (
    (re.compile(r"!\[[^\]]*\]\([^)]*\)"), ""),  # pictures
    (re.compile(r"\[([^\]]*)\]\([^)]*\)"), r"\1"),  # links
    (re.compile(r"</?[A-Za-z][^<>]*>"), ""),  # HTML
    (re.compile(r"^\s*(?:[-*•#>]+|\d+[.)])\s+|\*\*|__|`+"), ""),
    (re.compile(r"^\s*(?:Answer|Corrected sentence):\s*"), ""),  # words of the prompt
)
_NOISE = {
    "<think>": "</think>",
    "<thinking>": "</thinking>",
    "<|channel|>analysis": "<|channel|>final<|message|>",
    "<tool_call>": "</tool_call>",
}
"""What models write around their reasoning and around calls of tools, where a server leaves it."""
_UNTOLD = ("<think>", "</think>")
"""The marks of models whose prompt already holds the first of them."""
_FENCE_SO_FAR = re.compile(r"[ \t]*(?:`{0,2}|```[\w+-]*[ \t]*\n?)")
_REFERENCE_MARK = re.compile(
    r"\s*(?:\[\d+(?:\s*,\s*\d+)*\]|\(\s*source[^)]*\)|【[^】]*】)", re.IGNORECASE
)


def without_reasoning(pieces: Iterable[str], *, begun: bool = False) -> Iterator[str]:
    """Streamed text without what a model thinks aloud, such as between <think> and </think>, and
    without calls of tools that it writes as text.

    A closing mark alone is left out. With ``begun`` the text begins inside reasoning; when that
    never ends, it was none.
    """
    buffer, closing = "", _UNTOLD[1] if begun else None
    for piece in pieces:
        buffer += piece
        while found := _first_mark(buffer, closing):
            before, mark, buffer = buffer.partition(found)
            if closing is None and before:
                yield before
            closing, begun = _NOISE.get(mark) if closing is None else None, False
        if begun:
            continue
        kept = _unfinished_mark(buffer, closing)
        ready, buffer = buffer[: len(buffer) - kept], buffer[len(buffer) - kept :]
        if ready and closing is None:
            yield ready
    if buffer and (closing is None or begun):
        yield buffer


def without_fences(pieces: Iterable[str]) -> Iterator[str]:
    """Streamed text without lines of three backquotes, as some models put around everything."""
    held, begun = "", False
    for piece in pieces:
        for part in re.findall(r"[^\n]*\n|[^\n]+", piece):
            held += part
            if begun or not _FENCE_SO_FAR.fullmatch(held):
                yield held
                held, begun = "", not held.endswith("\n")
            elif held.endswith("\n"):
                held = ""
    if held.strip(" \t") and "```" not in held:
        yield held


def without_data(pieces: Iterable[str]) -> Iterator[str]:
    """Streamed text; of a JSON object that is the whole text, its sentences alone."""
    start, is_data = "", None
    for piece in pieces:
        if is_data is False:
            yield piece
            continue
        start += piece
        if is_data is None and start.strip():
            is_data = start.lstrip().startswith("{")
            if not is_data:
                yield start
    if is_data:
        yield _sentences_in(start)


def _sentences_in(text: str) -> str:
    """The texts of several words in a JSON object; the text itself when it is none."""
    try:
        values = json.loads(text).values()
    except (ValueError, AttributeError):
        return text
    return "\n".join(v for v in values if isinstance(v, str) and " " in v.strip())


def _first_mark(text: str, closing: str | None) -> str | None:
    """The mark that comes first: the closing one, or any when none is waited for."""
    if closing is not None:
        return closing if closing in text else None
    found = [mark for mark in (*_NOISE, *_NOISE.values()) if mark in text]
    return min(found, key=text.index, default=None)


def _unfinished_mark(text: str, closing: str | None) -> int:
    """How many characters at the end of the text may be the beginning of a mark."""
    marks = (*_NOISE, *_NOISE.values()) if closing is None else (closing,)
    longest = max(map(len, marks)) - 1
    ends = range(min(longest, len(text)), 0, -1)
    return next((n for n in ends if any(m.startswith(text[-n:]) for m in marks)), 0)


def whole_sentences(pieces: Iterable[str]) -> Iterator[str]:
    """Sentences of streamed text, each when the next one has begun; without the model's marks."""
    buffer = ""
    for piece in without_data(without_fences(without_reasoning(pieces))):
        buffer += piece
        spans = sentence_spans(buffer)
        if len(spans) > 1 and re.search(r"\s\S+\s", buffer[spans[-2][1] - 1 :]):
            for start, end in spans[:-1]:
                yield from _clean(buffer[start:end])
            buffer = buffer[spans[-1][0] :]
    for start, end in sentence_spans(buffer):
        yield from _clean(buffer[start:end])


def _clean(sentence: str) -> Iterator[str]:
    text = without_markup(sentence)
    if re.search(r"\w", text):
        yield text


def without_markup(sentence: str) -> str:
    """A sentence without markup, and without references written by a model: code writes them."""
    for pattern, plain in _MARKUP:
        sentence = pattern.sub(plain, sentence)
    return " ".join(_REFERENCE_MARK.sub("", sentence).split())
