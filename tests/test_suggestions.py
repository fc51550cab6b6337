"""What to ask next: drafted as English, and shown only when the articles were seen to answer it."""

from __future__ import annotations

import pytest
from lxml import html
from prometheus_client import generate_latest

from ingest.pipeline import ingest
from ingest.records import Article
from ingest.storage.catalogue.filters import Filters
from ingest.storage.library import Library
from qa import Answer, Assistant, Settings
from qa.interfaces.asking.asked_question import render_suggestions
from qa.interfaces.asking.question_candidates import Candidate, Reading, candidates, topic_of
from qa.interfaces.asking.suggestions import MAX_SUGGESTIONS, proves, suggest
from qa.interfaces.metrics import Metrics
from qa.records import Turn
from tests.fakes_ingest import WordEmbedding

QUESTION = "How many people marched against the pension reform?"

TEXT = (
    "The port merger was blocked because Northmole had not shown that prices would fall. "
    "He was arrested because police found the map. "
    "Finance Minister Aldous Pryke said that the change would come in 2035. "
    "“We shall see,” said Bo Hu, the harbor master of Kestrin, on Monday."
)


def drafted(text: str, question: str = "What did the Corran Star carry?") -> dict[str, Candidate]:
    """The candidates of one article, by their question."""
    from ingest.attribution.statements import find_statements

    article = Article(id="a", title="News", text=text)
    read = Reading(article, find_statements(text))
    return {one.text: one for one in candidates(question, text, [read])}


def test_drafts_are_english_and_stand_alone() -> None:
    """Words keep their order, a capital that only began the sentence goes, and a sentence that
    leans on another ("He was arrested") is not drafted from."""
    found = drafted(TEXT)
    assert found["Why was the port merger blocked?"].words == "Northmole had not shown"
    assert found["What did Finance Minister Aldous Pryke say?"].speaker == "Aldous Pryke"
    assert found["Who is Bo Hu?"].words == "the harbor master of Kestrin"
    assert not any("arrested" in question for question in found)


@pytest.mark.parametrize(
    "text",
    [
        "Bridie Penhale, whose father, Osric, was among the dead, said that she was grateful.",
        "The Daily Beast said that the talks had failed. Anthem’s website said it was off.",
        "Rolls-Royce expects the first vehicles will be delivered in late 2023.",
        "Unlike Holmes, who spent seven days on the stand, Balwani did not speak.",
    ],
)
def test_what_would_read_oddly_is_not_drafted(text: str) -> None:
    """Relatives are no role, outlets are no people, and a clause is no description."""
    assert drafted(text) == {}


def test_a_topic_is_a_name_that_question_and_articles_share() -> None:
    """As the question writes it; a month, a single word or another story's name is none."""
    articles = [Article(id=str(n), title="", text="The ferry Corran Star sank.") for n in (1, 2)]
    assert topic_of("Why did the Corran Star sink?", articles) == "the Corran Star"
    assert topic_of("What did Tony Awards cost in September 2026?", articles) == ""


@pytest.fixture(scope="module")
def answer(sample_assistant: Assistant) -> Answer:
    return sample_assistant.ask(QUESTION)


def test_what_is_suggested_is_answered_with_something_new(
    sample_assistant: Assistant, answer: Answer
) -> None:
    """Each suggestion, asked as the visitor would ask it, is answered from an article that was
    cited, by words that were not quoted yet."""
    history = [Turn(QUESTION, answer.text, answer.search)]
    suggested = suggest(answer, history, Filters(), sample_assistant)
    assert 1 <= len(suggested) <= MAX_SUGGESTIONS
    quoted = {citation.quote for citation in answer.citations}
    for question in suggested:
        proof = sample_assistant.ask(question, history=history)
        assert (proof.status, proof.search) == ("answered", question)
        assert proof.citations[0].quote not in quoted


def test_suggestions_keep_to_the_filters(sample_assistant: Assistant, answer: Answer) -> None:
    """Under a filter that leaves out the cited articles nothing is suggested of them."""
    others = Filters(outlets=("Meridian Wire",))
    history = [Turn(QUESTION, answer.text, answer.search)]
    for question in suggest(answer, history, others, sample_assistant):
        proof = sample_assistant.ask(question, history=history, filters=others)
        assert {citation.publisher for citation in proof.citations} == {"Meridian Wire"}


def test_proofs_are_nobody_s_answers(samples: Library, answer: Answer) -> None:
    """They are not counted as answers given; and when nobody waits for them, none is made."""
    metrics = Metrics()
    assistant = Assistant(Settings(model="none"), library=samples, observer=metrics)
    history = [Turn(QUESTION, answer.text, answer.search)]
    assert suggest(answer, history, Filters(), assistant)
    assert b"citewire_answers_total{" not in generate_latest(metrics.registry)
    assert suggest(answer, history, Filters(), assistant, given_up=lambda: True) == ()


def test_nothing_is_suggested_after_a_refusal(sample_assistant: Assistant) -> None:
    """What was not answered leads nowhere that could be proven to follow."""
    refused = sample_assistant.ask("Who won the 1998 football world cup in France?")
    assert suggest(refused, [], Filters(), sample_assistant) == ()


@pytest.mark.parametrize(
    ("candidate", "seen"),
    [
        (Candidate("fact", QUESTION, words="nobody at all"), False),
        (Candidate("said", QUESTION, speaker="Somebody Else"), False),
        (Candidate("fact", QUESTION), True),
        (Candidate("timeline", QUESTION, topic="pension"), False),
        (Candidate("fact", "Another question?"), False),
    ],
)
def test_an_answer_that_is_not_the_expected_one_proves_nothing(
    answer: Answer, candidate: Candidate, seen: bool
) -> None:
    """Other words, another speaker, what was quoted before, no timeline, a question understood as
    another: none is proof."""
    quotes = [" ".join(c.quote.split()).casefold() for c in answer.citations]
    assert proves(Candidate("fact", QUESTION), answer, [])
    assert not proves(candidate, answer, quotes if seen else [])


@pytest.fixture
def broken(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """An assistant whose library was closed and emptied behind its back."""
    library = Library(tmp_path_factory.mktemp("broken"), embedder=WordEmbedding())
    ingest([{"title": "T", "text": TEXT, "url": "https://a.example/1"}], library)
    library.close()
    return Assistant(Settings(model="none"), library=library)


def test_suggesting_never_fails(broken: Assistant, answer: Answer) -> None:
    """Nobody asked for them: where they cannot be found, there are none and no error."""
    assert suggest(answer, [], Filters(), broken) == ()


def test_suggestions_are_text() -> None:
    """Words of an article in a question are shown as they are and make no markup."""
    shown = html.fromstring(render_suggestions(["Who is <b>Bo</b>?"]))
    assert shown.xpath("//li/button/text()") == ["Who is <b>Bo</b>?"]
    assert not shown.xpath("//b")
    assert render_suggestions(()) == ""
