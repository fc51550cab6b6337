"""Reports against each other: superseded, disputed, or neither; small made-up articles."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from ingest.addresses import outlet_names
from ingest.dates.time_expressions import find_time_expressions
from ingest.records import Article, Passage
from qa.answers.citations import citation
from qa.answers.quote_annotation import dated
from qa.questions.interpretation import interpret
from qa.reading.evidence import Evidence
from qa.records import Citation
from qa.retrieval.ranking import Hit
from qa.sources.consistency import Comparison, compare_reports
from qa.sources.independent_outlets import count_independent_sources
from qa.sources.reported_quantities import reported_quantities

HOW_MANY = "How many people died in the Kelmont mill fire?"
LEAD = "Fire tore through the mill in Kelmont on Monday. "


def hit(text: str, outlet: str, day: str, *, title: str = "Mill fire in Kelmont") -> Hit:
    """One article of one passage."""
    moment = datetime.fromisoformat(day) if "T" in day else date.fromisoformat(day)
    key = f"{outlet} {day} {text[:20]}"
    article = Article(
        text=text, title=title, publisher=outlet, published_at=moment, id=key, cluster_id=key
    )
    return Hit(Passage(key, key, 1, 0, 0, len(text), text), article, 1.0)


def compare(*hits: Hit, question: str = HOW_MANY) -> Comparison:
    asked = interpret(question, asked_at=date(2026, 6, 30))
    weights = dict.fromkeys(asked.stems, 1.0)

    def cite(item: Evidence) -> Citation:
        return citation(item, 0, 1.0)

    return compare_reports(asked, reported_quantities(asked, hits, weights, cite))


def shown(found: Comparison) -> tuple[str, list[str], list[str]]:
    latest = found.latest.value if found.latest else ""
    return latest, [r.value for r in found.superseded], [r.value for r in found.disputed]


def test_a_later_count_supersedes_an_earlier_one() -> None:
    """Whoever gives it: the toll of the third replaces that of the first."""
    found = compare(
        hit(LEAD + "Nine people died in the mill fire, police said.", "The Post", "2026-06-01"),
        hit(LEAD + "The death toll of the mill fire rose to 12.", "The Courier", "2026-06-03"),
    )
    assert shown(found) == ("12", ["Nine people"], [])
    assert found.latest is not None
    assert found.latest.day == date(2026, 6, 3)


def test_different_counts_of_one_day_are_disputed() -> None:
    """Two outlets, one day, two numbers: neither replaces the other."""
    found = compare(
        hit(LEAD + "Nine people died in the mill fire, police said.", "The Post", "2026-06-01"),
        hit(LEAD + "The mill fire killed 12 people.", "The Courier", "2026-06-01"),
    )
    assert found.superseded == ()
    assert sorted(shown(found)[2]) == ["12 people", "Nine people"]


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("About 300 people died in the mill fire.", "The mill fire killed 298 people."),
        ("Nine people died in the mill fire.", "The mill fire killed nine people."),
        ("Forty people died in the mill fire.", "The mill fire killed more than 30 people."),
        ("In 1911 a mill fire killed 146 people.", "The mill fire killed nine people."),
        ("Two people died in the mill fire in Ostby.", "The mill fire killed nine people."),
    ],
)
def test_no_false_alarms(older: str, newer: str) -> None:
    """Rounding, the same figure, a vaguer one, another year and another place raise nothing."""
    found = compare(
        hit(LEAD + older, "The Post", "2026-06-01"), hit(LEAD + newer, "The Courier", "2026-06-03")
    )
    assert shown(found)[1:] == ([], [])


def test_an_article_about_another_event_is_not_compared() -> None:
    """A toll elsewhere is no other toll of this fire, however alike the words are."""
    found = compare(
        hit(LEAD + "Nine people died in the mill fire.", "The Post", "2026-06-01"),
        hit("The flood killed 40 people.", "The Courier", "2026-06-03", title="Flood in Ostby"),
    )
    assert shown(found) == ("Nine people", [], [])


def test_a_live_page_is_of_no_day() -> None:
    """A page that is updated for days keeps its first one: its figures are not compared."""
    live = hit(LEAD + "The mill fire killed four people.", "The Courier", "2026-06-01",
               title="Mill fire in Kelmont: live updates")  # fmt: skip
    found = compare(live, hit(LEAD + "Nine people died in the mill fire.", "B", "2026-06-03"))
    assert shown(found) == ("Nine people", [], [])


def test_what_was_published_after_the_question_is_not_known_yet() -> None:
    """The answer of a day knows the reports up to that day."""
    found = compare(
        hit(LEAD + "Nine people died in the mill fire.", "The Post", "2026-06-01"),
        hit(LEAD + "The mill fire killed 12 people.", "The Courier", "2026-07-09"),
    )
    assert shown(found) == ("Nine people", [], [])


def test_a_price_is_superseded_only_by_a_sentence_of_the_keeps_subject() -> None:
    """The same words with a later number replace a price; another place is another matter."""
    question = "How much does a liter of milk cost?"
    first = hit("A liter of milk cost 1.10 crowns on Monday.", "The Post", "2026-06-01", title="")
    same = hit("A liter of milk cost 1.40 crowns on Friday.", "The Post", "2026-06-05", title="")
    assert shown(compare(first, same, question=question))[1] == ["1.10 crowns"]
    question = "How much must Jones pay?"
    one = hit("A jury in Ostby told Jones to pay 4 crowns.", "The Post", "2026-06-01", title="")
    other = hit("A jury in Kelmont told Jones to pay 9 crowns.", "The Post", "2026-06-05", title="")
    assert shown(compare(one, other, question=question))[1] == []


def test_one_outlet_under_two_names_is_one() -> None:
    """CNN, cnn.com and CNN Politics at cnn.com; but two outlets at one portal stay two."""
    assert outlet_names("CNN", None) == outlet_names("cnn.com", None)
    assert outlet_names("CNN Politics", "https://edition.cnn.com/a") & outlet_names("CNN", None)
    assert outlet_names("CNNPolitics", "https://cnn.com/a") & outlet_names("CNN", None)
    assert not outlet_names("The Post", "https://portal.example/a") & outlet_names(
        "The Courier", "https://portal.example/b"
    )
    assert count_independent_sources([]) == 0


def days(*hits: Hit) -> tuple[list[str], list[str]]:
    """What is superseded and disputed of the days that articles give for an opening."""
    asked = interpret("When will the Kelmont harbor summit open?", asked_at=date(2026, 6, 30))

    def cite(item: Evidence) -> Citation:
        found = find_time_expressions(item.article.text, item.article.published_at)
        return dated(citation(item, 0, 1.0), found, ())

    weights = dict.fromkeys(asked.stems, 1.0)
    return shown(compare_reports(asked, reported_quantities(asked, hits, weights, cite)))[1:]


def test_days_are_compared_as_days() -> None:
    """Another day by another outlet is a dispute on one day, and the newer one's right later."""
    first = hit("The Kelmont harbor summit will open on June 12.", "The Post", "2026-06-01")
    other = hit("The Kelmont harbor summit will open on June 19.", "The Courier", "2026-06-01")
    later = hit("The Kelmont harbor summit will open on June 19.", "The Courier", "2026-06-08")
    moved = hit("The Kelmont harbor summit, postponed, will open on June 19.", "B", "2026-06-03")
    same = hit("The Kelmont harbor summit will open on 12 June.", "The Courier", "2026-06-01")
    assert days(first, other)[1] == ["June 12", "June 19"]
    assert days(first, later) == (["June 12"], [])
    assert days(first, moved) == (["June 12"], [])
    assert days(first, same) == ([], [])
