"""Opens the configured language model, reads its completions, and turns failures into ModelError.

    OPENAI_API_KEY alone      OpenAI
    OPENAI_BASE_URL           any compatible server; the model it lists first unless one is named
    CITEWIRE_GGUF             a local file, served inside this process (extra `local`)
    none of them              no model: answers are quotations

Every failure becomes a ModelError with a reason a reader can understand. The only module that knows
openai.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from queue import Empty, Queue
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, TypeVar

from qa.errors import ModelError, SettingsError
from qa.settings import Settings
from qa.writing.known_models import (
    ASSUMED_CONTEXT_TOKENS,
    ModelFacts,
    facts_from_listing,
    remember_facts,
)

if TYPE_CHECKING:
    from llama_index.core.llms import LLM as LLM
    from llama_index.core.llms import ChatMessage

DEFAULT_MODEL = "gpt-4.1-mini"
MAX_TOKENS = 220
"""Tokens of a completion that asks for no other limit: three sentences."""
LISTING_SECONDS = 5.0
"""Seconds a server has to list its models; without the list everything works, less well fitted."""

T = TypeVar("T")

log = logging.getLogger(__name__)


def model_name(settings: Settings) -> str | None:
    """What will write the answers, without loading it; None for quoting."""
    if (settings.model or "").lower() == "none":
        return None
    if settings.gguf:
        return settings.gguf.name
    if settings.openai_base_url or settings.openai_api_key:
        return settings.model or (DEFAULT_MODEL if not settings.openai_base_url else "default")
    if settings.model:
        raise SettingsError(
            f"CITEWIRE_MODEL is {settings.model}, but nothing says where it runs: set "
            "OPENAI_API_KEY, OPENAI_BASE_URL or CITEWIRE_GGUF."
        )
    return None


def open_model(settings: Settings) -> LLM | None:
    """The configured language model, or None for quoting.

    Raises SettingsError when the settings contradict each other or the GGUF file is missing.
    """
    name = model_name(settings)
    if name is None:
        return None
    if settings.gguf:
        address = _serve(settings.gguf.expanduser())
        _, facts = _listed_model(address, "none", None)
        return _compatible(address, name, "none", settings, facts)
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else "none"
    if settings.openai_base_url:
        found, facts = _listed_model(settings.openai_base_url, key, settings.model)
        return _compatible(settings.openai_base_url, found, key, settings, facts)
    return _openai(name, key, settings)


def open_judge(settings: Settings) -> LLM | None:
    """The model of CITEWIRE_JUDGE_URL and CITEWIRE_JUDGE_MODEL; None when neither is set.

    Raises SettingsError when the settings contradict each other.
    """
    if settings.judge_url:
        given = {"openai_base_url": settings.judge_url, "gguf": None, "model": settings.judge_model}
    elif settings.judge_model:
        given = {"model": settings.judge_model}
    else:
        return None
    return open_model(settings.model_copy(update=given))


def _openai(name: str, key: str, settings: Settings) -> LLM:
    from llama_index.llms.openai import OpenAI

    llm: LLM = OpenAI(
        model=name, api_key=key, temperature=0.0, max_tokens=MAX_TOKENS,
        timeout=settings.model_timeout, max_retries=0,
    )  # fmt: skip
    try:
        _ = llm.metadata
    except ValueError:  # newer than llama-index's list of models
        return _compatible("https://api.openai.com/v1", name, key, settings, ModelFacts())
    return llm


def _compatible(base_url: str, model: str, key: str, settings: Settings, facts: ModelFacts) -> LLM:
    from llama_index.llms.openai_like import OpenAILike

    llm: LLM = OpenAILike(
        model=model, api_base=base_url, api_key=key, temperature=0.0,
        max_tokens=MAX_TOKENS, is_chat_model=True,
        context_window=facts.context_tokens or _published_context(model),
        timeout=settings.model_timeout, max_retries=0,
        additional_kwargs={"stream_options": {"include_usage": True}},
    )  # fmt: skip
    remember_facts(llm, facts)
    return llm


def _published_context(model: str) -> int:
    """The context window of a model that llama-index lists, under whatever address it is served."""
    from llama_index.llms.openai.utils import openai_modelname_to_contextsize

    try:
        return int(openai_modelname_to_contextsize(model.rpartition("/")[2]))
    except ValueError:
        return ASSUMED_CONTEXT_TOKENS


def _listed_model(base_url: str, key: str, wanted: str | None) -> tuple[str, ModelFacts]:
    """A model of a server and what the server says of it: the wanted one, or the one listed first.
    A server that lists nothing, or not the wanted one, is asked for it all the same."""
    import openai

    try:
        client = openai.OpenAI(
            base_url=base_url, api_key=key, timeout=LISTING_SECONDS, max_retries=0
        )
        for model in client.models.list():
            if wanted in (None, model.id):
                return model.id, facts_from_listing(model.model_extra or {})
    except Exception as error:  # an unreachable server must not stop the app: it will quote
        log.info("no model list at %s: %s", base_url, error)
    return wanted or "default", ModelFacts()


@cache
def _serve(path: Path) -> str:
    """Serve a GGUF file inside this process; returns its address, ending in /v1."""
    if not path.is_file():
        raise SettingsError(f"CITEWIRE_GGUF points at {path}, which is not a file.")
    try:
        import xllamacpp
    except ImportError as error:
        raise SettingsError(
            "A GGUF file needs the local extra: pip install 'citewire[local]'"
        ) from error
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.n_ctx, params.n_parallel, params.warmup = ASSUMED_CONTEXT_TOKENS, 1, False
    server = xllamacpp.Server(params)
    _SERVERS.append(server)
    return f"{server.listening_address}/v1"


_SERVERS: list[Any] = []
"""Keeps in-process servers alive as long as the process."""


@dataclass(slots=True)
class Completion:
    """One completion of a model, iterated over as pieces of text; afterwards ``usage`` holds the
    tokens it took and ``cut_off`` whether it is incomplete."""

    llm: LLM
    system: str
    user: str
    patience: float = 60.0
    """Seconds without a piece of text before it counts as failed."""
    usage: dict[str, int] = field(default_factory=dict)
    deadline: float | None = None
    """Seconds in which all of it must have come; None: as long as pieces come."""
    cut_off: bool = False
    """Whether the length limit ended it, perhaps inside a sentence."""
    max_tokens: int | None = None
    """Tokens it may take; None: the limit that the model was opened with."""

    def __iter__(self) -> Iterator[str]:
        """Yield pieces as they come. Raises ModelError, whatever went wrong underneath."""
        messages = chat_messages(self.system, self.user)
        llm = limited_to(self.max_tokens, self.llm) if self.max_tokens else self.llm
        finished: str | None = None
        native = False
        try:
            for chunk in iterate_with_deadline(
                lambda: llm.stream_chat(messages), self.patience, self.deadline
            ):
                native = native or hasattr(chunk.raw, "choices")
                finished = _finish_reason(chunk.raw) or finished
                self.usage.update(tokens_of(chunk.raw))
                if chunk.delta:
                    yield chunk.delta
        except Exception as error:
            raise model_error(error) from error
        self.cut_off = finished == "length"
        if native and finished is None:
            raise ModelError("its answer broke off", retryable=True)


def chat_messages(system: str, user: str) -> list[ChatMessage]:
    """Instructions and a request as llama-index sends them."""
    from llama_index.core.llms import ChatMessage, MessageRole

    return [
        ChatMessage(role=MessageRole.SYSTEM, content=system),
        ChatMessage(role=MessageRole.USER, content=user),
    ]


def limited_to(tokens: int, llm: LLM) -> LLM:
    """The model for a completion of at most so many tokens. Its own limit wins over that of a call,
    so it is set on a copy."""
    if not hasattr(llm, "max_tokens"):
        return llm
    copy: LLM = llm.model_copy(update={"max_tokens": tokens})
    return copy


def tokens_of(raw: Any) -> dict[str, int]:
    """Tokens that a server reports with an answer; empty when it does not."""
    usage = getattr(raw, "usage", None)
    if usage is None:
        return {}
    names = ("prompt_tokens", "completion_tokens")
    return {name: int(getattr(usage, name, 0) or 0) for name in names}


def iterate_with_deadline(
    start: Callable[[], Iterable[T]], patience: float, deadline: float | None = None
) -> Iterator[T]:
    """Items of an iterable that is read in a thread, each within ``patience`` seconds, and all
    within ``deadline`` seconds if that is given.

    A client's own time-out starts anew with every byte, and servers send some to stay connected.
    Raises TimeoutError, or whatever the iterable raises.
    """
    arrived: Queue[tuple[str, Any]] = Queue()
    left = Event()

    def read() -> None:
        try:
            for item in start():
                arrived.put(("item", item))
                if left.is_set():
                    return
            arrived.put(("end", None))
        except Exception as error:  # handed to the reader of the queue
            arrived.put(("error", error))

    Thread(target=read, daemon=True).start()
    ends = math.inf if deadline is None else time.monotonic() + deadline
    try:
        while True:
            left_over = max(0.0, ends - time.monotonic())
            kind, value = arrived.get(timeout=min(patience, left_over))
            if kind == "error":
                raise value
            if kind == "end":
                return
            yield value
    except Empty as error:
        raise TimeoutError from error
    finally:
        left.set()


def _finish_reason(raw: Any) -> str | None:
    choices = getattr(raw, "choices", None) or []
    return str(choices[0].finish_reason) if choices and choices[0].finish_reason else None


def model_error(error: Exception) -> ModelError:
    """A reason a reader can understand, for anything a client may raise."""
    import httpx
    import openai

    if isinstance(error, openai.APITimeoutError | httpx.TimeoutException | TimeoutError):
        return ModelError("it did not answer in time", retryable=True)
    if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        return ModelError("the server refused the key; check OPENAI_API_KEY")
    if isinstance(error, openai.RateLimitError):
        return ModelError("its rate limit or quota is used up (429)", retryable=True)
    if isinstance(error, openai.NotFoundError):
        return ModelError("the server does not know the model; check CITEWIRE_MODEL (404)")
    if isinstance(error, openai.APIStatusError):
        retryable = error.status_code >= 500
        return ModelError(f"the server answered {error.status_code}", retryable=retryable)
    if isinstance(error, openai.APIConnectionError):
        return ModelError("the server cannot be reached; check OPENAI_BASE_URL", retryable=True)
    if isinstance(error, httpx.HTTPError):
        return ModelError("its answer broke off", retryable=True)
    said = " ".join(str(error).split())[:120]
    return ModelError(f"it failed ({type(error).__name__}: {said})")
