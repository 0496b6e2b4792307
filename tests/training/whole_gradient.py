"""The gradient of one batch by all processes of this start, in float64; run by torchrun and imported by the tests."""

from __future__ import annotations

import dataclasses
import sys
from contextlib import nullcontext
from pathlib import Path

import torch
from torch.distributed.tensor import DTensor

from tests.fixtures.objectives import random_examples, setting_of
from wardspace.config import BlendConfig, CategoryConfig, DeclutrConfig, MlmConfig, PairsConfig
from wardspace.models import LanguageModel
from wardspace.objectives import Objective, Reading, build
from wardspace.objectives.micro_batches import TokenLimit
from wardspace.training.weights.gradients import Gradients
from wardspace.training.weights.processes import Processes
from wardspace.training.weights.sharding import ShardedWeights

SPANS = {"longest": 24, "shortest": 4}
CONFIGS = {
    "mlm": MlmConfig(),
    "classify": CategoryConfig(weight=0.5),
    "supcon": CategoryConfig(loss="supcon", weight=0.5),
    "declutr": DeclutrConfig(**SPANS, learn_temperature=True, temperature=0.2),
    "blend": BlendConfig(dimensions=4, neighbours=2),
    "pairs": PairsConfig(columns=["kind", "ward"], temperature=0.2),
    "contrast": DeclutrConfig(**SPANS, mlm_weight=0, anchors=1, positives=1),
}
ROOMS = {"one pass": TokenLimit(100_000), "several passes": TokenLimit(120)}
LENGTHS = [70, 8, 33, 120, 50, 61, 9]


def objective_of(folder: Path, name: str, room: TokenLimit) -> Objective:
    """In float64, without dropout."""
    masked = LanguageModel.load(folder).double().eval()
    setting = setting_of(masked, categories={"kind": ["a", "b", "c"], "ward": ["x", "y"]})
    objective = build(CONFIGS[name], masked, setting).double().eval()
    objective.set_targets(objective.prepare_targets(random_examples(masked, LENGTHS), nullcontext, show_progress=False))
    objective.setting = dataclasses.replace(setting, reading=room)
    return objective


def readings_of(objective: Objective) -> list[Reading]:
    """Notes of differing lengths, with categories of which some are missing."""
    examples = random_examples(objective.model, LENGTHS)
    codes = [{"kind": i % 4 - 1, "ward": (i // 2) % 2} for i in range(len(examples))]
    return [Reading(dataclasses.replace(e, targets=code), 0) for e, code in zip(examples, codes, strict=True)]


def gradient(objective: Objective, readings: list[Reading], processes: Processes) -> dict[str, torch.Tensor]:
    """Gradients by the name of their parameter, and the parts of the loss."""
    objective.zero_grad()
    adding = Gradients(objective, nullcontext, torch.Tensor.backward, processes)
    parts = adding.add(objective.collate(readings[processes.rank :: processes.count]))
    processes.sum_gradients(objective.parameters())
    found = {name: p.grad.clone() for name, p in objective.named_parameters() if p.grad is not None}
    return found | {f"part {name}": part for name, part in parts.items()}


def shared_out(objective: Objective, readings: list[Reading], processes: Processes) -> dict[str, torch.Tensor]:
    """The same, by processes of which each holds a part of every matrix."""
    weights = ShardedWeights(objective, processes, torch.device("cpu"))
    stand_in = objective.collate(readings[:1])
    adding = Gradients(weights.objectives[0], nullcontext, torch.Tensor.backward, processes, stand_in)
    parts = adding.add(objective.collate(readings[processes.rank :: processes.count]))
    weights.sum_gradients()
    slopes = {name: p.grad for name, p in weights.objectives[0].named_parameters() if p.grad is not None}
    found = {name: s.full_tensor() if isinstance(s, DTensor) else s for name, s in slopes.items()}
    return found | {f"part {name}": part for name, part in parts.items()}


def main() -> None:
    """Write the gradients of every case, as the first process has them."""
    base, target = Path(sys.argv[1]), Path(sys.argv[2])
    processes = Processes()
    found = {}
    for name in CONFIGS:
        for room, how in ROOMS.items():
            objective = objective_of(base, name, how)
            readings = readings_of(objective)
            found[name, room] = gradient(objective, readings, processes)
            found[name, room, "one note"] = gradient(objective, readings[3:4], processes)
            found[name, room, "shared out"] = shared_out(objective, readings, processes)
            found[name, room, "one note, shared out"] = shared_out(objective, readings[3:4], processes)
    if processes.first:
        torch.save(found, target)


if __name__ == "__main__":
    main()
