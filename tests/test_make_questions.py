"""Question sets made from someone's own articles."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from pydantic import SecretStr

from ingest.pipeline import ingest
from ingest.records import Article
from ingest.sources.reader import samples_folder
from ingest.storage.library import Library
from qa.evaluate.question_sets.cloze import FILL, GAP, Draft, drafts
from qa.evaluate.question_sets.generation import make_questions, parse_model_question
from qa.evaluate.question_sets.question_set import case_to_dict, read_questions
from qa.evaluate.question_sets.standalone_sentences import standalone_sentence
from qa.evaluate.records import Case
from qa.settings import Settings
from qa.writing.models import open_model
from tests.fakes import openai_server
from tests.fakes_ingest import WordEmbedding


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The sample articles, embedded by a fake: making questions searches nothing."""
    library = Library(tmp_path_factory.mktemp("made"), embedder=WordEmbedding())
    ingest([samples_folder()], library)
    yield library
    library.close()


@pytest.fixture(scope="module")
def made(library: Library) -> list[Case]:
    return list(make_questions(library, number=30, seed=1))


def test_answers_stand_in_the_article_and_not_in_the_question(
    library: Library, made: list[Case]
) -> None:
    """The evidence is an article of the library that holds the answer's words."""
    answerable = [case for case in made if not case.unanswerable]
    assert len(answerable) == 24
    for case in answerable:
        (article,) = library.catalogue.articles(case.evidence_ids[:1])
        assert case.answers[0].lower() in article.text.lower()
        assert case.answers[0] not in case.question
        assert case.asked_at == article.published_at
        assert (GAP in case.question) == case.question.startswith(FILL)


def test_several_kinds_and_several_articles_are_asked_about(made: list[Case]) -> None:
    """No kind of question and no article takes all."""
    kinds = [case.kind for case in made if not case.unanswerable]
    assert set(kinds) == {"who", "when", "where", "how_many"}
    assert len({i for case in made for i in case.evidence_ids}) > 12


def test_swapped_names_do_not_stand_beside_what_is_asked(
    library: Library, made: list[Case]
) -> None:
    """A swapped question is no sentence of the library any more, and has no answer."""
    swapped = [case for case in made if case.unanswerable]
    assert len(swapped) == 6
    texts = [" ".join(a.text.split()) for a in library.catalogue.articles()]
    for case in swapped:
        assert (case.kind, case.answers, case.evidence_ids) == ("unanswerable_on_topic", (), ())
        shown = case.question.removeprefix(FILL).strip("“”")
        parts = [part.strip(" .") for part in shown.split(GAP) if len(part.strip(" .")) > 3]
        assert not any(all(part in text for part in parts) for text in texts)


def test_the_same_seed_makes_the_same_questions(library: Library, made: list[Case]) -> None:
    """Another seed asks something else."""
    assert list(make_questions(library, number=30, seed=1)) == made
    assert list(make_questions(library, number=30, seed=2)) != made


def test_made_questions_are_a_question_set(made: list[Case], tmp_path: Path) -> None:
    """Written as lines they are read back whole."""
    path = tmp_path / "made.jsonl"
    path.write_text("\n".join(json.dumps(case_to_dict(case)) for case in made), encoding="utf-8")
    assert read_questions(path).cases == tuple(made)


def test_too_few_articles_and_a_number_that_is_none(tmp_path: Path) -> None:
    """What cannot be made is said; nothing is made of nothing."""
    empty = Library(tmp_path / "empty", embedder=WordEmbedding())
    notices: list[str] = []
    assert list(make_questions(empty, number=5, on_notice=notices.append)) == []
    assert notices == ["Only 0 of 5 questions could be made from these articles."]
    with pytest.raises(ValueError, match="at least 1"):
        list(make_questions(empty, number=0))
    empty.close()


# -- rules ----------------------------------------------------------------------------------


def _drafts(text: str) -> list[tuple[str, str, str]]:
    return [(d.kind, d.question, d.answers[0]) for d in drafts(Article(text=text))]


@pytest.mark.parametrize(
    ("text", "draft"),
    [
        ("Foreign Minister Ana Velt opened the talks in Hallan on Monday, her office said.",
         ("who", "Who opened the talks in Hallan on Monday?", "Ana Velt")),
        ("HALLAN — At least 17 people were hurt in a fire at the Corran Hotel on Friday night.",
         ("how_many", "How many people were hurt in a fire at the Corran Hotel on Friday night?",
          "17")),
        ("A statue of the poet Mirela Stanch was stolen from a park in Kestrin on Sept. 4.",
         ("when", f"{FILL}“A statue of the poet Mirela Stanch was stolen from a park in Kestrin "
          "on ____.”", "Sept. 4")),
        ("The bridge over the Orvane was opened to traffic in 1994, and painted later.",
         ("when", "When was the bridge over the Orvane opened to traffic?", "1994")),
        ("Fifty asylum seekers from Ostrany arrived in Port Hallan Friday on board a bus.",
         ("where", f"{FILL}“Fifty asylum seekers from Ostrany arrived in ____ Friday on board a "
          "bus.”", "Port Hallan")),
        ("The council of Kestrin spent $4.2 million on a library that nobody had asked for.",
         ("how_many", f"{FILL}“The council of Kestrin spent ____ on a library that nobody had "
          "asked for.”", "$4.2 million")),
    ],
)  # fmt: skip
def test_what_a_sentence_is_asked(text: str, draft: tuple[str, str, str]) -> None:
    """Simple sentences become questions, the others get a gap."""
    assert draft in _drafts(text)


@pytest.mark.parametrize(
    "text",
    [
        "He opened the talks in Hallan on Monday and left for Kestrin in the evening.",
        "“We opened the talks in Hallan on Monday,” said Ana Velt before she left.",
        "Ana Velt, the foreign minister of Velmarre and a member of its parliament.",
        "Sign up for the newsletter of the Hallan Post and get 12 stories every Monday.",
        "Did the talks that Ana Velt opened in Hallan on Monday lead to anything?",
        "Ana Osk/Hallan Post Images Ana Velt opens the talks in Hallan on Monday.",
        "Those talks in Hallan were opened by Ana Velt on Monday in an old hotel.",
        "Talks opened Monday.",
    ],
)
def test_sentences_that_do_not_stand_alone_are_left(text: str) -> None:
    """Pronouns, quotations, fragments, captions and notes are not asked about."""
    assert standalone_sentence(text) is None
    assert _drafts(text) == []


def test_a_gap_takes_no_label_for_a_quantity() -> None:
    """Numbers that name something, ages and ordinals are not asked for."""
    text = (
        "Boris Grole, a 34-year-old baker, won Game 6 of the 23rd Hallan Chess Open in Kestrin, "
        "ahead of Flight 911 and its 40 fans."
    )
    assert {d.answers[0] for d in drafts(Article(text=text)) if d.kind == "how_many"} <= {"40"}


def test_last_names_are_enough() -> None:
    """A person's answer is accepted with the last name alone, a spelled number as digits."""
    text = "President Ana Velt told the parliament in Hallan that nine ships had been sold."
    found = {d.kind: d.answers for d in drafts(Article(text=text))}
    assert found["who"] == ("Ana Velt", "Velt")
    assert found["how_many"] == ("nine", "9")


# -- with a model ---------------------------------------------------------------------------

PASSAGE = "The ferry Corran Star sank off Sallowford on Tuesday. Nine people were missing."


def test_a_models_question_is_checked() -> None:
    """The answer must stand in the passage, and not in the question."""
    good = parse_model_question(
        "Question: Which ferry sank off Sallowford?\nAnswer: corran star.", PASSAGE
    )
    assert good == Draft(
        "which", "Which ferry sank off Sallowford?", ("Corran Star",), PASSAGE, 0.0
    )


@pytest.mark.parametrize(
    "written",
    [
        "",
        "Which ferry sank?",
        "Question: Which ferry sank off Sallowford?\nAnswer: the Merry Anchor",
        "Question: Which ferry sank off Sallowford?\nAnswer: ",
        "Question: Where did the Corran Star sink?\nAnswer: Corran Star",
        "Question: What does the passage say sank?\nAnswer: Corran Star",
        "Question: Name the ferry that sank.\nAnswer: Corran Star",
        "Question: Which ferry sank off Sallowford?\nAnswer: Corran St",
    ],
)
def test_a_models_bad_question_is_dropped(written: str) -> None:
    """Invented answers, given-away answers, talk about the text, half words."""
    assert parse_model_question(written, PASSAGE) is None


def _with_model(library: Library, reply: str, mode: str | int = "ok") -> tuple[list[Case], str]:
    """The cases made with a server that always replies so, and the notices."""
    notices: list[str] = []
    with openai_server(reply, mode) as server:
        llm = open_model(
            Settings(openai_base_url=server.url, openai_api_key=SecretStr("k"), model="fake-1.5b")
        )
        cases = list(make_questions(library, number=5, llm=llm, on_notice=notices.append))
    assert "<report>" in json.dumps(server.requests[0])
    return cases, " ".join(notices)


def test_a_model_writes_the_questions(tmp_path: Path) -> None:
    """What passes the check is a case of its article; the rest is made by rules, with a notice."""
    library = Library(tmp_path / "library", embedder=WordEmbedding())
    text = f"{PASSAGE} Prime Minister Ana Velt told the parliament that 12 ships were unsafe."
    ingest([{"title": "Ferry sinks", "text": text, "date": "2026-09-02"}], library)
    reply = "Question: Which ferry sank off Sallowford?\nAnswer: Corran Star"
    cases, notice = _with_model(library, reply)
    (article,) = library.catalogue.articles()
    assert cases[0].question == "Which ferry sank off Sallowford?"
    assert (cases[0].answers, cases[0].kind) == (("Corran Star",), "which")
    assert (cases[0].evidence_ids, cases[0].asked_at) == ((article.id,), date(2026, 9, 2))
    assert "made 1 usable questions of 4" in notice
    library.close()


@pytest.mark.parametrize("mode", [500, "cut", "ok"])
def test_a_model_that_fails_leaves_gaps_to_fill(library: Library, mode: str | int) -> None:
    """A refusing, breaking or babbling model costs nothing but a notice."""
    cases, notice = _with_model(library, "I would rather not.", mode)
    assert len(cases) == 5
    assert "gaps to fill" in notice
