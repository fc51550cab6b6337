"""Which quotes stand behind a sentence, and what a quote brings along to be understood."""

from __future__ import annotations

from datetime import date

import pytest

from ingest.records import Article, Passage
from qa.answers.citations import align_claim
from qa.answers.quoting import needs_antecedent, with_antecedent, with_antecedents
from qa.reading.evidence import Evidence
from qa.retrieval.ranking import Hit


def told(*sentences: str, day: int = 12, name: str = "a") -> list[Evidence]:
    """The sentences of an article as evidence."""
    text = " ".join(sentences)
    article = Article(
        id=name, title="Report", text=text, publisher="Post", published_at=date(2022, 7, day)
    )
    passage = Passage(f"{name}:0", name, 1, 0, 0, len(text), text)
    starts = [text.index(sentence) for sentence in sentences]
    return [
        Evidence(Hit(passage, article, 1.0), start, start + len(sentence), sentence)
        for start, sentence in zip(starts, sentences, strict=True)
    ]


def test_a_quote_is_not_cited_for_the_day_of_its_article() -> None:
    """What stands behind a sentence tells some of it in its own words: here neither article does
    for the day, so the sentence is not supported by the two together."""
    sentence = "Dozens of people were unaccounted for on Thursday after floods in Virginia."
    flood = told(
        "Officials in Virginia say dozens of people are unaccounted for after floods.",
        day=13,
    )
    other = told("Zero people are unaccounted for, officials said.", day=14, name="b")
    chosen, verdict = align_claim(sentence, [*other, *flood])
    assert chosen == flood
    assert any("Thursday" in reason for reason in verdict.reasons)


def test_two_quotes_that_each_tell_a_part_are_both_cited() -> None:
    """A sentence of two facts needs both."""
    both = told(
        "Auston Matthews scored 60 goals this season.", "Matthews won the Hart Trophy on Tuesday."
    )
    chosen, verdict = align_claim(
        "Auston Matthews, who scored 60 goals, won the Hart Trophy.", both
    )
    assert chosen == both
    assert verdict.supported


def test_what_is_said_in_a_few_words_needs_one_quote() -> None:
    """It is not put together from two quotes that each tell something else."""
    both = told(
        "Carter was guided by a strong compass, President Joe Biden said.",
        "He served under Bill Clinton from 1993 to 1996.",
    )
    chosen, verdict = align_claim("He served under President Joe Biden.", both)
    assert len(chosen) == 1
    assert not verdict.supported or verdict.score < 0.58  # then a model must say yes


@pytest.mark.parametrize(
    ("text", "so"),
    [
        ("He added that the talks went on.", True),
        ("Tuesday night, he picked up his first trophy.", True),
        ("In 2019 she won it again.", True),
        ("When the deal was signed, they left.", True),
        ("After Matthews scored, he said nothing.", False),
        ("The president said he would sign.", False),
        ("A man said that he was hurt.", False),
    ],
)
def test_sentences_that_lean_on_the_one_before(text: str, so: bool) -> None:
    """A pronoun that nothing before it in the sentence explains."""
    assert needs_antecedent(text) is so


def test_evidence_is_shown_with_what_it_leans_on() -> None:
    """Once: a sentence that is shown anyway is not brought along a second time."""
    first, second = told("Auston Matthews had waited for years.", "On Tuesday, he won the trophy.")
    assert with_antecedent(second).text == f"{first.text} {second.text}"
    assert with_antecedents([second]) == [with_antecedent(second)]
    assert with_antecedents([second, first]) == [second, first]
