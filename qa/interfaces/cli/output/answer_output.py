"""Prints an answer in a terminal: sentences, notices and numbered sources with their quotes.

Text of articles is printed as plain text, never as rich markup. Knows nothing about how answers are
made.
"""

from __future__ import annotations

from datetime import date

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ingest.records import format_day
from qa.interfaces.export.document import lay_out
from qa.interfaces.export.html_page import to_html
from qa.interfaces.export.markdown import to_markdown
from qa.records import NOT_FOUND, Answer, Citation, Sentence, capitalized, citation_marks


def indented(text: str, style: str = "", columns: int = 4) -> Padding:
    """A paragraph moved to the right."""
    return Padding(Text(text, style=style), (0, 0, 0, columns))


def print_answer(answer: Answer, console: Console | None = None) -> None:
    """Print the answer, its notices and its numbered sources with outlet, date and quote."""
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
        console.print(_timeline_table(answer))
    if not answer.timeline:
        _print_sentences(answer, console)
    for notice in (n for n in answer.notices if n != answer.lead):
        console.print(Text(f"Note: {notice}", style="yellow"))
    if answer.citations:
        console.print()
        console.print(Text(_summary(answer), style="dim"))
        console.print()
        for citation in answer.citations:
            print_citation(citation, console)


def print_document(answer: Answer, *, as_page: bool) -> None:
    """Print the answer as the text of a file, a web page or Markdown, with footnotes."""
    write = to_html if as_page else to_markdown
    print(write(lay_out([answer]), date.today()), end="")


def _print_sentences(answer: Answer, console: Console) -> None:
    """Each sentence on lines of its own, paragraphs apart and under their headings."""
    for place, sentence in enumerate(answer.sentences):
        if place and (sentence.heading or sentence.paragraph):
            console.print()
        if sentence.heading:
            console.print(Text(sentence.heading, style="bold"))
        quoted = answer.mode == "quoted" and bool(sentence.citations)
        console.print(_sentence_line(sentence, quoted=quoted))


def _sentence_line(sentence: Sentence, *, quoted: bool) -> Text:
    text = Text(sentence.text)
    if sentence.short:
        text.stylize("bold", *sentence.short)
    line = Text("“").append_text(text).append("”") if quoted else text
    line.append(f" {citation_marks(sentence.citations)}", style="cyan")
    if not sentence.said_by:
        return line
    if quoted:
        return Text(f"{capitalized(sentence.said_by)} said: ", style="dim").append_text(line)
    return line.append(f" according to {sentence.said_by}", style="dim")


def _timeline_table(answer: Answer) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, expand=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for entry in answer.timeline:
        day = Text(entry.days, style="bold")
        if entry.dated_by == "publication":
            day.append(" (reported)", style="dim")
        table.add_row(
            day, Text(entry.text).append(f" {citation_marks(entry.citations)}", style="cyan")
        )
    return table


def _summary(answer: Answer) -> str:
    count = answer.independent_sources
    sources = f"{count} independent source{'s' if count != 1 else ''}"
    return " · ".join(filter(None, (answer.freshness, sources, answer.written_how)))


def print_citation(citation: Citation, console: Console) -> None:
    """A numbered source with its quote."""
    number = Text(f"[{citation.number}] ", style="cyan")
    console.print(number.append(citation.source, style="bold"))
    console.print(indented(f"“{' '.join(citation.dated_quote.split())}”", "italic"))
    if citation.said_by:
        console.print(indented(f"said by {citation.said_by}", "dim"))
    if citation.url:
        console.print(indented(citation.url, "dim"))


def _print_not_found(answer: Answer, console: Console) -> None:
    console.print(Text(NOT_FOUND, style="bold"))
    if answer.nearest:
        console.print(Text("The nearest articles:", style="dim"))
    for near in answer.nearest:
        day = format_day(near.published_at) if near.published_at else "undated"
        title = Text("  - ").append(near.title or near.excerpt, style="bold")
        console.print(title.append(f" · {near.publisher or 'unknown outlet'} · {day}", style="dim"))
        if near.title:
            console.print(indented(near.excerpt, "dim"))
