"""The ``citewire`` command: joins the commands, and answers questions (``ask``, ``serve``).

    exit code 0   done (an honest "not in these articles" is done)
    exit code 1   failed; one line on standard error says why
    exit code 2   wrong usage

Commands import heavy libraries when they run, so that ``--help`` is instant. Knows nothing about
how answers are made.
"""

from __future__ import annotations

from enum import StrEnum
from importlib import metadata
from typing import Annotated, TypeAlias

import typer

from qa.interfaces.cli.check_command import commands as check_command
from qa.interfaces.cli.common import (
    HomeOption,
    JsonOption,
    exit_on_error,
    load_settings,
    parse_date_option,
    print_json,
    spinner,
)
from qa.interfaces.cli.evaluation_commands import commands as evaluation_commands
from qa.interfaces.cli.feedback_commands import commands as feedback_commands
from qa.interfaces.cli.ingest_commands import commands as ingest_commands
from qa.interfaces.cli.library_commands import commands as library_commands
from qa.interfaces.cli.models_command import commands as models_command
from qa.interfaces.cli.user_commands import commands as user_commands

Names: TypeAlias = list[str] | None


class OutputFormat(StrEnum):
    """How ``ask`` prints an answer."""

    text = "text"
    markdown = "markdown"
    html = "html"


app = typer.Typer(
    name="citewire",
    help="Answers from news articles, with the exact words behind every sentence.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def main(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        typer.echo(f"citewire {metadata.version('citewire')}")
        raise typer.Exit


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="What you want to know.")],
    as_json: JsonOption = False,
    asked_at: Annotated[
        str | None,
        typer.Option("--asked-at", metavar="DATE", help="The day the question is asked on [today]"),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="DATE", help="Only articles published from this day on"),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="DATE", help="Only articles published up to this day"),
    ] = None,
    outlet: Annotated[
        Names,
        typer.Option("--outlet", metavar="NAME", help="Only articles of this outlet (repeatable)"),
    ] = None,
    author: Annotated[
        Names,
        typer.Option("--author", metavar="NAME", help="Only articles by this author (repeatable)"),
    ] = None,
    section: Annotated[
        Names, typer.Option("--section", metavar="NAME", help="Only articles of this section")
    ] = None,
    language: Annotated[
        Names,
        typer.Option("--language", metavar="CODE", help="Only articles in this language, as en"),
    ] = None,
    article: Annotated[
        Names,
        typer.Option("--article", metavar="ID", help="Only this article (see status --articles)"),
    ] = None,
    save: Annotated[
        bool, typer.Option("--save", help="Keep the answer, so that `recheck` can check it again.")
    ] = False,
    output: Annotated[
        OutputFormat,
        typer.Option("--format", help="text, or a document with footnotes to keep in a file"),
    ] = OutputFormat.text,
    home: HomeOption = None,
) -> None:
    """Answer a question, with numbered sources."""
    day = parse_date_option(asked_at, "--asked-at")
    first, last = parse_date_option(since, "--since"), parse_date_option(until, "--until")
    with exit_on_error():
        from ingest.records import day_of
        from ingest.storage.catalogue.filters import Filters

        filters = Filters(
            first=day_of(first) if first else None,
            last=day_of(last) if last else None,
            outlets=tuple(outlet or ()),
            authors=tuple(author or ()),
            sections=tuple(section or ()),
            languages=tuple(language or ()),
            articles=tuple(article or ()),
        )
        settings = load_settings(home)
        with spinner("Opening the library", quiet=as_json):
            from qa.bootstrap import preload_networks

            preload_networks(settings)  # before the imports that it runs beside
            from qa.assistant import Assistant

            assistant = Assistant(settings)
        with spinner("Reading", quiet=as_json):
            answer = assistant.ask(question, asked_at=day, filters=filters)
        if save:
            assistant.save(answer)
        if as_json:
            print_json(answer.to_dict())
            return
        from qa.interfaces.cli.output.answer_output import print_answer, print_document

        if output is OutputFormat.text:
            print_answer(answer)
        else:
            print_document(answer, as_page=output is OutputFormat.html)


app.add_typer(check_command)
app.add_typer(models_command)
app.add_typer(ingest_commands)
app.add_typer(library_commands)
app.add_typer(evaluation_commands, name="eval")
app.add_typer(user_commands, name="users")
app.add_typer(feedback_commands, name="feedback")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on [127.0.0.1]")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port to listen on [7860]")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Start the chat in a browser."""
    with exit_on_error():
        settings = load_settings(home)
        given = {"host": host, "port": port}
        settings = settings.model_copy(update={k: v for k, v in given.items() if v is not None})
        from app import main as serve_page

        serve_page(settings)


if __name__ == "__main__":
    app()
