"""The walk through every page in a real Chromium: without barriers, and by keyboard alone.

With CITEWIRE_TEST_PICTURES=docs/walk its stops are photographed, for docs/walk.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browsing import PASSWORD, ask, barriers, focus_is_visible, tab_to, take_picture

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

FERRY = "How many people died when the Corran Star sank?"
PROTEST = "How many people marched against the pension reform?"
DRAFT = (
    "Nine people died when the Corran Star sank. The mayor of Lisbon resigned. "
    "Judge Anselm Torvane blocked Northmole from buying Hallan Stevedoring."
)
PICTURED = {"ask", "answer", "reader", "coverage", "disagreement", "timeline", "refusal", "library",
            "check", "sign-in"}  # fmt: skip
"""Stops of the wide walk that docs/walk.md shows."""


def new_page(browser: Browser, width: int, height: int, scheme: str) -> Page:
    """A fresh visit on a fixed day, in which nothing moves."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.clock.set_fixed_time("2026-11-01T10:00:00Z")
    return page


def walk_through_the_chat(page: Page, site: str, _: str) -> Iterator[str]:
    """Do what a visitor does there; yields the name of each stop."""
    page.goto(site)
    page.wait_for_selector(".cw-welcome")
    yield "ask"
    ask(page, FERRY)
    page.wait_for_selector("#cw-card-1-1")
    yield "answer"
    page.locator(".cw-coverage").scroll_into_view_if_needed()
    yield "coverage"
    page.click("#cw-card-1-1 .cw-card-foot .cw-read")
    page.frame_locator("#cw-reader iframe").locator("#quote").wait_for()
    yield "reader"
    page.click(".cw-reader-close")
    page.click(".cw-talks-toggle")
    page.wait_for_selector(".cw-talk-open")
    yield "conversations"
    page.click(".cw-talk-close")
    for stop, question in (
        ("disagreement", PROTEST),
        ("timeline", "Timeline of the Corran Star disaster"),
        ("refusal", "Who won the 1998 football world cup in France?"),
    ):
        page.click("#cw-again")
        page.wait_for_selector(".cw-welcome")
        ask(page, question)
        yield stop


def walk_through_the_pages(page: Page, site: str, shared: str) -> Iterator[str]:
    """The same for the pages beside the chat."""
    page.goto(f"{site}/library")
    article = page.locator("td.title a").first.get_attribute("href") or ""
    yield "library"
    page.click("td.change a")
    yield "correct"
    for path in ("/library/add", "/library/feeds", "/library/health", article,
                 "/article/nothing", "/api", "/check"):  # fmt: skip
        page.goto(site + path)
        yield path
    page.fill("textarea#text", DRAFT)
    page.click("button[type=submit]")
    page.wait_for_selector(".sentences")
    yield "check"
    page.goto(shared)
    yield "sign-in"
    page.fill("#name", "ann")
    page.fill("#password", "a wrong one")
    page.click("button[type=submit]")
    page.wait_for_selector("[role=alert]")
    yield "sign-in refused"


@pytest.mark.parametrize("walk", [walk_through_the_chat, walk_through_the_pages])
@pytest.mark.parametrize(("size", "scheme"), [((1400, 900), "light"), ((390, 844), "dark")])
def test_no_page_has_a_barrier(
    browser: Browser,
    sample_site: str,
    shared: str,
    size: tuple[int, int],
    scheme: str,
    walk: Callable[[Page, str, str], Iterator[str]],
) -> None:
    """On every page and in every state, wide and light, narrow and dark, axe-core finds nothing to
    mend, and nothing sticks out at the side."""
    pytest.importorskip("axe_playwright_python")
    page = new_page(browser, *size, scheme)
    found: dict[str, list[str]] = {}
    for stop in walk(page, sample_site, shared):
        found[stop] = barriers(page)
        if page.evaluate("document.documentElement.scrollWidth") > size[0]:
            found[stop].append("sticks out")
        if scheme == "light" and stop in PICTURED:
            take_picture(page, stop)
        elif scheme == "dark" and stop == "answer":
            take_picture(page, "phone")
    page.context.close()
    assert {stop: names for stop, names in found.items() if names} == {}


def test_a_wide_dark_chat_has_no_barrier(browser: Browser, sample_site: str) -> None:
    """Where the visitor's system is dark, axe-core finds nothing to mend in an answer."""
    pytest.importorskip("axe_playwright_python")
    page = new_page(browser, 1400, 900, "dark")
    page.goto(sample_site)
    page.wait_for_selector(".cw-welcome")
    ask(page, FERRY)
    page.wait_for_selector("#cw-card-1-1")
    assert barriers(page) == []
    take_picture(page, "dark")
    page.context.close()


def test_the_keyboard_is_enough_for_the_whole_walk(
    browser: Browser, sample_site: str, shared: str
) -> None:
    """Ask, open a citation, read the article and come back, go to the library, check a draft, sign
    in: by keys alone, and at each stop the focus can be seen."""
    page = new_page(browser, 1400, 900, "light")
    page.goto(sample_site)
    page.wait_for_selector(".cw-welcome")
    tab_to(page, "#cw-box textarea")
    page.keyboard.type(FERRY)
    page.keyboard.press("Enter")
    page.wait_for_selector('.cw-exchange[data-progress="done"]')
    tab_to(page, '.cw-cite[data-n="1"]', "Shift+Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "cw-card-1-1"
    assert focus_is_visible(page)
    tab_to(page, "#cw-card-1-1 .cw-read")
    page.keyboard.press("Enter")
    quote = page.frame_locator("#cw-reader iframe").locator("#quote:focus")
    quote.wait_for()  # one is at the quote, which its colour shows
    tab_to(page, ".cw-reader-close", "Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#cw-reader", state="detached")
    assert page.evaluate("document.activeElement.matches('#cw-card-1-1 .cw-read')")
    assert focus_is_visible(page)
    tab_to(page, "a.cw-library", "Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("table.articles")
    tab_to(page, 'nav a[href$="/check"]')
    page.keyboard.press("Enter")
    page.wait_for_selector("textarea#text")
    tab_to(page, "textarea#text")
    page.keyboard.type(DRAFT)
    tab_to(page, "button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".sentences")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.skip')")
    page.keyboard.press("Enter")
    tab_to(page, "figcaption a")
    page.goto(shared)
    page.wait_for_selector("#name:focus")
    assert focus_is_visible(page)
    page.keyboard.type("ann")
    tab_to(page, "#password")
    page.keyboard.type(PASSWORD)
    tab_to(page, "button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".cw-welcome")
    tab_to(page, ".cw-account button")
    page.context.close()
