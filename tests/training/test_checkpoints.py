from __future__ import annotations

import errno
import shutil
from collections import namedtuple

import pytest
import torch

from wardspace.training.checkpoints import (
    Progress,
    checkpoints,
    full_disk,
    keep_only,
    last_checkpoint,
    load_weights,
    mark,
    marked_progress,
    save_weights,
)


def make(folder, step, *, whole=True):
    path = folder / f"checkpoint-{step}"
    path.mkdir(parents=True)
    if whole:
        mark(path, Progress(seconds=step / 10, positions=step))
    return path


def test_a_checkpoint_cut_short_does_not_count_and_goes(tmp_path):
    good, _, cut = make(tmp_path, 9), make(tmp_path, 5), make(tmp_path, 12, whole=False)
    assert last_checkpoint(tmp_path) == good
    assert not cut.exists()
    assert marked_progress(good) == Progress(0.9, 9)
    assert last_checkpoint(tmp_path / "none") is None


def test_the_newest_and_the_best_are_kept(tmp_path):
    made = {step: make(tmp_path, step) for step in (2, 5, 9, 10)}
    keep_only(tmp_path, str(made[5]))
    assert checkpoints(tmp_path) == [made[5], made[10]]
    keep_only(tmp_path, None)
    assert checkpoints(tmp_path) == [made[10]]


def test_tied_weights_come_back_tied(tmp_path, masked):
    before = {name: value.clone() for name, value in masked.state_dict().items()}
    save_weights(masked, tmp_path)
    with torch.no_grad():
        for parameter in masked.parameters():
            parameter.add_(1.0)
    load_weights(masked, tmp_path)
    assert all(value.equal(before[name]) for name, value in masked.state_dict().items())


def test_a_full_disk_is_named_and_other_faults_pass(tmp_path, monkeypatch):
    with pytest.raises(RuntimeError, match="odd"), full_disk(tmp_path):
        raise RuntimeError("odd")
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10, 10, 0))
    with pytest.raises(OSError, match="No space left") as caught, full_disk(tmp_path):
        raise RuntimeError("PytorchStreamWriter failed writing file")
    assert caught.value.errno == errno.ENOSPC
