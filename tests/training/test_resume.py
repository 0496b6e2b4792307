from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import torch

from tests.training.conftest import TRAINING
from wardspace.training.guard import LossGuard

CATEGORY = {"category": {"loss": "supcon", "columns": ["note_type"]}}
SEQUENCE = ["mlm", {"declutr": {"longest": 16, "shortest": 4, "learn_temperature": True}}]

KILLED_RUN = """
    import os, signal, sys
    from pathlib import Path
    from wardspace.config import AdaptConfig, BudgetConfig, EncoderConfig, TrainingConfig
    from wardspace.corpus import Corpus
    from wardspace.training import adapt
    from wardspace.training.guard import LossGuard

    _, corpus, base, folder, tokens, steps, objectives, training = sys.argv
    note, seen = LossGuard.note, []

    def deadly(self, loss, step):
        note(self, loss, step)
        seen.append(step)
        if len(seen) == int(steps):
            os.kill(os.getpid(), signal.SIGKILL)

    LossGuard.note = deadly
    adapt(
        Corpus.open(Path(corpus)),
        AdaptConfig(name="model", objectives=eval(objectives)),
        base=base,
        encoder=EncoderConfig(),
        budget=BudgetConfig(tokens=int(tokens)),
        training=TrainingConfig(**eval(training)),
        transductive=False,
        folder=Path(folder),
        show_progress=False,
    )
"""


def weights(folder: Path) -> bytes:
    return (folder / "model.safetensors").read_bytes()


def stop_after(monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    """Interrupt, as Ctrl-C pressed twice would, after so many steps."""
    note, seen = LossGuard.note, []

    def deadly(self, loss, step):
        note(self, loss, step)
        seen.append(step)
        if len(seen) == steps:
            raise KeyboardInterrupt

    monkeypatch.setattr(LossGuard, "note", deadly)


def test_killed_in_the_middle_of_a_sequence_it_ends_with_the_same_bits(run, corpus, headless, tmp_path):
    """SIGKILL in the second stage, after a checkpoint, with a warmed-up head and a first stage behind it."""
    straight = run(SEQUENCE, name="straight", base=headless)
    steps = straight[0].steps + straight[1].steps - 1
    arguments = [corpus.folder, headless, tmp_path / "model", 3000, steps, SEQUENCE, TRAINING]
    command = [sys.executable, "-c", textwrap.dedent(KILLED_RUN), *map(str, arguments)]
    ended = subprocess.run(command, env=os.environ | {"OMP_NUM_THREADS": str(torch.get_num_threads())}, check=False)
    assert ended.returncode == -signal.SIGKILL
    work = tmp_path / ".model-work"
    assert list(work.glob("stage-1/checkpoint-*/progress.json"))
    assert not (tmp_path / "model").exists()
    resumed = run(SEQUENCE, base=headless)
    assert weights(tmp_path / "model") == weights(tmp_path / "straight")
    for one, other in zip(straight, resumed, strict=True):
        assert one.losses == other.losses
        assert (one.tokens, one.steps, one.padding) == (other.tokens, other.steps, other.padding)
        assert one.parameters_updated == other.parameters_updated
    assert not work.exists()


@pytest.mark.parametrize("objective", ["mlm", CATEGORY, {"declutr": {"mlm_weight": 0, "longest": 16, "shortest": 4}}])
def test_interrupted_anywhere_it_ends_with_the_same_bits(run, tmp_path, monkeypatch, objective):
    straight = run([objective], name="straight")
    for steps in (1, straight[0].steps // 2, straight[0].steps // 2):
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            stop_after(patch, steps)
            run([objective])
    resumed = run([objective])
    assert weights(tmp_path / "model") == weights(tmp_path / "straight")
    assert resumed[0].losses == straight[0].losses


def test_the_first_ctrl_c_leaves_a_checkpoint_of_that_step(run, tmp_path, monkeypatch):
    straight = run(["mlm"], name="straight", evaluations=1)
    note = LossGuard.note

    def press(self, loss, step):
        note(self, loss, step)
        if step == 3:
            signal.raise_signal(signal.SIGINT)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(LossGuard, "note", press)
        run(["mlm"], evaluations=1)
    assert [path.name for path in (tmp_path / ".model-work" / "stage-0").iterdir()] == ["checkpoint-3"]
    resumed = run(["mlm"], evaluations=1)
    assert weights(tmp_path / "model") == weights(tmp_path / "straight")
    assert resumed[0].losses == straight[0].losses


def test_other_settings_do_not_go_on_from_another_models_work(run, tmp_path, monkeypatch):
    run(["mlm"], name="straight", seed=2)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        stop_after(patch, 5)
        run(["mlm"], seed=1)
    run(["mlm"], seed=2)
    assert weights(tmp_path / "model") == weights(tmp_path / "straight")


def test_seconds_add_up_over_interruptions(run, tmp_path, monkeypatch):
    from wardspace.training import trainer

    now = [0.0]
    monkeypatch.setattr(trainer.time, "monotonic", lambda: now[0])
    note = LossGuard.note

    def ticking(self, loss, step):
        now[0] += 1.0
        note(self, loss, step)

    monkeypatch.setattr(LossGuard, "note", ticking)
    steps = run(["mlm"], name="straight")[0].steps
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        stop_after(patch, steps - 1)
        run(["mlm"])
    now[0] += 10_000.0
    assert run(["mlm"])[0].seconds == pytest.approx(steps)
