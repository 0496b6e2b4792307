"""The validation loss of every part, and what the best weights are chosen by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import torch

from wardspace.models import hardware
from wardspace.objectives import Objective, Output
from wardspace.objectives.micro_batches import Batch
from wardspace.training.data.updates import UpdatePlan, Updates, loader
from wardspace.training.phase import Phase

CHOICE = "choice"
"""Name of the number that the best weights are chosen by: the larger the better."""
SCORE = "score"


@torch.no_grad()
def validation_loss(
    objective: Objective, batches: Iterable[Batch], autocast: AbstractContextManager[object]
) -> dict[str, float]:
    """Parts of the loss over all batches, and under `loss` their weighted sum.

    Each part is the mean over all its predictions (hidden words, ordered pairs, known categories) in all batches, not a
    mean of means of batches. Where the objective has a validation score of its own, it is there under `score`. Dropout
    is off; no random number is drawn.

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
    outputs: list[tuple[Batch, Output]] = []
    with autocast:
        for batch in batches:
            # not by calling the module: where weights are shared out, each reading brings them together by itself
            output = objective.forward(batch)
            for name, part in output.parts.items():
                sums[name] += part.float() * output.counts[name]
                counts[name] += output.counts[name]
            outputs.append((batch, output))
    score = objective.validation_score(outputs)
    objective.train(training)
    parts = {name: float(total) / max(1, counts[name]) for name, total in sums.items()}
    found = {**parts, "loss": sum(objective.weights[name] * part for name, part in parts.items())}
    return found if score is None else {**found, SCORE: score}


def validated(phase: Phase, objectives: Sequence[Objective], device: torch.device) -> dict[str, float]:
    """The validation of a phase: what each part finds, the combined loss, and what the best weights are chosen by.

    The best weights are those of the highest score (on average over the parts) where every part has one, else those of
    the lowest loss. Of several parts the names begin with their places.

    Parameters
    ----------
    phase : Phase
        What is trained.
    objectives : sequence of Objective
        Its objectives, as processes hold them.
    device : torch.device
        Where they are.
    """
    found: dict[str, float] = {}
    losses, scores = [], []
    for place, (part, plan, objective) in enumerate(zip(phase.parts, phase.plans, objectives, strict=True)):
        updates = loader(Updates([(part.objective, part.source)], UpdatePlan.of([plan.validation])))
        moved = (update.to(device).batches[0] for update in updates)
        own = validation_loss(objective, moved, hardware.autocast(phase.training.precision, device))
        losses.append(phase.combine.weight(place) * own["loss"])
        scores += [own[SCORE]] if SCORE in own else []
        own[CHOICE] = own.get(SCORE, -own["loss"])
        found |= {name_of(phase, place, name): value for name, value in own.items()}
    loss = sum(losses)
    chosen = sum(scores) / len(scores) if len(scores) == len(phase.parts) else -loss
    return {**found, "loss": loss, CHOICE: chosen}


def name_of(phase: Phase, place: int, name: str) -> str:
    """A part's figure among those of all: its own name where it is alone."""
    return name if len(phase.parts) == 1 else f"{place}.{name}"


def stopped_parts(phase: Phase, log: Sequence[dict[str, Any]]) -> set[int]:
    """Places of the parts that train no more, by what validation has found so far (the one before training aside)."""
    stopped = set()
    for place, part in enumerate(phase.parts):
        if part.stop:
            key = f"eval_{name_of(phase, place, CHOICE)}"
            values = [entry[key] for entry in log if key in entry][1:]
            if values and len(values) - 1 - values.index(max(values)) >= part.stop.patience:
                stopped.add(place)
    return stopped
