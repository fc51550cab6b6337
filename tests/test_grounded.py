"""Grounded generation: a capable model reads passages, is believed when it refuses, and is proven.

Against a scripted server that speaks real HTTP.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from ingest.storage.library import Library
from qa import Answer, Assistant, Settings
from qa.grounded_generation.reply_parser import Claim, Gap, SearchRequest, reply_items
from qa.records import AnswerEvent, StatusEvent, TextEvent, Turn
from qa.writing.claim_check import is_refusal
from tests.fakes import FakeOpenAI, openai_server

QUESTION = "How many people died when the Corran Star sank?"
EIGHT = (
    "The number of people known to have died in the sinking of the ferry Corran Star rose to eight "
    "on Friday."
)


@pytest.fixture
def server() -> Iterator[FakeOpenAI]:
    with openai_server() as fake:
        yield fake


def assistant(library: Library, fake: FakeOpenAI, **settings: Any) -> Assistant:
    return Assistant(Settings(openai_base_url=fake.url, model="large", **settings), library=library)


def ask(library: Library, fake: FakeOpenAI, question: str, *replies: str, **more: Any) -> Answer:
    fake.replies = list(replies)
    return assistant(library, fake).ask(question, asked_at="2026-10-25", **more)


def prompt(fake: FakeOpenAI, call: int = 0) -> str:
    return str(fake.requests[call]["messages"][-1]["content"])


def line_of(fake: FakeOpenAI, words: str, call: int = 0) -> int:
    """The number of the line of a prompt that holds the words."""
    for line in prompt(fake, call).splitlines():
        if line.startswith("[") and words in line:
            return int(line[1 : line.index("]")])
    raise AssertionError(f"no line with {words!r}")


# -- what it reads --------------------------------------------------------------------------


def test_it_reads_passages_with_outlet_day_and_headline(
    samples: Library, server: FakeOpenAI
) -> None:
    """Thousands of tokens of numbered sentences, each article once and each sentence once."""
    answer = ask(samples, server, QUESTION, EIGHT)
    shown = prompt(server)
    assert len(shown) > 10_000
    assert 'outlet="Sallow Coast Post" day="Friday 4 September 2026" headline="Ferry toll' in shown
    heads = [line for line in shown.splitlines() if line.startswith("<article ")]
    assert len(heads) == len(set(heads)) >= 3
    told = [line.partition("] ")[2] for line in shown.splitlines() if line.startswith("[")]
    assert len(told) == len(set(told))
    assert answer.evidence_read["passages"] == pytest.approx(20, abs=15)
    assert answer.evidence_read["why"]


def test_the_budget_of_evidence_is_kept(samples: Library, server: FakeOpenAI) -> None:
    """CITEWIRE_EVIDENCE_TOKENS bounds what is shown, about four characters a token."""
    server.replies = [EIGHT]
    answer = assistant(samples, server, evidence_tokens=900).ask(QUESTION)
    assert answer.evidence_read["budget"] == 900
    assert 400 <= int(answer.evidence_read["tokens"]) <= 900
    excerpts = prompt(server).partition("</excerpts>")[0]
    assert len(excerpts) / 4 <= 1.2 * 900


def test_text_in_articles_is_data(samples: Library, server: FakeOpenAI) -> None:
    """Sentences addressed to a model are not shown to it."""
    ask(samples, server, "What did the planted text in articles ask for?", EIGHT)
    for line in prompt(server).splitlines():
        assert not line.lower().startswith("ignore"), line


# -- what it may say ------------------------------------------------------------------------


def test_a_sentence_all_of_whose_words_are_in_one_line_needs_no_judge(
    samples: Library, server: FakeOpenAI
) -> None:
    """One call, one exact quote."""
    answer = ask(samples, server, QUESTION, f"{EIGHT[:-1]} [7].")
    assert (answer.status, answer.mode, answer.usage["calls"]) == ("answered", "written", 1)
    cited = answer.citations[0]
    stored = samples.catalogue.article(cited.article_id, cited.version)
    assert stored is not None
    assert stored.text[cited.start : cited.end] == cited.quote
    assert "rose to eight" in cited.quote
    assert "[7]" not in answer.sentences[0].text


def test_the_judge_decides_what_code_cannot(samples: Library, server: FakeOpenAI) -> None:
    """A paraphrase is shown with the lines that the judge names, one call for all sentences."""
    ask(samples, server, QUESTION, EIGHT)
    line = line_of(server, "rose to eight")
    server.requests.clear()
    answer = ask(
        samples, server, QUESTION,
        f"In the end eight lives were lost with the vessel. [{line}] Its crew partied. [{line}]",
        f"1 SUPPORTED [{line}]\n2 WRONG: no line says it | -",
    )  # fmt: skip
    assert answer.usage["calls"] == 2
    assert [s.text for s in answer.sentences] == [
        "In the end eight lives were lost with the vessel."
    ]
    assert "rose to eight" in answer.citations[0].quote
    assert answer.status == "partial"
    assert any("One sentence" in notice and "left out" in notice for notice in answer.notices)


def test_a_verdict_without_lines_shows_nothing(samples: Library, server: FakeOpenAI) -> None:
    """The judge must name the evidence; "supported" by nothing is not believed."""
    answer = ask(
        samples, server, QUESTION, "The ship was cursed by sailors long ago.", "1 SUPPORTED"
    )
    assert "cursed" not in answer.text


def test_a_wrong_sentence_is_rewritten_once(samples: Library, server: FakeOpenAI) -> None:
    """The judge's correction is shown when the lines that it names hold its facts."""
    ask(samples, server, QUESTION, EIGHT)
    line = line_of(server, "rose to eight")
    wrong = f"The toll of the sinking stood at nine on Friday. [{line}]"
    right = f"1 WRONG: eight, not nine | The number of dead rose to eight on Friday. [{line}]"
    answer = ask(samples, server, QUESTION + " ", wrong, right)
    assert answer.sentences[0].text == "The number of dead rose to eight on Friday."
    still_wrong = f"1 WRONG: no | The number of dead rose to eleven on Friday. [{line}]"
    answer = ask(samples, server, QUESTION + "  ", wrong, still_wrong)
    assert "eleven" not in answer.text


def test_without_a_verdict_the_checker_decides(samples: Library, server: FakeOpenAI) -> None:
    """A judge that answers nonsense neither loses what is plain nor lets an invention pass."""
    answer = ask(
        samples, server, QUESTION,
        "The number of the dead rose to eight on Friday, divers said. The captain sued Toronto.",
        "I think that it is fine!",
    )  # fmt: skip
    assert "Toronto" not in answer.text


def test_what_is_shown_is_never_taken_back(samples: Library, server: FakeOpenAI) -> None:
    """The sentences of the stream are those of the answer, in the same order."""
    reply = f"{EIGHT} The ship was not new. It went down within 25 minutes. The crew sang."
    server.replies = [reply, "1 WRONG: no | -\n2 WRONG: no | -\n3 WRONG: no | -"]
    events = list(assistant(samples, server).stream(QUESTION))
    streamed = [e.sentence.text for e in events if isinstance(e, TextEvent)]
    last = events[-1]
    assert isinstance(last, AnswerEvent)
    assert streamed == [s.text for s in last.answer.sentences]
    assert streamed[0] == EIGHT
    assert any(isinstance(e, StatusEvent) and e.stage == "check" for e in events)


# -- refusals -------------------------------------------------------------------------------


def test_a_refusal_is_believed(samples: Library, server: FakeOpenAI) -> None:
    """Whatever the gate thinks, "not in the articles" is not_found, with what is missing."""
    answer = ask(samples, server, QUESTION, "NOT IN THE ARTICLES: how many people died")
    assert (answer.status, answer.sentences) == ("not_found", ())
    assert answer.missing == ("how many people died",)
    assert answer.nearest
    assert answer.confidence < 0.5


def test_a_model_sees_the_evidence_before_anything_is_refused(
    samples: Library, server: FakeOpenAI
) -> None:
    """What the gate would refuse is asked, and the answer is shown."""
    question = "Is somebody known to have gone down with a vessel?"
    answer = ask(samples, server, question, EIGHT)
    assert answer.status == "answered"


def test_a_missing_part_is_named(samples: Library, server: FakeOpenAI) -> None:
    """An answer with a gap is partial, and the gap is no cited sentence."""
    told = {
        QUESTION: "NOT IN THE ARTICLES: the captain's age",
        "How many died when the Corran Star sank?": "The excerpts do not say how old he is.",
    }
    for question, gap in told.items():
        answer = ask(samples, server, question, f"{EIGHT}\n{gap}")
        assert answer.status == "partial"
        assert len(answer.sentences) == 1
        assert any("articles do not say" in notice for notice in answer.notices)


def test_a_judge_that_recognises_a_refusal_makes_it_one(
    samples: Library, server: FakeOpenAI
) -> None:
    """Prose that no pattern knows is told apart by the judge."""
    answer = ask(
        samples, server, QUESTION, "Regarding deaths one reads nothing whatsoever here.",
        "1 ABSENT: the number of deaths",
    )  # fmt: skip
    assert (answer.status, answer.missing) == ("not_found", ("the number of deaths",))


def test_a_false_premise_is_told(samples: Library, server: FakeOpenAI) -> None:
    """The marked sentence is proven like any other, and sets the status."""
    answer = ask(samples, server, "Why did the Corran Star not sink?", f"FALSE PREMISE: {EIGHT}")
    assert answer.status == "false_premise"
    assert answer.sentences[0].text == EIGHT


REFUSALS = (
    "The excerpts do not say which couple got engaged.",
    "The provided articles do not mention the captain's age.",
    "None of the excerpts mentions the price of the ship.",
    "There is no information in the provided articles about her salary.",
    "I cannot find an answer to this in the articles.",
    "The articles do not specify how the money will be spent.",
    "It is not stated in the excerpts who paid.",
    "This cannot be determined from the excerpts.",
    "The context does not provide enough information to answer the question.",
    "No article reports the final vote.",
    "Nothing in the excerpts says when the trial ends.",
    "The exact number isn't specified in the provided text.",
)
NEWS = (
    "Police did not say how many people were hurt.",
    "The report does not name the officers involved.",
    "The sources did not say when the strike took place.",
    "He said he could not find his passport.",
    "The names of the dead were not released.",
    "The court found no evidence of fraud.",
    "No information was provided by the airline, relatives said.",
    "It was not clear who was behind the attack.",
    "“I do not know what happened,” she said.",
)


@pytest.mark.parametrize("text", REFUSALS)
def test_prose_refusals_are_recognised(text: str) -> None:
    """Models refuse in prose, whatever form they were asked for."""
    assert is_refusal(text)


@pytest.mark.parametrize("text", NEWS)
def test_news_of_silence_is_no_refusal(text: str) -> None:
    """That somebody does not say something is news."""
    assert not is_refusal(text)


# -- searches and follow-ups ----------------------------------------------------------------


def test_a_follow_up_is_completed_by_the_model(samples: Library, server: FakeOpenAI) -> None:
    """The complete question is searched for and shown."""
    history = (Turn("Which ferry sank in the storm?", "The Corran Star sank. [1]"),)
    plan = f"QUESTION: {QUESTION}\nSEARCH: Corran Star ferry death toll"
    answer = ask(samples, server, "And how many died?", plan, EIGHT, history=history)
    assert answer.question == "And how many died?"
    assert answer.search == QUESTION
    assert answer.searches == ("Corran Star ferry death toll",)
    assert QUESTION in answer.understood_as
    assert "Which ferry sank in the storm?" in prompt(server, 0)


def test_an_open_question_is_planned_into_searches(samples: Library, server: FakeOpenAI) -> None:
    """Each search is an event; paragraphs of the reply stay paragraphs."""
    question = "Summarise the news about the ferry Corran Star."
    plan = (
        f"QUESTION: {question}\nSEARCH: Corran Star sinks | from 2026-09-01 | to 2026-09-05\n"
        "SEARCH: ferry inquiry hatch report | outlet tideline public radio\n"
        "SEARCH: x | outlet The Made-up Times"
    )
    server.replies = [plan, f"{EIGHT}\n\nIt went down within 25 minutes."]
    events = list(assistant(samples, server).stream(question, asked_at="2026-10-25"))
    messages = [e.message for e in events if isinstance(e, StatusEvent)]
    assert "Searching for: Corran Star sinks, 2026-09-01 to 2026-09-05" in messages
    assert "Searching for: ferry inquiry hatch report, Tideline Public Radio" in messages
    assert "Searching for: x" in messages
    last = events[-1]
    assert isinstance(last, AnswerEvent)
    assert [s.paragraph for s in last.answer.sentences] == [False, True]
    assert "\n\n" in last.answer.text


def test_the_model_may_ask_for_another_search_once(samples: Library, server: FakeOpenAI) -> None:
    """A second round reads what the search found, and may not search again."""
    question = "Who sailed the vessel?"
    answer = ask(
        samples, server, question, "SEARCH: captain Corran Star",
        "The captain was Elias Thornwick.\nSEARCH: more", "1 SUPPORTED [1]",
    )  # fmt: skip
    assert answer.searches == ("captain Corran Star",)
    assert "SEARCH" in server.requests[0]["messages"][0]["content"]
    assert "SEARCH" not in server.requests[1]["messages"][0]["content"]
    assert answer.sentences


def test_a_failing_model_leaves_quotations(samples: Library, server: FakeOpenAI) -> None:
    """The gate decides then, as without a model."""
    server.mode = 500
    answer = assistant(samples, server).ask(QUESTION, asked_at="2026-10-25")
    assert (answer.status, answer.mode) == ("answered", "quoted")
    assert any("could not be used" in notice for notice in answer.notices)
    refused = assistant(samples, server).ask("Who won the chess title?", asked_at="2026-10-25")
    assert refused.status == "not_found"


# -- the reply ------------------------------------------------------------------------------

REPLY = """The talks ended without a deal. [3][7] Mr. Fidan said so on “Monday” [4, 5].

- 2 June 2025: Talks were held [6-8].
- 3 June 2025: Nothing happened. [9]
**NOT IN THE ARTICLES:** who paid for the ship
SEARCH: harbour strike | from 2026-09-01 | to 2026-09-30 | outlet Post
FALSE PREMISE: The vote was postponed. [4]
Last one [2] without stop"""


@pytest.mark.parametrize("size", [1, 3, 17, 10_000])
def test_a_reply_is_parsed_however_it_arrives(size: int) -> None:
    """Items, numbers and paragraphs, whatever the pieces of the stream."""
    pieces = [REPLY[i : i + size] for i in range(0, len(REPLY), size)]
    assert list(reply_items(pieces)) == [
        Claim("The talks ended without a deal.", (3, 7)),
        Claim("Mr. Fidan said so on “Monday”.", (4, 5)),
        Claim("2 June 2025: Talks were held.", (6, 7, 8), paragraph=True),
        Claim("3 June 2025: Nothing happened.", (9,), paragraph=True),
        Gap("who paid for the ship"),
        SearchRequest("harbour strike", date(2026, 9, 1), date(2026, 9, 30), "Post"),
        Claim("The vote was postponed.", (4,), denies_premise=True),
        Claim("Last one without stop", (2,)),
    ]


# -- what the model's server makes of it ------------------------------------------------------


def test_a_tiny_context_is_asked_again_with_less(samples: Library, server: FakeOpenAI) -> None:
    """What does not fit is halved, and what was shown in the end is in the record."""
    refused = {"error": {"message": "too long", "code": "context_length_exceeded"}}
    server.rejects = [(lambda asked: len(str(asked["messages"])) > 15_000, 400, refused)]
    answer = ask(samples, server, QUESTION, EIGHT)
    assert (answer.status, answer.mode) == ("answered", "written")
    assert int(answer.evidence_read["budget"]) <= 3_000
    assert len(prompt(server, -1)) < 0.7 * len(prompt(server, 0))


def test_an_answer_in_another_language_is_left_to_the_judge(
    samples: Library, server: FakeOpenAI
) -> None:
    """The question is planned, since rules know English only; the sentence is proven by lines."""
    question = "Wie viele Menschen starben beim Untergang der Corran Star?"
    plan = f"QUESTION: {question}\nSEARCH: Corran Star sinking death toll"
    ask(samples, server, QUESTION, EIGHT)
    line = line_of(server, "rose to eight")
    answer = ask(
        samples, server, question, plan,
        f"Beim Untergang der Corran Star starben acht Menschen. [{line}]", "1 SUPPORTED [1]",
    )  # fmt: skip
    assert answer.status == "answered"
    assert answer.sentences[0].text.startswith("Beim Untergang")


def test_thin_coverage_of_an_open_question_is_said(samples: Library, server: FakeOpenAI) -> None:
    """An answer that rests on one outlet says so."""
    question = "Summarise the news about the ferry Corran Star."
    plan = f"QUESTION: {question}\nSEARCH: Corran Star"
    answer = ask(samples, server, question, plan, EIGHT)
    assert any("nly one outlet" in notice for notice in answer.notices)
