"""Ray prepares and embeds as this machine does. In processes of their own: sockets are blocked in the tests'."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from tests.fixtures.models import tiny_model
from tests.fixtures.sources import csv_text
from wardspace.corpus import Corpus

pytest.importorskip("ray")
pytestmark = [pytest.mark.slow, pytest.mark.processes]

PROGRAM = """
import os, sys, json
from pathlib import Path
from wardspace.corpus.processing import distributed

original = distributed._examine
def examine(batch, job):
    done = original(batch, job)
    mark = Path(os.environ["DEATH"])
    if not mark.exists():  # one process is killed before it hands on what it has done
        mark.touch()
        os.kill(os.getpid(), 9)
    return done
if os.environ.get("DEATH"):
    distributed._examine = examine
from wardspace.cli.main import main
main(sys.argv[1:])
"""


def run(tmp_path, *arguments, death=""):
    (tmp_path / "program.py").write_text(PROGRAM)
    environment = os.environ | {"DEATH": str(death), "OMP_NUM_THREADS": "1", "RAY_worker_niceness": "0"}
    return subprocess.run(
        [sys.executable, "program.py", *arguments],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.fixture
def study(tmp_path):
    rows = [
        (f"n{i}", f"p{i // 3}", f"Fever on day {i % 90}.\n\nSeen by Dr. Quill on ward {i % 7}." if i % 17 else "")
        for i in range(3000)
    ]
    (tmp_path / "notes.csv").write_text(csv_text(rows, ("note_id", "patient", "text")))
    config = {
        "name": "s",
        "base": str(tiny_model(tmp_path / "model", "bert", masked_head=True)),
        "engine": {"cpus": 2},
        "space": {"split": "all"},
        "corpus": {
            "source": {"path": "notes.csv"},
            "columns": {"patient_id": "patient"},
            "deidentify": {},
            "deduplicate": {"near": 0.9},
        },
    }
    (tmp_path / "study.yaml").write_text(json.dumps(config))
    return tmp_path


def test_ray_makes_the_same_corpus_and_vectors_though_a_process_is_killed(study):
    here = run(study, "evaluate", "study.yaml", "--set", "corpus.workers=0", "--out", "runs/here")
    assert here.returncode == 0, here.stderr
    death = study / "death"
    there = run(study, "evaluate", "study.yaml", "--set", "engine.kind=ray", "--out", "runs/there", death=death)
    assert there.returncode == 0, there.stderr
    assert death.exists()
    one, other = (Corpus.open(study / "runs" / name / "corpus") for name in ("here", "there"))
    assert len(one) > 50
    assert other.table() == one.table()
    assert other.rejects() == one.rejects()
    assert other.manifest.model_copy(update={"seconds": {}}) == one.manifest.model_copy(update={"seconds": {}})
    vectors = [np.load(study / "runs" / name / "vectors" / "base.npy") for name in ("here", "there")]
    assert vectors[0].shape[0] == len(one)
    assert np.isfinite(vectors[0]).all() and np.array_equal(*vectors)
    assert not (study / "runs" / "there" / ".corpus-shards").exists()


def test_a_fault_of_the_notes_is_told_as_here(study):
    (study / "notes.csv").write_text("note_id,patient,text\n1,p,\n")
    outcome = run(study, "prepare", "study.yaml", "--set", "engine.kind=ray")
    assert outcome.returncode == 2
    assert "no note is left of 1 rows (empty text: 1)" in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert not (study / "runs" / "s" / "corpus").exists()
