"""Everything wired together, once: settings -> embedder, library, model, engine.

    Assistant().ask("Who opened the talks?")      one Answer
    await Assistant().aask(...)                   the same, awaited
    for event in Assistant().stream(...)          as it happens; the last event holds the Answer

Knows nothing about terminals or browsers.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import cache
from threading import Event as Signal
from threading import Lock
from typing import TYPE_CHECKING, Any

from ingest.dates.parsing import parse_date
from ingest.errors import LibraryBusy
from ingest.pipeline import OnOutcome, ingest
from ingest.records import IngestReport, When, day_of
from ingest.sources.fetch import Fetcher
from ingest.sources.reader import Source, read_sources, samples_folder
from ingest.storage.catalogue.archive import SavedAnswer
from ingest.storage.catalogue.filters import Filters
from ingest.storage.library import Library
from qa.answers.cache import AnswerCache
from qa.answers.recheck import Rechecked, answer_id, recheck
from qa.engine import AnswerEngine
from qa.errors import BadQuestion, SettingsError
from qa.questions.interpretation import Query
from qa.records import Answer, AnswerEvent, Event, StatusEvent, TextEvent, Turn
from qa.settings import Settings
from qa.writing.models import model_name, open_model

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

    from ingest.storage.embedder import Embedder
    from ingest.subscriptions import Updated
    from qa.query_engine import CitationEngine, PassageRetriever

log = logging.getLogger(__name__)

EXAMPLES = (
    "Who won the election in Velmarre?",
    "How many people died when the Corran Star sank?",
    "How many people marched against the pension reform?",
    "Why did the court block the port merger?",
)
"""Questions that the sample articles answer."""


def open_embedder(settings: Settings) -> Embedder:
    """The configured embedder. Raises SettingsError for one that is not known."""
    kind, _, model = settings.embedder.partition(":")
    if kind == "minilm":
        from ingest.storage.embedder import PackagedEmbedding

        return PackagedEmbedding()
    if kind == "openai" and model:
        from llama_index.embeddings.openai import OpenAIEmbedding

        address = settings.embedder_url or settings.openai_base_url
        if settings.openai_api_key is None and address is None:
            raise SettingsError("OpenAI embeddings need OPENAI_API_KEY (or CITEWIRE_EMBEDDER_URL).")
        key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else "none"
        embedder: Embedder = OpenAIEmbedding(
            model_name=model, api_key=key, api_base=address, max_retries=3
        )
        return embedder
    raise SettingsError(
        f"CITEWIRE_EMBEDDER is {settings.embedder!r}; expected minilm or openai:MODEL."
    )


class Assistant:
    """Answers questions from one library. Safe to share between threads.

    ``library`` and ``llm`` take the place of what the settings would open; any llama-index
    model fits. Raises IngestError or QaError subclasses with what to do.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        library: Library | None = None,
        llm: LLM | None = None,
    ) -> None:
        self.settings = settings or Settings()
        self.library = library or open_library(self.settings)
        self._llm = llm
        self._answering: AnswerEngine | None = None
        self._answers = AnswerCache()
        self._opening = Lock()

    @property
    def answering(self) -> AnswerEngine:
        """What answers; the model is opened at its first use."""
        with self._opening:
            if self._answering is None:
                self._answering = AnswerEngine(
                    self.library,
                    llm=self._llm or open_model(self.settings),
                    patience=self.settings.model_timeout,
                    judging=self.settings.second_looks,
                )
            return self._answering

    @property
    def engine(self) -> CitationEngine:
        """The same as a llama-index query engine, for agents, tools and evaluators."""
        from qa.query_engine import CitationEngine

        return CitationEngine(self.library, answering=self.answering)

    @property
    def llm(self) -> LLM | None:
        """The model that writes; None when answers are quoted."""
        return self.answering.llm

    @property
    def retriever(self) -> PassageRetriever:
        """What finds passages, as a llama-index retriever."""
        return self.engine.retriever

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        asked_at: When | str | None = None,
        filters: Filters | None = None,
    ) -> Answer:
        """Answer one question. ``asked_at`` is the day it is asked on (default: today);
        ``filters`` says which articles may answer (default: all).

        Raises BadQuestion, BadFilter, EmptyLibrary.
        """
        for event in self.stream(question, history=history, asked_at=asked_at, filters=filters):
            if isinstance(event, AnswerEvent):
                return event.answer
        raise AssertionError("a stream ends with an answer")

    async def aask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        asked_at: When | str | None = None,
        filters: Filters | None = None,
    ) -> Answer:
        """The same without blocking the event loop."""
        return await asyncio.to_thread(
            self.ask, question, history=history, asked_at=asked_at, filters=filters
        )

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        asked_at: When | str | None = None,
        filters: Filters | None = None,
    ) -> Iterator[Event]:
        """Status, text and finally answer events, as they happen.

        A question asked before is answered as before, at once, until the library changes.
        """
        query = _query(question, history, asked_at, filters)
        day = query.asked_at or datetime.now(UTC).date()
        key = (question, query.history, day, query.asked_at is None, query.filters)
        now = self.library.catalogue.last_seq()
        if known := self._answers.get(key, now):
            yield from told_again(known)
            return
        for event in self.answering.events(query):
            if isinstance(event, AnswerEvent) and _lasting(event.answer, self.llm):
                self._answers.put(key, now, event.answer)
            yield event

    def save(self, answer: Answer) -> str:
        """Keep an answer in the catalogue, so that ``recheck`` can tell when its articles change.
        Returns its id."""
        created = datetime.now(UTC).replace(microsecond=0)
        kept = answer_id(answer, created.isoformat())
        written = json.dumps(answer.to_dict(), ensure_ascii=False)
        self.library.catalogue.save_answer(
            SavedAnswer(kept, answer.question, written, answer.asked_at, created)
        )
        return kept

    def recheck(self) -> list[Rechecked]:
        """Every saved answer with what changed behind it, oldest first."""
        return list(recheck(self.library))

    def ingest(
        self, sources: Iterable[Source], *, published: When | None = None,
        on_outcome: OnOutcome | None = None,
    ) -> IngestReport:  # fmt: skip
        """Put articles into the library. See ``ingest.ingest``."""
        watch = {"on_outcome": on_outcome} if on_outcome else {}
        return ingest(
            read_sources(sources, self.fetcher()), self.library, published=published,
            allow_private=self.settings.allow_private, **watch,
        )  # fmt: skip

    def fetcher(self) -> Fetcher:
        """What opens addresses, within the limits that the settings allow."""
        return Fetcher(allow_private=self.settings.allow_private, delay=self.settings.fetch_delay)

    def update_feeds(self, urls: Sequence[str] = ()) -> Iterator[Updated]:
        """Bring in what is new in the kept feeds, or in those of ``urls``; a result a feed."""
        from ingest.subscriptions import Subscriptions, update_feeds

        kept = Subscriptions(self.library.catalogue)
        return update_feeds(kept, self.fetcher(), self.ingest, urls)

    def poll_feeds(self, stop: Signal) -> None:
        """Read the kept feeds every ``feed_minutes`` until ``stop`` is set. For a thread."""
        minutes = self.settings.feed_minutes
        while minutes and not stop.wait(minutes * 60):
            try:
                for one in self.update_feeds():
                    log.info("feed %s: %s", one.url, one.status)
            except LibraryBusy:
                continue  # another process is writing: next time
            except Exception:  # whatever a feed brings, the app goes on
                log.exception("reading the kept feeds failed")

    def add_samples_if_empty(self) -> None:
        """Fill an empty library with the bundled samples, unless settings say not to."""
        if self.settings.samples and not self.library.catalogue.counts()["articles"]:
            try:
                self.ingest([samples_folder()])
            except LibraryBusy:
                return  # another process is filling it

    def examples(self) -> list[str]:
        """Questions to start with, when the library is the samples and nothing else."""
        mine = {path.resolve().as_uri() for path in samples_folder().glob("*.md")}
        stored = set(self.library.catalogue.origins(len(mine) + 1))
        return list(EXAMPLES) if stored and stored <= mine else []

    def status(self) -> dict[str, Any]:
        """What the library holds and how answers are made; days as ISO 8601 strings."""
        return describe(self.library, self.settings, self._llm)


def describe(library: Library, settings: Settings, llm: LLM | None = None) -> dict[str, Any]:
    """Facts about a library and the settings it is used with."""
    counts = library.catalogue.counts()
    span = library.catalogue.published_span()
    model = llm.metadata.model_name if llm else model_name(settings)
    oldest, newest = (
        (datetime.fromtimestamp(s, UTC).date().isoformat() for s in span) if span else (None, None)
    )
    return {
        "home": str(library.home),
        "articles": counts["articles"],
        "passages": counts["passages"],
        "outlets": library.catalogue.outlets(),
        "oldest": oldest,
        "newest": newest,
        "pending": counts["pending"],
        "mode": "written" if model else "quoted",
        "model": model,
        "embedder": settings.embedder,
    }


def listed(library: Library) -> list[dict[str, Any]]:
    """Id, title, outlet, day and address of every article, newest first."""
    return [
        {
            "id": article.id,
            "title": article.title,
            "publisher": article.publisher,
            "published_at": day_of(article.published_at).isoformat()
            if article.published_at
            else None,
            "url": article.url,
        }
        for article in library.catalogue.articles()
    ]


def open_library(settings: Settings, *, embedding: bool = True) -> Library:
    """The library the settings name; without ``embedding`` for looking and removing only."""
    return Library(
        settings.folder,
        embedder=open_embedder(settings) if embedding else None,
        catalogue_url=settings.catalogue_url,
        vectors_at=settings.chroma_url,
    )


def told_again(answer: Answer) -> Iterator[Event]:
    """The events of an answer that is there already."""
    yield StatusEvent("search", "Asked before, and the library has not changed")
    shown: set[int] = set()
    for sentence in answer.sentences:
        fresh = tuple(
            c for c in answer.citations if c.number in sentence.citations and c.number not in shown
        )
        shown.update(c.number for c in fresh)
        yield TextEvent(sentence, fresh)
    yield AnswerEvent(answer)


def _lasting(answer: Answer, llm: LLM | None) -> bool:
    """Whether asking again would give the same: not after a model failed."""
    return answer.mode == ("written" if llm else "quoted")


def _query(
    question: str,
    history: Sequence[Turn],
    asked_at: When | str | None,
    filters: Filters | None,
) -> Query:
    when = parse_date(asked_at) if isinstance(asked_at, str) else asked_at
    if isinstance(asked_at, str) and asked_at.strip() and when is None:
        raise BadQuestion(f"{asked_at!r} is not a date; write it as 2025-06-02.")
    return Query(question, when, tuple(history), filters or Filters())


@cache
def _shared() -> Assistant:
    return Assistant()


def ask(
    question: str, *, asked_at: date | str | None = None, filters: Filters | None = None
) -> Answer:
    """Answer from the library that the environment names (``CITEWIRE_HOME``)."""
    return _shared().ask(question, asked_at=asked_at, filters=filters)


async def aask(
    question: str, *, asked_at: date | str | None = None, filters: Filters | None = None
) -> Answer:
    """``ask`` without blocking the event loop."""
    return await asyncio.to_thread(ask, question, asked_at=asked_at, filters=filters)


def stream(
    question: str, *, asked_at: date | str | None = None, filters: Filters | None = None
) -> Iterator[Event]:
    """``ask`` as it happens."""
    return _shared().stream(question, asked_at=asked_at, filters=filters)
