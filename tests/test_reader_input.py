"""The reader's token sequences, and the labels that it is trained on."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest

from qa.reading.reader_input import (
    MAX_CONTEXT_TOKENS,
    MAX_QUESTION_TOKENS,
    MAX_SENTENCE_TOKENS,
    SEP,
    Candidate,
    age_of,
    encode,
    folded,
    pad,
)
from qa.reading.training.labels import Labelled, LabelledQuestion, read_labels
from qa.reading.training.variants import as_follow_up, joined, varied
from tests.fakes_reading import FERRY, OTHERS

LABELS = Path(__file__).parent / "labels" / "reading"


def test_the_sentence_alone_has_type_1() -> None:
    """Question, sentence, headline and words before stand in this order; the offsets lead back from
    each token of the sentence to its characters."""
    found = encode("Who was arrested?", FERRY, date(2026, 3, 4))
    marked = [i for i, kind in enumerate(found.types) if kind]
    assert marked == list(range(found.first, found.first + len(found.offsets) + 1))
    assert found.ids[marked[-1]] == SEP
    assert found.ids.count(SEP) == 4
    first, last = found.offsets[0], found.offsets[-1]
    assert FERRY.sentence[first[0] : first[1]] == "The"
    assert FERRY.sentence[last[0] : last[1]] == "."


def test_long_texts_are_cut() -> None:
    """Every part has its most; of a long question both ends are kept."""
    long = Candidate("word " * 500, "before " * 500, "headline " * 50, date(2026, 1, 1))
    found = encode(f"who {'very ' * 100} last", long, date(2026, 1, 2))
    most = MAX_QUESTION_TOKENS + MAX_SENTENCE_TOKENS + MAX_CONTEXT_TOKENS + 5
    assert len(found.ids) <= most
    asked = found.ids[1 : found.first - 1]
    assert len(asked) == MAX_QUESTION_TOKENS
    ends = encode("who last", long, None).ids
    assert (asked[0], asked[-1]) == (ends[1], ends[2])


def test_the_age_is_told_in_words() -> None:
    """Unknown days tell nothing; a day's difference either way is the same day."""
    day = date(2026, 3, 3)
    assert age_of(None, day) == age_of(day, None) == ""
    assert age_of(day, day) == age_of(date(2026, 3, 4), day) == "published this day"
    assert age_of(day, date(2026, 3, 9)) == "published this week"
    assert age_of(date(2020, 1, 1), day) == "published years ago"
    assert age_of(date(2026, 6, 1), day) == "published later"


def test_padding_changes_no_token() -> None:
    """A batch holds each sequence, then zeros that the mask leaves out."""
    sequences = [encode("Who?", one, None) for one in (FERRY, *OTHERS)]
    batch = pad(sequences)
    assert batch["input_ids"].shape[1] % 8 == 0
    for row, one in enumerate(sequences):
        assert tuple(batch["input_ids"][row][batch["attention_mask"][row] == 1]) == one.ids


def rows(name: str) -> list[dict[str, Any]]:
    with gzip.open(LABELS / name, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_labels_are_whole() -> None:
    """As many lists, questions and sentences as the documents say, each list once, verdicts that
    follow from the labels, and no article's text."""
    judged = rows("judged.jsonl.gz")
    assert len({(row["question"], row["list"]) for row in judged}) == len(judged) == 3_579
    assert len({row["question"] for row in judged}) == 2_243
    assert sum(len(row["sentences"]) for row in judged) == 27_256
    for row in judged:
        labels = [label for _, _, _, label, _ in row["sentences"]]
        assert row["verdict"] == ("Y" if "F" in labels else "M" if "P" in labels else "N")
        assert set(labels) | set(row.get("second", ())) <= {"F", "P", ""}
        assert len(row.get("second", labels)) == len(labels)
        assert all(len(words) < 200 for *_, words in row["sentences"])


def test_written_questions_are_of_seven_kinds() -> None:
    """Answered by their article, in other words, with yes or no, in a few plain words, about a
    detail it lacks, or with one thing changed; another annotator read all but the first."""
    written = rows("written.jsonl.gz")
    assert len({row["id"] for row in written}) == len(written)
    kinds = Counter(row["kind"] for row in written)
    assert kinds == {
        "answered": 1_138, "far": 590, "yesno": 297, "short": 782,
        "detail": 864, "changed": 864, "short_detail": 384,
    }  # fmt: skip
    assert all(row["second"] for row in written if row["kind"] != "answered")
    assert all(
        row["second"] == "yes" for row in written if row["kind"] in ("far", "yesno", "short")
    )
    assert all(len(row["question"]) < 300 for row in written)


def written(text: str, answering: int) -> LabelledQuestion:
    """A question about the ferry that the sentence at this place answers."""
    sentences = tuple(
        Labelled(one, float(place == answering)) for place, one in enumerate((FERRY, *OTHERS))
    )
    return LabelledQuestion("ferry", "short", text, date(2026, 3, 4), sentences)


def test_a_question_is_varied_but_not_its_answer() -> None:
    """Over many draws the age, the headlines and the wording go, each seldom; targets and sentences
    stay."""
    question = written("Who was arrested on the ferry?", 0)
    draws = [varied(question, Random(seed)) for seed in range(400)]
    assert 0.55 < sum(one == question for one in draws) / 400 < 0.85
    assert {one.asked_at for one in draws} == {None, question.asked_at}
    assert {one.text for one in draws} == {question.text, "Who? (arrested ferry)"}
    assert {one.sentences[0].candidate.headline for one in draws} == {"", FERRY.headline}
    kept = [(one.target, one.candidate.sentence) for one in question.sentences]
    for one in draws:
        assert [(each.target, each.candidate.sentence) for each in one.sentences] == kept


def test_a_follow_up_names_what_an_earlier_turn_said() -> None:
    """The question word stays, the other words stand in brackets; a question that opens with
    another word stays as it is."""
    assert as_follow_up("When did the harbor bridge open?") == "When? (harbor bridge open)"
    assert as_follow_up("How many people died there?") == "How many? (people died)"
    assert as_follow_up("In which town was it?") == "In which town was it?"


def test_two_questions_about_an_article_become_one() -> None:
    """What answers either of them answers both joined; each sentence stands there once."""
    one, other = written("Who was arrested?", 0), written("Where did the ferry run aground?", 1)
    (both,) = joined([one, other])
    assert both.text == "Who was arrested and where did the ferry run aground?"
    assert {each.candidate.sentence: each.target for each in both.sentences} == {
        candidate.sentence: float(place < 2) for place, candidate in enumerate((FERRY, *OTHERS))
    }
    assert not list(joined([one]))


@pytest.mark.data
def test_labels_fit_their_articles(data: Path) -> None:
    """Every sentence stands in its article, and holds the words that are its answer; what is tested
    shares no question and no article's questions with what is trained on."""
    questions = read_labels(LABELS, data / "reading_train")
    assert len(questions) > 5_000
    for question in questions:
        for one in question.sentences:
            assert one.candidate.sentence.strip()
            assert folded(one.answer).lower() in folded(one.candidate.sentence).lower()
    tested = {question.group for question in questions if question.is_test}
    assert 0.1 < len(tested) / len({question.group for question in questions}) < 0.2
    assert not tested & {question.group for question in questions if not question.is_test}
