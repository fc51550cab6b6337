"""Pages: what is the writer's, what the page says of itself, and what is no article."""

from __future__ import annotations

import pytest

from ingest.errors import BadInput
from ingest.extraction.article import extract
from ingest.extraction.html_metadata import PageMetadata, split_names
from ingest.extraction.html_page import parse_tree, remove_boilerplate_lines
from ingest.records import Article
from ingest.sources.documents import Document
from tests.fakes_files import BODY, html_file

URL = "https://ledger.example/bridge"
SENTENCE = "Council member Bo Hu said that the work had been planned since the spring of last year."


def page(inside: str = "", *, head: str = "", title: str = "Bridge closed") -> Article:
    """An article's page with more inside its article."""
    raw = html_file(head, title=title).decode().replace("</article>", f"{inside}</article>")
    return extract(Document("page", "html", raw, url=URL))


@pytest.mark.parametrize(
    "furniture",
    [
        "<p>Follow Ann Lee on Twitter @annlee</p>",
        "<p>Sign up for our newsletter to get the best of the Ledger.</p>",
        "<p><strong>Read more:</strong> <a href='/x'>Ferry prices to double in May</a></p>",
        "<p>Related: <a href='/x'>Ferry prices to double in May</a></p>",
        "<ul><li><a href='/x'>Ferry prices to double in May</a></li>"
        "<li><a href='/y'>Council votes on a new harbor</a></li></ul>",
        "<figure><img src=a.jpg><figcaption>The bridge at dawn on Monday.</figcaption></figure>",
        "<p>The bridge at dawn. Photo by Sergei Tam/EPA-EFE</p>",
        "<p style='display: none'>Only robots shall read this sentence here.</p>",
        "<p>Advertisement</p>", "<p>Updated at 1:23 p.m. on 2 June 2025</p>",
        "<p>Copyright 2025 The Ledger. All rights reserved.</p>",
    ],
)  # fmt: skip
def test_what_is_not_the_writer_s_is_left_out(furniture: str) -> None:
    """Invitations, links to other articles, captions, credits and hidden text."""
    assert page(f"{furniture}<p>{SENTENCE}</p>").text == f"{BODY}\n\n{SENTENCE}"


@pytest.mark.parametrize(
    "said",
    [
        "Register by Monday if you want to vote, the election office told residents of the town.",
        "Like many in Kestrin, she first read of it on Facebook and did not believe a word of it.",
        "Follow the money, the judge told the court, and you will find who paid for the bridge.",
        "Copyright law was changed last week, and the council has to pay for the pictures it used.",
        "Sources close to the mayor said that she would not run again in the autumn election.",
        "More than two hundred people marched on Monday, and the bridge was closed at noon.",
        "The page you see here was torn out of the book of the harbor office, the witness said.",
    ],
)
def test_sentences_that_begin_like_invitations_stay(said: str) -> None:
    """News that only sounds like a request to the reader is not lost."""
    assert said in page(f"<p>{said}</p>").text


def test_a_sentence_never_loses_its_links() -> None:
    """Whatever markup is around a link, the words stand where they stood."""
    markup = (
        "<p>The Ledger has reported that <span class='link'><a href='/x'>the city will pay for the "
        "ferries</a></span> until the end of <font color=red>next year</font>.</p>"
    )
    assert (
        "has reported that the city will pay for the ferries until the end of next year."
        in page(markup).text
    )


def test_a_card_over_a_name_is_not_read_into_the_sentence() -> None:
    """A name whose card opens under the mouse is that name once."""
    card = "<span><img src=a.jpg><a href='/x'>Bo Hu</a><a href='/y'>All articles on him</a></span>"
    assert "Mayor Bo Hu spoke on Monday to the" in page(
        f"<p>Mayor <span><a href='/x'>Bo Hu</a>{card}</span> spoke on Monday to the harbor office, "
        "where the ferries are kept, and was heard by many who live there.</p>"
    ).text  # fmt: skip


def test_the_headline_is_not_repeated_in_the_text() -> None:
    """A first line that is the title is the title only."""
    assert (
        remove_boilerplate_lines("Bridge closed!\nThe bridge is closed.", "Bridge closed")
        == "The bridge is closed."
    )


LD = (
    '<script type="application/ld+json">{"@graph": [{"@type": "NewsMediaOrganization", "@id": "#o",'
    ' "name": "The Kestrin Ledger"}, {"@type": "NewsArticle", "publisher": {"@id": "#o"}, "author":'
    ' [{"name": "Ann Lee"}, {"name": "Bo Hu"}], "articleSection": ["Local"], "inLanguage": "en-GB",'
    ' "datePublished": "2025-06-02"}]}</script>'
)


def test_a_page_s_facts_are_read_from_its_json_ld() -> None:
    """Outlet by name, also where it is only referred to; writers, section, day."""
    article = page(head=LD, title="Bridge closed | The Kestrin Ledger")
    assert article.publisher == "The Kestrin Ledger"
    assert article.title == "Bridge closed"
    assert article.authors == ("Ann Lee", "Bo Hu")
    assert (article.section, article.language) == ("Local", "en")


def test_an_outlet_is_a_name_and_not_a_domain_where_there_is_one() -> None:
    """A site that calls itself by its domain is named by what else the page says."""
    site = '<meta property="og:site_name" content="ledger.example">'
    assert page(head=site).publisher == "ledger.example"
    named = f'{site}<meta name="application-name" content="The Ledger">'
    assert page(head=named).publisher == "The Ledger"


def test_a_byline_is_the_author_and_not_the_text() -> None:
    """A line that only says who wrote it names the authors, where nothing else does."""
    raw = html_file(body="By Ann Lee and Bo Hu\n\n" + BODY).decode()
    article = extract(Document("page", "html", raw, url=URL))
    assert (article.text, article.authors) == (BODY, ("Ann Lee", "Bo Hu"))


@pytest.mark.parametrize(
    ("written", "names"),
    [("By Ann Lee", ["Ann Lee"]), ("Ann Lee and Bo Hu", ["Ann Lee", "Bo Hu"]),
     ("Ann Lee; Bo Hu", ["Ann Lee", "Bo Hu"]), ("Ann Lee, Bo Hu", ["Ann Lee", "Bo Hu"]),
     ("Ann Lee, Jr.", ["Ann Lee, Jr."]), ("https://ledger.example/ann", [])],
)  # fmt: skip
def test_bylines_are_split_into_names(written: str, names: list[str]) -> None:
    """Several writers are several names; what is no name is none."""
    assert split_names(written) == names


@pytest.mark.parametrize(
    ("title", "text", "reason"),
    [
        ("404 Not Found", "Sorry, there is nothing here. Try the front page instead.", "error"),
        ("Just a moment...", "Checking your browser before you can see ledger.example.", "error"),
        ("The Ledger", "The page you are looking for has moved or never was. Try again.", "error"),
        ("Bridge closed", BODY + "\n\nSubscribe to continue reading this article.", "paywall"),
        ("Bridge closed", BODY + "\n\nAlready a subscriber? Sign in to continue.", "paywall"),
    ],
)
def test_errors_and_stubs_are_refused_with_the_reason(title: str, text: str, reason: str) -> None:
    """Error pages, robots' checks and the beginnings that paywalls show are no articles."""
    raw = html_file(body=text, title=title).decode()
    with pytest.raises(BadInput, match=reason):
        extract(Document("page", "html", raw, url=URL))


def test_a_text_that_its_page_says_is_not_free_and_breaks_off_is_a_stub() -> None:
    """The page's own word and dots at the end are enough."""
    head = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": '
        '"False"}</script>'
    )
    raw = html_file(head, body=BODY + "\n\nAll of this was known...").decode()
    with pytest.raises(BadInput, match="paywall"):
        extract(Document("page", "html", raw, url=URL))


def test_a_number_in_a_headline_is_no_error_page() -> None:
    """A short report of 404 people is news."""
    assert page(title="Flood drives 404 people from their homes").text == BODY


@pytest.mark.parametrize(
    ("shown", "expected", "provenance"),
    [
        ("<time datetime='2025-06-02T07:15:00Z'>Mon</time>", "2025-06-02 07:15:00+00:00", "meta"),
        ("<span itemprop='datePublished' content='2025-06-02'>x</span>", "2025-06-02", "meta"),
        ("<p>Published June 2, 2025</p>", "2025-06-02", "dateline"),
        ("<p>2 June 2025</p>", "2025-06-02", "dateline"),
        ("<p>Updated June 2, 2025</p>", "None", "unknown"),
        ("<p>June 2, 2025</p><p>June 9, 2025</p>", "None", "unknown"),
        ("<p>June 2, 2999</p>", "None", "unknown"),
    ],
)  # fmt: skip
def test_a_date_under_the_headline_is_read_when_it_is_the_only_one(
    shown: str, expected: str, provenance: str
) -> None:
    """What readers see dates a page that tells machines nothing; two days date nothing."""
    raw = html_file().decode().replace("</h1>", f"</h1>{shown}")
    article = extract(Document("page", "html", raw, url=URL))
    assert (str(article.published_at), article.published_from) == (expected, provenance)


@pytest.mark.parametrize(
    ("opening", "url", "expected"),
    [
        ("GENEVA, June 2, 2025 (AP) -- ", None, "2025-06-02"),
        ("June 2, 2025 (UPI) -- ", None, "2025-06-02"),
        ("GENEVA, June 2 (AP) — ", "https://a.example/2025/06/talks", "2025-06-02"),
        ("GENEVA, June 2 (AP) — ", None, "None"),
        ("GENEVA, June 2 (AP) — ", "https://a.example/2025/07/talks", "None"),
        ("GENEVA (AP) — ", "https://a.example/2025/06/talks", "None"),
        ("The treaty of June 2, 1921 - ", None, "None"),
    ],
)
def test_a_dateline_dates_a_text_only_when_it_names_the_year(
    opening: str, url: str | None, expected: str
) -> None:
    """Place, day and agency before the first sentence; a missing year is not guessed."""
    article = extract(Document("a.txt", "text", opening + BODY, url=url))
    assert str(article.published_at) == expected
    assert article.published_from == ("unknown" if expected == "None" else "dateline")


def test_an_update_before_the_publication_is_not_believed() -> None:
    """A page built from a template often carries the template's date."""
    head = (
        '<meta property="article:published_time" content="2025-06-02">'
        '<meta property="article:modified_time" content="2019-01-01">'
    )
    assert page(head=head).updated_at is None


def test_markup_of_anything_is_empty_markup() -> None:
    """A page that says nothing of itself says nothing wrong."""
    assert PageMetadata.parse(parse_tree("")) == PageMetadata()
    assert PageMetadata.parse(parse_tree("<p>x")).publishers() == []
