"""No text from an article or a model reaches the page as anything but text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from lxml import html

from qa.interfaces.page.conversation import Exchange
from qa.interfaces.page.conversation_page import render_exchange
from qa.interfaces.page.source_cards import render_sources
from qa.records import Answer, Citation, Dated, NearArticle, Reported, Sentence

HARMLESS = "Plain words of a report"
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</p></article><iframe src=//evil.example></iframe>",
    "[read](javascript:alert(1)) ![x](http://evil.example/x.png)",
    "<a href='http://evil.example'>click</a>",
    "<!-- --><style>*{display:none}</style>&lt;b&gt;",
    "<svg/onload=alert(1)>",
]


def page(said: str, quote: str, mode: str) -> str:
    """A finished exchange with its sources, every text of an article or a model replaced."""
    day = date(2026, 9, 4)
    text = f"{quote} on Monday"
    cited = Citation(
        number=1, article_id="a", version=1, title=quote, publisher=quote, published_at=day,
        published_from=quote, url=f"javascript:alert('{quote}')", quote=text, start=0,
        end=len(text), passage_id="p", before=quote, after=quote, speaker=quote, role=quote,
        said_on=day, dates=(Dated("Monday", len(quote) + 4, len(text), day, day, "weekday"),),
    )  # fmt: skip
    sentence = Sentence(text if mode == "quoted" else said, (1,), (0, 3))
    near = NearArticle("b", quote, quote, day, "data:text/html,x", quote)
    answer = Answer(
        question=said, status="answered" if said != quote else "not_found",
        mode="quoted" if mode == "quoted" else "written", sentences=(sentence,),
        citations=(cited,), nearest=(near,), as_of=day, notices=(said, quote),
        disagreements=(Reported(quote, (1,)),),
    )  # fmt: skip
    one = Exchange(1, said, "done", said, answer.sentences, answer.citations, answer)
    return render_exchange(one) + render_sources(one)


def skeleton(markup: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every element with the names of its attributes: what a page is beside its text."""
    for element in html.fragment_fromstring(markup, create_parent=True).iter():
        yield str(element.tag), tuple(sorted(element.attrib))


@pytest.mark.parametrize("mode", ["quoted", "written"])
@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_changes_no_element_of_the_page(hostile: str, mode: str) -> None:
    """The page has the same elements and attributes as with harmless words, and no live address."""
    made = page(f"Said: {hostile} now", hostile, mode)
    assert list(skeleton(made)) == list(skeleton(page(f"Said: {HARMLESS} now", HARMLESS, mode)))
    assert "<script" not in made
    root = html.fragment_fromstring(made, create_parent=True)
    assert not [e for e in root.iter() if e.get("src")]
    assert all(e.get("href", "article/").startswith("article/") for e in root.iter())
    assert hostile in root.text_content()
