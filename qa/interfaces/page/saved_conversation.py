"""Conversations as the JSON that a visitor's browser keeps, and back.

    conversation -> render_record -> the script of the page stores it in the browser
    what the browser stored -> restore -> conversation, rendered as it was
                            -> render_file -> the script saves it as a file

The browser alone keeps conversations, so what comes back was in a stranger's hands: an exchange
that does not fit the records is dropped, never an error, and all of it is shown to nobody but the
visitor who sent it. Knows nothing about gradio, sessions or how answers are made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from html import escape
from typing import Any

from ingest.errors import BadFilter
from qa.answers.from_json import record_from_json
from qa.interfaces.asking.filter_choice import bounded
from qa.interfaces.export.document import file_name, lay_out
from qa.interfaces.export.html_page import to_html
from qa.interfaces.export.markdown import to_markdown
from qa.interfaces.page.conversation import Conversation, Exchange
from qa.records import to_json

MAX_STORED_CHARACTERS = 8_000_000
"""Characters of a stored conversation that are read; browsers keep about five million."""

MAX_STORED_EXCHANGES = 500

MAX_TITLE_CHARACTERS = 300

_KEY = re.compile(r"[0-9a-f]{32}")


def render_record(
    conversation: Conversation, first: int | None = None, *, partly: bool = False
) -> str:
    """What the script of the page is to store: the exchanges from number ``first`` on.

    Without ``first`` it only learns which conversation is open, and how many exchanges it has.
    ``partly`` is whether some of what the browser had stored could not be read.
    """
    changed = conversation.exchanges[first - 1 :] if first else ()
    stored = json.dumps([exchange_to_json(one) for one in changed], ensure_ascii=False)
    return (
        f'<div data-open="{escape(conversation.key)}" data-count="{len(conversation.exchanges)}" '
        f'data-first="{first or ""}" data-partly="{"yes" if partly else ""}" '
        f'data-exchanges="{escape(stored)}"></div>'
    )


def exchange_to_json(exchange: Exchange) -> dict[str, Any]:
    """An exchange as plain JSON values; a whole answer brings its own sentences and citations."""
    stored: dict[str, Any] = to_json(exchange)
    if exchange.answer is not None:
        del stored["sentences"], stored["citations"]
        stored["answer"] = exchange.answer.to_dict()
    return stored


def restore(stored: str) -> tuple[Conversation, bool]:
    """The conversation that the browser stored, and whether all of it could be read.

    What cannot be read is left out; of a text that is no conversation an empty one is left.
    """
    try:
        outline = json.loads(stored) if 0 < len(stored) <= MAX_STORED_CHARACTERS else {}
    except (ValueError, RecursionError):
        outline = {}
    outline = outline if isinstance(outline, dict) else {}
    key, listed = outline.get("key"), outline.get("exchanges")
    listed = listed[:MAX_STORED_EXCHANGES] if isinstance(listed, list) else []
    readable = [one for one in map(_exchange, listed) if one]
    exchanges = tuple(replace(one, number=n) for n, one in enumerate(readable, 1))
    whole = [one.get("number") for one in listed if isinstance(one, dict)] == [
        one.number for one in exchanges
    ]
    if isinstance(key, str) and _KEY.fullmatch(key):
        return Conversation(exchanges, key), whole
    return Conversation(exchanges), whole


def render_file(wanted: Mapping[str, Any], on: date) -> str:
    """The file that the script of the page is to save: a stored conversation or one answer of it.

    ``wanted`` is what the script sends: ``stored``, ``turn`` (0 for all), ``format`` and ``id``.
    """
    conversation, _ = restore(str(wanted.get("stored") or ""))
    turn, format_name = wanted.get("turn"), str(wanted.get("format"))
    chosen = [e for e in conversation.exchanges if not turn or e.number == turn]
    answers = [one.answer for one in chosen if one.answer]
    title = "" if turn else str(wanted.get("title") or "")
    document = lay_out(answers, title[:MAX_TITLE_CHARACTERS])
    text, suffix, kind = (
        (to_html(document, on), "html", "text/html")
        if format_name == "html"
        else (to_markdown(document, on), "md", "text/markdown")
    )
    return (
        f'<div data-id="{escape(str(wanted.get("id"))[:40])}" data-type="{kind}" '
        f'data-name="{file_name(document.title, suffix)}" data-text="{escape(text)}"></div>'
    )


def _exchange(stored: object) -> Exchange | None:
    """One exchange, or None when it does not fit; one that was not finished counts as stopped."""
    try:
        exchange = record_from_json(Exchange, stored)
    except (ValueError, BadFilter):
        return None
    exchange = replace(exchange, filters=bounded(exchange.filters))
    if exchange.answer is not None:
        answer = exchange.answer
        return replace(exchange, sentences=answer.sentences, citations=answer.citations)
    return replace(exchange, progress="stopped") if exchange.progress != "failed" else exchange
