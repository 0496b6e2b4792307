"""A model trained by processes that share its weights out, all killed at one step; run by torchrun."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from wardspace.config import AdaptConfig, BudgetConfig, EncoderConfig, TrainingConfig
from wardspace.corpus import Corpus
from wardspace.training import adapt
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
    adapt(
        Corpus.open(Path(corpus)),
        AdaptConfig(name=Path(folder).name, objectives=eval(objectives)),
        base=base,
        encoder=EncoderConfig(),
        budget=BudgetConfig(tokens=3000),
        training=TrainingConfig(**eval(training) | {"shard": True}),
        transductive=False,
        folder=Path(folder),
        show_progress=False,
    )


if __name__ == "__main__":
    main()
