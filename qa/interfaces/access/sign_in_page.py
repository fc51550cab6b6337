"""Renders the sign-in page, which needs no script.

Every text passes ``html.escape``. Knows nothing about users, passwords and requests.
"""

from __future__ import annotations

import re
from html import escape

from qa.interfaces.frame.page_frame import render_page

_UNSAFE_IN_PATHS = re.compile(r"[\\\x00-\x20\x7f]")


def render_sign_in(root: str, following: str, *, name: str = "", problem: str = "") -> str:
    """The page with its form; ``following`` is where a visitor wants to go after signing in.

    ``root`` is the address of the chat: a path that ends in a slash.
    """
    note = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    first, second = ("", " autofocus") if name else (" autofocus", "")
    return _page(
        "Sign in",
        '<h1>Sign in</h1><p class="lead">The articles of this library are for its readers.</p>'
        f'{note}<form method="post" action="{escape(root)}sign-in">'
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
        root,
    )


def render_message(title: str, text: str, root: str) -> str:
    """A page that says why there is nothing else to see."""
    return _page(title, f'<h1>{escape(title)}</h1><p class="lead">{escape(text)}</p>', root)


def local_path(following: str) -> str:
    """Where to go after signing in: the path if it is one of this site, else the front page."""
    local = following.startswith("/") and not following.startswith("//")
    return following if local and not _UNSAFE_IN_PATHS.search(following) else "/"


def _page(title: str, content: str, root: str) -> str:
    return render_page(title, content, "sign_in.css", root=root, header="name")
