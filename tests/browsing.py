"""What browser tests share: a hostile article, asking, walking by keyboard, barriers, pictures."""

from __future__ import annotations

import os
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

HOSTILE = {
    "title": "<img src=x onerror=window.hacked=1> [a](javascript:window.hacked=1)",
    "text": "The zeppelin museum of Quorl holds <script>window.hacked=1</script> 4,213 exhibits, "
    "said curator Zora Blint on Monday. ![x](http://evil.example/x.png) It opened last year.",
    "url": "file:///window.hacked=1",  # one that runs is refused at ingestion (test_extract.py)
    "publisher": "<b>Bold</b> Post",
    "date": "2026-10-01",
}

PASSWORD = "correct horse battery"

PICTURES = os.environ.get("CITEWIRE_TEST_PICTURES")
_PICTURES_FOLDER = Path(PICTURES or ".").absolute()  # tests change the working directory
_PALETTE = 128


def ask(page: Page, question: str) -> None:
    """Type a question, press Enter and wait until the answer is complete."""
    before = page.locator('.cw-exchange[data-progress="done"]').count()
    page.fill("#cw-box textarea", question)
    page.press("#cw-box textarea", "Enter")
    page.wait_for_function(
        f"document.querySelectorAll('.cw-exchange[data-progress=\"done\"]').length > {before}"
    )


def tab_to(page: Page, selector: str, key: str = "Tab") -> None:
    """Press Tab until an element has the focus, which must be visible there."""
    for _ in range(80):
        page.keyboard.press(key)
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            assert focus_is_visible(page), f"nobody sees that {selector} has the focus"
            return
    raise AssertionError(f"{selector} cannot be reached by keyboard")


def focus_is_visible(page: Page) -> bool:
    """Whether what has the focus has an outline."""
    return bool(page.evaluate(
        "() => { const style = getComputedStyle(document.activeElement);"
        " return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 }"
    ))  # fmt: skip


def barriers(page: Page) -> list[str]:
    """What axe-core finds wrong on a page and in its frames, each with the first place."""
    script = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    for frame in page.frames:
        frame.evaluate(script)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [f"{v['impact']} {v['id']}: {v['help']}, {v['nodes'][0]['target']}" for v in found]


def take_picture(page: Page, name: str) -> None:
    """Save what is seen as a PNG with a palette, if a folder for pictures was named."""
    if PICTURES:
        from PIL import Image

        page.mouse.move(0, 0)  # nothing is pointed at
        seen = Image.open(BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
        few = seen.quantize(_PALETTE, dither=Image.Dither.NONE)
        few.save(_PICTURES_FOLDER / f"{name}.png", optimize=True)
