"""Exports the reader's network to ONNX with its matrices as int8.

    network -> ONNX graph -> each large matrix as int8 with a scale per row or column -> file

The matrices are turned back to float32 when the file is loaded, so that OpenVINO and onnxruntime
compute the same. Knows nothing about training.
"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import ModelProto, helper, numpy_helper
from torch import Tensor, nn

from qa.reading.training.network import ReaderNetwork

INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
OUTPUT = "answers"
OPERATOR_SET = 17
SMALLEST_MATRIX = 20_000
"""Entries of a matrix from which on it is stored as int8; smaller ones are not worth it."""


class RankingHead(nn.Module):
    """The network without the head for the answer's words, which serves training alone."""

    def __init__(self, network: ReaderNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        return self.network(input_ids, attention_mask, token_type_ids)[0]


def export(network: ReaderNetwork, file: Path) -> str:
    """Writes the weights and returns the file's sha256."""
    network.eval()
    example = torch.ones(2, 16, dtype=torch.long)
    sizes = {name: {0: "sentences", 1: "tokens"} for name in INPUTS}
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "reader.onnx"
        torch.onnx.export(
            RankingHead(network),
            (example, example, example),
            str(whole),
            input_names=INPUTS,
            output_names=[OUTPUT],
            dynamic_axes={**sizes, OUTPUT: {0: "sentences"}},
            opset_version=OPERATOR_SET,
            dynamo=False,
        )
        model = onnx.load(whole)
    store_as_int8(model)
    onnx.save(model, file)
    return hashlib.sha256(file.read_bytes()).hexdigest()


def store_as_int8(model: ModelProto) -> None:
    """Replaces each large matrix by int8 values and scales, in place: one scale for each row of an
    embedding table, and for each column of a matrix that is multiplied."""
    graph = model.graph
    stored = {one.name: one for one in graph.initializer}
    axes = {}
    for node in graph.node:
        for name in node.input:
            if name in stored and len(stored[name].dims) == 2:
                axes[name] = 0 if node.op_type == "Gather" else 1
    for name, axis in axes.items():
        matrix = numpy_helper.to_array(stored[name]).astype(np.float32)
        if matrix.size < SMALLEST_MATRIX:
            continue
        scales = np.abs(matrix).max(axis=1 - axis) / 127
        scales[scales == 0] = 1
        spread = scales[:, None] if axis == 0 else scales[None, :]
        values = np.clip(np.round(matrix / spread), -127, 127).astype(np.int8)
        graph.initializer.remove(stored[name])
        graph.initializer.extend(
            [
                numpy_helper.from_array(values, f"{name}_int8"),
                numpy_helper.from_array(scales.astype(np.float32), f"{name}_scale"),
            ]
        )
        dequantize = helper.make_node(
            "DequantizeLinear", [f"{name}_int8", f"{name}_scale"], [name], axis=axis
        )
        graph.node.insert(0, dequantize)
