"""Digests: what an open question is answered with when no language model is configured."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from io import StringIO

import pytest
from rich.console import Console

from ingest.records import Article, day_of
from ingest.storage.library import Library
from qa import Assistant
from qa.interfaces.cli.output.answer_output import print_answer
from qa.interfaces.page.conversation import Exchange
from qa.interfaces.page.conversation_page import render_exchange
from qa.records import Answer, TextEvent
from qa.sources.stories import MAX_DAYS_BETWEEN_REPORTS, Story, group_into_stories

ASKED = "2026-11-01"


def headings(answer: Answer) -> list[str]:
    """The headings of an answer, in order."""
    return [sentence.heading for sentence in answer.sentences if sentence.heading]


def asked(assistant: Assistant, question: str) -> Answer:
    """The answer of 1 November 2026."""
    return assistant.ask(question, asked_at=ASKED)


# -- stories ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stories(samples: Library) -> list[Story]:
    """The stories of all sample articles."""
    return group_into_stories(samples.catalogue.articles(), samples)


def test_an_event_told_by_two_outlets_is_one_story(stories: list[Story]) -> None:
    """The march is told by two outlets, the toll by an earlier and a later report."""
    titles = [[article.title for article in story.articles] for story in stories]
    (march,) = (t for t in titles if any("pension protest" in one for one in t))
    assert len(march) == 2
    (ferry,) = (t for t in titles if any("Ferry toll" in one for one in t))
    assert len(ferry) == 2
    assert "toll" in ferry[0], "the newest report leads"


def test_copies_of_a_wire_story_are_one_story(stories: list[Story]) -> None:
    """Whatever their outlets and headlines."""
    of: dict[str, list[int]] = {}
    for number, story in enumerate(stories):
        for article in story.articles:
            of.setdefault(article.cluster_id, []).append(number)
    assert all(len(set(numbers)) == 1 for numbers in of.values())


def test_every_article_is_in_one_story(stories: list[Story], samples: Library) -> None:
    """Nothing is lost or told twice, and different events stay apart."""
    ids = [article.id for story in stories for article in story.articles]
    assert sorted(ids) == sorted(article.id for article in samples.catalogue.articles())
    assert len(stories) > len(ids) / 2


def test_reports_of_distant_days_are_different_stories(samples: Library) -> None:
    """The same words a month later tell of something else."""
    (first, *_) = (a for a in samples.catalogue.articles() if "reservoir" in a.title)
    day = date(2026, 8, 21)
    for gap, count in ((MAX_DAYS_BETWEEN_REPORTS, 1), (timedelta(days=30), 2)):
        later: Article = replace(first, cluster_id="other", published_at=day + gap)
        assert len(group_into_stories([first, later], samples)) == count


# -- digests ----------------------------------------------------------------------------------


def test_a_digest_tells_stories_newest_first(sample_assistant: Assistant) -> None:
    """Each under its heading, in at most two sentences that are quoted exactly."""
    answer = asked(sample_assistant, "Summarise the news about the ferry disaster")
    assert (answer.status, answer.mode) == ("answered", "quoted")
    inquiry, sinking = headings(answer)
    assert inquiry.endswith(" · Tideline Public Radio, 13 October 2026")
    assert sinking.startswith("Ferry toll reaches eight; four still missing · ")
    assert sinking.endswith("2 – 4 September 2026")
    assert len(answer.sentences) <= 4
    for sentence in answer.sentences:
        (number,) = sentence.citations
        assert " ".join(answer.citations[number - 1].quote.split()) == sentence.text
        assert sentence.paragraph == bool(sentence.heading)
    assert answer.searches == ("ferry disaster",)


def test_a_digest_streams_the_sentences_that_it_ends_with(sample_assistant: Assistant) -> None:
    """What is shown first is what the answer holds."""
    events = list(sample_assistant.stream("What's new about the truce?", asked_at=ASKED))
    shown = [event.sentence for event in events if isinstance(event, TextEvent)]
    assert shown
    assert tuple(shown) == events[-1].answer.sentences  # type: ignore[union-attr]


def test_a_digest_keeps_to_its_days(sample_assistant: Assistant) -> None:
    """Since October: nothing of September."""
    answer = asked(sample_assistant, "What's new about the truce since 1 October?")
    assert answer.status == "answered"
    assert {c.published_at.month for c in answer.citations if c.published_at} == {10}


def test_a_digest_says_when_its_days_have_nothing(sample_assistant: Assistant) -> None:
    """Older stories are told, and the answer is partial."""
    answer = asked(sample_assistant, "What's new about the strike since 20 October?")
    assert answer.status == "partial"
    assert answer.notices[0] == "Nothing about “strike” was published since 20 October 2026."
    assert headings(answer)


def test_a_comparison_has_a_group_for_each_side(sample_assistant: Assistant) -> None:
    """The headings say which, and a side without reports is named."""
    answer = asked(sample_assistant, "Compare the rate cut and the pension budget")
    assert answer.status == "answered"
    assert [h.partition(":")[0] for h in headings(answer)] == ["Rate cut", "Pension budget"]
    answer = asked(sample_assistant, "Compare the rate cut and the moon landing")
    assert answer.status == "partial"
    assert "Nothing was found about moon landing." in answer.notices


def test_outlets_are_compared_by_their_own_reports(sample_assistant: Assistant) -> None:
    """ "How the Courier and Tideline covered the march" quotes one outlet on each side."""
    answer = asked(
        sample_assistant, "Compare how the Courier and Tideline covered the pension march"
    )
    first, second = headings(answer)
    assert first.startswith("Courier: ")
    assert second.startswith("Tideline: ")
    assert [c.publisher for c in answer.citations][::2] == [
        "The Hallan Courier",
        "Tideline Public Radio",
    ]


def test_thin_coverage_is_said(sample_assistant: Assistant) -> None:
    """One outlet, and long ago."""
    answer = asked(sample_assistant, "Brief me on the fever vaccine")
    assert answer.notices == ("Only one outlet reports on this; nothing after 30 September 2026.",)


def test_the_news_of_all_subjects_are_the_newest(sample_assistant: Assistant) -> None:
    """ "What's new?" tells the last days of the library."""
    answer = asked(sample_assistant, "What's new?")
    days = [day_of(c.published_at) for c in answer.citations if c.published_at]
    assert answer.status == "answered"
    assert min(days) >= date(2026, 10, 15)
    answer = sample_assistant.ask("Summarise the news", asked_at="2026-09-20")
    days = [day_of(c.published_at) for c in answer.citations if c.published_at]
    assert date(2026, 9, 13) <= min(days) <= max(days) <= date(2026, 9, 21)


@pytest.mark.parametrize(
    "question",
    [
        "Summarise the news about Turkey",
        pytest.param(
            "What's new about the moon landing?",
            marks=pytest.mark.xfail(reason="an asteroid's orbit reads like it", strict=True),
        ),
    ],
)
def test_what_is_not_reported_is_refused(sample_assistant: Assistant, question: str) -> None:
    """No list of unrelated lines."""
    answer = asked(sample_assistant, question)
    assert (answer.status, answer.sentences) == ("not_found", ())


# -- how it looks -----------------------------------------------------------------------------


def test_headings_stand_above_their_paragraphs(sample_assistant: Assistant) -> None:
    """In the text, on the terminal and on the page."""
    answer = asked(sample_assistant, "How has the truce changed since September?")
    first, second = headings(answer)
    paragraphs = answer.text.split("\n\n")
    assert [paragraph.splitlines()[0] for paragraph in paragraphs] == [first, second]

    console = Console(width=400, file=StringIO(), record=True)
    print_answer(answer, console)
    assert f"\n\n{second}\n“" in console.export_text()

    exchange = Exchange(1, "?", "done", "", answer.sentences, answer.citations, answer)
    page = render_exchange(exchange)
    assert page.count('<h3 class="cw-heading"') == 2
    assert page.count('<p class="cw-written"') == 2
    assert "<figure" not in page
