"""The loss on held-out notes, with the same masks and spans every time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from contextlib import AbstractContextManager

import torch

from wardspace.objectives import Objective
from wardspace.objectives.passes import Batch


@torch.no_grad()
def validation_loss(
    objective: Objective, batches: Iterable[Batch], autocast: AbstractContextManager[object]
) -> dict[str, float]:
    """Parts of the loss over all batches, and under `loss` their weighted sum.

    Each part is the mean over all its predictions (hidden words, ordered pairs, known categories) in all batches, not a
    mean of means of batches. Dropout is off; no random number is drawn.

    Parameters
    ----------
    objective : Objective
        What is trained.
    batches : iterable of Batch
        On the objective's device.
    autocast : context manager
        Precision.
    """
    training = objective.training
    objective.eval()
    sums: dict[str, torch.Tensor | float] = defaultdict(float)
    counts: dict[str, int] = defaultdict(int)
    with autocast:
        for batch in batches:
            # not by calling the module: where weights are shared out, each reading brings them together by itself
            output = objective.forward(batch)
            for name, part in output.parts.items():
                sums[name] += part.float() * output.counts[name]
                counts[name] += output.counts[name]
    objective.train(training)
    parts = {name: float(total) / max(1, counts[name]) for name, total in sums.items()}
    return {**parts, "loss": sum(objective.weights[name] * part for name, part in parts.items())}
