"""Opens the configured language model, and asks its server once what it says of it.

Loads nothing before a model is opened.
"""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.errors import SettingsError
from qa.settings import Settings
from qa.writing.models.known_models import (
    ASSUMED_CONTEXT_TOKENS,
    ModelFacts,
    facts_from_listing,
    remember_facts,
)

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

DEFAULT_MODEL = "gpt-4.1-mini"
MAX_TOKENS = 220
"""Tokens of a completion that asks for no other limit: three sentences."""
LISTING_SECONDS = 5.0
"""Seconds a server has to list its models; without the list everything works, less well fitted."""
USAGE_WANTED = {"stream_options": {"include_usage": True}}
"""Asks for the tokens of a stream, which its last chunk then tells."""

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
