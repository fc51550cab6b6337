"""A question asked again is answered as before, until the library changes."""

from __future__ import annotations

from pathlib import Path

from ingest.storage.catalogue.filters import Filters
from ingest.storage.library import Library
from qa import Assistant, Settings
from qa.answers.cache import AnswerCache
from qa.records import Answer, AnswerEvent, TextEvent, Turn
from tests.fakes_ingest import WordEmbedding

FERRY = {"title": "Ferry sinks", "text": "The ferry Corran Star sank off Hallan, police said.",
         "url": "https://post.example/ferry", "publisher": "The Post"}  # fmt: skip


def test_the_same_question_is_answered_once(tmp_path: Path) -> None:
    """The second answer is the first; a new article, another day or filter asks anew."""
    library = Library(tmp_path / "home", embedder=WordEmbedding())
    assistant = Assistant(Settings(model="none"), library=library)
    assistant.ingest([FERRY])
    question = "Where did the ferry Corran Star sink?"
    first = assistant.ask(question, asked_at="2025-06-02")
    assert first.sentences
    assert assistant.ask(question, asked_at="2025-06-02") is first
    assert assistant.ask(question, asked_at="2025-06-03") is not first
    filtered = assistant.ask(question, asked_at="2025-06-02", filters=Filters(outlets=("Post",)))
    assert filtered is not first
    told = assistant.ask(question, asked_at="2025-06-02", history=[Turn("What sank?")])
    assert told is not first
    assistant.ingest([FERRY | {"text": FERRY["text"].replace("Hallan", "Kelde")}])
    again = assistant.ask(question, asked_at="2025-06-02")
    assert "Kelde" in again.text
    library.close()


def test_a_stream_of_a_known_answer_tells_all_of_it(sample_assistant: Assistant) -> None:
    """Sentences with their citations, then the answer, as when it was made."""
    question = "Who won the election in Velmarre?"
    made, known = (list(sample_assistant.stream(question)) for _ in range(2))
    for events in (made, known):
        answer = next(e.answer for e in events if isinstance(e, AnswerEvent))
        texts = [e for e in events if isinstance(e, TextEvent)]
        assert tuple(e.sentence for e in texts) == answer.sentences
    assert len(known) < len(made)


def test_the_oldest_answers_are_forgotten() -> None:
    """No more are kept than fit, and none of an earlier state of the library."""
    cache = AnswerCache(2)
    answers = [Answer(question=str(n), status="answered", mode="quoted") for n in range(3)]
    for number, answer in enumerate(answers):
        cache.put(number, 7, answer)
    assert cache.get(0, 7) is None
    assert cache.get(2, 7) is answers[2]
    assert cache.get(2, 8) is None
    assert cache.get(2, 7) is None
