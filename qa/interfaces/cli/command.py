"""What the commands share: errors in one line, settings, options, a spinner.

Knows nothing about single commands.
"""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from qa.settings import Settings

log = logging.getLogger(__name__)

Home = Annotated[
    Path | None,
    typer.Option("--home", help="Folder of the library (default: $CITEWIRE_HOME or ~/.citewire)"),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


@contextmanager
def reported() -> Iterator[None]:
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
    except (typer.Exit, typer.Abort, typer.BadParameter):
        raise
    except Exception as error:  # whatever a library raises: one line, and no traceback
        log.debug("failed", exc_info=error)
        said = " ".join(str(error).split())[:300]
        typer.echo(f"citewire: {type(error).__name__}: {said}", err=True)
        raise typer.Exit(1) from error


def load_settings(home: Path | None) -> Settings:
    """Settings of the environment; a folder given on the command line goes before it."""
    from pydantic import ValidationError

    from qa.errors import SettingsError
    from qa.settings import Settings

    try:
        return Settings(home=home) if home else Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"])).upper()
        raise SettingsError(f"the setting {name} is wrong: {first['msg']}") from error


def day_option(text: str | None, option: str) -> Any:
    """The date an option gives, or wrong usage."""
    from ingest.dates.parsing import parse_date

    if text is None:
        return None
    when = parse_date(text)
    if when is None:
        raise typer.BadParameter(
            f"{text!r} is not a date; write it as 2025-06-02", param_hint=option
        )
    return when


@contextmanager
def working(what: str, *, quiet: bool) -> Iterator[None]:
    """A spinner on standard error while something slow happens, if someone is watching."""
    if quiet or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield
