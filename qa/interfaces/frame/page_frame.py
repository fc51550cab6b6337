"""Renders the frame of every page but the chat: head, style sheets, the way back, navigation.

Knows nothing about what stands on a page, and needs no script.
"""

from __future__ import annotations

from html import escape
from typing import Literal

ASSETS_FOLDER = "page-assets"
"""Where the server has the style sheets and scripts, below the address of the chat."""

PAGES = (("", "Ask"), ("library", "Library"), ("check", "Check a draft"), ("api", "API"))
"""Path below the chat's address, and name, of what the navigation leads to."""

PROMISE = "Answers from news articles, each sentence with the words behind it."

LOGO = (
    '<svg class="cw-logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">'
    '<rect width="32" height="32" rx="8"/>'
    '<path d="M12.5 8H8.5v16h4M19.5 8h4v16h-4"/><circle cx="16" cy="16" r="2.6"/></svg>'
)

Header = Literal["links", "name", "none"]
"""With the navigation; the name alone, for who may go nowhere; or nothing, beside the chat."""


def render_page(
    title: str,
    main: str,
    sheet: str,
    *,
    root: str = "./",
    here: str | None = None,
    head: str = "",
    header: Header = "links",
) -> str:
    """A whole page around the HTML of its ``main`` part, with a style ``sheet`` of its own.

    ``root`` is the address of the chat as seen from the page, ``here`` the path of the page in
    ``PAGES``, and ``head`` further HTML of the head.
    """
    assets = escape(root) + ASSETS_FOLDER
    named = f' aria-label="{escape(title)}"' if header == "none" else ""  # beside another main
    sheets = "".join(
        f'<link rel="stylesheet" href="{assets}/{name}">'
        for name in ("theme.css", "frame.css", sheet)
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} – Citewire</title>{sheets}"
        f'<link rel="icon" href="{assets}/favicon.svg">{head}'
        '</head><body><a class="skip" href="#main">Skip to the content</a>'
        f'{_header(root, here, header)}<main id="main" tabindex="-1"{named}>{main}</main>'
        "</body></html>"
    )


def _header(root: str, here: str | None, header: Header) -> str:
    name = f"{LOGO}<span>Citewire</span>"
    if header == "none":
        return ""
    if header == "name":
        return (
            f'<header class="site"><span class="home">{name}</span>'
            f'<p class="promise">{PROMISE}</p></header>'
        )
    links = "".join(
        f'<a href="{escape(root)}{path}"{" aria-current=page" if path == here else ""}>{label}</a>'
        for path, label in PAGES
    )
    return (
        f'<header class="site"><a class="home" href="{escape(root)}">{name}</a>'
        f'<nav aria-label="Pages">{links}</nav></header>'
    )
