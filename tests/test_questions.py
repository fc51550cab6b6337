"""Question sets: formats in, cases out, and what is said when a file is not one."""

from __future__ import annotations

import gzip
import json
import tempfile
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.pipeline import ingest
from ingest.storage.library import Library
from qa.errors import BadQuestions
from qa.evaluate.question_sets.formats import KINDS
from qa.evaluate.question_sets.question_set import QuestionSet, case_to_dict, read_questions, sample
from qa.evaluate.records import Case
from tests.fakes_ingest import WordEmbedding

SAMPLES = Path(__file__).parent / "data" / "sample_questions.jsonl"


def _read(content: str | bytes | list[Any] | dict[str, Any], **how: Any) -> QuestionSet:
    """The question set of a file with this content."""
    if isinstance(content, list | dict):
        content = json.dumps(content)
    raw = content if isinstance(content, bytes) else content.encode()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "set.txt"
        path.write_bytes(raw)
        return read_questions(path, **how)


def _refusal(content: str | bytes | list[Any] | dict[str, Any], **how: Any) -> str:
    """What is said, without the file's name, which must stand in front."""
    with pytest.raises(BadQuestions) as caught:
        _read(content, **how)
    assert "set.txt" in str(caught.value)
    return str(caught.value).partition("set.txt")[2].lstrip(",: ")


# -- our own schema -------------------------------------------------------------------------

FULL = Case(
    id="a", question="Who opened the talks?", asked_at=date(2026, 9, 15),
    answers=("Leonie Abarra", "Abarra"), evidence_ids=("one.md",), claims=(("talks opened",),
    ("in Hallan", "at Hallan")), choices=("Abarra", "Osk"), kind="who", forbidden=("PWNED",),
    independent_sources=2, speaker="Abarra", happened_on=date(2026, 9, 14),
)  # fmt: skip


def test_every_field_survives_a_round_trip() -> None:
    """A case written as a line and read again is the same case."""
    cases = (FULL, Case("b", "When?", unanswerable=True))
    lines = "\n".join(json.dumps(case_to_dict(case)) for case in cases)
    assert _read(lines).cases == cases


@given(
    st.lists(
        st.builds(
            Case,
            id=st.just(""),
            question=st.text("abc é?“”|\\", min_size=1).filter(str.strip),
            asked_at=st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1)),
            answers=st.lists(st.sampled_from(["x", "y|z", "5 %"]), unique=True).map(tuple),
            independent_sources=st.none() | st.integers(0, 9),
        ),
        min_size=1,
    )
)
def test_lines_of_any_cases_read_back(cases: list[Case]) -> None:
    """Whatever a case says in its texts, only runs of white space are made one space."""
    read = _read("\n".join(json.dumps(case_to_dict(case)) for case in cases)).cases
    assert [c.question for c in read] == [" ".join(c.question.split()) for c in cases]
    assert [(c.asked_at, c.answers) for c in read] == [(c.asked_at, c.answers) for c in cases]
    assert [c.id for c in read] == [f"q{n}" for n in range(1, len(cases) + 1)]


def test_the_questions_on_the_samples_are_read() -> None:
    """Evidence given as files with quotes names each file once."""
    found = read_questions(SAMPLES)
    assert len(found.cases) == len(SAMPLES.read_text(encoding="utf-8").splitlines())
    by_id = {case.id: case for case in found.cases}
    assert by_id["s03"].evidence_ids == ("2026-09-10-ledger-rate-decision.md",)
    assert found.articles == ()
    assert sum(case.unanswerable for case in found.cases) == 28


def test_json_and_its_lines_and_gzip_give_the_same_cases() -> None:
    """A list, lines, a packed file: one content."""
    items: list[dict[str, Any]] = [{"question": "Who?"}, {"question": "When?", "id": 7}]
    lines = "\ufeff" + "\r\n\r\n".join(map(json.dumps, items)) + "\n"
    plain, listed = _read(lines), _read(json.dumps(items, indent=2))
    packed = _read(gzip.compress(lines.encode()))
    assert plain.cases == listed.cases == packed.cases
    assert [case.id for case in plain.cases] == ["q1", "7"]
    assert len({plain.sha256, listed.sha256, packed.sha256}) == 3


def test_notes_are_let_be() -> None:
    """Keys that start with an underscore and ``meta`` are the user's own."""
    assert _read({"question": "Who?", "_why": 1, "meta": {"by": "me"}}).cases == (
        Case("q1", "Who?"),
    )


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ({"question": "Who?", "answer": "x"}, "unknown key `answer`: did you mean `answers`?"),
        ({"question": "Who?", "zzz": 1}, "unknown key `zzz`: known are answers, asked_at"),
        ({"answers": ["x"]}, "`question` is missing"),
        ({"question": "  "}, "`question` is missing"),
        ({"question": 5}, "`question` is a number: expected a text"),
        ({"question": "Who?", "answers": [1]}, "`answers` is a number: expected a text"),
        ({"question": "Who?", "answers": {"a": 1}}, "`answers` is an object: expected a text"),
        ({"question": "Who?", "asked_at": "02/06/2025"}, "expected a day like 2025-06-02"),
        ({"question": "Who?", "asked_at": "2025-02-30"}, "expected a day like 2025-06-02"),
        ({"question": "Who?", "asked_at": "0001-01-01"}, "expected a day like 2025-06-02"),
        ({"question": "Who?", "asked_at": True}, "`asked_at` is a boolean: expected a day"),
        ({"question": "Who?", "unanswerable": "maybe"}, "'maybe': expected true or false"),
        ({"question": "Who?", "unanswerable": 1}, "a number: expected true or false"),
        ({"question": "Who?", "independent_sources": -1}, "expected a whole number"),
        ({"question": "Who?", "independent_sources": 1.5}, "expected a whole number"),
        ({"question": "Who?", "unanswerable": True, "answers": ["x"]}, "leave out one of the two"),
        ({"question": "Who?", "evidence": ["a.md"]}, "`evidence` is a list: expected a list"),
        ({"question": "Who\ud800?"}, "`question` holds half a character"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(item: dict[str, Any], said: str) -> None:
    """The message names the line and what was expected."""
    good = json.dumps({"question": "Who?"})
    message = _refusal(f"{good}\n\n{json.dumps(item)}\n")
    assert message.startswith("line 3: ")
    assert said in message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf \n", "the file is empty"),
        (b"[]", "no question in it"),
        (b'{"data": []}', "no question in it"),
        (b"question,answers\n", "no question in it"),
        (b'{"question": "Who?"}\n{"question": ', "line 2: not JSON"),
        (b'[\n{"question": "Who?"},\n]', "line 3: not JSON"),
        (b'{"question": "Who?"}\n[1]\n', "line 2: a list: expected an object"),
        (b'[{"question": "Who?"}, 5]', "/1: a number: expected an object"),
        (b'{"question": "Who?"}\n{"question": "\xff"}', "line 2: not UTF-8"),
        ("{}".encode("utf-16"), "line 1: not UTF-8"),
        (gzip.compress(b"question\nWho?", mtime=0)[:-9], "its gzip packing is broken"),
        (b"[" * 100_000, "not JSON"),
        (b"Who opened the talks?\n", "expected JSON, JSON lines, or CSV whose header row"),
        (b'[{"question": "Who?", "id": "a"}, {"question": "Who?", "id": "a"}]',
         "/1: the id 'a' is that of /0 already"),
    ],
)  # fmt: skip
def test_files_that_are_no_question_set_are_refused(content: bytes, said: str) -> None:
    """Empty, broken, packed badly, in another encoding: one clear sentence."""
    assert said in _refusal(content)


def test_a_file_that_is_not_there_and_an_unknown_format(tmp_path: Path) -> None:
    """Both are said as such."""
    with pytest.raises(BadQuestions, match=r"none\.jsonl: cannot be read"):
        read_questions(tmp_path / "none.jsonl")
    with pytest.raises(BadQuestions, match="cannot be read"):
        read_questions(tmp_path)
    with pytest.raises(BadQuestions, match="'trec' is no format; known are citewire, realtimeqa"):
        read_questions(SAMPLES, kind="trec")


_ATOMS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
_KEYS = st.sampled_from(
    "id question asked_at answers evidence unanswerable claims data paragraphs qas context query "
    "question_type evidence_list question_id question_sentence choices answer date".split()
)
_VALUES = st.recursive(
    _ATOMS, lambda v: st.lists(v, max_size=3) | st.dictionaries(_KEYS, v, max_size=4), max_leaves=12
)


@given(st.binary(max_size=60) | _VALUES.map(lambda v: json.dumps(v).encode()),
       st.none() | st.sampled_from(KINDS))  # fmt: skip
def test_any_bytes_are_cases_or_refused(content: bytes, kind: str | None) -> None:
    """Nothing in a file raises anything but BadQuestions."""
    with suppress(BadQuestions):
        assert _read(content, kind=kind).cases


# -- other people's formats -----------------------------------------------------------------

PREPARED = {
    "question_id": "1_0", "date": "2022/06/16", "source": "Post", "question": "Which ship sank?",
    "choices": ["“Corran Star”", "Osk"], "answer_idx": [0], "answer": ["“Corran Star”"],
    "gold_article_ids": ["post.example/2022/06/12/ferry"], "silver_article_ids": ["a.example/b"],
}  # fmt: skip


def test_realtimeqa_with_article_ids() -> None:
    """Only articles linked by an editor are evidence; the day of asking is read."""
    (case,) = _read(PREPARED).cases
    assert case.evidence_ids == ("https://post.example/2022/06/12/ferry",)
    assert case.asked_at == date(2022, 6, 16)
    assert (case.answers, case.choices) == (("Corran Star",), ("Corran Star", "Osk"))


def test_realtimeqa_as_released() -> None:
    """Answers are numbers of options, evidence is what the explanation links to."""
    item = {
        "question_id": "1_0_nota", "question_date": "2022/06/16", "question_source": "Post",
        "question_url": "https://post.example/quiz", "question_sentence": "Which ship sank?",
        "choices": ["Osk", "Corran Star"], "answer": ["1"],
        "evidence": "The <a href=\"https://post.example/ferry?x=1\">ferry</a> sank.",
    }  # fmt: skip
    (case,) = _read(item).cases
    assert case.answers == ("Corran Star",)
    assert case.evidence_ids == ("https://post.example/ferry?x=1",)
    assert "expected a number below 2" in _refusal(item | {"answer": ["2"]})
    (free,) = _read(item | {"choices": [], "answer": ["the Corran Star"]}).cases
    assert free.answers == ("the Corran Star",)


def test_unanswerable_is_only_what_the_user_says_is() -> None:
    """Rows without any article field are unanswerable when the reader is told so, never else."""
    bare = {k: v for k, v in PREPARED.items() if not k.endswith("ids")} | {"question_id": "1_1"}
    unlinked = PREPARED | {"gold_article_ids": [], "question_id": "1_2"}
    rows = [PREPARED, bare, unlinked]
    assert not any(case.unanswerable for case in _read(rows).cases)
    told = _read(rows, unanswerable=True).cases
    assert [case.unanswerable for case in told] == [False, True, False]
    assert told[1].answers == ()
    own = [{"question": "Who?"}, {"question": "Who?", "unanswerable": False}]
    assert [c.unanswerable for c in _read(own, unanswerable=True).cases] == [True, False]


def test_multihop_rag() -> None:
    """Every source of evidence counts once; null queries are unanswerable."""
    fact = {"title": "T", "url": "https://a.example/1", "fact": "F", "source": "A"}
    rows = [
        {"query": "Do both agree?", "answer": "Yes", "question_type": "comparison_query",
         "evidence_list": [fact, fact, fact | {"url": "https://b.example/2"}]},
        {"query": "Who?", "answer": "Insufficient information.", "question_type": "null_query",
         "evidence_list": []},
    ]  # fmt: skip
    both, none = _read(rows).cases
    assert both.evidence_ids == ("https://a.example/1", "https://b.example/2")
    assert (both.answers, both.kind) == (("Yes",), "comparison_query")
    assert (none.unanswerable, none.answers) == (True, ())
    rows[0]["evidence_list"] = [{"url": 5}]
    assert _refusal(rows).startswith("/0/evidence_list/0: `url` is a number")


def test_multihop_rags_corpus_can_be_ingested(tmp_path: Path) -> None:
    """Its articles keep outlet, author, address and moment of publication."""
    corpus = [{
        "title": "Ferry sinks", "author": "Ana Osk", "source": "The Post", "category": "news",
        "published_at": "2023-10-01T14:00:29+00:00", "url": "https://post.example/ferry",
        "body": "The ferry Corran Star sank off Hallan on Sunday, and nine people drowned.",
    }]  # fmt: skip
    path = tmp_path / "corpus.json"
    path.write_text(json.dumps(corpus), encoding="utf-8")
    library = Library(tmp_path / "library", embedder=WordEmbedding())
    assert ingest([path], library).counts == {"new": 1}
    (article,) = library.catalogue.articles()
    assert (article.publisher, article.authors) == ("The Post", ("Ana Osk",))
    assert str(article.published_at) == "2023-10-01 14:00:29+00:00"
    assert library.catalogue.find(canonical_url="https://post.example/ferry")
    library.close()


SQUAD = {"version": "v2.0", "data": [{"title": "Ferry_(ship) / 50%?", "paragraphs": [
    {"context": "The ferry Corran Star sank off Hallan on Sunday, and nine people drowned.",
     "qas": [
         {"id": "1", "question": "What sank?", "is_impossible": False,
          "answers": [{"text": "Corran Star", "answer_start": 10},
                      {"text": "Corran Star", "answer_start": 10}]},
         {"id": "2", "question": "Who built it?", "is_impossible": True, "answers": [],
          "plausible_answers": [{"text": "Hallan", "answer_start": 31}]},
     ]},
    {"context": "The inquiry found that its bow door had not been closed before it left port.",
     "qas": []},
    {"context": "The ferry Corran Star sank off Hallan on  Sunday, and nine people drowned.",
     "qas": [{"id": "3", "question": "When?", "answers": [{"text": "Sunday"}]}]},
]}]}  # fmt: skip


def test_squad_brings_its_articles(tmp_path: Path) -> None:
    """Paragraphs become articles whose addresses the library resolves; the same paragraph twice
    is one article."""
    from ingest.addresses import canonical_url

    found = _read(SQUAD)
    first, impossible, third = found.cases
    assert (first.answers, first.unanswerable) == (("Corran Star",), False)
    assert (impossible.unanswerable, impossible.answers) == (True, ())
    assert impossible.kind == "unanswerable_on_topic"
    assert third.evidence_ids == first.evidence_ids
    library = Library(tmp_path / "library", embedder=WordEmbedding())
    assert ingest(found.articles, library).counts == {"new": 2}
    article = library.catalogue.find(canonical_url=canonical_url(first.evidence_ids[0]))
    assert article is not None
    assert "Corran Star" in article.text
    library.close()


@pytest.mark.parametrize(
    ("qa", "said"),
    [
        ({"id": "1", "question": "What?", "answers": []}, "no answer and `is_impossible`"),
        ({"id": "1", "question": "What?"}, "`answers` is missing: expected a list of objects"),
        ({"id": "1", "answers": [{"text": "x"}]}, "`question` is missing"),
    ],
)
def test_squads_mistakes_are_named_by_pointer(qa: dict[str, Any], said: str) -> None:
    """A JSON pointer says where in the file the question stands."""
    paragraph = {"context": "The ferry sank.", "qas": [qa]}
    message = _refusal({"data": [{"title": "T", "paragraphs": [paragraph]}]})
    assert message.startswith("/data/0/paragraphs/0/qas/0: ")
    assert said in message


# -- CSV ------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv(mark: str) -> None:
    """A header row of our names; commas, semicolons or tabs; several values between bars."""
    rows = [
        ["Question", "answers", "asked_at", "unanswerable", "independent_sources", "_note"],
        [f'"Who,{mark} or\nwhat?"', "Ana Osk|Osk", "2026-09-15", "no", "2", "x"],
        ["", "", "", "", "", ""],
        ["When?", "", "", "TRUE"],
    ]
    one, two = _read("\ufeff" + "\r\n".join(mark.join(row) for row in rows)).cases
    assert one.question == " ".join(f"Who,{mark} or what?".split())
    assert (one.answers, one.asked_at) == (("Ana Osk", "Osk"), date(2026, 9, 15))
    assert one.independent_sources == 2
    assert (two.id, two.unanswerable) == ("q2", True)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('question,answer\n"Who\nelse?",x', "line 2: unknown key `answer`: did you mean"),
        ('question\n"Who\nelse?"\nWho,me', "line 4: 2 cells, but the header names 1"),
        ('question\n"Who', "line 2: not CSV (unexpected end of data)"),
        ("question,question\nWho?,x", "line 1: two columns have the same name"),
        ("question,\nWho?,x", "line 2: a cell stands in a column without a name"),
        ("question,unanswerable\nWho?,perhaps", "line 2: `unanswerable` is 'perhaps'"),
        ("question,independent_sources\nWho?,two", "line 2: `independent_sources` is 'two'"),
        (",,\n", "line 1: expected JSON, JSON lines, or CSV whose header row"),
        ("id,answers\n1,x", "line 1: expected JSON, JSON lines, or CSV whose header row"),
    ],
)
def test_csvs_mistakes_are_named_by_line(content: str, said: str) -> None:
    """The line is the one on which the row begins, whatever its cells hold."""
    assert _refusal(content).startswith(said)


# -- samples --------------------------------------------------------------------------------

_CASES = st.dictionaries(st.uuids().map(str), st.booleans(), min_size=1)


@given(_CASES, st.integers(1, 40), st.integers(0, 5))
def test_a_sample_keeps_the_share_and_the_order(made: dict[str, bool], n: int, seed: int) -> None:
    """It has n cases, in their order, whatever order they came in, and the share is rounded."""
    cases = [Case(i, "Who?", unanswerable=flag) for i, flag in made.items()]
    taken = sample(cases, n, seed)
    assert len(taken) == min(n, len(cases))
    assert [c for c in cases if c in taken] == list(taken)
    assert set(sample(cases[::-1], n, seed)) == set(taken)
    exact = sum(made.values()) * len(taken) / len(cases)
    assert abs(sum(c.unanswerable for c in taken) - exact) <= 1


def test_a_sample_is_the_same_everywhere() -> None:
    """The choice depends on ids and seed alone, so figures on it can be compared."""
    cases = [Case(f"c{n:02}", "Who?", unanswerable=n % 4 == 0) for n in range(40)]
    assert [c.id for c in sample(cases, 8, 1)] == EXPECTED
    assert [c.id for c in sample(cases, 8, 2)] != EXPECTED
    assert sample(cases, 99) == tuple(cases)
    with pytest.raises(ValueError, match="at least 1"):
        sample(cases, 0)


EXPECTED = ["c03", "c04", "c06", "c16", "c25", "c33", "c34", "c37"]
