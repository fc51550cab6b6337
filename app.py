"""The chat in the browser: questions on the left, the articles behind the answers on the right.

    question -> Assistant.stream() -> Conversation -> HTML (qa.interfaces.page)

Also offers ``ask`` as an API endpoint, and serves the API of ``qa.interfaces.api``, the tools of
``qa.interfaces.mcp``, and the pages of articles, saved answers and the library beside the page,
all behind ``qa.interfaces.access``. A conversation is kept in the state of its session and in its
visitor's browser; its answers, unless settings say not to, in the catalogue too. The only module
that imports gradio; knows nothing about retrieval, models or stores.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import ExitStack, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.resources import files
from io import StringIO
from typing import Any
from urllib.parse import quote

# Before gradio is imported: it looks at these once, and would otherwise call home.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

import gradio as gr
from gradio.events import api as endpoint
from pydantic import ValidationError
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from ingest import IngestError
from ingest.storage.catalogue.filters import Filters
from qa import Assistant, QaError, Settings
from qa.answers.feedback import append_feedback
from qa.interfaces.access.identity import Identity, identity_of
from qa.interfaces.access.middleware import AccessMiddleware
from qa.interfaces.access.request_checks import is_from_this_machine
from qa.interfaces.access.security_headers import script_hashes
from qa.interfaces.access.visitor import is_editor, visitor_of
from qa.interfaces.answer_page.answer_saver import AnswerSaver
from qa.interfaces.answer_page.routes import answer_routes
from qa.interfaces.api.routes import api_routes
from qa.interfaces.article_page.routes import article_routes
from qa.interfaces.asking.asked_question import render_suggestions
from qa.interfaces.asking.filter_bar import render_filter_bar
from qa.interfaces.asking.filter_choice import Choice, read_arrival, read_choice, read_filters
from qa.interfaces.asking.suggestions import suggest
from qa.interfaces.event_stream import EventStream
from qa.interfaces.frame.assets import read_asset
from qa.interfaces.frame.routes import asset_routes
from qa.interfaces.library.routes import library_routes
from qa.interfaces.mcp.server import mcp_routes
from qa.interfaces.metrics import Metrics
from qa.interfaces.model_offer import render_model_offer
from qa.interfaces.page.conversation import Conversation
from qa.interfaces.page.conversation_list import render_conversation_list
from qa.interfaces.page.conversation_page import render_exchange, render_header, render_welcome
from qa.interfaces.page.given_feedback import feedback_on, render_receipt
from qa.interfaces.page.saved_conversation import render_file, render_record, restore
from qa.interfaces.page.source_cards import render_empty_panel, render_sources
from qa.interfaces.page.visit import Visit, answer_question
from qa.interfaces.server_address import port_and_lock, startup_line
from qa.writing.models.local_servers import find_local_servers

log = logging.getLogger(__name__)

MAX_CONCURRENT_ANSWERS = 4
"""Answers made at one time, for the page and the API together: reading is bound to the processor,
so further questions wait."""

MAX_QUEUED_EVENTS = 64
"""Clicks and questions that gradio queues; beyond them a visitor is told that the app is busy."""

SESSION_SECONDS = 12 * 3600
"""Seconds for which an idle session keeps its conversation."""

MAX_SESSIONS = 1_000
"""Sessions whose page gradio remembers; beyond them the one that was idle for longest is forgotten
(its visitor's browser has the conversation)."""

MAX_QUESTION_CHARACTERS = 2_000


# -- the page -------------------------------------------------------------------------------

_WITH_STORED = "(stored, visit) => [window.citewireTalks?.open() ?? '', visit]"
"""Brings along the conversation that is open, as the browser keeps it; empty for a new one."""

_WITH_ADDRESS = "(stored, visit) => [window.citewireAsking?.arrive() ?? '', visit]"
"""The same when the page is opened; or a new one under the filters that its address names."""

_WITH_NONE = "(stored, visit) => { window.citewireTalks?.leave(); return ['', visit]; }"

_WITH_FILTERS = "(shown, ...others) => [window.citewireAsking?.shown() ?? '', ...others]"
"""Brings along the filters that stand above the question: no session keeps them, so that what the
visitor sees is what is asked."""

_ASK_FOR_CONVERSATION = """
element.addEventListener('cw-open', () => trigger('submit'));
element.addEventListener('cw-save', (event) => trigger('select', event.detail));
element.addEventListener('cw-feedback', (event) => trigger('like', event.detail));
"""


_PART = '<div class="cw-part">${value}</div>'
_LIVE = '<div class="cw-part" role="log" aria-live="polite" aria-label="Answer">${value}</div>'
"""gradio replaces only what changed, so that screen readers read only new sentences aloud."""

_ASK_CLICKED_EXAMPLE = """
element.addEventListener('click', (event) => {
  const chip = event.target.closest('.cw-example');
  if (chip) trigger('submit', {question: chip.dataset.question, all: chip.matches('.cw-all')});
});
element.addEventListener('cw-ask', (event) => trigger('submit', event.detail));
"""

_SET_FILTERS = "element.addEventListener('cw-filter', (event) => trigger('input', event.detail));"


def build(assistant: Assistant, slots: threading.Semaphore) -> gr.Blocks:
    """The page and its endpoints around one assistant; ``launch`` adds styles and serves it.

    One of the ``slots`` is held while an answer is made for the page.
    """
    blocks = gr.Blocks(
        title="Citewire", fill_width=True, analytics_enabled=False, delete_cache=(3600, 86400)
    )
    with blocks:
        page = _create_page(saving=assistant.settings.saves_answers)
        _connect_events(blocks, page, assistant, slots)
        endpoint(
            _ask_endpoint(assistant, slots),
            api_name="ask",
            concurrency_limit=MAX_CONCURRENT_ANSWERS,
        )
    blocks.queue(max_size=MAX_QUEUED_EVENTS)
    return blocks


@dataclass(frozen=True, slots=True)
class Page:
    """The components of the page."""

    conversation: gr.State
    visit: gr.State
    top: gr.HTML
    past: gr.HTML
    now: gr.HTML
    next: gr.HTML
    past_cards: gr.HTML
    cards: gr.HTML
    filters: gr.Textbox
    filter_bar: gr.HTML
    box: gr.Textbox
    send: gr.Button
    stop: gr.Button
    again: gr.Button
    talks: gr.HTML
    record: gr.HTML
    stored: gr.Textbox
    file: gr.HTML
    receipt: gr.HTML
    offer: gr.HTML

    def components(self) -> list[Any]:
        """Every component that ``respond`` may change."""
        return [getattr(self, name) for name in self.__slots__]

    def updates(self, conversation: Conversation, *, whole: bool = True) -> dict[Any, Any]:
        """The component updates that show a conversation.

        ``whole=False`` leaves out what stays the same while one question is being answered.
        """
        current = conversation.current
        updates: dict[Any, Any] = {
            self.conversation: conversation,
            self.now: render_exchange(current),
            self.cards: render_sources(current),
        }
        if whole:
            updates[self.next] = ""
            earlier = conversation.exchanges[:-1]
            updates[self.past] = "".join(map(render_exchange, earlier))
            updates[self.past_cards] = "".join(map(render_sources, earlier))
        if whole or current.progress != "working":
            updates[self.record] = render_record(conversation, current.number)
        return updates | self.button_updates(working=current.progress == "working")

    def button_updates(self, *, working: bool) -> dict[Any, Any]:
        """Show the stop button while an answer is being made, else the send button."""
        return {self.send: gr.update(visible=not working), self.stop: gr.update(visible=working)}

    def initial_updates(self, assistant: Assistant, request: gr.Request) -> dict[Any, Any]:
        """The component updates that show the page before the first question."""
        status, conversation = assistant.status(), Conversation()
        return (
            {
                self.conversation: conversation,
                self.record: render_record(conversation),
                self.visit: Visit(),
                self.top: render_header(status, _visitor_name(request)),
                self.past: "",
                self.now: render_welcome(status, assistant.examples()),
                self.next: "",
                self.past_cards: "",
                self.cards: render_empty_panel(),
            }
            | self.filter_updates(Choice(Filters()), assistant)
            | self.button_updates(working=False)
        )

    def filter_updates(self, choice: Choice, assistant: Assistant) -> dict[Any, Any]:
        """The component updates that show which articles are asked."""
        return {self.filter_bar: render_filter_bar(choice, assistant.library)}

    def stored_updates(
        self, stored: str, assistant: Assistant, request: gr.Request
    ) -> dict[Any, Any]:
        """The component updates that show a conversation as the browser has stored it."""
        initial = self.initial_updates(assistant, request)
        conversation, whole = restore(stored)
        if not conversation.exchanges:
            filters = self.filter_updates(read_arrival(stored, assistant.library), assistant)
            return initial | filters | {self.record: render_record(conversation)}
        record = render_record(conversation, None if whole else 1, partly=not whole)
        filters = self.filter_updates(Choice(conversation.filters), assistant)
        return initial | self.updates(conversation) | filters | {self.record: record}


def _visitor_name(request: gr.Request) -> str:
    return visitor_of(request.request.scope).name if request.request else ""


def _create_page(*, saving: bool) -> Page:
    """Create the components, in the order in which they appear."""
    conversation = gr.State(Conversation(), time_to_live=SESSION_SECONDS)
    visit = gr.State(Visit(), time_to_live=SESSION_SECONDS)
    with gr.Row(elem_id="cw-top"):
        talks = gr.HTML(
            render_conversation_list(saving=saving), elem_id="cw-talks", html_template=_PART,
            js_on_load=_ASK_FOR_CONVERSATION, apply_default_css=False,
        )  # fmt: skip
        top = _html("cw-header")
        offer = _html("cw-offer")
        again = gr.Button("New conversation", elem_id="cw-again", size="sm", scale=0)
    with gr.Row(elem_id="cw-main"):
        with gr.Column(elem_id="cw-chat"):
            with gr.Column(elem_id="cw-scroll"):
                past, now = _html("cw-past"), _html("cw-now", _LIVE, on_load=_ASK_CLICKED_EXAMPLE)
                following = _html("cw-next", on_load=_ASK_CLICKED_EXAMPLE)
            with gr.Column(elem_id="cw-asking", scale=0):
                filter_bar = _html("cw-filters", on_load=_SET_FILTERS)
                with gr.Row(elem_id="cw-composer"):
                    box = gr.Textbox(
                        label="Your question", show_label=False, container=False, lines=1,
                        max_lines=6, max_length=MAX_QUESTION_CHARACTERS, autofocus=True,
                        elem_id="cw-box", placeholder="Ask about these articles",
                    )  # fmt: skip
                    send = gr.Button("Ask", variant="primary", elem_id="cw-send", scale=0)
                    stop = gr.Button("Stop", visible=False, elem_id="cw-stop", scale=0)
        with gr.Column(elem_id="cw-panel"):
            past_cards, cards = _html("cw-cards-past"), _html("cw-cards-now")
    record = _html("cw-record")
    stored, filters = gr.Textbox(visible=False), gr.Textbox(visible=False)
    return Page(
        conversation, visit, top, past, now, following, past_cards, cards, filters, filter_bar, box,
        send, stop, again, talks, record, stored, _html("cw-file"), _html("cw-receipt"), offer,
    )  # fmt: skip


def _html(elem_id: str, template: str = _PART, on_load: str | None = None) -> gr.HTML:
    return gr.HTML(
        "", elem_id=elem_id, html_template=template, js_on_load=on_load, apply_default_css=False
    )


def _connect_events(
    blocks: gr.Blocks, page: Page, assistant: Assistant, slots: threading.Semaphore
) -> None:
    """Connect clicks and keys to what they do. All private: the one public endpoint is ``ask``."""
    save = AnswerSaver(assistant).save if assistant.settings.saves_answers else None
    suggesting = threading.Semaphore(1)

    async def respond(
        shown: str,
        visit: Visit,
        question: str,
        conversation: Conversation,
        event: gr.EventData,
        request: gr.Request,
    ) -> AsyncIterator[dict[Any, Any]]:
        wanted = _sent(event)
        asked = str(wanted.get("question") or question).strip()[:MAX_QUESTION_CHARACTERS]
        if not asked or visit.stream is not None:  # nothing, or a second click
            # Yielding nothing at all would empty the whole page.
            yield page.button_updates(working=visit.stream is not None)
            return
        updates: dict[Any, Any] = {} if wanted.get("question") else {page.box: ""}
        filters = read_filters(shown)
        if wanted.get("all"):
            filters = Filters()
            updates |= page.filter_updates(Choice(filters), assistant)
        if not conversation.exchanges:
            conversation = Conversation()
        elif wanted.get("again") or wanted.get("all"):
            conversation = conversation.without_last()
        begun = answered = conversation.with_question(asked, filters)
        visit.asked = begun
        visit.stream = EventStream(
            lambda: assistant.stream(asked, history=begun.history(), filters=filters), slots
        )
        try:
            # The visit is written anew, for gradio forgets what was not for long: the buttons must
            # find the one that has this stream.
            yield page.updates(begun) | {page.visit: visit} | updates
            async for answered in answer_question(begun, visit.stream, save):
                yield page.updates(answered, whole=False)
        finally:
            visit.interrupt()  # the tab may have been closed
            visit.stream = None
        if visit.next is not None:
            yield await asyncio.to_thread(page.stored_updates, visit.next, assistant, request)
            return
        # At the end gradio sends once more what was yielded last: not the answer, for the visitor
        # may have gone on by then.
        yield {page.next: gr.skip()}
        questions = await asyncio.to_thread(suggestions, answered, lambda: visit.asked is not begun)
        if questions and visit.asked is begun:
            yield {page.next: render_suggestions(questions)}

    def suggestions(answered: Conversation, given_up: Callable[[], bool]) -> Sequence[str]:
        """What to ask next; nothing while that is found for another, or all ``slots`` are taken."""
        last = answered.current
        if last.answer is None:
            return ()
        with ExitStack() as held:
            for semaphore in (suggesting, slots):
                if not semaphore.acquire(blocking=False):
                    return ()
                held.callback(semaphore.release)
            history = answered.history(current=True)
            return suggest(last.answer, history, last.filters, assistant, given_up=given_up)

    async def interrupt(visit: Visit) -> None:
        visit.interrupt()

    async def show(stored: str, visit: Visit, request: gr.Request) -> dict[Any, Any]:
        visit.asked = None
        if visit.stream is None:
            return await asyncio.to_thread(page.stored_updates, stored, assistant, request)
        visit.next = stored
        visit.interrupt()
        return {page.visit: visit}

    def set_filters(event: gr.EventData, shown: str, visit: Visit) -> dict[Any, Any]:
        before = read_filters(shown)
        choice = read_choice(_sent(event), assistant.library, before)
        updates = page.filter_updates(choice, assistant)
        if choice.filters == before:
            return updates
        visit.asked = None  # what to ask next was proven under the filters before
        return updates | {page.next: ""}

    def save_file(event: gr.EventData) -> str:
        return render_file(_sent(event), date.today())

    def keep_feedback(event: gr.EventData, conversation: Conversation) -> str:
        given = _sent(event)
        try:
            assistant.library.catalogue.refuse_if_read_only()
            feedback = feedback_on(conversation, given, datetime.now(UTC))
            append_feedback(assistant.library.home, feedback)
        except (QaError, IngestError, OSError, ValueError) as error:
            log.warning("feedback was not kept: %s", error)
            return render_receipt(given, kept=False)
        return render_receipt(given, kept=True)

    # While an answer is being made, only ``respond`` writes what belongs to it; the buttons
    # interrupt it. gradio's own ``cancels`` would race with what is already on its way to the page.
    components = page.components()
    private: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    # "multiple": the next question does not wait until it is found what to ask next.
    gr.on(
        [page.box.submit, page.send.click, page.now.submit, page.next.submit], respond,
        [page.filters, page.visit, page.box, page.conversation], components, js=_WITH_FILTERS,
        trigger_mode="multiple", concurrency_limit=None, **private,
    )  # fmt: skip
    page.filter_bar.input(
        set_filters, [page.filters, page.visit], [page.filter_bar, page.next], js=_WITH_FILTERS,
        queue=False, **private,
    )  # fmt: skip
    page.stop.click(interrupt, page.visit, None, queue=False, **private)
    stored = [page.stored, page.visit]
    page.again.click(show, stored, components, js=_WITH_NONE, **private)
    page.talks.submit(show, stored, components, js=_WITH_STORED, **private)
    page.talks.like(keep_feedback, page.conversation, page.receipt, **private)
    page.talks.select(save_file, None, page.file, **private)
    blocks.load(show, stored, components, js=_WITH_ADDRESS, **private)
    if assistant.status()["mode"] == "quoted":
        blocks.load(_offer_models, None, page.offer, queue=False, **private)


def _offer_models(request: gr.Request) -> str:
    """How to add a model, for whoever sits at this machine; the page is there already."""
    asked = request.request
    if asked is None or asked.client is None or not is_editor(asked.scope):
        return ""
    if not is_from_this_machine(asked.client.host, asked.headers):
        return ""
    return render_model_offer(find_local_servers())


def _sent(event: gr.EventData) -> Mapping[str, Any]:
    """What the script of the page sent with an event."""
    return event._data if isinstance(event._data, dict) else {}


def _ask_endpoint(
    assistant: Assistant, slots: threading.Semaphore
) -> Callable[..., dict[str, Any]]:
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
            with slots:
                return assistant.ask(question, asked_at=asked_at or None).to_dict()
        except (QaError, IngestError) as error:
            raise gr.Error(str(error), print_exception=False) from error

    return ask


# -- starting -------------------------------------------------------------------------------


_WITHOUT_FEEDBACK = ".cw-thumb { display: none !important; }"
"""Of a read-only page, which would not keep what a reader says."""


def launch(
    blocks: gr.Blocks,
    settings: Settings,
    port: int,
    identity: Identity,
    routes: Sequence[BaseRoute] = (),
    on_response: Callable[[int], object] = lambda status: None,
) -> None:
    """Start to serve the page, until ``blocks.close()``; returns when it can be reached.

    ``identity`` decides who may use it; ``routes`` are served beside the page, and go before
    gradio's own. ``on_response`` is called with the status of each response.
    """
    icon = f"data:image/svg+xml,{quote(read_asset('favicon.svg'))}"
    script = read_asset("citewire.js") + read_asset("asking.js")
    css = "".join(map(read_asset, ("theme.css", "citewire.css", "asking.css")))
    head = f'<link rel="icon" href="{icon}"><script>{script}</script>'
    guard = Middleware(
        AccessMiddleware,
        identity,
        questions_per_minute=settings.questions_per_minute,
        root_path=settings.root_path,
        own_scripts=script_hashes(head.encode()),
        on_response=on_response,
    )
    with redirect_stdout(StringIO()):  # one line is enough, and ``main`` prints it
        blocks.launch(
            server_name=settings.host, server_port=port, root_path=settings.root_path or None,
            theme=gr.themes.Base(font=["Arial", "sans-serif"], font_mono=["monospace"]),
            css=css + _WITHOUT_FEEDBACK * settings.read_only, head=head,
            favicon_path=str(files("qa.interfaces") / "assets" / "favicon.svg"),
            mcp_server=False,
            share=False, run_history=False, enable_monitoring=False, pwa=False, ssr_mode=False,
            footer_links=[], max_file_size="1kb", state_session_capacity=MAX_SESSIONS,
            prevent_thread_lock=True, quiet=True,
            app_kwargs={"routes": list(routes), "middleware": [guard]},
        )  # fmt: skip


def main(settings: Settings | None = None) -> None:
    """Open the library, serve the chat, and stay until interrupted."""
    try:
        settings = settings or Settings()
        identity = identity_of(settings)
        port, lock = port_and_lock(settings)
        metrics = Metrics()
        assistant = Assistant(settings, observer=metrics)
        metrics.watch(assistant.library)
        assistant.add_samples_if_empty()
        assistant.library.follow()  # what other machines added to a catalogue that they share
        assistant.status()  # settings that contradict each other fail before anything listens
        slots = threading.Semaphore(MAX_CONCURRENT_ANSWERS)
        blocks = build(assistant, slots)
        routes = [
            *asset_routes(),
            *api_routes(assistant, slots),
            *mcp_routes(assistant, slots),
            *article_routes(assistant.library),
            *answer_routes(assistant.library),
            *library_routes(assistant),
            *metrics.routes(),
        ]
        launch(blocks, settings, port, identity, routes, metrics.responded)
    except ValidationError as error:
        first = error.errors()[0]
        sys.exit(f"citewire: the setting {first['loc'][0]} is wrong: {first['msg']}")
    except (QaError, IngestError, OSError, ValueError) as error:
        sys.exit(f"citewire: {error}")
    print(startup_line(assistant.status(), settings, port), flush=True)
    stop = threading.Event()
    threading.Thread(target=assistant.poll_feeds, args=(stop,), daemon=True, name="feeds").start()
    try:
        stop.wait()
    except KeyboardInterrupt:
        stop.set()
        blocks.close(verbose=False)
        lock.release()


if __name__ == "__main__":
    main()
