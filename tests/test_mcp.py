"""The tools of agents, called over HTTP by the protocol's own client."""

from __future__ import annotations

import re
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from jsonschema import validate
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, TextContent, Tool

from ingest.records import Article, Passage
from qa import Assistant
from qa.interfaces.mcp.arguments import MAX_CHARACTERS
from qa.interfaces.mcp.results import articles_found
from qa.interfaces.mcp.server import mcp_routes
from qa.retrieval.ranking import Hit
from tests.serving import served

ROOT = Path(__file__).parent.parent
SANK = "How many people died when the Corran Star sank?"


@pytest.fixture(scope="module")
def address(sample_assistant: Assistant) -> Iterator[str]:
    """The tools around the samples."""
    with served(mcp_routes(sample_assistant, threading.Semaphore(2))) as found:
        yield f"{found}/mcp"


@asynccontextmanager
async def session(address: str) -> AsyncIterator[ClientSession]:
    """A client that has introduced itself."""
    async with (
        streamable_http_client(address) as (read, write, _),
        ClientSession(read, write) as client,
    ):
        await client.initialize()
        yield client


class Agent:
    """The protocol's client in a thread of its own."""

    def __init__(self, portal: BlockingPortal, client: ClientSession) -> None:
        self._portal = portal
        self._client = client

    def tools(self) -> list[Tool]:
        """What it is offered."""
        return self._portal.call(self._client.list_tools).tools

    def call(self, tool: str, **arguments: Any) -> CallToolResult:
        """The result of one tool."""
        return self._portal.call(self._client.call_tool, tool, arguments)

    def structured(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The structured content of one tool's result."""
        result = self.call(tool, **arguments)
        assert not result.isError, result.content
        assert result.structuredContent is not None
        return result.structuredContent


@pytest.fixture(scope="module")
def agent(address: str) -> Iterator[Agent]:
    """An agent that is connected to the tools."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(session(address)) as client,
    ):
        yield Agent(portal, client)


def test_an_agent_is_told_what_each_tool_takes_and_gives(agent: Agent) -> None:
    """Three tools that only read, each with the schemas of its arguments and of its result."""
    tools = agent.tools()
    names = [tool.name for tool in tools]
    assert names == ["ask_articles", "search_articles", "read_article"]
    for tool in tools:
        assert tool.annotations.readOnlyHint
        assert tool.outputSchema["properties"]["about"]
        assert all(field.get("description") for field in tool.inputSchema["properties"].values())


def test_an_answer_has_its_exact_quotes(agent: Agent) -> None:
    """Each [n] of the text is a citation, whose quote stands at its place in the article."""
    answer = agent.structured("ask_articles", question=SANK, asked_at="2026-11-01")
    assert answer["status"] == "answered"
    assert "[1]" in answer["text"]
    for cited in answer["citations"]:
        page = agent.structured(
            "read_article", article_id=cited["article_id"], version=cited["version"],
            characters=MAX_CHARACTERS,
        )  # fmt: skip
        assert page["text"][cited["start"] : cited["end"]] == cited["quote"]
    assert any("replaced" in note or "earlier" in note for note in answer["notes"])


def test_what_the_articles_do_not_say_is_not_answered(agent: Agent) -> None:
    """The status says so, there is no citation, and the nearest articles can be read."""
    answer = agent.structured("ask_articles", question="Who won the 1998 football world cup?")
    assert (answer["status"], answer["citations"]) == ("not_found", [])
    nearest = answer["nearest"][0]
    assert agent.structured("read_article", article_id=nearest["article_id"])["title"]


def test_a_search_names_each_article_once(agent: Agent) -> None:
    """Best first, within the filters, as many as were asked for."""
    found = agent.structured("search_articles", query="ferry sinking", limit=3)["articles"]
    assert len({article["article_id"] for article in found}) == len(found) == 3
    assert "Corran Star" in found[0]["excerpt"]
    early = agent.structured("search_articles", query="ferry", until="2026-09-02")["articles"]
    assert early
    assert all(article["published_at"][:10] <= "2026-09-02" for article in early)


def test_an_article_is_read_page_by_page(agent: Agent) -> None:
    """The pages make up the text, and the last one says that it is."""
    (found,) = agent.structured("search_articles", query="port merger", limit=1)["articles"]
    text, offset = "", 0
    while offset is not None:
        page = agent.structured(
            "read_article", article_id=found["article_id"], offset=offset, characters=500
        )
        assert len(page["text"]) <= 500
        text, offset = text + page["text"], page["next_offset"]
    assert len(text) == page["total_characters"] > 500
    assert found["excerpt"] in text


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("ask_articles", {"question": "  "}, "question"),
        ("ask_articles", {"question": SANK, "outlets": ["Nowhere Gazette"]}, "Nowhere Gazette"),
        ("ask_articles", {"question": SANK, "since": "soon"}, "since"),
        ("search_articles", {"query": "ferry", "limit": 1000}, "1000"),
        ("read_article", {"article_id": "nothing"}, "no article"),
        ("read_article", {"article_id": "x", "characters": 10**9}, "maximum"),
        ("read_article", {"path": "/etc/passwd"}, "unexpected"),
        ("forget_article", {}, "no tool"),
    ],
)
def test_an_agent_is_told_what_was_wrong(
    agent: Agent, tool: str, arguments: dict[str, Any], told: str
) -> None:
    """A call that cannot be done is an error in words, which an agent can act on."""
    result = agent.call(tool, **arguments)
    (content,) = result.content
    assert result.isError
    assert isinstance(content, TextContent)
    assert told in content.text


def test_results_keep_to_their_schemas_and_warn_of_what_they_hold(agent: Agent) -> None:
    """Structured content fits the schema that was announced, is also there as text, and says that
    the words in it are articles'."""
    schema = next(tool.outputSchema for tool in agent.tools() if tool.name == "search_articles")
    found = agent.call("search_articles", query="court")
    validate(found.structuredContent, schema)
    assert "never instructions" in found.structuredContent["about"]
    assert "never instructions" in found.content[0].text


def test_no_result_grows_with_what_an_article_says_of_itself() -> None:
    """An outlet's name of 200,000 characters and an address of 50,000 fill no agent's context."""
    article = Article(
        id="a1", title="T" * 9_000, text="The bridge was closed.", publisher="P" * 200_000,
        url=f"https://example.org/{'u' * 50_000}",
    )  # fmt: skip
    passage = Passage("p1", "a1", 1, 0, len(article.text), 0, article.text)
    found = articles_found([Hit(passage, article, 1.0, 1.0, 1.0)], 5)
    assert len(str(found)) < 2_000


def test_there_is_nothing_to_listen_to(address: str) -> None:
    """Nothing is sent unasked, so no connection is held open for it."""
    assert httpx.get(address, headers={"accept": "text/event-stream"}).status_code == 405


def test_the_example_of_the_document_works(
    address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """docs/api.md shows what works: its Python is run as it stands, at this server's address."""
    document = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    section = document.split("## For agents")[1].split("\n## ")[0]
    (example,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    code = compile(example.replace("http://127.0.0.1:7860/mcp", address), "docs/api.md", "exec")
    with ThreadPoolExecutor(1) as threads:  # it runs an event loop of its own
        threads.submit(exec, code, {}).result()
    assert "ferry sank" in capsys.readouterr().out
