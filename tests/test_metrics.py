"""The numbers for a monitoring system: what they count, what they do not tell, who may ask."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.middleware import Middleware
from starlette.routing import Route

from ingest.storage.library import Library
from qa import Assistant, Settings
from qa.interfaces.access.identity import identity_of
from qa.interfaces.access.middleware import AccessMiddleware
from qa.interfaces.access.users_file import UsersFile
from qa.interfaces.api.routes import api_routes
from qa.interfaces.metrics import Metrics
from tests.fakes import FakeOpenAI
from tests.fakes_ingest import WordEmbedding
from tests.serving import served

SANK = "How many people died when the Corran Star sank?"


def read(metrics: Metrics) -> dict[str, float]:
    """Every number by its name and labels."""
    with served(metrics.routes(), guard(metrics)) as address:
        text = httpx.get(f"{address}/metrics").text
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def guard(metrics: Metrics, **given: Any) -> Middleware:
    """The access middleware that stands in front of the app, under some settings."""
    identity = identity_of(Settings(**given))
    return Middleware(AccessMiddleware, identity, on_response=metrics.responded)


@pytest.fixture(scope="module")
def asked(samples: Library) -> tuple[Metrics, dict[str, float]]:
    """An assistant was asked three questions, one of them twice; its numbers."""
    metrics = Metrics()
    metrics.watch(samples)
    assistant = Assistant(Settings(model="none"), library=samples, observer=metrics)
    for question in (SANK, SANK, "Who won the 1998 football world cup?"):
        assistant.ask(question)
    return metrics, read(metrics)


def test_answers_and_refusals_are_counted(asked: tuple[Metrics, dict[str, float]]) -> None:
    """By status and mode; one that was given before counts, without a time of its own."""
    _, numbers = asked
    assert numbers["citewire_answers_total quoted answered"] == 2
    assert numbers["citewire_answers_total quoted not_found"] == 1
    assert numbers["citewire_answers_repeated_total"] == 1
    assert numbers["citewire_answer_seconds_count quoted"] == 2
    assert 0 < numbers["citewire_answer_seconds_sum quoted"] < 600


def test_the_library_and_the_process_are_measured(
    asked: tuple[Metrics, dict[str, float]], samples: Library
) -> None:
    """Articles as there are, and the memory of the process in bytes."""
    _, numbers = asked
    assert numbers["citewire_articles"] == samples.catalogue.counts()["articles"]
    assert numbers["process_resident_memory_bytes"] > 10_000_000


def test_nothing_of_a_question_is_told(asked: tuple[Metrics, dict[str, float]]) -> None:
    """Neither words of questions nor of articles stand among the numbers."""
    _, numbers = asked
    told = " ".join(numbers).casefold()
    assert not [word for word in ("corran", "sank", "world", "velmarre") if word in told]


def test_what_a_model_takes_is_counted(samples: Library, server: FakeOpenAI) -> None:
    """Calls and tokens as the server reports them."""
    server.reply = "Eight people died when the Corran Star sank."
    metrics = Metrics()
    settings = Settings(openai_base_url=server.url, second_looks=False)
    answer = Assistant(settings, library=samples, observer=metrics).ask(SANK)
    numbers = read(metrics)
    assert numbers["citewire_answers_total written answered"] == 1
    assert numbers["citewire_model_calls_total"] == answer.usage["calls"] > 0
    assert numbers["citewire_model_tokens_total prompt"] == answer.usage["prompt_tokens"] > 0


def test_outcomes_of_ingestion_are_counted(tmp_path: Path) -> None:
    """A story is new once, unchanged then; what cannot be read is rejected."""
    story = tmp_path / "story.txt"
    story.write_text("Bridge closed\n\nThe bridge was closed on Monday. " * 3, encoding="utf-8")
    (tmp_path / "empty.txt").write_text("", encoding="utf-8")
    metrics = Metrics()
    library = Library(tmp_path / "home", embedder=WordEmbedding())
    assistant = Assistant(Settings(model="none"), library=library, observer=metrics)
    assistant.ingest([story])
    assistant.ingest([story, tmp_path / "empty.txt"])
    numbers = read(metrics)
    found = [
        numbers[f"citewire_ingested_total {kind}"] for kind in ("new", "unchanged", "rejected")
    ]
    assert found == [1, 1, 1]


def test_refused_requests_are_counted(sample_assistant: Assistant, tmp_path: Path) -> None:
    """A visitor who asks too often, or has not signed in, is told so and counted."""
    UsersFile(tmp_path).add("ann", "correct horse", "reader")
    headers = {"authorization": f"Bearer {UsersFile(tmp_path).new_token('ann')}"}
    metrics = Metrics()
    identity = identity_of(Settings(home=tmp_path))
    limited = Middleware(
        AccessMiddleware, identity, questions_per_minute=1, on_response=metrics.responded
    )
    routes = [*api_routes(sample_assistant, threading.Semaphore(1)), *metrics.routes()]
    with served(routes, limited) as address, httpx.Client(base_url=address, timeout=60) as client:
        assert client.get("/metrics").status_code == 401
        for _ in range(3):
            client.post("/api/ask", json={}, headers=headers)
        text = client.get("/metrics", headers=headers).text
    assert 'citewire_http_responses_total{status="429"} 2.0' in text
    assert 'citewire_http_responses_total{status="401"} 1.0' in text


def test_errors_of_the_server_are_counted() -> None:
    """Also one that nothing catches, which the web framework answers."""

    def fails(request: object) -> None:
        raise RuntimeError("a page that is broken")

    metrics = Metrics()
    with served([Route("/broken", fails)], guard(metrics)) as address:
        assert httpx.get(f"{address}/broken").status_code == 500
    assert read(metrics)["citewire_http_responses_total 500"] == 1


def test_at_this_machine_the_numbers_are_open_also_when_nothing_may_be_written() -> None:
    """Read-only mode makes a reader of whoever is there, and whoever is there may still look."""
    metrics = Metrics()
    with served(metrics.routes(), guard(metrics, read_only=True)) as address:
        assert httpx.get(f"{address}/metrics").status_code == 200


def test_strangers_are_told_no_numbers() -> None:
    """Where everybody may ask without signing in, the numbers stay with whoever runs it."""
    metrics = Metrics()
    with served(metrics.routes(), guard(metrics, open_to_everyone=True)) as address:
        assert httpx.get(f"{address}/metrics").status_code == 403
