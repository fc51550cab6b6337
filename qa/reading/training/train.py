"""Trains the reader and writes its weights: ``python -m qa.reading.training.train --help``.

    questions with judged sentences -> batches of whole lists -> loss of a list -> AdamW
        -> checkpoint (resumable) -> figures on the questions kept apart -> int8 weights

A list's loss is the cross-entropy of each sentence (does it answer), of which sentence answers,
and of the answer's first and last word. Knows nothing about passages or thresholds.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from qa.reading.reader_input import TokenSequence, encode, folded, pad
from qa.reading.training.export import export
from qa.reading.training.labels import Labelled, LabelledQuestion, read_labels
from qa.reading.training.network import ReaderNetwork
from qa.reading.training.variants import joined, varied

LABELS = Path("tests/labels/reading")
DATA = Path("../shared/data/reading_train")

SENTENCES_PER_STEP = 24
MAX_NEGATIVES = 5
"""Sentences of a list that do not answer, nearest first: the rest are easy and cost as much."""

WEIGHT_OF_FULL = 1.6
WEIGHT_OF_CHOICE = 0.3
WEIGHT_OF_SPAN = 0.15
WARM_UP = 0.06
CHECKPOINT_EVERY = 100


@dataclass(frozen=True, slots=True)
class Example:
    """One sentence as the network sees it. ``span``: places of the answer's first and last token
    within the sentence, if it was marked."""

    sequence: TokenSequence
    target: float
    span: tuple[int, int] | None


def examples_of(question: LabelledQuestion, *, max_negatives: int = MAX_NEGATIVES) -> list[Example]:
    """The sentences of a question's list; of those that do not answer, the first few."""
    negatives = [one for one in question.sentences if not one.target][:max_negatives]
    kept = [one for one in question.sentences if one.target or one in negatives]
    return [_example(question.text, one, encode(question.text, one.candidate, question.asked_at))
            for one in kept]  # fmt: skip


def _example(question: str, labelled: Labelled, sequence: TokenSequence) -> Example:
    span, answer = None, folded(labelled.answer)
    start = folded(labelled.candidate.sentence).lower().find(answer.lower()) if answer else -1
    if start >= 0:
        inside = [
            place
            for place, (first, last) in enumerate(sequence.offsets)
            if first < start + len(answer) and last > start
        ]
        span = (inside[0], inside[-1]) if inside else None
    return Example(sequence, labelled.target, span)


# -- training -------------------------------------------------------------------------------------


def loss_of(network: ReaderNetwork, lists: Sequence[Sequence[Example]]) -> Tensor:
    """The mean loss of some lists of sentences."""
    flat = [one for examples in lists for one in examples]
    scores, edges = _forward(network, flat)
    targets = torch.tensor([one.target for one in flat])
    weights = torch.where(targets == 1, WEIGHT_OF_FULL, 1.0)
    each = functional.binary_cross_entropy_with_logits(
        scores, targets, reduction="none", weight=weights
    )
    losses, start = [], 0
    for examples in lists:
        rows = slice(start, start + len(examples))
        loss, full = each[rows].mean(), targets[rows] == 1
        if full.any() and len(examples) > 1:
            chosen = functional.log_softmax(scores[rows], 0)[full]
            loss = loss - WEIGHT_OF_CHOICE * torch.logsumexp(chosen, 0)
        losses.append(loss)
        start += len(examples)
    spans = [_span_loss(edge, one) for edge, one in zip(edges, flat, strict=True) if one.span]
    total = torch.stack(losses).mean()
    return total + WEIGHT_OF_SPAN * torch.stack(spans).mean() if spans else total


def _span_loss(edges: Tensor, example: Example) -> Tensor:
    assert example.span is not None
    first = example.sequence.first
    inside = edges[first : first + len(example.sequence.offsets)]
    wanted = torch.tensor(example.span)
    return functional.cross_entropy(inside.T, wanted, reduction="sum")


def _forward(network: ReaderNetwork, examples: Sequence[Example]) -> tuple[Tensor, list[Tensor]]:
    """Scores and edges in the order of the examples; read in three parts of similar length, so
    that little of a part is padding."""
    order = sorted(range(len(examples)), key=lambda i: len(examples[i].sequence.ids))
    size = -(-len(order) // 3)
    found: dict[int, tuple[Tensor, Tensor]] = {}
    for start in range(0, len(order), size):
        part = order[start : start + size]
        batch = pad([examples[i].sequence for i in part])
        scores, edges = network(**{name: torch.from_numpy(each) for name, each in batch.items()})
        found |= {i: (scores[row], edges[row]) for row, i in enumerate(part)}
    ordered = [found[i] for i in range(len(examples))]
    return torch.stack([score for score, _ in ordered]), [edge for _, edge in ordered]


def batches_of(questions: Sequence[LabelledQuestion], seed: int) -> list[list[LabelledQuestion]]:
    """One pass: lists of questions with about ``SENTENCES_PER_STEP`` sentences, in random order."""
    shuffled = random.Random(seed).sample(list(questions), len(questions))
    batches: list[list[LabelledQuestion]] = [[]]
    size = 0
    for question in shuffled:
        if size >= SENTENCES_PER_STEP:
            batches.append([])
            size = 0
        batches[-1].append(question)
        size += min(len(question.sentences), MAX_NEGATIVES + 2)
    return batches


class Training:
    """Steps over the batches of all passes; the state is in a file, from which it goes on.

    A first pass is over all lists; a second over the judged ones, which are what retrieval finds.
    """

    def __init__(
        self,
        passes: Sequence[Sequence[LabelledQuestion]],
        rate: float,
        seed: int,
        file: Path,
        start: Path | None = None,
        steps: int | None = None,
    ) -> None:
        torch.manual_seed(seed)
        self.file, self.step, self._seed = file, 0, seed
        self.batches = [
            one for i, lists in enumerate(passes) for one in batches_of(lists, seed + i)
        ][:steps]
        self.network = ReaderNetwork()
        if start:
            self.network.load_state_dict(torch.load(start, weights_only=True)["network"])
        trained = [one for one in self.network.parameters() if one.requires_grad]
        self._optimizer = torch.optim.AdamW(
            [
                {"params": [one for one in trained if one.ndim > 1], "weight_decay": 0.01},
                {"params": [one for one in trained if one.ndim < 2], "weight_decay": 0.0},
            ],
            lr=rate,
        )
        self._schedule = torch.optim.lr_scheduler.LambdaLR(self._optimizer, self._share_of_rate)
        if file.exists():
            self._resume()

    def _share_of_rate(self, step: int) -> float:
        steps = len(self.batches)
        return min(1.0, (step + 1) / max(1.0, steps * WARM_UP)) * max(0.02, 1 - step / steps)

    def run(self, until: float, report: Callable[[str], None]) -> bool:
        """Trains to the end or to a time (as ``time.monotonic`` counts). Whether it is done."""
        recent: list[float] = []
        while self.step < len(self.batches) and time.monotonic() < until:
            recent = [*recent[-49:], self._advance(self.batches[self.step])]
            if self.step % 20 == 0:
                report(f"step {self.step}/{len(self.batches)}: loss {np.mean(recent):.3f}")
            if self.step % CHECKPOINT_EVERY == 0:
                self.save()
        self.save()
        return self.step >= len(self.batches)

    def _advance(self, questions: Sequence[LabelledQuestion]) -> float:
        draw = random.Random(f"{self._seed}/{self.step}")
        self.network.train()
        lists = [examples_of(varied(one, draw)) for one in questions]
        loss = loss_of(self.network, lists)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self._optimizer.step()
        self._schedule.step()
        self._optimizer.zero_grad()
        self.step += 1
        return float(loss.item())

    def save(self) -> None:
        """Writes the whole state beside the file and renames it."""
        beside = self.file.with_suffix(".part")
        state = {
            "network": self.network.state_dict(), "optimizer": self._optimizer.state_dict(),
            "schedule": self._schedule.state_dict(), "step": self.step,
            "random": torch.get_rng_state(),
        }  # fmt: skip
        torch.save(state, beside)
        beside.replace(self.file)

    def _resume(self) -> None:
        state = torch.load(self.file, weights_only=True)
        self.network.load_state_dict(state["network"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.load_state_dict(state["schedule"])
        torch.set_rng_state(state["random"])
        self.step = state["step"]


# -- figures on the questions kept apart ----------------------------------------------------------


def scores_of(network: ReaderNetwork, question: LabelledQuestion) -> list[float]:
    """The network's log-odds for each sentence of a question's whole list."""
    network.eval()
    with torch.no_grad():
        found, _ = _forward(network, examples_of(question, max_negatives=len(question.sentences)))
    return [float(one) for one in found]


def figures(network: ReaderNetwork, questions: Sequence[LabelledQuestion]) -> Iterator[str]:
    """Lines on how it ranks, and tells answerable questions from others, by kind of list; the
    log-odds from which on it would answer are those that refuse .07 of the answerable ones."""
    best: dict[str, list[float]] = {}
    first = []
    for question in questions:
        scores = scores_of(network, question)
        kind = f"{question.kind}, {'answered' if question.answerable else 'not answered'}"
        best.setdefault(kind, []).append(max(scores))
        if question.answerable:
            first.append(question.sentences[int(np.argmax(scores))].target == 1)
    yield f"answer in the first sentence: {np.mean(first):.3f} of {len(first)} answerable lists"
    answered = [v for kind, each in best.items() if kind.endswith(", answered") for v in each]
    cut = float(np.quantile(answered, 0.07))
    for kind, each in sorted(best.items()):
        refused = np.mean(np.array(each) < cut)
        yield f"{kind}: {len(each)} lists, {refused:.3f} below the log-odds {cut:.2f}"
    others = [v for kind, each in best.items() if kind.endswith("not answered") for v in each]
    yield f"AUROC: {area_under_curve(answered, others):.3f}"


def area_under_curve(positives: Sequence[float], negatives: Sequence[float]) -> float:
    """The share of pairs in which the positive is higher; ties count half."""
    above = np.asarray(positives)[:, None] - np.asarray(negatives)[None, :]
    return float(np.mean((above > 0) + 0.5 * (above == 0)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Trains, goes on, measures and exports. Exit code 3: stopped by ``--minutes``."""
    options = _parser().parse_args(arguments)
    torch.set_num_threads(options.threads)
    print("reading labels and articles ...", file=sys.stderr, flush=True)
    questions = read_labels(options.labels, options.data)
    questions += joined(one for one in questions if not one.is_judged)
    trained = [one for one in questions if not one.is_test]
    if options.judged_only:
        trained = [one for one in trained if one.is_judged]
    draw = random.Random(options.seed)
    if options.questions:
        groups = sorted({one.group for one in trained})
        kept = set(draw.sample(groups, min(options.questions, len(groups))))
        trained = [one for one in trained if one.group in kept]
    if options.one_list:
        shuffled = draw.sample(trained, len(trained))
        trained = list({one.group: one for one in shuffled}.values())
    tested = [one for one in questions if one.is_test]
    judged = [one for one in trained if one.is_judged]
    passes = [judged] if options.judged_only else [trained, judged]
    training = Training(
        passes, options.rate, options.seed, options.state, options.start, options.steps
    )
    print(f"{len(trained)} lists, {len(judged)} of them judged")
    print(f"{len(training.batches)} steps, from step {training.step}", flush=True)
    until = time.monotonic() + 60 * options.minutes
    done = training.run(until, lambda line: print(line, flush=True))
    if not done:
        print(f"stopped at step {training.step}; the same command goes on from {options.state}")
        return 3
    for name, chosen in (("judged", True), ("written", False)):
        print(f"-- {name} lists that were not trained on")
        for line in figures(training.network, [one for one in tested if one.is_judged == chosen]):
            print(line)
    if options.out:
        print(f"{options.out}: sha256 {export(training.network, options.out)}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Train the reader from labelled sentences.")
    parser.add_argument("--labels", type=Path, default=LABELS, help="folder of the labels")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of questions and articles")
    parser.add_argument("--state", type=Path, default=Path("reader.state"), help="where to go on")
    parser.add_argument("--out", type=Path, help="file of the exported weights (onnx)")
    parser.add_argument("--start", type=Path, help="state of an earlier training to start from")
    parser.add_argument(
        "--judged-only", action="store_true", help="without the first pass, which is over all lists"
    )
    parser.add_argument("--rate", type=float, default=1e-4, help="highest learning rate (1e-4)")
    parser.add_argument("--questions", type=int, help="train on so many questions only")
    parser.add_argument(
        "--one-list", action="store_true", help="train on one list of each question, at random"
    )
    parser.add_argument("--steps", type=int, help="end after so many steps (default: all lists)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=600, help="stop after so many, to go on")
    parser.add_argument("--threads", type=int, default=2)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
