"""Who says what: forms of attribution, pronouns, quotations over several sentences."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.attribution.statements import Statement, find_statements
from qa.answers.quote_annotation import with_full_name
from qa.records import Citation


def said(text: str) -> list[tuple[str, str]]:
    """The speaker and role of each statement."""
    return [(s.speaker, s.role) for s in find_statements(text)]


@pytest.mark.parametrize(
    ("text", "speaker", "role"),
    [
        ("Mara Quill said the ferry was full.", "Mara Quill", ""),
        ("Port Minister Mara Quill said no.", "Mara Quill", "Port Minister"),
        ("“The ferry was full,” said Mara Quill, who steered it.", "Mara Quill", ""),
        ("“The ferry was full,” Mara Quill said.", "Mara Quill", ""),
        ("The ferry was full, according to the Port Authority.", "the Port Authority", ""),
        ("According to Mara Quill, the ferry was full.", "Mara Quill", ""),
        ("Mara Quill told the Post that the ferry was full.", "Mara Quill", ""),
        ("Mara Quill, a pilot from Hallan, told us it was.", "Mara Quill", "pilot from Hallan"),
        ("Secretary of State Mara Quill said no.", "Mara Quill", "Secretary of State"),
        ("“No,” said Mara Quill, head of the Port Union.", "Mara Quill", "head of the Port Union"),
        ("Mara Quill announced that the ferry would sail.", "Mara Quill", ""),
        ("The ferry, police said, was full.", "police", ""),
        ("The White House said it had no comment.", "The White House", ""),
        ("On Monday, harbor officials said the ferry was full.", "harbor officials", ""),
        ("“It was full,” said port chief Mara Quill.", "Mara Quill", "port chief"),
        ("“It was full,” tweeted Mara Quill.", "Mara Quill", ""),
        ("“No,” said Mara Quill, chief U.S. pilot.", "Mara Quill", "chief U.S. pilot"),
        ("“No,” said Mara Quill, owner of Q Inc., on Monday.", "Mara Quill", "owner of Q Inc."),
        ("Sotheby’s said it had sold the ferry.", "Sotheby’s", ""),
    ],
)  # fmt: skip
def test_a_sentence_names_its_speaker(text: str, speaker: str, role: str) -> None:
    """Common forms of attribution give the name as written and the role in front of it."""
    assert said(text) == [(speaker, role)]


@pytest.mark.parametrize(
    "text",
    [
        "The ferry was full.",
        "Mara Quill asked for money.",
        "Mara Quill was told to wait.",
        "The rain continued on the coast.",
        "“Loud” is what the band called its record.",
        "She is said to be rich.",
        "Mara Quill announced a plan.",
        "Editor’s note: This ferry was full.",
        "Hallan is old. Hallan’s reports that year were full.",
    ],
)
def test_a_sentence_without_speech_has_no_speaker(text: str) -> None:
    """Verbs that can mean saying do not always."""
    assert said(text) == []


def test_a_pronoun_is_the_named_speaker_before() -> None:
    """Whoever spoke before is the one who added, with the role known from then."""
    text = "Captain Joren Vale said the sea was calm. He added that nobody slept."
    assert said(text) == [("Joren Vale", "Captain")] * 2


def test_she_is_not_the_man_who_was_called_he() -> None:
    """A speaker who was "he" is not "she" afterwards."""
    text = (
        "Mara Quill, the pilot, said it was calm.\n\nJoren Vale, a cook, said no. He said it "
        "stormed.\n\n“Calm,” she said."
    )
    names = [name for name, _ in said(text)]
    assert names == ["Mara Quill", "Joren Vale", "Joren Vale", "Mara Quill"]


def test_a_quotation_goes_on_over_its_paragraph() -> None:
    """Every quoted sentence of a paragraph is its one speaker's."""
    text = "“We sailed. The sea was calm,” Mara Quill said. “Nobody slept.”"
    found = find_statements(text)
    assert [s.speaker for s in found] == ["Mara Quill"] * 3
    assert {s.kind for s in found} == {"direct"}


def test_reported_speech_is_indirect() -> None:
    """Without quotation marks a statement is indirect."""
    assert [s.kind for s in find_statements("Mara Quill said it was calm.")] == ["indirect"]


_WORDS = st.sampled_from(
    'Mara Quill Dr. the police said told , . “ ” " ’s she He according to who calling it a that '
    "president of \n Minister Vale added :".split(" ")
)


@given(st.one_of(st.text(max_size=200), st.lists(_WORDS, max_size=40).map(" ".join)))
def test_any_text_gives_exact_spans(text: str) -> None:
    """Never a crash; the speaker stands where it is said to, sentences come in order."""
    found = find_statements(text)
    for statement in found:
        assert text[statement.speaker_start : statement.speaker_end] == statement.speaker
        assert 0 <= statement.start < statement.end <= len(text)
    assert all(a.end <= b.start for a, b in pairwise(found))


@pytest.mark.parametrize(
    ("others", "full"),
    [
        (("Captain Mara Quill of the coast guard",), "Captain Mara Quill of the coast guard"),
        (("Mara Quill", "Ms. Quill", "Mara B. Quill"), "Mara B. Quill"),
        (("Mara Quill", "Tom Quill"), "Quill"),
        (("a spokesman for Mara Quill", "Quill Lines"), "Quill"),
        (("Tom Quillan",), "Quill"),
    ],
)
def test_a_surname_is_given_the_only_full_name_that_it_can_have(
    others: tuple[str, ...], full: str
) -> None:
    """Nobody is chosen between two people of one surname, nor someone who speaks for them."""
    quote = "Quill said the ferry was full."
    cited = Citation(
        1, "a", 1, "", None, None, "unknown", None, quote, 0, len(quote), "p", speaker="Quill"
    )  # fmt: skip
    statements = [Statement(0, 9, name, 0, len(name), "", "indirect") for name in others]
    assert with_full_name(cited, statements).speaker == full
