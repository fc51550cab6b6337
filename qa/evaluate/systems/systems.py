"""What can be measured: Citewire, and its peers on the same passages, vectors and model.

    citewire               Assistant.ask
    llama-index            VectorStoreIndex over Chroma, as_query_engine() with its defaults
    llama-index-citation   CitationQueryEngine with its defaults over the same index
    bm25                   the lexical index alone, with llama-index's default answering

The peers get every passage with the vector that the library already holds, so they neither pay for
embedding nor lose by chunking. Without a model their answer is what they would show as sources.
Their defaults are kept: 2 chunks for the starter, and for the others too.
Knows nothing about measures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from ingest.records import day_of
from qa.answers.citations import beside
from qa.errors import EvaluationError
from qa.evaluate.records import Case, Cited, Reply
from qa.evaluate.systems.peers import DEPTH, Peer, Retrievers, dense, key_of, lexical
from qa.records import Answer
from qa.retrieval.retriever import NewsQuery

if TYPE_CHECKING:
    from ingest.storage.library import Library
    from qa.assistant import Assistant

SYSTEMS = ("citewire", "llama-index", "llama-index-citation", "bm25")


class System(Protocol):
    """Anything that answers cases. ``retrieve`` gives keys of articles, best first."""

    name: str
    library: Library

    def retrieve(self, case: Case) -> tuple[str, ...]: ...

    def answer(self, case: Case) -> Reply: ...


def open_systems(names: Sequence[str], assistant: Assistant) -> Iterator[System]:
    """The systems of these names over the assistant's library and model, each when its turn comes;
    the llama-index ones share one index. Raises EvaluationError."""
    library, llm = assistant.library, assistant.llm
    starter: Retrievers | None = None
    for name in names:
        if name == "citewire":
            yield Citewire(assistant)
        elif name == "bm25":
            yield Peer(name, library, llm, lexical(library))
        elif name in SYSTEMS:
            starter = starter or dense(library)
            yield Peer(name, library, llm, starter)
        else:
            raise EvaluationError(f"No system is called {name!r}; known: {', '.join(SYSTEMS)}.")


class Citewire:
    """The product as it is."""

    def __init__(self, assistant: Assistant, name: str = "citewire") -> None:
        self.name = name
        self.library = assistant.library
        self._assistant = assistant

    def retrieve(self, case: Case) -> tuple[str, ...]:
        retriever = self._assistant.retriever
        query = NewsQuery(query_str=case.question, asked_at=case.asked_at)
        hits = retriever.search(retriever.interpret(query), limit=DEPTH)
        return tuple(dict.fromkeys(key_of(hit.article) for hit in hits))

    def answer(self, case: Case) -> Reply:
        answer = self._assistant.ask(case.question, asked_at=case.asked_at)
        return reply_of(answer, self.library)


def reply_of(answer: Answer, library: Library) -> Reply:
    """An answer of Citewire as evaluation sees it, its quotes compared with what is stored."""
    cited = []
    for c in answer.citations:
        stored = library.catalogue.article(c.article_id, c.version)
        days = {day_of(c.published_at).isoformat()} if c.published_at else set()
        days |= {c.said_on.isoformat()} if c.said_on else set()
        days |= {day.isoformat() for when in c.dates for day in (when.first, when.last)}
        cited.append(
            Cited(
                number=c.number,
                quote=c.quote,
                article=c.cluster_id or c.article_id,
                title=c.title,
                context=beside(c),
                exact=stored is not None and stored.text[c.start : c.end] == c.quote,
                support=c.support,
                speaker=c.speaker,
                days=tuple(sorted(days)),
            )
        )
    return Reply(
        status=answer.status,
        sentences=answer.sentences,
        citations=tuple(cited),
        confidence=answer.confidence,
        short_answer=answer.short_answer,
        independent_sources=answer.independent_sources,
        notices=answer.notices,
        timings=answer.timings,
        usage=answer.usage,
    )


def article_keys(library: Library, names: Sequence[str]) -> dict[str, str]:
    """Keys of the articles that these ids, addresses or file names stand for; those that the
    library does not hold are left out."""
    from ingest.addresses import canonical_url

    files: dict[str, str] | None = None
    found = {}
    for name in dict.fromkeys(names):
        article = library.catalogue.find(
            article_id=name,
            canonical_url=canonical_url(name if "://" in name else f"https://{name}"),
            origin=name,
        )
        if article is None:
            if files is None:
                files = {o.rsplit("/", 1)[-1]: o for o in library.catalogue.origins(10**6) if o}
            article = library.catalogue.find(origin=files[name]) if name in files else None
        if article is not None:
            found[name] = key_of(article)
    return found
