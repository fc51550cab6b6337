"""Timelines: when one is asked for, of what and which days, and what the samples tell."""

from __future__ import annotations

from datetime import date

import pytest

from qa import Assistant
from qa.interfaces.page.conversation import Exchange
from qa.interfaces.page.conversation_page import render_exchange
from qa.questions.interpretation import interpret
from qa.questions.timeline_requests import timeline_request, timeline_subject
from qa.records import Answer, Entry, Reported


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("What happened in Turkey in June?", "in Turkey in June"),
        ("What has happened since the truce began?", "since the truce began"),
        ("Timeline of the Kelde talks", "Kelde talks"),
        ("Give me a timeline of the ferry disaster.", "ferry disaster"),
        ("What happened this week?", "this week"),
        ("What happened to the ferry?", None),
        ("Who opened the talks?", None),
        ("What did the captain say happened?", None),
    ],
)
def test_a_timeline_is_recognised(question: str, subject: str | None) -> None:
    """Questions for a list of events, and no others."""
    assert timeline_subject(question) == subject


def test_the_days_of_a_question_bound_its_timeline() -> None:
    """In June, asked in autumn, is the June before; the subject is what remains."""
    question = interpret("What happened in Turkey in June?", asked_at=date(2025, 10, 1))
    wanted = timeline_request(question, question.asked_at)
    assert wanted is not None
    assert (wanted.first, wanted.last) == (date(2025, 6, 1), date(2025, 6, 30))
    assert wanted.subject == "Turkey"
    assert wanted.includes(date(2025, 6, 2), date(2025, 6, 2))
    assert not wanted.includes(date(2025, 5, 31), date(2025, 6, 2))


def test_a_timeline_is_dated_ordered_and_cited(sample_assistant: Assistant) -> None:
    """Each entry has its day and the exact words that tell it; the days run on."""
    answer = sample_assistant.ask("Timeline of the Corran Star disaster", asked_at="2026-11-01")
    days = [(entry.first, entry.last) for entry in answer.timeline]
    assert answer.status == "answered"
    assert 4 <= len(days) <= 10
    assert days == sorted(days)
    assert date(2026, 9, 1) in [first for first, _ in days]
    assert date(2026, 9, 4) in [first for first, _ in days]
    for entry in answer.timeline:
        (number,) = entry.citations
        assert " ".join(answer.citations[number - 1].quote.split()) == entry.text


def test_a_timeline_keeps_to_the_days_asked_for(sample_assistant: Assistant) -> None:
    """What lies outside September is not told, whenever it was published."""
    answer = sample_assistant.ask("What happened in Velmarre in September?", asked_at="2026-11-01")
    assert answer.timeline
    assert all(entry.first.month == entry.last.month == 9 for entry in answer.timeline)
    published = {c.published_at.month for c in answer.citations if c.published_at}
    assert 10 in published  # reported in October, happened in September


def test_a_timeline_tells_a_wire_story_once(sample_assistant: Assistant) -> None:
    """Three outlets print one story of the talks: its first sentence is one entry."""
    answer = sample_assistant.ask("Give me a timeline of the Kelde talks", asked_at="2026-11-01")
    texts = [entry.text for entry in answer.timeline]
    assert len(texts) == len(set(texts))
    assert sum("sat down on Monday" in text for text in texts) == 1


def test_a_timeline_of_what_is_not_reported_is_refused(sample_assistant: Assistant) -> None:
    """Nothing about Turkey: an honest no, and no events of elsewhere."""
    answer = sample_assistant.ask("What happened in Turkey in June?", asked_at="2026-11-01")
    assert answer.timeline == ()
    assert answer.status == "not_found"


def test_an_answer_says_how_fresh_it_is(sample_assistant: Assistant) -> None:
    """As of the newest evidence, beside the newest article of the whole library."""
    answer = sample_assistant.ask("Who led the marsh fever vaccine study?")
    assert answer.newest_article == date(2026, 10, 22)
    assert (
        answer.freshness
        == "As of 30 September 2026 · newest article in the library 22 October 2026"
    )
    assert answer.freshness in str(answer)
    assert answer.to_dict()["newest_article"] == "2026-10-22"


def test_a_superseded_figure_is_said_with_its_day(sample_assistant: Assistant) -> None:
    """The newest count first, the older one behind it, both quoted."""
    answer = sample_assistant.ask("How many people are still missing from the Corran Star?")
    assert answer.superseded_text == (
        "As of 13 October 2026: four [1]; earlier reports said nine people (2 September 2026) [2]."
    )
    assert answer.latest is not None
    assert answer.sentences[0].citations == answer.latest.citations
    assert answer.short_answer == "four"
    for reported in (answer.latest, *answer.superseded):
        (number,) = reported.citations
        assert reported.value in answer.citations[number - 1].quote


def test_a_correction_supersedes(sample_assistant: Assistant) -> None:
    """What an article takes back is said beside what it says now."""
    answer = sample_assistant.ask("How long is the truce that Velmarre and Ostrany signed?")
    assert [(r.value, r.corrected) for r in answer.superseded] == [("60 days", True)]
    assert "before a correction, the article said 60 days [2]" in str(answer)


def test_two_sides_of_one_article_are_named(sample_assistant: Assistant) -> None:
    """A general and a monitor differ in one story: both figures, each with who gives it."""
    answer = sample_assistant.ask("How many times has Velmarre violated the cease-fire?")
    assert [r.value for r in answer.disagreements] == ["31 times", "nine violations"]
    assert answer.disagreements[1].said_by == "Col. Anders Whitlock"


def test_a_claim_is_introduced_as_its_speakers(sample_assistant: Assistant) -> None:
    """ "She said" is not enough: the speaker stands before the quotation, and nobody twice."""
    answer = sample_assistant.ask("How many arrests were made at the September pension protest?")
    first, second = answer.sentences[:2]
    assert "Lorna Bexmoor" in first.said_by
    assert second.said_by == ""  # it names Thea Mondavar itself
    assert f"{first.said_by} said: “Eleven people were arrested" in str(answer)


def test_a_written_claim_is_marked_and_not_altered() -> None:
    """In written answers the mark stands behind the model's sentence."""
    from qa.records import Sentence, attributed_text

    sentence = Sentence("Prices fell.", (1,), said_by="Maud Kerrow")
    assert attributed_text(sentence, quoted=False) == "Prices fell. [1] (according to Maud Kerrow)"


def test_entries_and_values_read_as_text() -> None:
    """Days, "(reported)", and figures as they stand inside a sentence."""
    day = date(2026, 9, 4)
    told = Answer("q", "answered", "quoted", timeline=(
        Entry(date(2026, 9, 1), date(2026, 9, 30), "It rained.", (1,)),
        Entry(day, day, "It snowed.", (2,), "publication"),
    ))  # fmt: skip
    assert told.timeline_text.splitlines() == [
        "September 2026: It rained. [1]",
        "4 September 2026 (reported): It snowed. [2]",
    ]
    assert Reported("About 300 people", (1,)).figure == "about 300 people"
    assert Reported("90-day", (1,)).figure == "90 days"


def shown(answer: Answer) -> str:
    """The page of one finished answer."""
    return render_exchange(
        Exchange(
            1, answer.question, "done", "", answer.sentences, answer.citations, answer
        )
    )  # fmt: skip


def test_the_page_shows_the_newest_figure_both_sides_and_the_days(
    sample_assistant: Assistant,
) -> None:
    """What stands above the quotes, each figure and event with the numbers that open its source."""
    missing = shown(sample_assistant.ask("How many people are still missing from the Corran Star?"))
    assert "As of 13 October 2026" in missing
    assert "Earlier reports said" in missing
    crowd = shown(sample_assistant.ask("How many people marched against the pension reform?"))
    assert crowd.index("About 25,000 people") < crowd.index("<blockquote")
    assert "Ruben Achterby, president of the Federation of Velmarran Labor</dd>" in crowd
    days = shown(
        sample_assistant.ask("Timeline of the Corran Star disaster", asked_at="2026-11-01")
    )
    assert 'datetime="2026-09-01"' in days
    assert "<blockquote" not in days
    assert "newest article in the library 22 October 2026" in days


def test_text_of_articles_is_text_on_the_page() -> None:
    """Figures, events and speakers that try to be markup are shown as they are written."""
    bad = "<img src=x onerror=alert(1)>"
    day = date(2026, 9, 4)
    answer = Answer(
        "q", "answered", "quoted",
        latest=Reported(bad, (1,), day, bad), superseded=(Reported(bad, (1,), day, bad),),
        disagreements=(Reported(bad, (1,), day, bad),), timeline=(Entry(day, day, bad, (1,)),),
    )  # fmt: skip
    assert "<img" not in shown(answer)
