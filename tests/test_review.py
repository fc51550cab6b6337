"""Second looks: one rewrite of what is not supported, and a model's yes or no where the checker is
unsure. Whatever becomes of them, what was shown stays and no answer is lost."""

from __future__ import annotations

import pytest

from ingest.storage.library import Library
from qa import Assistant, Settings, TextEvent
from qa.questions.interpretation import Query, interpret
from qa.reading.evidence import Evidence
from qa.reading.sentence_ranking import rank_sentences
from qa.records import Answer, AnswerEvent
from qa.writing.claim_check import check_claim
from qa.writing.claim_repair import Review, keeps_subject
from qa.writing.models import open_model
from tests.fakes import FakeOpenAI

QUESTION = "How many people died when the Corran Star sank?"
TRUE = "Eight people died when the Corran Star sank."
FALSE = "As many as 4,711 people died when the Corran Star sank."
LIKELY = "The number of people aboard the ferry, 154, has not changed."
"""Supported, by a middling score."""
UNSURE = "Divers found five bodies in the lounge."
"""Supported, by a low score."""
SURE_NO, SURE_YES = {"No": 0.99, "Yes": 0.01}, {"Yes": 0.99, "No": 0.01}


def assistant(library: Library, fake: FakeOpenAI, **settings: bool) -> Assistant:
    return Assistant(Settings(openai_base_url=fake.url, **settings), library=library)


def texts(answer: Answer) -> list[str]:
    return [sentence.text for sentence in answer.sentences]


def judgements(fake: FakeOpenAI) -> int:
    return sum(bool(request.get("logprobs")) for request in fake.requests)


# -- rewriting ------------------------------------------------------------------------------


def test_an_unsupported_sentence_is_rewritten_once(samples: Library, server: FakeOpenAI) -> None:
    """The model is told what is wrong, sees the evidence, and its correction is shown."""
    server.replies = [f"{FALSE} {TRUE[:-1]} off Sallowford.", TRUE]
    answer = assistant(samples, server).ask(QUESTION)
    assert texts(answer)[0] == TRUE
    assert (answer.status, answer.mode) == ("answered", "written")
    asked = server.requests[1]["messages"][1]["content"]
    assert f"Sentence: {FALSE}" in asked
    assert "4,711 is not in the quotes" in asked
    assert asked.index("<excerpts>") < asked.index("</excerpts>") < asked.index("Sentence:")
    assert answer.usage["completion_tokens"] == 7 * len(server.requests)


@pytest.mark.parametrize(
    "rewrite",
    [
        "Some 4,711 people died when the Corran Star sank.",
        "The number of people aboard, 154, has not changed.",
        "",
    ],
    ids=["still false", "about something else", "nothing"],
)
def test_a_rewrite_that_does_not_mend_it_is_refused(
    samples: Library, server: FakeOpenAI, rewrite: str
) -> None:
    """The sentence is left out and counted; it is not rewritten again."""
    server.replies = [f"{TRUE} {FALSE}", rewrite]
    answer = assistant(samples, server).ask(QUESTION)
    assert texts(answer) == [TRUE]
    assert answer.status == "partial"
    assert any("One sentence" in notice for notice in answer.notices)
    assert len(server.requests) == 2


@pytest.mark.parametrize("mode", [401, 500, "cut", "broken", "garbage", "slow"])
def test_a_failing_rewrite_takes_nothing_back(
    samples: Library, server: FakeOpenAI, mode: str | int
) -> None:
    """What was streamed before the failure is what the answer holds."""
    server.replies, server.modes = [f"{TRUE} {FALSE}", TRUE], ["ok", mode, mode]
    events = list(assistant(samples, server).stream(QUESTION))
    shown = [event.sentence for event in events if isinstance(event, TextEvent)]
    last = events[-1]
    assert isinstance(last, AnswerEvent)
    assert (last.answer.mode, last.answer.status) == ("written", "partial")
    assert shown == list(last.answer.sentences)
    assert [sentence.text for sentence in shown] == [TRUE]


def test_a_correction_that_says_the_same_again_is_not_said_twice(
    samples: Library, server: FakeOpenAI
) -> None:
    """A rewrite that equals a sentence already shown is dropped silently."""
    server.replies = [f"{TRUE} {FALSE}", TRUE]
    answer = assistant(samples, server).ask(QUESTION)
    assert texts(answer) == [TRUE]
    assert answer.status == "answered"


def test_what_a_rewrite_must_keep() -> None:
    """A correction shares words with what it corrects."""
    assert keeps_subject(FALSE, TRUE)
    assert not keeps_subject(FALSE, "The number of people aboard has not changed.")
    assert not keeps_subject(FALSE, "")


def evidence_of(library: Library) -> list[Evidence]:
    from qa.retrieval.retriever import HybridRetriever

    question = interpret(QUESTION)
    hits = HybridRetriever(library).search(question)
    return rank_sentences(question, hits, library)


def test_second_looks_end_with_their_time(samples: Library, server: FakeOpenAI) -> None:
    """When the seconds of an answer are used up, the model is not asked again."""
    server.modes, server.reply = ["slow"], TRUE
    llm = open_model(Settings(openai_base_url=server.url))
    assert llm is not None
    shown = evidence_of(samples)
    review = Review(
        llm, interpret(QUESTION), shown, shown, lambda _: "", lambda e: e.article.title, seconds=0.5
    )
    first = check_claim(FALSE, shown)
    assert review.reviewed(first) == first
    assert review.seconds <= 0
    assert review.reviewed(first) == first
    assert len(server.requests) == 1


# -- a model's yes or no --------------------------------------------------------------------


def test_a_sure_no_overrules_an_unsure_checker(samples: Library, server: FakeOpenAI) -> None:
    """A sentence of a low score that the model denies is not shown as fact."""
    server.replies, server.first_token = [f"{TRUE} {UNSURE}", ""], SURE_NO
    answer = assistant(samples, server).ask(QUESTION)
    assert texts(answer) == [TRUE]
    assert answer.status == "partial"
    assert judgements(server) == 1


def test_an_unsure_no_changes_nothing(samples: Library, server: FakeOpenAI) -> None:
    """A model that hesitates overrules the checker only where little speaks for the sentence."""
    server.reply, server.first_token = f"{TRUE} {LIKELY}", {"No": 0.55, "Yes": 0.45}
    assert texts(assistant(samples, server).ask(QUESTION)) == [TRUE, LIKELY]
    server.reply = f"{TRUE} {UNSURE}"
    assert texts(assistant(samples, server).ask(QUESTION)) == [TRUE]


def test_facts_that_quotes_lack_are_not_put_to_the_model(
    samples: Library, server: FakeOpenAI
) -> None:
    """A changed number stays unsupported whatever a model says of it."""
    server.replies, server.reply = [f"{TRUE} {FALSE}"], FALSE
    server.first_token = SURE_YES
    assert texts(assistant(samples, server).ask(QUESTION)) == [TRUE]
    assert judgements(server) == 0


@pytest.mark.parametrize(
    ("mode", "asked", "asked_again"),
    [("ok", 1, 0), (400, 1, 0), ("garbage", 1, 0), (500, 2, 1)],
)
def test_without_log_probabilities_the_checker_decides(
    samples: Library, server: FakeOpenAI, mode: str | int, asked: int, asked_again: int
) -> None:
    """A backend without them loses no sentence and is not asked again; one that fails twice is
    asked again with the next question."""
    server.modes = ["ok", *[mode] * asked]
    server.reply = f"{UNSURE} {TRUE} {UNSURE[:-1]} of the ferry."
    one = assistant(samples, server)
    answer = one.ask(QUESTION)
    assert (answer.mode, answer.status, len(answer.sentences)) == ("written", "answered", 3)
    assert judgements(server) == asked
    again = one.answer_engine.answer(Query(QUESTION))  # past the answers kept
    assert texts(again) == texts(answer)
    assert judgements(server) == asked + asked_again


def test_the_second_opinion_can_be_switched_off(samples: Library, server: FakeOpenAI) -> None:
    """CITEWIRE_SECOND_LOOKS=false: the checker alone decides."""
    server.reply, server.first_token = f"{TRUE} {UNSURE}", SURE_NO
    answer = assistant(samples, server, second_looks=False).ask(QUESTION)
    assert texts(answer) == [TRUE, UNSURE]
    assert judgements(server) == 0
