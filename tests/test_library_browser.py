"""The library page in a real Chromium: found from the chat, used by keyboard, narrow and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browsing import tab_to

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

TEXT = "The lamplighter of Quorl retired on Monday after forty years, the town said. " * 6


def test_an_article_is_added_found_and_removed_by_keyboard(
    browser: Browser, sample_site: str
) -> None:
    """From the chat to the library, a text added while its job is watched, found, and removed,
    without a mouse; no script of the pages fails."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_default_timeout(60_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(sample_site)
    page.wait_for_selector(".cw-library")
    page.focus(".cw-library")
    page.keyboard.press("Enter")
    page.wait_for_selector("table.articles")
    tab_to(page, 'nav a[href$="/library/add"]')
    page.keyboard.press("Enter")
    page.wait_for_selector('textarea[name="text"]')
    tab_to(page, 'input[name="title"]')
    page.keyboard.type("Lamplighter retires")
    tab_to(page, 'textarea[name="text"]')
    page.keyboard.insert_text(TEXT)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector('#job[data-over="true"] .kind.new')  # without loading the page again
    page.goto(f"{sample_site}/library")
    tab_to(page, 'input[type="search"]')
    page.keyboard.type("lamplighter")
    page.keyboard.press("Enter")
    page.wait_for_selector("td.title")
    assert page.locator("td.title").count() == 1
    tab_to(page, 'input[type="checkbox"]')
    page.keyboard.press("Space")
    tab_to(page, "button.danger")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=cannot be undone")
    tab_to(page, "button.danger")
    page.keyboard.press("Enter")
    page.wait_for_selector("table.articles")
    assert "Lamplighter" not in page.inner_text("main")
    assert errors == []
    page.close()


@pytest.mark.parametrize("path", ["", "/add", "/feeds", "/health"])
def test_a_narrow_screen_scrolls_one_way(browser: Browser, sample_site: str, path: str) -> None:
    """390 pixels wide and dark: nothing sticks out, also without a script."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, color_scheme="dark", java_script_enabled=False
    )
    page = context.new_page()
    page.goto(f"{sample_site}/library{path}")
    box = page.locator("main").bounding_box()
    assert box is not None
    assert box["width"] <= 390
    widths = [e.bounding_box() for e in page.locator("main *:visible").all()[:400]]
    assert all(w is None or w["x"] + w["width"] <= 391 for w in widths)
    context.close()
