"""Reads every setting from the environment or ``.env``: ``CITEWIRE_*`` and OpenAI's own two.

The only place where the environment is read. Knows nothing about what the settings are used for.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The settings. Precedence: arguments, environment variables, ``.env``, defaults."""

    model_config = SettingsConfigDict(
        env_prefix="CITEWIRE_", env_file=".env", extra="ignore", env_ignore_empty=True,
        protected_namespaces=(), populate_by_name=True,
    )  # fmt: skip

    home: Path = Field(
        default=Path("~/.citewire"), description="Folder of the library (catalogue and indexes)."
    )
    model: str | None = Field(
        default=None,
        description="Language model that writes answers: a model name, or `none` to only quote. "
        "Default: quoting, unless a key, an address or a GGUF file is set.",
    )
    openai_api_key: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices(
            "openai_api_key", "OPENAI_API_KEY", "CITEWIRE_OPENAI_API_KEY"
        ),
        description="Key for OpenAI or a compatible server.",
    )
    openai_base_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices(
            "openai_base_url", "OPENAI_BASE_URL", "CITEWIRE_OPENAI_BASE_URL"
        ),
        description="Address of an OpenAI-compatible server (Ollama, vLLM, llama.cpp), with /v1.",
    )
    gguf: Path | None = Field(
        default=None, description="A local GGUF model file; needs the `local` extra."
    )
    model_timeout: float = Field(
        default=60.0, gt=0, description="Seconds without an answer before quoting instead."
    )
    evidence_tokens: int | None = Field(
        default=None, ge=200,
        description="Tokens of evidence that the model is shown. Default: chosen by the model, "
        "600 for one of up to 4 billion parameters, up to 6000 for any other.",
    )  # fmt: skip
    answer_at: float | None = Field(
        default=None, ge=0, le=1,
        description="Estimated probability (0 to 1) that the articles answer, from which on a "
        "question is answered instead of refused: higher for the cautious, lower for the curious. "
        "Default: see docs/refusing.md, which shows what each costs.",
    )  # fmt: skip
    second_looks: bool = Field(
        default=True,
        description="Whether the model that writes is also asked for a yes or no where the support "
        "checker is unsure; needs log-probabilities, and is passed over without them.",
    )
    judge_url: str | None = Field(
        default=None,
        description="Address of the model that judges: whether the lines of the articles support "
        "what a model wrote, and in evaluations. Default: the model itself.",
    )
    judge_model: str | None = Field(default=None, description="Name of the model that judges.")
    embedder: str = Field(
        default="minilm",
        description="`minilm` (packaged) or `openai:MODEL`, for example "
        "`openai:text-embedding-3-small`.",
    )
    embedder_url: str | None = Field(
        default=None,
        description="Address for `openai:MODEL` embeddings. Default: that of the language model.",
    )
    catalogue_url: str | None = Field(
        default=None, description="SQLAlchemy address, for PostgreSQL. Default: a file in the home."
    )
    chroma_url: str | None = Field(
        default=None,
        description="`http://host:port` of a Chroma server, or `cloud://tenant/database`. "
        "Default: a folder in the home.",
    )
    samples: bool = Field(
        default=True, description="Whether the app fills an empty library with the sample articles."
    )
    save_answers: bool = Field(
        default=True,
        description="Whether the app's chat keeps its answers in the catalogue, on this machine, "
        "for `citewire recheck` and as pages with an address of their own.",
    )
    saved_answers: int = Field(
        default=5_000, ge=1,
        description="How many saved answers are kept; beyond them the oldest is removed.",
    )  # fmt: skip
    read_only: bool = Field(
        default=False,
        description="Whether nothing may be written through any door: no articles, corrections or "
        "feeds, no saved answers, no feedback.",
    )
    host: str = Field(default="127.0.0.1", description="Address the app listens on.")
    port: int = Field(default=7860, ge=0, le=65535, description="Port the app listens on.")
    root_path: str = Field(default="", description="Path prefix when behind a reverse proxy.")
    trusted_user_header: str = Field(
        default="",
        description="Name of the header in which a reverse proxy tells who is signed in. Whoever "
        "reaches the port without the proxy can claim to be anybody: docs/sharing.md.",
    )
    open_to_everyone: bool = Field(
        default=False,
        description="Whether everybody who reaches the port may read and ask without signing in.",
    )
    questions_per_minute: int = Field(
        default=60, ge=0,
        description="Requests that a visitor may send per minute when the app is shared: "
        "questions, loads of the page, clicks; 0 for no limit.",
    )  # fmt: skip
    allow_private: bool = Field(
        default=False, description="Whether addresses on private networks may be ingested."
    )
    fetch_delay: float = Field(
        default=1.0, ge=0, le=60, description="Seconds between two visits to one web host."
    )
    feed_minutes: float = Field(
        default=30.0, ge=0,
        description="How often the app reads the subscribed feeds, in minutes; 0 for never.",
    )  # fmt: skip

    @property
    def saves_answers(self) -> bool:
        """Whether the chat keeps its answers: where it is wanted and something may be written."""
        return self.save_answers and not self.read_only

    @property
    def folder(self) -> Path:
        """The library's folder, with ``~`` resolved."""
        return self.home.expanduser()
