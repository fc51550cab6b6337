"""Tells a visitor of the chat, when no language model is set, how to add one.

    servers found on this machine -> HTML: each model by name, and the settings that use it

Names of models are what other programs say, and escaped. Knows nothing about how servers are found.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from qa.writing.models.local_servers import LocalServer, usual_ports

MAX_MODELS_NAMED = 8


def render_model_offer(servers: Sequence[LocalServer]) -> str:
    """A button that opens the explanation."""
    usable = [server for server in servers if server.models]
    found = "".join(_server(server) for server in usable) or (
        f"<p>No server of models answers at the usual ports of this machine ({usual_ports()}). "
        "Start one and load this page again.</p>"
    )
    label = f"Add a model ({len(usable)} found)" if usable else "Add a model"
    return (
        f'<details class="cw-offer"><summary>{label}</summary><div>'
        "<p>No language model is set, so Citewire answers by quoting. With one it writes, and "
        "proves what it writes by the same quotes.</p>"
        f"{found}"
        "<p>For OpenAI set <code>OPENAI_API_KEY</code>, for a file "
        "<code>CITEWIRE_GGUF=model.gguf</code>; in the environment or in a file "
        "<code>.env</code>. Then start Citewire again. <code>citewire models</code> tells whether "
        "it answers.</p></div></details>"
    )


def _server(server: LocalServer) -> str:
    """One server, with the settings for its first model."""
    first, *others = server.models
    lines = escape("\n".join(server.settings(first)))
    more = ", ".join(escape(name) for name in others[:MAX_MODELS_NAMED])
    rest = len(others) - MAX_MODELS_NAMED
    also = f"<p>Also there: {more}{f' and {rest} more' if rest > 0 else ''}.</p>" if more else ""
    return (
        f"<h3>{escape(first)}</h3><p>runs on this machine (port of {escape(server.program)}). "
        f"To use it:</p><pre>{lines}</pre>{also}"
    )
