"""Answers as files: footnotes that prove them, and nothing in them that runs or links elsewhere."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date

import pytest
from lxml import html

from qa.interfaces.cli.output.answer_output import print_document
from qa.interfaces.export.document import file_name, lay_out
from qa.interfaces.export.html_page import to_html
from qa.interfaces.export.markdown import to_markdown, to_markdown_snippet
from qa.interfaces.page.conversation import Conversation
from qa.interfaces.page.conversation_page import render_exchange
from qa.interfaces.page.saved_conversation import render_file
from qa.records import Answer
from tests.test_escaping import HARMLESS, HOSTILE
from tests.test_saved_conversations import ANSWER, QUOTE, done, stored

DAY = date(2026, 11, 28)
PLAIN = replace(ANSWER, timeline=(), superseded=(), disagreements=(), latest=None)


def notes_of(markdown: str) -> dict[int, str]:
    """The footnotes of a Markdown text by number."""
    found = re.findall(r"^\[\^(\d+)\]: (.+)$", markdown, re.MULTILINE)
    return {int(number): text for number, text in found}


def test_a_footnote_has_all_that_proves_the_sentence() -> None:
    """Quote, title, outlet, day, version, speaker, our reading of dates, and the address."""
    text = to_markdown(lay_out([PLAIN]), DAY)
    assert f"said:** “{QUOTE}”[^1]" in text
    note = notes_of(text)[1]
    for part in (f"“{QUOTE}”", "Toll", "Unknown outlet", "5 September 2026", "version 2",
                 "Ann Lee, mayor", "“Friday” to mean 4 September 2026", "Corrected.",
                 "<https://post.example/a>"):  # fmt: skip
        assert part in note


def test_a_conversation_numbers_its_footnotes_through() -> None:
    """[1] of a second answer is another footnote than [1] of the first, in both formats."""
    other = replace(PLAIN, question="Why?", citations=(replace(PLAIN.citations[0], quote="Rain."),))
    document = lay_out([PLAIN, other], "A storm")
    markdown, page = to_markdown(document, DAY), to_html(document, DAY)
    assert markdown.startswith("# A storm\n\n## How many?")
    assert {1: QUOTE, 2: "Rain."}.items() <= {
        number: re.search("“(.+?)”", note)[1]  # type: ignore[index]
        for number, note in notes_of(markdown).items()
    }.items()
    root = html.document_fromstring(page)
    targets = [link.get("href") for link in root.xpath("//sup/a")]
    assert targets == ["#note-1", "#note-2"]
    assert all(root.get_element_by_id(target[1:]) is not None for target in targets)


def test_everything_that_an_answer_says_is_in_the_file() -> None:
    """Timeline, newer and differing figures, notices and freshness; and an honest no."""
    text = to_markdown(lay_out([ANSWER]), DAY)
    for part in ("As of 4 September 2026:", "eight", "earlier reports said", "three", "9 people",
                 "(reported):", "*Thin.*", "newest article in the library"):  # fmt: skip
        assert part in text
    refused = Answer("Who?", "not_found", "quoted", nearest=ANSWER.nearest)
    for made in (to_markdown(lay_out([refused]), DAY), to_html(lay_out([refused]), DAY)):
        assert "Not in these articles." in made
        assert "Near (Post, 4 September 2026)" in made


def test_the_page_is_whole_and_meant_for_paper_too() -> None:
    """One file that loads nothing, forbids scripts, and has rules for printing."""
    page = to_html(lay_out([PLAIN]), DAY)
    assert "@media print" in page
    assert "default-src 'none'" in page
    root = html.document_fromstring(page)
    assert not root.xpath("//script | //link | //img | //*[@src]")
    assert root.xpath("//ol/li/a/@href") == ["https://post.example/a"]


def hostile_answer(words: str) -> Answer:
    """An answer whose every text is given."""
    cited = replace(
        PLAIN.citations[0], quote=words, title=words, publisher=words, role=words, speaker=words,
        url=f"javascript:alert('{words}')", notices=(words,), dates=(),
    )  # fmt: skip
    sentence = replace(PLAIN.sentences[0], text=words, said_by=words, heading=words)
    return replace(PLAIN, question=words, sentences=(sentence,), citations=(cited,),
                   notices=(words,), search=words, searches=(), filters=words)  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_changes_nothing_but_text(hostile: str) -> None:
    """In both formats texts of articles make no element, no link and no emphasis."""
    elements = [
        [(e.tag, sorted(e.attrib)) for e in html.document_fromstring(made).iter()]
        for made in (to_html(lay_out([hostile_answer(w)]), DAY) for w in (hostile, HARMLESS))
    ]
    assert elements[0] == elements[1]
    markdown = to_markdown(lay_out([hostile_answer(hostile)]), DAY)
    assert not re.search(r"(?<!\\)<(?!https?://)", markdown)
    assert not re.search(r"(?<!\\)\](?=\()|(?<!\\)!\[", markdown)


@pytest.mark.parametrize("begin", ["- a", "+ a", "1. a", "12) a", "# a", "> a", "=== a", "--- a"])
def test_a_paragraph_stays_a_paragraph(begin: str) -> None:
    """A written sentence that begins like a list, a heading or a rule is none in Markdown."""
    written = replace(PLAIN.sentences[0], text=begin, heading="", said_by="")
    answer = replace(PLAIN, mode="written", sentences=(written,))
    line = to_markdown_snippet(lay_out([answer], questions=False)).splitlines()[0]
    assert re.match(r"\\|\d+\\", line)


@pytest.mark.parametrize(
    ("title", "name"),
    [("Who opened the talks?", "citewire-who-opened-the-talks.md"),
     ("", "citewire-conversation.md"), ("../..\\x\0\n", "citewire-x.md"),
     ("Café “Ö”", "citewire-cafe-o.md"),
     ("試験", "citewire-conversation.md"), ("a" * 99, f"citewire-{'a' * 60}.md")],
)  # fmt: skip
def test_a_file_is_named_by_its_question(title: str, name: str) -> None:
    """The name is plain letters and can be stored everywhere."""
    assert file_name(title, "md") == name


def test_the_page_saves_one_answer_or_all() -> None:
    """What the browser has stored becomes a file of the answer that was chosen, or of all."""
    second = replace(PLAIN, question="Why <b>?")
    conversation = Conversation((done(1, PLAIN), done(2, second)))
    wanted = {"stored": stored(conversation), "format": "markdown", "id": "7", "title": "Mine"}
    one = html.fragment_fromstring(render_file(wanted | {"turn": 2}, DAY))
    every = html.fragment_fromstring(render_file(wanted | {"turn": 0}, DAY))
    assert one.get("data-text").startswith("# Why \\<b\\>?\n")
    assert "How many?" not in one.get("data-text")
    assert one.get("data-name") == "citewire-why-b.md"
    assert every.get("data-text").startswith("# Mine\n\n## How many?")
    assert set(notes_of(every.get("data-text"))) == {1, 2}
    page = html.fragment_fromstring(render_file(wanted | {"turn": 1, "format": "html"}, DAY))
    assert page.get("data-text").startswith("<!doctype html>")


@pytest.mark.parametrize("wanted", [{}, {"stored": 5, "turn": "x", "format": [], "id": "<"}])
def test_whatever_is_asked_for_a_file_is_made(wanted: dict[str, object]) -> None:
    """A request of another shape gives an empty document, never an error."""
    made = html.fragment_fromstring(render_file(json.loads(json.dumps(wanted)), DAY))
    assert made.get("data-text").startswith("# Conversation")


def test_an_answer_is_copied_with_its_citations() -> None:
    """The button beside an answer copies Markdown whose footnotes have the quotes."""
    root = html.fragment_fromstring(render_exchange(done(1, PLAIN)))
    (button,) = [b for b in root.iter("button") if b.text == "Copy with citations"]
    assert set(notes_of(button.get("data-copy"))) == {1}
    assert f"“{QUOTE}”[^1]" in button.get("data-copy")
    assert PLAIN.question not in button.get("data-copy")


@pytest.mark.parametrize(("as_page", "begin"), [(True, "<!doctype html>"), (False, "# How many?")])
def test_the_command_line_prints_the_same_documents(
    capsys: pytest.CaptureFixture[str], as_page: bool, begin: str
) -> None:
    """What ``ask --format`` prints is the text of a file, and nothing else."""
    print_document(PLAIN, as_page=as_page)
    printed = capsys.readouterr().out
    assert printed.startswith(begin)
    assert printed.count(QUOTE) == 2
