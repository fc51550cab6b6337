"""Suggests what to ask next: only questions that the articles were seen to answer.

    Answer -> topic, articles cited and found -> candidates
        -> asked, by quoting, as the visitor would ask them -> those whose first quote is the
           expected one and new -> at most three, of different kinds

Knows nothing about gradio or HTML.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from ingest.errors import IngestError
from ingest.storage.catalogue.filters import Filters
from ingest.storage.library import Library
from qa.assistant import Assistant
from qa.errors import QaError
from qa.interfaces.asking.question_candidates import Candidate, Reading, candidates
from qa.language.words import content_stems
from qa.records import Answer, Turn

log = logging.getLogger(__name__)

MAX_SUGGESTIONS = 3

MAX_PROOFS = 6
"""Questions that are asked of the library to find those: each costs what an answer costs."""

MAX_ARTICLES_READ = 5

MIN_TIMELINE_EVENTS = 3

MIN_SHARE_ABOUT_TOPIC = 0.7
"""Share of a timeline's sentences whose articles must name at their beginning what it is of."""

LEAD_CHARACTERS = 500

MAX_PER_KIND = {"timeline": 1, "why": 1, "fact": 2, "said": 2, "who_is": 1}

MAX_SHARED_WORDS = 0.75
"""Share of a question's words that may stand in one that was asked."""


def suggest(
    answer: Answer,
    history: Sequence[Turn],
    filters: Filters,
    assistant: Assistant,
    *,
    given_up: Callable[[], bool] = lambda: False,
) -> tuple[str, ...]:
    """Up to three questions, each proven to be answered under the same filters; ``history`` ends
    with the answer's own question. ``given_up`` is asked before each proof whether to stop. Fails
    quietly: nobody asked for them."""
    try:
        return tuple(_proven(answer, history, filters, _quoting(assistant), given_up))
    except Exception:
        log.warning("no questions to ask next could be found", exc_info=True)
        return ()


def _quoting(assistant: Assistant) -> Assistant:
    """One of the same library that calls no model, counts no answers and keeps none for others."""
    settings = assistant.settings.model_copy(update={"model": "none"})
    return Assistant(settings, library=assistant.library)


def _proven(
    answer: Answer,
    history: Sequence[Turn],
    filters: Filters,
    assistant: Assistant,
    given_up: Callable[[], bool],
) -> Iterator[str]:
    if answer.status not in ("answered", "partial") or not answer.citations:
        return
    library = assistant.library
    seen = [*answer_quotes(answer)]
    asked = [*(turn.question for turn in history), answer.search]
    kept: list[Candidate] = []
    for candidate in islice(_drafted(answer, asked, library), MAX_PROOFS):
        if _full(candidate, kept) or _repeats(candidate.text, [one.text for one in kept]):
            continue
        if given_up():
            return
        try:
            proof = assistant.ask(candidate.text, history=history, filters=filters)
        except (QaError, IngestError):
            continue
        if proves(candidate, proof, seen) and _is_related(candidate, proof, answer, library):
            kept.append(candidate)
            seen += answer_quotes(proof)
            yield candidate.text
        if len(kept) == MAX_SUGGESTIONS:
            return


def _drafted(answer: Answer, asked: Sequence[str], library: Library) -> Iterator[Candidate]:
    """Candidates that are not what was asked already, the kinds mixed."""
    ids = list(dict.fromkeys(c.article_id for c in answer.citations))[:MAX_ARTICLES_READ]
    articles = sorted(library.catalogue.articles(ids), key=lambda one: ids.index(one.id))
    read = [Reading(one, library.statements(one.id, one.version)) for one in articles]
    shown = " ".join(c.quote for c in answer.citations)
    drafted = [
        one for one in candidates(answer.search, shown, read) if not _repeats(one.text, asked)
    ]
    by_kind = [[one for one in drafted if one.kind == kind] for kind in MAX_PER_KIND]
    for rank in range(max(map(len, by_kind))):
        yield from (kind[rank] for kind in by_kind if rank < len(kind))


def _full(candidate: Candidate, kept: Sequence[Candidate]) -> bool:
    return sum(one.kind == candidate.kind for one in kept) >= MAX_PER_KIND[candidate.kind]


def _repeats(question: str, others: Sequence[str]) -> bool:
    """Whether most words of a question stand in one of the others."""
    words = set(content_stems(question))
    return any(
        len(words & set(content_stems(other))) > MAX_SHARED_WORDS * len(words) for other in others
    )


def answer_quotes(answer: Answer) -> Iterator[str]:
    """The quotes of an answer, as words alone: a copy of a story gives the same."""
    return (" ".join(citation.quote.split()).casefold() for citation in answer.citations)


def _is_related(candidate: Candidate, proof: Answer, answer: Answer, library: Library) -> bool:
    """Whether a proof stays with the story: it quotes an article that the answer cites, or most
    articles of a timeline open with what it is of."""
    ids = [citation.article_id for citation in proof.citations]
    if not candidate.topic:
        return ids[0] in {citation.article_id for citation in answer.citations}
    opening = {
        article.id: f"{article.title} {article.text[:LEAD_CHARACTERS]}"
        for article in library.catalogue.articles(ids)
    }
    told = sum(candidate.topic in opening.get(one, "") for one in ids)
    return told >= MIN_SHARE_ABOUT_TOPIC * len(ids)


def proves(candidate: Candidate, proof: Answer, seen: Sequence[str]) -> bool:
    """Whether an answer is the expected one to the question as it stands, and quotes what is
    new."""
    if proof.status != "answered" or proof.search != candidate.text or not proof.citations:
        return False
    first = proof.citations[0]
    if candidate.kind == "timeline":
        return len(proof.timeline) >= MIN_TIMELINE_EVENTS
    quote = " ".join(first.quote.split()).casefold()
    expected = " ".join(candidate.words.split()).casefold()
    return (
        quote not in seen
        and expected in quote
        and first.speaker == (candidate.speaker or first.speaker)
    )
