"""``citewire feedback``: what readers said of answers, as a list and as a question set.

Knows nothing about how feedback is given (the chat page) or kept (``qa.answers.feedback``).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from qa.interfaces.cli.common import (
    HomeOption,
    JsonOption,
    exit_on_error,
    load_settings,
    print_json,
)

commands = typer.Typer(
    help="What readers said of answers.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_SIGNS = {"up": "good", "down": "bad", "wrong_citation": "wrong citation"}


@commands.command("list")
def list_feedback(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Show every verdict with its question and comment, oldest first."""
    with exit_on_error():
        from qa.answers.feedback import read_feedback
        from qa.records import to_json

        found = read_feedback(load_settings(home).folder)
        if as_json:
            print_json([to_json(one) | {"answer": one.answer.to_dict()} for one in found])
            return
        for one in found:
            cited = f" [{one.citation}]" if one.citation else ""
            typer.echo(
                f"{one.created:%Y-%m-%d %H:%M}  {_SIGNS[one.verdict]}{cited}: {one.answer.question}"
            )
            if one.comment:
                typer.echo(f"    {' '.join(one.comment.split())}")
        if not found:
            typer.echo("No feedback yet.")


@commands.command()
def export(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The JSON lines to write.")],
    home: HomeOption = None,
) -> None:
    """Write the judged questions as a question set for `citewire eval`."""
    with exit_on_error():
        from qa.answers.feedback import read_feedback
        from qa.bootstrap import open_library
        from qa.evaluate.question_sets.from_feedback import feedback_cases
        from qa.evaluate.results import write_atomically
        from qa.records import Citation

        settings = load_settings(home)
        library = open_library(settings, embedding=False)

        def holds(citation: Citation) -> bool:
            article = library.catalogue.article(citation.article_id, citation.version)
            return article is not None and (
                article.text[citation.start : citation.end] == citation.quote
            )

        cases = feedback_cases(read_feedback(settings.folder), holds)
        lines = (json.dumps(case, ensure_ascii=False) + "\n" for case in cases)
        write_atomically(out, "".join(lines))
        labelled = sum("evidence_ids" in case for case in cases)
    typer.echo(
        f"{out}: {len(cases)} questions, {labelled} with articles that readers found right; "
        "add `answers` or `unanswerable` to the others"
    )
