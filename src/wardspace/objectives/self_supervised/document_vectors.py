"""Vectors of whole texts, however long, by the unadapted base."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from wardspace.core.progress import progress
from wardspace.models import LanguageModel
from wardspace.models.pooling import pool_packed
from wardspace.objectives.base import ObjectiveSettings, Precision, in_batch_order
from wardspace.objectives.micro_batches import Batch, micro_batches
from wardspace.objectives.units import Ids, piece_bounds, piece_count

_BLOCK = 256
"""Texts that are read between two steps of the progress bar."""


def whole_vectors(
    model: LanguageModel, setting: ObjectiveSettings, texts: Sequence[Ids], precision: Precision, *, title: str | None
) -> Tensor:
    """Read texts without dropout and without gradients; pieces of a long one are weighed by their tokens.

    Parameters
    ----------
    model : LanguageModel
        The base.
    setting : ObjectiveSettings
        Window, vocabulary, pooling and how much is read at once.
    texts : sequence of int32 [n]
        Token ids without special tokens.
    precision : function
        Gives the context that forward passes run in.
    title : str, optional
        What the progress bar says; None shows none.

    Returns
    -------
    float32 Tensor [texts, d]
        Unit vectors, on the model's device.
    """
    was_training = model.training
    model.eval()
    blocks = [torch.zeros(0, model.dimension, device=_device(model))]
    with progress(title or "", len(texts), show=title is not None) as advance, torch.no_grad():
        for start in range(0, len(texts), _BLOCK):
            some = texts[start : start + _BLOCK]
            blocks.append(_read(model, setting, some, precision))
            advance(len(some))
    model.train(was_training)
    return torch.cat(blocks)


def _read(model: LanguageModel, setting: ObjectiveSettings, texts: Sequence[Ids], precision: Precision) -> Tensor:
    pieces: list[Ids] = []
    owners: list[int] = []
    for owner, ids in enumerate(texts):
        count = max(1, piece_count(len(ids), setting.text_window))
        bounds = (
            [piece_bounds(len(ids), setting.text_window, piece) for piece in range(count)] if len(ids) else [(0, 0)]
        )
        pieces += [ids[start:end] for start, end in bounds]
        owners += [owner] * count
    batch = Batch(micro_batches(pieces, setting.vocabulary, setting.reading), torch.zeros(len(pieces), 0), {})
    batch = batch.to(_device(model))
    with precision():
        read = [
            pool_packed(model.hidden(one.ids, one.layout), one.layout, setting.pooling) for one in batch.micro_batches
        ]
        vectors = in_batch_order(read, batch)
    sizes = torch.tensor([len(ids) + setting.vocabulary.specials_per_sequence for ids in pieces], device=vectors.device)
    sums = vectors.new_zeros(len(texts), vectors.shape[1])
    sums.index_add_(
        0, torch.tensor(owners, device=vectors.device), functional.normalize(vectors, dim=-1) * sizes[:, None]
    )
    return functional.normalize(sums, dim=-1)


def _device(model: LanguageModel) -> torch.device:
    return next(model.parameters()).device
