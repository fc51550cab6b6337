"""The frame of the pages beside the chat: rendered on the server, without script.

Knows nothing about what stands in them.
"""

from __future__ import annotations

from functools import cache
from html import escape
from importlib.resources import files


def plain_page(title: str, body: str, root: str = "./") -> str:
    """A whole page; ``body`` is HTML, ``root`` the way from the page to the chat."""
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)} · Citewire</title><style>{_styles()}</style></head><body>"
        '<a class="skip" href="#main">Skip to the content</a>'
        f'<header class="top"><a class="home" href="{root}">Citewire</a>'
        f'<nav aria-label="Pages"><a href="{root}">Ask</a> <a href="{root}check">Check a draft</a> '
        f'<a href="{root}api">API</a></nav></header>'
        f'<main id="main">{body}</main></body></html>'
    )


@cache
def _styles() -> str:
    return (files("qa.interfaces") / "assets" / "plain.css").read_text(encoding="utf-8")
