"""What the pages of the library share: the tabs, notes, moments, buttons.

Every text that comes in is escaped here or by the caller, as each docstring says. Knows nothing
about articles or jobs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from qa.interfaces.frame import page_frame
from qa.interfaces.frame.page_frame import ASSETS_FOLDER


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
    script = f'<script src="{frame.root}/{ASSETS_FOLDER}/library.js" defer></script>'
    return page_frame.render_page(
        title,
        f'<nav class="tabs" aria-label="Library">{links}</nav><h1>{escape(title)}</h1>{body}',
        "library.css",
        root=f"{frame.root}/",
        here="library",
        head=refresh + script,
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
