"""The article page and what leads to it: text, marks, notes, versions, copies, plot and links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from ingest.pipeline import ingest
from ingest.storage.library import Library
from qa import Assistant, Settings
from qa.interfaces.article_page.annotated_text import placed, render_text
from qa.interfaces.article_page.routes import article_routes
from qa.interfaces.charts.day_axis import ticks
from qa.interfaces.links import reading_address
from qa.interfaces.page.conversation import Exchange
from qa.interfaces.page.conversation_page import render_exchange
from qa.interfaces.page.coverage_plot import render_coverage
from qa.interfaces.page.markup import quote_address
from qa.interfaces.page.source_cards import render_sources
from qa.records import Answer, Citation, FoundArticle, Sentence
from tests.fakes_ingest import WordEmbedding
from tests.serving import served

WIRE = (
    "KORVA (Reuters) - A fire destroyed the grain market of Korva late on Monday, the fire service "
    "said.\n\nFire chief Anselm Dorr said 14 people had been treated for smoke. “We had forty "
    "engines on the square within an hour, and we still lost the north hall,” Dorr told reporters "
    "on Tuesday.\n\nMayor Petra Lunde said that the market would be rebuilt. The market, built in "
    "1911, held 200 stalls. Last week the council had voted to replace its wiring."
)
NOTICE = "Correction: An earlier version of this article misstated the number of stalls."
REVISED = WIRE.replace("200 stalls", "240 stalls") + f"\n\n{NOTICE}"
HOSTILE = {
    "title": "<img src=x onerror=alert(1)>",
    "text": 'The museum holds <script>alert(1)</script> 40 "><svg/onload=alert(1)> exhibits, said '
    "Zora Blint on Monday. It opened last year.",
    "url": "file:///etc/passwd",
    "publisher": "<b>Bold</b> Post",
    "author": "</title><script>alert(2)</script>",
    "date": "2026-10-01",
}


def wire(outlet: str, text: str = WIRE, **other: str) -> dict[str, str]:
    """The wire story as one outlet printed it."""
    host = outlet.split()[-1].lower()
    return {"title": "Fire destroys grain market", "text": text, "publisher": outlet,
            "url": f"https://{host}.example/fire", "date": "2026-11-17", **other}  # fmt: skip


@dataclass(frozen=True)
class Desk:
    """A served library, and the ids of its articles by outlet."""

    address: str
    library: Library
    ids: dict[str, str]

    def get(self, outlet: str, query: str = "") -> html.HtmlElement:
        """The page of an outlet's article."""
        reply = httpx.get(f"{self.address}/article/{self.ids[outlet]}{query}")
        assert reply.status_code == 200
        return html.document_fromstring(reply.text)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A revised wire story, two copies of it, and an article that tries to be markup."""
    library = Library(tmp_path_factory.mktemp("desk"), embedder=WordEmbedding())
    herald = wire("Coast Herald", WIRE + "\n\nThe Coast Herald will report.", date="2026-11-18")
    ingest([wire("Reuters"), wire("Korva Ledger"), herald, HOSTILE], library)
    ingest([wire("Reuters", REVISED, author="Ida Holm")], library)
    ids = {article.publisher or "": article.id for article in library.catalogue.articles()}
    with served(article_routes(library)) as address:
        yield Desk(address, library, ids)


def words(element: html.HtmlElement) -> str:
    """The text of an element with single spaces."""
    return " ".join(element.text_content().split())


def find(root: html.HtmlElement, selectors: str) -> list[html.HtmlElement]:
    """The elements that fit one of the simple CSS selectors: tag, .class, #id, [attribute]."""
    paths = (".//" + "//".join(map(_step, one.split())) for one in selectors.split(", "))
    found: list[html.HtmlElement] = root.xpath("|".join(paths))
    return found


def _step(selector: str) -> str:
    tag, kind, name = re.fullmatch(r"([a-z0-9]*)([.#\[]?)([\w-]*)]?", selector).groups()
    condition = {
        "": "",
        ".": f"[contains(concat(' ', @class, ' '), ' {name} ')]",
        "#": f"[@id='{name}']",
        "[": f"[@{name}]",
    }
    return f"{tag or '*'}{condition[kind]}"


# -- the page -------------------------------------------------------------------------------


def test_the_whole_text_stands_in_its_paragraphs(desk: Desk) -> None:
    """Nothing of an article is left out or changed, whatever is marked in it."""
    page = desk.get("Reuters", "?quote=40-130&quote=70-90&quote=200-210")
    shown = [p.text_content() for p in find(page, ".text p")]
    assert shown == REVISED.split("\n\n")
    assert words(find(page, "h1")[0]) == "Fire destroys grain market"
    facts = words(find(page, ".facts")[0])
    assert "By Ida Holm" in facts
    assert "17 November 2026 (given with the article)" in facts
    original = find(page, ".facts a")[0]
    assert original.get("href") == "https://reuters.example/fire"
    assert {"noopener", "noreferrer"} <= set(original.get("rel").split())


def test_the_quote_clicked_is_the_one_that_is_scrolled_to(desk: Desk) -> None:
    """All quotes of the address are marked; the first has the id ``quote``, once, also when it
    crosses paragraphs or lies inside another one."""
    start, end = REVISED.index("14 people"), REVISED.index("treated")
    page = desk.get("Reuters", f"?version=2&quote={start}-{end}&quote=0-500")
    (quote,) = find(page, "#quote")
    assert quote.text_content() == REVISED[start:end].strip()
    marked = "".join(m.text_content() for m in find(page, ".text mark") if m is not quote)
    assert REVISED[:40] in marked


def test_a_place_that_is_not_in_the_text_is_told(desk: Desk) -> None:
    """An address with places beyond the end, or that are no places, shows the article and says
    so."""
    page = desk.get("Reuters", "?quote=5-9000&quote=9-5&quote=x")
    assert "3 places that this address names are not in this version" in words(page)
    assert not find(page, "mark")


def test_speakers_and_days_stand_beside_the_words(desk: Desk) -> None:
    """Whose claim it is and which day is meant: in notes that anyone can read, and on hover."""
    page = desk.get("Reuters")
    first, second, third = find(page, ".notes")[:3]
    assert "“late on Monday”: 16 November 2026" in words(first)
    assert words(find(second, "li")[0]) == "Said by Anselm Dorr, Fire chief"
    assert "“Last week”: 9 – 15 November 2026" in words(third)
    days = {a.text_content(): a.get("title") for a in find(page, "abbr")}
    assert days["Tuesday"] == "17 November 2026"
    assert "1911" not in days
    assert "Said by Petra Lunde, Mayor" in [s.get("title") for s in find(page, ".said")]


def test_a_quote_of_an_older_version_is_shown_in_that_version(desk: Desk) -> None:
    """Archived text stays addressable, and says that it was replaced and corrected since."""
    start = WIRE.index("200 stalls")
    page = desk.get("Reuters", f"?version=1&quote={start}-{start + 10}#quote")
    assert find(page, "#quote")[0].text_content() == "200 stalls"
    told = " ".join(words(notice) for notice in find(page, ".notice"))
    assert "This is version 1 of 2" in told
    assert "Correction in a later version" in told
    assert "Correction" in words(find(desk.get("Reuters"), ".notice h2")[0])


def test_two_versions_are_compared_sentence_by_sentence(desk: Desk) -> None:
    """What was taken out and put in is marked by elements, not by colour alone."""
    page = desk.get("Reuters", "?compare=1-2")
    assert [words(d) for d in find(page, ".change del")] == ["200"]
    assert words(find(page, ".change ins")[0]) == "240"
    assert "Authors: unknown, then Ida Holm" in words(find(page, ".compare")[0])


def test_copies_of_a_wire_story_are_listed_with_links(desk: Desk) -> None:
    """Each copy is one click away, and the original is named."""
    section = find(desk.get("Coast Herald"), "#copies")[0].getparent()
    listed = {a.get("href"): words(a.getparent()) for a in find(section, "ul a")}
    assert set(listed) == {desk.ids["Reuters"], desk.ids["Korva Ledger"]}
    assert listed[desk.ids["Reuters"]].endswith("the original")
    assert "of the words in common" in listed[desk.ids["Reuters"]]


def test_headings_go_down_one_by_one_and_no_script_is_needed(desk: Desk) -> None:
    """One h1, then h2; no script, no inline style or handler; what is loaded is our own."""
    for query in ("", "?version=1", "?compare=1-2"):
        page = desk.get("Reuters", query)
        assert {h.tag for h in page.iter("h1", "h2", "h3")} == {"h1", "h2"}
        assert [h.tag for h in page.iter("h1", "h2")].index("h1") == 0
        assert len(find(page, "h1")) == 1
        assert not find(page, "script, style, [style]")
        assert find(page, "link")
        assert all(link.get("href").startswith("../page-assets/") for link in find(page, "link"))


def test_a_hostile_article_is_only_text(desk: Desk) -> None:
    """Markup in title, text, outlet and author is shown as words; its address is no link."""
    page = desk.get("<b>Bold</b> Post", "?quote=0-30")
    assert "<script>alert(1)</script>" in find(page, ".text")[0].text_content()
    assert not find(page, "script, main svg, img, b, [onerror], [onload]")
    links = [urlsplit(a.get("href")) for a in find(page, "a")]
    assert {link.scheme for link in links} == {""}
    assert "No web address is known" in words(page)


@pytest.mark.parametrize(
    ("path", "told"),
    [("nothing", "no article with this id"), ("<script>", "no article with this id"),
     ("{}?version=9", "no version 9 of this article; stored: 1, 2"),
     ("{}?version=two", "A version is a number"), ("{}?compare=1-9", "no version 9"),
     ("{}?compare=1", "1-2")],
)  # fmt: skip
def test_what_is_not_there_says_what_to_do(desk: Desk, path: str, told: str) -> None:
    """A page of status 404 with the reason and two ways on; the same reason as JSON."""
    path = path.format(desk.ids["Reuters"])
    reply = httpx.get(f"{desk.address}/article/{path}")
    assert reply.status_code == 404
    page = html.document_fromstring(reply.text)
    assert told in words(page)
    assert "citewire status --articles" in words(page)
    assert not find(page, "script")
    data = httpx.get(f"{desk.address}/api/articles/{path}")
    assert (data.status_code, told in data.json()["error"]["message"]) == (404, True)


def test_the_json_holds_what_the_page_shows(desk: Desk) -> None:
    """Text with annotations whose offsets are exact, versions, copies, and no path of the
    server."""
    data = httpx.get(f"{desk.address}/api/articles/{desk.ids['Reuters']}?compare=1-2").json()
    assert (data["text"], data["version"], data["current"]) == (REVISED, 2, True)
    for one in data["time_expressions"]:
        assert REVISED[one["start"] : one["end"]] == one["phrase"]
    assert {s["speaker"] for s in data["statements"]} >= {"Anselm Dorr", "Petra Lunde"}
    assert [v["version"] for v in data["versions"]] == [1, 2]
    assert {c["id"] for c in data["copies"]} == {desk.ids["Korva Ledger"], desk.ids["Coast Herald"]}
    assert data["notices"][0]["kind"] == "correction"
    assert {"kind": "added", "text": "240 "} in data["comparison"]["changes"][0]
    hostile = httpx.get(f"{desk.address}/api/articles/{desk.ids['<b>Bold</b> Post']}")
    assert "passwd" not in hostile.text


@settings(max_examples=40)
@given(
    st.text("ab <&\n\t", max_size=60),
    st.lists(st.tuples(st.integers(0, 70), st.integers(0, 70)), max_size=5),
)
def test_marking_never_changes_the_words(text: str, spans: list[tuple[int, int]]) -> None:
    """Whatever is marked, the paragraphs hold the words of the text, and the marks those of their
    spans."""
    quotes = [span for low, high in spans if (span := placed(text, (low, max(low, high))))]
    page = html.fragment_fromstring(render_text(text, quotes, (), ()), create_parent=True)
    assert "".join(page.text_content().split()) == "".join(text.split())
    assert len(find(page, "#quote")) == bool(quotes)
    wanted = {i for low, high in quotes for i in range(low, high) if not text[i].isspace()}
    marked = "".join(m.text_content() for m in page.xpath("//mark[not(ancestor::mark)]"))
    assert len("".join(marked.split())) == len(wanted)


# -- in the chat ----------------------------------------------------------------------------


def cited(number: int, article: str = "a", day: int = 1, **other: object) -> Citation:
    """A citation of an article of September 2026."""
    facts: dict[str, object] = {
        "number": number, "article_id": article, "version": 1, "title": f"Title {article}",
        "publisher": f"Outlet {article}", "published_at": date(2026, 9, day),
        "published_from": "dateline", "url": None, "quote": "Ten boats.", "start": 10 * number,
        "end": 10 * number + 10, "passage_id": "p",
    }  # fmt: skip
    return Citation(**(facts | other))  # type: ignore[arg-type]


def answered(*citations: Citation, found: tuple[FoundArticle, ...] = ()) -> Exchange:
    """A finished exchange whose sentences rest on the citations."""
    sentences = tuple(Sentence(c.quote, (c.number,)) for c in citations)
    answer = Answer("How many?", "answered", "quoted", sentences, citations, also_found=found)
    return Exchange(1, "How many?", "done", "", sentences, citations, answer)


FOUND = FoundArticle("f<>", 3, "<b>Found</b>", "Outlet f", date(2026, 9, 20))


def test_an_address_marks_all_that_is_cited_of_the_version() -> None:
    """The clicked quote comes first, then the others of the same version; relative, and escaped."""
    one, two = cited(1), cited(2)
    old, other = cited(3, version=2), cited(4, "b")
    address = quote_address(two, (one, two, old, other))
    assert address == "article/a?version=1&quote=20-30&quote=10-20#quote"
    assert reading_address("../x y") == "article/..%2Fx%20y"


def test_cards_and_numbers_lead_into_the_article() -> None:
    """Every card, quotation and number is a link to its quote, which opens in a new tab as well."""
    exchange = answered(cited(1, copies=3), cited(2, "b"), found=(FOUND,))
    for made in (render_exchange(exchange), render_sources(exchange)):
        page = html.fragment_fromstring(made, create_parent=True)
        links = find(page, "a.cw-read, a.cw-cite")
        assert {a.get("target") for a in links} == {"_blank"}
        to_quotes = [a.get("href") for a in links if a.get("href").endswith("#quote")]
        assert {parse_qs(urlsplit(href).query)["quote"][0] for href in to_quotes} == {
            "10-20",
            "20-30",
        }


def test_a_card_tells_how_the_date_is_known_and_of_copies() -> None:
    """In words that are seen without hovering; an only copy is not counted."""
    page = html.fragment_fromstring(
        render_sources(answered(cited(1, copies=3), cited(2, "b"))), create_parent=True
    )
    first, second = find(page, ".cw-known")
    assert words(first) == "Date read from the article's dateline · 1 of 3 copies of this story"
    assert words(second) == "Date read from the article's dateline"


def test_what_was_found_is_kept_apart_from_what_is_cited() -> None:
    """Articles that no sentence rests on stand under a heading of their own, without a number."""
    page = html.fragment_fromstring(
        render_sources(answered(cited(1), found=(FOUND,))), create_parent=True
    )
    assert len(find(page, ".cw-card")) == 1
    (apart,) = find(page, ".cw-found")
    assert "not cited" in words(apart)
    assert "<b>Found</b>" in words(apart)
    assert not find(apart, ".cw-number, b")


def test_an_answer_knows_its_copies_and_what_else_was_found(desk: Desk) -> None:
    """From a library to the answer: three copies are counted, and what is cited is not also
    found."""
    answer = Assistant(Settings(model="none"), library=desk.library).ask(
        "How many people had been treated for smoke?", asked_at="2026-11-18"
    )
    assert answer.citations[0].copies == 3
    ids = {c.article_id for c in answer.citations}
    assert not ids & {one.article_id for one in answer.also_found}
    assert desk.ids["<b>Bold</b> Post"] not in {one.article_id for one in answer.also_found}
    assert answer.to_dict()["citations"][0]["copies"] == 3


# -- who reported when ----------------------------------------------------------------------


def coverage(exchange: Exchange) -> html.HtmlElement:
    """The plot of an answer."""
    assert exchange.answer
    return html.fragment_fromstring(render_coverage(exchange.answer, 1), create_parent=True)


def test_the_plot_shows_cited_articles_filled_and_found_ones_hollow() -> None:
    """One mark an article, by day from left to right, each a link with its words; the same as a
    table."""
    plot = coverage(answered(cited(1), cited(2), cited(3, "b", 11), found=(FOUND,)))
    marks = find(plot, "a.cw-mark")
    kinds = [find(mark, ".cw-dot")[0].get("class") for mark in marks]
    assert kinds == ["cw-dot", "cw-dot", "cw-dot cw-hollow"]
    across = [float(find(m, ".cw-dot")[0].get("cx").rstrip("%")) for m in marks]
    assert across == sorted(across)
    assert marks[0].get("aria-label") == "Outlet a, 1 September 2026: Title a (cited [1][2])"
    assert [m.get("href") for m in marks][1:] == [
        "article/b?version=1&quote=30-40#quote",
        "article/f%3C%3E?version=3",
    ]
    assert "3 articles of 3 outlets" in words(find(plot, "desc")[0])
    rows = [list(map(words, row)) for row in find(plot, "tbody tr")]
    assert rows[-1] == ["20 September 2026", "Outlet f", "<b>Found</b>", "found, not cited"]
    assert len(rows) == 3
    assert not find(plot, "[style], b")


def test_a_plot_that_tells_nothing_is_not_drawn() -> None:
    """One dated article is no coverage; undated ones are named in the table only."""
    undated = cited(2, "b", published_at=None)
    assert render_exchange(answered(cited(1), undated)).count("cw-coverage") == 0
    plot = coverage(answered(cited(1), undated, cited(3, "c")))
    assert len(find(plot, "a.cw-mark")) == 2
    assert "1 more without a date" in words(find(plot, "desc")[0])


def test_articles_of_one_day_do_not_cover_each_other() -> None:
    """Marks of one outlet on one day stand below each other, inside the drawing."""
    plot = coverage(answered(*(cited(n, f"a{n}", publisher="One Outlet") for n in (1, 2, 3))))
    heights = [int(find(m, ".cw-dot")[0].get("cy")) for m in find(plot, "a.cw-mark")]
    assert len(set(heights)) == 3
    assert max(heights) < int(find(plot, "svg")[0].get("height"))


@pytest.mark.parametrize("days", [0, 1, 2, 3, 4, 400])
def test_the_days_named_below_the_plot_are_few(days: int) -> None:
    """The first and the last day, at most one between them, and none twice."""
    first = date(2026, 1, 1)
    named = ticks(first, date.fromordinal(first.toordinal() + days))
    assert len(named) == len(set(named)) <= 3
    assert (named[-1] - named[0]).days == days
