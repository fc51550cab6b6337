"""The ``citewire`` command. Heavy parts are imported when a command needs them.

    exit code 0   done (an honest "not in these articles" is done)
    exit code 1   failed; one line on standard error says why
    exit code 2   wrong usage

Knows nothing about how answers are made.
"""

from __future__ import annotations

import json
from importlib import metadata
from typing import Annotated

import typer

from qa.interfaces.cli import ingest_commands as cli_ingest
from qa.interfaces.cli.command import Home, Json, day_option, load_settings, reported, working
from qa.interfaces.cli.evaluate_commands import app as evaluation
from qa.interfaces.cli.library_commands import commands as library_commands

app = typer.Typer(
    name="citewire",
    help="Answers from news articles, with the exact words behind every sentence.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(evaluation, name="eval")
app.add_typer(library_commands)


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
    as_json: Json = False,
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
        list[str] | None,
        typer.Option("--outlet", metavar="NAME", help="Only articles of this outlet (repeatable)"),
    ] = None,
    author: Annotated[
        list[str] | None,
        typer.Option("--author", metavar="NAME", help="Only articles by this author (repeatable)"),
    ] = None,
    section: Annotated[
        list[str] | None,
        typer.Option("--section", metavar="NAME", help="Only articles of this section"),
    ] = None,
    language: Annotated[
        list[str] | None,
        typer.Option("--language", metavar="CODE", help="Only articles in this language, as en"),
    ] = None,
    article: Annotated[
        list[str] | None,
        typer.Option("--article", metavar="ID", help="Only this article (see status --articles)"),
    ] = None,
    save: Annotated[
        bool, typer.Option("--save", help="Keep the answer, so that `recheck` can check it again.")
    ] = False,
    home: Home = None,
) -> None:
    """Answer a question, with numbered sources."""
    when = day_option(asked_at, "--asked-at")
    first, last = day_option(since, "--since"), day_option(until, "--until")
    with reported():
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
        with working("Opening the library", quiet=as_json):
            from qa.assistant import Assistant

            assistant = Assistant(settings)
        with working("Reading", quiet=as_json):
            answer = assistant.ask(question, asked_at=when, filters=filters)
        if save:
            assistant.save(answer)
    with reported():
        if as_json:
            typer.echo(json.dumps(answer.to_dict(), ensure_ascii=False))
            return
        from qa.interfaces.cli.terminal import print_answer

        print_answer(answer)


app.command()(cli_ingest.ingest)
app.command()(cli_ingest.watch)
app.add_typer(cli_ingest.feeds)


@app.command()
def status(
    articles: Annotated[bool, typer.Option("--articles", help="List the articles too.")] = False,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """Show what the library holds and how answers are made."""
    with reported():
        settings = load_settings(home)
        from qa.assistant import describe, listed, open_library

        library = open_library(settings, embedding=False)
        facts = describe(library, settings)
        if articles:
            facts["list"] = listed(library)
    if as_json:
        typer.echo(json.dumps(facts, ensure_ascii=False))
        return
    from qa.interfaces.cli.terminal import print_status

    print_status(facts)


@app.command()
def reindex(home: Home = None) -> None:
    """Split and embed every article anew, for example after changing the embedder."""
    with reported():
        settings = load_settings(home)
        from qa.assistant import open_embedder, open_library
        from qa.interfaces.cli.terminal import counting

        library = open_library(settings, embedding=False)
        library.use(open_embedder(settings))
        with counting("Embedding") as tick:
            passages = library.reindex(tick)
    typer.echo(f"Embedded {passages} passages.")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on [127.0.0.1]")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port to listen on [7860]")
    ] = None,
    home: Home = None,
) -> None:
    """Start the chat in a browser."""
    with reported():
        settings = load_settings(home)
        chosen = {"host": host, "port": port}
        settings = settings.model_copy(update={k: v for k, v in chosen.items() if v is not None})
        from app import main as start

        start(settings)


if __name__ == "__main__":
    app()
