"""How answers, reports and progress look in a terminal (rich). Article text is printed as text:
never as markup. Knows nothing about how answers are made."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from ingest.records import IngestReport, Outcome, format_day
from qa.records import NOT_FOUND, Answer, Citation, Sentence, capitalized, citation_marks

if TYPE_CHECKING:
    from ingest.subscriptions import Kept, Updated

_COLOURS = {"new": "green", "revised": "cyan", "duplicate": "yellow", "unchanged": "dim",
            "rejected": "red"}  # fmt: skip


def print_answer(answer: Answer, console: Console | None = None) -> None:
    """The answer, its notices and its numbered sources with outlet, date and quote."""
    console = console or Console()
    console.print()
    if answer.understood_as:
        console.print(Text(answer.understood_as, style="dim"))
    if answer.status == "not_found":
        _print_not_found(answer, console)
    if answer.lead:
        console.print(Text(answer.lead, style="yellow"))
    for line in (answer.superseded_text, answer.disagreement_text):
        if line:
            console.print(Text(line, style="magenta"))
            console.print()
    if answer.timeline:
        console.print(_timeline(answer))
    for sentence in () if answer.timeline else answer.sentences:
        console.print(_sentence(sentence, quoted=answer.mode == "quoted"))
    for notice in (n for n in answer.notices if n != answer.lead):
        console.print(Text(f"Note: {notice}", style="yellow"))
    if answer.citations:
        console.print()
        console.print(Text(_summary(answer), style="dim"))
        console.print()
        for citation in answer.citations:
            _print_citation(citation, console)


def _sentence(sentence: Sentence, *, quoted: bool) -> Text:
    text = Text(sentence.text)
    if sentence.short:
        text.stylize("bold", *sentence.short)
    shown = Text("“").append_text(text).append("”") if quoted else text
    shown.append(f" {citation_marks(sentence.citations)}", style="cyan")
    if not sentence.said_by:
        return shown
    if quoted:
        return Text(f"{capitalized(sentence.said_by)} said: ", style="dim").append_text(shown)
    return shown.append(f" according to {sentence.said_by}", style="dim")


def _timeline(answer: Answer) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, expand=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for entry in answer.timeline:
        day = Text(entry.days, style="bold")
        if entry.dated_by == "publication":
            day.append(" (reported)", style="dim")
        told = Text(entry.text).append(f" {citation_marks(entry.citations)}", style="cyan")
        table.add_row(day, told)
    return table


def _summary(answer: Answer) -> str:
    parts = [answer.freshness] if answer.freshness else []
    count = answer.independent_sources
    parts.append(f"{count} independent source{'s' if count != 1 else ''}")
    return " · ".join(parts)


def _print_citation(citation: Citation, console: Console) -> None:
    head = Text(f"[{citation.number}] ", style="cyan").append(citation.source, style="bold")
    console.print(head)
    console.print(
        Padding(Text(f"“{' '.join(citation.dated_quote.split())}”", style="italic"), (0, 0, 0, 4))
    )
    if citation.said_by:
        console.print(Padding(Text(f"said by {citation.said_by}", style="dim"), (0, 0, 0, 4)))
    if citation.url:
        console.print(Padding(Text(citation.url, style="dim"), (0, 0, 0, 4)))


def _print_not_found(answer: Answer, console: Console) -> None:
    console.print(Text(NOT_FOUND, style="bold"))
    if answer.nearest:
        console.print(Text("The nearest articles:", style="dim"))
    for near in answer.nearest:
        published = format_day(near.published_at) if near.published_at else "undated"
        console.print(
            Text("  - ").append(near.title or near.excerpt, style="bold").append(
                f" · {near.publisher or 'unknown outlet'} · {published}", style="dim"
            )
        )  # fmt: skip
        if near.title:
            console.print(Padding(Text(near.excerpt, style="dim"), (0, 0, 0, 4)))


_SHORT = 30
"""Outcomes that are all listed; of more, only those that need a look."""

_LISTED = 50


def print_report(report: IngestReport, console: Console | None = None) -> None:
    """What became of the sources: a table of outcomes (of many, only of those with something to
    say), and a line of counts."""
    console = console or Console()
    outcomes: Sequence[Outcome] = report.outcomes
    if len(outcomes) > _SHORT:
        outcomes = [one for one in outcomes if one.reason]
    if outcomes:
        console.print(_outcomes(outcomes[:_LISTED]))
    if len(outcomes) > _LISTED:
        more = f"... and {len(outcomes) - _LISTED:,} more; --json lists every one"
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


def _outcomes(outcomes: Sequence[Outcome]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", expand=False)
    for name in ("outcome", "article"):
        table.add_column(name, no_wrap=name == "outcome", overflow="fold")
    for one in outcomes:
        said = Text(_shown(one.source) if not one.title else one.title)
        if one.title:
            said.append(f"  {_shown(one.source)}", style="dim")
        if one.reason:
            said.append(f"\n{one.reason}", style=_COLOURS.get(one.kind, ""))
        table.add_row(Text(one.kind, style=_COLOURS.get(one.kind, "")), said)
    return table


def _shown(source: str) -> str:
    """A source as the user would write it: paths below the working directory are relative."""
    return source.removeprefix(f"{Path.cwd()}/")


def print_feeds(kept: Sequence[Kept], console: Console | None = None) -> None:
    """The kept feeds: address, title, and how and when they were last read."""
    console = console or Console()
    if not kept:
        console.print(Text("No feeds are kept; `citewire feeds add URL` keeps one."))
    for feed in kept:
        console.print(Text(feed.url).append(f"  {feed.title}" if feed.title else "", style="bold"))
        when = f" ({feed.checked_at[:16].replace('T', ' ')} UTC)" if feed.checked_at else ""
        console.print(Padding(Text(f"{feed.status}{when}", style="dim"), (0, 0, 0, 4)))


def print_updated(updated: Sequence[Updated], console: Console | None = None) -> None:
    """What an update of feeds did, feed by feed."""
    console = console or Console()
    if not updated:
        console.print(Text("No feeds are kept; `citewire feeds add URL` keeps one."))
    for one in updated:
        console.print(
            Text(one.url, style="bold").append(f"  {one.status}", "red" if one.failed else "dim")
        )
        if one.report:
            print_report(one.report, console)


def print_status(facts: dict[str, Any], console: Console | None = None) -> None:
    """Facts about the library as a small table."""
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


@contextmanager
def ingesting(
    sources: Sequence[object], exclude: Sequence[str] = (), *, quiet: bool
) -> Iterator[Callable[[Outcome], None]]:
    """A progress bar over sources on standard error; yields what to call with each outcome."""
    with _progress(quiet) as progress:
        total = None if progress.disable else _count(sources, exclude)
        task = progress.add_task("Ingesting", total=total)
        yield lambda outcome: progress.update(
            task, advance=1, description=_shorten(outcome.title or outcome.source)
        )


@contextmanager
def counting(what: str) -> Iterator[Callable[[int], None]]:
    """A progress bar without a known end; yields what to call with how much was done."""
    with _progress(quiet=False) as progress:
        task = progress.add_task(what, total=None)
        yield lambda number: progress.advance(task, number)


def _progress(quiet: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=quiet or not sys.stderr.isatty(),
        transient=True,
    )


def _shorten(text: str, width: int = 40) -> str:
    return (text if len(text) <= width else text[: width - 1] + "…").ljust(width)


def _count(sources: Sequence[object], exclude: Sequence[str]) -> int | None:
    """How many items there will be; None where that is not cheap to know."""
    numbers = [_items(Path(str(source)), exclude) for source in sources]
    known = [number for number in numbers if number is not None]
    return sum(known) if known and len(known) == len(numbers) else None


def _items(path: Path, exclude: Sequence[str]) -> int | None:
    from ingest.errors import BadInput
    from ingest.sources.folders import file_kind, files_in_folder

    try:
        if path.is_dir():
            numbers = [_items(file, exclude) for file in files_in_folder(path, exclude)]
            return None if None in numbers else sum(filter(None, numbers))
        kind = file_kind(path) if path.is_file() else None
        if kind == "jsonl" and path.suffix != ".gz":
            with path.open("rb") as lines:
                return sum(1 for line in lines if line.strip())
    except (OSError, BadInput, ValueError):
        return None
    return 1 if kind in ("text", "markdown", "html", "pdf", "docx", "eml") else None
