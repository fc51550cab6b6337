"""Filters are exact, periods are preferred, and both are read from the question."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ingest.errors import BadFilter
from ingest.pipeline import ingest
from ingest.storage.catalogue.filters import Filters, outlet_key, resolve_outlets
from ingest.storage.library import Library
from qa.questions.interpretation import Query, interpret
from qa.questions.time_constraints import Period, required_outlets, time_constraints
from qa.retrieval.ranking import date_prior, period_prior
from qa.retrieval.retriever import HybridRetriever
from tests.fakes_ingest import WordEmbedding

ASKED = date(2025, 6, 20)


def report(number: int, **facts: object) -> dict[str, object]:
    """A report about the ferry, one of many."""
    return {
        "title": f"Ferry report {number}",
        "text": f"The ferry to Hallan sank near buoy {number}, master {number} said.",
        "url": f"https://post.example/ferry-{number}",
        "publisher": "The Harbour Post",
        "date": f"2025-05-{1 + number % 28:02d}",
    } | facts


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    opened = Library(tmp_path_factory.mktemp("home"), embedder=WordEmbedding())
    many = [report(number) for number in range(120)]
    few = [
        report(200, publisher="Inland Times", authors=["Édith Marrow"], language="en-GB",
               section="Coast"),
        report(201, publisher="Inland Times", date="2025-06-10", language="fr"),
        report(202, publisher=None, date=None, url="https://other.example/ferry-202"),
    ]  # fmt: skip
    ingest([*many, *few], opened)
    yield opened
    opened.close()


def found(library: Library, text: str, filters: Filters | None = None) -> list[str]:
    retriever = HybridRetriever(library, limit=200)
    query = Query(text, asked_at=ASKED, filters=filters or Filters())
    return [hit.article.title for hit in retriever.search(retriever.interpret(query))]


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        (Filters(outlets=("inland times",)), {200, 201}),
        (Filters(authors=("édith",)), {200}),
        (Filters(languages=("en",)), {200}),
        (Filters(languages=("EN-gb", "fr")), {200, 201}),
        (Filters(sections=("coast",)), {200}),
        (Filters(first=date(2025, 6, 1)), {201}),
        (Filters(first=date(2025, 5, 28), last=date(2025, 5, 28)), {27, 55, 83, 111}),
        (Filters(outlets=("Inland Times",), last=date(2025, 5, 31)), {200}),
    ],
)
def test_filters_let_through_all_that_match_and_nothing_else(
    library: Library, filters: Filters, numbers: set[int]
) -> None:
    """However rare the matches are among what is most similar."""
    titles = found(library, "Where did the ferry to Hallan sank?", filters)
    assert set(titles) == {f"Ferry report {number}" for number in numbers}


def test_a_rare_outlet_is_found_beyond_the_widest_search(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When widening gives up, all that match are compared."""
    monkeypatch.setattr("ingest.storage.search._MAX_WIDENED_RESULTS", 0)
    assert len(found(library, "ferry sank", Filters(outlets=("Inland Times",)))) == 2


def test_unknown_outlets_are_an_error_that_helps(library: Library) -> None:
    """A filter is never silently ignored, nor is an empty result left unexplained."""
    with pytest.raises(BadFilter, match="did you mean Inland Times"):
        found(library, "ferry", Filters(outlets=("Inland Time",)))
    with pytest.raises(BadFilter, match="at once"):
        found(library, "According to Inland Times, what sank?", Filters(outlets=("Other",)))
    with pytest.raises(BadFilter, match="after the last"):
        Filters(first=date(2025, 6, 2), last=date(2025, 6, 1))


def test_questions_insist_on_outlets_and_days(library: Library) -> None:
    """ "According to" and "since" in the question filter as the arguments do."""
    assert set(found(library, "According to Inland Times, what sank near buoy 200?")) == {
        "Ferry report 200",
        "Ferry report 201",
    }
    assert found(library, "What has sunk since June 3?") == ["Ferry report 201"]
    assert "Ferry report 201" not in found(library, "What sank near buoy 201 before June?")


@pytest.mark.parametrize(
    ("text", "period", "filters"),
    [
        ("What happened in May?", (date(2025, 5, 1), date(2025, 5, 31)), Filters()),
        ("Who resigned last week?", (date(2025, 6, 9), date(2025, 6, 15)), Filters()),
        ("What sank between May 2 and May 5?", (date(2025, 5, 2), date(2025, 5, 5)), Filters()),
        ("Who won before June?", None, Filters(last=date(2025, 5, 31))),
        ("What was known until June 3?", None, Filters(last=date(2025, 6, 3))),
        ("What has sunk since May 16?", None, Filters(first=date(2025, 5, 16))),
        ("Who left after June 3, 2025?", None, Filters(first=date(2025, 6, 4))),
        ("How many ferries will sail by 2030?", None, Filters()),
        ("What happened this week?", None, Filters()),
        ("Who won?", None, Filters()),
    ],
)
def test_what_a_question_says_of_time(
    text: str, period: tuple[date, date] | None, filters: Filters
) -> None:
    """Bounds in the past insist; other past days are preferred; the present says nothing new."""
    got, insisted = time_constraints(text, ASKED)
    assert (got and (got.first, got.last)) == period
    assert insisted == filters


@pytest.mark.parametrize(
    ("text", "named", "plain"),
    [
        ("According to The Post, who sank?", ("The Post",), "who sank?"),
        ("Who sank, according to the Post?", ("The Post",), "Who sank?"),
        ("In the Post's story, who sank?", ("The Post",), "who sank?"),
        ("What did the Post report about it?", ("The Post",), "What did the Post report about it?"),
        ("Who sent the post to UPI?", (), "Who sent the post to UPI?"),
    ],
)
def test_outlets_a_question_insists_on(text: str, named: tuple[str, ...], plain: str) -> None:
    """A bare name insists on nothing."""
    assert required_outlets(text, ["The Post", "UPI"]) == (named, plain)


def test_spellings_of_an_outlet() -> None:
    """A domain, capitals and an article do not make another outlet: asking for one asks for all."""
    both = resolve_outlets(Filters(outlets=("cnn",)), ["CNN", "cnn.com", "Post"])
    assert both.outlets == ("CNN", "cnn.com")
    assert len({outlet_key(n) for n in ("The Week", "THE WEEK", "the-week.com", "week")}) == 1


def test_the_last_week_counts_unless_the_question_names_days() -> None:
    """The prior prefers the days before asking; a named period has its own."""
    newest = date(2025, 6, 19)
    fresh, old = (date_prior(day, ASKED, newest) for day in (date(2025, 6, 15), date(2025, 5, 1)))
    assert fresh == 1.0
    assert old < 0.2
    assert date_prior(date(2025, 6, 28), ASKED, newest) == 0.0
    assert date_prior(date(2025, 6, 15), date(2026, 6, 1), newest) == 0.5
    may = Period(date(2025, 5, 1), date(2025, 5, 31))
    assert period_prior(date(2025, 5, 3), may, happened=False) == 1.0
    assert period_prior(date(2025, 6, 15), may, happened=False) < 0.2
    assert period_prior(date(2025, 6, 15), may, happened=True) == 1.0


def test_events_of_a_period_come_first_whenever_they_were_reported(tmp_path: Path) -> None:
    """A later report that dates the event inside the period counts as one of the period."""
    library = Library(tmp_path / "home", embedder=WordEmbedding())
    ingest(
        [
            report(1, date="2025-06-18", text="The ferry to Hallan sank at night, the crew said."),
            report(2, date="2025-06-18", text="The ferry to Hallan sank on May 12, the crew said."),
        ],
        library,
    )
    assert found(library, "Which ferry to Hallan sank in May?")[0] == "Ferry report 2"
    library.close()


def test_an_answer_says_what_it_looked_for(sample_assistant: object) -> None:
    """Filters show in the answer, and what no article passes is an honest no."""
    answer = sample_assistant.ask(  # type: ignore[attr-defined]
        "Who won the election in Velmarre?", filters=Filters(last=date(1990, 1, 1))
    )
    assert answer.status == "not_found"
    assert "published until 1 January 1990" in answer.understood_as
    assert "published until 1 January 1990" in str(answer)


def test_filter_options_of_the_command(tmp_path: Path) -> None:
    """Wrong days are wrong usage; filters that contradict each other end in one line."""
    from qa.interfaces.cli.main import app

    wrong = CliRunner().invoke(app, ["ask", "Who?", "--since", "someday"])
    assert wrong.exit_code == 2
    upside = ["ask", "Who?", "--since", "2025-06-02", "--until", "2025-06-01"]
    failed = CliRunner().invoke(app, upside)
    assert failed.exit_code == 1
    assert "after the last" in failed.stderr


def test_interpretation_keeps_what_was_asked() -> None:
    """The text stays; what is searched for loses the insistence."""
    question = interpret("According to UPI, who opened the talks?", (), ASKED, ["UPI"])
    assert question.text == "According to UPI, who opened the talks?"
    assert question.query == "who opened the talks?"
    assert question.filters.outlets == ("UPI",)
