"""Reads sentences with a question and says how surely each answers it.

    question + sentences in context -> token sequences (reader_input) -> network -> log-odds of each

A cross-encoder of all-MiniLM-L6-v2's size that was trained for this (``training``; what it was
trained on and what it cannot do: ``weights/MODEL_CARD.md``). The weights are a file of this
package, checked by sha256, and run on the CPU by OpenVINO or onnxruntime. Knows nothing about
passages, thresholds or answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from threading import Lock

import numpy as np

from ingest.storage.minilm import (
    TokenBatch,
    Vectors,
    batches_by_length,
    checked_file,
    load_in_background,
    open_runtime,
)
from qa.reading.reader_input import Candidate, encode, pad

WEIGHTS_FILE = Path(__file__).parent / "weights" / "reader.onnx"
WEIGHTS_SHA256 = "e61d410018404600a47746647402b5131deb69acce344a5c67ca408f522f99ad"


class SentenceReader:
    """The loaded network. Safe to share between threads.

    Raises WeightsError when the weights are missing or not the ones this version was built with.
    """

    def __init__(self, runtime: str = "auto") -> None:
        weights = checked_file(WEIGHTS_FILE, WEIGHTS_SHA256, "citewire")
        self._runtime = open_runtime(weights, runtime, reduce=_first_output)

    def read(
        self, question: str, candidates: Sequence[Candidate], asked_at: date | None
    ) -> list[float]:
        """For each candidate the log-odds that it answers the question. ``asked_at`` None: the day
        of asking is not known."""
        sequences = [encode(question, candidate, asked_at) for candidate in candidates]
        groups = batches_by_length([len(one.ids) for one in sequences], self._runtime.streams)
        batches = [pad([sequences[i] for i in group]) for group in groups]
        found = np.empty(len(candidates), np.float32)
        for group, scores in zip(groups, self._runtime.run(batches), strict=True):
            found[group] = scores
        return [float(score) for score in found]


def _first_output(outputs: Sequence[Vectors], _: TokenBatch) -> Vectors:
    """A copy, since the runtime reuses the memory."""
    return np.array(outputs[0])


_load = cache(SentenceReader)
_loading = Lock()


def shared_reader() -> SentenceReader:
    """One loaded reader per process. Raises WeightsError."""
    with _loading:
        return _load()


def preload_reader() -> None:
    """Start to load the shared reader in a thread. What fails is raised by ``shared_reader``."""
    load_in_background(shared_reader, "load-reader")
