"""How versions, notices and rechecked answers look in a terminal (rich). Article text is printed
as text: never as markup. Knows nothing about how they are found."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from ingest.records import Article, format_day
from ingest.storage.catalogue.archive import Version
from ingest.versions.text_diff import Change
from qa.answers.recheck import Rechecked

_STYLES = {"kept": "", "removed": "red strike", "added": "green"}
_GRAVE = {"retracted": "bold red", "removed": "red", "corrected": "yellow", "quote gone": "yellow"}


def print_history(
    versions: Sequence[Version],
    steps: Sequence[Sequence[Change]],
    copies: Sequence[Article],
    original: Article | None,
    console: Console | None = None,
) -> None:
    """A line a version, its notices, what changed to the next one; then the copies."""
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
    console.print(Padding(Text(article.title or "(no title)"), (0, 0, 0, 2)))
    for notice in version.notices:
        console.print(Padding(Text(f"{notice.kind}: {notice.text}", style="yellow"), (0, 0, 0, 2)))


def _print_changes(step: Sequence[Change], console: Console) -> None:
    for change in step:
        line = Text()
        for edit in change.edits:
            words = str(Change((edit,))) + " " if console.no_color else edit.text
            line.append(words, style=_STYLES[edit.kind])
            if edit.kind != "kept" and not edit.text.endswith(" "):
                line.append(" ")
        console.print(Padding(line, (0, 0, 0, 4)))


def print_rechecked(
    changed: Sequence[Rechecked], checked: int, console: Console | None = None
) -> None:
    """Every answer that no longer stands, with what happened to its quotes."""
    console = console or Console()
    for answer in changed:
        asked = answer.asked or answer.created[:10]
        console.print(Text(answer.question, style="bold").append(f"  asked {asked}", style="dim"))
        for item in answer.changed:
            head = Text(f"  [{item.number}] ").append(item.what, style=_GRAVE[item.what])
            head.append(f": {item.publisher or 'unknown outlet'} · {item.title}")
            console.print(head)
            quote = " ".join(item.quote.split())
            console.print(Padding(Text(f"“{quote}”", style="italic"), (0, 0, 0, 6)))
            console.print(Padding(Text(item.detail, style="dim"), (0, 0, 0, 6)))
    fine = checked - len(changed)
    console.print(Text(f"{checked} saved answers: {fine} stand, {len(changed)} changed"))


def print_chosen(found: Sequence[Article], most: int, console: Console | None = None) -> None:
    """What a removal would take, on standard error."""
    console = console or Console(stderr=True)
    for article in found[:most]:
        day = format_day(article.published_at) if article.published_at else "undated"
        console.print(Text(f"{article.id}  {day}  {article.publisher}: {article.title}"))
    if len(found) > most:
        console.print(Text(f"and {len(found) - most} more", style="dim"))
