"""A study in two processes that torchrun starts: the same models, and one process that does all the rest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from safetensors.torch import load_file

from tests.fixtures.studies import small_study
from wardspace.study import Study

pytestmark = [pytest.mark.slow, pytest.mark.processes]

TOGETHER = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--standalone", "-m", "wardspace"]


def without_dropout(values: dict) -> dict:
    """Each process draws its own dropout: without it two of them compute what one does."""
    path = Path(values["base"]) / "config.json"
    config = json.loads(path.read_text()) | {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    path.write_text(json.dumps(config))
    return values


def together(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "COLUMNS": "200"}
    command = [*TOGETHER, *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.mark.parametrize("shard", [False, True])
def test_two_processes_train_the_same_study(tmp_path, shard):
    values = without_dropout(small_study(tmp_path))
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(values))
    done = together(tmp_path, "run", "study.yaml", "--out", "two", "--set", f"training.shard={shard}")
    assert done.returncode == 0, done.stderr[-20000:]
    assert (tmp_path / "two" / "report.html").is_file()
    assert done.stderr.count("• adapt/both") == 1  # one of them speaks
    Study.parse(values, tmp_path / "one").run("adapt")
    for model in ("both", "category"):
        one, two = (load_file(tmp_path / run / "models" / model / "model.safetensors") for run in ("one", "two"))
        assert max((one[name] - two[name]).abs().max().item() for name in one) < 1e-6
        costs = [json.loads((tmp_path / run / "models" / model / "cost.json").read_text()) for run in ("one", "two")]
        for alone, shared in zip(*costs, strict=True):
            assert (shared["processes"], alone["processes"]) == (2, 1)
            for name in ("tokens", "steps", "padding", "batch_tokens", "batch_notes", "parameters_updated"):
                assert shared[name] == alone[name], name
            assert shared["losses"][-1]["loss"] == pytest.approx(alone["losses"][-1]["loss"], abs=1e-5)


def test_a_stage_without_training_lets_the_others_go(tmp_path):
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(small_study(tmp_path)))
    done = together(tmp_path, "prepare", "study.yaml", "--out", "run")
    assert done.returncode == 0, done.stderr[-20000:]
    assert (tmp_path / "run" / "corpus" / "corpus.json").is_file()


def test_a_fault_of_the_leading_process_ends_all_of_them(tmp_path):
    values = small_study(tmp_path)
    values["corpus"]["source"]["path"] = str(tmp_path / "nowhere.csv")
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(values))
    done = together(tmp_path, "run", "study.yaml", "--out", "run")
    assert done.returncode != 0
    assert "nowhere.csv" in done.stderr
