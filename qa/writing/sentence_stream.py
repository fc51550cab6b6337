"""Splits a model's token stream into complete sentences, without reasoning, markup and references.

    pieces -> without reasoning -> sentences -> without markup and without references

Knows nothing about evidence.
"""

from __future__ import annotations

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
_REFERENCE_MARK = re.compile(
    r"\s*(?:\[\d+(?:\s*,\s*\d+)*\]|\(\s*source[^)]*\)|【[^】]*】)", re.IGNORECASE
)


def without_reasoning(pieces: Iterable[str]) -> Iterator[str]:
    """Streamed text without what a reasoning model thinks aloud between <think> and </think>."""
    opening, closing = "<think>", "</think>"
    buffer, thinking = "", False
    for piece in pieces:
        buffer += piece
        while (mark := closing if thinking else opening) in buffer:
            before, _, buffer = buffer.partition(mark)
            if not thinking and before:
                yield before
            thinking = not thinking
        kept = next((n for n in range(len(mark) - 1, 0, -1) if buffer.endswith(mark[:n])), 0)
        ready, buffer = buffer[: len(buffer) - kept], buffer[len(buffer) - kept :]
        if ready and not thinking:
            yield ready
    if buffer and not thinking:
        yield buffer


def whole_sentences(pieces: Iterable[str]) -> Iterator[str]:
    """Sentences of streamed text, each when the next one has begun; without the model's marks."""
    buffer = ""
    for piece in without_reasoning(pieces):
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
