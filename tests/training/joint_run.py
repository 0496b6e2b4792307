"""Two objectives that train one model together, killed at a step; run as a program by the tests."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from tests.fixtures.objectives import random_examples, setting_of
from wardspace.config import CategoryConfig, MlmConfig, TrainingConfig
from wardspace.models import LanguageModel
from wardspace.objectives import build
from wardspace.training import Combiner, FixedSource, Part, TrainingOptions, TrainingRecord, train
from wardspace.training.faults import LossGuard

TRAINING = {"batch_tokens": 400, "learning_rate": 1e-3, "evaluations": 3, "precision": "fp32", "dropout": 0.1}
SHARES = (0.75, 0.25)


class Balance(Combiner):
    """Weighs each part by one over the running mean of its loss: what it remembers decides the next gradient."""

    def __init__(self) -> None:
        self.means: dict[int, float] = {}

    def weight(self, part: int) -> float:
        return 1 / self.means.get(part, 1.0)

    def observe(self, losses: Any) -> None:
        for part, loss in losses.items():
            self.means[part] = 0.9 * self.means.get(part, float(loss)) + 0.1 * float(loss)

    def state_dict(self) -> dict[str, Any]:
        return dict(self.means)

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.means = dict(state)


def parts_of(base: Path, shares: tuple[float, ...] = SHARES) -> tuple[LanguageModel, list[Part]]:
    """Masked words and metadata, each on units of its own, on one model."""
    model = LanguageModel.load(base, seed=1)
    setting = setting_of(model, categories={"kind": ["a", "b", "c"]})
    configs = (MlmConfig(), CategoryConfig(mlm_weight=0))
    parts = []
    for place, (config, share) in enumerate(zip(configs, shares, strict=True)):
        units = random_examples(model, [20 + 7 * (i % 9) for i in range(60)], seed=place)
        units = [replace(unit, targets={"kind": np.int32(i % 3)}) for i, unit in enumerate(units)]
        validation = np.arange(50, 60)
        source = FixedSource(units, [f"p{i // 2}" for i in range(60)], validation)
        parts.append(Part(build(config, model, setting), source, share=share))
    return model, parts


def joint(base: Path, folder: Path, combine: Combiner | None = None) -> tuple[LanguageModel, TrainingRecord]:
    """Train both together."""
    model, parts = parts_of(base)
    options = TrainingOptions("both", TrainingConfig(**TRAINING), tokens=6000)
    return model, train({"shared": model}, parts, options, folder, combine=combine, show_progress=False)


def main() -> None:
    """Arguments: base, folder for checkpoints, step to die at."""
    base, folder, steps = sys.argv[1:]
    note, seen = LossGuard.note, []

    def deadly(self: LossGuard, loss: torch.Tensor, step: int) -> None:
        note(self, loss, step)
        seen.append(step)
        if len(seen) == int(steps):
            os.kill(os.getpid(), signal.SIGKILL)

    LossGuard.note = deadly  # type: ignore[method-assign]
    joint(Path(base), Path(folder), Balance())


if __name__ == "__main__":
    main()
