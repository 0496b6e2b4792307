"""A model trained by processes that share its weights out, all killed at one step; run by torchrun."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from wardspace.config import AdaptConfig, BudgetConfig, TrainingConfig
from wardspace.corpus import Corpus
from wardspace.training import Recipe, adapt
from wardspace.training.faults import LossGuard


def main() -> None:
    """Arguments: corpus, base, model folder, objectives, training options, step to die at."""
    corpus, base, folder, objectives, training, steps = sys.argv[1:]
    note, seen = LossGuard.note, []

    def deadly(self, loss, step):
        note(self, loss, step)
        seen.append(step)
        if len(seen) == int(steps):
            os.kill(os.getpid(), signal.SIGKILL)

    LossGuard.note = deadly
    model = AdaptConfig(name=Path(folder).name, objectives=eval(objectives))
    options = TrainingConfig(**eval(training) | {"shard": True})
    recipe = Recipe(Corpus.open(Path(corpus)), model, base, budget=BudgetConfig(tokens=3000), study_training=options)
    adapt(recipe, Path(folder), show_progress=False)


if __name__ == "__main__":
    main()
