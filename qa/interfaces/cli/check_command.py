"""The command ``citewire check``: every sentence of a draft against the library.

    exit code 0   checked, and no sentence is contradicted
    exit code 1   failed; one line on standard error says why
    exit code 2   wrong usage
    exit code 3   checked, and at least one sentence is contradicted

Knows nothing about how a draft is checked.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa.interfaces.cli.common import (
    HomeOption,
    JsonOption,
    exit_on_error,
    load_settings,
    parse_date_option,
    print_json,
    progress_bar,
    spinner,
)

if TYPE_CHECKING:
    from qa.fact_check import DraftCheck

SOME_CONTRADICTED = 3
"""Exit code when a sentence is contradicted."""

commands = typer.Typer()


@commands.command()
def check(
    file: Annotated[str, typer.Argument(help="A text file, or - for standard input.")],
    as_json: JsonOption = False,
    asked_at: Annotated[
        str | None,
        typer.Option("--asked-at", metavar="DATE", help="The day the draft is checked on [today]"),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Check every sentence of a draft: supported, contradicted, or not found.

    Exit code 3 when a sentence is contradicted, else 0.
    """
    day = parse_date_option(asked_at, "--asked-at")
    with exit_on_error():
        text = _read(file)
        settings = load_settings(home)
        with spinner("Opening the library", quiet=as_json):
            from qa.assistant import Assistant

            assistant = Assistant(settings)
        with _progress(text) as advance:
            checked = assistant.check(text, asked_at=day, on_progress=advance)
        if as_json:
            print_json(checked.to_dict())
        else:
            from qa.interfaces.cli.output.check_output import print_check

            print_check(checked)
        if checked.counts["contradicted"]:
            raise typer.Exit(SOME_CONTRADICTED)


def _read(file: str) -> str:
    """The text of a file or of standard input. Raises BadDraft."""
    from qa.errors import BadDraft

    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise BadDraft(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadDraft(f"{file} is no text in UTF-8; save the draft as plain text.") from error


@contextmanager
def _progress(text: str) -> Iterator[Callable[[DraftCheck], None]]:
    """A progress bar over the sentences of a draft, on standard error. Raises BadDraft."""
    from qa.fact_check import read_draft

    total = len(read_draft(text))
    with progress_bar(quiet=False) as progress:
        task = progress.add_task("Checking", total=total)
        yield lambda checked: progress.update(task, completed=len(checked.sentences))
