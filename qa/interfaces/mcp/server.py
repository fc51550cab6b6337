"""Serves the tools by the Model Context Protocol: streamable HTTP, one POST a message, no sessions.

    POST /mcp -> JSON-RPC message -> the tool's result -> one JSON reply

Without sessions nothing is kept for a client, and any of several servers can answer it; there is
no stream to open by GET, as nothing is ever sent unasked. Who may ask is decided in front of it, by
``qa.interfaces.access``. The only module that imports the protocol's package.
"""

from __future__ import annotations

import threading
from importlib import metadata
from typing import Any

from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.types import Tool, ToolAnnotations
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from qa.assistant import Assistant
from qa.interfaces.api.answer_queue import AnswerQueue
from qa.interfaces.mcp.tools import INSTRUCTIONS, ArticleTools

READS_ONLY = ToolAnnotations(
    readOnlyHint=True, destructiveHint=False, idempotentHint=True, openWorldHint=False
)


def mcp_routes(assistant: Assistant, slots: threading.Semaphore) -> list[BaseRoute]:
    """The one address of the protocol; one of the ``slots`` is held while a tool works."""
    tools = ArticleTools(assistant, AnswerQueue(slots))
    return [Route("/mcp", McpEndpoint(tools), methods=["POST"])]


class McpEndpoint:
    """Answers one message a request; an ASGI application."""

    def __init__(self, tools: ArticleTools) -> None:
        self._server = create_server(tools)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A manager runs once, for as long as a server is up; without sessions it has nothing to
        # remember, and one for each request needs no part in the start of gradio's server.
        manager = StreamableHTTPSessionManager(self._server, json_response=True, stateless=True)
        async with manager.run():
            await manager.handle_request(scope, receive, send)


def create_server(tools: ArticleTools) -> Server[Any, Any]:
    """The protocol's server around the tools."""
    server: Server[Any, Any] = Server(
        "citewire", version=metadata.version("citewire"), instructions=INSTRUCTIONS
    )

    async def list_tools() -> list[Tool]:
        return [
            Tool(
                name=tool.name,
                title=tool.title,
                description=tool.description,
                inputSchema=tool.arguments.json_schema(),
                outputSchema=tool.result.json_schema(mode="serialization"),
                annotations=READS_ONLY,
            )
            for tool in tools.tools
        ]

    # The decorators are untyped; what raises becomes a result that says what was wrong.
    server.list_tools()(list_tools)  # type: ignore[no-untyped-call]
    server.call_tool()(tools.call)
    return server
