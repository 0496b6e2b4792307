"""An encoder as one ONNX graph: transformer, pooling and normalising."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn
from transformers import PreTrainedModel

from wardspace.core.errors import ModelError
from wardspace.models.attention.compatibility import token_types
from wardspace.models.encoder import Encoder
from wardspace.models.onnx.manifest import HeadManifest
from wardspace.models.onnx.runtime import check_installed, quiet_logs
from wardspace.models.passes import evaluating
from wardspace.models.pooling import pool

OPSET = 18
"""Operators of 2022: every ONNX Runtime since 1.14 knows them."""
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")


@dataclass(frozen=True)
class GraphHead:
    """A task's head in the graph."""

    module: nn.Module
    """From vectors of texts (normalised where the encoder normalises) or of tokens to scores."""
    about: HeadManifest
    """What it scores."""
    layers: list[int] | None = None
    """Layers whose token vectors it reads next to each other; the last one by default."""


class EncoderGraph(nn.Module):
    """What is exported: from padded windows to vectors, and to the scores of a head.

    Parameters
    ----------
    encoder : Encoder
        The encoder.
    head : GraphHead, optional
        A head on it.
    """

    def __init__(self, encoder: Encoder, head: GraphHead | None = None) -> None:
        super().__init__()
        self.head = head
        self.scorer = None if head is None else deepcopy(head.module).to("cpu").float()
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
        pooled = ("pooled_embedding",) if self.normalise else ()
        return ("sentence_embedding", "token_embeddings", *pooled, *(("scores",) if self.head else ()))

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, ...]:
        """Vectors of padded windows [n, d], of their tokens [n, t, d], the former not normalised, and scores."""
        types = {} if token_type_ids is None else {"token_type_ids": token_type_ids}
        layers = self.head.layers if self.head else None
        output = self.model(
            input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=layers is not None, **types
        )
        hidden = output.last_hidden_state
        pooled = pool(hidden, attention_mask, self.pooling)
        vectors = nn.functional.normalize(pooled, dim=-1, eps=1e-12) if self.normalise else pooled
        found = (vectors, hidden, pooled) if self.normalise else (vectors, hidden)
        if self.head is None or self.scorer is None:
            return found
        read = hidden if layers is None else torch.cat([output.hidden_states[layer] for layer in layers], dim=-1)
        return (*found, self.scorer(vectors if self.head.about.of == "text" else read))


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
    with quiet_logs(), evaluating(graph.model), _plain_attention(graph.model), torch.no_grad():
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
def _plain_attention(model: PreTrainedModel) -> Iterator[None]:
    """Attention written out: exported, PyTorch's own looks for rows that attend to nothing, a seventh of the time."""
    before = str(model.config._attn_implementation)
    model.set_attn_implementation("eager")
    try:
        yield
    finally:
        model.set_attn_implementation(before)
