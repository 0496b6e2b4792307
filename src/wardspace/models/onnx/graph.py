"""An encoder as one ONNX graph: transformer, pooling and normalising."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path

import torch
from torch import nn

from wardspace.core.errors import ModelError
from wardspace.models.attention.compatibility import token_types
from wardspace.models.encoder import Encoder
from wardspace.models.onnx.runtime import check_installed
from wardspace.models.passes import evaluating
from wardspace.models.pooling import pool

OPSET = 18
"""Operators of 2022: every ONNX Runtime since 1.14 knows them."""
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")


class EncoderGraph(nn.Module):
    """What is exported: from padded windows to vectors.

    Parameters
    ----------
    encoder : Encoder
        The encoder.
    """

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        on_cpu = encoder.device.type == "cpu"
        self.model = encoder.model if on_cpu else deepcopy(encoder.model).to("cpu")  # type: ignore[arg-type]
        self.pooling, self.normalise = encoder.pooling, encoder.normalise

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of what `forward` takes."""
        return _INPUTS if token_types(self.model) else _INPUTS[:2]

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of what `forward` gives."""
        # not `embedding`, which is the name of a node
        return ("sentence_embedding", "token_embeddings", *(("pooled_embedding",) if self.normalise else ()))

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, ...]:
        """Vectors of padded windows [batch, d], those of their tokens [batch, t, d], and the former not normalised."""
        types = {} if token_type_ids is None else {"token_type_ids": token_type_ids}
        hidden = self.model(input_ids=input_ids, attention_mask=attention_mask, **types).last_hidden_state
        pooled = pool(hidden, attention_mask, self.pooling)
        if self.normalise:
            return nn.functional.normalize(pooled, dim=-1, eps=1e-12), hidden, pooled
        return pooled, hidden


def write_graph(graph: EncoderGraph, path: Path) -> None:
    """Write an encoder's fp32 graph, for batches of any shape.

    Raises
    ------
    ModelError
        If PyTorch cannot export this family, or a package of the extra is missing.
    """
    check_installed("onnx", "onnxscript")
    ids = torch.arange(2 * 9).reshape(2, 9) % 7 + 3
    mask = torch.ones_like(ids)
    mask[1, 6:] = 0
    given = (ids, mask, torch.zeros_like(ids))[: len(graph.inputs)]
    with _quiet(), evaluating(graph.model), torch.no_grad():
        try:
            torch.onnx.export(
                graph.eval(),
                given,
                path,
                dynamo=True,
                opset_version=OPSET,
                external_data=False,
                input_names=list(graph.inputs),
                output_names=list(graph.outputs),
                dynamic_shapes=({0: "batch", 1: "tokens"},) * len(given),
                verbose=False,
            )
        except torch.onnx.OnnxExporterError as error:
            raise ModelError(
                f"PyTorch cannot export {type(graph.model).__name__} as ONNX", fix="export it for sentence-transformers"
            ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Hold back the exporter's warnings, which are for its developers."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
