"""Builds what the settings name (the embedder and the library) and describes what is in it.

    settings -> embedder -> Library
    Library + settings -> facts for people: counts, days, who writes the answers

The one place where settings become objects; heavy libraries are imported when one is built. Knows
nothing about questions or answers.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ingest.records import day_of
from qa.errors import SettingsError
from qa.settings import Settings

if TYPE_CHECKING:
    from ingest.storage.embedder import Embedder
    from ingest.storage.library import Library
    from qa.writing.models import LLM


def open_library(settings: Settings, *, embedding: bool = True) -> Library:
    """Open the library that the settings name.

    Without ``embedding`` no embedding model is loaded: enough to look things up and to remove
    articles, not to search or to add. Raises SettingsError and subclasses of IngestError.
    """
    from ingest.storage.library import Library

    return Library(
        settings.folder,
        embedder=open_embedder(settings) if embedding else None,
        catalogue_url=settings.catalogue_url,
        vectors_at=settings.chroma_url,
        read_only=settings.read_only,
    )


def open_embedder(settings: Settings) -> Embedder:
    """Open the configured embedding model. Raises SettingsError for one that is not known."""
    kind, _, model = settings.embedder.partition(":")
    if kind == "minilm":
        from ingest.storage.embedder import PackagedEmbedding

        return PackagedEmbedding()
    if kind == "openai" and model:
        from ingest.storage.llama_index_embedding import openai_embedder

        address = settings.embedder_url or settings.openai_base_url
        if settings.openai_api_key is None and address is None:
            raise SettingsError("OpenAI embeddings need OPENAI_API_KEY (or CITEWIRE_EMBEDDER_URL).")
        key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else "none"
        return openai_embedder(model, key, address)
    raise SettingsError(
        f"CITEWIRE_EMBEDDER is {settings.embedder!r}; expected minilm or openai:MODEL."
    )


def preload_networks(settings: Settings) -> None:
    """Start to load the packaged embedding model, where it is the configured one, and the reader in
    the background: another core is busy while the caller imports what else a question needs."""
    from qa.reading.reader import preload_reader

    if settings.embedder == "minilm":
        from ingest.storage.minilm import preload_minilm

        preload_minilm()
    preload_reader()


def describe_library(
    library: Library, settings: Settings, llm: LLM | None = None
) -> dict[str, Any]:
    """Facts about a library and how questions to it are answered; days as ISO 8601 strings.

    ``llm`` stands for the model that the settings name. Raises SettingsError when the settings
    contradict each other.
    """
    from qa.writing.models import model_name

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
        "outlets": len(library.catalogue.outlet_names()),
        "oldest": oldest,
        "newest": newest,
        "pending": counts["pending"],
        "mode": "written" if model else "quoted",
        "model": model,
        "embedder": settings.embedder,
    }


def list_articles(library: Library) -> list[dict[str, Any]]:
    """Id, title, outlet, publication day and address of every article, newest first."""
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
