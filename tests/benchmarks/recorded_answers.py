"""Asks questions with a strong writer's recorded completions, through Citewire and its peer.

usage: python -m tests.benchmarks.recorded_answers QUESTIONS.jsonl ... --home LIBRARY --folder DIR
          [--start FILE] [--system NAME] [--labels FILE] [--plants FILE] [--out FILE] [--pack FILE]

Go round: run it, let a capable writer (a person, or a language model, which is then named as one)
put the completion of each prompt in DIR/pending.txt into DIR/answers/KEY.txt, seeing nothing but
the prompt, and run it again until nothing is pending: plans, answers and the judge's verdicts each
ask a prompt of their own. Then --out holds every answer as JSON lines and --pack the recording as
one file. Questions: tests/data/recorded/README.md says what their fields are.

With --labels, what readers decided of each sentence as the model wrote it (``key`` by
``label_key``, ``supported``): how many of the supported ones were left out.

With --plants, sentences of the recorded answers are replaced by wrong ones first: JSON lines of
``id`` (the question), ``sentence`` (as the model wrote it), ``planted`` and ``kind``. The judge's
verdicts on them are completions to be written like the others, by a writer who is not told.

The systems are ``citewire`` and ``llama-index-citation`` (CitationQueryEngine over the same
passages, with its defaults).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ingest.records import When
from qa import Assistant, Settings
from qa.evaluate.records import Case
from qa.evaluate.systems.llama_index_peers import LlamaIndexPeer, dense_retrievers
from qa.grounded_generation.prompts import WRITER_SYSTEM
from qa.grounded_generation.reply_parser import Claim, Gap, reply_items
from qa.records import Answer, Turn
from tests.recording import Messages, Recording, recorded_server

SYSTEMS = ("citewire", "llama-index-citation")


def read_questions(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """The questions of JSON-lines files, in order."""
    return [json.loads(line) for path in paths for line in path.read_text().splitlines() if line]


def ask_all(
    questions: Iterable[dict[str, Any]], recording: Recording, home: Path, system: str = SYSTEMS[0]
) -> list[dict[str, Any]]:
    """The answer of each question as a row; None in ``status`` where a completion is missing."""
    with recorded_server(recording) as url:
        settings = Settings(home=home, openai_base_url=url, model="recorded", samples=False)
        assistant = Assistant(settings)
        peer = None
        if system != SYSTEMS[0]:
            peer = LlamaIndexPeer(
                system, assistant.library, assistant.llm, dense_retrievers(assistant.library)
            )
        return [_row(question, recording, assistant, peer) for question in questions]


def plant(
    recording: Recording, rows: Iterable[dict[str, Any]], plants: list[dict[str, str]]
) -> int:
    """Replace sentences in the recorded answers; returns how many. ``rows``: what ``ask_all`` gave
    for the answers as they were written."""
    done = 0
    for row in rows:
        prompts = {w["prompt"] for w in row.get("written", []) if "prompt" in w}
        for one in (p for p in plants if p["id"] == row["id"]):
            for key in prompts:
                before = recording.answers[key]
                after = before.replace(one["sentence"].rstrip("."), one["planted"].rstrip("."), 1)
                recording.answers[key] = after
                done += after != before
    return done


def label_key(question_id: str, sentence: str) -> str:
    """The key of a label: a digest of the question's id and the sentence as the model wrote it."""
    return hashlib.sha256(f"{question_id}\n{sentence}".encode()).hexdigest()[:16]


def proportion(part: int, whole: int) -> str:
    """A count as "3 of 40, .075 (.026-.199)", with the 95 % interval of Wilson (1927)."""
    if not whole:
        return "0 of 0"
    z, share = 1.96, part / whole
    middle, scale = share + z * z / (2 * whole), 1 + z * z / whole
    spread = z * math.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    low, high = max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)
    return f"{part} of {whole}, {share:.3f} ({low:.3f}-{high:.3f})"


def print_refusals(rows: Sequence[dict[str, Any]]) -> None:
    """How many of the answers in which the model says that something is missing say so too."""
    refused = [row for row in rows if any("gap" in one for one in row["written"])]
    believed = [row for row in refused if row["status"] in ("not_found", "partial")]
    print(f"refusals shown as not_found or partial: {proportion(len(believed), len(refused))}")


def print_left_out(rows: Sequence[dict[str, Any]], labels: dict[str, bool]) -> None:
    """What became of the sentences that readers found supported."""
    lost = corrected = total = 0
    for row in rows:
        fates = [one for one in row["written"] if labels.get(label_key(row["id"], one.get("text")))]
        out = sum(one["fate"] != "shown" for one in fates)
        instead = sum(len(one.get("corrections", ())) for one in row["written"])
        total, corrected = total + len(fates), corrected + min(out, instead)
        lost += max(0, out - instead)
    print(f"supported sentences left out: {proportion(lost, total)}")
    print(f"supported sentences shown as the judge corrected them: {proportion(corrected, total)}")


def _row(
    question: dict[str, Any],
    recording: Recording,
    assistant: Assistant,
    peer: LlamaIndexPeer | None,
) -> dict[str, Any]:
    recording.blocked = False
    recording.asked.clear()
    row = {name: question[name] for name in ("id", "kind", "question", "asked_at")}
    answered: dict[str, Any] = {}
    try:
        if peer:
            answered = _peer_row(peer, question)
        else:
            turns = [Turn(**turn) for turn in question["history"]]
            answered = _citewire_row(
                assistant.ask(question["question"], history=turns, asked_at=question["asked_at"])
            )
    except Exception:
        if not recording.blocked:
            raise
    if recording.blocked:
        answered = {"status": None}
    elif not peer:
        answered["written"] = _fates(recording, answered)
    return row | {"prompts": list(recording.asked)} | answered


def _fates(recording: Recording, answered: dict[str, Any]) -> list[dict[str, Any]]:
    """Each sentence that the model wrote, and what became of it: shown, changed (the judge's
    correction is shown instead), left out; a gap is something that it says is missing."""
    asked = [key for key in recording.asked if is_writer_prompt(recording.prompts[key])]
    shown = [sentence["text"] for sentence in answered["sentences"]]
    items = list(reply_items([recording.answers[asked[-1]]])) if asked else []
    claims = [item for item in items if isinstance(item, Claim)]
    kept = {claim.text for claim in claims}
    changed = [text for text in shown if text not in kept]
    rows: list[dict[str, Any]] = [
        {
            "text": claim.text,
            "lines": list(claim.numbers),
            "prompt": asked[-1],
            "fate": "shown" if claim.text in shown else "left out",
        }
        for claim in claims
    ]
    if changed:
        rows.append({"corrections": changed})
    gaps = [item.text for item in items if isinstance(item, Gap)]
    return [*rows, *({"gap": gap} for gap in gaps)]


def is_writer_prompt(messages: Messages) -> bool:
    """Whether a prompt asks for an answer, and not for a plan or a verdict."""
    return str(messages[0]["content"]).startswith(WRITER_SYSTEM)


def _citewire_row(answer: Answer) -> dict[str, Any]:
    quotes = {c.number: c for c in answer.citations}
    return {
        "status": answer.status,
        "mode": answer.mode,
        "text": answer.text,
        "sentences": [
            {"text": s.text, "citations": [quotes[n].quote for n in s.citations]}
            for s in answer.sentences
        ],
        "sources": [f"[{c.number}] {c.source}\n    “{c.quote}”" for c in answer.citations],
        "missing": list(answer.missing),
        "notices": list(answer.notices),
        "searches": list(answer.searches),
        "evidence_read": dict(answer.evidence_read),
        "usage": dict(answer.usage),
    }


def _peer_row(peer: LlamaIndexPeer, question: dict[str, Any]) -> dict[str, Any]:
    asked_at: When | None = None
    reply = peer.answer(Case(question["id"], question["question"], asked_at))
    return {
        "status": reply.status,
        "sentences": [
            {
                "text": s.text,
                "citations": [c.quote for c in reply.citations if c.number in s.citations],
            }
            for s in reply.sentences
        ],
        "text": " ".join(
            f"{s.text} {''.join(f'[{n}]' for n in s.citations)}".strip() for s in reply.sentences
        ),
        "sources": [f"[{c.number}] {c.context}\n    “{c.quote}”" for c in reply.citations],
    }


def main() -> None:
    """Run one round and say what is missing."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("questions", type=Path, nargs="+")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--system", choices=SYSTEMS, default=SYSTEMS[0])
    parser.add_argument("--start", type=Path, help="a packed recording to go on from")
    parser.add_argument("--labels", type=Path)
    parser.add_argument("--plants", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--pack", type=Path)
    given = parser.parse_args()
    recording = Recording.from_folder(given.folder)
    if given.start:
        kept = Recording.from_file(given.start)
        recording.answers = kept.answers | recording.answers
        recording.prompts = kept.prompts | recording.prompts
    known = len(recording.answers)
    questions = read_questions(given.questions)
    rows = ask_all(questions, recording, given.home, given.system)
    if given.plants:
        plants = read_questions([given.plants])
        print(f"{plant(recording, rows, plants)} of {len(plants)} errors planted")
        planted = {one["id"] for one in plants}
        rows = ask_all([q for q in questions if q["id"] in planted], recording, given.home)
        shown = {(row["id"], s["text"]) for row in rows for s in row.get("sentences", [])}
        asked = {row["id"] for row in rows if row["status"]}
        counted = [one for one in plants if one["id"] in asked]
        passed = [one for one in counted if (one["id"], one["planted"]) in shown]
        print(f"planted errors passed: {proportion(len(passed), len(counted))}")
        print("by kind:", dict(Counter(one["kind"] for one in passed)))
    waiting = recording.write_pending(given.folder)
    done = [row for row in rows if row["status"]]
    print(f"{len(done)} of {len(rows)} answered; {known} completions, {waiting} prompts pending")
    print(dict(Counter((row["kind"], row["status"]) for row in done)))
    if calls := [row["usage"]["calls"] for row in done if row.get("usage")]:
        print(f"calls: median {statistics.median(calls)}, {Counter(calls)}")
    if given.system == SYSTEMS[0] and not given.plants:
        print_refusals(done)
    if given.labels:
        rated = read_questions([given.labels])
        print_left_out(done, {one["key"]: one["supported"] for one in rated})
    if given.out:
        given.out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    if given.pack and not waiting:
        used = {key for row in rows for key in row["prompts"]}
        recording.answers = {k: v for k, v in recording.answers.items() if k in used}
        recording.save(given.pack)


if __name__ == "__main__":
    main()
