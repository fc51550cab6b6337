"""The command ``citewire models``: which language model is set, and which this machine offers.

    exit code 0   the model that is set answers, or none is set
    exit code 1   the model that is set does not answer

Knows nothing about how servers are found or asked.
"""

from __future__ import annotations

import typer

from qa.interfaces.cli.common import (
    HomeOption,
    JsonOption,
    exit_on_error,
    load_settings,
    print_json,
    spinner,
)

commands = typer.Typer()


@commands.command()
def models(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Tell which language model is set and whether it answers, and find local ones.

    Local servers are looked for at the usual ports of Ollama, LM Studio, llama.cpp and vLLM; each
    is shown with the settings that use it.
    """
    with exit_on_error():
        settings = load_settings(home)
        from qa.records import to_json
        from qa.writing.models.local_servers import find_local_servers
        from qa.writing.models.model_check import check_model

        with spinner("Looking for servers", quiet=as_json):
            servers = find_local_servers()
        with spinner("Asking the model that is set", quiet=as_json):
            checked = check_model(settings)
        if as_json:
            print_json(to_json({"set": checked, "servers": servers}))
        else:
            from qa.interfaces.cli.output.models_output import print_models

            print_models(checked, servers)
        if checked.problem:
            raise typer.Exit(1)
