"""The assistant: one library and one model held open, to ask, to ingest and to recheck.

    Assistant().ask("Who opened the talks?")      one Answer
    await Assistant().aask(...)                   the same, awaited
    Assistant().check(draft)                      every sentence of a text against the library
    for event in Assistant().stream(...)          as it happens; the last event holds the Answer

Answers are cached until the library changes. What only ingestion or a language model needs is
imported when it is used. Knows nothing about terminals or browsers.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from hashlib import blake2b
from secrets import token_bytes
from threading import Event as Signal
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

from ingest.dates.parsing import parse_date
from ingest.errors import LibraryBusy
from ingest.records import IngestReport, When
from ingest.storage.catalogue.archive import SavedAnswer
from ingest.storage.catalogue.filters import Filters
from ingest.storage.search import LOCK_TIMEOUT_SECONDS
from qa.answers.cache import AnswerCache
from qa.bootstrap import describe_library, open_library
from qa.engine import AnswerEngine
from qa.errors import BadQuestion
from qa.questions.interpretation import Query
from qa.records import Answer, AnswerEvent, Event, StatusEvent, TextEvent, Turn
from qa.settings import Settings
from qa.writing.model_profile import profile_of
from qa.writing.models import open_judge, open_model

if TYPE_CHECKING:
    from ingest.pipeline import OnOutcome
    from ingest.sources.fetch import Fetcher
    from ingest.sources.reader import Source
    from ingest.storage.library import Library
    from ingest.subscriptions import FeedUpdate
    from qa.answers.recheck import Rechecked
    from qa.fact_check import DraftCheck
    from qa.query_engine import CitationEngine, PassageRetriever
    from qa.writing.models import LLM

log = logging.getLogger(__name__)

SAMPLE_QUESTIONS = (
    "Who won the election in Velmarre?",
    "How many people died when the Corran Star sank?",
    "How many people marched against the pension reform?",
    "Why did the court block the port merger?",
)
"""Questions that the bundled sample articles answer."""


class Observer(Protocol):
    """Is told what an assistant has done, in whichever thread did it."""

    def answered(self, answer: Answer, seconds: float, *, repeated: bool) -> object:
        """An answer is complete; a ``repeated`` one was given before."""

    def ingested(self, report: IngestReport) -> object:
        """A run of ingestion is over."""


class Assistant:
    """Answers questions from one library. Safe to share between threads.

    ``library`` and ``llm`` replace what the settings would open; any llama-index model fits. The
    ``observer`` is told of each answer and of what is ingested.
    Raises subclasses of IngestError and QaError whose message says what to do.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        library: Library | None = None,
        llm: LLM | None = None,
        observer: Observer | None = None,
    ) -> None:
        self.settings = settings or Settings()
        self.library = library or open_library(self.settings)
        self._llm = llm
        self._observer = observer
        self._answer_engine: AnswerEngine | None = None
        self._cache = AnswerCache()
        self._opening = Lock()
        self._saving_key = token_bytes(32)

    @property
    def answer_engine(self) -> AnswerEngine:
        """The engine that answers; it and the language model are opened at the first use."""
        with self._opening:
            if self._answer_engine is None:
                llm = self._llm or open_model(self.settings)
                tokens = self.settings.evidence_tokens
                self._answer_engine = AnswerEngine(
                    self.library,
                    llm=llm,
                    profile=profile_of(llm, evidence_tokens=tokens) if llm else None,
                    judge=open_judge(self.settings) if llm else None,
                    patience=self.settings.model_timeout,
                    judging=self.settings.second_looks,
                    answer_at=self.settings.answer_at,
                )
            return self._answer_engine

    @property
    def engine(self) -> CitationEngine:
        """The answer engine as a llama-index query engine, for agents, tools and evaluators."""
        from qa.query_engine import CitationEngine

        return CitationEngine(self.library, answering=self.answer_engine)

    @property
    def llm(self) -> LLM | None:
        """The model that writes; None when answers are quoted."""
        return self.answer_engine.llm

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
        """Answer one question.

        ``history`` holds the earlier turns of the conversation, oldest first. ``asked_at`` is the
        day that relative dates count from (default: today). ``filters`` says which articles may
        answer (default: all). Raises BadQuestion, BadFilter, EmptyLibrary.
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
        """``ask`` without blocking the event loop."""
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
        """Yield status events, then a text event for each sentence, and at last the answer event.

        A question asked before gets the same answer at once, until the library changes. Takes and
        raises what ``ask`` does.
        """
        started = time.perf_counter()
        query = _query(question, history, asked_at, filters)
        day = query.asked_at or datetime.now(UTC).date()
        key = (question, query.history, day, query.asked_at is None, query.filters)
        position = self.library.catalogue.last_seq()
        if cached := self._cache.get(key, position):
            self._observe(cached, started, repeated=True)
            yield from replay_cached_answer(cached)
            return
        for event in self.answer_engine.events(query):
            if isinstance(event, AnswerEvent):
                self._observe(event.answer, started, repeated=False)
                if _is_repeatable(event.answer, self.llm):
                    self._cache.put(key, position, event.answer)
            yield event

    def _observe(self, answer: Answer, started: float, *, repeated: bool) -> None:
        if self._observer is not None:
            self._observer.answered(answer, time.perf_counter() - started, repeated=repeated)

    def check(
        self,
        text: str,
        *,
        asked_at: When | str | None = None,
        filters: Filters | None = None,
        on_progress: Callable[[DraftCheck], object] | None = None,
    ) -> DraftCheck:
        """Check every sentence of a draft against the articles, without a language model.

        ``on_progress`` is called after each sentence with the check so far. Takes ``asked_at`` and
        ``filters`` as ``ask`` does. Raises BadDraft, BadQuestion, BadFilter, EmptyLibrary.
        """
        from qa.fact_check import FactChecker

        checked: DraftCheck | None = None
        day = _day(asked_at)
        for checked in FactChecker(self.library).check(text, asked_at=day, filters=filters):
            if on_progress is not None:
                on_progress(checked)
        if checked is None:
            raise AssertionError("a draft has a sentence")
        return checked

    def save(self, answer: Answer) -> str:
        """Save an answer in the catalogue, for ``recheck`` and for its page, and return its id.

        Beyond ``saved_answers`` of the settings the oldest are removed.
        """
        created = datetime.now(UTC).replace(microsecond=0)
        serialised = _serialised(answer)
        saved_id = self._id_of(serialised)
        self.library.catalogue.save_answer(
            SavedAnswer(saved_id, answer.question, serialised, answer.asked_at, created),
            keep=self.settings.saved_answers,
        )
        return saved_id

    def saved_id(self, answer: Answer) -> str:
        """The id under which ``save`` saves an answer, without waiting for the catalogue.

        Nobody can guess it, and whoever has it may read the answer. While this assistant lives, the
        same answer has the same id: who repeats a question pushes out no saved answers.
        """
        return self._id_of(_serialised(answer))

    def _id_of(self, serialised: str) -> str:
        return blake2b(serialised.encode(), key=self._saving_key, digest_size=8).hexdigest()

    def recheck(self) -> list[Rechecked]:
        """Every saved answer, oldest first, with the changes to the articles that it cites."""
        from qa.answers.recheck import recheck

        return list(recheck(self.library))

    def ingest(
        self, sources: Iterable[Source], *, published: When | None = None,
        on_outcome: OnOutcome | None = None, patience: float = LOCK_TIMEOUT_SECONDS,
    ) -> IngestReport:  # fmt: skip
        """Put articles into the library. See ``ingest.ingest``."""
        from ingest.pipeline import ingest
        from ingest.sources.reader import read_sources

        listener = {"on_outcome": on_outcome} if on_outcome else {}
        report = ingest(
            read_sources(sources, self.fetcher()), self.library, published=published,
            allow_private=self.settings.allow_private, patience=patience, **listener,
        )  # fmt: skip
        if self._observer is not None:
            self._observer.ingested(report)
        return report

    def fetcher(self) -> Fetcher:
        """A fetcher of web pages that keeps to the delay and the networks of the settings."""
        from ingest.sources.fetch import Fetcher

        return Fetcher(allow_private=self.settings.allow_private, delay=self.settings.fetch_delay)

    def update_feeds(
        self, urls: Sequence[str] = (), *, on_outcome: OnOutcome | None = None,
        patience: float = LOCK_TIMEOUT_SECONDS,
    ) -> Iterator[FeedUpdate]:  # fmt: skip
        """Ingest new entries of the subscribed feeds (or of ``urls`` only); a result a feed.

        ``on_outcome`` and ``patience`` are those of ``ingest``.
        """
        from ingest.storage.catalogue.feed_subscriptions import Subscriptions
        from ingest.subscriptions import update_feeds

        subscriptions = Subscriptions(self.library.catalogue)
        take_in = partial(self.ingest, on_outcome=on_outcome, patience=patience)
        return update_feeds(subscriptions, self.fetcher(), take_in, urls)

    def poll_feeds(self, stop: Signal) -> None:
        """Update the subscribed feeds every ``feed_minutes`` until ``stop`` is set; in a thread.

        Of several servers that share a catalogue, one reads a feed each time.
        """
        from ingest.storage.catalogue.feed_subscriptions import Subscriptions

        minutes = 0 if self.settings.read_only else self.settings.feed_minutes
        subscriptions = Subscriptions(self.library.catalogue)
        while minutes and not stop.wait(minutes * 60):
            try:
                for feed in subscriptions.all():
                    if subscriptions.claim(feed.url, timedelta(minutes=minutes / 2)):
                        self._poll_feed(feed.url)
            except LibraryBusy:
                continue  # another process is writing: next time
            except Exception:  # the app goes on
                log.exception("updating the feeds failed")

    def _poll_feed(self, url: str) -> None:
        try:
            for update in self.update_feeds([url]):
                log.info("feed %s: %s", url, update.status)
        except LibraryBusy:
            raise
        except Exception:  # whatever a feed brings, the others are read
            log.exception("updating the feed %s failed", url)

    def add_samples_if_empty(self) -> None:
        """Fill an empty library with the bundled samples, unless settings say not to."""
        from ingest.sources.reader import samples_folder

        wanted = self.settings.samples and not self.settings.read_only
        if wanted and not self.library.catalogue.counts()["articles"]:
            try:
                self.ingest([samples_folder()])
            except LibraryBusy:
                return  # another process is filling it

    def examples(self) -> list[str]:
        """Questions to start with, when the library holds the samples and nothing else."""
        from ingest.sources.reader import samples_folder

        bundled = {path.resolve().as_uri() for path in samples_folder().glob("*.md")}
        stored = set(self.library.catalogue.origins(len(bundled) + 1))
        return list(SAMPLE_QUESTIONS) if stored and stored <= bundled else []

    def status(self) -> dict[str, Any]:
        """What the library holds and how answers are made; days as ISO 8601 strings."""
        return describe_library(self.library, self.settings, self._llm)


def replay_cached_answer(answer: Answer) -> Iterator[Event]:
    """The events of a cached answer; each citation comes with the first sentence that has it."""
    yield StatusEvent("search", "Asked before, and the library has not changed")
    sent: set[int] = set()
    for sentence in answer.sentences:
        numbers = set(sentence.citations) - sent
        sent |= numbers
        yield TextEvent(sentence, tuple(c for c in answer.citations if c.number in numbers))
    yield AnswerEvent(answer)


def _serialised(answer: Answer) -> str:
    return json.dumps(answer.to_dict(), ensure_ascii=False)


def _is_repeatable(answer: Answer, llm: LLM | None) -> bool:
    """Whether asking again would give the same answer: not after a model failed."""
    return answer.mode == ("written" if llm else "quoted")


def _query(
    question: str,
    history: Sequence[Turn],
    asked_at: When | str | None,
    filters: Filters | None,
) -> Query:
    return Query(question, _day(asked_at), tuple(history), filters or Filters())


def _day(asked_at: When | str | None) -> When | None:
    """The day of asking. Raises BadQuestion for a text that is no date."""
    day = parse_date(asked_at) if isinstance(asked_at, str) else asked_at
    if isinstance(asked_at, str) and asked_at.strip() and day is None:
        raise BadQuestion(f"{asked_at!r} is not a date; write it as 2025-06-02.")
    return day


@cache
def _shared_assistant() -> Assistant:
    return Assistant()


def ask(
    question: str, *, asked_at: date | str | None = None, filters: Filters | None = None
) -> Answer:
    """Answer from the library that the environment names (``CITEWIRE_HOME``)."""
    return _shared_assistant().ask(question, asked_at=asked_at, filters=filters)


async def aask(
    question: str, *, asked_at: date | str | None = None, filters: Filters | None = None
) -> Answer:
    """``ask`` without blocking the event loop."""
    return await asyncio.to_thread(ask, question, asked_at=asked_at, filters=filters)


def stream(
    question: str, *, asked_at: date | str | None = None, filters: Filters | None = None
) -> Iterator[Event]:
    """``ask`` as it happens."""
    return _shared_assistant().stream(question, asked_at=asked_at, filters=filters)
