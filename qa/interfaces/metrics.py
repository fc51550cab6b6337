"""Counts what the server does, for Prometheus, at ``GET /metrics``.

    Assistant -> answers, refusals, seconds, tokens, outcomes of ingestion
    every response of the server -> its status
    at the time of asking -> articles in the library, memory and processor time of the process

Labels are words of ours, never of a question, an article or a visitor. Nothing is kept but numbers,
and they begin anew with the process. The only module that imports prometheus_client.
"""

from __future__ import annotations

import logging
import math

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from ingest.records import IngestReport
from ingest.storage.library import Library
from qa.interfaces.access.visitor import visitor_of
from qa.records import Answer

log = logging.getLogger(__name__)

SECONDS_OF_ANSWERS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60)
"""Upper bounds of the histogram: a quotation takes tenths of a second, a written answer seconds."""


class Metrics:
    """The numbers of one server; an observer of its assistant. Safe to share between threads."""

    def __init__(self) -> None:
        own = self.registry = CollectorRegistry()
        disable_created_metrics()  # type: ignore[no-untyped-call]
        ProcessCollector(registry=own)
        self._answers = Counter(
            "citewire_answers", "Answers given; status not_found is a refusal.",
            ["status", "mode"], registry=own,
        )  # fmt: skip
        self._repeated = Counter(
            "citewire_answers_repeated", "Answers of these that were given before.", registry=own
        )
        self._seconds = Histogram(
            "citewire_answer_seconds", "Seconds that an answer not given before took.",
            ["mode"], registry=own, buckets=SECONDS_OF_ANSWERS,
        )  # fmt: skip
        self._calls = Counter(
            "citewire_model_calls", "Calls of language models for answers.", registry=own
        )
        self._tokens = Counter(
            "citewire_model_tokens", "Tokens that language models report.", ["kind"], registry=own
        )
        self._ingested = Counter(
            "citewire_ingested", "Documents taken in, by outcome.", ["outcome"], registry=own
        )
        self._responses = Counter(
            "citewire_http_responses",
            "Responses by status; 429 was refused by a limit, 413 too large, 401 not signed in.",
            ["status"], registry=own,
        )  # fmt: skip
        self._articles = Gauge("citewire_articles", "Articles in the library.", registry=own)

    def answered(self, answer: Answer, seconds: float, *, repeated: bool) -> None:
        """Count an answer; one that was given before took no time and no tokens."""
        self._answers.labels(answer.status, answer.mode).inc()
        if repeated:
            self._repeated.inc()
            return
        self._seconds.labels(answer.mode).observe(seconds)
        self._calls.inc(answer.usage.get("calls", 0))
        for kind in ("prompt", "completion"):
            self._tokens.labels(kind).inc(answer.usage.get(f"{kind}_tokens", 0))

    def ingested(self, report: IngestReport) -> None:
        """Count the outcomes of one run of ingestion."""
        for outcome, number in report.counts.items():
            self._ingested.labels(outcome).inc(number)

    def responded(self, status: int) -> None:
        """Count a response of the server."""
        self._responses.labels(str(status)).inc()

    def watch(self, library: Library) -> None:
        """Tell how many articles a library has whenever the numbers are asked for."""

        def articles() -> float:
            try:
                return library.catalogue.counts()["articles"]
            except Exception:  # the other numbers are wanted all the more then
                log.exception("the articles cannot be counted")
                return math.nan

        self._articles.set_function(articles)

    def routes(self) -> list[BaseRoute]:
        """``/metrics``, for who has signed in, and at this machine where nobody does. A plain
        function, which starlette runs in a thread."""

        def metrics(request: Request) -> Response:
            visitor = visitor_of(request.scope)
            if visitor.limited and not visitor.name:
                return PlainTextResponse("Only for visitors who have signed in.\n", 403)
            text = generate_latest(self.registry)
            return Response(text, headers={"content-type": CONTENT_TYPE_PLAIN_0_0_4})

        return [Route("/metrics", metrics)]
