from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap

import pytest
import torch

from tests.fixtures.weights import differing
from tests.training.conftest import TRAINING
from wardspace.training.faults import LossGuard

CONTRAST = {"declutr": {"mlm_weight": 0, "longest": 16, "shortest": 4}}
CATEGORY = {"category": {"loss": "supcon", "columns": ["note_type"]}}
SEQUENCE = ["mlm", {"declutr": {"longest": 16, "shortest": 4, "learn_temperature": True}}]
PASSES = {"pass_tokens": 100}
"""Several passes a step: accumulation for sums, cached gradients for contrasts."""
CASES = {
    "sequence": (SEQUENCE, {}),
    "sequence-in-passes": (SEQUENCE, PASSES),
    "mlm-in-passes": (["mlm"], PASSES),
    "classify-in-passes": (["category"], PASSES),
    "supcon-in-passes": ([CATEGORY], PASSES),
    "contrast-in-passes": ([CONTRAST], PASSES),
    "low-rank": (["mlm"], {"lora": {"rank": 2, "dropout": 0.1}, "layer_decay": 0.5}),
    "workers": (["mlm"], {"workers": 2}),
    "blend-after-words": (["mlm", "blend"], {}),
    "blend-with-workers": (["blend"], {"workers": 2}),
}

KILLED_RUNS = """
    import os, signal, sys
    from pathlib import Path
    from wardspace.config import AdaptConfig, BudgetConfig, TrainingConfig
    from wardspace.corpus import Corpus
    from wardspace.training import Recipe, adapt
    from wardspace.training.faults import LossGuard

    _, corpus, base, home, runs = sys.argv
    note, seen = LossGuard.note, []

    def train(name, objectives, options, steps):
        def deadly(self, loss, step):
            note(self, loss, step)
            seen.append(step)
            if len(seen) == steps:
                os.kill(os.getpid(), signal.SIGKILL)

        LossGuard.note = deadly
        model = AdaptConfig(name=name, objectives=objectives)
        training = TrainingConfig(**options)
        notes, budget = Corpus.open(Path(corpus)), BudgetConfig(tokens=3000)
        recipe = Recipe(notes, model, base, budget=budget, study_training=training)
        adapt(recipe, Path(home) / name, show_progress=False)

    for name, case in eval(runs).items():
        child = os.fork()  # spares the imports
        if not child:
            train(name, *case)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL, name
"""


def stop_after(monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    """Interrupt, as Ctrl-C pressed twice would, after so many steps."""
    note, seen = LossGuard.note, []

    def deadly(self, loss, step):
        note(self, loss, step)
        seen.append(step)
        if len(seen) == steps:
            raise KeyboardInterrupt

    monkeypatch.setattr(LossGuard, "note", deadly)


@pytest.mark.slow
@pytest.mark.processes
def test_killed_it_ends_with_the_same_bits(run, corpus, headless, tmp_path):
    """SIGKILL near the end, after a checkpoint, with a warmed-up head and in sequences a first stage behind it."""
    straight, killed = {}, {}
    for name, (objectives, training) in CASES.items():
        straight[name] = run(objectives, name=f"straight-{name}", base=headless, **training)
        steps = sum(cost.steps for cost in straight[name]) - 1
        killed[name] = (objectives, TRAINING | training, steps)
    command = [sys.executable, "-c", textwrap.dedent(KILLED_RUNS), str(corpus.folder), str(headless), str(tmp_path)]
    environment = os.environ | {"OMP_NUM_THREADS": str(torch.get_num_threads())}
    subprocess.run([*command, str(killed)], env=environment, check=True)
    for name, (objectives, training) in CASES.items():
        work = tmp_path / f".{name}-work"
        assert list(work.glob(f"stage-{len(objectives) - 1}/checkpoint-*/progress.json"))
        assert not (tmp_path / name).exists()
        resumed = run(objectives, name=name, base=headless, **training)
        assert not differing(tmp_path / name, tmp_path / f"straight-{name}"), name
        for one, other in zip(straight[name], resumed, strict=True):
            assert one.losses == other.losses
            assert (one.tokens, one.steps, one.padding) == (other.tokens, other.steps, other.padding)
            assert one.parameters_updated == other.parameters_updated
        assert not work.exists()


def test_workers_change_nothing(run, tmp_path):
    run(["mlm"], name="alone")
    run(["mlm"], name="helped", workers=2)
    assert not differing(tmp_path / "alone", tmp_path / "helped")


def test_resuming_can_be_declined(run, tmp_path, monkeypatch):
    straight = run(["mlm"], name="straight")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        stop_after(patch, straight[0].steps - 1)
        run(["mlm"])
    steps = []
    note = LossGuard.note
    monkeypatch.setattr(LossGuard, "note", lambda self, loss, step: steps.append(step) or note(self, loss, step))
    run(["mlm"], resume="never")
    assert steps[0] == 1
    assert not differing(tmp_path / "model", tmp_path / "straight")


@pytest.mark.parametrize("objective", ["mlm", CATEGORY, CONTRAST])
def test_interrupted_anywhere_it_ends_with_the_same_bits(run, tmp_path, monkeypatch, objective):
    straight = run([objective], name="straight")
    for steps in (1, straight[0].steps // 2, straight[0].steps // 2):
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            stop_after(patch, steps)
            run([objective])
    resumed = run([objective])
    assert not differing(tmp_path / "model", tmp_path / "straight")
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
    assert not differing(tmp_path / "model", tmp_path / "straight")
    assert resumed[0].losses == straight[0].losses


def test_other_settings_do_not_go_on_from_another_models_work(run, tmp_path, monkeypatch):
    run(["mlm"], name="straight", seed=2)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        stop_after(patch, 5)
        run(["mlm"], seed=1)
    run(["mlm"], seed=2)
    assert not differing(tmp_path / "model", tmp_path / "straight")


def test_seconds_add_up_over_interruptions(run, tmp_path, monkeypatch):
    from wardspace.training import loop

    now = [0.0]
    monkeypatch.setattr(loop.time, "monotonic", lambda: now[0])
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
