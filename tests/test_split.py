"""Sentences and passages: where news copy is cut, and what holds for any text."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.records import Article
from ingest.segmentation import (
    MAX_SENTENCE_CHARS,
    PASSAGE_CHARS,
    passage_spans,
    sentence_spans,
    split_into_passages,
)


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


NEWS = {
    "titles before names": [
        "Sen. Lindsey Graham met Gov. Ann Lee and Lt. Col. J. T. Moss.",
        "Reps. Bo Hu and Mr. Dale left with Dr. Abarra.",
    ],
    "a party and a state": [
        "Sen. Lindsey Graham (R-S.C.) said he would vote.",
        "Sen. Ed Markey (D-Mass.) Tuesday said he would not.",
    ],
    "a country's letters inside a sentence": [
        "The U.S. Supreme Court and the U.N. Security Council met.",
        "Nothing came of it.",
    ],
    "a country's letters at the end": ["She moved to the U.S. in May.", "He left the U.K."],
    "a sentence after a country's letters": ["He moved to the U.S.", "The move took years."],
    "an hour and its zone": ["It starts at 7 p.m. Eastern on Monday.", "Doors open at 6 p.m."],
    "an hour and its day": ["They meet again at 9 a.m. Tuesday.", "No agenda was given."],
    "an hour at the end": ["The bridge closed at 5 p.m.", "Rescue teams came at dawn."],
    "initials": ["George W. Bush met J. K. Rowling.", "They spoke for an hour."],
    "a letter at the end": ["The study tested vitamin C.", "It found no effect."],
    "a war's number at the end": ["He fought in World War I.", "The war ended in 1918."],
    "attribution after a quotation": [
        "“We must go,” he said.",
        "“Where to?” she asked.",
        "“Home!” shouted Mr. Bell.",
    ],
    "a name after a quoted question": ["“Why now?” Ann Smith asked.", "“Why not?”"],
    "a quotation that ends its sentence": ["She said, “It is over.”", "Police then left."],
    "quotations after each other": ["“They had two bags each.”", "“A line gives no roof.”"],
    "ellipsis inside": ["“I was … tired,” he said.", "“And then... nothing.”"],
    "ellipsis at the end": ["He said he was…", "Then he left."],
    "spaced ellipsis": ["“We were . . . surprised,” she said.", "He waited . . .", "Then he left."],
    "decimals": ["It rose 2.5 percent to 23.4.", "Analysts said so.", "Version 3.0.1 failed."],
    "a magnitude at the end": ["The quake had a magnitude of 4.5.", "Tremors were felt."],
    "a score at the end": ["They won 3-2.", "England lost again."],
    "money": ["The deal cost $3.5 million.", "$2 was paid.", "Shares fell to £4.10."],
    "about so much money": ["The house, approx. $5 million, was sold.", "No one moved in."],
    "months": ["On Jan. 6 and Sept. 14 it rained.", "It rained in Dec.", "The river rose."],
    "numbered things": ["He lives at No. 10 Downing Street.", "Nos. 3 and 4 are empty."],
    "the word no": ["Asked whether he would resign, he said no.", "Then he left."],
    "companies": ["Apple Inc. Chief Executive Tim Cook spoke for Smith & Co. in May.", "He left."],
    "a company at the end": ["He works for Apple Inc.", "He likes it."],
    "streets and saints": ["He left St. Petersburg for Main St.", "The police knew."],
    "a ground for legal quarrels": ["Roe v. Wade fell.", "Italy vs. Spain did not."],
    "a word that is also a title": ["She asked the union rep.", "The rep agreed."],
    "a dateline": ["PITTSBURGH, Pa. (AP) — Officials said so on Monday.", "None were hurt."],
    "a dateline with a date": ["PORT HALLAN, Sept. 14 (Wire) — Talks began.", "They failed."],
    "a sentence in brackets": ["He left. ", "(He declined to comment.)", "The mayor stayed."],
    "product names": ["Apple gained.", "iPhone sales fell.", "eBay did not."],
    "juniors": ["Robert F. Kennedy Jr. and Sammy Davis Jr. met.", "They agreed."],
    "degrees": ["Ann Lee, Ph.D., and Bo Hu, M.D., wrote it.", "They teach."],
    "several marks": ["Really?!", "Yes!!", "No..."],
}


@pytest.mark.parametrize("kind", NEWS)
def test_news_copy_is_cut_at_its_sentences(kind: str) -> None:
    """Abbreviations, quotations and numbers of news copy do not break or join sentences."""
    expected = [sentence.strip() for sentence in NEWS[kind]]
    assert sentences(" ".join(expected)) == expected


def test_a_line_break_always_ends_a_sentence() -> None:
    """A headline or list item without a full stop is a sentence of its own."""
    assert sentences("Bridge closed\nThe mayor spoke\n\nto Sen.\nLee") == [
        "Bridge closed",
        "The mayor spoke",
        "to Sen.",
        "Lee",
    ]


def test_a_list_without_stops_is_cut_at_white_space() -> None:
    """A 'sentence' beyond the longest allowed is cut, between words where there are any."""
    text = "word " * 1000
    spans = sentence_spans(text)
    assert len(spans) > 1
    assert all(end - start <= MAX_SENTENCE_CHARS for start, end in spans)
    assert {text[start:end].strip("word ") for start, end in spans} == {""}
    assert all(text[start:end].startswith("word") for start, end in spans)


def test_a_run_without_spaces_is_cut_too() -> None:
    """Not even text without any white space yields an endless span."""
    spans = sentence_spans("x" * 5000)
    assert all(end - start <= MAX_SENTENCE_CHARS for start, end in spans)
    assert sum(end - start for start, end in spans) == 5000


def test_splitting_a_hostile_line_takes_linear_time() -> None:
    """A line of 300,000 characters that never ends a sentence is split in a moment."""
    started = time.perf_counter()
    sentence_spans("a. " * 100_000)
    assert time.perf_counter() - started < 5


def test_part_of_a_text_is_split_within_its_bounds() -> None:
    """Offsets count from the beginning of the whole text, also for a part of it."""
    text = "One went. Two came. Three stayed."
    assert [text[a:b] for a, b in sentence_spans(text, 10, 19)] == ["Two came."]


_PIECES = st.sampled_from(
    ["Mr.", "U.S.", "said", "The", "5", "p.m.", "No.", "10", "“Go!”", "he", ".", "?", "…", "\n",
     "\n\n", " ", "\t", "\u00a0", "(R-S.C.)", "É", "x" * 900, "word " * 300, "3.5",
     ". . .", "👍🏽", "iPhone"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=300), st.lists(_PIECES, max_size=60).map(" ".join))


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_sentences_cover_everything_once(text: str) -> None:
    """Sentences come in order, do not overlap, and hold every character that is not space."""
    spans = sentence_spans(text)
    assert all(start < end for start, end in spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    covered = [place for start, end in spans for place in range(start, end)]
    visible = {place for place, letter in enumerate(text) if not letter.isspace()}
    assert visible <= set(covered)
    assert all(end - start <= MAX_SENTENCE_CHARS for start, end in spans)
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)


@given(TEXTS, st.sampled_from([80, 200, PASSAGE_CHARS]))
@settings(max_examples=150, deadline=None)
def test_passages_are_whole_sentences(text: str, target: int) -> None:
    """A passage begins and ends with a sentence, and exceeds the target only with a single one."""
    sentence_list = sentence_spans(text)
    spans = passage_spans(text, target)
    starts = {start for start, _ in sentence_list}
    ends = {end for _, end in sentence_list}
    assert all(start in starts and end in ends for start, end in spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    for start, end in spans:
        held = [s for s in sentence_list if start <= s[0] and s[1] <= end]
        assert end - start <= target or len(held) == 1
    assert sum(end - start for start, end in sentence_list) <= sum(e - s for s, e in spans)


@given(TEXTS)
@settings(max_examples=75, deadline=None)
def test_passages_round_trip_and_keep_their_ids(text: str) -> None:
    """A passage is exactly its slice of the article, and the same content has the same id."""
    article = Article(text=text, id="a1", version=3)
    passages = split_into_passages(article)
    assert all(p.text == text[p.start : p.end] for p in passages)
    assert [p.ordinal for p in passages] == list(range(len(passages)))
    assert passages == split_into_passages(Article(text=text, id="a1", version=3, title="other"))
    assert len({p.id for p in passages}) == len(passages)


def test_ids_tell_versions_and_articles_apart() -> None:
    """Equal words in another version or another article are another passage."""
    text = "The bridge was closed on Monday."
    ids = {
        split_into_passages(Article(text=text, id=name, version=version))[0].id
        for name in ("a", "b")
        for version in (1, 2)
    }
    assert len(ids) == 4


def test_passages_are_filled_up_to_the_target() -> None:
    """Short paragraphs share a passage instead of making one vector each."""
    text = "\n\n".join(f"Paragraph {number} says very little." for number in range(100))
    spans = passage_spans(text)
    assert len(spans) <= 2 * len(text) / PASSAGE_CHARS
