"""Feedback as the script of the page sends it: matched to its answer, and acknowledged.

Knows nothing about gradio, sessions or where feedback is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any, get_args

from qa.answers.feedback import MAX_COMMENT_CHARACTERS, Feedback, Verdict
from qa.interfaces.page.conversation import Conversation


def feedback_on(conversation: Conversation, given: Mapping[str, Any], now: datetime) -> Feedback:
    """What was given (``turn``, ``verdict``, ``citation``, ``comment``) with the answer that it is
    about. Raises ValueError when there is no such answer or verdict."""
    turn, citation = given.get("turn"), given.get("citation")
    found = [e.answer for e in conversation.exchanges if e.answer and e.number == turn]
    verdict = next((v for v in get_args(Verdict) if v == given.get("verdict")), None)
    if not found or verdict is None:
        raise ValueError("there is no such answer or verdict")
    return Feedback(
        verdict=verdict,
        answer=found[0],
        created=now,
        citation=citation if verdict == "wrong_citation" and type(citation) is int else None,
        comment=str(given.get("comment") or "").strip()[:MAX_COMMENT_CHARACTERS],
    )


def render_receipt(given: Mapping[str, Any], *, kept: bool) -> str:
    """What tells the script whether the feedback with this ``id`` was kept."""
    number = escape(str(given.get("id"))[:40])
    return f'<div data-id="{number}" data-kept="{"yes" if kept else "no"}"></div>'
