"""Renders the sign-in page, which needs no script and no other file.

The colours are those of the chat's style sheet, so that both always look alike. Every text passes
``html.escape``. Knows nothing about users, passwords and requests.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from importlib.resources import files
from urllib.parse import quote

_UNSAFE_IN_PATHS = re.compile(r"[\\\x00-\x20\x7f]")


def render_sign_in(action: str, following: str, *, name: str = "", problem: str = "") -> str:
    """The page with its form; ``following`` is where a visitor wants to go after signing in."""
    note = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    first, second = ("", " autofocus") if name else (" autofocus", "")
    return _page(
        "Sign in",
        '<h2>Sign in</h2><p class="lead">The articles of this library are for its readers.</p>'
        f'{note}<form method="post" action="{escape(action)}">'
        f'<input type="hidden" name="next" value="{escape(following)}">'
        '<label for="name">Name</label>'
        f'<input id="name" name="name" value="{escape(name)}" autocomplete="username" '
        f'autocapitalize="none" spellcheck="false" maxlength="64" required{first}>'
        '<label for="password">Password</label>'
        '<input id="password" name="password" type="password" autocomplete="current-password" '
        f'maxlength="1000" required{second}>'
        '<button type="submit">Sign in</button></form>'
        '<p class="help">No account, or a forgotten password? Whoever runs this server can help: '
        "<code>citewire users add</code>.</p>",
    )


def render_message(title: str, text: str) -> str:
    """A page that says why there is nothing else to see."""
    return _page(title, f'<h2>{escape(title)}</h2><p class="lead">{escape(text)}</p>')


def local_path(following: str) -> str:
    """Where to go after signing in: the path if it is one of this site, else the front page."""
    local = following.startswith("/") and not following.startswith("//")
    return following if local and not _UNSAFE_IN_PATHS.search(following) else "/"


def _page(title: str, content: str) -> str:
    icon = quote(_asset("favicon.svg"))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} · Citewire</title>"
        f'<link rel="icon" href="data:image/svg+xml,{icon}">'
        f"<style>{_style()}</style></head><body>"
        f'<header><img src="data:image/svg+xml,{icon}" alt="" width="38" height="38">'
        "<div><h1>Citewire</h1>"
        "<p>Answers from news articles, each sentence with the words behind it.</p></div></header>"
        f"<main>{content}</main></body></html>"
    )


@cache
def _style() -> str:
    """The page's own rules behind the colours of the chat, light and dark."""
    chat = _asset("citewire.css")
    light, dark = (
        re.search(rf"^{re.escape(selector)} \{{(.*?)\}}", chat, re.MULTILINE | re.DOTALL)
        for selector in (":root", ".dark")
    )
    assert light is not None
    assert dark is not None
    return (
        f":root {{{light[1]}}} @media (prefers-color-scheme: dark) {{ :root {{{dark[1]}}} }}"
        f"{_asset('sign_in.css')}"
    )


@cache
def _asset(name: str) -> str:
    return (files("qa.interfaces") / "assets" / name).read_text(encoding="utf-8")
