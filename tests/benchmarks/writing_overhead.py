"""Measures the latency that Citewire adds to a language model's, with a stand-in server.

    python -m tests.benchmarks.writing_overhead LIBRARY QUESTIONS [--number 30]

The stand-in says, after a fixed delay and at a fixed pace, two sentences of the library itself: so
the model's own times are known to the microsecond, and the rest is ours.

    before the model     question -> request at the server, without retrieval (which is beside it)
    after the sentence   last word the writer waits for -> checked sentence handed out
    to first token       the part of the overhead in front of the model's first word, and the way
                         of that word through client and queue

A sentence counts as complete when the next one has begun: that word is the model's own time.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

from ingest.segmentation import sentence_spans
from ingest.storage.embedder import PackagedEmbedding
from ingest.storage.library import Library
from qa import Assistant, Settings, TextEvent
from qa.evaluate.question_sets.question_set import read_questions
from qa.records import AnswerEvent
from tests.fakes import FakeOpenAI, openai_server

DELAY, PACE = 0.3, 0.02
"""Seconds to the first word, and between words: a quick hosted model."""
STAGES = (
    "retrieve", "read", "prompt and request", "before the model, without retrieve",
    "to first token, without retrieve", "after the sentence",
)  # fmt: skip


def timed(assistant: Assistant, fake: FakeOpenAI, question: str) -> dict[str, float] | None:
    """Seconds by stage; None when nothing was written."""
    fake.arrived.clear()
    fake.sent.clear()
    started, shown, answer = time.perf_counter(), 0.0, None
    for event in assistant.stream(question):
        if isinstance(event, TextEvent) and not shown:
            shown = time.perf_counter()
        if isinstance(event, AnswerEvent):
            answer = event.answer
    if answer is None or answer.mode != "written" or not shown or not fake.arrived:
        return None
    first = answer.sentences[0].text
    told = answer.timings
    before = fake.arrived[0] - started
    return {
        "retrieve": told["retrieve"],
        "read": told["read"] - told["retrieve"],
        "prompt and request": before - told["read"],
        "before the model, without retrieve": before - told["retrieve"],
        "to first token, without retrieve": told["first_token"]
        - told["retrieve"]
        - (fake.sent[0][0] - fake.arrived[0]),
        "after the sentence": shown - _known_whole(fake, first),
    }


def _known_whole(fake: FakeOpenAI, sentence: str) -> float:
    """When the words were sent that let the writer know the first sentence is whole: two more."""
    needed = min(len(sentence.split()) + 1, len(fake.sent) - 1)
    return fake.sent[needed][0]


def reply_for(assistant: Assistant, question: str) -> str:
    """Two sentences of the library, as a model that copies would write them."""
    quoting = Assistant(Settings(model="none"), library=assistant.library).ask(question)
    text = " ".join(" ".join(c.quote.split()) for c in quoting.citations[:2])
    spans = sentence_spans(text)[:2]
    return " ".join(text[a:b] for a, b in spans)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("library", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--number", type=int, default=30)
    args = parser.parse_args()
    library = Library(args.library, embedder=PackagedEmbedding())
    rows: list[dict[str, float]] = []
    with openai_server() as fake:
        assistant = Assistant(Settings(openai_base_url=fake.url), library=library)
        for case in read_questions(args.questions).cases[: args.number]:
            fake.reply, fake.delay, fake.pace = reply_for(assistant, case.question), DELAY, PACE
            if fake.reply and (row := timed(assistant, fake, case.question)):
                rows.append(row)
    rows = rows[1:]  # the first opens connections and indexes
    print(f"{len(rows)} written answers; milliseconds")
    print(f"{'stage':36} {'median':>8} {'p95':>8}")
    for stage in STAGES:
        taken = sorted(1000 * row[stage] for row in rows)
        middle = statistics.median(taken)
        print(f"{stage:36} {middle:8.1f} {taken[int(0.95 * (len(taken) - 1))]:8.1f}")


if __name__ == "__main__":
    main()
