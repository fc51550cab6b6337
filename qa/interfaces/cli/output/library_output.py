"""Prints a library's status, the versions of an article and rechecked answers in a terminal.

Text of articles is printed as plain text, never as rich markup. Knows nothing about how these are
found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ingest.records import Article, format_day
from ingest.storage.catalogue.archive import Version
from ingest.versions.text_diff import Change
from qa.answers.recheck import Rechecked
from qa.interfaces.cli.output.answer_output import indented

_EDIT_STYLES = {"kept": "", "removed": "red strike", "added": "green"}
_CHANGE_STYLES = {
    "retracted": "bold red",
    "removed": "red",
    "corrected": "yellow",
    "quote gone": "yellow",
}


def print_status(facts: dict[str, Any], console: Console | None = None) -> None:
    """Print the facts of ``describe_library`` as a small table, and the articles if listed."""
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    span = f"{facts['oldest']} to {facts['newest']}" if facts["oldest"] else "no dated article"
    rows = (
        ("Library", facts["home"]),
        ("Articles", f"{facts['articles']:,} from {facts['outlets']} outlets"),
        ("Passages", f"{facts['passages']:,}"),
        ("Published", span),
        ("Answers", f"written by {facts['model']}" if facts["model"] else "quoted (no model)"),
        ("Embedder", facts["embedder"]),
    )
    for name, value in rows:
        table.add_row(Text(name, style="dim"), Text(str(value)))
    console = console or Console()
    console.print(table)
    for article in facts.get("list", ()):
        line = f"{article['id']}  {article['published_at'] or 'undated':10}  "
        console.print(Text(line, style="dim").append(f"{article['publisher']}: {article['title']}"))


def print_history(
    versions: Sequence[Version],
    steps: Sequence[Sequence[Change]],
    copies: Sequence[Article],
    original: Article | None,
    console: Console | None = None,
) -> None:
    """Print each version with its notices, the ``steps`` between them, and the copies.

    ``steps[i]`` are the changes from version i to version i + 1; empty to leave them out.
    """
    console = console or Console()
    for number, version in enumerate(versions):
        if number and steps:
            _print_changes(steps[number - 1], console)
        _print_version(version, console)
    for copy in copies:
        role = "original" if original and copy.id == original.id else "copy"
        line = f"{role}: {copy.publisher or 'unknown outlet'} · {copy.title}  {copy.id}"
        console.print(Text(line, style="dim"))


def _print_version(version: Version, console: Console) -> None:
    article = version.article
    line = Text(f"version {article.version}", style="bold")
    line.append(f"  stored {version.ingested_at:%Y-%m-%d %H:%M}", style="dim")
    if article.updated_at:
        line.append(f"  updated {format_day(article.updated_at)}", style="dim")
    console.print(line.append("  current" if version.current else "", style="green"))
    console.print(indented(article.title or "(no title)", columns=2))
    for notice in version.notices:
        console.print(indented(f"{notice.kind}: {notice.text}", "yellow", columns=2))


def _print_changes(step: Sequence[Change], console: Console) -> None:
    for change in step:
        line = Text()
        for edit in change.edits:
            words = str(Change((edit,))) + " " if console.no_color else edit.text
            line.append(words, style=_EDIT_STYLES[edit.kind])
            if edit.kind != "kept" and not edit.text.endswith(" "):
                line.append(" ")
        console.print(Padding(line, (0, 0, 0, 4)))


def print_rechecked(
    changed: Sequence[Rechecked], checked: int, console: Console | None = None
) -> None:
    """Print every saved answer that is no longer supported, with what happened to its quotes."""
    console = console or Console()
    for answer in changed:
        asked = answer.asked or answer.created[:10]
        console.print(Text(answer.question, style="bold").append(f"  asked {asked}", style="dim"))
        for item in answer.changed:
            head = Text(f"  [{item.number}] ").append(item.what, style=_CHANGE_STYLES[item.what])
            head.append(f": {item.publisher or 'unknown outlet'} · {item.title}")
            console.print(head)
            quote = " ".join(item.quote.split())
            console.print(indented(f"“{quote}”", "italic", columns=6))
            console.print(indented(item.detail, "dim", columns=6))
    fine = checked - len(changed)
    console.print(Text(f"{checked} saved answers: {fine} stand, {len(changed)} changed"))


def print_articles(articles: Sequence[Article], limit: int, console: Console | None = None) -> None:
    """Print the first ``limit`` articles, a line each, on standard error."""
    console = console or Console(stderr=True)
    for article in articles[:limit]:
        day = format_day(article.published_at) if article.published_at else "undated"
        console.print(Text(f"{article.id}  {day}  {article.publisher}: {article.title}"))
    if len(articles) > limit:
        console.print(Text(f"and {len(articles) - limit} more", style="dim"))
