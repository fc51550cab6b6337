"""Compares the speed and memory of ingestion with the plain llama-index starter, in one run.

    python -m tests.benchmarks.ingestion DATA/realtimeqa_mini [--articles 200]

Needs the extra `bench`. Each system runs in a process of its own on the same
articles cut into the same passages, so the starter is spared its own splitting:

    citewire         extract, decide, split, embed, catalogue + Chroma + lexical index
    starter          VectorStoreIndex over ChromaVectorStore, the packaged model on onnxruntime
    starter-chroma   the same with Chroma's own embedding function, the usual keyless choice
    embedding        the packaged model alone, without any store

Libraries are imported and the model is loaded before the clock starts, for all alike. Prints
passages per second, the ratio of citewire to each, the processor's time a passage (which other
work on the machine disturbs far less than the clock), and peak memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import Any

Measured = tuple[int, float, float]
"""Passages, seconds, seconds of processor time."""

SYSTEMS = ("citewire", "starter", "starter-chroma", "embedding")


def _articles(data: Path, number: int) -> list[dict[str, Any]]:
    with (data / "mini_corpus.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in islice(lines, number)]


def _passages(articles: list[dict[str, Any]]) -> list[tuple[str, str]]:
    from ingest.extraction.paragraphs import clean_paragraphs
    from ingest.segmentation import passage_spans

    return [
        (article["title"] or "", text[start:end])
        for article in articles
        for text in [clean_paragraphs(article["text"])]
        for start, end in passage_spans(text)
    ]


def run_citewire(articles: list[dict[str, Any]], folder: Path) -> Measured:
    import datasketch  # noqa: F401
    import trafilatura  # noqa: F401

    from ingest.pipeline import ingest
    from ingest.storage.embedder import PackagedEmbedding
    from ingest.storage.library import Library

    library = Library(folder, embedder=PackagedEmbedding())
    library.encode(["warm up"])
    library.counts()
    before = time.process_time()
    report = ingest(articles, library)
    return report.passages, report.seconds, time.process_time() - before


def _starter(articles: list[dict[str, Any]], folder: Path, embedder: Any) -> Measured:
    import chromadb
    from llama_index.core import StorageContext, VectorStoreIndex
    from llama_index.core.schema import TextNode
    from llama_index.vector_stores.chroma import ChromaVectorStore

    embedder.get_query_embedding("warm up")
    started, before = time.perf_counter(), time.process_time()
    nodes: list[Any] = [
        TextNode(text=text, metadata={"title": title}) for title, text in _passages(articles)
    ]
    collection = chromadb.PersistentClient(str(folder)).get_or_create_collection("starter")
    storage = StorageContext.from_defaults(vector_store=ChromaVectorStore(collection))
    VectorStoreIndex(nodes, storage_context=storage, embed_model=embedder)
    return len(nodes), time.perf_counter() - started, time.process_time() - before


def run_starter(articles: list[dict[str, Any]], folder: Path) -> Measured:
    from ingest.storage.embedder import PackagedEmbedding
    from ingest.storage.llama_index_embedding import LlamaIndexEmbedding

    embedder = LlamaIndexEmbedding(PackagedEmbedding(runtime="onnxruntime"))
    return _starter(articles, folder, embedder)


def run_starter_chroma(articles: list[dict[str, Any]], folder: Path) -> Measured:
    import numpy as np
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from tokenizers import Tokenizer

    from ingest.storage.minilm import TOKENIZER, WEIGHTS, OnnxRuntime, packaged_file

    class ChromaDefault(BaseEmbedding):
        """What chromadb's ONNXMiniLM_L6_V2 does: batches of 32, every text padded to 256 tokens.
        The class itself would download its weights; these are the same network's."""

        def _encode(self, texts: list[str]) -> list[list[float]]:
            tokenizer = Tokenizer.from_file(str(packaged_file(*TOKENIZER)))
            tokenizer.enable_truncation(256)
            tokenizer.enable_padding(pad_id=0, pad_token="[PAD]", length=256)
            found: list[list[float]] = []
            for first in range(0, len(texts), 32):
                coded = tokenizer.encode_batch(texts[first : first + 32])
                ids = np.array([c.ids for c in coded], np.int64)
                mask = np.array([c.attention_mask for c in coded], np.int64)
                batch = {"input_ids": ids, "attention_mask": mask,
                         "token_type_ids": np.zeros_like(ids)}  # fmt: skip
                found += runtime.run([batch])[0].tolist()
            return found

        def _get_query_embedding(self, query: str) -> list[float]:
            return self._encode([query])[0]

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

        def _get_text_embedding(self, text: str) -> list[float]:
            return self._encode([text])[0]

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            return self._encode(texts)

    runtime = OnnxRuntime(packaged_file(*WEIGHTS), 2)
    return _starter(articles, folder, ChromaDefault(embed_batch_size=32))


def run_embedding(articles: list[dict[str, Any]], folder: Path) -> Measured:
    from ingest.storage.minilm import MiniLM

    model = MiniLM()
    model.encode(["warm up"])
    texts = [f"{title}\n{text}" for title, text in _passages(articles)]
    started, before = time.perf_counter(), time.process_time()
    for first in range(0, len(texts), 256):
        model.encode(texts[first : first + 256])
    return len(texts), time.perf_counter() - started, time.process_time() - before


def _child(system: str, data: Path, number: int) -> None:
    articles = _articles(data, number)
    runs = {"citewire": run_citewire, "starter": run_starter,
            "starter-chroma": run_starter_chroma, "embedding": run_embedding}  # fmt: skip
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        passages, seconds, cpu = runs[system](articles, Path(folder))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"passages": passages, "seconds": seconds, "cpu": cpu, "peak_mb": peak}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path, help="folder with mini_corpus.jsonl")
    parser.add_argument("--articles", type=int, default=200, help="how many of them [200]")
    parser.add_argument("--system", choices=SYSTEMS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.system:
        _child(options.system, options.data, options.articles)
        return
    rates: dict[str, float] = {}
    print(f"{'system':15} {'passages':>9} {'seconds':>8} {'per second':>11} {'citewire is':>12} "
          f"{'CPU ms each':>12} {'peak MB':>8}", flush=True)  # fmt: skip
    for system in SYSTEMS:
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.ingestion", str(options.data),
             "--articles", str(options.articles), "--system", system],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        result = json.loads(done.stdout.splitlines()[-1])
        rates[system] = result["passages"] / result["seconds"]
        ratio = f"{rates['citewire'] / rates[system]:.2f} x"
        print(f"{system:15} {result['passages']:9} {result['seconds']:8.1f} {rates[system]:11.1f} "
              f"{ratio:>12} {result['cpu'] * 1000 / result['passages']:12.1f} "
              f"{result['peak_mb']:8.0f}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
