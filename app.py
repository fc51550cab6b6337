"""The chat in the browser: questions on the left, the articles behind the answers on the right.

    question -> Assistant.stream() -> Conversation -> HTML (qa.interfaces.page)

Also offers ``ask`` as an API endpoint and, with gradio's ``mcp`` extra, as an MCP tool. The only
module that knows gradio; knows nothing about retrieval, models or stores. A conversation lives in
its session's state and nowhere else.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from importlib.resources import files
from importlib.util import find_spec
from io import StringIO
from typing import Any
from urllib.parse import quote

# Before gradio is imported: it looks at these once, and would otherwise call home.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

import gradio as gr
from gradio.events import api as endpoint
from pydantic import ValidationError

from ingest import IngestError
from qa import Answer, AnswerEvent, Assistant, QaError, Settings
from qa.interfaces.page.conversation import Conversation, advanced
from qa.interfaces.page.conversation_page import exchange, header, welcome
from qa.interfaces.page.event_stream import Reading
from qa.interfaces.page.markup import count
from qa.interfaces.page.source_cards import no_sources, sources

log = logging.getLogger(__name__)

AT_ONCE = 4
"""Answers in the making at one time; reading is bound to the processor, and others wait in line."""

WAITING = 64
SESSION_SECONDS = 12 * 3600
LONGEST_QUESTION = 2_000


# -- answering ------------------------------------------------------------------------------


@dataclass(slots=True)
class Visit:
    """How a visitor's clicks reach the answer in the making, if there is one."""

    reading: Reading | None = None
    restarting: bool = False

    def interrupt(self) -> None:
        if self.reading is not None:
            self.reading.leave()


async def answering(
    talk: Conversation, reading: Reading, keep: Callable[[Answer], object] | None = None
) -> AsyncIterator[Conversation]:
    """The conversation as its last question is being answered. Errors become what is said.
    ``keep`` is called with the whole answer; that it fails spoils no answer."""
    try:
        async for event in reading.events():
            talk = talk.with_now(advanced(talk.now, event))
            yield talk
            if keep is not None and isinstance(event, AnswerEvent):
                try:
                    await asyncio.to_thread(keep, event.answer)
                except Exception:
                    log.warning("the answer was not saved", exc_info=True)
        yield talk.stopped()  # as it is, when it was answered
    except (QaError, IngestError) as error:
        yield talk.with_now(replace(talk.now, progress="failed", message=str(error)))
    except Exception:
        log.exception("answering failed: %r", talk.now.question)
        yield talk.with_now(replace(talk.now, progress="failed", message=_UNEXPECTED))


_UNEXPECTED = "Something went wrong inside Citewire. The log of the server says what."


# -- the page -------------------------------------------------------------------------------

_PART = '<div class="cw-part">${value}</div>'
_LIVE = '<div class="cw-part" role="log" aria-live="polite" aria-label="Answer">${value}</div>'
"""gradio alters what changed and keeps the rest, so that only new sentences are read aloud."""

_EXAMPLES_ASK = """
element.addEventListener('click', (event) => {
  const chip = event.target.closest('.cw-example');
  if (chip) trigger('submit', {question: chip.dataset.question});
});
"""


def build(assistant: Assistant) -> gr.Blocks:
    """The page and its endpoints, around one assistant. ``launch`` adds the looks."""
    blocks = gr.Blocks(
        title="Citewire", fill_width=True, analytics_enabled=False, delete_cache=(3600, 86400)
    )
    with blocks:
        page = _page()
        _wire(blocks, page, assistant)
        endpoint(_ask_with(assistant), api_name="ask", concurrency_limit=AT_ONCE)
    blocks.queue(max_size=WAITING)
    return blocks


@dataclass(frozen=True, slots=True)
class Page:
    """What is on the page."""

    talk: gr.State
    visit: gr.State
    top: gr.HTML
    past: gr.HTML
    now: gr.HTML
    past_cards: gr.HTML
    cards: gr.HTML
    box: gr.Textbox
    send: gr.Button
    stop: gr.Button
    again: gr.Button

    def parts(self) -> list[Any]:
        """Everything that ``respond`` may change."""
        return [getattr(self, name) for name in self.__slots__]

    def shows(self, talk: Conversation, *, whole: bool = True) -> dict[Any, Any]:
        """What to change so that the page shows a conversation.

        ``whole=False`` leaves out what stays the same while one question is being answered.
        """
        changes: dict[Any, Any] = {
            self.talk: talk,
            self.now: exchange(talk.now),
            self.cards: sources(talk.now),
        }
        if whole:
            earlier = talk.exchanges[:-1]
            changes[self.past] = "".join(map(exchange, earlier))
            changes[self.past_cards] = "".join(map(sources, earlier))
        return changes | self.working(talk.now.progress == "working")

    def working(self, working: bool) -> dict[Any, Any]:
        return {self.send: gr.update(visible=not working), self.stop: gr.update(visible=working)}

    def begins(self, assistant: Assistant) -> dict[Any, Any]:
        """The page before the first question."""
        status = assistant.status()
        return {
            self.talk: Conversation(),
            self.visit: Visit(),
            self.top: header(status),
            self.past: "",
            self.now: welcome(status, assistant.examples()),
            self.past_cards: "",
            self.cards: no_sources(),
        } | self.working(False)


def _page() -> Page:
    """The components, in the order in which they stand."""
    talk = gr.State(Conversation(), time_to_live=SESSION_SECONDS)
    visit = gr.State(Visit(), time_to_live=SESSION_SECONDS)
    with gr.Row(elem_id="cw-top"):
        top = _html("cw-header")
        again = gr.Button("New conversation", elem_id="cw-again", size="sm", scale=0)
    with gr.Row(elem_id="cw-main"):
        with gr.Column(elem_id="cw-chat"):
            with gr.Column(elem_id="cw-scroll"):
                past, now = _html("cw-past"), _html("cw-now", _LIVE, on_load=_EXAMPLES_ASK)
            with gr.Row(elem_id="cw-composer"):
                box = gr.Textbox(
                    label="Your question", show_label=False, container=False, lines=1, max_lines=6,
                    max_length=LONGEST_QUESTION, autofocus=True, elem_id="cw-box",
                    placeholder="Ask about these articles",
                )  # fmt: skip
                send = gr.Button("Ask", variant="primary", elem_id="cw-send", scale=0)
                stop = gr.Button("Stop", visible=False, elem_id="cw-stop", scale=0)
        with gr.Column(elem_id="cw-panel"):
            past_cards, cards = _html("cw-cards-past"), _html("cw-cards-now")
    return Page(talk, visit, top, past, now, past_cards, cards, box, send, stop, again)


def _html(elem_id: str, template: str = _PART, on_load: str | None = None) -> gr.HTML:
    return gr.HTML(
        "", elem_id=elem_id, html_template=template, js_on_load=on_load, apply_default_css=False
    )


def _wire(blocks: gr.Blocks, page: Page, assistant: Assistant) -> None:
    """What happens when. All of it private: the one public endpoint is ``ask``."""

    gate = threading.Semaphore(AT_ONCE)
    keep = assistant.save if assistant.settings.save_answers else None

    async def respond(
        question: str, talk: Conversation, visit: Visit, happened: gr.EventData
    ) -> AsyncIterator[dict[Any, Any]]:
        example = happened._data if isinstance(happened._data, dict) else {}
        asked = str(example.get("question") or question).strip()[:LONGEST_QUESTION]
        if not asked:
            yield page.working(False)  # yielding nothing at all would empty the whole page
            return
        begun = talk.asked(asked)
        visit.reading = Reading(lambda: assistant.stream(asked, history=begun.history()), gate)
        try:
            yield page.shows(begun) | {page.box: ""}
            async for further in answering(begun, visit.reading, keep):
                yield page.shows(further, whole=False)
        finally:
            visit.interrupt()  # the tab may have been closed
            visit.reading = None
        if visit.restarting:
            yield page.begins(assistant)

    async def halt(visit: Visit) -> None:
        visit.interrupt()

    async def restart(visit: Visit) -> dict[Any, Any]:
        if visit.reading is None:
            return page.begins(assistant)
        visit.restarting = True
        visit.interrupt()
        return {page.visit: visit}

    def begin() -> dict[Any, Any]:
        return page.begins(assistant)

    # While an answer is in the making only ``respond`` writes to the page; the buttons interrupt
    # it. gradio's own ``cancels`` would race with what is already on its way to the page.
    parts = page.parts()
    quietly: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    gr.on(
        [page.box.submit, page.send.click, page.now.submit], respond,
        [page.box, page.talk, page.visit], parts, concurrency_limit=None, **quietly,
    )  # fmt: skip
    page.stop.click(halt, page.visit, None, queue=False, **quietly)
    page.again.click(restart, page.visit, parts, **quietly)
    blocks.load(begin, None, parts, **quietly)


def _ask_with(assistant: Assistant) -> Callable[..., dict[str, Any]]:
    def ask(question: str, asked_at: str = "") -> dict[str, Any]:
        """Answer a question from the news articles in this library, with verbatim quotes as proof.

        The result has `status` ("answered", "partial", "not_found" or "false_premise": the
        articles contradict the question, and `notices` says in what), `text` (the answer with
        [n] behind each sentence), `sentences`, `citations` (for each [n] the exact quote, its
        article's title, publisher, date and address) and `as_of`, the date of the newest article
        cited. "not_found" means that the articles do not say: do not guess then; `nearest` lists
        the articles that come closest.

        Args:
            question: A question in plain words, complete in itself.
            asked_at: The day the question is asked on, as YYYY-MM-DD. Leave empty for today.
        """
        try:
            return assistant.ask(question, asked_at=asked_at or None).to_dict()
        except (QaError, IngestError) as error:
            raise gr.Error(str(error), print_exception=False) from error

    return ask


# -- starting -------------------------------------------------------------------------------


def launch(blocks: gr.Blocks, settings: Settings, port: int) -> None:
    """Serve the page until ``blocks.close()``. Returns when it can be reached."""
    assets = files("qa.interfaces") / "assets"
    script, css, icon = (
        (assets / name).read_text(encoding="utf-8")
        for name in ("citewire.js", "citewire.css", "favicon.svg")
    )
    head = f'<link rel="icon" href="data:image/svg+xml,{quote(icon)}"><script>{script}</script>'
    with redirect_stdout(StringIO()):  # one line is enough, and ``main`` prints it
        blocks.launch(
            server_name=settings.host, server_port=port, root_path=settings.root_path or None,
            theme=gr.themes.Base(font=["Arial", "sans-serif"], font_mono=["monospace"]),
            css=css, head=head, favicon_path=str(assets / "favicon.svg"),
            mcp_server=find_spec("mcp") is not None,
            share=False, run_history=False, enable_monitoring=False, pwa=False, ssr_mode=False,
            footer_links=[], max_file_size="1kb", prevent_thread_lock=True, quiet=True,
        )  # fmt: skip
    _speak_json(blocks)


def _speak_json(blocks: gr.Blocks) -> None:
    """Make the MCP tool answer in JSON, where gradio gives Python's ``str()`` of a dict."""
    server: Any = blocks.mcp_server_obj
    if server is not None:
        server.postprocess_output_data = lambda data, _root_url: [
            server.types.TextContent(type="text", text=json.dumps(value, ensure_ascii=False))
            for value in data
        ]


def free_port(host: str, port: int) -> int:
    """The port itself, or any free one for 0. Raises OSError saying what to do."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, port), family=family) as server:
            return int(server.getsockname()[1])
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise OSError(
            f"cannot listen on {host}:{port}: {reason}. Choose with CITEWIRE_HOST, CITEWIRE_PORT."
        ) from error


def main(settings: Settings | None = None) -> None:
    """Open the library, serve the chat, and stay until interrupted."""
    try:
        settings = settings or Settings()
        port = free_port(settings.host, settings.port)
        assistant = Assistant(settings)
        assistant.add_samples_if_empty()
        assistant.status()  # settings that contradict each other fail before anything listens
        blocks = build(assistant)
        launch(blocks, settings, port)
    except ValidationError as error:
        first = error.errors()[0]
        sys.exit(f"citewire: the setting {first['loc'][0]} is wrong: {first['msg']}")
    except (QaError, IngestError, OSError, ValueError) as error:
        sys.exit(f"citewire: {error}")
    print(_greeting(assistant.status(), settings, port), flush=True)
    stop = threading.Event()
    threading.Thread(target=assistant.poll_feeds, args=(stop,), daemon=True, name="feeds").start()
    try:
        stop.wait()
    except KeyboardInterrupt:
        stop.set()
        blocks.close(verbose=False)


def _greeting(status: Mapping[str, Any], settings: Settings, port: int) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)
    mode = "quoting mode" if status["mode"] == "quoted" else f"writing with {status['model']}"
    return f"Citewire is at http://{host}:{port} ({count(status['articles'], 'article')}; {mode})"


if __name__ == "__main__":
    main()
