"""What a model is given and may write follows from what its server says of it and from its name."""

from __future__ import annotations

from typing import Any

import pytest
from llama_index.core.llms import MockLLM
from llama_index.llms.openai import OpenAI
from pydantic import SecretStr

from qa import Settings
from qa.writing.model_profile import ModelProfile, parameters_in_name, profile_of
from qa.writing.models import Completion, open_model
from tests.fakes import FakeOpenAI


def opened(fake: FakeOpenAI, name: str, evidence: int | None = None, **listed: Any) -> ModelProfile:
    """The profile of a model that a server lists under this name with these facts."""
    fake.name, fake.listing = name, listed
    llm = open_model(Settings(openai_base_url=fake.url))
    assert llm is not None
    return profile_of(llm, evidence_tokens=evidence)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("qwen2.5-1.5b-instruct", 1.5e9),
        ("gemma-3-270m", 270e6),
        ("llama3.2:3b", 3e9),
        ("google/gemma-3n-E2B-it", 2e9),
        ("/models/SmolLM2-135M-Instruct-Q4_K_M.gguf", 135e6),
        ("Qwen3-30B-A3B", 30e9),
        ("mixtral-8x7b", None),
        ("some-model-4bit", None),
        ("gpt-4.1-mini", None),
        ("gpt-4o-2024-08-06", None),
        ("default", None),
    ],
)
def test_a_size_is_read_from_a_name(name: str, parameters: float | None) -> None:
    """A number before b or m is a size; versions, mixtures and quantisation are not."""
    assert parameters_in_name(name) == parameters


def test_llama_cpp_tells_parameters_and_context(server: FakeOpenAI) -> None:
    """The entry as llama.cpp's server lists it: the count wins, whatever the file is called."""
    meta = {"n_ctx": 8192, "n_ctx_train": 131072, "n_params": 134_515_008, "ftype": "Q4_1"}
    profile = opened(server, "/cache/model-70b.gguf", meta=meta)
    assert (profile.small, profile.context_tokens) == (True, 8192)
    assert (profile.evidence_tokens, profile.answer_tokens) == (600, 220)
    assert profile.why == (
        "model-70b.gguf: a model of 0.13 billion parameters is small: it reads 600 tokens of "
        "evidence, which a CPU does in seconds."
    )


def test_vllm_tells_its_context(server: FakeOpenAI) -> None:
    """max_model_len is the context; a model without a size is not small."""
    profile = opened(server, "org/writer", max_model_len=32768)
    assert (profile.small, profile.context_tokens) == (False, 32768)
    assert (profile.evidence_tokens, profile.answer_tokens) == (6000, 1000)


def test_a_named_model_is_found_in_the_list(server: FakeOpenAI) -> None:
    """CITEWIRE_MODEL chooses, and what the list says of that model is used."""
    server.name, server.listing = "writer", {"max_model_len": 4096}
    llm = open_model(Settings(openai_base_url=server.url, model="writer"))
    other = open_model(Settings(openai_base_url=server.url, model="writer-3b"))
    assert llm is not None
    assert other is not None
    assert profile_of(llm).context_tokens == 4096
    assert (profile_of(other).small, profile_of(other).context_tokens) == (True, 8192)


def test_a_small_context_bounds_the_evidence(server: FakeOpenAI) -> None:
    """Answer and instructions keep their room, also when more is asked for."""
    profile = opened(server, "org/writer", 6000, max_model_len=4096)
    assert profile.evidence_tokens == 4096 - 1000 - 1200
    assert "4,096" in profile.why
    assert opened(server, "org/writer", max_model_len=1024).evidence_tokens == 200


def test_what_the_user_asks_for_wins(server: FakeOpenAI) -> None:
    """An explicit budget replaces the choice, for small models too."""
    profile = opened(server, "tiny-1b", 3000, max_model_len=32768)
    assert (profile.small, profile.evidence_tokens, profile.answer_tokens) == (True, 3000, 220)
    assert "CITEWIRE_EVIDENCE_TOKENS" in profile.why


def test_a_server_without_a_list_is_used_all_the_same() -> None:
    """Nobody there: the name decides, and 8,192 tokens are assumed."""
    llm = open_model(Settings(openai_base_url="http://127.0.0.1:9/v1", model="llama3.2:3b"))
    assert llm is not None
    profile = profile_of(llm)
    assert (profile.name, profile.small, profile.context_tokens) == ("llama3.2:3b", True, 8192)


def test_openais_models_have_the_published_context() -> None:
    """No request is made for a model that llama-index knows, directly or through another server."""
    llm = open_model(Settings(openai_api_key=SecretStr("k"), model="gpt-4.1-mini"))
    assert llm is not None
    profile = profile_of(llm)
    assert (profile.small, profile.evidence_tokens) == (False, 6000)
    assert profile.context_tokens > 1_000_000
    routed = open_model(
        Settings(openai_base_url="http://127.0.0.1:9/v1", model="openai/gpt-4.1-mini")
    )
    assert routed is not None
    assert profile_of(routed).context_tokens == profile.context_tokens


def test_any_llama_index_model_has_a_profile() -> None:
    """A model that we did not open: by its own metadata, and where it has none by assumption."""
    assert profile_of(MockLLM()).context_tokens == 3900
    unknown = profile_of(OpenAI(model="newer-than-the-list", api_key="k"))
    assert (unknown.name, unknown.small) == ("newer-than-the-list", False)
    assert (unknown.context_tokens, unknown.evidence_tokens) == (8192, 5992)


def test_a_completion_has_its_own_limit(server: FakeOpenAI) -> None:
    """``max_tokens`` of a completion replaces the model's."""
    server.reply = "Yes it did."
    llm = open_model(Settings(openai_base_url=server.url))
    assert llm is not None
    assert "".join(Completion(llm, "s", "u", max_tokens=1000)).strip() == "Yes it did."
    assert "".join(Completion(llm, "s", "u")).strip() == "Yes it did."
    assert [sent["max_tokens"] for sent in server.requests] == [1000, 220]
