"""The ``citewire`` command. Heavy parts are imported when a command needs them.

    exit code 0   done (an honest "not in these articles" is done)
    exit code 1   failed; one line on standard error says why
    exit code 2   wrong usage

Knows nothing about how answers are made.
"""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from ingest.library import Library
    from ingest.records import IngestReport
    from qa.settings import Settings

log = logging.getLogger(__name__)

app = typer.Typer(
    name="citewire",
    help="Answers from news articles, with the exact words behind every sentence.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Home = Annotated[
    Path | None,
    typer.Option("--home", help="Folder of the library [default: $CITEWIRE_HOME or ~/.citewire]"),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


@contextmanager
def _reported() -> Iterator[None]:
    """Turn errors made on purpose into one line and exit code 1; anything else too, but logged."""
    from ingest.errors import IngestError
    from qa.errors import QaError

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a pipe on Windows is not UTF-8 by itself
            stream.reconfigure(encoding="utf-8", errors="replace")
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr, format="%(levelname)s %(message)s")
    try:
        yield
    except (IngestError, QaError) as error:
        typer.echo(f"citewire: {' '.join(str(error).split())}", err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt as error:
        typer.echo("citewire: stopped; what was finished is kept", err=True)
        raise typer.Exit(1) from error
    except (typer.Exit, typer.BadParameter):
        raise
    except Exception as error:  # whatever a library raises: one line, and no traceback
        log.debug("failed", exc_info=error)
        said = " ".join(str(error).split())[:300]
        typer.echo(f"citewire: {type(error).__name__}: {said}", err=True)
        raise typer.Exit(1) from error


def _settings(home: Path | None) -> Settings:
    from pydantic import ValidationError

    from qa.errors import SettingsError
    from qa.settings import Settings

    try:
        return Settings(home=home) if home else Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"])).upper()
        raise SettingsError(f"the setting {name} is wrong: {first['msg']}") from error


def _day(text: str | None, option: str) -> Any:
    from ingest.dates import parse_date

    if text is None:
        return None
    when = parse_date(text)
    if when is None:
        raise typer.BadParameter(
            f"{text!r} is not a date; write it as 2025-06-02", param_hint=option
        )
    return when


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
    home: Home = None,
) -> None:
    """Answer a question, with numbered sources."""
    when = _day(asked_at, "--asked-at")
    with _reported():
        settings = _settings(home)
        with _working("Opening the library", quiet=as_json):
            from qa.assistant import Assistant

            assistant = Assistant(settings)
        with _working("Reading", quiet=as_json):
            answer = assistant.ask(question, asked_at=when)
    with _reported():
        if as_json:
            typer.echo(json.dumps(answer.to_dict(), ensure_ascii=False))
            return
        from qa.terminal import print_answer

        print_answer(answer)


@app.command()
def ingest(
    sources: Annotated[
        list[str] | None,
        typer.Argument(help="Files, folders, JSONL files or addresses.", metavar="PATH|URL ..."),
    ] = None,
    published: Annotated[
        str | None,
        typer.Option(
            "--published", metavar="DATE", help="Publication date of all of them, when you know it."
        ),
    ] = None,
    samples: Annotated[
        bool, typer.Option("--samples", help="Add the bundled sample articles.")
    ] = False,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """Put articles into the library. Doing it twice changes nothing."""
    when = _day(published, "--published")
    if not sources and not samples:
        raise typer.BadParameter("name a file, a folder or an address, or use --samples")
    with _reported():
        settings = _settings(home)
        with _working("Opening the library", quiet=as_json):
            from ingest.sources import samples as sample_folder
            from qa.assistant import Assistant

            assistant = Assistant(settings)
        wanted = [*(sources or []), *([str(sample_folder())] if samples else [])]
        report = _ingest_with_progress(assistant, wanted, when, quiet=as_json)
    if as_json:
        typer.echo(json.dumps(_report_dict(report), ensure_ascii=False))
    else:
        from qa.terminal import print_report

        print_report(report)
    if report.outcomes and len(report.rejected) == len(report.outcomes):
        typer.echo(f"citewire: nothing was added: {report.rejected[0].source}: "
                   f"{report.rejected[0].reason}", err=True)  # fmt: skip
        raise typer.Exit(1)


@app.command()
def status(
    articles: Annotated[bool, typer.Option("--articles", help="List the articles too.")] = False,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """Show what the library holds and how answers are made."""
    with _reported():
        settings = _settings(home)
        from qa.assistant import describe, listed, open_library

        library = open_library(settings, embedding=False)
        facts = describe(library, settings)
        if articles:
            facts["list"] = listed(library)
    if as_json:
        typer.echo(json.dumps(facts, ensure_ascii=False))
        return
    from qa.terminal import print_status

    print_status(facts)


@app.command()
def remove(
    articles: Annotated[
        list[str],
        typer.Argument(help="Article ids, addresses or files.", metavar="ID|URL|PATH ..."),
    ],
    as_json: Json = False,
    home: Home = None,
) -> None:
    """Remove articles from the library: text, vectors and index entries."""
    with _reported():
        settings = _settings(home)
        from qa.assistant import open_library

        library = open_library(settings, embedding=False)
        ids = [_resolve(library, name) for name in articles]
        with library.writing():
            removed = library.remove(ids)
    typer.echo(json.dumps({"removed": removed}) if as_json else f"Removed {removed}.")


@app.command()
def reindex(home: Home = None) -> None:
    """Split and embed every article anew, for example after changing the embedder."""
    with _reported():
        settings = _settings(home)
        from qa.assistant import open_embedder, open_library
        from qa.terminal import counting

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
    with _reported():
        settings = _settings(home)
        chosen = {"host": host, "port": port}
        settings = settings.model_copy(update={k: v for k, v in chosen.items() if v is not None})
        from app import main as start

        start(settings)


def _resolve(library: Library, name: str) -> str:
    from ingest.errors import BadInput
    from ingest.extract import canonical

    path = Path(name)
    found = library.catalogue.find(
        article_id=name,
        canonical_url=canonical(name),
        origin=path.resolve().as_uri() if path.suffix else None,
    )
    if found is None:
        raise BadInput(name, "no such article; `citewire status --articles` lists them")
    return found.id


@contextmanager
def _working(what: str, *, quiet: bool) -> Iterator[None]:
    """A spinner on standard error while something slow happens, if someone is watching."""
    if quiet or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


def _ingest_with_progress(assistant: Any, sources: list[str], when: Any, *, quiet: bool) -> Any:
    from qa.terminal import ingesting

    with ingesting(sources, quiet=quiet) as on_outcome:
        return assistant.ingest(sources, published=when, on_outcome=on_outcome)


def _report_dict(report: IngestReport) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "counts": report.counts,
        "passages": report.passages,
        "seconds": round(report.seconds, 3),
        "outcomes": [asdict(outcome) for outcome in report.outcomes],
    }


if __name__ == "__main__":
    app()
