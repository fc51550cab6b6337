"""What all pages share: one set of colours, the way back, a page's own sheet and nothing inline."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qa.interfaces.frame.page_frame import PAGES, render_page

ASSETS = Path(__file__).parent.parent / "qa" / "interfaces" / "assets"
SHEETS = sorted(path.name for path in ASSETS.glob("*.css") if path.name != "theme.css")
THEME = (ASSETS / "theme.css").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SHEETS)
def test_every_colour_and_typeface_comes_from_one_sheet(name: str) -> None:
    """A sheet names no colour, sets none of the shared ones, and uses only those there are."""
    sheet = (ASSETS / name).read_text(encoding="utf-8")
    assert not re.findall(r"(?<!&)#[0-9a-f]{3,8}\b|--cw-[\w-]+:|prefers-color-scheme", sheet)
    defined = set(re.findall(r"(--[\w-]+):", THEME + sheet))
    assert set(re.findall(r"var\((--[\w-]+)\)", sheet)) <= defined


def test_every_page_leads_to_all_others() -> None:
    """From any depth: to the chat, the library, drafts and the API; and it says where one is."""
    page = render_page("<Title>", "<h1>Here</h1>", "plain.css", root="/news/", here="check")
    for path, name in PAGES:
        current = " aria-current=page" if path == "check" else ""
        assert f'<a href="/news/{path}"{current}>{name}</a>' in page
    assert "<title>&lt;Title&gt; – Citewire</title>" in page
    assert page.index('href="#main"') < page.index("<header") < page.index('<main id="main"')
    assert 'href="/news/page-assets/plain.css"' in page


def test_who_has_not_signed_in_is_offered_no_page() -> None:
    """The sign-in page and refusals have the name alone, which leads nowhere."""
    assert (
        "<a "
        not in render_page("Sign in", "", "sign_in.css", header="name").partition("<header")[2]
    )
