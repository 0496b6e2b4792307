"""The embedding-space study's classification head: two layers on a pooled vector."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from itertools import count, islice
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from wardspace.core.seeds import derive, generator
from wardspace.models import hardware
from wardspace.objectives.heads import TwoLayerHead
from wardspace.objectives.supervised.classification import macro_f1 as several_f1
from wardspace.tasks.probes.scaling import Scaling
from wardspace.tasks.probes.validation import Score, balances, class_weights, macro_f1

_LEARNING_RATE = 1e-3
_WEIGHT_DECAY = 0.01
_BATCH = 64
_ROUND = 50
_ROUNDS = 100
_PATIENCE = 8


def fit_head(
    vectors: NDArray[np.float32],
    codes: NDArray[Any],
    validation: NDArray[np.float32],
    validation_codes: NDArray[Any],
    classes: int,
    *,
    seed: int,
    score: Score = macro_f1,
) -> tuple[TwoLayerHead, float]:
    """Train the head on frozen vectors and keep the moment and the class weighting with the best validation score.

    AdamW at 1e-3, batches of 64. Validation is looked at every fifty steps (in steps and not in epochs, so that few
    notes are learnt as well as many); training stops after eight looks without gain, at the latest after a hundred.

    Parameters
    ----------
    vectors : float32 [n, d]
        Training notes.
    codes : int32 [n] or bool [n, classes]
        Their classes, or which labels they have.
    validation, validation_codes
        The validation notes.
    classes : int
        Number of classes.
    seed : int
        Seed of starting weights, order and dropout.
    score : callable
        What is best, where notes have one label each: a function of classes and probabilities.

    Returns
    -------
    (TwoLayerHead, float)
        The head in evaluation mode, and the chosen exponent of inverse class frequency (0 for several labels).
    """
    where = hardware.device("auto")
    several = codes.ndim == 2
    targets = torch.from_numpy(codes.astype(np.float32 if several else np.int64)).to(where)
    scaling = Scaling.of(vectors)
    best: tuple[float, TwoLayerHead, float] | None = None
    for balance in (0.0,) if several else balances(codes, classes):
        weights = np.ones(classes) if several else class_weights(codes, classes, balance)
        with torch.random.fork_rng():
            torch.manual_seed(derive("head", seed))
            head = TwoLayerHead(scaling.mean, scaling.size, classes, several=several).to(where)
            train = (torch.from_numpy(vectors).to(where), targets)
            held = _Held(validation, validation_codes, _several_score if several else score)
            found = _train(head, train, held, torch.tensor(weights, device=where), seed)
        if best is None or found > best[0]:
            best = (found, head, balance)
    if best is None:
        raise ValueError("there is nothing to choose from")
    return best[1], best[2]


class _Held(NamedTuple):
    """What training is judged by."""

    vectors: NDArray[np.float32]
    truth: NDArray[Any]
    score: Score


def _train(
    head: TwoLayerHead,
    train: tuple[torch.Tensor, torch.Tensor],
    held: _Held,
    weights: torch.Tensor,
    seed: int,
) -> float:
    """Train until validation gains no more, put the best weights back and return their score."""
    inputs, targets = train
    optimiser = torch.optim.AdamW(head.parameters(), lr=_LEARNING_RATE, weight_decay=_WEIGHT_DECAY)
    best, best_score, waited = copy.deepcopy(head.state_dict()), -1.0, 0
    batches = _batches(len(targets), seed)
    for _ in range(_ROUNDS):
        head.train()
        for batch in islice(batches, _ROUND):
            optimiser.zero_grad()
            places = batch.to(inputs.device)
            loss = _loss(head(inputs[places]), targets[places], weights)
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        score = held.score(held.truth, head_probabilities(head, held.vectors))
        waited = 0 if score > best_score else waited + 1
        if waited == 0:
            best, best_score = copy.deepcopy(head.state_dict()), score
        if waited == _PATIENCE:
            break
    head.load_state_dict(best)
    head.eval()
    return best_score


def _loss(logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    if targets.dim() == 2:
        return nn.functional.binary_cross_entropy_with_logits(logits, targets)
    return nn.functional.cross_entropy(logits, targets, weight=weights.float())


def _several_score(truth: NDArray[Any], probabilities: NDArray[np.float32]) -> float:
    """Macro F1 of notes that may have several labels, each at its best threshold."""
    return several_f1(truth.astype(np.int64), probabilities)


def _batches(notes: int, seed: int) -> Iterator[torch.Tensor]:
    """Shuffled batches of places, epoch after epoch, without end."""
    for epoch in count():
        order = torch.from_numpy(generator("head order", seed, epoch).permutation(notes))
        for start in range(0, notes, _BATCH):
            yield order[start : start + _BATCH]


def head_probabilities(head: TwoLayerHead, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probability of each class [n, classes]; puts the head into evaluation mode."""
    head.eval()
    return head.probabilities(torch.from_numpy(vectors))
