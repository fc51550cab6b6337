"""How answers, reports and progress look in a terminal (rich). Article text is printed as text:
never as markup. Knows nothing about how answers are made."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from ingest.records import IngestReport, Outcome, written_day
from qa.records import NOT_FOUND, Answer, Citation, Sentence, marks

_COLOURS = {"new": "green", "revised": "cyan", "duplicate": "yellow", "unchanged": "dim",
            "rejected": "red"}  # fmt: skip


def print_answer(answer: Answer, console: Console | None = None) -> None:
    """The answer, its notices and its numbered sources with outlet, date and quote."""
    console = console or Console()
    console.print()
    if answer.status == "not_found":
        _print_not_found(answer, console)
    for sentence in answer.sentences:
        console.print(_sentence(sentence, quoted=answer.mode == "quoted"))
    for reported in answer.disagreements:
        line = f"Sources disagree: {reported.value} {marks(reported.citations)}"
        console.print(Text(line, style="magenta"))
    for notice in answer.notices:
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
    return shown.append(f" {marks(sentence.citations)}", style="cyan")


def _summary(answer: Answer) -> str:
    parts = []
    if answer.as_of:
        parts.append(f"As of {written_day(answer.as_of)}")
    count = answer.independent_sources
    parts.append(f"{count} independent source{'s' if count != 1 else ''}")
    return " · ".join(parts)


def _print_citation(citation: Citation, console: Console) -> None:
    head = Text(f"[{citation.number}] ", style="cyan").append(citation.source, style="bold")
    console.print(head)
    console.print(
        Padding(Text(f"“{' '.join(citation.quote.split())}”", style="italic"), (0, 0, 0, 4))
    )
    if citation.url:
        console.print(Padding(Text(citation.url, style="dim"), (0, 0, 0, 4)))


def _print_not_found(answer: Answer, console: Console) -> None:
    console.print(Text(NOT_FOUND, style="bold"))
    if answer.nearest:
        console.print(Text("The nearest articles:", style="dim"))
    for near in answer.nearest:
        published = written_day(near.published_at) if near.published_at else "undated"
        console.print(
            Text("  - ").append(near.title or near.excerpt, style="bold").append(
                f" · {near.publisher or 'unknown outlet'} · {published}", style="dim"
            )
        )  # fmt: skip


def print_report(report: IngestReport, console: Console | None = None) -> None:
    """What became of the sources: a line of counts, and every rejected one with its reason."""
    console = console or Console()
    line = Text()
    for kind, colour in _COLOURS.items():
        if number := report.counts.get(kind):
            line.append(f"{number} {kind}  ", style=colour)
    console.print(line.append(f"({report.passages} passages, {report.seconds:.1f} s)", style="dim"))
    for outcome in report.outcomes:
        if outcome.reason and outcome.kind != "rejected":
            console.print(
                Text("note ", style="yellow").append(f"{outcome.source}: {outcome.reason}")
            )
    for outcome in report.rejected:
        console.print(Text("rejected ", style="red").append(f"{outcome.source}: {outcome.reason}"))


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
def ingesting(sources: Sequence[str], *, quiet: bool) -> Iterator[Callable[[Outcome], None]]:
    """A progress bar over sources on standard error; yields what to call with each outcome."""
    with _progress(quiet) as progress:
        task = progress.add_task("Ingesting", total=_count(sources))
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


def _count(sources: Sequence[str]) -> int | None:
    """How many items there will be, as far as that is cheap to know."""
    total = 0
    for source in sources:
        path = Path(source)
        if path.is_dir():
            total += sum(1 for p in path.rglob("*") if p.is_file())
        elif path.suffix in (".jsonl", ".ndjson") and path.is_file():
            with path.open("rb") as lines:
                total += sum(1 for line in lines if line.strip())
        else:
            total += 1
    return total or None
