"""Prints what ingestion did in a terminal: outcomes and counts, feeds, and progress.

Text of articles is printed as plain text, never as rich markup. Knows nothing about how articles
are read or stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ingest.records import IngestReport, Outcome
from qa.interfaces.cli.common import progress_bar
from qa.interfaces.cli.output.answer_output import indented

if TYPE_CHECKING:
    from ingest.storage.catalogue.feed_subscriptions import Subscription
    from ingest.subscriptions import FeedUpdate

_COLOURS = {"new": "green", "revised": "cyan", "duplicate": "yellow", "unchanged": "dim",
            "rejected": "red"}  # fmt: skip


MAX_OUTCOMES_ALL_LISTED = 30
"""Up to so many outcomes all are listed; of more, only those with a reason to look at them."""

MAX_OUTCOMES_LISTED = 50


def print_report(report: IngestReport, console: Console | None = None) -> None:
    """Print a table of outcomes (of many, only of those with a reason) and a line of counts."""
    console = console or Console()
    outcomes: Sequence[Outcome] = report.outcomes
    if len(outcomes) > MAX_OUTCOMES_ALL_LISTED:
        outcomes = [outcome for outcome in outcomes if outcome.reason]
    if outcomes:
        console.print(_outcomes_table(outcomes[:MAX_OUTCOMES_LISTED]))
    if len(outcomes) > MAX_OUTCOMES_LISTED:
        more = f"... and {len(outcomes) - MAX_OUTCOMES_LISTED:,} more; --json lists every one"
        console.print(Text(more, style="dim"))
    if report.left_out:
        console.print(Text(f"{report.left_out:,} outcomes are counted but not listed", style="dim"))
    line = Text()
    for kind, colour in _COLOURS.items():
        if number := report.counts.get(kind):
            line.append(f"{number:,} {kind}  ", style=colour)
    console.print(
        line.append(f"({report.passages:,} passages, {report.seconds:.1f} s)", style="dim")
    )


def _outcomes_table(outcomes: Sequence[Outcome]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", expand=False)
    for name in ("outcome", "article"):
        table.add_column(name, no_wrap=name == "outcome", overflow="fold")
    for outcome in outcomes:
        colour = _COLOURS.get(outcome.kind, "")
        # Paths below the working directory are shown relative, as the user would write them.
        source = outcome.source.removeprefix(f"{Path.cwd()}/")
        article = Text(outcome.title or source)
        if outcome.title:
            article.append(f"  {source}", style="dim")
        if outcome.reason:
            article.append(f"\n{outcome.reason}", style=colour)
        table.add_row(Text(outcome.kind, style=colour), article)
    return table


def outcome_line(outcome: Outcome) -> str:
    """What happened to one source, on one line."""
    name = f"{outcome.title} ({outcome.source})" if outcome.title else outcome.source
    reason = f": {outcome.reason}" if outcome.reason else ""
    return f"{outcome.kind:10} {name}{reason}"


# -- feeds --------------------------------------------------------------------------------

_NO_FEEDS = "No feeds are kept; `citewire feeds add URL` keeps one."


def print_feeds(subscribed: Sequence[Subscription], console: Console | None = None) -> None:
    """Print the subscribed feeds: address, title, and how and when they were last read."""
    console = console or Console()
    if not subscribed:
        console.print(Text(_NO_FEEDS))
    for feed in subscribed:
        console.print(Text(feed.url).append(f"  {feed.title}" if feed.title else "", style="bold"))
        when = f" ({feed.checked_at[:16].replace('T', ' ')} UTC)" if feed.checked_at else ""
        console.print(indented(f"{feed.status}{when}", "dim"))


def print_feed_updates(updates: Sequence[FeedUpdate], console: Console | None = None) -> None:
    """Print what an update did, feed by feed."""
    console = console or Console()
    if not updates:
        console.print(Text(_NO_FEEDS))
    for update in updates:
        colour = "red" if update.failed else "dim"
        console.print(Text(update.url, style="bold").append(f"  {update.status}", colour))
        if update.report:
            print_report(update.report, console)


# -- progress -----------------------------------------------------------------------------


@contextmanager
def ingest_progress(
    sources: Sequence[object], exclude: Sequence[str] = (), *, quiet: bool
) -> Iterator[Callable[[Outcome], None]]:
    """A progress bar over sources on standard error; yields what to call with each outcome."""
    with progress_bar(quiet=quiet) as progress:
        total = None if progress.disable else _count_items(sources, exclude)
        task = progress.add_task("Ingesting", total=total)
        yield lambda outcome: progress.update(
            task, advance=1, description=_fixed_width(outcome.title or outcome.source)
        )


def _fixed_width(text: str, columns: int = 40) -> str:
    return (text if len(text) <= columns else text[: columns - 1] + "…").ljust(columns)


def _count_items(sources: Sequence[object], exclude: Sequence[str]) -> int | None:
    """How many items the sources hold; None where that is not cheap to know."""
    numbers = [_count_items_of(Path(str(source)), exclude) for source in sources]
    known = [number for number in numbers if number is not None]
    return sum(known) if known and len(known) == len(numbers) else None


def _count_items_of(path: Path, exclude: Sequence[str]) -> int | None:
    from ingest.errors import BadInput
    from ingest.sources.folders import file_kind, files_in_folder

    try:
        if path.is_dir():
            return _count_items(list(files_in_folder(path, exclude)), exclude)
        kind = file_kind(path) if path.is_file() else None
        if kind == "jsonl" and path.suffix != ".gz":
            with path.open("rb") as lines:
                return sum(1 for line in lines if line.strip())
    except (OSError, BadInput, ValueError):
        return None
    return 1 if kind in ("text", "markdown", "html", "pdf", "docx", "eml") else None
