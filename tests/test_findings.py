"""Time expressions and statements in the library, and what citations show of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from ingest.pipeline import ingest
from ingest.storage.catalogue.schema import SCHEMA_VERSION
from ingest.storage.library import Library
from qa.answers.quote_annotation import annotator, dated
from qa.interfaces.page.conversation import Conversation, apply_event
from qa.interfaces.page.source_cards import render_sources
from qa.records import Answer, AnswerEvent, Citation, Sentence
from tests.fakes_ingest import WordEmbedding

FERRY = {
    "title": "Ferry sinks",
    "text": "The ferry Corran Star sank off Hallan on Monday with nobody aboard.\n\n"
    "Port Minister Mara Quill said Tuesday that divers would look for the wreck next week.\n\n"
    "The ship was built in 1998.",
    "url": "https://post.example/ferry",
    "date": "2025-06-04",
}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = Library(tmp_path / "home", embedder=WordEmbedding())
    ingest([FERRY], opened)
    yield opened
    opened.close()


def the(library: Library) -> tuple[str, int]:
    (article,) = library.catalogue.articles()
    return article.id, article.version


def test_ingesting_resolves_time_and_speakers(library: Library) -> None:
    """What the rules find in an article is stored with its version."""
    found = library.expressions(*the(library))
    assert [(e.phrase, str(e.first), str(e.last)) for e in found] == [
        ("Monday", "2025-06-02", "2025-06-02"),
        ("Tuesday", "2025-06-03", "2025-06-03"),
        ("next week", "2025-06-09", "2025-06-15"),
        ("1998", "1998-01-01", "1998-12-31"),
    ]
    (said,) = library.statements(*the(library))
    assert (said.speaker, said.role, said.kind) == ("Mara Quill", "Port Minister", "indirect")


def test_what_happened_is_found_by_its_own_days(library: Library) -> None:
    """Not the day of publication but that of the event counts; a year is inside no day of it."""
    assert len(library.happened_between(date(2025, 6, 2), date(2025, 6, 2))) == 1
    assert library.happened_between(date(2025, 6, 4), date(2025, 6, 8)) == []
    assert library.happened_between(date(1998, 5, 1), date(1998, 5, 31)) == []
    assert len(library.happened_between(date(1998, 1, 1), date(1998, 12, 31))) == 1


def test_a_new_version_has_its_own_findings(library: Library) -> None:
    """The text of the current version counts; the old version keeps what it had."""
    changed = FERRY["text"].replace("on Monday", "on Sunday")
    ingest([FERRY | {"text": changed}], library)
    article_id, version = the(library)
    assert version == 2
    assert library.expressions(article_id, 1)[0].phrase == "Monday"
    assert library.expressions(article_id, 2)[0].phrase == "Sunday"
    assert library.happened_between(date(2025, 6, 2), date(2025, 6, 2)) == []


def test_removal_leaves_no_findings(library: Library) -> None:
    """Expressions and statements go with their article."""
    with library.writing():
        library.remove([the(library)[0]])
    with create_engine(f"sqlite:///{library.home / 'catalogue.sqlite'}").connect() as connection:
        for table in ("expressions", "statements"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0


KEPT = "expressions statements notices bands sketches".split()


def rows_of(library: Library) -> dict[str, list[object]]:
    """All that is stored of what the rules found, by table."""
    with library.catalogue.engine.connect() as connection:
        return {
            table: sorted(map(tuple, connection.execute(text(f"SELECT * FROM {table}"))))
            for table in KEPT
        }


@pytest.mark.parametrize("mend", ["repair", "reindex"])
def test_a_library_of_an_older_schema_opens_and_is_filled(library: Library, mend: str) -> None:
    """The tables are made empty; searching works; repairing or reindexing brings what ingestion
    would have: of every version, and for the present one what copies are found by."""
    corrected = (
        FERRY["text"] + "\n\nCorrection: An earlier version of this story misstated the day."
    )
    ingest([FERRY | {"text": corrected}], library)
    before, counts = rows_of(library), library.counts()
    assert all(before.values())
    assert {row[1] for row in before["expressions"]} == {1, 2}  # type: ignore[index]
    library.close()
    engine = create_engine(f"sqlite:///{library.home / 'catalogue.sqlite'}")
    with engine.begin() as connection:
        for table in KEPT:
            connection.execute(text(f"DROP TABLE {table}"))
        connection.execute(text("UPDATE meta SET value = '1' WHERE key = 'schema'"))
    engine.dispose()
    again = Library(library.home, embedder=WordEmbedding())
    assert again.catalogue.meta()["schema"] == str(SCHEMA_VERSION)
    assert again.expressions(*the(again)) == []
    getattr(again, mend)()
    after = rows_of(again)
    if mend == "reindex":  # of the present version only
        before = {table: [row for row in rows if row[1] == 2] if table in KEPT[:3] else rows
                  for table, rows in before.items()}  # type: ignore[index]  # fmt: skip
    assert after == before
    assert again.counts() == counts
    again.close()


def cited(library: Library, words: str) -> Citation:
    """A citation of exactly these words."""
    (article,) = library.catalogue.articles()
    start = article.text.index(words)
    bare = Citation(
        1, article.id, 1, article.title, "Post", article.published_at, "field", article.url, words,
        start, start + len(words), "p",
    )  # fmt: skip
    return annotator(library)(bare)


def test_a_citation_knows_its_days_and_its_speaker(library: Library) -> None:
    """Dates with offsets inside the quote, the speaker with role, and the day it was said."""
    citation = cited(library, FERRY["text"].split("\n\n")[1])
    assert [(d.phrase, d.days) for d in citation.dates] == [
        ("Tuesday", "3 June 2025"),
        ("next week", "9 – 15 June 2025"),
    ]
    assert all(citation.quote[d.start : d.end] == d.phrase for d in citation.dates)
    assert citation.said_by == "Mara Quill, Port Minister"
    assert citation.said_on == date(2025, 6, 3)


def test_a_quote_is_shown_with_days_in_brackets_and_stays_exact(library: Library) -> None:
    """The brackets are display only, and what names its year gets none."""
    citation = cited(library, FERRY["text"])
    assert "on Monday [2 June 2025] with" in citation.dated_quote
    assert "in 1998." in citation.dated_quote
    assert citation.quote == FERRY["text"]
    answer = Answer("When?", "answered", "quoted", (Sentence("It sank.", (1,)),), (citation,))
    assert "Monday [2 June 2025]" in str(answer)
    assert "not the articles' words" in str(answer)
    assert answer.to_dict()["citations"][0]["dates"][0]["first"] == "2025-06-02"


def test_a_short_answer_that_is_a_time_has_its_days(library: Library) -> None:
    """The likely answer "Monday" is 2 June 2025."""
    citation = cited(library, FERRY["text"].split("\n\n")[0])
    place = citation.quote.index("Monday")
    sentence = Sentence(citation.quote, (1,), (place, place + 6))
    answer = Answer("When did it sink?", "answered", "quoted", (sentence,), (citation,))
    assert (answer.short_answer, answer.short_days) == ("Monday", "2 June 2025")


def test_two_speakers_in_a_quote_are_no_speaker(library: Library) -> None:
    """A quote of which two people say parts is nobody's."""
    citation = cited(library, FERRY["text"].split("\n\n")[1])
    (said,) = library.statements(*the(library))
    bare = replace(citation, speaker=None, role="", said_on=None)
    assert dated(bare, [], [said, replace(said, speaker="Joren Vale")]).speaker is None


def test_the_page_draws_days_outside_the_words(library: Library) -> None:
    """The days are an attribute, escaped, so the text of the quote is only the quote."""
    citation = cited(library, FERRY["text"].split("\n\n")[0])
    hostile = replace(
        citation, dates=(replace(citation.dates[0], phrase='"><script>alert(1)</script>'),)
    )
    for one in (citation, hostile):
        answer = Answer("When?", "answered", "quoted", (Sentence("It sank.", (1,)),), (one,))
        page = render_sources(
            apply_event(Conversation().with_question("When?").current, AnswerEvent(answer))
        )
        assert 'data-days="2 June 2025"' in page
        assert "<script" not in page
