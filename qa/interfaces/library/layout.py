"""What the pages of the library share: the frame with its navigation, notes, moments, buttons.

Every text that comes in is escaped here or by the caller, as each docstring says. Knows nothing
about articles or jobs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from qa.interfaces.page.conversation_page import LOGO

ASSETS = ("library.css", "library.js", "favicon.svg")
"""Files of ``qa/interfaces/assets`` that the pages load from ``/library/assets/``."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds a page: the path prefix of the server, and what the visitor may do."""

    root: str = ""
    may_edit: bool = True


_TABS = (("", "Articles", False), ("/add", "Add", True), ("/feeds", "Feeds", False),
         ("/health", "Health", False))  # fmt: skip


def render_page(
    frame: Frame, title: str, body: str, *, tab: str = "", refreshed: bool = False
) -> str:
    """A whole page around a body of HTML. ``tab`` is the path below ``/library`` that it belongs
    to; a ``refreshed`` page is loaded anew every two seconds where there is no script."""
    links = "".join(
        f'<a href="{frame.root}/library{path}"{" aria-current=page" if path == tab else ""}>'
        f"{name}</a>"
        for path, name, editing in _TABS
        if frame.may_edit or not editing
    )
    refresh = '<noscript><meta http-equiv="refresh" content="2"></noscript>' if refreshed else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark">{refresh}'
        f"<title>{escape(title)} – Citewire</title>"
        f'<link rel="icon" href="{frame.root}/library/assets/favicon.svg">'
        f'<link rel="stylesheet" href="{frame.root}/library/assets/library.css">'
        f'<script src="{frame.root}/library/assets/library.js" defer></script></head><body>'
        f'<a class="skip" href="#main">To the content</a>'
        f'<header><a class="home" href="{frame.root}/">{LOGO}<span>Citewire</span></a>'
        f'<nav aria-label="Library">{links}</nav>'
        f'<a class="chat" href="{frame.root}/">Ask a question</a></header>'
        f'<main id="main"><h1>{escape(title)}</h1>{body}</main></body></html>'
    )


def note(text: str, kind: str = "") -> str:
    """A remark in a box; ``kind`` is empty, ``good`` or ``bad``. Escapes the text."""
    role = ' role="alert"' if kind == "bad" else ""
    return f'<p class="note {kind}"{role}>{escape(text)}</p>' if text else ""


def moment(when: datetime | None) -> str:
    """A moment as people write it, in UTC, with the exact one behind it; empty for none."""
    if when is None:
        return ""
    there = when.astimezone(UTC)
    return (
        f'<time datetime="{there.isoformat()}" title="{there:%d %B %Y, %H:%M} UTC">'
        f"{there.day} {there:%b %Y, %H:%M}</time>"
    )


def hidden(name: str, value: str) -> str:
    """A field of a form that is not shown. Escapes the value."""
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def post_button(action: str, label: str, fields: str = "", kind: str = "") -> str:
    """A form of one button. ``fields`` is HTML; the rest is escaped."""
    return (
        f'<form method="post" action="{escape(action)}">{fields}'
        f'<button class="{kind}">{escape(label)}</button></form>'
    )
