"""Weights shared out among processes; their gradients are in test_gradients.py, a whole study in test_crew.py."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from tests.fixtures.models import tiny_model
from tests.fixtures.weights import differing
from tests.training.conftest import TRAINING
from tests.training.whole_gradient import objective_of
from wardspace.core.errors import WardspaceError
from wardspace.models import hardware
from wardspace.objectives.micro_batches import TokenLimit
from wardspace.training.train import _held
from wardspace.training.weights.processes import Processes
from wardspace.training.weights.sharding import ShardedWeights

ROOT = Path(__file__).parents[3]
SEQUENCE = ["mlm", {"declutr": {"longest": 16, "shortest": 4, "learn_temperature": True}}]
CASES = {
    "sequence": (SEQUENCE, {"pass_tokens": 100}),
    "low-rank": (["mlm"], {"lora": {"rank": 2, "dropout": 0.0}, "layer_decay": 0.5}),
    "frozen": (["category"], {"freeze_layers": 1}),
}


@pytest.fixture(scope="module")
def calm(headless, tmp_path_factory):
    """A base without dropout, which every process draws for itself."""
    folder = tmp_path_factory.mktemp("calm") / "base"
    shutil.copytree(headless, folder)
    path = folder / "config.json"
    still = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    path.write_text(json.dumps(json.loads(path.read_text()) | still))
    return folder


def together(*arguments: object) -> subprocess.CompletedProcess:
    """Two processes; see `shared_out`."""
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--standalone"]
    command += ["-m", "tests.training.shared_out", *map(str, arguments)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src")))}
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.slow
@pytest.mark.processes
@pytest.mark.parametrize("case", CASES)
def test_killed_it_goes_on_with_whole_weights_or_shared_out(run, corpus, calm, tmp_path, case):
    """Checkpoints hold weights and optimiser whole: those of two processes and of one are the same."""
    objectives, training = CASES[case]
    straight = run(objectives, name="straight", base=calm, **training)
    steps = sum(cost.steps for cost in straight)
    given = [corpus.folder, calm, tmp_path / "model", objectives, TRAINING | training]
    killed = together(*given, steps - 1)
    assert "Signal 9 (SIGKILL)" in killed.stderr, killed.stderr[-2000:]
    work = tmp_path / ".model-work" / f"stage-{len(objectives) - 1}"
    assert list(work.glob("checkpoint-*/progress.json"))
    if case == "sequence":
        done = together(*given, steps)  # it goes on from a checkpoint, and never comes to as many steps
        assert done.returncode == 0, done.stderr[-2000:]
    else:
        run(objectives, base=calm, **training)
    one, other = (load_file(tmp_path / name / "model.safetensors") for name in ("straight", "model"))
    assert max((one[name] - other[name]).abs().max().item() for name in one) < 1e-6
    resumed = json.loads((tmp_path / "model" / "cost.json").read_text())
    for whole, parts in zip(straight, resumed, strict=True):
        assert parts["parameters_updated"] == whole.parameters_updated
        losses = [point["loss"] for point in parts["losses"]]
        assert losses == pytest.approx([point.loss for point in whole.losses], abs=1e-5)


def test_alone_there_is_nobody_to_share_with(run, tmp_path):
    run(["mlm"], name="whole")
    run(["mlm"], name="alone", shard=True)
    assert not differing(tmp_path / "whole", tmp_path / "alone")


def test_a_family_that_reads_padded_batches_is_refused(tmp_path):
    folder = tiny_model(tmp_path / "mpnet", family="mpnet")
    objective = objective_of(folder, "mlm", TokenLimit(100))
    with pytest.raises(WardspaceError, match="MPNetModel reads padded batches"):
        ShardedWeights(objective, Processes(), torch.device("cpu"))


def test_a_scaled_loss_is_refused(monkeypatch):
    monkeypatch.setattr(Processes, "count", 2)
    monkeypatch.setattr(hardware, "needs_scaling", lambda precision, where: True)
    phase = type("P", (), {"processes": Processes(), "training": type("T", (), {"shard": True, "precision": "fp16"})})
    phase.device, phase.parts, phase.penalties = torch.device("cpu"), [None], ()
    with pytest.raises(WardspaceError, match="fp16"):
        _held(phase)
