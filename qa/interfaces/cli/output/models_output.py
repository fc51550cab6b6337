"""Prints the language model that is set, and those that this machine offers with their settings.

Names of models are printed as plain text, never as rich markup. Knows nothing about servers.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from qa.interfaces.cli.output.answer_output import indented
from qa.writing.models.local_servers import LocalServer, usual_ports
from qa.writing.models.model_check import ModelCheck

ELSEWHERE = (
    "Elsewhere: OPENAI_API_KEY for OpenAI, OPENAI_BASE_URL for any compatible server, "
    "CITEWIRE_GGUF for a file."
)


def print_models(
    checked: ModelCheck, servers: Sequence[LocalServer], console: Console | None = None
) -> None:
    """Print what is set, what was found, and what to set to use it."""
    console = console or Console(soft_wrap=True)
    console.print(Text(_is_set(checked), style="yellow" if checked.problem else "bold"))
    console.print()
    if not servers:
        console.print(f"No server of language models at the usual ports here ({usual_ports()}).")
    for server in servers:
        _print_server(server, console)
    console.print(Text(ELSEWHERE, style="dim"))


def _is_set(checked: ModelCheck) -> str:
    if not (checked.name or checked.problem):
        return "No language model is set: answers are quotations."
    where = f" at {checked.address}" if checked.address else ""
    if checked.problem:
        return f"Set: {checked.name or 'a model'}{where}. It does not answer: {checked.problem}"
    return f"Set: {checked.name}{where}. It answers ({checked.seconds:.1f} s for one word)."


def _print_server(server: LocalServer, console: Console) -> None:
    console.print(Text(f"{server.program}'s port, {server.address}", style="bold"))
    if server.wants_key:
        console.print(indented("It names its models only to those who have its key."))
    elif not server.models:
        console.print(indented("It runs, and has no model that writes."))
    for name in server.models:
        console.print(indented(name))
    if server.models or server.wants_key:
        first = server.models[0] if server.models else ""
        console.print(indented(f"to write with {first or 'it'}, set", "dim"))
        for line in server.settings(first):
            console.print(Text(f"      {line}", style="cyan"))
    console.print()
