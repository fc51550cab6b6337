"""What all commands share: common options, error messages, settings, dates and progress.

Errors become one line on standard error and exit code 1. Knows nothing about single commands.
"""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.progress import Progress

    from qa.settings import Settings

log = logging.getLogger(__name__)

MAX_ERROR_CHARACTERS = 300
"""Characters shown of the message of an unexpected error."""

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Folder of the library (default: $CITEWIRE_HOME or ~/.citewire)"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


@contextmanager
def exit_on_error() -> Iterator[None]:
    """Turn any error into one line on standard error and exit code 1, without a traceback.

    Also makes standard output UTF-8, which a pipe on Windows is not by itself.
    """
    from ingest.errors import IngestError
    from qa.errors import QaError

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr, format="%(levelname)s %(message)s")
    # A command that waits without end must say for whom.
    logging.getLogger("ingest.storage.write_lock").setLevel(logging.WARNING)
    try:
        yield
    except (typer.Exit, typer.Abort, typer.BadParameter):
        raise
    except (IngestError, QaError) as error:
        typer.echo(f"citewire: {' '.join(str(error).split())}", err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt as error:
        typer.echo("citewire: stopped; what was finished is kept", err=True)
        raise typer.Exit(1) from error
    except Exception as error:  # whatever a library raises
        log.debug("failed", exc_info=error)
        message = " ".join(str(error).split())[:MAX_ERROR_CHARACTERS]
        typer.echo(f"citewire: {type(error).__name__}: {message}", err=True)
        raise typer.Exit(1) from error


def load_settings(home: Path | None) -> Settings:
    """Read the settings; ``home`` takes precedence over the environment. Raises SettingsError."""
    from pydantic import ValidationError

    from qa.errors import SettingsError
    from qa.settings import Settings

    try:
        return Settings(home=home) if home else Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"])).upper()
        raise SettingsError(f"the setting {name} is wrong: {first['msg']}") from error


def parse_date_option(text: str | None, option: str) -> Any:
    """The date or moment that an option gives, None without one. Raises BadParameter."""
    from ingest.dates.parsing import parse_date

    if text is None:
        return None
    when = parse_date(text)
    if when is None:
        raise typer.BadParameter(
            f"{text!r} is not a date; write it as 2025-06-02", param_hint=option
        )
    return when


def print_json(value: Any) -> None:
    """Print plain JSON values on one line."""
    typer.echo(json.dumps(value, ensure_ascii=False))


@contextmanager
def spinner(message: str, *, quiet: bool) -> Iterator[None]:
    """Show a spinner on standard error, unless ``quiet`` or where nobody watches."""
    if quiet or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(message):
        yield


def progress_bar(*, quiet: bool) -> Progress:
    """A progress bar on standard error, disabled when ``quiet`` or not a terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=quiet or not sys.stderr.isatty(),
        transient=True,
    )


@contextmanager
def embedding_progress() -> Iterator[Callable[[int], None]]:
    """A progress bar without a known end; yields what to call with the passages just embedded."""
    with progress_bar(quiet=False) as progress:
        task = progress.add_task("Embedding", total=None)
        yield lambda number: progress.advance(task, number)
