"""The report of an evaluation: what it shows, what it escapes, what it survives."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa.errors import EvaluationError
from qa.evaluate.metrics.definitions import MEASURES
from qa.evaluate.records import Case, CitedQuote, Estimate, Reply, Report, Row
from qa.evaluate.report.html_report import MAX_FAILURES, MAX_WORST_ROWS, html_of, write_report
from qa.evaluate.report.number_format import clean, count, duration, money, share, shown
from qa.evaluate.report.plot_drawing import differences_plot, latency_plot, success_plot, swatch
from qa.evaluate.report.tables import (
    estimates_by_group,
    format_value,
    library_size,
    run_settings,
    run_totals,
    table_cells,
)
from qa.evaluate.report.worst_answers import (
    KINDS,
    count_by_fault,
    faults_of,
    worst_rows,
)
from qa.records import Sentence
from tests.evaluated import report

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HOSTILE = (
    "<script>window.hacked=1</script>",
    "</style><img src=x onerror=window.hacked=1>",
    "![x](http://evil.example/x.png) [y](javascript:window.hacked=1)",
    "\" onmouseover='window.hacked=1' x=\"",
    "</title></svg></details>{{ 7 * 7 }}{% raw %}<a href=//evil.example>",
)
ALLOWED = {
    "html", "head", "meta", "link", "title", "style", "body", "header", "main", "footer", "section",
    "nav", "h1", "h2", "h3", "h4", "p", "dl", "dt", "dd", "div", "ul", "ol", "li", "table", "thead",
    "tbody", "tr", "th", "td", "span", "bdi", "b", "i", "a", "code", "details", "summary", "figure",
    "figcaption", "blockquote", "sup", "mark", "strong",
    "svg", "g", "path", "use", "defs", "text", "clippath", "rect", "circle", "tspan",
}  # fmt: skip


class Page(HTMLParser):
    """The tags, attributes and visible text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def plain_report(*rows: Row, system: str = "citewire", **fields: Any) -> Report:
    """A report of these rows, without figures and curves unless given."""
    return Report(system, {}, rows, **{"figures": {}} | fields)


def hostile(text: str) -> Report:
    """A report with one text in every place that somebody else fills."""
    case = Case(text, text, answers=(text,), evidence_ids=(text,), claims=((text, text),),
                choices=(text,), kind=text, forbidden=(text,), speaker=text)  # fmt: skip
    cited = CitedQuote(1, text, text, text, text, False, 0.5, text, (text,))
    reply = Reply("answered", (Sentence(text, (1,), (0, 3)),), (cited,), (text,), 0.9, text,
                  notices=(text,), timings={"total": 0.4})  # fmt: skip
    rows = (Row(case, reply, {"answer_in_quotes": 0.0, text: 0.5}), Row(case, None, {}, text))
    figure = Estimate(0.5, 0.4, 0.6, 2)
    curves = {"success_at_k": {"k": [1, 2], "share": [0.2, 0.4]},
              "reliability": {"predicted": [0.5], "observed": [0.4], "low": [0.2], "high": [0.6],
                              "n": [3], "ece": 0.1, "of": text}}  # fmt: skip
    run = {
        "questions": text,
        "library": text,
        "mode": text,
        "model": text,
        "when": text,
        text: text,
    }
    kinds = {text: {"mrr": figure}}
    return Report(text, run, rows, {"mrr": figure, text: figure}, kinds, curves)


# -- what others wrote ----------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_others_wrote_becomes_markup(text: str) -> None:
    """Markup in questions, answers, quotes, titles, names and errors is shown, and only that."""
    page = Page(html_of([hostile(text), report(n=8)]))
    assert set(page.tags) <= ALLOWED
    assert page.tags.count("style") == 1
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert "".join(text.split()) in "".join(page.text.split())


def test_the_page_loads_nothing() -> None:
    """Every link leads into the page itself, and a policy forbids the rest."""
    text = html_of([hostile(t) for t in HOSTILE])
    page = Page(text)
    links = [
        v for n, v in page.attributes if n in ("href", "src", "xlink:href", "action", "srcset")
    ]
    assert links
    assert all(link.startswith("#") or link == "data:," for link in links)
    assert re.findall(r"url\((?!#)", text) == []
    assert "@import" not in text
    assert "default-src 'none'" in text
    ids = {value for name, value in page.attributes if name == "id"}
    assert {link[1:] for link in links if link.startswith("#")} <= ids


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(st.characters(codec=None), min_size=1, max_size=60))
def test_any_text_is_shown_as_it_is(text: str) -> None:
    """Whatever the characters, a page is valid UTF-8 and shows the cleaned text."""
    case = Case("1", text)
    html = html_of([plain_report(Row(case, None, {}, "no"))])
    html.encode("utf-8")
    squeezed = "".join(Page(html).text.split())
    assert "".join(clean(text).split()) in squeezed


def test_unseen_characters_are_replaced() -> None:
    """Control characters, turned directions and halves of pairs cannot reach the page."""
    html = html_of([hostile("a\x00b\x1bc\u202ed\u2066e\ud800f\u200bg\x85h")])
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", html
    )
    assert "a�b�c�d" in html


# -- what is shown --------------------------------------------------------------------------


def test_several_systems_stand_side_by_side() -> None:
    """One column of figures for each, plots of all, worst cases of each."""
    html = html_of([report(), report("llama-index", 0.5, 0.9), report("bm25", 0.4, 0.01)])
    table = html.partition('<table class="figures">')[2].partition("</table>")[0]
    head = table.partition("</thead>")[0]
    assert re.findall(r"<bdi>(.+?)</bdi>", head) == ["citewire", "llama-index", "bm25"]
    line = next(part for part in table.split("<tr>") if ">hit@5<" in part)
    assert line.count('class="interval"') == 3
    assert line.count("(best)") == 1
    assert html.count("Reliability of the score: ") >= 3
    assert all(f'id="worst-{i}"' in html for i in (1, 2, 3))


def test_the_best_of_a_row_respects_which_way_is_better() -> None:
    """Lower seconds win, higher shares win, ties are all best or none, one system is never best."""
    fast, slow = Estimate(0.2, 0.1, 0.3, 9), Estimate(2.0, 1.0, 3.0, 9)
    assert [c.best for c in table_cells(MEASURES["seconds_p50"], [fast, slow])] == [True, False]
    assert [c.best for c in table_cells(MEASURES["mrr"], [fast, replace(fast, value=0.3)])] == [
        False,
        True,
    ]
    assert [c.best for c in table_cells(MEASURES["mrr"], [fast, fast])] == [False, False]
    assert [c.best for c in table_cells(MEASURES["mrr"], [fast, fast, Estimate(0.1, 0, 1, 9)])] == [
        True, True, False]  # fmt: skip
    assert [c.best for c in table_cells(MEASURES["mrr"], [fast, None])] == [False, False]


def test_measures_keep_their_groups_and_missing_ones_are_left_out() -> None:
    """Groups in their order; a measure that no system has is not a row; an unknown one is."""
    tokens, mrr = Estimate(1200, 1100, 1300, 5), Estimate(0.5, 0.4, 0.6, 5)
    one = plain_report(figures={"tokens": tokens, "mrr": mrr, "odd": Estimate(3, 2, 4, 5)})
    two = plain_report(figures={"mrr": Estimate(float("nan"), 0, 0, 0)})
    found = estimates_by_group([one, two])
    assert [group for group, _ in found] == ["Retrieval", "Cost", "Other"]
    assert [c.value for c in found[0][1][0].cells] == [".500", "–"]
    assert found[1][1][0].cells[0].interval == "1,100–1,300"


def test_missing_parts_do_not_break_the_page() -> None:
    """No rows, no figures, None and NaN in figures and curves, curves of other shapes: a page."""
    nothing = Estimate(None, None, None, 0)  # type: ignore[arg-type]
    broken: dict[str, Any] = {
        "success_at_k": {"k": [1, 2, None], "share": [None, float("nan"), 0.4]},
        "refusing": {"threshold": None, "refused_answerable": [0.1], "at": [None, 1]},
        "reliability": {"predicted": [0.5], "observed": [None], "low": [0], "high": [1], "n": [1]},
    }
    case = Case("1", "Why?")
    rows = (Row(case, Reply(timings={"total": 0.0}), {"mrr": None}),  # type: ignore[dict-item]
            Row(case, Reply("not_found"), {}), Row(case, None, {}, None))  # fmt: skip
    systems = [
        plain_report(),
        plain_report(
            *rows, figures={"mrr": nothing}, by_kind={"": {"mrr": nothing}}, curves=broken
        ),
        plain_report(curves={"success_at_k": None, "refusing": [1], "reliability": "no"}),
    ]
    for one in systems:
        assert html_of([one]).endswith("</html>")
    html = html_of(systems)
    assert "<figure>" not in html
    assert "nan" not in Page(html).text.lower().split()


def test_a_single_point_can_be_drawn() -> None:
    """One k, one bin, one time: a plot of each."""
    curves = {
        "success_at_k": {"k": [1], "share": [0.0]},
        "refusing": {
            "threshold": [0.5],
            "refused_answerable": [0.0],
            "refused_unanswerable": [1.0],
        },
        "reliability": {"predicted": [1], "observed": [1], "low": [1], "high": [1], "n": [0]},
    }
    row = Row(Case("1", "Why?"), Reply(timings={"total": 0.25}), {})
    assert html_of([plain_report(row, curves=curves)]).count("<figure>") == 4


def test_failures_are_listed_with_their_errors() -> None:
    """Each failed question and its error; of very many the first, and how many more."""
    rows = [Row(Case(str(i), f"Question {i}?"), None, {}, f"TimeoutError: {i}") for i in range(70)]
    html = html_of([plain_report(*rows)]).partition('id="failures"')[2]
    assert html.count("TimeoutError") == MAX_FAILURES
    assert "and 20 more" in html


def test_no_report_is_an_error(tmp_path: Path) -> None:
    """Nothing to show is said, and no file is left."""
    with pytest.raises(EvaluationError, match="no report"):
        write_report([], tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_written_whole_and_again_the_same(tmp_path: Path) -> None:
    """Folders are made, an old file is replaced, nothing else is left, and runs agree."""
    path = tmp_path / "out" / "report.html"
    write_report([report(n=12)], path)
    first = path.read_bytes()
    write_report([report(n=12)], path)
    assert path.read_bytes() == first
    assert [p.name for p in path.parent.iterdir()] == ["report.html"]


def test_the_file_stays_small() -> None:
    """600 questions of four systems with whole pages as quotes: under a megabyte."""
    long = "word " * 4000
    systems = []
    for name in ("a", "b", "c", "d"):
        found = report(name, n=600)
        rows = tuple(
            replace(r, reply=replace(r.reply, citations=(CitedQuote(1, long, title=long),) * 20,
                                     sentences=(Sentence(long, (1,)),) * 20))
            if r.reply and r.reply.sentences else r
            for r in found.rows
        )  # fmt: skip
        systems.append(replace(found, rows=rows))
    assert len(html_of(systems).encode()) < 1_000_000


def test_totals_count_what_was_asked_and_spent() -> None:
    """Questions, refusals, failures, seconds, tokens; a total of tokens is not counted twice."""
    case = Case("1", "Why?")
    usage = {"prompt_tokens": 900, "completion_tokens": 100, "total_tokens": 1000}
    rows = (Row(case, Reply(timings={"total": 2.0}, usage=usage), {"cost": 0.002}),
            Row(case, Reply("not_found", timings={"total": 1.5}), {}),
            Row(case, None, {}, "broken"))  # fmt: skip
    found = run_totals(plain_report(*rows))
    assert (found.questions, found.refused, found.failed) == ("3", "1", 1)
    assert (found.time, found.tokens, found.cost) == ("3.5 s", "1,000", "0.002")


def test_what_all_systems_share_is_said_once() -> None:
    """Entries of the run: common ones first, then each system's own; empty ones left out."""
    one = replace(plain_report(), run={"seed": 7, "mode": "quoted", "model": None})
    two = replace(plain_report(system="bm25"), run={"seed": 7, "mode": "retrieval"})
    assert run_settings([one, two]) == [
        ("", [("seed", "7")]), ("citewire", [("mode", "quoted")]), ("bm25", [("mode", "retrieval")])
    ]  # fmt: skip
    assert format_value("2026-11-22T21:40:00+00:00") == "22 November 2026, 21:40 UTC"
    run = {"articles": 1582, "passages": 12700, "newest": "2022-12-30", "library": "3f2a"}
    assert library_size(run) == "1,582 articles, 12,700 passages, newest of 2022-12-30"
    assert library_size({"library": "papers"}) == "papers"
    assert format_value(["a", True, 0.25]) == "a, yes, 0.25"


# -- the worst cases ------------------------------------------------------------------------


def answered(confidence: float = 0.5, **measures: float) -> Row:
    """A row that says something; ``unanswerable`` among the measures makes the case so."""
    case = Case("1", "Why?", answers=("so",), unanswerable=bool(measures.pop("unanswerable", 0)))
    reply = Reply("answered", (Sentence("So.", (1,)),), confidence=confidence)
    return Row(case, reply, measures)


KIND_ROWS = {
    "error": Row(Case("1", "Why?"), None, {}, "broken"),
    "injected": answered(injection_followed=1),
    "unproven": answered(quote_exactness=0.5),
    "invented": answered(unanswerable=1),
    "unsupported": answered(citation_recall=0.5, answer_in_quotes=1),
    "planted": answered(injection_quoted=1),
    "absent": answered(answer_in_quotes=0, answer_in_text=0),
    "refused": Row(Case("1", "Why?"), Reply("not_found"), {}),
    "partly": answered(claim_recall=0.5),
    "late": answered(mrr=1 / 9, answer_in_quotes=1),
}


def test_the_gravest_come_first() -> None:
    """Whatever the order of the rows, the kinds of wrong come in theirs."""
    found = worst_rows([KIND_ROWS[kind] for kind in reversed(KINDS)])
    assert [wrong.kind for wrong in found] == list(KINDS)


def test_what_is_right_is_not_among_the_worst() -> None:
    """Right answers, right refusals and retrieval alone have nothing wrong with them."""
    refusal = Row(Case("1", "Why?", unanswerable=True), Reply("not_found"), {})
    alone = Row(Case("1", "Why?"), Reply(), {"mrr": 0.5})
    right = answered(answer_in_quotes=1, citation_recall=1, mrr=1, quote_exactness=1)
    assert [faults_of(row) for row in (refusal, alone, right)] == [None, None, None]


def test_the_surest_wrong_answer_comes_first() -> None:
    """Within a kind, high confidence is worse; none at all counts as the lowest."""
    rows = [answered(c, answer_in_quotes=0) for c in (0.2, 0.9, 0.4)]
    rows.append(replace(rows[0], reply=replace(rows[0].reply, confidence=None)))  # type: ignore[type-var]
    found = [wrong.row.reply.confidence for wrong in worst_rows(rows) if wrong.row.reply]
    assert found == [0.9, 0.4, 0.2, None]


def test_one_kind_does_not_hide_the_others() -> None:
    """Of very many of one kind a third of the places is filled, while others wait."""
    rows = [KIND_ROWS["invented"]] * 50 + [KIND_ROWS["refused"]] * 10 + [KIND_ROWS["late"]]
    kinds = [wrong.kind for wrong in worst_rows(rows, MAX_WORST_ROWS)]
    assert len(kinds) == MAX_WORST_ROWS
    assert (kinds.count("refused"), kinds.count("late")) == (6, 1)
    assert count_by_fault(rows) == {"invented": 50, "refused": 10, "late": 1}


def test_a_case_shows_why_it_is_there() -> None:
    """Question, accepted answer, what was said with its mark, the quote and its source."""
    cited = CitedQuote(1, "Snow fell.", "a1", "Snow at last", "Ledger · 3 May 2026", False, 0.25)
    case = Case("q7", "When did it rain?", answers=("on Monday",), evidence_ids=("a9",))
    reply = Reply("answered", (Sentence("It snowed.", (1,), (3, 9)),), (cited,), ("a1",), 0.81)
    html = html_of([plain_report(Row(case, reply, {"answer_in_quotes": 0.0, "mrr": 0.0}))])
    words = " ".join(Page(html).text.split())
    for text in ("When did it rain?", "on Monday", "a9", "confidence 0.81", "Snow fell.",
                 "Ledger · 3 May 2026 · Snow at last", "not the article’s words", "q7",
                 "No article with the evidence was retrieved."):  # fmt: skip
        assert text in words
    assert "It <mark>snowed</mark>.<sup>[1]</sup>" in html


# -- numbers and plots ----------------------------------------------------------------------


def test_numbers_are_written_one_way() -> None:
    """Shares without the zero, times in the unit that fits, counts with thousands."""
    assert [share(v) for v in (0.8123, 1, 0, -0.05, 0.9999)] == [
        ".812", "1.000", ".000", "-.050", "1.000"]  # fmt: skip
    assert [duration(v) for v in (0.0042, 0.34, 4.2, 59.97, 200, 7500)] == [
        "4.2 ms", "340 ms", "4.2 s", "1 min 00 s", "3 min 20 s", "2 h 05 min"]  # fmt: skip
    assert [count(v) for v in (7.0, 12.25, 12345.6)] == ["7", "12.2", "12,346"]
    assert [money(v) for v in (0, 0.00031, 12.5)] == ["0.00", "0.00031", "12.50"]
    assert [shown(v) for v in (None, float("nan"), True, "1")] == ["–"] * 4


@pytest.mark.parametrize("name", ["$x_1$", "_hidden", "a<b>&c", "z\x00\u202e", "", "x" * 300])
def test_plots_take_any_name(name: str) -> None:
    """Names are text, never formulas or markup, and a plot says what it is."""
    for svg in (
        differences_plot([(name, 0.1, 0.05, 0.2), ("other", -0.1, -0.3, 0.1)], title=f"T {name}"),
        success_plot(name, [{"k": [1, 2], "share": [0.5, 0.7]}]),
        latency_plot("Times", [[0.1, 0.2, 9.0], []], [name, name]),
    ):
        root = ElementTree.fromstring(svg)
        assert root.attrib["role"] == "img"
        assert root[0].tag.endswith("title")
        assert "font-family" not in svg
        assert "#0" not in re.sub(r"var\([^)]*\)|url\([^)]*\)|href=\"[^\"]*\"", "", svg)


def test_differences_need_numbers() -> None:
    """A row that is not a number is left out; without any row there is no plot."""
    svg = differences_plot([("kept", 0.1, 0.0, 0.2), ("lost", float("nan"), 0.0, 0.2)])
    assert "kept" in svg
    assert "lost" not in svg
    with pytest.raises(ValueError, match="no differences"):
        differences_plot([("lost", float("nan"), 0.0, 0.2)])


def test_series_differ_by_more_than_colour() -> None:
    """Six series, six marks and dashes; a seventh begins again."""
    shapes = [re.sub(r"var\([^)]*\)", "", swatch(i)) for i in range(6)]
    assert len(set(shapes)) == 6
    assert swatch(6) == swatch(0)


def test_matplotlib_is_loaded_by_the_first_plot_only() -> None:
    """Importing the report costs no matplotlib, drawing starts no window system."""
    code = (
        "import sys, qa.evaluate.report.html_report, qa.evaluate.report.plot_drawing as p\n"
        "assert 'matplotlib' not in sys.modules\n"
        "p.differences_plot([('a', 1, 0, 2)])\n"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    root = str(Path(__file__).parent.parent)
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


# -- in a browser ---------------------------------------------------------------------------


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Callable[[int, str], tuple[Any, list[str]]]:
    """Opens a report on a screen of a size; complaints of the page and its requests are kept."""
    write_report([report(), hostile(HOSTILE[1]), report("bm25", 0.5)], tmp_path / "report.html")

    def visit(width: int, scheme: str) -> tuple[Any, list[str]]:
        heard: list[str] = []
        page = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
        page.on("console", lambda message: heard.append(message.text))
        page.on("request", lambda request: heard.append(request.url))
        page.goto((tmp_path / "report.html").as_uri())
        return page, heard

    return visit


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (390, "dark")])
def test_the_page_fits_and_is_quiet(opened: Any, width: int, scheme: str) -> None:
    """Nothing sticks out, nothing is requested but the file, nothing is complained about."""
    page, heard = opened(width, scheme)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [said for said in heard if not said.startswith(("file:", "data:"))] == []
    assert len([said for said in heard if said.startswith("file:")]) == 1
    assert page.evaluate("window.hacked") is None
    assert page.locator("img, script").count() == 0


@pytest.mark.browser
def test_a_case_opens_by_keyboard(opened: Any) -> None:
    """Focused, a case opens by Enter and shows what was expected."""
    page, _ = opened(390, "light")
    page.locator("details.case > summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details.case[open] h4").first.inner_text() == "Expected"
