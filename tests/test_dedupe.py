"""New, revised, duplicate or unchanged; and whose copy an article is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import BadInput
from ingest.extraction.article import extract
from ingest.records import Article
from ingest.sources.documents import Page
from ingest.sources.reader import read_sources, samples_folder
from ingest.versions.decision import decide, new_id
from ingest.versions.near_duplicates import (
    MIN_CONTAINMENT_WHOLE_TEXT,
    assign_cluster,
    containment,
    lsh_bands,
    shingles,
)
from tests.fakes_ingest import text_of

TEXT = text_of("dedupe")
URL = "https://gazette.example/a"


def article(**facts: Any) -> Article:
    """An article of the Gazette with everything known about it."""
    known: dict[str, Any] = {
        "text": TEXT, "title": "Bridge closed", "url": URL, "canonical_url": URL,
        "publisher": "Gazette", "authors": ("Ann Lee",), "published_at": date(2025, 6, 2),
        "published_from": "meta", "section": "local", "language": "en",
        "updated_at": date(2025, 6, 3),
    }  # fmt: skip
    return Article(**known | facts)


STORED = replace(article(), id="a1", version=2, cluster_id="c1")


def test_the_first_copy_is_new() -> None:
    """What is not stored under any address or with the same words is version 1 of an article."""
    decision = decide(article(), None, [])
    assert decision.kind == "new"
    assert (decision.article.id, decision.article.version) == (new_id(article()), 1)


def test_the_same_again_is_unchanged() -> None:
    """Fetching an address twice stores nothing."""
    decision = decide(article(), STORED, [STORED])
    assert (decision.kind, decision.article) == ("unchanged", STORED)


@pytest.mark.parametrize(
    "change",
    [{"text": TEXT + " Correction."}, {"title": "Bridge reopened"}, {"authors": ("Bo Hu",)},
     {"published_at": date(2025, 6, 1)}, {"updated_at": date(2025, 6, 9)}],
)  # fmt: skip
def test_a_changed_article_at_the_same_address_is_the_next_version(change: dict[str, Any]) -> None:
    """Words, title, authors or dates that differ make a revision of the stored article."""
    decision = decide(article(**change), STORED, [])
    assert decision.kind == "revised"
    assert (decision.article.id, decision.article.version) == ("a1", 3)
    assert decision.article.cluster_id == "c1"


@pytest.mark.parametrize(
    "missing",
    ["title", "publisher", "authors", "published_at", "updated_at", "section", "language"],
)
def test_missing_facts_do_not_erase_known_ones(missing: str) -> None:
    """A later copy that lost a fact is not a revision, and a revision keeps the fact."""
    empty = {"title": "", "authors": ()}.get(missing)
    assert decide(article(**{missing: empty}), STORED, []).kind == "unchanged"
    revised = decide(article(**{missing: empty, "text": TEXT + " More."}), STORED, [])
    assert revised.kind == "revised"
    assert getattr(revised.article, missing) == getattr(STORED, missing)


def test_a_lost_date_keeps_its_provenance() -> None:
    """A kept date is still said to come from where it came from."""
    incoming = article(published_at=None, published_from="unknown", text=TEXT + " More.")
    assert decide(incoming, STORED, []).article.published_from == "meta"


def test_a_date_of_the_user_is_not_overwritten_by_a_page() -> None:
    """What a user vouched for stands until the user says otherwise."""
    vouched = replace(STORED, published_at=date(2025, 1, 1), published_from="given")
    assert decide(article(), vouched, []).kind == "unchanged"
    again = article(published_at=date(2025, 2, 2), published_from="given")
    decision = decide(again, vouched, [])
    assert (decision.kind, decision.article.published_at) == ("revised", date(2025, 2, 2))


def test_the_same_words_from_the_same_outlet_are_a_duplicate() -> None:
    """A second address, file or spacing of one article is not another article."""
    copy = article(
        url="https://gazette.example/b", canonical_url="https://gazette.example/b",
        text=TEXT.upper().replace(" ", "  "),
    )  # fmt: skip
    decision = decide(copy, None, [STORED])
    assert (decision.kind, decision.article) == ("duplicate", STORED)


def test_the_same_words_without_outlet_or_address_are_a_duplicate() -> None:
    """A text file of a stored article adds nothing."""
    bare = Article(text=TEXT)
    assert decide(bare, None, [STORED]).kind == "duplicate"


def test_a_record_that_only_its_content_identifies_is_unchanged_when_it_comes_again() -> None:
    """A list of records without addresses can be read twice; another date is another copy."""
    record = Article(text=TEXT, title="Bridge closed", published_at=date(2025, 6, 2))
    stored = decide(record, None, []).article
    assert decide(record, None, [stored]).kind == "unchanged"
    later = replace(record, published_at=date(2025, 6, 3))
    assert decide(later, None, [stored]).kind == "duplicate"


def test_the_same_words_with_a_new_fact_are_a_revision() -> None:
    """A copy that knows the date, title or outlet nobody knew completes the stored article."""
    bare = Article(text=TEXT, id="a1")
    decision = decide(article(), None, [bare])
    assert decision.kind == "revised"
    assert (decision.article.id, decision.article.version) == ("a1", 2)
    assert (decision.article.title, decision.article.published_at) == (
        "Bridge closed",
        date(2025, 6, 2),
    )


def test_one_wire_story_at_two_outlets_is_two_articles() -> None:
    """Equal words at another outlet are another article, and of the same cluster."""
    url = "https://courier.example/a"
    copy = article(publisher="Courier", url=url, canonical_url=url)
    decision = decide(copy, None, [STORED])
    assert decision.kind == "new"
    assert decision.article.id != STORED.id
    assert assign_cluster(decision.article, [STORED]).cluster_id == "c1"


def test_ids_come_from_the_address_else_from_the_words() -> None:
    """The same article has the same id in every library."""
    assert new_id(article()) == new_id(article(text="Other words.", title="Other"))
    bare = Article(text=TEXT, title="Bridge")
    assert new_id(bare) == new_id(Article(text=TEXT.replace("\n", " "), title="Bridge"))
    assert new_id(bare) != new_id(replace(bare, publisher="Gazette"))


# -- copies -----------------------------------------------------------------------------------


def test_an_outlet_is_known_by_its_host_too() -> None:
    """Follow-ups that repeat their background are no copies, whatever a page calls its outlet."""
    background = (
        TEXT + " " + " ".join(f"word{number} follows in the report" for number in range(40))
    )
    first = Article(text=background, id="a", cluster_id="a", publisher="Gazette",
                    canonical_url="https://gazette.example/a")  # fmt: skip
    fresh = " ".join(f"event{number} came later that day" for number in range(30))
    second = replace(first, id="b", cluster_id="b", text=background + "\n\n" + fresh,
                     publisher="Courier", canonical_url="https://courier.example/b")  # fmt: skip
    assert assign_cluster(replace(second, text=background), [first]).cluster_id == "a"
    assert assign_cluster(second, [first]).cluster_id == "a"
    cut = replace(second, text=background[: len(background) // 2] + "\n\n" + fresh)
    assert assign_cluster(cut, [first]).cluster_id == "a"
    same_host = replace(
        cut, canonical_url="https://gazette.example/b", publisher="Gazette Business"
    )
    assert assign_cluster(same_host, [first]).cluster_id == "b"


def test_an_edited_copy_joins_the_cluster_of_its_original() -> None:
    """A wire story with a paragraph cut and another added is still the same story."""
    paragraphs = TEXT.split("\n\n")
    edited = "\n\n".join([paragraphs[0], text_of("local color", sentences=2)])
    copy = Article(text=edited, id="b1")
    assert assign_cluster(copy, [STORED]).cluster_id == "c1"


def test_different_reports_do_not_cluster() -> None:
    """An article without a close copy is a cluster of its own."""
    other = Article(text=text_of("another report"), id="b1")
    assert assign_cluster(other, [STORED]).cluster_id == "b1"
    assert assign_cluster(other, []).cluster_id == "b1"


def test_the_closest_copy_decides() -> None:
    """Of several candidates the one that shares most names the cluster."""
    half = Article(text=TEXT.split("\n\n")[0] + " " + text_of("x"), id="h", cluster_id="ch")
    assert assign_cluster(Article(text=TEXT, id="n"), [half, STORED]).cluster_id == "c1"


def test_a_revision_is_not_a_copy_of_itself() -> None:
    """The stored version of the same article is no candidate for its own cluster."""
    assert (
        assign_cluster(
            replace(STORED, cluster_id="a1"), [replace(STORED, cluster_id="zz")]
        ).cluster_id
        == "a1"
    )


@given(st.text(max_size=200), st.text(max_size=200))
def test_containment_is_a_share(one: str, other: str) -> None:
    """Containment lies between 0 and 1, is symmetric, and is 1 of a text in itself."""
    first, second = shingles(one), shingles(other)
    assert 0 <= containment(first, second) == containment(second, first) <= 1
    assert containment(first, first) == 1


def test_band_values_depend_only_on_the_words() -> None:
    """Case, spacing and punctuation leave them as they are, in every process and store."""
    values = lsh_bands("The bridge, he said, is closed now.")
    assert values == lsh_bands("the BRIDGE he said\nis closed  now")
    assert len(values) == 32
    assert all(0 <= value < 2**63 for value in values)


def _samples() -> list[Article]:
    def no_fetch(url: str) -> Page:
        raise BadInput(url, "not in this test")

    read = read_sources([samples_folder()], no_fetch)
    articles = [extract(item) for item in read if not isinstance(item, BadInput)]
    return [replace(item, id=new_id(item)) for item in articles]


def test_of_the_samples_only_the_wire_story_has_copies() -> None:
    """The three copies of the Port Hallan talks are one cluster; no other pair is alike."""
    articles = _samples()
    alike = {
        frozenset((one.title, other.title))
        for one, other in combinations(articles, 2)
        if containment(shingles(one.text), shingles(other.text)) >= MIN_CONTAINMENT_WHOLE_TEXT
    }
    talks = [
        "Velmarre and Ostrany open cease-fire talks in Port Hallan",
        "Velmarre, Ostrany open cease-fire talks in Port Hallan",
        "Truce negotiators face Friday deadline as guns stay active in Kelde",
    ]
    assert alike == {frozenset(pair) for pair in combinations(talks, 2)}


def test_the_wire_copies_among_the_samples_meet_in_a_band() -> None:
    """The prefilter that a library uses finds each of the three copies from the others."""
    talks = [a for a in _samples() if "Negotiators from Velmarre and Ostrany" in a.text]
    assert len(talks) == 3
    values = [lsh_bands(item.text) for item in talks]
    assert all(
        any(a == b for a, b in zip(one, other, strict=True))
        for one, other in combinations(values, 2)
    )
