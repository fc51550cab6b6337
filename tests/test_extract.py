"""Documents into articles: text, titles, outlets, dates with their provenance, addresses."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.addresses import canonical_url, split_title
from ingest.errors import BadInput
from ingest.extraction.article import extract, unused_date_note
from ingest.extraction.paragraphs import clean_paragraphs, is_caption
from ingest.records import Article
from ingest.sources.documents import Document

BODY = (
    "The mayor of Kestrin said on Monday that the old bridge would be closed for repairs.\n\n"
    "Ferries will run every ten minutes until the work is done, the harbor office said."
)


def from_fields(**fields: Any) -> Article:
    return extract(Document("item", "fields", fields={"text": BODY, **fields}))


def from_text(content: str, **more: Any) -> Article:
    return extract(Document("file.txt", "text", content, **more))


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", " JavaScript:alert(1)", "java\nscript:alert(1)", "data:text/html,x"],
)
def test_an_address_that_runs_is_refused(url: str) -> None:
    """What a click would run never becomes an article's address."""
    with pytest.raises(BadInput, match="script or data"):
        from_fields(url=url)


# -- plain text ---------------------------------------------------------------------------


def test_hard_wrapped_lines_become_paragraphs() -> None:
    """Line breaks inside a paragraph are the writer's terminal, not the text's structure."""
    wrapped = (
        "The mayor of Kestrin said on Monday that the old bridge would be closed\n"
        "for repairs that are expected to take two weeks, and that ferries would\n"
        "run instead.\n"
        "\n"
        "The harbor office said that the ferries would run every ten minutes and\n"
        "that they would be free of charge.\n"
    )
    article = from_text(wrapped)
    assert article.title == ""
    assert article.text == (
        "The mayor of Kestrin said on Monday that the old bridge would be closed for repairs that "
        "are expected to take two weeks, and that ferries would run instead.\n\n"
        "The harbor office said that the ferries would run every ten minutes and that they would "
        "be free of charge."
    )


def test_one_line_paragraphs_stay_apart() -> None:
    """Lines that are whole paragraphs are not joined."""
    assert clean_paragraphs("One paragraph.\nAnother one.\n\n\nA third.") == (
        "One paragraph.\n\nAnother one.\n\nA third."
    )


def test_a_headline_on_its_own_becomes_the_title() -> None:
    """A first line apart from the text, without a full stop, is the title and not the text."""
    article = from_text("Bridge closed for two weeks\n\n" + BODY)
    assert (article.title, article.text) == ("Bridge closed for two weeks", BODY)


def test_a_first_sentence_is_not_a_title() -> None:
    """A first line that ends like a sentence stays in the text."""
    article = from_text("The bridge is closed.\n\n" + BODY)
    assert article.title == ""
    assert article.text.startswith("The bridge is closed.")


def test_spaces_and_invisible_characters_are_normalised() -> None:
    """Windows line ends, tabs, soft hyphens, marks and NULs do not reach the stored text."""
    assert (
        clean_paragraphs("\ufeffOne\t two\u00a0three.\r\n\r\nco\u00adop\x00.")
        == "One two three.\n\ncoop."
    )


@pytest.mark.parametrize(
    "line",
    [
        "The bridge at dawn. Photo: Ann Lee/Test Agency",
        "A view of the harbor. Photograph by Bo Hu",
        "Mayor Dale arrives at the town hall. Ann Lee / EPA",
        "Workers at the gate | Getty Images",
        "Police at the scene on Monday. (AP Photo/Ann Lee)",
        "Police at the scene on Monday. REUTERS/Ann Lee",
        "Image courtesy of the harbor office",
    ],
)
def test_photo_credits_are_dropped(line: str) -> None:
    """A caption with a photographer's credit is not the article's text."""
    assert is_caption(line)
    assert clean_paragraphs(f"{BODY}\n\n{line}") == BODY


@pytest.mark.parametrize(
    "line",
    [
        "The police published a photo by mistake, the mayor said.",
        "“Show me a picture: any picture,” she said.",
        "He worked for Reuters and AP before he joined the paper.",
        "The video by a passer-by was seen by millions. It was fake.",
    ],
)
def test_sentences_about_pictures_stay(line: str) -> None:
    """Text that speaks of photographs is not taken for a caption."""
    assert not is_caption(line)


@settings(deadline=None)
@given(st.text(max_size=400))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    """The stored text is a fixed point: what was cleaned does not change again."""
    assert clean_paragraphs(clean_paragraphs(text)) == clean_paragraphs(text)


@pytest.mark.parametrize("content", ["", "  \n ", "Too short to be an article."])
def test_too_little_text_is_refused_with_its_length(content: str) -> None:
    """A teaser or an error page is refused, and the message says how long it was."""
    with pytest.raises(BadInput, match=r"file\.txt: no article text \(\d+ characters\)"):
        from_text(content)


# -- front matter and fields -----------------------------------------------------------------


def test_front_matter_gives_the_facts() -> None:
    """Title, outlet, authors, date, address, language and section come from the front matter."""
    fields = {
        "title": "Bridge closed", "publisher": "Kestrin Ledger", "authors": ["Ann Lee", "Bo Hu"],
        "published": datetime(2025, 6, 2, 7, 15, tzinfo=UTC), "language": "en", "section": "local",
        "url": "https://ledger.example/bridge", "updated": date(2025, 6, 3),
    }  # fmt: skip
    article = extract(Document("a.md", "markdown", BODY, fields))
    assert article == Article(
        text=BODY, title="Bridge closed", publisher="Kestrin Ledger", authors=("Ann Lee", "Bo Hu"),
        published_at=datetime(2025, 6, 2, 7, 15, tzinfo=UTC), published_from="front matter",
        language="en", section="local", url="https://ledger.example/bridge",
        canonical_url="https://ledger.example/bridge", updated_at=date(2025, 6, 3),
    )  # fmt: skip


@pytest.mark.parametrize("name", ["text", "body", "content", "article", "maintext", "Full_Text"])
def test_the_text_is_found_under_the_names_people_use(name: str) -> None:
    """Datasets name the text differently; letter case does not matter."""
    assert extract(Document("item", "fields", fields={name: BODY})).text == BODY


@pytest.mark.parametrize(
    ("fields", "attribute", "expected"),
    [
        ({"headline": "Bridge closed"}, "title", "Bridge closed"),
        ({"link": "https://a.example/b"}, "url", "https://a.example/b"),
        ({"source": "Kestrin Ledger"}, "publisher", "Kestrin Ledger"),
        ({"byline": "Ann Lee"}, "authors", ("Ann Lee",)),
        ({"author": {"@type": "Person", "name": "Ann Lee"}}, "authors", ("Ann Lee",)),
        ({"authors": [{"name": "Ann Lee"}, "Bo Hu", None]}, "authors", ("Ann Lee", "Bo Hu")),
        ({"author": 7}, "authors", ("7",)),
        ({"date": "2025-06-02"}, "published_at", date(2025, 6, 2)),
        ({"publish_date": "June 2, 2025"}, "published_at", date(2025, 6, 2)),
        ({"modified": "2025-06-02"}, "updated_at", date(2025, 6, 2)),
        ({"lang": "en"}, "language", "en"),
        ({"category": "local"}, "section", "local"),
    ],
)
def test_facts_are_found_under_the_names_people_use(
    fields: dict[str, Any], attribute: str, expected: object
) -> None:
    """Every fact has the field names that common datasets give it."""
    assert getattr(from_fields(**fields), attribute) == expected


def test_a_date_in_a_record_is_given() -> None:
    """The provenance of a date that came with the record says so."""
    assert from_fields(date="2025-06-02").published_from == "given"


def test_a_missing_date_stays_missing() -> None:
    """No date is invented: not today's, not the file's."""
    article = from_fields(title="Bridge closed")
    assert article.published_at is None
    assert article.published_from == "unknown"


@pytest.mark.parametrize("written", ["soon", "yesterday", "2025-02-30", "June 2025", ["x"]])
def test_a_bad_date_leaves_the_article_undated(written: object) -> None:
    """A date that cannot be read does not cost the article; what is said of it shows how to write
    one."""
    document = Document("item", "fields", fields={"text": BODY, "date": written})
    assert extract(document).published_at is None
    assert "write it as 2025-06-02" in unused_date_note(document)
    assert unused_date_note(Document("item", "fields", fields={"date": "2025-06-02"})) == ""


def test_a_date_of_the_user_wins() -> None:
    """A date its user vouches for replaces what the document says."""
    document = Document("item", "fields", fields={"text": BODY, "date": "2025-06-02"})
    article = extract(document, date(2025, 7, 1))
    assert (article.published_at, article.published_from) == (date(2025, 7, 1), "given")


@pytest.mark.parametrize("text", [None, 5, ["a"], {"a": "b"}])
def test_an_item_without_text_is_refused_with_the_names_expected(text: object) -> None:
    """The message lists the fields in which text is looked for."""
    with pytest.raises(BadInput, match="expected one of the fields text, body"):
        extract(Document("item", "fields", fields={"text": text}))


def test_half_characters_of_broken_json_are_dropped() -> None:
    """Lone surrogates and NULs, which no store can hold, do not reach title, text or authors."""
    broken = json.loads(r'"\ud83d"') + "\x00"
    article = from_fields(text=BODY + broken, title="A" + broken, author="B" + broken)
    assert (article.text, article.title, article.authors) == (BODY, "A", ("B",))
    assert article.content_hash


# -- HTML -------------------------------------------------------------------------------------


def html(*, head: str = "", title: str = "Bridge closed", extra: str = "") -> str:
    paragraphs = "".join(
        f"<p>The mayor of Kestrin said on Monday that bridge number {number} would be closed for "
        "repairs, and that ferries would run instead until the work was done.</p>"
        for number in range(1, 6)
    )
    return (
        f'<!doctype html><html lang="en"><head><title>{title}</title>{head}</head><body>'
        '<nav><a href="/">Home</a> <a href="/world">World</a></nav>'
        f"<article><h1>Bridge closed</h1>{paragraphs}{extra}</article>"
        "<footer>Copyright, all rights reserved, cookie settings</footer></body></html>"
    )


def from_html(content: str, url: str | None = "https://www.kestrinledger.example/a") -> Article:
    return extract(Document("page", "html", content, url=url))


def test_a_page_gives_its_article_without_its_furniture() -> None:
    """Navigation, footer and the headline itself are not part of the text."""
    article = from_html(html())
    assert article.title == "Bridge closed"
    assert article.text.startswith("The mayor of Kestrin said on Monday that bridge number 1")
    assert article.text.count("\n\n") == 4
    assert "cookie" not in article.text
    assert "World" not in article.text


@pytest.mark.parametrize(
    ("head", "url", "expected", "provenance"),
    [
        ('<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": '
         '"2025-06-02T07:15:00Z"}</script>', "https://a.example/2024/01/01/b",
         datetime(2025, 6, 2, 7, 15, tzinfo=UTC), "json-ld"),
        ('<meta property="article:published_time" content="2025-06-02">',
         "https://a.example/2024/01/01/b", date(2025, 6, 2), "meta"),
        ("", "https://a.example/2024/01/01/b", date(2024, 1, 1), "url"),
        ("", "https://a.example/b", None, "unknown"),
        ('<meta property="article:modified_time" content="2025-06-02">', "https://a.example/b",
         None, "unknown"),
    ],
)  # fmt: skip
def test_a_page_is_dated_by_the_best_that_is_known(
    head: str, url: str, expected: object, provenance: str
) -> None:
    """JSON-LD before meta tags before the address, and nothing rather than a guess."""
    article = from_html(html(head=head), url)
    assert (article.published_at, article.published_from) == (expected, provenance)


def test_the_outlet_is_named_by_the_page_else_by_its_title_else_by_its_address() -> None:
    """The publisher falls back from site name to title suffix to domain."""
    named = html(head='<meta property="og:site_name" content="The Kestrin Ledger">')
    assert from_html(named).publisher == "The Kestrin Ledger"
    assert from_fields(title="A – The Ledger", url="https://ledger.example/a").publisher == (
        "The Ledger"
    )
    assert from_fields(url="https://www.ledger.example/a").publisher == "ledger.example"


def test_a_page_without_an_article_is_refused() -> None:
    """An empty page is an error about that page."""
    with pytest.raises(BadInput, match=r"^page: no article"):
        from_html("<html><head><title>x</title></head><body></body></html>")


def test_a_page_is_known_by_the_address_it_states_at_its_own_site() -> None:
    """The canonical link of a page at the same site identifies the article."""
    link = '<link rel="canonical" href="https://kestrinledger.example/bridge">'
    article = from_html(html(head=link), "https://www.kestrinledger.example/bridge?page=all")
    assert article.canonical_url == "https://kestrinledger.example/bridge"


@pytest.mark.parametrize(
    "stated",
    ["https://other.example/bridge", "https://www.kestrinledger.example/", "http://[", ""],
)
def test_a_page_cannot_state_another_article_s_address(stated: str) -> None:
    """A canonical link to another site, or to the front page, never makes two articles one."""
    link = f'<link rel="canonical" href="{stated}">'
    assert from_html(html(head=link)).canonical_url == "https://kestrinledger.example/a"


# -- titles and addresses ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "url", "expected"),
    [
        ("Bridge closed - The Kestrin Ledger", "https://kestrinledger.example/a",
         ("Bridge closed", "The Kestrin Ledger")),
        ("Bridge closed | BBC News", "https://www.bbc.co.uk/news/1", ("Bridge closed", "BBC News")),
        ("Bridge closed — CNN", "https://edition.cnn.com/a", ("Bridge closed", "CNN")),
        ("Bridge closed - but not for long", "https://ledger.example/a",
         ("Bridge closed - but not for long", None)),
        ("Bridge closed - The Kestrin Ledger", None, ("Bridge closed - The Kestrin Ledger", None)),
        ("A  well-known\n bridge", "https://ledger.example/a", ("A well-known bridge", None)),
    ],
)  # fmt: skip
def test_a_title_suffix_is_the_outlet_only_if_the_address_agrees(
    title: str, url: str | None, expected: tuple[str, str | None]
) -> None:
    """Only a suffix that is the site's own name is cut from the title."""
    assert split_title(title, url) == expected


@pytest.mark.parametrize(
    "variant",
    [
        "https://example.com/news/a",
        "http://example.com/news/a",
        "https://www.example.com/news/a/",
        "https://WWW.Example.COM:443/news/a",
        "https://m.example.com/news/a",
        "https://amp.example.com/news/a",
        "https://example.com/news/a/amp",
        "https://example.com/news/a/amp/",
        "https://example.com/news/a.amp",
        "https://example.com/news/a/index.html",
        "https://example.com/news/a?utm_source=x&utm_medium=y&fbclid=z",
        "https://example.com/news/a#comments",
        "https://example.com/news/a?amp=1",
        " https://example.com/news/a ",
    ],
)
def test_variants_of_an_address_are_one_article(variant: str) -> None:
    """Scheme, www, AMP, tracking, fragments and slashes do not make another article."""
    assert canonical_url(variant) == "https://example.com/news/a"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.com/a?id=1", "https://example.com/a?id=2"),
        ("https://example.com/a?1234", "https://example.com/a?5678"),
        ("https://example.com/a", "https://example.com/A"),
        ("https://example.com/a", "https://example.org/a"),
        ("https://example.com:8080/a", "https://example.com/a"),
        ("https://news.example.com/a", "https://example.com/a"),
    ],
)
def test_addresses_of_two_articles_stay_two(one: str, other: str) -> None:
    """What names the article in an address is kept."""
    assert canonical_url(one) != canonical_url(other)


def test_the_order_of_a_query_does_not_matter() -> None:
    """Parameters are sorted, so that their order does not make another article."""
    assert canonical_url("https://e.com/a?y=2&x=1") == canonical_url("https://e.com/a?x=1&y=2")


@pytest.mark.parametrize(
    "odd", [None, "", "example.com/a", "https://", "http://[", "http://a:99999/b", "http://a:x/b"]
)
def test_what_is_no_address_has_no_canonical_form(odd: str | None) -> None:
    """A malformed address in someone's data is not an error."""
    assert canonical_url(odd) is None
    assert from_fields(url=odd).canonical_url is None


WIDGET = (
    "1. How relevant is this ad to you?\n\nVideo player was slow to load content Video content "
    "never loaded Other issues"
)


def test_a_page_that_held_only_a_player_keeps_its_headline() -> None:
    """What a player says is no article; the headline is. Without one there is nothing."""
    fields = {"title": "Harbour shuts after ferry sinks | The Post", "text": WIDGET}
    article = extract(Document("a", "fields", fields=fields))
    assert article.text == article.title
    assert article.title.startswith("Harbour shuts after ferry sinks")
    with pytest.raises(BadInput, match="a player or an advertisement only"):
        extract(Document("a", "fields", fields={"title": "Video", "text": WIDGET}))
