"""Page furniture: bylines, credits and links are told from sentences that report."""

from __future__ import annotations

import pytest

from ingest.records import Article
from qa.reading.boilerplate import is_boilerplate

REPORT = (
    "The council voted on Tuesday to close the old bridge for repairs until the spring of 2027."
)


def judged(line: str, *, first: bool = False, title: str = "Old bridge to close") -> bool:
    """The verdict on a line that stands above the report, or below it."""
    lines = (line, REPORT) if first else (REPORT, line, "Repairs begin on Monday.")
    text = "\n\n".join(lines)
    article = Article(text, title=title, publisher="Harbour Post", authors=("Ines Duarte",))
    return is_boilerplate(line, article, text.index(line))


@pytest.mark.parametrize(
    "line",
    [
        "Ines Duarte",
        "By Ines Duarte",
        "Reuters",
        "(AP)",
        "Harbour Post",
        "Updated July 6, 2026",
        "Published 4:05 p.m. ET July 6, 2026",
        "Getty Images/AFP",
        "Tom Weller/Reuters",
        "(Photo by Tom Weller/Getty Images)",
        "Photo: Tom Weller",
        "Watch the full funeral service",
        "Sign up for our newsletter",
        "To get it in your inbox, sign up here.",
        "Read more: Five bridges that were never built",
        "Read more",
        "Advertisement",
        "Share this article",
        "Editor's note: A version of this story first appeared in our weekly newsletter.",
        "Follow @harbourpost on Twitter",
        "Reach the reporter at ines@harbourpost.example.",
        "Contributing: Tom Weller, Harbour Post",
        "The Associated Press contributed to this report.",
        "This story has been updated with additional details.",
        "The opinions expressed here are her own.",
        "– Ines Duarte",
        "___",
        "4.",
    ],
)
def test_furniture_is_recognised_anywhere(line: str) -> None:
    """Bylines of the article, credits, links and labels report nothing wherever they stand."""
    assert judged(line)


@pytest.mark.parametrize(
    "line",
    [
        "Dave Sherwood",
        "By Jane Doe, CNN",
        "Jane Doe and Tom Weller",
        "Special to the Harbour Post",
        "July 6, 2026",
        "HAVANA —",
        "New York CNN Business —",
    ],
)
def test_names_above_the_report_are_a_byline(line: str) -> None:
    """Names, a place or a day alone, before the report begins, say who wrote it and where."""
    assert judged(line, first=True)


@pytest.mark.parametrize(
    "line",
    [
        "Kobe Bryant",
        "By George Saunders",
        "Zendaya, “Euphoria”",
        "He was 93.",
        "Yes.",
        "What happens next?",
        "$19.99",
        "Tom Weller/Reuters People watch the bridge on Tuesday.",
        "Watch out for closed lanes, the mayor said.",
        "Sign up for Medicare by Dec. 7 to be covered in January.",
        "The agency's website asks drivers to check their cars here.",
        "Reuters reported that the bridge would close.",
        "Editor's note: The parade was postponed to Friday.",
        "Correction: An earlier version of this story misstated when the bridge closed.",
        "He wrote in his newsletter: “The bridge is safe.”",
        "Published in 2015, the book sold 40,000 copies.",
        "She contributed $40 million to the museum.",
        "“Follow me on Twitter,” he said.",
    ],
)
def test_what_tells_something_is_kept(line: str) -> None:
    """Entries of lists, captions, corrections, advice and short answers are not furniture."""
    assert not judged(line)


@pytest.mark.parametrize("line", ["Mayor Closes Bridge", "Old Bridge"])
def test_a_headline_in_capitals_is_no_byline(line: str) -> None:
    """A capitalised line is no byline when its words are common ones, or its article's title."""
    text = (
        f"{line}\n\nThe mayor closes the bridge on Tuesday, after ten years of argument about it."
    )
    assert not is_boilerplate(line, Article(text, title="Old bridge to close"), 0)
