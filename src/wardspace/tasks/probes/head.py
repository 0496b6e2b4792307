"""The embedding-space study's classification head: two layers on a pooled vector."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from itertools import count, islice

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from wardspace.core.seeds import derive, generator
from wardspace.models import hardware
from wardspace.tasks.probes.scaling import Scaling
from wardspace.tasks.probes.validation import balances, class_weights, macro_f1

_DROPOUT = 0.1
_LEARNING_RATE = 1e-3
_WEIGHT_DECAY = 0.01
_BATCH = 64
_ROUND = 50
_ROUNDS = 100
_PATIENCE = 8


class TwoLayerHead(nn.Module):
    """Dropout, Linear d→d, tanh, dropout, Linear d→K, as in the study's frozen and fine-tuned settings.

    The vectors are first shifted and scaled to entries of about one, for which the layers' starting weights are made:
    models differ in the length of their vectors, and a head for short ones would learn more slowly.

    Parameters
    ----------
    scaling : Scaling
        Fitted to the training notes' vectors; fixed.
    classes : int
        Number K of classes.
    """

    mean: torch.Tensor

    def __init__(self, scaling: Scaling, classes: int) -> None:
        super().__init__()
        dimension = len(scaling.mean)
        self.register_buffer("mean", torch.from_numpy(scaling.mean.copy()))
        self.gain = dimension**0.5 / scaling.size
        self.dense = nn.Linear(dimension, dimension)
        self.out = nn.Linear(dimension, classes)
        self.dropout = nn.Dropout(_DROPOUT)

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        """Logits [n, classes] of vectors [n, d]."""
        scaled = (vectors - self.mean) * self.gain
        inner = torch.tanh(self.dense(self.dropout(scaled)))
        logits: torch.Tensor = self.out(self.dropout(inner))
        return logits


def fit_head(
    vectors: NDArray[np.float32],
    codes: NDArray[np.int32],
    validation: NDArray[np.float32],
    validation_codes: NDArray[np.int32],
    classes: int,
    *,
    seed: int,
) -> tuple[TwoLayerHead, float]:
    """Train the head on frozen vectors and keep the moment and the class weighting with the best validation macro F1.

    AdamW at 1e-3, batches of 64. Validation is looked at every fifty steps (in steps and not in epochs, so that few
    notes are learnt as well as many); training stops after eight looks without gain, at the latest after a hundred.

    Parameters
    ----------
    vectors : float32 [n, d]
        Training notes.
    codes : int32 [n]
        Their classes.
    validation, validation_codes
        The validation notes.
    classes : int
        Number of classes.
    seed : int
        Seed of starting weights, order and dropout.

    Returns
    -------
    (TwoLayerHead, float)
        The head in evaluation mode, and the chosen exponent of inverse class frequency.
    """
    where = hardware.device("auto")
    inputs, targets = torch.from_numpy(vectors).to(where), torch.from_numpy(codes).long().to(where)
    best: tuple[float, TwoLayerHead, float] | None = None
    for balance in balances(codes, classes):
        weights = torch.tensor(class_weights(codes, classes, balance), dtype=torch.float32, device=where)
        with torch.random.fork_rng():
            torch.manual_seed(derive("head", seed))
            head = TwoLayerHead(Scaling.of(vectors), classes).to(where)
            score = _train(head, (inputs, targets), (validation, validation_codes), weights, seed)
        if best is None or score > best[0]:
            best = (score, head, balance)
    if best is None:
        raise ValueError("there is nothing to choose from")
    return best[1], best[2]


def _train(
    head: TwoLayerHead,
    train: tuple[torch.Tensor, torch.Tensor],
    validation: tuple[NDArray[np.float32], NDArray[np.int32]],
    weights: torch.Tensor,
    seed: int,
) -> float:
    """Train until validation gains no more, put the best weights back and return their macro F1."""
    inputs, targets = train
    optimiser = torch.optim.AdamW(head.parameters(), lr=_LEARNING_RATE, weight_decay=_WEIGHT_DECAY)
    best, best_score, waited = copy.deepcopy(head.state_dict()), -1.0, 0
    batches = _batches(len(targets), seed)
    for _ in range(_ROUNDS):
        head.train()
        for batch in islice(batches, _ROUND):
            optimiser.zero_grad()
            places = batch.to(inputs.device)
            loss = nn.functional.cross_entropy(head(inputs[places]), targets[places], weight=weights)
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        score = macro_f1(validation[1], head_probabilities(head, validation[0]))
        waited = 0 if score > best_score else waited + 1
        if waited == 0:
            best, best_score = copy.deepcopy(head.state_dict()), score
        if waited == _PATIENCE:
            break
    head.load_state_dict(best)
    head.eval()
    return best_score


def _batches(notes: int, seed: int) -> Iterator[torch.Tensor]:
    """Shuffled batches of places, epoch after epoch, without end."""
    for epoch in count():
        order = torch.from_numpy(generator("head order", seed, epoch).permutation(notes))
        for start in range(0, notes, _BATCH):
            yield order[start : start + _BATCH]


@torch.no_grad()
def head_probabilities(head: TwoLayerHead, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probability of each class [n, classes]; puts the head into evaluation mode."""
    head.eval()
    where = head.out.weight.device
    return np.asarray(torch.softmax(head(torch.from_numpy(vectors).to(where)).float(), dim=1).cpu().numpy())
