"""The head for words of each family, on any rows of the last layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from transformers import PreTrainedModel

from wardspace.core.errors import ModelError

Head = Callable[[torch.Tensor], torch.Tensor]


def head_of(model: PreTrainedModel) -> Head:
    """The head of a language model as a function of rows: (rows, dimension) to (rows, vocabulary).

    Heads work on each position alone, so logits of the masked positions need no others: with a vocabulary of 30,000 and
    15% masked, that saves most of the time and memory of training.

    Raises
    ------
    ModelError
        If the family is not known.
    """
    parts: Any = model  # transformers gives every family other names
    if hasattr(model, "cls"):  # BERT
        return _typed(parts.cls)
    if getattr(model.config, "scale_decoder_outputs", False):  # T5 where it scores words with their embeddings
        return lambda rows: _tensor(parts.lm_head(rows * model.config.d_model**-0.5))
    if hasattr(model, "lm_head"):  # RoBERTa, MPNet, Llama, other T5s
        return _typed(parts.lm_head)
    if hasattr(model, "vocab_projector"):  # DistilBERT
        return lambda rows: _tensor(
            parts.vocab_projector(parts.vocab_layer_norm(parts.activation(parts.vocab_transform(rows))))
        )
    if hasattr(model, "head") and hasattr(model, "decoder"):  # ModernBERT
        return lambda rows: _tensor(parts.decoder(parts.head(rows)))
    raise unknown_family(model)


def unknown_family(model: PreTrainedModel) -> ModelError:
    """The error for a model whose head is not known, or not what the names of its parts tell."""
    return ModelError(
        f"no head for words is known for the family {model.config.model_type!r}",
        fix="use BERT, RoBERTa, DistilBERT, ModernBERT or MPNet, a causal family such as Llama, or T5",
    )


def _typed(part: Any) -> Head:
    return lambda rows: _tensor(part(rows))


def _tensor(value: Any) -> torch.Tensor:
    logits: torch.Tensor = value
    return logits
