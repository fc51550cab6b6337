"""The app in a real Chromium: ask, watch, click a number, see the words, get an honest no."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from ingest.storage.library import Library
from tests.browsing import HOSTILE, PASSWORD, ask
from tests.serving import running_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running app over the samples and one article whose title and text try to be markup."""
    from ingest.pipeline import ingest
    from ingest.sources.reader import samples_folder as folder
    from ingest.storage.embedder import PackagedEmbedding

    library = Library(tmp_path_factory.mktemp("browser"), embedder=PackagedEmbedding())
    ingest([folder(), HOSTILE], library)
    with running_app(library.home) as found:
        yield found


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A fresh visit, in which nothing of the page may break its own security policy."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.set_default_timeout(30_000)
    blocked = policy_violations(page)
    page.goto(address)
    page.wait_for_selector(".cw-welcome")
    yield page
    context.close()
    assert blocked == []


def policy_violations(page: Page) -> list[str]:
    """What the console will say of the Content-Security-Policy."""
    found: list[str] = []
    page.on("console", lambda m: found.append(m.text) if "Content Security" in m.text else None)
    return found


def test_a_number_leads_to_the_highlighted_words(page: Page) -> None:
    """Ask, click [1]: its source comes into view with the quote marked inside its passage."""
    ask(page, "How many people died when the Corran Star sank?")
    page.click('.cw-cite[data-n="1"]')
    card = page.locator("#cw-card-1-1")
    assert card.is_visible()
    assert "Eight people" in card.locator("mark").inner_text()
    assert "Tideline Public Radio" in card.inner_text()
    assert page.evaluate("document.activeElement.id") == "cw-card-1-1"


def test_the_answer_streams(page: Page) -> None:
    """While it works, the page says what is going on."""
    page.evaluate(
        "new MutationObserver(() => { const s = document.querySelector('.cw-status');"
        " if (s) window.seen = s.textContent })"
        ".observe(document.body, {childList: true, subtree: true})"
    )
    ask(page, "Why did the court block the port merger?")
    assert page.evaluate("window.seen")


def test_an_honest_no(page: Page) -> None:
    """What is not there is refused calmly, with the nearest articles."""
    ask(page, "Who won the 1998 football world cup in France?")
    refused = page.locator(".cw-notfound")
    assert "Not in these articles" in refused.inner_text()
    assert refused.locator("li").count() == 3
    assert page.locator(".cw-cite").count() == 0


def test_older_answers_keep_their_sources(page: Page) -> None:
    """[1] of the first answer opens the first answer's source after a second question."""
    ask(page, "How many people died when the Corran Star sank?")
    ask(page, "Why did the court block the port merger?")
    page.click('.cw-cite[data-turn="1"][data-n="1"]')
    assert page.locator("#cw-card-1-1").is_visible()
    assert "Eight people" in page.locator("#cw-card-1-1 mark").inner_text()


def test_a_timeline_is_a_dated_list_whose_numbers_open_sources(page: Page) -> None:
    """Each event has its day and a number; the number opens the words that tell it."""
    ask(page, "Timeline of the Corran Star disaster")
    events = page.locator(".cw-timeline li")
    assert events.count() >= 4
    assert "2026" in events.first.locator("time").inner_text()
    page.click('.cw-timeline .cw-cite[data-n="2"]')
    assert page.locator("#cw-card-1-2").is_visible()


def test_the_keyboard_is_enough(page: Page) -> None:
    """A number can be focused, and opens its source by Enter."""
    ask(page, "How many people died when the Corran Star sank?")
    page.focus('.cw-cite[data-n="1"]')
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "cw-card-1-1"


def test_an_article_is_read_beside_the_chat(page: Page) -> None:
    """From a card to the article, at the quote, with all that is cited of it marked; a number then
    leads on to its own, and Escape goes back to where one was."""
    ask(page, "How many people died when the Corran Star sank?")
    link = page.locator("#cw-card-1-1 .cw-card-foot .cw-read")
    link.focus()
    page.keyboard.press("Enter")
    article = page.frame_locator("#cw-reader iframe")
    assert "Eight people" in article.locator("#quote").inner_text()
    assert page.evaluate("document.querySelector('#cw-panel').inert")
    box = article.locator("#quote").bounding_box()
    assert box is not None
    assert 68 < box["y"] < 900
    page.click('.cw-cite[data-n="2"]')
    article.get_by_text("Nine people were missing").first.wait_for()
    article.locator("h1").press("Escape")
    page.wait_for_selector("#cw-reader", state="detached")
    assert page.evaluate("document.activeElement.closest('.cw-card')?.id") == "cw-card-1-1"
    with page.context.expect_page() as opened:
        link.click(modifiers=["Control"])
    assert "/article/" in opened.value.url
    assert page.locator("#cw-reader").count() == 0


def test_an_article_page_serves_nothing_hostile(page: Page) -> None:
    """Opened from its card, the hostile article is words on the page and runs nothing."""
    ask(page, "How many exhibits does the zeppelin museum of Quorl hold?")
    page.click("#cw-card-1-1 .cw-card-foot .cw-read")
    article = page.frame_locator("#cw-reader iframe")
    assert "<script>" in article.locator("article.text").inner_text()
    assert (
        article.locator("main img, main script, a[href^='javascript'], a[href^='file']").count()
        == 0
    )
    assert all(frame.evaluate("window.hacked") is None for frame in page.frames)


def test_who_reported_when_leads_to_the_articles(page: Page) -> None:
    """The plot under an answer has a mark an article, and a mark opens it."""
    ask(page, "How many people died when the Corran Star sank?")
    marks = page.locator(".cw-coverage .cw-mark")
    assert marks.count() >= 3
    marks.first.press("Enter")
    page.frame_locator("#cw-reader iframe").locator("h1").wait_for()


def test_articles_cannot_put_markup_on_the_page(page: Page) -> None:
    """Titles, texts and addresses of articles are shown as text, never run or fetched."""
    outside: list[str] = []
    page.on("request", lambda r: outside.append(r.url) if _elsewhere(r.url) else None)
    ask(page, "How many exhibits does the zeppelin museum of Quorl hold?")
    page.wait_for_selector("#cw-card-1-1")
    card = page.locator("#cw-card-1-1")
    assert "<script>" in card.inner_text()
    assert "<b>Bold</b> Post" in card.inner_text()
    assert "<img src=x" in card.inner_text()
    assert page.evaluate("window.hacked") is None
    assert (
        page.locator(".cw-card img, .cw-answer img, a[href^='javascript'], a[href^='file']").count()
        == 0
    )
    assert outside == []


def test_signing_in_and_out_by_keyboard(browser: Browser, shared: str) -> None:
    """On a phone, without script until the chat: in, ask, out; no inline script or handler runs."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(shared)
    for password in ("a wrong one", PASSWORD):
        page.fill("#name", "ann")
        page.keyboard.press("Tab")
        page.keyboard.type(password)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.keyboard.press("Enter")
        if password != PASSWORD:
            assert "do not match" in page.locator("[role=alert]").inner_text()
    page.wait_for_selector(".cw-welcome")
    ask(page, "How many exhibits does the zeppelin museum of Quorl hold?")
    assert "4,213" in page.locator("#cw-now").inner_text()
    blocked = policy_violations(page)
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=x: onerror=\"hacked = 1\">');"
        "const script = document.createElement('script'); script.textContent = 'hacked = 2';"
        "document.body.append(script)"
    )
    page.wait_for_timeout(300)
    assert page.evaluate("window.hacked") is None
    assert sum("script-src" in reason for reason in blocked) == 2, blocked
    page.focus(".cw-account button")
    page.keyboard.press("Enter")
    page.wait_for_selector("#password")
    page.goto(shared)
    assert page.locator("#password").is_visible()
    context.close()


def test_a_narrow_screen_scrolls_one_way(browser: Browser, address: str) -> None:
    """390 pixels wide: nothing sticks out, and a number still leads to its source."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark")
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(".cw-welcome")
    ask(page, "How many people died when the Corran Star sank?")
    page.click('.cw-cite[data-n="1"]')
    page.wait_for_timeout(800)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    box = page.locator("#cw-card-1-1").bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 844
    page.click("#cw-card-1-1 .cw-card-foot .cw-read")
    page.frame_locator("#cw-reader iframe").locator("#quote").wait_for()
    whole = page.locator("#cw-reader").bounding_box()
    assert whole == {"x": 0, "y": 0, "width": 390, "height": 844}
    page.go_back()  # closes the article, and not the conversation
    page.wait_for_selector("#cw-reader", state="detached")
    assert page.locator(".cw-exchange").count() == 1
    context.close()


def test_a_conversation_survives_a_reload_and_can_be_deleted(page: Page) -> None:
    """The same answer after a reload; in the list it can be opened again, deleted and undone."""
    ask(page, "How many people died when the Corran Star sank?")
    page.wait_for_function("document.querySelector('#cw-record [data-first]').dataset.exchanges")
    shown = page.locator("#cw-now .cw-part").inner_html()
    page.reload()
    page.wait_for_selector(".cw-exchange")
    assert page.locator("#cw-now .cw-part").inner_html() == shown
    page.click("#cw-again")
    page.wait_for_selector(".cw-welcome")
    page.click(".cw-talks-toggle")
    page.click(".cw-talk-open")
    page.wait_for_selector(".cw-exchange")
    page.click(".cw-talk-delete")
    page.wait_for_selector(".cw-welcome")
    assert page.locator(".cw-talk-list li").count() == 0
    assert page.evaluate("Object.keys(localStorage).filter((k) => k.startsWith('citewire'))") == []
    page.click(".cw-talk-undo button")
    page.wait_for_selector(".cw-exchange")
    assert page.locator(".cw-talk-list li").count() == 1


def test_a_filter_stays_in_view_and_can_be_taken_away(page: Page) -> None:
    """An outlet ticked by keyboard is a chip above the question; a refusal under it offers to ask
    all articles, which takes the place of the refusal, without a filter."""
    page.focus(".cw-filter-menu summary")
    page.keyboard.press("Enter")
    page.focus(".cw-filter-menu input[value='Meridian Wire']")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_selector(".cw-filter-row > ul > li")
    ask(page, "How many exhibits does the zeppelin museum of Quorl hold?")
    assert "by Meridian Wire" in page.locator(".cw-notfound").inner_text()
    page.click(".cw-all")
    page.wait_for_selector("#cw-now .cw-cite")
    assert page.locator(".cw-exchange").count() == 1
    assert page.locator(".cw-filter-row > ul > li").count() == 0


def test_the_last_question_is_edited_in_its_place(page: Page, address: str) -> None:
    """A link asks one article only; the arrow up edits the question, and after a reload the edited
    question, its filter and nothing else are there."""
    ask(page, "How many exhibits does the zeppelin museum of Quorl hold?")
    only = page.get_attribute("#cw-card-1-1 .cw-only-these", "data-articles")
    page.goto(f"{address}/?only={only}")
    page.wait_for_selector(".cw-filter-row > ul > li")
    assert "only=" not in page.url
    ask(page, "Who is the curator?")
    page.focus("#cw-box textarea")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Control+a")
    page.keyboard.type("How many exhibits does the museum hold?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".cw-question:has-text('How many exhibits')")
    page.wait_for_selector('#cw-now .cw-exchange[data-progress="done"]')
    page.reload()
    page.wait_for_selector(".cw-exchange")
    assert page.locator(".cw-exchange").count() == 1
    assert "How many exhibits" in page.locator(".cw-question").inner_text()
    assert page.locator(".cw-filter-row > ul > li").count() == 1


def test_a_suggestion_is_asked_and_leaves_with_other_filters(page: Page) -> None:
    """It appears while the question is edited already, a click asks it, and other filters take away
    what was proven under those before."""
    ask(page, "How many people marched against the pension reform?")
    page.focus("#cw-box textarea")
    for _ in range(2):  # the second one leads to the form that is open
        page.keyboard.press("ArrowUp")
        page.focus("#cw-box textarea")
    page.wait_for_selector(".cw-suggested")
    assert page.locator(".cw-editing").count() == 1
    suggested = page.locator(".cw-suggested").first.inner_text()
    page.locator(".cw-suggested").first.click()
    page.wait_for_selector('#cw-now .cw-exchange[data-turn="2"][data-progress="done"]')
    assert suggested in page.locator("#cw-now .cw-question").inner_text()
    page.wait_for_selector(".cw-suggested")
    page.click("#cw-cards-now .cw-only-these")
    page.wait_for_selector(".cw-filter-row > ul > li")
    page.wait_for_selector(".cw-suggested", state="detached")


def test_a_saved_answer_is_found_by_its_link(page: Page) -> None:
    """The link beside an answer leads to a page with its quotes, whose titles lead to the words."""
    ask(page, "How many people died when the Corran Star sank?")
    page.wait_for_selector("#cw-now [data-link]")
    shown = page.locator("#cw-now .cw-chart .cw-mark").count()
    assert shown >= 2  # the figure of the first day, and the newest
    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text }")
    page.click("#cw-now [data-link]")
    page.goto(page.evaluate("window.copied"))
    assert "every quote still stands" in page.locator("main").inner_text()
    page.locator(".sources figcaption a").first.click()
    assert "Eight people" in page.locator("#quote").inner_text()


def test_a_conversation_without_room_pushes_out_no_other(page: Page) -> None:
    """Where the browser's storage is full, the older conversation stays and the visitor is told."""
    ask(page, "How many people died when the Corran Star sank?")
    page.wait_for_function("Object.keys(localStorage).some((k) => k.startsWith('citewire talk'))")
    page.evaluate(
        "let text = 'x'.repeat(1 << 22); while (text.length > 8) {"
        " try { localStorage.setItem('full', (localStorage.full ?? '') + text) }"
        " catch { text = text.slice(0, text.length / 2) } }"
    )
    page.click("#cw-again")
    page.wait_for_selector(".cw-welcome")
    ask(page, "Why did the court block the port merger?")
    page.wait_for_selector(".cw-talk-problem:visible")
    page.click(".cw-talks-toggle")
    assert page.locator(".cw-talk-list li").count() == 2


def _elsewhere(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and parts.hostname not in ("127.0.0.1", "localhost")


def test_a_draft_is_checked_with_the_keyboard_alone(page: Page) -> None:
    """From the chat to the page for drafts, a text typed and sent, and each verdict with its words;
    at the width of a phone nothing is cut off."""
    page.focus(".cw-door")
    page.keyboard.press("Enter")
    page.wait_for_selector("textarea#text")
    page.focus("textarea#text")
    page.keyboard.type("Nine people died when the Corran Star sank. The mayor of Lisbon resigned.")
    page.keyboard.press("Tab")
    page.focus("button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".sentences")
    assert page.locator(".sentences > .contradicted blockquote").count() == 1
    assert page.locator(".sentences > .not_found").count() == 1
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_page_without_a_model_tells_how_to_add_one(page: Page) -> None:
    """A button appears after the page; it opens what to set, by keyboard too."""
    offer = page.locator(".cw-offer")
    offer.wait_for()
    assert not offer.locator("p").first.is_visible()
    offer.locator("summary").focus()
    page.keyboard.press("Enter")
    assert "No language model is set" in offer.inner_text()
    assert "OPENAI_API_KEY" in offer.inner_text()
