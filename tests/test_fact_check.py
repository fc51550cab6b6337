"""Fact-checking a draft against the library: verdicts, proof, limits, and the command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ingest.pipeline import ingest
from ingest.storage.library import Library
from qa import Assistant, Settings
from qa.errors import BadDraft
from qa.fact_check import MAX_DRAFT_SENTENCES, CheckedSentence, DraftCheck, read_draft
from qa.interfaces.cli.main import app
from qa.language.sentence_tokens import parse_sentence
from qa.support.differences import find_differences
from tests.fakes_ingest import WordEmbedding

DRAFT = """The passenger ferry Corran Star sank in heavy seas off Sallowford.
Nine people died when the Corran Star sank. It is good news for nobody. Is that all?

The Bank of Velmarre raised its key interest rate by a quarter of a percentage point.
Northmole agreed to buy Hallan Stevedoring for 3.8 billion crowns.
The mayor of Lisbon resigned in disgrace.
"""
SANK = (
    "SALLOWFORD — Nine people were missing and three were confirmed dead early Wednesday after "
    "the passenger ferry Corran Star sank in heavy seas about four miles off Sallowford, the "
    "coast guard said."
)


@pytest.fixture(scope="module")
def checked(sample_assistant: Assistant) -> DraftCheck:
    """The draft, checked once."""
    return sample_assistant.check(DRAFT, asked_at="2026-11-01")


def sentence(checked: DraftCheck, opening: str) -> CheckedSentence:
    return next(s for s in checked.sentences if s.text.startswith(opening))


def quotes_of(checked: DraftCheck, one: CheckedSentence) -> list[str]:
    return [checked.citations[number - 1].quote for number in one.citations]


def test_a_true_sentence_is_supported_by_the_words_of_an_article(checked: DraftCheck) -> None:
    """What an article says is supported, with its exact words and where they stand."""
    one = sentence(checked, "The passenger ferry")
    assert one.verdict == "supported"
    assert any("sank in heavy seas" in quote for quote in quotes_of(checked, one))


@pytest.mark.parametrize(
    ("opening", "claimed", "given"),
    [
        ("Nine people died", "Nine people", "three"),
        ("Northmole agreed", "3.8 billion crowns", "2.8 billion crown"),
    ],
)
def test_a_wrong_figure_is_contradicted(
    checked: DraftCheck, opening: str, claimed: str, given: str
) -> None:
    """Another figure for what is counted is a contradiction, which names both figures."""
    one = sentence(checked, opening)
    assert one.verdict == "contradicted"
    assert (one.differences[0].claimed, one.differences[0].given[: len(given)]) == (claimed, given)
    assert len(one.citations) == 1


def test_an_opposite_is_contradicted(checked: DraftCheck) -> None:
    """Raised, where the article says cut."""
    one = sentence(checked, "The Bank")
    assert one.verdict == "contradicted"
    assert "cut, not raised" in str(one.differences[0])
    assert "cut its key interest rate" in quotes_of(checked, one)[0]


@pytest.mark.parametrize(
    "claim",
    [
        "The Sallow Harbor museum is closed until 5 May.",
        "The Sallow Harbor festival runs from 3 June.",
        "The steelmaker Nordal employs 400 people in Norway.",
        "The Bank of Quorl cut its key interest rate to 3 percent from 4 percent.",
    ],
)
def test_what_the_next_sentence_says_is_not_contradicted(nearby: Assistant, claim: str) -> None:
    """A day or figure that the passage gives beside another one is no contradiction."""
    (one,) = nearby.check(claim, asked_at="2026-06-01").sentences
    assert one.verdict in ("supported", "not_found")


@pytest.fixture(scope="module")
def nearby(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """Articles that give two days or two figures of one thing in two sentences."""
    texts = (
        "The Sallow Harbor museum has been closed since 3 April. It is to open its doors again on "
        "5 May, the town said.",
        "The Sallow Harbor festival runs until 9 June. It begins on 3 June with a parade of boats.",
        "The steelmaker Nordal employs 9,000 people worldwide. Of these, 400 work in Norway.",
        "The Bank of Quorl cut its key interest rate from 4 percent. The rate now stands at 3 "
        "percent, the bank said.",
    )
    library = Library(tmp_path_factory.mktemp("nearby"), embedder=WordEmbedding())
    ingest(
        [{"title": text[:30], "text": text, "publisher": "Post", "date": "2026-04-20"}
         for text in texts],
        library,
    )  # fmt: skip
    return Assistant(Settings(model="none"), library=library)


def test_what_no_article_tells_is_not_found(checked: DraftCheck) -> None:
    """A sentence about something else is neither supported nor contradicted."""
    assert sentence(checked, "The mayor of Lisbon").verdict == "not_found"


def test_a_question_claims_nothing(checked: DraftCheck) -> None:
    """There is nothing to check in a question."""
    one = sentence(checked, "Is that all?")
    assert (one.verdict, one.citations) == ("not_checkable", ())


def test_an_exclamation_claims_nothing(nearby: Assistant) -> None:
    """One word that any article may have is no claim, and is called neither true nor false."""
    exclaimed, told = nearby.check("What a day! It rained.").sentences
    assert exclaimed.verdict == "not_checkable"
    assert told.verdict != "supported"


@pytest.mark.parametrize("claim", ["There were no deaths.", "The strike is over."])
def test_a_claim_of_one_word_is_not_passed_over(nearby: Assistant, claim: str) -> None:
    """It says something, which one word in an article cannot support."""
    (told,) = nearby.check(claim).sentences
    assert told.verdict == "not_found"


def test_every_place_and_quote_is_exact(checked: DraftCheck, samples: Library) -> None:
    """Sentences are spans of the draft, quotes are spans of stored articles, numbers are theirs."""
    for one in checked.sentences:
        assert DRAFT[one.start : one.end] == one.text
    for place, citation in enumerate(checked.citations, 1):
        article = samples.catalogue.article(citation.article_id, citation.version)
        assert article is not None
        assert article.text[citation.start : citation.end] == citation.quote
        assert citation.number == place


def test_the_check_is_plain_json(checked: DraftCheck) -> None:
    """``to_dict`` has the counts, and every sentence with its verdict and differences."""
    values = json.loads(json.dumps(checked.to_dict()))
    assert sum(values["counts"].values()) == len(values["sentences"]) == 7
    assert values["asked_at"] == "2026-11-01"
    assert values["sentences"][1]["differences"][0]["kind"] == "figure"


def test_progress_is_told_after_each_sentence(sample_assistant: Assistant) -> None:
    """Whoever waits for a long draft hears of every sentence."""
    told: list[int] = []
    sample_assistant.check("One ferry sank. Is that so?",
                           on_progress=lambda c: told.append(len(c.sentences)))  # fmt: skip
    assert told == [1, 2]


def test_a_pronoun_is_read_with_the_sentence_before() -> None:
    """ "He" stands for somebody of the sentences before; a sentence with a name stands alone."""
    first, second, third = read_draft("Ilse Marn spoke. He denied it. He left.\n")
    assert (first.antecedent, second.antecedent) == ("", "Ilse Marn spoke.")
    assert third.antecedent == "Ilse Marn spoke. He denied it."


def test_a_pronoun_means_nobody_else(sample_assistant: Assistant) -> None:
    """What an article says of one person does not support it of another one."""
    text = "{} spoke to reporters at the harbor. She said that 142 people had been pulled from it."
    right, wrong = (
        sample_assistant.check(text.format(name)).sentences[1]
        for name in ("Cmdr. Greta Halvane of the coast guard", "Ursula Brandt of the zoo")
    )
    assert right.verdict == "supported"
    assert wrong.verdict == "not_found"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("  \n ", "nothing to check"), ("?! ...", "nothing to check"),
        ("It rained. " * (MAX_DRAFT_SENTENCES + 1), "sentences; this one has 401"),
        ("x" * 200_001, "200,000 characters"),
    ],
)  # fmt: skip
def test_an_impossible_draft_is_refused(text: str, message: str) -> None:
    """An empty draft and one beyond the limits get an error that says so."""
    with pytest.raises(BadDraft, match=message):
        read_draft(text)


# -- what differs -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "article", "kind", "claimed", "given"),
    [
        ("Nine people died when the Corran Star sank.", SANK, "figure", "Nine people", "three"),
        ("They met in Berlin on Monday.", "They met in Berlin on Friday.", "day", "Monday",
         "Friday"),
        ("It opened on March 3 in Elm.", "It opened on March 5 in Elm.", "day", "March 3",
         "March 5"),
        ("The talks opened in Vienna on Friday.", "The talks opened in Geneva on Friday.", "name",
         "Vienna", "Geneva"),
        ("The ship carried 90 cars.", "The ship carried 45 cars.", "figure", "90 cars", "45 cars"),
    ],
)  # fmt: skip
def test_what_differs_is_named(
    claim: str, article: str, kind: str, claimed: str, given: str
) -> None:
    """A figure, a day or a name, with what the article says in its place."""
    (found,) = find_differences(parse_sentence(claim), parse_sentence(article))
    assert (found.kind, found.claimed, found.given) == (kind, claimed, given)


@pytest.mark.parametrize(
    ("claim", "article"),
    [
        ("Three people died when the Corran Star sank.", SANK),
        ("The ship carried 90 cars.", "The ship carried 90 cars and 12 crew members."),
        ("They met on Monday.", "They met in Berlin on 2 June."),
        ("Mr. Smith opened the talks.", "John Smith opened the talks in Geneva."),
        ("About 300 people marched.", "Some 310 people marched."),
    ],
)
def test_what_is_told_otherwise_does_not_differ(claim: str, article: str) -> None:
    """Less detail, another form, or a rounded figure contradicts nothing."""
    assert find_differences(parse_sentence(claim), parse_sentence(article)) == []


# -- the command ------------------------------------------------------------------------------

runner = CliRunner()


def test_the_command_tells_by_its_exit_code(samples: Library, tmp_path: Path) -> None:
    """3 when a sentence is contradicted, 0 when none is; JSON alone on standard output."""
    draft = tmp_path / "draft.txt"
    draft.write_text("Nine people died when the Corran Star sank.", encoding="utf-8")
    home = ["--home", str(samples.home)]
    found = runner.invoke(app, ["check", str(draft), "--json", *home])
    assert (found.exit_code, json.loads(found.stdout)["counts"]["contradicted"]) == (3, 1)
    text = "The passenger ferry Corran Star sank in heavy seas."
    found = runner.invoke(app, ["check", "-", "--asked-at", "2026-11-01", *home], input=text)
    assert found.exit_code == 0, found.output
    assert "✓ supported  The passenger ferry" in found.stdout
    assert "1 sentence: 1 supported" in found.stdout


def test_a_draft_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    """A missing file, another kind of file and an empty one end with exit code 1 and a reason."""
    (tmp_path / "binary.docx").write_bytes(b"PK\xff\xfe")
    (tmp_path / "empty.txt").write_text("", encoding="utf-8")
    for name, reason in (("no.txt", "cannot be read"), ("binary.docx", "no text in UTF-8"),
                         ("empty.txt", "nothing to check")):  # fmt: skip
        found = runner.invoke(app, ["check", str(tmp_path / name)])
        assert (found.exit_code, found.stdout) == (1, "")
        assert reason in found.stderr
