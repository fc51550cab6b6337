"""Opens the configured language model, reads its completions, and turns failures into ModelError.

    OPENAI_API_KEY alone      OpenAI
    OPENAI_BASE_URL           any compatible server; the model it lists first unless one is named
    CITEWIRE_GGUF             a local file, served inside this process (extra `local`)
    none of them              no model: answers are quotations

    request -> rejected? the part that was is changed, and remembered; busy? once more after a pause
        -> stream, or a whole reply -> text without reasoning, calls of tools and fences

Every failure becomes a ModelError with a reason a reader can understand. What was tried stands in
docs/models.md. The only module that knows openai.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from json import JSONDecodeError
from pathlib import Path
from queue import Empty, Queue
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, TypeVar, cast

from qa.errors import ContextTooLong, ModelError, SettingsError
from qa.settings import Settings
from qa.writing.known_models import (
    ASSUMED_CONTEXT_TOKENS,
    ModelFacts,
    Quirk,
    facts_from_listing,
    facts_of,
    quirks_of,
    remember_context,
    remember_facts,
    remember_quirk,
)
from qa.writing.sentence_stream import without_fences, without_reasoning
from qa.writing.server_replies import Reply, filtered, quota_is_used_up, read_rejection

if TYPE_CHECKING:
    from llama_index.core.llms import LLM as LLM
    from llama_index.core.llms import ChatMessage

DEFAULT_MODEL = "gpt-4.1-mini"
MAX_TOKENS = 220
"""Tokens of a completion that asks for no other limit: three sentences."""
LISTING_SECONDS = 5.0
"""Seconds a server has to list its models; without the list everything works, less well fitted."""
USAGE_WANTED = {"stream_options": {"include_usage": True}}
"""Asks for the tokens of a stream, which its last chunk then tells."""
REASONING_TOKENS = 4_000
"""Tokens that a model gets beyond its answer's when it was seen to reason; a choice."""
CHARACTERS_PER_TOKEN = 3.0
"""Characters of a prompt for one token, on the safe side: English news has about 4."""
PAUSE_SECONDS = 0.5
"""Pause before a busy server is asked once more."""
MAX_PAUSE_SECONDS = 5.0
"""A server that asks for a longer pause is not asked again: the reader waits."""

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
        timeout=settings.model_timeout, max_retries=0, additional_kwargs=dict(USAGE_WANTED),
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
        additional_kwargs=dict(USAGE_WANTED),
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
    """Seconds without a sign of life (text, or reasoning that is not shown) before it counts as
    failed."""
    usage: dict[str, int] = field(default_factory=dict)
    deadline: float | None = None
    """Seconds in which all of it must have come; None: as long as pieces come."""
    cut_off: bool = False
    """Whether the length limit ended it, perhaps inside a sentence."""
    max_tokens: int | None = None
    """Tokens it may take; None: the limit that the model was opened with."""

    def __iter__(self) -> Iterator[str]:
        """Yield pieces as they come. Raises ModelError, whatever went wrong underneath, and
        ContextTooLong when the prompt is longer than the model's context."""
        attempts = _Attempts(self.llm, self.deadline)
        while True:
            shown = False
            try:
                for piece in self._pieces(attempts):
                    shown = shown or bool(piece.strip())
                    yield piece
                return
            except Exception as error:
                if shown:
                    raise model_error(error) from error
                attempts.adapt(error)

    def _pieces(self, attempts: _Attempts) -> Iterator[str]:
        """The text of one attempt. Raises ModelError when it is no answer."""
        request = _Request.of(self.llm, self.system, self.user, self.max_tokens, attempts.quirks)
        reply, before = Reply(), dict(self.usage)

        def deltas() -> Iterator[str]:
            chunks = iterate_with_deadline(request.send, self.patience, attempts.seconds_left())
            for chunk in chunks:
                said = chunk.delta if request.streams else chunk.message.content
                reply.read(chunk.raw, said or "")
                for name, tokens in reply.usage.items():
                    self.usage[name] = before.get(name, 0) + tokens
                if said:
                    attempts.look_for_unmarked_reasoning(said)
                    yield said

        begun = Quirk.UNMARKED_REASONING in attempts.quirks
        for piece in without_fences(without_reasoning(deltas(), begun=begun)):
            reply.text = reply.text or bool(piece.strip())
            yield piece
        self.cut_off = reply.cut_off
        if not reply.text:
            attempts.quirk_of_empty(reply, request)
        reply.check(streamed=request.streams)
        attempts.worked()


def first_token(llm: LLM, system: str, user: str, *, patience: float, alternatives: int) -> Any:
    """The raw reply with one token and the log-probabilities of that many alternatives, from a
    server that offers them. Raises ModelError."""
    attempts = _Attempts(llm, patience, streams=False)
    while True:
        request = _Request.of(llm, system, user, 1, attempts.quirks - {Quirk.MORE_ROOM})

        def answer(request: _Request = request) -> Iterator[Any]:
            yield request.llm.chat(
                request.messages, temperature=0.0, logprobs=True, top_logprobs=alternatives
            ).raw

        try:
            return next(iter(iterate_with_deadline(answer, patience, attempts.seconds_left())))
        except Exception as error:
            attempts.adapt(error)


@dataclass(frozen=True, slots=True)
class _Request:
    """One request, in the way that the model wants it."""

    llm: LLM
    messages: list[ChatMessage]
    streams: bool
    answer_tokens: int | None
    """The limit without the room for reasoning."""

    @classmethod
    def of(
        cls, llm: LLM, system: str, user: str, max_tokens: int | None, quirks: frozenset[Quirk]
    ) -> _Request:
        """A limit, the options and the roles of the messages follow from the quirks."""
        from llama_index.llms.openai import OpenAI

        wanted: int | None = max_tokens or getattr(llm, "max_tokens", None)
        limit = wanted
        if wanted and Quirk.MORE_ROOM in quirks:
            room = _room(llm, wanted, len(system) + len(user))
            limit = min(wanted + REASONING_TOKENS, room)
        if Quirk.NO_SYSTEM in quirks:
            messages = chat_messages("", f"{system}\n\n{user}")
        else:
            messages = chat_messages(system, user)
        if isinstance(llm, OpenAI):
            llm = _openai_with(llm, limit, quirks)
        elif limit != getattr(llm, "max_tokens", None):
            llm = llm.model_copy(update={"max_tokens": limit})
        return cls(llm, messages, Quirk.NO_STREAM not in quirks, wanted)

    def send(self) -> Iterable[Any]:
        """The reply, in chunks or whole."""
        if self.streams:
            return self.llm.stream_chat(self.messages)
        return [self.llm.chat(self.messages)]


def _openai_with(llm: Any, tokens: int | None, quirks: frozenset[Quirk]) -> LLM:
    """A copy of a model whose requests have these quirks. Its own limit wins over that of a call,
    and ``additional_kwargs`` over both, so these are what is set."""
    import openai

    options = dict(llm.additional_kwargs)
    limit = tokens
    if Quirk.MAX_COMPLETION_TOKENS in quirks and tokens:
        options["max_completion_tokens"], limit = tokens, None
    if Quirk.NO_TEMPERATURE in quirks:
        options["temperature"] = openai.omit
    if Quirk.NO_STREAM_OPTIONS in quirks:
        options.pop("stream_options", None)
    changes = {"max_tokens": limit, "additional_kwargs": options}
    if all(getattr(llm, name) == value for name, value in changes.items()):
        return cast("LLM", llm)
    return cast("LLM", llm.model_copy(update=changes))


def _room(llm: LLM, tokens: int, prompt_characters: int) -> int:
    """Tokens for reasoning and answer that the context leaves, at least ``tokens``; as many as are
    wanted when no server told the context: it will say when they are too many."""
    context = facts_of(llm).context_tokens
    if context is None:
        return tokens + REASONING_TOKENS
    return max(tokens, context - int(prompt_characters / CHARACTERS_PER_TOKEN))


def context_of(llm: LLM) -> int:
    """The context window that a llama-index model declares; an assumption where it declares
    none."""
    try:
        return int(llm.metadata.context_window) or ASSUMED_CONTEXT_TOKENS
    except ValueError:  # llama-index's OpenAI, of a model newer than its list
        return ASSUMED_CONTEXT_TOKENS


class _Attempts:
    """The attempts at one request, each changed by what the one before it met: every quirk once,
    and one pause."""

    def __init__(self, llm: LLM, deadline: float | None, *, streams: bool = True) -> None:
        self._llm = llm
        self._ends = None if deadline is None else time.monotonic() + deadline
        self._paused = False
        self._supposed: set[Quirk] = set()
        self._said = ""
        self.quirks = quirks_of(llm) | (frozenset() if streams else {Quirk.NO_STREAM})

    def seconds_left(self) -> float | None:
        """Seconds until all must have come; None without a deadline."""
        return None if self._ends is None else max(0.0, self._ends - time.monotonic())

    def adapt(self, error: Exception) -> None:
        """Return when another attempt is worthwhile, after a pause if it needs one. Raises
        ModelError when none is."""
        supposed = _supposed_quirk(error)
        quirk = supposed or _quirk_of(error, self._llm)
        if quirk and quirk not in self.quirks:
            self.quirks |= {quirk}
            if supposed:
                self._supposed.add(quirk)
            else:
                remember_quirk(self._llm, quirk)
            log.info("%s wants %s", getattr(self._llm, "model", "the model"), quirk.value)
            return
        pause = None if self._paused else _pause_after(error)
        left = self.seconds_left()
        if pause is None or (left is not None and pause >= left):
            raise model_error(error) from error
        self._paused = True
        time.sleep(pause)

    def look_for_unmarked_reasoning(self, said: str) -> None:
        """Remember a model whose reasoning ends with a mark that nothing opened."""
        self._said += said
        if "</think>" in self._said and "<think>" not in self._said:
            self._said = "<think>"
            remember_quirk(self._llm, Quirk.UNMARKED_REASONING)

    def quirk_of_empty(self, reply: Reply, request: _Request) -> None:
        """Raise the quirk that may be why there is no text: no chunk at all from a server that
        answers in one piece, or a limit that was used up before the answer. Raises ContextTooLong
        when the prompt leaves no room for reasoning."""
        if request.streams and not reply.chunks:
            raise _Misfit(Quirk.NO_STREAM)
        tokens = request.answer_tokens
        if not (reply.cut_off and tokens):
            return
        length = sum(len(message.content or "") for message in request.messages)
        room = _room(self._llm, tokens, length)
        if Quirk.MORE_ROOM not in self.quirks and room >= 2 * tokens:
            raise _Misfit(Quirk.MORE_ROOM)
        if room < tokens + REASONING_TOKENS:  # with less evidence there is more
            remember_quirk(self._llm, Quirk.MORE_ROOM)
            raise ContextTooLong(facts_of(self._llm).context_tokens)

    def worked(self) -> None:
        """Remember what was only supposed: it has helped."""
        for quirk in self._supposed:
            remember_quirk(self._llm, quirk)


class _Misfit(Exception):
    """A reply without text, perhaps because of a quirk that was not known."""

    def __init__(self, quirk: Quirk) -> None:
        self.quirk = quirk
        super().__init__(quirk.value)


_UNREADABLE = (TypeError, AttributeError, IndexError, JSONDecodeError)
"""What the client raises over chunks and replies that are not in OpenAI's form."""


def _supposed_quirk(error: Exception) -> Quirk | None:
    """A quirk that may be behind an answer without text, or one that cannot be read."""
    if isinstance(error, _Misfit):
        return error.quirk
    return Quirk.NO_STREAM if isinstance(error, _UNREADABLE) else None


def _quirk_of(error: Exception, llm: LLM) -> Quirk | None:
    """The quirk that a server complains of. Raises ContextTooLong."""
    import openai

    if isinstance(error, openai.APIStatusError):
        status = error.status_code
    elif type(error) is openai.APIError:  # inside a stream that began well
        status = None
    else:
        return None
    rejection = read_rejection(status, error.body)
    if rejection.too_long:
        if rejection.limit:
            remember_context(llm, rejection.limit)
        raise ContextTooLong(rejection.limit) from error
    return rejection.quirk


def _pause_after(error: Exception) -> float | None:
    """Seconds after which a busy server may be asked once more; None when it should not be."""
    import openai

    if not isinstance(error, openai.RateLimitError | openai.InternalServerError):
        return None
    if quota_is_used_up(error.body):
        return None
    try:
        pause = float(error.response.headers.get("retry-after", PAUSE_SECONDS))
    except ValueError:  # a date
        return None
    return max(PAUSE_SECONDS, pause) if pause <= MAX_PAUSE_SECONDS else None


def chat_messages(system: str, user: str) -> list[ChatMessage]:
    """Instructions, if any, and a request as llama-index sends them."""
    from llama_index.core.llms import ChatMessage, MessageRole

    instructions = [ChatMessage(role=MessageRole.SYSTEM, content=system)] if system else []
    return [*instructions, ChatMessage(role=MessageRole.USER, content=user)]


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


def model_error(error: Exception) -> ModelError:
    """A reason a reader can understand, for anything a client may raise."""
    import httpx
    import openai

    if isinstance(error, ModelError):
        return error
    if isinstance(error, _Misfit):
        return ModelError("it gave no answer", retryable=True)
    if isinstance(error, openai.APITimeoutError | httpx.TimeoutException | TimeoutError):
        return ModelError("it did not answer in time", retryable=True)
    if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        return ModelError("the server refused the key; check OPENAI_API_KEY")
    if isinstance(error, openai.RateLimitError):
        return ModelError("its rate limit or quota is used up (429)", retryable=True)
    if isinstance(error, openai.NotFoundError):
        return ModelError("the server does not know the model; check CITEWIRE_MODEL (404)")
    if isinstance(error, openai.APIError) and filtered(error.body):
        return ModelError("it refused to answer (stopped by the server's content filter)")
    if isinstance(error, openai.APIStatusError):
        retryable = error.status_code >= 500
        return ModelError(f"the server answered {error.status_code}", retryable=retryable)
    if isinstance(error, openai.APIConnectionError):
        return ModelError("the server cannot be reached; check OPENAI_BASE_URL", retryable=True)
    if isinstance(error, httpx.HTTPError):
        return ModelError("its answer broke off", retryable=True)
    if isinstance(error, _UNREADABLE):
        log.info("unreadable answer: %r", error)
        return ModelError("its answer is not in the form that OpenAI's servers have")
    said = " ".join(str(error).split())[:120]
    return ModelError(f"it failed ({type(error).__name__}: {said})")
