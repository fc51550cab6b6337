"""Prints a checked draft in a terminal: each sentence with its verdict, quote and what differs.

Text of articles and of the draft is printed as plain text, never as rich markup. Knows nothing
about how a draft is checked.
"""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from ingest.records import format_day
from qa.fact_check import CheckedSentence, DraftCheck, Verdict
from qa.interfaces.cli.output.answer_output import indented, print_citation

LABELS: dict[Verdict, tuple[str, str, str]] = {
    "supported": ("✓", "supported", "green"),
    "contradicted": ("✗", "contradicted", "red"),
    "not_found": ("?", "not found", "yellow"),
    "not_checkable": ("-", "claims nothing", "dim"),
}
"""Mark, word and colour of each verdict."""


def print_check(checked: DraftCheck, console: Console | None = None) -> None:
    """Print every sentence of a draft with what was found for it, and the counts."""
    console = console or Console()
    console.print()
    for sentence in checked.sentences:
        _print_sentence(sentence, checked, console)
    console.print(Text(summary(checked), style="bold"))
    if checked.newest_article:
        console.print(
            Text(f"Newest article in the library {format_day(checked.newest_article)}", style="dim")
        )


def summary(checked: DraftCheck) -> str:
    """12 sentences: 9 supported, 1 contradicted, 2 not found."""
    total = len(checked.sentences)
    parts = [f"{n} {LABELS[verdict][1]}" for verdict, n in checked.counts.items() if n]
    return f"{total} sentence{'' if total == 1 else 's'}: {', '.join(parts)}"


def _print_sentence(sentence: CheckedSentence, checked: DraftCheck, console: Console) -> None:
    mark, label, style = LABELS[sentence.verdict]
    line = Text(f"{mark} {label}  ", style=style).append(
        " ".join(sentence.text.split()), style="default"
    )
    console.print(line)
    for difference in sentence.differences:
        console.print(indented(str(difference), style))
    if sentence.verdict == "not_found":
        nearest = "; ".join(sentence.reasons)
        said = f"the nearest sentence; {nearest}" if nearest else "the nearest sentence"
        console.print(indented(said if sentence.citations else "nothing near it", "dim"))
    for number in sentence.citations:
        print_citation(checked.citations[number - 1], console)
    console.print()
