"""How many tokens a model can read at once."""

from __future__ import annotations

from pathlib import Path

from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from wardspace.core.errors import ModelError

_UNSET = 1_000_000
"""A tokenizer without a limit gives 1e30; no limit that means anything is near this."""


def usable_positions(model: PreTrainedModel) -> int | None:
    """Tokens the model has positions for, special tokens included; None where it has no limit.

    RoBERTa and MPNet count positions from the padding index plus one, so that two of their 514 are never used.
    """
    positions = _learned(model)
    if positions is not None:
        return positions.num_embeddings - first_position(model)
    limit = getattr(model.config, "max_position_embeddings", None)
    return None if limit is None or limit <= 0 else int(limit)


def first_position(model: PreTrainedModel) -> int:
    """The number a model gives to the position of a sequence's first token."""
    positions = _learned(model)
    return 0 if positions is None or positions.padding_idx is None else positions.padding_idx + 1


def _learned(model: PreTrainedModel) -> nn.Embedding | None:
    positions = getattr(getattr(model, "embeddings", None), "position_embeddings", None)
    return positions if isinstance(positions, nn.Embedding) else None


def window(
    asked: int | None, said: int | None, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, where: str | Path
) -> int:
    """Tokens to read at once: what was asked for, else what the folder says, else all the model has.

    Parameters
    ----------
    asked : int or None
        The study's `encoder.window`.
    said : int or None
        The folder's max_seq_length.
    model, tokenizer
        The model and its tokenizer.
    where : str or Path
        The model's name, for the error.

    Raises
    ------
    ModelError
        If more is asked for than the model has positions.
    """
    limit = usable_positions(model)
    if asked is not None:
        if limit is not None and asked > limit:
            raise ModelError(
                f"encoder.window is {asked} tokens; this model reads at most {limit}",
                where=where,
                fix=f"set encoder.window to {limit} or less; longer notes are read in overlapping windows",
            )
        return asked
    known = said or tokenizer.model_max_length
    sizes = [size for size in (known, limit) if size is not None and size < _UNSET]
    # neither tokenizer nor model names a limit: what such models were usually trained with
    return int(min(sizes)) if sizes else 512
