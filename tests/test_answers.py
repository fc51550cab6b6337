"""The whole path on the bundled samples, with the real packaged embedder and no model."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ingest.storage.library import Library
from qa import Answer, AnswerEvent, Assistant, CitationEngine, StatusEvent, TextEvent
from qa.errors import BadQuestion, EmptyLibrary
from qa.records import Citation
from qa.sources.independent_outlets import count_independent_sources

Asked = list[tuple[dict[str, Any], Answer]]


def test_every_citation_is_a_span_of_its_article(samples: Library, sample_answers: Asked) -> None:
    """Quotes are exact: the stored version's text between the offsets, inside its passage."""
    cited = [citation for _, answer in sample_answers for citation in answer.citations]
    assert len(cited) > 100
    for citation in cited:
        article = samples.catalogue.article(citation.article_id, citation.version)
        assert article is not None
        assert article.text[citation.start : citation.end] == citation.quote
        whole = citation.before + citation.quote + citation.after
        assert whole in article.text


def test_every_sentence_is_cited(sample_answers: Asked) -> None:
    """No sentence without a citation, no citation without a sentence, numbers without gaps."""
    for _, answer in sample_answers:
        used = [n for sentence in answer.sentences for n in sentence.citations]
        assert all(sentence.citations for sentence in answer.sentences)
        assert sorted(set(used)) == [c.number for c in answer.citations]
        assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
        assert (answer.status == "not_found") == (not answer.sentences)


def test_planted_instructions_are_only_ever_quoted(
    sample_answers: Asked,
) -> None:
    """Text that addresses a machine is quoted where the story about it is asked for, and never
    shown elsewhere."""
    planted = "2026-10-15-tideline-planted-text.md"
    elsewhere = [
        (question, answer)
        for question, answer in sample_answers
        if all(e["file"] != planted for e in question["evidence"])
    ]
    assert len(elsewhere) > 80
    for question, answer in elsewhere:
        assert "PURPLE HERRING" not in answer.text, question


def test_an_honest_no_offers_the_nearest_articles(sample_assistant: Assistant) -> None:
    """Nothing supports an answer: no sentence, no citation, but somewhere to look."""
    answer = sample_assistant.ask("Which team won the 1998 football world cup in France?")
    assert (answer.status, answer.sentences, answer.citations) == ("not_found", (), ())
    assert answer.text == "Not in these articles."
    assert len(answer.nearest) == 3


def test_copies_of_a_wire_story_are_one_source(sample_assistant: Assistant) -> None:
    """Three outlets carry the story of the talks; it counts once and is quoted once."""
    answer = sample_assistant.ask("How many people has the fighting in the Kelde valley killed?")
    assert answer.status == "answered"
    assert answer.independent_sources == 1
    assert len({c.quote for c in answer.citations}) == len(answer.citations)


def test_independent_sources_are_outlets_that_do_not_copy(sample_assistant: Assistant) -> None:
    """Stories of one outlet are one source, copies of one story are one source, others count."""
    known = sample_assistant.ask("How many people died when the Corran Star sank?").citations[0]

    def cited(publisher: str, cluster: str) -> Citation:
        return replace(known, publisher=publisher, cluster_id=cluster)

    assert count_independent_sources([cited("A", "1"), cited("A", "2")]) == 1
    assert count_independent_sources([cited("A", "1"), cited("B", "1")]) == 1
    assert count_independent_sources([cited("A", "1"), cited("B", "2")]) == 2
    assert count_independent_sources([]) == 0


def test_a_follow_up_is_understood(sample_assistant: Assistant) -> None:
    """Chat: "it" is what the last question was about."""
    from qa import Turn

    first = sample_assistant.ask("How many people died when the Corran Star sank?")
    second = sample_assistant.ask("Why did it sink?", history=(Turn(first.question, first.text),))
    assert "hatch" in second.text


def test_the_same_answer_through_every_door(sample_assistant: Assistant) -> None:
    """ask, aask, stream and the llama-index engine say the same."""
    question = "Why did the court block the port merger?"
    asked = sample_assistant.ask(question)
    awaited = asyncio.run(sample_assistant.aask(question))
    events = list(sample_assistant.stream(question))
    response = sample_assistant.engine.query(question)
    streamed = events[-1]
    assert isinstance(streamed, AnswerEvent)
    same = {a.text for a in (asked, awaited, streamed.answer)} | {str(response)}
    assert len(same) == 1
    assert any(isinstance(e, StatusEvent) for e in events)
    assert [e.sentence for e in events if isinstance(e, TextEvent)] == list(asked.sentences)
    assert [n.node.get_content() for n in response.source_nodes] == [
        c.quote for c in asked.citations
    ]


def test_the_engine_is_a_llama_index_query_engine(sample_assistant: Assistant) -> None:
    """Anything written for llama-index composes with it, and with its retriever."""
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.base.base_retriever import BaseRetriever
    from llama_index.core.tools import QueryEngineTool

    assert isinstance(sample_assistant.engine, CitationEngine)
    assert isinstance(sample_assistant.engine, BaseQueryEngine)
    assert isinstance(sample_assistant.retriever, BaseRetriever)
    nodes = sample_assistant.retriever.retrieve("ferry sinking")
    assert nodes
    assert nodes[0].node.metadata["title"]
    tool = QueryEngineTool.from_defaults(sample_assistant.engine, name="news", description="news")
    assert tool.call("Who won the cup final?").content


def test_an_answer_prints_and_serialises(sample_assistant: Assistant) -> None:
    """``str`` shows numbered sources; ``to_dict`` is plain JSON with the contract's keys."""
    answer = sample_assistant.ask("How many people died when the Corran Star sank?")
    assert "[1] " in str(answer)
    plain = json.loads(json.dumps(answer.to_dict()))
    assert {"question", "text", "status", "mode", "as_of", "sentences", "citations",
            "nearest"} <= plain.keys()  # fmt: skip
    cited = plain["citations"][0]
    assert {"number", "article_id", "version", "title", "publisher", "published_at",
            "published_from", "url", "quote", "start", "end"} <= cited.keys()  # fmt: skip
    assert plain["sentences"][0]["citations"] == [1]


def test_an_empty_library_says_what_to_do(tmp_path: Path) -> None:
    """There is nothing to answer from: the error names the command."""
    from ingest.storage.embedder import PackagedEmbedding

    empty = Assistant(library=Library(tmp_path / "empty", embedder=PackagedEmbedding()))
    with pytest.raises(EmptyLibrary, match="citewire ingest"):
        empty.ask("Who won?")


def test_a_bad_date_is_an_error(sample_assistant: Assistant) -> None:
    """A day of asking that is not a date is refused, not ignored."""
    with pytest.raises(BadQuestion, match="not a date"):
        sample_assistant.ask("Who won?", asked_at="soon")


def test_outlets_that_disagree_are_set_side_by_side(sample_assistant: Assistant) -> None:
    """Two outlets give two numbers for one march: both are shown, each with its own quote."""
    answer = sample_assistant.ask("How many people marched against the pension reform?")
    values = {reported.value for reported in answer.disagreements}
    assert values == {"About 25,000 people", "40,000 people"}
    for reported in answer.disagreements:
        (number,) = reported.citations
        assert reported.value in answer.citations[number - 1].quote


def test_a_superseded_figure_is_not_a_disagreement(sample_assistant: Assistant) -> None:
    """The outlet's own newer count replaces its older one."""
    answer = sample_assistant.ask("How many people died when the Corran Star sank?")
    assert answer.disagreements == ()
    assert "Eight" in answer.citations[0].quote
